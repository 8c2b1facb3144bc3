//! Detector: how loud the signal is, before the compressor decides.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::{
    compressor::DetectorKind,
    format::Format,
    sliding_max::SlidingMax,
    svf::{Coefficients, Svf, Taps},
    units::{db_from_gain, db_from_power},
};

/// The level of one channel, frame by frame.
///
/// A high-pass before it keeps the bass from pumping everything else. A peak is held for a moment: a steady tone then
/// reads its peak all the time, and not, twice a period, silence.
#[derive(Clone, Debug)]
pub struct Detector {
    sample_rate_hz: f64,
    kind: DetectorKind,
    high_pass_hz: Option<f32>,
    high_pass: Option<HighPass>,
    peaks: SlidingMax,
    hold_frames: usize,
    /// The peak read last and its level: a held peak is read for hundreds of frames, and a logarithm is dear.
    peak: f64,
    peak_db: f64,
    mean_square: f64,
    mean_keep: f64,
}

/// The filter before the detector.
#[derive(Clone, Debug)]
struct HighPass {
    filter: Svf,
    taps: Taps,
}

/// The longest a peak can be held: half a period of 50 Hz.
pub const LONGEST_HOLD_MS: f64 = 10.0;
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
            peaks: SlidingMax::new(format.frames_from_ms(LONGEST_HOLD_MS) + 1),
            hold_frames: 0,
            peak: 1.0,
            peak_db: 0.0,
            mean_square: 0.0,
            mean_keep: (-1.0 / (RMS_MS * 0.001 * format.sample_rate_hz)).exp(),
        }
    }

    /// Chooses how to read, for how many frames a peak is held (at most [`LONGEST_HOLD_MS`]), and the corner of the
    /// high-pass (12 dB per octave). `[audio]`
    pub fn set(&mut self, kind: DetectorKind, hold_frames: usize, high_pass_hz: Option<f32>) {
        if kind != self.kind {
            // What the other way of reading has not heard, this one must not remember.
            self.forget_level();
        }
        self.kind = kind;
        self.hold_frames = hold_frames;
        if high_pass_hz == self.high_pass_hz {
            return;
        }
        self.high_pass_hz = high_pass_hz;
        // A retuned filter goes on from where it is, without overshoot.
        let filter = self.high_pass.as_ref().map_or_else(Svf::default, |high_pass| high_pass.filter);
        self.high_pass = high_pass_hz.map(|corner_hz| {
            let coefficients = Coefficients::high_pass(corner_hz.into(), FRAC_1_SQRT_2, self.sample_rate_hz);
            HighPass { filter, taps: Taps::from(coefficients) }
        });
    }

    /// Forgets the sound. `[audio]`
    pub fn reset(&mut self) {
        if let Some(high_pass) = &mut self.high_pass {
            high_pass.filter = Svf::default();
        }
        self.forget_level();
    }

    fn forget_level(&mut self) {
        self.peaks.reset();
        self.mean_square = 0.0;
    }

    /// Takes a finite sample, returns the level in dBFS: 0 is a peak of one, or a mean square of one. `[audio]`
    #[inline]
    pub fn next_db(&mut self, sample: f64) -> f64 {
        let heard = match &mut self.high_pass {
            Some(high_pass) => {
                high_pass.filter.settle();
                high_pass.filter.next(sample, &high_pass.taps)
            }
            None => sample,
        };
        match self.kind {
            DetectorKind::Peak => {
                self.peaks.push(heard.abs());
                let peak = self.peaks.largest(self.hold_frames + 1);
                if peak != self.peak {
                    (self.peak, self.peak_db) = (peak, db_from_gain(peak));
                }
                self.peak_db
            }
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
