//! What a signal or a filter holds at each frequency.

use crate::rulers::db;
use realfft::RealFftPlanner;
use std::f64::consts::TAU;

/// The gain of a filter in dB at every frequency from 0 Hz to half the rate, from its response to a single one.
///
/// The response should have died away within its length; the frequencies are rate/length apart.
pub fn gains_db(impulse_response: &[f32], sample_rate_hz: f64) -> Vec<(f64, f64)> {
    let input: Vec<f64> = impulse_response.iter().map(|&x| f64::from(x)).collect();
    let step_hz = sample_rate_hz / input.len().max(1) as f64;
    powers(&input).into_iter().enumerate().map(|(bin, power)| (bin as f64 * step_hz, db(power.sqrt()))).collect()
}

/// The power of a noise in each hertz of the band, as (Hz, power): its mean over the band times its width is the power
/// of the noise.
///
/// Welch's method: segments under a Hann window, half overlapping, averaged.
pub fn power_density(signal: &[f64], segment_frames: usize, sample_rate_hz: f64) -> Vec<(f64, f64)> {
    let window: Vec<f64> = (0..segment_frames)
        .map(|frame| 0.5 - 0.5 * (TAU * (frame as f64 + 0.5) / segment_frames as f64).cos())
        .collect();
    let window_power: f64 = window.iter().map(|w| w * w).sum();
    let mut sums = vec![0.0; segment_frames / 2 + 1];
    let mut count = 0.0;
    let mut start = 0;
    while let Some(segment) = signal.get(start..start + segment_frames) {
        let windowed: Vec<f64> = segment.iter().zip(&window).map(|(x, w)| x * w).collect();
        sums.iter_mut().zip(powers(&windowed)).for_each(|(sum, power)| *sum += power);
        count += 1.0;
        start += segment_frames / 2;
    }
    let step_hz = sample_rate_hz / segment_frames as f64;
    // The other half of the power lies at the negative frequencies.
    let scale = 2.0 / (count * window_power * sample_rate_hz);
    sums.into_iter().enumerate().map(|(bin, power)| (bin as f64 * step_hz, power * scale)).collect()
}

/// Squared magnitude of each bin of the transform.
fn powers(signal: &[f64]) -> Vec<f64> {
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let mut input = signal.to_vec();
    let mut spectrum = transform.make_output_vec();
    transform.process(&mut input, &mut spectrum).expect("the buffers are those of the plan");
    spectrum.iter().map(|bin| bin.norm_sqr()).collect()
}
