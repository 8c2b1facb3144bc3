//! Fine peak: how high the wave rises between two samples, up to very close to half the sample rate.

use crate::oversample::kaiser_low_pass;

/// The highest point of the wave between a sample and the next, from a filter over `HALF` frames (a multiple of eight)
/// on both sides.
///
/// The long filter finds only the point half-way between two samples. That doubles the rate, and from there on the
/// wave is slow: a short filter finds the quarters, and parabolas what lies between those. Costs no more than 0.08 dB
/// at any frequency the long filter passes.
#[derive(Clone, Debug)]
pub struct FinePeak<const HALF: usize> {
    /// What both samples of a pair contribute to the point half-way, the outermost pair first.
    to_middle: [f32; HALF],
    /// What both points of a pair contribute to the point between them, the outermost pair first.
    to_quarter: [f32; QUARTER_HALF],
    /// The last `2 × HALF` samples in both orders, each twice, so that they always lie in one piece.
    newest_first: [[f32; HALF]; 4],
    oldest_first: [[f32; HALF]; 4],
    /// Where the newest sample lies in `newest_first`, in `0..2 × HALF`.
    newest: usize,
    /// The wave at the doubled rate: the samples, each followed by the point half-way to the next, oldest first.
    doubled: [f32; 2 * QUARTER_HALF + 2],
    /// The wave a quarter before the current sample.
    before: f32,
}

const LANES: usize = 8;
/// Points of the doubled wave on each side of a quarter.
const QUARTER_HALF: usize = 6;
/// Ripple of ±0.01 dB; the slope it costs lies where the doubled wave has nothing.
const QUARTER_SHAPE: f64 = 6.0;

impl<const HALF: usize> FinePeak<HALF> {
    /// A silent filter. `[setup]`
    ///
    /// `shape` is that of Kaiser's window: with 0 the filter knows noise best, up to half the sample rate; with 5 it
    /// is flat within 0.05 dB up to 0.5 − 1 / `HALF` of the sample rate.
    pub fn new(shape: f64) -> Self {
        const { assert!(HALF.is_multiple_of(LANES)) };
        let tap = |pair: usize, half: usize, shape: f64| {
            kaiser_low_pass((half - pair) as f64 - 0.5, half as f64, 0.5, shape) as f32
        };
        Self {
            to_middle: std::array::from_fn(|pair| tap(pair, HALF, shape)),
            to_quarter: std::array::from_fn(|pair| tap(pair, QUARTER_HALF, QUARTER_SHAPE)),
            newest_first: [[0.0; HALF]; 4],
            oldest_first: [[0.0; HALF]; 4],
            newest: 0,
            doubled: [0.0; 2 * QUARTER_HALF + 2],
            before: 0.0,
        }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.newest_first = [[0.0; HALF]; 4];
        self.oldest_first = [[0.0; HALF]; 4];
        self.newest = 0;
        self.doubled = [0.0; 2 * QUARTER_HALF + 2];
        self.before = 0.0;
    }

    /// Takes a finite sample and returns the largest magnitude of the wave from the sample that entered
    /// [`FinePeak::latency_frames`] earlier, itself included, up to the one after it. `[audio]`
    #[inline]
    pub fn next(&mut self, sample: f32) -> f32 {
        let [point, middle] = self.double(sample);
        self.doubled.copy_within(2.., 0);
        self.doubled[2 * QUARTER_HALF] = point;
        self.doubled[2 * QUARTER_HALF + 1] = middle;

        let quarters = [self.quarter_from(1), self.quarter_from(2)];
        let [left, middle, right] = [0, 1, 2].map(|point| self.doubled[QUARTER_HALF + point]);
        let peak = highest(&[self.before, left, quarters[0], middle, quarters[1], right]);
        self.before = quarters[1];
        peak
    }

    /// The sample that entered `frames` (below `2 × HALF`) before the newest. `[audio]`
    #[inline]
    pub fn sample_before(&self, frames: usize) -> f32 {
        self.newest_first.as_flattened()[self.newest + frames]
    }

    /// How long after a sample the wave behind it is known, in frames. `[any]`
    pub fn latency_frames(&self) -> usize {
        HALF + QUARTER_HALF / 2
    }

    /// The sample of `HALF` frames ago and the wave half-way between it and the next.
    #[inline]
    fn double(&mut self, sample: f32) -> [f32; 2] {
        let taps = 2 * HALF;
        self.newest = if self.newest == 0 { taps - 1 } else { self.newest - 1 };
        let oldest = taps - 1 - self.newest;
        for (ring, slot) in [(&mut self.newest_first, self.newest), (&mut self.oldest_first, oldest)] {
            ring.as_flattened_mut()[slot] = sample;
            ring.as_flattened_mut()[slot + taps] = sample;
        }
        let newer = self.newest_first.as_flattened()[self.newest..self.newest + HALF].as_chunks::<LANES>().0;
        let older = self.oldest_first.as_flattened()[oldest + 1..oldest + 1 + HALF].as_chunks::<LANES>().0;
        let mut sums = [0.0f32; LANES];
        for ((coefficients, older), newer) in self.to_middle.as_chunks::<LANES>().0.iter().zip(older).zip(newer) {
            for lane in 0..LANES {
                sums[lane] += coefficients[lane] * (older[lane] + newer[lane]);
            }
        }
        let [a, b, c, d, e, f, g, h] = sums;
        [self.sample_before(HALF), ((a + e) + (c + g)) + ((b + f) + (d + h))]
    }

    /// The wave in the middle of a stretch of the doubled wave.
    #[inline]
    fn quarter_from(&self, start: usize) -> f32 {
        let points = &self.doubled[start..start + 2 * QUARTER_HALF];
        let pairs = points.iter().zip(points.iter().rev());
        self.to_quarter.iter().zip(pairs).map(|(coefficient, (older, newer))| coefficient * (older + newer)).sum()
    }
}

/// The largest magnitude of the inner points and of the parabolas through them, up to half a step away.
#[inline]
fn highest(points: &[f32; 6]) -> f32 {
    let mut peak = 0.0f32;
    for point in 1..5 {
        let [left, middle, right] = [points[point - 1], points[point], points[point + 1]];
        // The parabola turns slope / bend / 2 steps away. No branch: noise would have every other one mispredicted.
        let bend = (2.0 * middle - left - right).abs();
        let slope = (left - right).abs().min(bend);
        peak = peak.max(middle.abs() + slope * slope / (8.0 * bend + f32::MIN_POSITIVE));
    }
    peak
}
