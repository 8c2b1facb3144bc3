//! The format of a signal: what a processor must know before it can allocate.

/// Sample rate and channel count of the blocks a processor will be given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Frames per second, 1 000…1 536 000 Hz.
    pub sample_rate_hz: f64,
    /// 1 (mono) or 2 (left, right).
    pub channels: usize,
}

impl Format {
    /// A stereo signal.
    pub fn stereo(sample_rate_hz: f64) -> Self {
        Self { sample_rate_hz, channels: 2 }
    }

    /// A mono signal.
    pub fn mono(sample_rate_hz: f64) -> Self {
        Self { sample_rate_hz, channels: 1 }
    }

    /// Whether processors can be made for it. `[any]`
    pub fn is_supported(&self) -> bool {
        (1_000.0..=1_536_000.0).contains(&self.sample_rate_hz) && (1..=MAX_CHANNELS).contains(&self.channels)
    }

    /// Frames in a time, rounded to the nearest.
    pub fn frames_from_ms(&self, time_ms: f64) -> usize {
        crate::units::frames_from_ms(time_ms, self.sample_rate_hz)
    }
}

/// The most channels any processor carries.
pub const MAX_CHANNELS: usize = 2;
