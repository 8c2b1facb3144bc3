//! FIR filters on a piece of sound at once.
//!
//! All answers of a piece are summed side by side, as many as the processor has lanes. Each answer is summed in the same
//! order whatever the length of its piece and whatever the processor, so neither changes a bit.

use multiversion::multiversion;

/// Frames of the longest piece.
pub const PIECE_FRAMES: usize = 32;
/// Answers of a shorter piece that are summed side by side.
const GROUP_FRAMES: usize = 8;

/// The samples of a piece, and behind them the last ones before it, in one row from old to new.
#[derive(Clone, Debug)]
pub struct Past {
    /// As many as are remembered, then room for the longest piece. What lies behind a shorter piece is finite and old.
    samples: Box<[f32]>,
    before_frames: usize,
    piece_frames: usize,
}

impl Past {
    /// Remembers this many frames before the piece; silent. `[setup]`
    pub fn new(before_frames: usize) -> Self {
        Self { samples: vec![0.0; before_frames + PIECE_FRAMES].into(), before_frames, piece_frames: 0 }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.piece_frames = 0;
    }

    /// Takes the next piece, of at most [`PIECE_FRAMES`]. `[audio]`
    pub fn push(&mut self, piece: &[f32]) {
        self.samples.copy_within(self.piece_frames..self.piece_frames + self.before_frames, 0);
        self.samples[self.before_frames..self.before_frames + piece.len()].copy_from_slice(piece);
        self.piece_frames = piece.len();
    }

    /// Length of the piece. `[audio]`
    pub fn piece_frames(&self) -> usize {
        self.piece_frames
    }

    /// The row that begins this many frames (at most those remembered) before the piece: delayed by as much, its first
    /// frames are the piece. `[audio]`
    #[inline]
    pub fn delayed(&self, frames: usize) -> &[f32] {
        &self.samples[self.before_frames - frames..]
    }
}

/// A filter whose taps are the same from both ends: `taps` are those of the outer half, the outermost first, and
/// `span_frames` lie between the first and the last. A tap in the middle is left to the caller. `[audio]`
///
/// The answer `i` is for the stretch of `past` that begins at `i`; at most [`PIECE_FRAMES`] answers.
#[multiversion(targets("x86_64+avx2"))]
pub fn symmetric(taps: &[f32], span_frames: usize, past: &[f32], answers: &mut [f32]) {
    if answers.len() == PIECE_FRAMES {
        answers.copy_from_slice(&symmetric_group::<PIECE_FRAMES>(taps, span_frames, past));
        return;
    }
    for (group, answers) in answers.chunks_mut(GROUP_FRAMES).enumerate() {
        let past = &past[group * GROUP_FRAMES..];
        answers.copy_from_slice(&symmetric_group::<GROUP_FRAMES>(taps, span_frames, past)[..answers.len()]);
    }
}

#[inline(always)]
fn symmetric_group<const FRAMES: usize>(taps: &[f32], span_frames: usize, past: &[f32]) -> [f32; FRAMES] {
    let mut sums = [0.0; FRAMES];
    for (pair, &tap) in taps.iter().enumerate() {
        let older = &past[pair..][..FRAMES];
        let newer = &past[span_frames - pair..][..FRAMES];
        for frame in 0..FRAMES {
            sums[frame] += tap * (older[frame] + newer[frame]);
        }
    }
    sums
}

/// Two filters of an even number of taps, each the other's mirror image: half of the sum and half of the difference of
/// a tap and its image.
#[derive(Clone, Debug)]
pub struct Mirrored {
    /// The outermost first.
    even: Box<[f32]>,
    odd: Box<[f32]>,
}

impl Mirrored {
    /// From the taps of one of both, for the oldest sample first. `[setup]`
    pub fn new(taps: &[f64]) -> Self {
        let pairs = taps.iter().zip(taps.iter().rev()).take(taps.len() / 2);
        let (even, odd): (Vec<f32>, Vec<f32>) =
            pairs.map(|(outer, image)| ((0.5 * (outer + image)) as f32, (0.5 * (outer - image)) as f32)).unzip();
        Self { even: even.into(), odd: odd.into() }
    }
}

/// Answers of a filter and of its mirror image, for the stretches of `past` as in [`symmetric`]. `[audio]`
#[multiversion(targets("x86_64+avx2"))]
pub fn mirrored(filter: &Mirrored, past: &[f32], answers: &mut [f32], image_answers: &mut [f32]) {
    /// Four registers of sums, twice: more would not fit.
    const WIDE_FRAMES: usize = 16;
    let mut start = 0;
    while start < answers.len() {
        let past = &past[start..];
        let end = answers.len().min(start + WIDE_FRAMES);
        if end - start == WIDE_FRAMES {
            let (sums, image_sums) = mirrored_group::<WIDE_FRAMES>(filter, past);
            answers[start..end].copy_from_slice(&sums);
            image_answers[start..end].copy_from_slice(&image_sums);
            start = end;
        } else {
            let end = end.min(start + GROUP_FRAMES);
            let (sums, image_sums) = mirrored_group::<GROUP_FRAMES>(filter, past);
            answers[start..end].copy_from_slice(&sums[..end - start]);
            image_answers[start..end].copy_from_slice(&image_sums[..end - start]);
            start = end;
        }
    }
}

