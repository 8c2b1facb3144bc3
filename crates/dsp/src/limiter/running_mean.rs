//! Running mean: the box that turns a step of gain into a slope.

/// One as a fixed-point gain.
pub const ONE: u64 = 1 << 40;

/// The mean of the last gains, exact for ever.
///
/// Gains are whole numbers of 1/[`ONE`]: a sum of whole numbers does not drift, however long it runs, and the mean is
/// rounded down, so it is never above the largest gain in the box.
#[derive(Clone, Debug)]
pub struct RunningMean {
    /// Ring of the last gains; never grows. As long as the longest box.
    gains: Box<[u64]>,
    /// Where the newest gain lies, in `0..gains.len()`.
    newest: usize,
    /// In `1..=gains.len()`.
    length_frames: usize,
    sum: u64,
}

impl RunningMean {
    /// A box full of ones. `[setup]`
    pub fn new(longest_frames: usize) -> Self {
        let longest_frames = longest_frames.max(1);
        let gains = vec![ONE; longest_frames].into_boxed_slice();
        Self { gains, newest: 0, length_frames: longest_frames, sum: ONE * longest_frames as u64 }
    }

    /// Fills the box with ones. `[audio]`
    pub fn reset(&mut self) {
        self.gains.fill(ONE);
        self.newest = 0;
        self.sum = ONE * self.length_frames as u64;
    }

    /// Makes the box longer or shorter at its old end. `[audio]`
    ///
    /// Costs as much as the change is long.
    pub fn set_length(&mut self, length_frames: usize) {
        let length_frames = length_frames.clamp(1, self.gains.len());
        while self.length_frames < length_frames {
            self.sum += self.gain_before(self.length_frames);
            self.length_frames += 1;
        }
        while self.length_frames > length_frames {
            self.length_frames -= 1;
            self.sum -= self.gain_before(self.length_frames);
        }
    }

    /// Takes a gain of at most [`ONE`], returns the mean including it. `[audio]`
    #[inline]
    pub fn next(&mut self, gain: u64) -> u64 {
        self.sum -= self.gain_before(self.length_frames - 1);
        self.newest = if self.newest + 1 < self.gains.len() { self.newest + 1 } else { 0 };
        self.gains[self.newest] = gain;
        self.sum += gain;
        self.sum / self.length_frames as u64
    }

    /// The gain `frames` before the newest.
    fn gain_before(&self, frames: usize) -> u64 {
        let length = self.gains.len();
        self.gains[if self.newest >= frames { self.newest - frames } else { self.newest + length - frames }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_obvious_mean_under_every_change_of_length() {
        const LONGEST: usize = 17;
        let mut mean = RunningMean::new(LONGEST);
        let mut gains = vec![ONE; LONGEST];
        let mut length_frames = LONGEST;
        let mut seed = 5u64;
        for frame in 0..5_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if frame % 3 == 0 {
                length_frames = 1 + (seed >> 50) as usize % LONGEST;
                mean.set_length(length_frames);
            }
            gains.push(seed >> 24);
            let expected = gains[gains.len() - length_frames..].iter().sum::<u64>() / length_frames as u64;
            assert_eq!(mean.next(seed >> 24), expected, "frame {frame}");
        }
    }
}
