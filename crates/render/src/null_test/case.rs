//! What is compared: the stems, their sum, the mix, and what is left.

use dsp::units::db_from_power;

use super::residual::Residual;
use super::spectrum::Spectrum;

/// Left and right, of equal length.
pub type Sides<'a> = [&'a [f32]; 2];
/// The same, computed.
pub type Computed = [Vec<f32>; 2];

/// What is known when the search for a cause begins.
pub struct Case<'a> {
    /// All stems.
    pub stems: &'a [Sides<'a>],
    /// The mix.
    pub reference: Sides<'a>,
    /// The stems together.
    pub sum: Sides<'a>,
    /// What is left.
    pub difference: Sides<'a>,
    /// The same as a spectrum.
    pub difference_spectrum: &'a Spectrum,
    /// The mix as a spectrum.
    pub reference_spectrum: &'a Spectrum,
    /// The sum as a spectrum.
    pub sum_spectrum: &'a Spectrum,
    /// How much is left.
    pub residual: &'a Residual,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

/// Something computed, to be looked at.
pub fn view(computed: &Computed) -> Sides<'_> {
    computed.each_ref().map(Vec::as_slice)
}

/// What is left of `a` without `b`.
pub fn minus(a: Sides, b: Sides) -> Computed {
    [0, 1].map(|side| a[side].iter().zip(b[side]).map(|(a, b)| a - b).collect())
}

/// Both together.
pub fn plus(a: Sides, b: Sides) -> Computed {
    [0, 1].map(|side| a[side].iter().zip(b[side]).map(|(a, b)| a + b).collect())
}

/// A part of both sides; what lies beyond the end is left out.
pub fn part(signal: Sides<'_>, first: usize, frames: usize) -> Sides<'_> {
    signal.map(|side| &side[first.min(side.len())..(first + frames).min(side.len())])
}

/// The sum of all squares.
pub fn energy(signal: Sides) -> f64 {
    signal.iter().map(|side| product(side, side)).sum()
}

/// The sum of the products of two rows, sample by sample.
pub fn product(a: &[f32], b: &[f32]) -> f64 {
    // Four sums at a time, which processors can do at once.
    let mut sums = [0.0; 4];
    let (a, b) = (a.chunks(4), b.chunks(4));
    for (a, b) in a.zip(b) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += f64::from(a) * f64::from(b);
        }
    }
    sums.iter().sum()
}

/// How much more energy `a` is than `b`, in dB.
pub fn db_over(a: f64, b: f64) -> f64 {
    db_from_power(a.max(1e-20)) - db_from_power(b.max(1e-20))
}