#[inline(always)]
fn mirrored_group<const FRAMES: usize>(filter: &Mirrored, past: &[f32]) -> ([f32; FRAMES], [f32; FRAMES]) {
    let (mut even_sums, mut odd_sums) = ([0.0; FRAMES], [0.0; FRAMES]);
    let last = 2 * filter.even.len() - 1;
    for (pair, (&even, &odd)) in filter.even.iter().zip(&filter.odd).enumerate() {
        let older = &past[pair..][..FRAMES];
        let newer = &past[last - pair..][..FRAMES];
        for frame in 0..FRAMES {
            even_sums[frame] += even * (older[frame] + newer[frame]);
            odd_sums[frame] += odd * (older[frame] - newer[frame]);
        }
    }
    let mut image_sums = even_sums;
    for frame in 0..FRAMES {
        image_sums[frame] -= odd_sums[frame];
        even_sums[frame] += odd_sums[frame];
    }
    (even_sums, image_sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(frames: usize) -> Vec<f32> {
        let mut seed = 3u64;
        (0..frames)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
            })
            .collect()
    }

    /// The obvious sum, in double precision, of taps for the oldest sample first.
    fn obvious(taps: &[f64], signal: &[f32]) -> Vec<f64> {
        (0..signal.len())
            .map(|frame| {
                let newest_first = taps.iter().rev().enumerate();
                newest_first
                    .map(|(ago, tap)| frame.checked_sub(ago).map_or(0.0, |at| tap * f64::from(signal[at])))
                    .sum()
            })
            .collect()
    }

    /// Takes a past, gives the answers.
    type Filter<'a> = &'a dyn Fn(&[f32], &mut [f32]);

    /// What a filter says of a signal cut into pieces of these lengths, over and over.
    fn answers(taps: &[f64], signal: &[f32], lengths: &[usize], filter: Filter) -> Vec<f32> {
        let mut past = Past::new(taps.len() - 1);
        let mut answers = vec![0.0; signal.len()];
        let mut start = 0;
        for &length in lengths.iter().cycle() {
            let end = signal.len().min(start + length);
            past.push(&signal[start..end]);
            filter(past.delayed(taps.len() - 1), &mut answers[start..end]);
            start = end;
            if start == signal.len() {
                return answers;
            }
        }
        answers
    }

    /// 32-bit sums of some 20 terms: off by a few parts in ten million.
    fn assert_close(answers: &[f32], expected: &[f64]) {
        for (frame, (answer, expected)) in answers.iter().zip(expected).enumerate() {
            assert!((f64::from(*answer) - expected).abs() < 3e-6, "frame {frame}: {answer} instead of {expected}");
        }
    }

    #[test]
    fn every_cut_into_pieces_gives_the_same_bits_and_the_obvious_sum() {
        let half = [0.3, -0.7, 0.2, 0.9, -0.1];
        let even: Vec<f64> = half.iter().chain(half.iter().rev()).copied().collect();
        let lopsided = [0.1, -0.5, 0.25, 0.8, -0.6, 0.4, 0.05, -0.3];
        let image: Vec<f64> = lopsided.iter().rev().copied().collect();
        let signal = noise(500);
        let taps = half.map(|tap| tap as f32);
        let pair = Mirrored::new(&lopsided);
        let symmetric = |past: &[f32], answers: &mut [f32]| symmetric(&taps, 9, past, answers);
        let first = |past: &[f32], answers: &mut [f32]| mirrored(&pair, past, answers, &mut [0.0; PIECE_FRAMES]);
        let second = |past: &[f32], answers: &mut [f32]| {
            let mut ignored = [0.0; PIECE_FRAMES];
            mirrored(&pair, past, &mut ignored[..answers.len()], answers);
        };
        let filters: [Filter; 3] = [&symmetric, &first, &second];
        for (taps, filter) in [&even[..], &lopsided, &image].into_iter().zip(filters) {
            let whole = answers(taps, &signal, &[PIECE_FRAMES], filter);
            assert_close(&whole, &obvious(taps, &signal));
            for lengths in [&[1][..], &[7, 32, 1], &[8, 9], &[16, 31, 3, 24]] {
                assert_eq!(answers(taps, &signal, lengths, filter), whole, "pieces of {lengths:?}");
            }
        }
    }
}
