//! Detector: how loud the signal is, before the compressor decides.

use biquad::{Biquad, Coefficients, DirectForm1, Q_BUTTERWORTH_F64, ToHertz, Type};

use crate::{
    compressor::DetectorKind,
    format::Format,
    units::{db_from_gain, db_from_power},
};

/// The level of one channel, frame by frame.
///
/// A high-pass before it keeps the bass from pumping everything else.
#[derive(Clone, Debug)]
pub struct Detector {
    sample_rate_hz: f64,
    kind: DetectorKind,
    high_pass_hz: Option<f32>,
    high_pass: Option<DirectForm1<f64>>,
    mean_square: f64,
    mean_keep: f64,
}

/// Averaging time of [`DetectorKind::Rms`]: 63 % of a step of power.
const RMS_MS: f64 = 10.0;
/// The power of −300 dBFS counts as none, before numbers become so small that they are slow.
const NO_POWER: f64 = 1e-30;

impl Detector {
    /// A silent peak detector without high-pass. `[setup]`
    pub fn new(format: Format) -> Self {
        Self {
            sample_rate_hz: format.sample_rate_hz,
            kind: DetectorKind::Peak,
            high_pass_hz: None,
            high_pass: None,
            mean_square: 0.0,
            mean_keep: (-1.0 / (RMS_MS * 0.001 * format.sample_rate_hz)).exp(),
        }
    }

    /// Chooses how to read, and the corner of the high-pass (12 dB per octave). `[audio]`
    pub fn set(&mut self, kind: DetectorKind, high_pass_hz: Option<f32>) {
        self.kind = kind;
        if high_pass_hz == self.high_pass_hz {
            return;
        }
        self.high_pass_hz = high_pass_hz;
        let coefficients = high_pass_hz.and_then(|corner_hz| self.high_pass_coefficients(corner_hz));
        match (&mut self.high_pass, coefficients) {
            // The first direct form does not overshoot when retuned.
            (Some(filter), Some(coefficients)) => filter.update_coefficients(coefficients),
            (filter, coefficients) => *filter = coefficients.map(DirectForm1::<f64>::new),
        }
    }

    fn high_pass_coefficients(&self, corner_hz: f32) -> Option<Coefficients<f64>> {
        let corner_hz = f64::from(corner_hz).clamp(1.0, 0.45 * self.sample_rate_hz);
        Coefficients::<f64>::from_params(Type::HighPass, self.sample_rate_hz.hz(), corner_hz.hz(), Q_BUTTERWORTH_F64)
            .ok()
    }

    /// Forgets the sound. `[audio]`
    pub fn reset(&mut self) {
        if let Some(filter) = &mut self.high_pass {
            filter.reset_state();
        }
        self.mean_square = 0.0;
    }

    /// Takes a finite sample, returns the level in dBFS: 0 is a peak of one, or a mean square of one. `[audio]`
    #[inline]
    pub fn next_db(&mut self, sample: f64) -> f64 {
        let heard = match &mut self.high_pass {
            Some(filter) => filter.run(sample),
            None => sample,
        };
        match self.kind {
            DetectorKind::Peak => db_from_gain(heard),
            DetectorKind::Rms => {
                let power = heard * heard;
                self.mean_square = power + (self.mean_square - power) * self.mean_keep;
                if self.mean_square < NO_POWER {
                    self.mean_square = 0.0;
                }
                db_from_power(self.mean_square)
            }
        }
    }
}
