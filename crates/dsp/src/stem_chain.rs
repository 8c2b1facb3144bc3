//! What happens to a stem: trim, equalizer, compressor, bypass, meter.

use crate::{compressor::CompressorSettings, equalizer::EqualizerSettings, trim::TrimSettings};

/// Everything a stem's chain can be told. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StemSettings {
    /// Level, polarity, balance, mute.
    pub trim: TrimSettings,
    /// The equalizer's bands.
    pub equalizer: EqualizerSettings,
    /// The compressor.
    pub compressor: CompressorSettings,
    /// Passes the input through.
    pub bypass: bool,
}
