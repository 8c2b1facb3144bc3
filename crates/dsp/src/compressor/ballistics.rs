//! How the reduction moves: attack, release, and the release the programme chooses.

use super::{CompressorSettings, DetectorKind};
use crate::detector::LONGEST_HOLD_MS;

/// How fast the reduction moves: what is left of a distance after one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ballistics {
    /// For how long the detector holds a peak.
    pub hold_frames: usize,
    attack_keep: f64,
    release_keep: f64,
    auto_release: bool,
    lasting_rise_keep: f64,
    lasting_fall_keep: f64,
}

/// Release after a short peak when the programme chooses.
const QUICK_RELEASE_MS: f64 = 60.0;
/// How long a reduction must last to be called lasting.
const LASTING_RISE_MS: f64 = 500.0;
/// Release of a lasting reduction.
const LASTING_FALL_MS: f64 = 1_000.0;

impl Ballistics {
    pub fn new(settings: &CompressorSettings, sample_rate_hz: f64) -> Self {
        let frames = |time_ms: f64| time_ms * 0.001 * sample_rate_hz;
        let keep = |time_frames: f64| (-1.0 / time_frames).exp();
        let attack_ms = f64::from(settings.attack_ms);
        let release_ms = if settings.auto_release { QUICK_RELEASE_MS } else { settings.release_ms.into() };
        let hold_frames = match settings.detector {
            DetectorKind::Peak => frames(LONGEST_HOLD_MS.min(0.5 * attack_ms).min(0.25 * release_ms)) as usize,
            DetectorKind::Rms => 0,
        };
        Self {
            hold_frames,
            attack_keep: keep(frames(attack_ms)),
            release_keep: keep(frames(release_ms) - hold_frames as f64),
            auto_release: settings.auto_release,
            lasting_rise_keep: keep(frames(LASTING_RISE_MS)),
            lasting_fall_keep: keep(frames(LASTING_FALL_MS)),
        }
    }
}

/// The reduction of one channel as it moves, in dB.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reduction {
    quick_db: f64,
    lasting_db: f64,
}

/// A falling reduction this small is over: the signal passes to the bit again. A rising one may be smaller.
const NO_REDUCTION_DB: f64 = 1e-6;

impl Reduction {
    /// Moves towards the target by one frame.
    #[inline]
    pub fn follow(&mut self, target_db: f64, ballistics: &Ballistics) -> f64 {
        let keep = if target_db > self.quick_db { ballistics.attack_keep } else { ballistics.release_keep };
        self.quick_db = target_db + (self.quick_db - target_db) * keep;
        if target_db == 0.0 && self.quick_db < NO_REDUCTION_DB {
            self.quick_db = 0.0;
        }
        if !ballistics.auto_release {
            self.lasting_db = 0.0;
            return self.quick_db;
        }
        let rising = self.quick_db > self.lasting_db;
        let keep = if rising { ballistics.lasting_rise_keep } else { ballistics.lasting_fall_keep };
        self.lasting_db = self.quick_db + (self.lasting_db - self.quick_db) * keep;
        if self.quick_db == 0.0 && self.lasting_db < NO_REDUCTION_DB {
            self.lasting_db = 0.0;
        }
        self.quick_db.max(self.lasting_db)
    }
}
