//! Dither: the last step before a file of fewer bits.

/// The word length the signal is prepared for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordLength {
    /// The signal is left alone.
    #[default]
    Off,
    /// 24 bit, TPDF.
    Bits24,
    /// 20 bit, TPDF.
    Bits20,
    /// 16 bit, TPDF with noise shaping.
    Bits16,
}
