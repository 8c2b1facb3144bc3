//! The tone of a whole signal: how much there is in each band, and how far a filter makes one signal of another.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

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
        // Squared, the windows of neighbours add up to one.
        let mut transform = Transform::new(1);
        let mut powers = vec![0.0; transform.bins.len()];
        let mut count = 0_usize;
        for side in signal {
            for start in starts(side) {
                let bins = transform.of(side, start);
                powers.iter_mut().zip(bins).for_each(|(power, bin)| *power += bin.norm_sqr());
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

/// How much of the difference of two signals goes when the first is sent through the best filter that never moves, the
/// same for both sides: the energy before and after. `[main]`
///
/// After M. Welch and J. Bendat: the part of the second signal that is not coherent with the first.
pub fn left_by_a_filter(input: Sides, output: Sides) -> (f64, f64) {
    // Steep slopes of a spectrum must not leak into their surroundings.
    let (mut of_input, mut of_output) = (Transform::new(2), Transform::new(2));
    let mut sums = vec![(0.0, 0.0, Complex::<f64>::default()); of_input.bins.len()];
    for (input, output) in input.into_iter().zip(output) {
        for start in starts(input) {
            let bins = of_input.of(input, start).iter().zip(of_output.of(output, start));
            for ((input_power, output_power, cross), (input, output)) in sums.iter_mut().zip(bins) {
                *input_power += input.norm_sqr();
                *output_power += output.norm_sqr();
                *cross += output * input.conj();
            }
        }
    }
    sums.iter().fold((0.0, 0.0), |(before, after), (input, output, cross)| {
        let coherent = if *input > 0.0 { cross.norm_sqr() / input } else { 0.0 };
        (before + input + output - 2.0 * cross.re, after + (output - coherent).max(0.0))
    })
}

/// Where the pieces of a signal begin, each half covered by the next.
fn starts(side: &[f32]) -> impl Iterator<Item = usize> {
    (0..side.len()).step_by(TRANSFORM_FRAMES / 2)
}

/// The bins of a piece of a signal.
struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    piece: Vec<f64>,
    bins: Vec<Complex<f64>>,
}

impl Transform {
    /// Under a window that is a half wave of a sine, to a power.
    fn new(power: i32) -> Self {
        let forward = RealFftPlanner::<f64>::new().plan_fft_forward(TRANSFORM_FRAMES);
        let wave = |frame: usize| (PI * (frame as f64 + 0.5) / TRANSFORM_FRAMES as f64).sin();
        Self {
            window: (0..TRANSFORM_FRAMES).map(|frame| wave(frame).powi(power)).collect(),
            piece: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            forward,
        }
    }

    /// Those of the piece that begins at `start`; silence follows the end.
    fn of(&mut self, side: &[f32], start: usize) -> &[Complex<f64>] {
        let samples = side[start..].iter().map(|&x| f64::from(x)).chain(std::iter::repeat(0.0));
        for ((cell, x), weight) in self.piece.iter_mut().zip(samples).zip(&self.window) {
            *cell = x * weight;
        }
        // Fails only for wrong lengths, and these are its own.
        let _ = self.forward.process(&mut self.piece, &mut self.bins);
        &self.bins
    }
}

/// The middles of thirds of an octave, 25 Hz to 20 kHz. `[any]`
pub fn thirds() -> impl Iterator<Item = f64> {
    (-16..=13).map(|third| 1_000.0 * 2f64.powf(f64::from(third) / 3.0))
}
