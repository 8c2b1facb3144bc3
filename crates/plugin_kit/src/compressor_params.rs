//! The compressor's parameters, the same in both plugins.

use dsp::compressor::{CompressorSettings, DetectorKind};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Params};

use crate::text;

/// The lowest value of the side-chain high-pass, which is off.
const SIDECHAIN_OFF_HZ: f32 = 20.0;

/// How the detector reads a level, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum DetectorChoice {
    /// The rectified sample.
    #[id = "peak"]
    Peak,
    /// The mean square.
    #[id = "rms"]
    #[name = "RMS"]
    Rms,
}

impl From<DetectorChoice> for DetectorKind {
    fn from(choice: DetectorChoice) -> Self {
        match choice {
            DetectorChoice::Peak => DetectorKind::Peak,
            DetectorChoice::Rms => DetectorKind::Rms,
        }
    }
}

/// The compressor.
#[derive(Params)]
#[allow(missing_docs, reason = "the names and ids are the documentation of a parameter")]
pub struct CompressorParams {
    #[id = "on"]
    pub on: BoolParam,
    #[id = "threshold"]
    pub threshold: FloatParam,
    #[id = "ratio"]
    pub ratio: FloatParam,
    #[id = "knee"]
    pub knee: FloatParam,
    #[id = "attack"]
    pub attack: FloatParam,
    #[id = "release"]
    pub release: FloatParam,
    #[id = "auto_release"]
    pub auto_release: BoolParam,
    #[id = "sc_hp"]
    pub sidechain_high_pass: FloatParam,
    #[id = "detector"]
    pub detector: EnumParam<DetectorChoice>,
    #[id = "link"]
    pub stereo_link: FloatParam,
    #[id = "mix"]
    pub mix: FloatParam,
    #[id = "makeup"]
    pub makeup: FloatParam,
    #[id = "auto_makeup"]
    pub auto_makeup: BoolParam,
}

impl Default for CompressorParams {
    fn default() -> Self {
        let default = CompressorSettings::default();
        Self {
            on: BoolParam::new("Compressor on", default.on),
            threshold: text::decibels("Threshold", default.threshold_db, -60.0, 0.0),
            ratio: text::ratio("Ratio", default.ratio, 1.0, 10.0),
            knee: text::decibels("Knee", default.knee_db, 0.0, 24.0),
            attack: text::milliseconds("Attack", default.attack_ms, 0.1, 200.0),
            release: text::milliseconds("Release", default.release_ms, 5.0, 2_000.0),
            auto_release: BoolParam::new("Auto release", default.auto_release),
            sidechain_high_pass: text::hertz_or_off("Side-chain high-pass", SIDECHAIN_OFF_HZ, 500.0),
            detector: EnumParam::new("Detector", DetectorChoice::Peak),
            stereo_link: text::percent("Compressor stereo link", default.stereo_link * 100.0),
            mix: text::percent("Compressor mix", default.mix * 100.0),
            makeup: text::decibels("Make-up", default.makeup_db, -12.0, 12.0),
            auto_makeup: BoolParam::new("Auto make-up", default.auto_makeup),
        }
    }
}

impl CompressorParams {
    /// What the sound is told. `[audio]`
    pub fn settings(&self) -> CompressorSettings {
        let sidechain_hz = self.sidechain_high_pass.value();
        CompressorSettings {
            on: self.on.value(),
            threshold_db: self.threshold.value(),
            ratio: self.ratio.value(),
            knee_db: self.knee.value(),
            attack_ms: self.attack.value(),
            release_ms: self.release.value(),
            auto_release: self.auto_release.value(),
            sidechain_high_pass_hz: (!text::is_off(sidechain_hz, SIDECHAIN_OFF_HZ)).then_some(sidechain_hz),
            detector: self.detector.value().into(),
            stereo_link: self.stereo_link.value() * 0.01,
            mix: self.mix.value() * 0.01,
            makeup_db: self.makeup.value(),
            auto_makeup: self.auto_makeup.value(),
        }
    }
}
