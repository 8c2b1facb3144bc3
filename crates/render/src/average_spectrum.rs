//! The spectrum of a whole file: how its power is shared out over the octaves, on average.

use std::sync::Arc;

use dsp::format::Format;
use dsp::units::db_from_power;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Averages the power of a whole sound.
///
/// Each point is the power within a sixth of an octave, mean of the channels: pink noise is a level line. Hann windows
/// of some 170 ms, half overlapping (P. Welch, 1967).
pub struct AverageSpectrum {
    sample_rate_hz: f64,
    transform: Arc<dyn RealToComplex<f64>>,
    window: Box<[f64]>,
    /// The frames not yet transformed, both channels.
    waiting: [Vec<f32>; 2],
    input: Box<[f64]>,
    bins: Box<[Complex<f64>]>,
    /// Sum of the power of each bin over all windows and channels.
    power: Box<[f64]>,
    transforms: u64,
}

/// Frames of a window at 48 kHz; the same to the power of two at other rates.
const WINDOW_FRAMES: f64 = 8_192.0;
const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 20_000.0;
const POINTS_PER_OCTAVE: f64 = 12.0;
/// Half of the band of a point, in octaves.
const HALF_BAND: f64 = 1.0 / 12.0;

impl AverageSpectrum {
    /// One that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let frames = 1usize << (WINDOW_FRAMES * format.sample_rate_hz / 48_000.0).log2().round().max(6.0) as u32;
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(frames);
        let weight = |frame: usize| 0.5 - 0.5 * (std::f64::consts::TAU * frame as f64 / frames as f64).cos();
        // The mean square of a Hann window is 3/8, and each bin stands for its mirror image, too: with this the powers of
        // the bins sum to the mean square of the signal.
        let scale = (2.0 / (0.375 * (frames * frames) as f64)).sqrt();
        Self {
            sample_rate_hz: format.sample_rate_hz,
            window: (0..frames).map(|frame| scale * weight(frame)).collect(),
            waiting: [Vec::new(), Vec::new()],
            input: transform.make_input_vec().into(),
            bins: transform.make_output_vec().into(),
            power: vec![0.0; frames / 2 + 1].into(),
            transform,
            transforms: 0,
        }
    }

    /// Hears a block, one or two channels. `[main]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let frames = self.window.len();
        for (channel, waiting) in block.iter().zip(&mut self.waiting) {
            waiting.extend_from_slice(channel.as_ref());
        }
        for channel in 0..self.waiting.len() {
            let mut start = 0;
            while let Some(samples) = self.waiting[channel].get(start..start + frames) {
                for ((input, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
                    *input = f64::from(*sample) * weight;
                }
                // Fails only for buffers of a wrong length; these are the transform's own.
                if self.transform.process(&mut self.input, &mut self.bins).is_ok() {
                    self.power.iter_mut().zip(&self.bins).for_each(|(power, bin)| *power += bin.norm_sqr());
                    self.transforms += 1;
                }
                start += frames / 2;
            }
            self.waiting[channel].drain(..start);
        }
    }

    /// Frequency in Hz and power in dB (full scale: a mean square of one) of each point; none without sound. `[main]`
    pub fn points(&self) -> Vec<(f64, f64)> {
        if self.transforms == 0 {
            return Vec::new();
        }
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for power in &self.power {
            sum += power / self.transforms as f64;
            sums.push(sum);
        }
        let bin_hz = self.sample_rate_hz / self.window.len() as f64;
        // The power below a frequency; a bin's own reaches from half a bin below it to half a bin above.
        let below = |frequency_hz: f64| {
            let place = (frequency_hz / bin_hz + 0.5).clamp(0.0, (sums.len() - 1) as f64);
            let (index, share) = (place.floor() as usize, place.fract());
            let next = sums.get(index + 1).unwrap_or(&sum);
            sums[index] + share * (next - sums[index])
        };
        let highest_hz = HIGHEST_HZ.min(0.5 * self.sample_rate_hz);
        let points = ((highest_hz / LOWEST_HZ).log2() * POINTS_PER_OCTAVE).floor() as usize;
        (0..=points)
            .map(|point| LOWEST_HZ * (point as f64 / POINTS_PER_OCTAVE).exp2())
            .map(|hz| (hz, db_from_power(below(hz * HALF_BAND.exp2()) - below(hz * (-HALF_BAND).exp2()))))
            .collect()
    }
}
