//! Compressor: detector, gain curve, apply.

/// How the detector reads a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetectorKind {
    /// The rectified sample.
    #[default]
    Peak,
    /// The mean square over about 10 ms.
    Rms,
}

/// What the compressor does. The default is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompressorSettings {
    /// Whether it is in the path.
    pub on: bool,
    /// Level above which it reduces, −60…0 dBFS.
    pub threshold_db: f32,
    /// Input change over output change above the threshold, 1–10.
    pub ratio: f32,
    /// Width of the soft knee around the threshold, 0–24 dB.
    pub knee_db: f32,
    /// Time for 63 % of a rise of the reduction (in dB), 0.1–200 ms.
    pub attack_ms: f32,
    /// Time for 63 % of a fall of the reduction (in dB), 5–2 000 ms.
    pub release_ms: f32,
    /// Lets the programme choose the release: quick after peaks, slow after sustained reduction.
    pub auto_release: bool,
    /// Corner of the high-pass before the detector, 20–500 Hz; `None` is off.
    pub sidechain_high_pass_hz: Option<f32>,
    /// How the detector reads a level.
    pub detector: DetectorKind,
    /// 0 (each channel for itself) … 1 (one reduction for both).
    pub stereo_link: f32,
    /// Share of the compressed signal, 0 (dry) … 1 (wet); linear, since both are correlated.
    pub mix: f32,
    /// Gain after the reduction, −12…+12 dB.
    pub makeup_db: f32,
    /// Adds half of the static curve's reduction at 0 dBFS to the make-up gain.
    pub auto_makeup: bool,
}

impl Default for CompressorSettings {
    fn default() -> Self {
        Self {
            on: false,
            threshold_db: -18.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 20.0,
            release_ms: 120.0,
            auto_release: false,
            sidechain_high_pass_hz: None,
            detector: DetectorKind::Peak,
            stereo_link: 1.0,
            mix: 1.0,
            makeup_db: 0.0,
            auto_makeup: false,
        }
    }
}
