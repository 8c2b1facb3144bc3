//! How much a limiter took: the most, what was usual, and how often.

use dsp::units::db_from_gain;
use serde::Serialize;

/// What a limiter took from a master.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Reduction {
    /// The most at any moment, in dB, 0 or more.
    pub max_db: f64,
    /// What was usual while it worked: half of that time it took more, half less, in dB.
    pub typical_db: f64,
    /// How much of the time it worked (took more than [`WORKING_DB`]), 0…1.
    pub working_share: f64,
}

/// A reduction that counts as work.
pub const WORKING_DB: f64 = 0.1;

/// Counts reductions frame by frame.
pub struct ReductionStatistics {
    lowest_gain: f64,
    frames: u64,
    /// Frames for each [`STEP_DB`] of reduction; never grows.
    counts: Box<[u64]>,
}

const STEP_DB: f64 = 0.05;
/// What is beyond counts as the last step: no master is limited by 60 dB.
const STEPS: usize = 1_200;

impl Default for ReductionStatistics {
    fn default() -> Self {
        Self { lowest_gain: 1.0, frames: 0, counts: vec![0; STEPS].into() }
    }
}

impl ReductionStatistics {
    /// Counts frames with these gains, and returns the lowest of them, 1 at most. `[any]`
    pub fn take(&mut self, gains: impl Iterator<Item = f64>) -> f64 {
        let mut lowest_gain = 1.0f64;
        for gain in gains {
            lowest_gain = lowest_gain.min(gain);
            self.frames += 1;
            if gain < 1.0 {
                let step = (db_from_gain(1.0 / gain) / STEP_DB) as usize;
                self.counts[step.min(STEPS - 1)] += 1;
            }
        }
        self.lowest_gain = self.lowest_gain.min(lowest_gain);
        lowest_gain
    }

    /// What was counted. `[any]`
    pub fn finish(&self) -> Reduction {
        let first = (WORKING_DB / STEP_DB).round() as usize;
        let working: u64 = self.counts[first..].iter().sum();
        let mut left = working / 2;
        let middle = self.counts[first..].iter().position(|&count| {
            let is_here = left < count;
            left = left.saturating_sub(count);
            is_here
        });
        Reduction {
            max_db: db_from_gain(1.0 / self.lowest_gain),
            typical_db: middle.map_or(0.0, |step| ((first + step) as f64 + 0.5) * STEP_DB),
            working_share: if self.frames == 0 { 0.0 } else { working as f64 / self.frames as f64 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsp::units::gain_from_db;

    #[test]
    fn the_typical_reduction_is_the_middle_of_what_was_reduced() {
        let mut statistics = ReductionStatistics::default();
        for (frames, gain_db) in [(700, 0.0), (100, -0.52), (150, -2.02), (50, -6.0)] {
            let gain = gain_from_db(gain_db);
            assert_eq!(statistics.take(std::iter::repeat_n(gain, frames)), gain);
        }
        let reduction = statistics.finish();
        assert!((reduction.max_db - 6.0).abs() < 1e-9);
        assert!((reduction.typical_db - 2.02).abs() <= STEP_DB, "{reduction:?}");
        assert!((reduction.working_share - 0.3).abs() < 1e-12);
        assert_eq!(ReductionStatistics::default().finish(), Reduction::default());
    }
}
