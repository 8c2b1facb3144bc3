//! What happens to the sum: input gain, equalizer, compressor, limiter, output gain, bypass, dither, meters.

use crate::{
    compressor::CompressorSettings, dither::WordLength, equalizer::EqualizerSettings, limiter::LimiterSettings,
};

/// Everything the master's chain can be told. The default only holds −1 dBTP.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MasterSettings {
    /// Gain before everything, −12…+12 dB.
    pub input_gain_db: f32,
    /// The equalizer's bands.
    pub equalizer: EqualizerSettings,
    /// The compressor.
    pub compressor: CompressorSettings,
    /// The limiter.
    pub limiter: LimiterSettings,
    /// The word length of the file to come.
    pub dither: WordLength,
    /// Gain after the limiter for listening at a matched level, −24…0 dB: only down, so that the ceiling holds.
    pub output_gain_db: f32,
    /// Passes the input through, as late as the processed signal.
    pub bypass: bool,
    /// While bypassed: plays the input at the loudness of the processed signal.
    pub matched_bypass: bool,
}
