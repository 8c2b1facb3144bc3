//! What the limiter is fed with: programme, and what no programme does.

use testkit::signals;

use crate::with_tail;

pub fn clipped(signal: &[f32]) -> Vec<f32> {
    signal.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

/// One after the other, silence between them.
pub fn in_turn(signals: impl IntoIterator<Item = Vec<f32>>) -> Vec<f32> {
    let start = with_tail(&[]);
    start.into_iter().chain(signals.into_iter().flat_map(|signal| with_tail(&signal))).collect()
}

/// Nothing above `cutoff_hz`: a sinc of 401 taps under a Hann window, 80 dB down after 1/100 of the rate.
pub fn band_limited(signal: &[f32], cutoff_hz: f64, sample_rate_hz: f64) -> Vec<f32> {
    const HALF: usize = 200;
    let cutoff = cutoff_hz / sample_rate_hz;
    let taps: Vec<f64> = (0..=2 * HALF)
        .map(|tap| {
            let distance = tap as f64 - HALF as f64;
            let turn = std::f64::consts::PI * distance;
            let sinc = if distance == 0.0 { 2.0 * cutoff } else { (2.0 * cutoff * turn).sin() / turn };
            sinc * (0.5 + 0.5 * (turn / (HALF as f64 + 1.0)).cos())
        })
        .collect();
    let mut padded = vec![0.0; HALF];
    padded.extend_from_slice(signal);
    padded.resize(signal.len() + 2 * HALF, 0.0);
    padded
        .windows(2 * HALF + 1)
        .map(|window| window.iter().zip(&taps).map(|(&x, tap)| f64::from(x) * tap).sum::<f64>() as f32)
        .collect()
}

/// Kick, bass, noise and hats.
pub fn music(seed: u64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let pink = signals::pink_noise(seed, 0.12, frames);
    let hiss = signals::white_noise(seed + 1, 0.8, frames);
    let bass = signals::sine(55.0, 0.3, 0.0, sample_rate_hz, frames);
    let beat_frames = (0.125 * sample_rate_hz) as usize;
    (0..frames)
        .map(|frame| {
            let time = (frame % beat_frames) as f64 / sample_rate_hz;
            let kick_phase = std::f64::consts::TAU * (50.0 * time + 8.0 * (1.0 - (-time / 0.03).exp()));
            let kick = 0.7 * (-time / 0.08).exp() * kick_phase.sin();
            pink[frame] + bass[frame] + kick as f32 + hiss[frame] * (-time / 0.01).exp() as f32
        })
        .collect()
}

/// Programme that ends at 20 kHz.
pub fn programme(sample_rate_hz: f64) -> Vec<(&'static str, Vec<f32>)> {
    let frames = (0.2 * sample_rate_hz) as usize;
    let below_20_khz = |signal: &[f32]| band_limited(signal, 19_500.0, sample_rate_hz);
    vec![
        ("music", below_20_khz(&music(3, sample_rate_hz, frames))),
        ("clipped pink noise", below_20_khz(&clipped(&signals::pink_noise(1, 1.0, frames)))),
        ("white noise", below_20_khz(&signals::white_noise(2, 1.0, frames))),
        ("band-limited impulses", impulses_between_the_samples(16, 20_000.0, sample_rate_hz)),
    ]
}

/// Tones whose samples all miss the top of the wave, from `phases` starting points, each starting and ending at once.
pub fn sines_in_step(phases: u32, sample_rate_hz: f64) -> Vec<f32> {
    const SHARES: [(f64, f64); 8] =
        [(1.0, 4.0), (1.0, 3.0), (2.0, 5.0), (3.0, 8.0), (5.0, 12.0), (3.0, 7.0), (4.0, 9.0), (9.0, 20.0)];
    in_turn(SHARES.iter().flat_map(|(p, q)| {
        (0..phases).map(move |phase| {
            let phase_degrees = 360.0 * f64::from(phase) / f64::from(phases);
            signals::sine(sample_rate_hz * p / q, 1.0, phase_degrees, sample_rate_hz, 300)
        })
    }))
}

/// Impulses whose tops lie at `steps` places between two samples.
pub fn impulses_between_the_samples(steps: u32, cutoff_hz: f64, sample_rate_hz: f64) -> Vec<f32> {
    in_turn((0..steps).map(|step| {
        let peak_frame = 400.0 + f64::from(step) / f64::from(steps);
        signals::band_limited_impulse(peak_frame, cutoff_hz, 1.0, sample_rate_hz, 801)
    }))
}

/// Alternating signs with a flip in the middle, of all lengths up to 64 samples.
pub fn flipped_bursts() -> Vec<f32> {
    in_turn((1..=32).map(|half_frames| signals::flipped_burst(half_frames, 1.0, 0)))
}

/// A noise from three seeds.
pub fn three_seeds(noise: fn(u64, usize) -> Vec<f32>) -> Vec<f32> {
    in_turn((1..=3).map(|seed| noise(seed, 8_000)))
}
