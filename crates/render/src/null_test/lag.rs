//! By how many whole frames one signal is later than another.

use realfft::RealFftPlanner;

use super::Sides;

/// Compares pieces of signals of one length.
pub struct LagFinder {
    planner: RealFftPlanner<f64>,
    frames: usize,
}

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
        Self { planner: RealFftPlanner::new(), frames }
    }

    /// By how much `later` comes after `earlier` around `start`, by the phases of their spectra alone (GCC-PHAT: Knapp and Carter
    /// 1976): loud frequencies count as much as soft ones, so even a bass has a sharp peak. `None` if either is silent
    /// there. `[main]`
    pub fn find(&mut self, earlier: &Sides, later: &Sides, start: i64) -> Option<Lag> {
        let forward = self.planner.plan_fft_forward(self.frames);
        let inverse = self.planner.plan_fft_inverse(self.frames);
        let mut cross = inverse.make_input_vec();
        for (a, b) in earlier.iter().zip(later) {
            let [a, b] = [a, b].map(|side| {
                let mut piece: Vec<f64> =
                    (0..self.frames).map(|frame| faded(side, start, frame, self.frames)).collect();
                let mut spectrum = forward.make_output_vec();
                forward.process(&mut piece, &mut spectrum).ok().map(|()| spectrum)
            });
            let (a, b) = (a?, b?);
            // Where the earlier one has next to nothing, the phase is that of something else.
            let largest = a.iter().map(|bin| bin.norm_sqr()).fold(0.0, f64::max);
            if largest <= 0.0 {
                continue;
            }
            for ((cell, a), b) in cross.iter_mut().zip(&a).zip(&b) {
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
        let mut correlation = inverse.make_output_vec();
        inverse.process(&mut cross, &mut correlation).ok()?;
        self.peak(&correlation)
    }

    fn peak(&self, correlation: &[f64]) -> Option<Lag> {
        let range = (self.frames / 4) as i64;
        let height = |lag: i64| correlation[lag.rem_euclid(self.frames as i64) as usize].abs();
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
}

/// A sample of a piece whose ends fade (Hann).
fn faded(side: &[f32], start: i64, frame: usize, frames: usize) -> f64 {
    let sample = usize::try_from(start + frame as i64).ok().and_then(|frame| side.get(frame));
    let weight = 0.5 - 0.5 * (std::f64::consts::TAU * (frame as f64 + 0.5) / frames as f64).cos();
    sample.map_or(0.0, |&x| f64::from(x) * weight)
}
