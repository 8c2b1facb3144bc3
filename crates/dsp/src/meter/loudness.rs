//! Loudness: how loud a listener finds the programme, per ITU-R BS.1770-5 and EBU R 128.

use super::grid::{Grid, STEPS_PER_SECOND};
use super::histogram::Histogram;
use super::k_weighting::KWeighting;
use super::{audible, sides};
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{SILENCE_DB, lufs_from_power};

/// Momentary, short-term and integrated loudness, their largest values, and the loudness range.
///
/// Measures on a grid of 10 ms, so every figure is the same for every block size, to the bit. Memory is fixed, for
/// minutes as for days; nothing is polled: the figures are ready at any time at no cost.
///
/// A mono signal is one channel with weight 1: 3 LU below the same signal on both sides. What is not a number, or
/// louder than any audio ([`super::LOUDEST_SAMPLE`]), counts as silence and poisons nothing.
///
/// Sources: ITU-R BS.1770-5 annex 1; EBU Tech 3341 v4 and 3342 v4.
#[derive(Clone, Debug)]
pub struct Loudness {
    channels: usize,
    sample_rate_hz: f64,
    weighting: [KWeighting; MAX_CHANNELS],
    grid: Grid,
    /// Sum of the weighted squares in the current step.
    step_energy: f64,
    /// The energies of the last 3 s, step by step: exact sums, so nothing drifts. Silence before the first frame.
    energies: Box<[f64]>,
    /// The oldest of `energies`.
    position: usize,
    /// Steps since reset.
    steps: u64,
    /// Ended steps since the last one that a pause touched. Before the first frame lies silence, untouched.
    unpaused_steps: u64,
    paused: bool,
    /// A pause touched the current step.
    step_is_paused: bool,
    measured_frames: u64,
    momentary_power: f64,
    short_term_power: f64,
    max_momentary_power: f64,
    max_short_term_power: f64,
    integrated_power: f64,
    range_lu: f64,
    gating_blocks: Histogram,
    short_terms: Histogram,
}

/// 400 ms.
const MOMENTARY_STEPS: usize = 40;
/// 3 s.
const SHORT_TERM_STEPS: usize = 300;
/// Gating blocks overlap by 75 %, and the loudness range is sampled ten times a second.
const STEPS_PER_GATING_BLOCK: u64 = 10;
/// 10 LU below the mean (BS.1770-5) and 20 LU below it (Tech 3342), as power ratios.
const INTEGRATED_GATE: f64 = 0.1;
const RANGE_GATE: f64 = 0.01;
/// The loudness range leaves out the quietest tenth and the loudest twentieth.
const RANGE_LOW: f64 = 0.10;
const RANGE_HIGH: f64 = 0.95;
/// Tech 3341: a range over less than a minute is to be marked as not stable.
const RANGE_STABLE_SECONDS: f64 = 60.0;
/// A step that holds less energy is silence: below −400 dBFS.
const RINGING_ENERGY: f64 = 1e-40;

