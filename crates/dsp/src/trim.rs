//! Trim: level, polarity, balance and mute of a stem.

/// Which channels are turned upside down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polarity {
    /// Neither.
    #[default]
    Normal,
    /// Left only.
    Left,
    /// Right only.
    Right,
    /// Both (a mono signal is inverted by any setting but [`Polarity::Normal`]).
    Both,
}

/// What the trim does. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrimSettings {
    /// Gain, −24…+12 dB.
    pub trim_db: f32,
    /// Channels turned upside down.
    pub polarity: Polarity,
    /// −1 (left only) … 0 … +1 (right only); turns the other side down, never anything up.
    pub balance: f32,
    /// Silences the stem.
    pub mute: bool,
}
