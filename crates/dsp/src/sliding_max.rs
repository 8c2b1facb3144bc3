//! Sliding maximum: the largest of the last frames, in constant time.

/// The largest of the last values, over a window whose length may change from frame to frame.
///
/// Keeps a queue of candidates: values not yet followed by a larger one, so they fall from old to new. A value
/// enters and leaves the queue once; a single frame does at most one pass over the longest window.
///
/// After: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element".
#[derive(Clone, Debug)]
pub struct SlidingMax {
    /// Ring of candidates; never grows. As long as the longest window.
    candidates: Box<[Candidate]>,
    /// Where the oldest candidate lies, in `0..candidates.len()`.
    oldest: usize,
    /// How many candidates there are.
    count: usize,
    /// How many of the oldest candidates lay outside the last window asked for.
    outside: usize,
    /// Values seen since reset.
    frames: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    value: f64,
    frame: u64,
}

impl SlidingMax {
    /// Room for windows of 1…`longest_window_frames` frames. `[setup]`
    pub fn new(longest_window_frames: usize) -> Self {
        let candidates = vec![Candidate::default(); longest_window_frames.max(1)].into_boxed_slice();
        Self { candidates, oldest: 0, count: 0, outside: 0, frames: 0 }
    }

    /// Forgets every value. `[audio]`
    pub fn reset(&mut self) {
        (self.oldest, self.count, self.outside, self.frames) = (0, 0, 0, 0);
    }

    /// Takes the next value (not NaN). `[audio]`
    #[inline]
    pub fn push(&mut self, value: f64) {
        while self.count > 0 && self.candidate(self.count - 1).value <= value {
            self.count -= 1;
        }
        let longest_window = self.candidates.len() as u64;
        if self.count > 0 && self.candidate(0).frame + longest_window <= self.frames {
            self.oldest = self.slot(1);
            self.count -= 1;
            self.outside = self.outside.saturating_sub(1);
        }
        let slot = self.slot(self.count);
        self.candidates[slot] = Candidate { value, frame: self.frames };
        self.count += 1;
        self.outside = self.outside.min(self.count - 1);
        self.frames += 1;
    }

    /// The largest of the last `window_frames` values (of all when fewer were seen, −∞ of none). `[audio]`
    ///
    /// The window is taken as 1…the longest, and may differ in every call without any value being missed.
    #[inline]
    pub fn largest(&mut self, window_frames: usize) -> f64 {
        if self.count == 0 {
            return f64::NEG_INFINITY;
        }
        let window_frames = window_frames.clamp(1, self.candidates.len()) as u64;
        let first_frame = self.frames.saturating_sub(window_frames);
        while self.outside > 0 && self.candidate(self.outside - 1).frame >= first_frame {
            self.outside -= 1;
        }
        while self.outside + 1 < self.count && self.candidate(self.outside).frame < first_frame {
            self.outside += 1;
        }
        self.candidate(self.outside).value
    }

    /// The candidate with `older` older ones before it.
    fn candidate(&self, older: usize) -> Candidate {
        self.candidates[self.slot(older)]
    }

    fn slot(&self, older: usize) -> usize {
        let slot = self.oldest + older;
        if slot < self.candidates.len() { slot } else { slot - self.candidates.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reproducible values in 0…15, so that equal ones occur.
    fn next_value(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 60) as f64
    }

    #[test]
    fn equals_the_obvious_search_under_every_change_of_the_window() {
        const LONGEST: usize = 23;
        let mut seed = 11;
        let mut sliding = SlidingMax::new(LONGEST);
        let mut values = Vec::new();
        for frame in 0..20_000 {
            // Long falling runs fill the queue, noise empties it.
            let value = if frame % 200 < 60 { f64::from(-(frame % 200)) } else { next_value(&mut seed) };
            values.push(value);
            sliding.push(value);
            let window_frames = 1 + (next_value(&mut seed) * 1.5) as usize;
            let first = values.len().saturating_sub(window_frames);
            let expected = values[first..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(sliding.largest(window_frames), expected, "frame {frame}, window {window_frames}");
        }
    }

    #[test]
    fn knows_nothing_after_reset() {
        let mut sliding = SlidingMax::new(4);
        sliding.push(3.0);
        sliding.reset();
        assert_eq!(sliding.largest(4), f64::NEG_INFINITY);
    }
}
