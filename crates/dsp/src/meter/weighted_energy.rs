//! The energy loudness is made of: every channel K-weighted, squared, and added with its weight.

use super::audible;
use super::k_weighting::KWeighting;

/// Adds up what a listener hears of all channels, until [`WeightedEnergy::take`] takes the sum.
///
/// Each channel has a sum of its own, so the block size changes no bit.
#[derive(Clone, Debug)]
pub struct WeightedEnergy {
    lanes: Box<[Lane]>,
}

/// One channel.
#[derive(Clone, Copy, Debug)]
struct Lane {
    weight: f64,
    weighting: KWeighting,
    energy: f64,
}

impl WeightedEnergy {
    /// As many channels as weights, all silent. `[setup]`
    pub fn new(sample_rate_hz: f64, weights: &[f64]) -> Self {
        let weighting = KWeighting::new(sample_rate_hz);
        Self { lanes: weights.iter().map(|&weight| Lane { weight, weighting, energy: 0.0 }).collect() }
    }

    /// How many channels it listens to. `[any]`
    pub fn channels(&self) -> usize {
        self.lanes.len()
    }

    /// Forgets the sound. `[audio]`
    pub fn reset(&mut self) {
        self.rest();
        self.lanes.iter_mut().for_each(|lane| lane.energy = 0.0);
    }

    /// Lets the filters forget what still rings in them. `[audio]`
    pub fn rest(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.weighting.reset());
    }

    /// Listens to frames `start..end` of each channel; `samples_of` hands out the whole channel. `[audio]`
    pub fn listen<'block>(&mut self, samples_of: impl Fn(usize) -> &'block [f32], start: usize, end: usize) {
        let samples_of = |channel: usize| samples_of(channel).get(start..end).unwrap_or_default();
        let mut channel = 0;
        // Two by two: a filter waits for its own last output, so a second one beside it costs next to nothing.
        for lanes in self.lanes.chunks_mut(2) {
            match lanes {
                [left, right] => Lane::listen_to_both(left, right, samples_of(channel), samples_of(channel + 1)),
                [lane] => lane.listen(samples_of(channel)),
                _ => {}
            }
            channel += 2;
        }
    }

    /// What was heard since it was last taken. `[audio]`
    pub fn sum(&self) -> f64 {
        self.lanes.iter().map(|lane| lane.weight * lane.energy).sum()
    }

    /// [`WeightedEnergy::sum`], and begins anew. `[audio]`
    pub fn take(&mut self) -> f64 {
        let sum = self.sum();
        self.lanes.iter_mut().for_each(|lane| lane.energy = 0.0);
        sum
    }
}

impl Lane {
    fn listen(&mut self, samples: &[f32]) {
        let mut lane = *self;
        for &sample in samples {
            lane.add(sample);
        }
        *self = lane;
    }

    fn listen_to_both(left: &mut Self, right: &mut Self, left_samples: &[f32], right_samples: &[f32]) {
        let (mut one, mut other) = (*left, *right);
        for (&left_sample, &right_sample) in left_samples.iter().zip(right_samples) {
            one.add(left_sample);
            other.add(right_sample);
        }
        (*left, *right) = (one, other);
    }

    #[inline]
    fn add(&mut self, sample: f32) {
        let weighted = self.weighting.next(f64::from(audible(sample)));
        self.energy += weighted * weighted;
    }
}
