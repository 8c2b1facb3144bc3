//! Equalizer: two cut filters, two shelves and three bells in series.

/// What a band hears: both channels, what they share, or what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Left and right alike.
    #[default]
    Stereo,
    /// (left + right) / 2 only.
    Mid,
    /// (left − right) / 2 only. On a mono signal a side band does nothing.
    Side,
}

/// How steeply a cut filter falls (Butterworth), in dB per octave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slope {
    /// The filter is out of the path.
    #[default]
    Off,
    /// First order.
    Db6,
    /// Second order.
    Db12,
    /// Fourth order.
    Db24,
}

/// A high-pass or low-pass filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutSettings {
    /// How steeply it falls; off by default.
    pub slope: Slope,
    /// The −3 dB point: 10–500 Hz (high-pass), 1–22 kHz (low-pass; held below the Nyquist frequency).
    pub frequency_hz: f32,
    /// What it hears.
    pub placement: Placement,
}

/// A shelf or a bell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandSettings {
    /// Whether the band is in the path.
    pub on: bool,
    /// Centre of a bell, midpoint of a shelf, 20–20 000 Hz.
    pub frequency_hz: f32,
    /// Gain at the centre of a bell, at the far end of a shelf, ±12 dB.
    pub gain_db: f32,
    /// Quality factor, 0.1–10; 0.707 is a shelf without a hump.
    pub q: f32,
    /// What it hears.
    pub placement: Placement,
}

/// All bands. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EqualizerSettings {
    /// Removes what is below.
    pub high_pass: CutSettings,
    /// Lifts or lowers the low end.
    pub low_shelf: BandSettings,
    /// Three bells, low to high by default.
    pub bells: [BandSettings; 3],
    /// Lifts or lowers the high end.
    pub high_shelf: BandSettings,
    /// Removes what is above.
    pub low_pass: CutSettings,
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        let band =
            |frequency_hz, q| BandSettings { on: false, frequency_hz, gain_db: 0.0, q, placement: Placement::Stereo };
        let cut = |frequency_hz| CutSettings { slope: Slope::Off, frequency_hz, placement: Placement::Stereo };
        Self {
            high_pass: cut(30.0),
            low_shelf: band(100.0, 0.71),
            bells: [band(250.0, 1.0), band(1_000.0, 1.0), band(4_000.0, 1.0)],
            high_shelf: band(8_000.0, 0.71),
            low_pass: cut(20_000.0),
        }
    }
}
