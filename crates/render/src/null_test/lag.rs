//! By how many whole frames one signal is later than another.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::case::Sides;

/// Compares pieces of signals of one length.
pub struct LagFinder {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    /// Fades the ends of a piece (Hann).
    window: Vec<f64>,
}

/// The spectra of a piece, left and right.
pub type Spectra = [Vec<Complex<f64>>; 2];

/// Where one signal lies in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lag {
    /// By how much it is later, in frames; between two frames as a parabola through the neighbours says.
    pub frames: f64,
    /// How clear that is: the height of the peak over everything else more than a few frames away.
    pub clarity: f64,
}

/// Frames around the highest peak that belong to it.
const PEAK_FRAMES: i64 = 8;

impl LagFinder {
    /// For pieces of `frames` frames; lags up to a quarter of it are found. `[setup]`
    pub fn new(frames: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let fade = |frame: usize| 0.5 - 0.5 * (TAU * (frame as f64 + 0.5) / frames as f64).cos();
        Self {
            forward: planner.plan_fft_forward(frames),
            inverse: planner.plan_fft_inverse(frames),
            window: (0..frames).map(fade).collect(),
        }
    }

    /// The spectra of the piece that begins at `start`; silence follows the end of the signal. `[main]`
    pub fn spectra(&self, signal: Sides, start: usize) -> Spectra {
        signal.map(|side| {
            let samples = side.get(start..).unwrap_or_default().iter().map(|&x| f64::from(x));
            let samples = samples.chain(std::iter::repeat(0.0));
            let mut piece: Vec<f64> = self.window.iter().zip(samples).map(|(weight, x)| weight * x).collect();
            let mut spectrum = self.forward.make_output_vec();
            // Fails only for wrong lengths, and these are its own.
            let _ = self.forward.process(&mut piece, &mut spectrum);
            spectrum
        })
    }

    /// By how much `later` comes after `earlier`, by the phases of their spectra alone (GCC-PHAT: Knapp and Carter
    /// 1976): loud frequencies count as much as soft ones, so even a bass has a sharp peak. `None` if either is silent.
    /// `[main]`
    pub fn find(&self, earlier: &Spectra, later: &Spectra) -> Option<Lag> {
        let mut cross = self.inverse.make_input_vec();
        for (a, b) in earlier.iter().zip(later) {
            // Where the earlier one has next to nothing, the phase is that of something else.
            let largest = a.iter().map(|bin| bin.norm_sqr()).fold(0.0, f64::max);
            for ((cell, a), b) in cross.iter_mut().zip(a).zip(b) {
                let product = b * a.conj();
                if a.norm_sqr() > largest * 1e-8 && product.norm() > 0.0 {
                    *cell += product / product.norm();
                }
            }
        }
        // A transform wants its ends to be real.
        if let [first, .., last] = cross.as_mut_slice() {
            (first.im, last.im) = (0.0, 0.0);
        }
        let mut correlation = self.inverse.make_output_vec();
        self.inverse.process(&mut cross, &mut correlation).ok()?;
        peak(&correlation)
    }
}

fn peak(correlation: &[f64]) -> Option<Lag> {
    let frames = correlation.len() as i64;
    let range = frames / 4;
    let height = |lag: i64| correlation[lag.rem_euclid(frames) as usize].abs();
    let best = (-range..=range).max_by(|&a, &b| height(a).total_cmp(&height(b)))?;
    if height(best) <= 0.0 {
        return None;
    }
    let others = (-range..=range).filter(|lag| (lag - best).abs() > PEAK_FRAMES).map(height).fold(0.0, f64::max);
    let (before, after) = (height(best - 1), height(best + 1));
    let curvature = before - 2.0 * height(best) + after;
    let between = if curvature < 0.0 { (0.5 * (before - after) / curvature).clamp(-0.5, 0.5) } else { 0.0 };
    Some(Lag { frames: best as f64 + between, clarity: height(best) / others.max(1e-30) })
}
