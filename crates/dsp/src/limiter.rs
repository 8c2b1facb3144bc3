//! Limiter: keeps every peak, also those between the samples, under a ceiling.

/// What the limiter does. The default holds −1 dBTP and drives nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterSettings {
    /// Gain into the limiter, 0…+24 dB.
    pub drive_db: f32,
    /// The level no peak exceeds, −12…0 dBTP.
    pub ceiling_dbtp: f32,
    /// Lets the programme choose the release.
    pub auto_release: bool,
    /// Time for 63 % of the recovery when not automatic, 5–1 000 ms.
    pub release_ms: f32,
    /// How early the gain starts to fall, 1–5 ms; the latency is that of the longest.
    pub lookahead_ms: f32,
    /// Whether peaks between the samples count.
    pub true_peak: bool,
    /// 0 (each channel for itself) … 1 (one gain for both, the image stays put).
    pub stereo_link: f32,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            drive_db: 0.0,
            ceiling_dbtp: -1.0,
            auto_release: true,
            release_ms: 100.0,
            lookahead_ms: 3.0,
            true_peak: true,
            stereo_link: 1.0,
        }
    }
}
