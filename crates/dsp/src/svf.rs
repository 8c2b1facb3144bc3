//! The state-variable filter under every band of the equalizer.

mod matched;

use std::f64::consts::PI;

/// What a second-order filter does to the sound: (`high`·s² + `band`·s + `low`) / (s² + `damping`·s + 1), where the
/// analogue frequency s = j·tan(π·frequency / sample rate) / `tuning` is the bilinear transform's.
///
/// Every stable digital filter of second order can be written so. The designs in this module choose the five numbers
/// such that the *digital* curve follows the analogue one up to the Nyquist frequency, instead of being squeezed there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// tan(π·frequency / sample rate) where the poles lie; above 0.
    tuning: f64,
    /// Twice the damping ratio of the poles; above 0.
    damping: f64,
    /// Gain at the Nyquist frequency.
    high: f64,
    /// Gain of the resonant part.
    band: f64,
    /// Gain at 0 Hz.
    low: f64,
}

impl Coefficients {
    /// A filter that passes everything unchanged, to the bit. `[any]`
    pub const UNITY: Self = Self { tuning: 1.0, damping: 2.0, high: 1.0, band: 2.0, low: 1.0 };

    /// The filter that undoes this one: poles and zeros change places. Needs gain at 0 Hz and at Nyquist. `[any]`
    #[must_use]
    pub fn inverse(self) -> Self {
        let tuning = self.tuning * (self.low / self.high).sqrt();
        let scale = self.tuning / (tuning * self.high);
        Self {
            tuning,
            damping: self.band * scale,
            high: 1.0 / self.high,
            band: self.damping * scale,
            low: 1.0 / self.low,
        }
    }

    /// The same filter with all gains times `gain`. `[any]`
    #[must_use]
    pub fn scaled(self, gain: f64) -> Self {
        Self { high: self.high * gain, band: self.band * gain, low: self.low * gain, ..self }
    }

    /// Gain at a frequency as a complex number, real and imaginary part. Above the Nyquist frequency: that at Nyquist.
    /// `[any]`
    pub fn response(&self, frequency_hz: f64, sample_rate_hz: f64) -> (f64, f64) {
        let s = (PI * (frequency_hz / sample_rate_hz).min(0.5)).tan() / self.tuning;
        let (top_real, top_imaginary) = (self.low - self.high * s * s, self.band * s);
        let (real, imaginary) = (1.0 - s * s, self.damping * s);
        let power = real * real + imaginary * imaginary;
        ((top_real * real + top_imaginary * imaginary) / power, (top_imaginary * real - top_real * imaginary) / power)
    }
}

/// One channel's filter: linear trapezoidal integrators in f64, which stay calm when the coefficients jump.
///
/// After: A. Simper, "Linear Trapezoidal Integrated SVF" (Cytomic, 2013).
#[derive(Clone, Copy, Debug, Default)]
pub struct Svf {
    /// States of the two integrators.
    band_state: f64,
    low_state: f64,
}

/// [`Coefficients`] as the loop wants them.
#[derive(Clone, Copy, Debug)]
pub struct Taps {
    /// Gains into and between the integrators.
    integrator_gains: [f64; 3],
    /// Shares of input, band and low output in the mix.
    mix: [f64; 3],
}

impl From<Coefficients> for Taps {
    fn from(c: Coefficients) -> Self {
        let first = 1.0 / (1.0 + c.tuning * (c.tuning + c.damping));
        let second = c.tuning * first;
        Self {
            integrator_gains: [first, second, c.tuning * second],
            // The high output is what the input has beyond the other two.
            mix: [c.high, c.band - c.damping * c.high, c.low - c.high],
        }
    }
}

impl Taps {
    /// What to [`Taps::advance`] by, so that `frames` steps lead to `target`. `[audio]`
    pub fn step_to(&self, target: &Self, frames: usize) -> Self {
        let step = |from: [f64; 3], to: [f64; 3]| {
            let [a, b, c] = from;
            let [x, y, z] = to;
            [x - a, y - b, z - c].map(|difference| difference / frames as f64)
        };
        Self { integrator_gains: step(self.integrator_gains, target.integrator_gains), mix: step(self.mix, target.mix) }
    }

    /// Takes one step. `[audio]`
    #[inline]
    pub fn advance(&mut self, step: &Self) {
        self.integrator_gains.iter_mut().zip(step.integrator_gains).for_each(|(gain, step)| *gain += step);
        self.mix.iter_mut().zip(step.mix).for_each(|(share, step)| *share += step);
    }
}

/// States below this are silence (−400 dBFS): they must not linger as denormal numbers, which are slow.
const SILENT_STATE: f64 = 1e-20;

impl Svf {
    /// The output for the next frame of input. `[audio]`
    #[inline]
    pub fn next(&mut self, input: f64, taps: &Taps) -> f64 {
        let [first, second, third] = taps.integrator_gains;
        let high = input - self.low_state;
        let band = first * self.band_state + second * high;
        let low = self.low_state + second * self.band_state + third * high;
        self.band_state = 2.0 * band - self.band_state;
        self.low_state = 2.0 * low - self.low_state;
        taps.mix[0] * input + taps.mix[1] * band + taps.mix[2] * low
    }

    /// Ends a decay that nobody can hear; to be called now and then. `[audio]`
    pub fn settle(&mut self) {
        if self.band_state.abs() < SILENT_STATE && self.low_state.abs() < SILENT_STATE {
            *self = Self::default();
        }
    }
}
