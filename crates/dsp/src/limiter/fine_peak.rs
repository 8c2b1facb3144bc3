//! Fine peak: how high the wave rises between two samples, up to very close to half the sample rate.

use multiversion::multiversion;

use crate::fir::{self, PIECE_FRAMES, Past};
use crate::oversample::kaiser_low_pass;

/// The highest point of the wave between a sample and the next, from a filter over some frames on both sides.
///
/// The long filter finds only the point half-way between two samples. That doubles the rate, and from there on the
/// wave is slow: a short filter finds the quarters, and parabolas what lies between those. Costs no more than 0.08 dB
/// at any frequency the long filter passes.
#[derive(Clone, Debug)]
pub struct FinePeak {
    /// What both samples of a pair contribute to the point half-way, the outermost pair first.
    to_middle: Box<[f32]>,
    /// What both points of a pair contribute to the point between them, the outermost pair first.
    to_quarter: [f32; QUARTER_HALF],
    samples: Past,
    /// The points half-way, each after the sample of `to_middle.len()` frames ago.
    middles: Past,
    /// The points a quarter before the next sample.
    last_quarters: Past,
}

/// Points of the doubled wave on each side of a quarter.
const QUARTER_HALF: usize = 6;
/// Frames of the doubled wave that the quarters of one frame need.
const QUARTER_FRAMES: usize = QUARTER_HALF + 1;
/// Ripple of ±0.01 dB; the slope it costs lies where the doubled wave has nothing.
const QUARTER_SHAPE: f64 = 6.0;

impl FinePeak {
    /// A silent filter over `half_frames` (at least 8) on both sides. `[setup]`
    ///
    /// `shape` is that of Kaiser's window: with 0 the filter knows noise best, up to half the sample rate; with 5 it
    /// is flat within 0.05 dB up to 0.5 − 1 / `half_frames` of the sample rate.
    pub fn new(half_frames: usize, shape: f64) -> Self {
        let tap = |pair: usize, half: usize, shape: f64| {
            kaiser_low_pass((half - pair) as f64 - 0.5, half as f64, 0.5, shape) as f32
        };
        Self {
            to_middle: (0..half_frames).map(|pair| tap(pair, half_frames, shape)).collect(),
            to_quarter: std::array::from_fn(|pair| tap(pair, QUARTER_HALF, QUARTER_SHAPE)),
            samples: Past::new(2 * half_frames - 1),
            middles: Past::new(QUARTER_FRAMES - 1),
            last_quarters: Past::new(1),
        }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.samples.reset();
        self.middles.reset();
        self.last_quarters.reset();
    }

    /// Takes a piece of finite samples; for each the largest magnitude of the wave from the sample that entered
    /// [`FinePeak::latency_frames`] earlier, itself included, up to the one after it. `[audio]`
    pub fn process(&mut self, piece: &[f32], peaks: &mut [f32]) {
        let half_frames = self.to_middle.len();
        let mut middles = [0.0; PIECE_FRAMES];
        let middles = &mut middles[..piece.len()];
        self.samples.push(piece);
        fir::symmetric(&self.to_middle, 2 * half_frames - 1, self.samples.delayed(2 * half_frames - 1), middles);
        self.middles.push(middles);

        let wave = Doubled {
            points: self.samples.delayed(half_frames + QUARTER_FRAMES - 1),
            middles: self.middles.delayed(QUARTER_FRAMES - 1),
        };
        let (mut quarters, mut last_quarters) = ([0.0; PIECE_FRAMES], [0.0; PIECE_FRAMES]);
        interpolate(&self.to_quarter, &wave, &mut quarters, &mut last_quarters);
        self.last_quarters.push(&last_quarters[..piece.len()]);
        highest(&wave, self.last_quarters.delayed(1), &quarters, peaks);
    }

    /// The samples of the piece, as they were this many frames earlier: below twice the frames on each side. `[audio]`
    #[inline]
    pub fn delayed(&self, frames: usize) -> &[f32] {
        &self.samples.delayed(frames)[..self.samples.piece_frames()]
    }

    /// How long after a sample the wave behind it is known, in frames. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.to_middle.len() + QUARTER_HALF / 2
    }
}

/// The wave at the doubled rate: samples, each followed by the point half-way to the next. Begins as many frames before
/// the piece as a quarter needs.
struct Doubled<'a> {
    points: &'a [f32],
    middles: &'a [f32],
}

/// The two quarters of the frame in the middle of each stretch: after its sample, and before the next.
#[multiversion(targets("x86_64+avx2"))]
fn interpolate(
    to_quarter: &[f32; QUARTER_HALF],
    wave: &Doubled,
    quarters: &mut [f32; PIECE_FRAMES],
    last_quarters: &mut [f32; PIECE_FRAMES],
) {
    // Every stretch begins with a sample: its odd places are points half-way.
    let place = |place: usize| {
        let row = if place.is_multiple_of(2) { wave.points } else { wave.middles };
        &row[place / 2..][..PIECE_FRAMES]
    };
    for (start, quarters) in [(1, quarters), (2, last_quarters)] {
        for (pair, &coefficient) in to_quarter.iter().enumerate() {
            let (older, newer) = (place(start + pair), place(start + 2 * QUARTER_HALF - 1 - pair));
            for frame in 0..PIECE_FRAMES {
                quarters[frame] += coefficient * (older[frame] + newer[frame]);
            }
        }
    }
}

/// The largest magnitude, and that of the parabolas through each point and its neighbours, up to half a step away, from
/// a sample up to the next.
#[multiversion(targets("x86_64+avx2"))]
fn highest(wave: &Doubled, before: &[f32], quarters: &[f32; PIECE_FRAMES], peaks: &mut [f32]) {
    const MIDDLE: usize = QUARTER_HALF / 2;
    let samples = &wave.points[MIDDLE..][..PIECE_FRAMES + 1];
    let middles = &wave.middles[MIDDLE..][..PIECE_FRAMES];
    let before = &before[..PIECE_FRAMES + 1];
    for (frame, peak) in peaks.iter_mut().enumerate().take(PIECE_FRAMES) {
        let row =
            [before[frame], samples[frame], quarters[frame], middles[frame], before[frame + 1], samples[frame + 1]];
        *peak = 0.0;
        for point in 1..5 {
            let top = top_within_half_a_step(row[point - 1], row[point], row[point + 1]);
            *peak = if top > *peak { top } else { *peak };
        }
    }
}

/// The highest magnitude of the parabola through three points, up to half a step from the middle one.
///
/// A parabola that turns further away is followed as far as that: a limiter may read too much, but not less than there
/// is. The meters' `top_if_near` takes the middle point alone there, since a meter may not read more.
// The parabola turns slope / bend / 2 steps away. No branch: noise would have every other one mispredicted.
#[inline(always)]
fn top_within_half_a_step(left: f32, middle: f32, right: f32) -> f32 {
    let bend = (2.0 * middle - left - right).abs();
    let slope = (left - right).abs();
    let slope = if slope < bend { slope } else { bend };
    middle.abs() + slope * slope / (8.0 * bend + f32::MIN_POSITIVE)
}
