//! Loudness range: how far the quiet and the loud parts of a programme lie apart, per EBU Tech 3342.

use super::histogram::Histogram;
use crate::units::{SILENCE_DB, lufs_from_power};

/// Collects short-term powers, ten a second, and reads the distance between their 10th and 95th percentile.
///
/// Without what is below −70 LUFS and what is more than 20 LU below the mean of the rest. Fixed memory.
#[derive(Clone, Debug)]
pub struct LoudnessRange {
    short_terms: Histogram,
}

/// 20 LU below the mean, as a power ratio.
const GATE: f64 = 0.01;
/// The quietest tenth and the loudest twentieth are left out.
const LOW: f64 = 0.10;
const HIGH: f64 = 0.95;

impl LoudnessRange {
    /// Empty. `[setup]`
    pub fn new() -> Self {
        Self { short_terms: Histogram::new() }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.short_terms.reset();
    }

    /// Counts one short-term power. `[audio]`
    pub fn add(&mut self, short_term_power: f64) {
        self.short_terms.add(short_term_power);
    }

    /// The range in LU; [`SILENCE_DB`] while nothing was above the gate. `[audio]`
    pub fn lu(&self) -> f64 {
        let gate = self.short_terms.above(0.0).mean_power() * GATE;
        let count = self.short_terms.above(gate).count;
        if count == 0 {
            return SILENCE_DB;
        }
        let at = |share: f64| {
            let rank = ((count - 1) as f64 * share).round() as u64;
            lufs_from_power(self.short_terms.ranked_above(gate, rank))
        };
        at(HIGH) - at(LOW)
    }
}

impl Default for LoudnessRange {
    fn default() -> Self {
        Self::new()
    }
}