impl Loudness {
    /// A meter that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        Self {
            channels: format.channels,
            sample_rate_hz: format.sample_rate_hz,
            weighting: [KWeighting::new(format.sample_rate_hz); MAX_CHANNELS],
            grid: Grid::new(format.sample_rate_hz),
            step_energy: 0.0,
            energies: vec![0.0; SHORT_TERM_STEPS].into_boxed_slice(),
            position: 0,
            steps: 0,
            unpaused_steps: SHORT_TERM_STEPS as u64,
            paused: false,
            step_is_paused: false,
            measured_frames: 0,
            momentary_power: 0.0,
            short_term_power: 0.0,
            max_momentary_power: 0.0,
            max_short_term_power: 0.0,
            integrated_power: 0.0,
            range_lu: SILENCE_DB,
            gating_blocks: Histogram::new(),
            short_terms: Histogram::new(),
        }
    }

    /// Forgets everything and measures from here; a pause goes on. `[audio]`
    ///
    /// Clears 320 kB: some microseconds.
    pub fn reset(&mut self) {
        self.weighting.iter_mut().for_each(KWeighting::reset);
        self.grid.reset();
        self.step_energy = 0.0;
        self.energies.fill(0.0);
        self.position = 0;
        self.steps = 0;
        self.unpaused_steps = SHORT_TERM_STEPS as u64;
        self.step_is_paused = self.paused;
        self.measured_frames = 0;
        self.momentary_power = 0.0;
        self.short_term_power = 0.0;
        self.max_momentary_power = 0.0;
        self.max_short_term_power = 0.0;
        self.integrated_power = 0.0;
        self.range_lu = SILENCE_DB;
        self.gating_blocks.reset();
        self.short_terms.reset();
    }

    /// Pauses or continues the measurement: integrated loudness, range and the largest values. `[audio]`
    ///
    /// Momentary and short-term loudness stay live. No block that overlaps a pause is counted, so the first after it
    /// comes 400 ms (for the range: 3 s) later.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
        self.step_is_paused |= paused;
    }

    /// Listens to a block. `[audio]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let (left, right) = sides(block, self.channels);
        let mut start = 0;
        while start < left.len() {
            let advance = self.grid.advance(left.len() - start);
            let end = start + advance.frames;
            self.accumulate(&left[start..end], &right[start..end]);
            if advance.ends_step {
                self.end_step();
            }
            start = end;
        }
    }

    fn accumulate(&mut self, left: &[f32], right: &[f32]) {
        let [mut left_weighting, mut right_weighting] = self.weighting;
        let mut energy = self.step_energy;
        if self.channels == 1 {
            for &sample in left {
                let weighted = left_weighting.next(f64::from(audible(sample)));
                energy += weighted * weighted;
            }
        } else {
            for (&left, &right) in left.iter().zip(right) {
                let left = left_weighting.next(f64::from(audible(left)));
                let right = right_weighting.next(f64::from(audible(right)));
                energy += left * left + right * right;
            }
        }
        self.weighting = [left_weighting, right_weighting];
        self.step_energy = energy;
        if !self.paused {
            self.measured_frames += left.len() as u64;
        }
    }

    fn end_step(&mut self) {
        self.store_step();
        self.momentary_power = self.mean_power(MOMENTARY_STEPS);
        self.short_term_power = self.mean_power(SHORT_TERM_STEPS);

        let momentary_counts = self.unpaused_steps >= MOMENTARY_STEPS as u64;
        let short_term_counts = self.unpaused_steps >= SHORT_TERM_STEPS as u64;
        if momentary_counts {
            self.max_momentary_power = self.max_momentary_power.max(self.momentary_power);
        }
        if short_term_counts {
            self.max_short_term_power = self.max_short_term_power.max(self.short_term_power);
        }
        if self.steps.is_multiple_of(STEPS_PER_GATING_BLOCK) {
            if momentary_counts && self.steps >= MOMENTARY_STEPS as u64 {
                self.integrate();
            }
            if short_term_counts && self.steps >= SHORT_TERM_STEPS as u64 {
                self.measure_range();
            }
        }
    }

    fn store_step(&mut self) {
        let energy = std::mem::take(&mut self.step_energy);
        // Far below any gate: let the filters rest, instead of ringing on in denormal numbers for ever.
        if energy < RINGING_ENERGY {
            self.weighting.iter_mut().for_each(KWeighting::reset);
        }
        if let Some(slot) = self.energies.get_mut(self.position) {
            *slot = energy;
        }
        self.position = (self.position + 1) % SHORT_TERM_STEPS;
        self.steps += 1;
        self.unpaused_steps = if self.step_is_paused { 0 } else { self.unpaused_steps + 1 };
        self.step_is_paused = self.paused;
    }

    /// Mean over the last `steps` steps.
    fn mean_power(&self, steps: usize) -> f64 {
        let (newer, older) = self.energies.split_at(self.position);
        let energy: f64 = older.iter().chain(newer).skip(SHORT_TERM_STEPS - steps).sum();
        energy * STEPS_PER_SECOND as f64 / (steps as f64 * self.sample_rate_hz)
    }

    fn integrate(&mut self) {
        self.gating_blocks.add(self.momentary_power);
        let gate = self.gating_blocks.above(0.0).mean_power() * INTEGRATED_GATE;
        self.integrated_power = self.gating_blocks.above(gate).mean_power();
    }

    fn measure_range(&mut self) {
        self.short_terms.add(self.short_term_power);
        let gate = self.short_terms.above(0.0).mean_power() * RANGE_GATE;
        let count = self.short_terms.above(gate).count;
        if count > 0 {
            let at = |share: f64| {
                let rank = ((count - 1) as f64 * share).round() as u64;
                lufs_from_power(self.short_terms.ranked_above(gate, rank))
            };
            self.range_lu = at(RANGE_HIGH) - at(RANGE_LOW);
        }
    }

    /// Loudness of the last 400 ms in LUFS, every 10 ms. `[audio]`
    pub fn momentary_lufs(&self) -> f64 {
        lufs_from_power(self.momentary_power)
    }

    /// Loudness of the last 3 s in LUFS, every 10 ms. `[audio]`
    pub fn short_term_lufs(&self) -> f64 {
        lufs_from_power(self.short_term_power)
    }

    /// Gated loudness of everything since reset in LUFS; the first after 400 ms. `[audio]`
    pub fn integrated_lufs(&self) -> f64 {
        lufs_from_power(self.integrated_power)
    }

    /// Loudness range in LU (Tech 3342), the first after 3 s; [`SILENCE_DB`] before. `[audio]`
    pub fn range_lu(&self) -> f64 {
        self.range_lu
    }

    /// Whether the range rests on at least a minute. `[audio]`
    pub fn range_is_stable(&self) -> bool {
        self.measured_frames as f64 >= RANGE_STABLE_SECONDS * self.sample_rate_hz
    }

    /// The largest momentary loudness since reset in LUFS. `[audio]`
    pub fn max_momentary_lufs(&self) -> f64 {
        lufs_from_power(self.max_momentary_power)
    }

    /// The largest short-term loudness since reset in LUFS. `[audio]`
    pub fn max_short_term_lufs(&self) -> f64 {
        lufs_from_power(self.max_short_term_power)
    }

    /// Frames measured since reset, pauses left out. `[audio]`
    pub fn measured_frames(&self) -> u64 {
        self.measured_frames
    }
}
