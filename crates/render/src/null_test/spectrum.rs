//! The tone of a whole signal: how much there is in each band.

use realfft::RealFftPlanner;

use super::case::Sides;

/// Mean power of a signal per bin of a long transform, both sides together.
pub struct Spectrum {
    powers: Vec<f64>,
    bin_hz: f64,
}

/// 5 Hz apart at 48 kHz: a third of an octave at 25 Hz is just one bin wide.
const TRANSFORM_FRAMES: usize = 8_192;

impl Spectrum {
    /// Averages the whole signal. `[main]`
    pub fn measure(signal: Sides, sample_rate_hz: f64) -> Self {
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(TRANSFORM_FRAMES);
        let (mut input, mut output) = (transform.make_input_vec(), transform.make_output_vec());
        let window: Vec<f64> = (0..TRANSFORM_FRAMES)
            .map(|frame| (std::f64::consts::PI * (frame as f64 + 0.5) / TRANSFORM_FRAMES as f64).sin())
            .collect();
        let mut powers = vec![0.0; output.len()];
        let mut count = 0_usize;
        for side in signal {
            // Squared, the windows of neighbours add up to one.
            for start in (0..side.len()).step_by(TRANSFORM_FRAMES / 2) {
                let samples = side[start..].iter().map(|&x| f64::from(x)).chain(std::iter::repeat(0.0));
                for ((cell, x), weight) in input.iter_mut().zip(samples).zip(&window) {
                    *cell = x * weight;
                }
                if transform.process(&mut input, &mut output).is_ok() {
                    powers.iter_mut().zip(&output).for_each(|(power, bin)| *power += bin.norm_sqr());
                }
                count += 1;
            }
        }
        // Of a real signal half of the bins are not there; a mean over time and both sides is wanted.
        let scale = 2.0 / (TRANSFORM_FRAMES as f64 * TRANSFORM_FRAMES as f64 * 0.5 * count.max(1) as f64);
        powers.iter_mut().for_each(|power| *power *= scale);
        Self { powers, bin_hz: sample_rate_hz / TRANSFORM_FRAMES as f64 }
    }

    /// Power in a third of an octave. `[main]`
    pub fn third_power(&self, center_hz: f64) -> f64 {
        let sixth = 2f64.powf(1.0 / 6.0);
        self.power(center_hz / sixth, center_hz * sixth)
    }

    /// Power between two frequencies. `[main]`
    pub fn power(&self, from_hz: f64, to_hz: f64) -> f64 {
        let bin = |hz: f64| ((hz / self.bin_hz).round().max(0.0) as usize).min(self.powers.len());
        self.powers[bin(from_hz)..bin(to_hz).max(bin(from_hz))].iter().sum()
    }
}

/// The middles of thirds of an octave, 25 Hz to 20 kHz. `[any]`
pub fn thirds() -> impl Iterator<Item = f64> {
    (-16..=13).map(|third| 1_000.0 * 2f64.powf(f64::from(third) / 3.0))
}
