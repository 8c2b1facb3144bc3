//! The memory of the loudness meter: a day in as much room as a minute.

use crate::units::lufs_from_power;

/// Counts powers by their loudness in bins of 0.01 LU, and keeps the exact sum of the powers in each bin.
///
/// So a mean over any range of bins is exact, and only *which* blocks pass a gate is rounded, to 0.01 LU. Fixed memory,
/// about 160 kB; every answer takes at most some 200 steps.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// From [`ABSOLUTE_GATE_LUFS`] upwards; whatever is louder than the last bin is counted there.
    bins: Box<[Total]>,
    /// Sums of [`BINS_PER_GROUP`] bins each.
    groups: Box<[Total]>,
}

/// A number of powers and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    /// How many.
    pub count: u64,
    /// Their sum, as K-weighted mean squares.
    pub power: f64,
}

impl Total {
    /// The mean power; zero when there is none.
    pub fn mean_power(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.power / self.count as f64 }
    }

    fn add(&mut self, other: Total) {
        self.count += other.count;
        self.power += other.power;
    }
}

/// What is quieter is no programme (ITU-R BS.1770-5 and EBU Tech 3342).
pub const ABSOLUTE_GATE_LUFS: f64 = -70.0;

const BINS_PER_LU: f64 = 100.0;
const BINS_PER_GROUP: usize = 100;
/// Up to +30 LUFS, 33 LU above a full-scale sine on both sides.
const BINS: usize = 10_000;

impl Histogram {
    /// Empty. `[setup]`
    pub fn new() -> Self {
        Self {
            bins: vec![Total::default(); BINS].into_boxed_slice(),
            groups: vec![Total::default(); BINS / BINS_PER_GROUP].into_boxed_slice(),
        }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.bins.fill(Total::default());
        self.groups.fill(Total::default());
    }

    /// Counts one power; those below the absolute gate are left out. `[audio]`
    pub fn add(&mut self, power: f64) {
        let loudness_lufs = lufs_from_power(power);
        if loudness_lufs < ABSOLUTE_GATE_LUFS {
            return;
        }
        let index = bin_index(loudness_lufs);
        let one = Total { count: 1, power };
        if let (Some(bin), Some(group)) = (self.bins.get_mut(index), self.groups.get_mut(index / BINS_PER_GROUP)) {
            bin.add(one);
            group.add(one);
        }
    }

    /// Everything above a power; what shares its bin counts when the bin's mean is above it. `[audio]`
    pub fn above(&self, power: f64) -> Total {
        let mut total = Total::default();
        let mut index = self.first_bin_above(power);
        while let Some(bin) = self.bins.get(index) {
            if index.is_multiple_of(BINS_PER_GROUP) {
                total.add(self.groups[index / BINS_PER_GROUP]);
                index += BINS_PER_GROUP;
            } else {
                total.add(*bin);
                index += 1;
            }
        }
        total
    }

    /// The power at a rank, from 0, among everything above `power`, in rising order, to 0.01 LU. `[audio]`
    pub fn ranked_above(&self, power: f64, rank: u64) -> f64 {
        let mut rank = rank;
        let mut index = self.first_bin_above(power);
        while let Some(bin) = self.bins.get(index) {
            let group = self.groups[index / BINS_PER_GROUP];
            if index.is_multiple_of(BINS_PER_GROUP) && group.count <= rank {
                rank -= group.count;
                index += BINS_PER_GROUP;
            } else if bin.count <= rank {
                rank -= bin.count;
                index += 1;
            } else {
                return bin.mean_power();
            }
        }
        0.0
    }

    fn first_bin_above(&self, power: f64) -> usize {
        let index = bin_index(lufs_from_power(power));
        let includes_all = self.bins.get(index).is_none_or(|bin| bin.mean_power() > power);
        if includes_all { index } else { index + 1 }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

/// Float to integer saturates: below the first bin is the first, and the last bin takes the rest.
fn bin_index(loudness_lufs: f64) -> usize {
    (((loudness_lufs - ABSOLUTE_GATE_LUFS) * BINS_PER_LU) as usize).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::power_from_lufs;

    #[test]
    fn sums_and_ranks_equal_those_of_a_sorted_list() {
        let mut histogram = Histogram::new();
        let mut powers: Vec<f64> =
            (0..5_000).map(|index| power_from_lufs(-65.0 + f64::from(index * 7919 % 5_000) * 0.015)).collect();
        powers.iter().for_each(|&power| histogram.add(power));
        powers.sort_by(f64::total_cmp);
        for threshold_lufs in [-80.0, -64.993, -40.0, -12.3456, 9.0] {
            let threshold = power_from_lufs(threshold_lufs);
            let above: Vec<f64> = powers.iter().copied().filter(|&power| power > threshold).collect();
            let total = histogram.above(threshold);
            // One bin of 0.01 LU holds at most one of these values.
            assert_eq!(total.count as usize, above.len());
            assert!((total.power / above.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for rank in [0, above.len() / 3, above.len() - 1] {
                let ranked = histogram.ranked_above(threshold, rank as u64);
                assert!((ranked / above[rank] - 1.0).abs() < 1e-12, "rank {rank} above {threshold_lufs}");
            }
        }
    }
}
