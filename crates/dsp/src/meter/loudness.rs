//! Loudness: how loud a listener finds the programme, per ITU-R BS.1770-5 and EBU R 128.

use super::grid::{Grid, STEPS_PER_SECOND};
use super::histogram::Histogram;
use super::range::LoudnessRange;
use super::weighted_energy::WeightedEnergy;
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{SILENCE_DB, lufs_from_power};

/// Momentary, short-term and integrated loudness, their largest values, and the loudness range.
///
/// Measures on a grid of 10 ms, so every figure is the same for every block size, to the bit. Memory is fixed, for
/// minutes as for days; nothing is polled: the figures are ready at any time at no cost.
///
/// A mono signal is one channel with weight 1: 3 LU below the same signal on both sides. For more than two channels see
/// [`Loudness::with_weights`]. What is not a number, or louder than any audio ([`super::LOUDEST_SAMPLE`]), counts as
/// silence and poisons nothing.
///
/// Sources: ITU-R BS.1770-5 annex 1; EBU Tech 3341 v4 and 3342 v4.
#[derive(Clone, Debug)]
pub struct Loudness {
    sample_rate_hz: f64,
    grid: Grid,
    /// Of the current step.
    energy: WeightedEnergy,
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
    range: LoudnessRange,
}

/// A gating block of integrated loudness (BS.1770-5) and the window of momentary loudness: 400 ms, in steps of the
/// [`Grid`].
pub const MOMENTARY_STEPS: usize = 40;
/// 3 s.
const SHORT_TERM_STEPS: usize = 300;
/// From one gating block to the next, which overlap by 75 %, and from one sample of the loudness range to the next:
/// 100 ms, in steps of the [`Grid`].
pub const STEPS_PER_GATING_BLOCK: u64 = 10;
/// Gate of integrated loudness: 10 LU below the mean (BS.1770-5), as a power ratio.
pub const INTEGRATED_GATE: f64 = 0.1;
/// Tech 3342: 1.5 s of silence behind the end of a file.
const FILE_END_STEPS: u64 = 150;
/// Tech 3341: a range over less than a minute is to be marked as not stable.
const RANGE_STABLE_SECONDS: f64 = 60.0;
/// A step that holds less energy is silence: below −400 dBFS.
const RINGING_ENERGY: f64 = 1e-40;

/// Weights of a 5.0 bed: left, right, centre, left surround, right surround (BS.1770-5 annex 1). The low-frequency
/// channel of a 5.1 bed is not listened to.
pub const SURROUND_WEIGHTS: [f64; 5] = [1.0, 1.0, 1.0, 1.41, 1.41];

impl Loudness {
    /// A meter of a mono or stereo signal that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let channels = format.channels.clamp(1, MAX_CHANNELS);
        Self::with_weights(format.sample_rate_hz, &[1.0; MAX_CHANNELS][..channels])
    }

    /// A meter of as many channels as weights, each with its weight in the sum, such as [`SURROUND_WEIGHTS`]. `[setup]`
    pub fn with_weights(sample_rate_hz: f64, weights: &[f64]) -> Self {
        Self {
            sample_rate_hz,
            grid: Grid::new(sample_rate_hz),
            energy: WeightedEnergy::new(sample_rate_hz, weights),
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
            range: LoudnessRange::new(),
        }
    }

    /// Forgets everything and measures from here; a pause goes on. `[audio]`
    ///
    /// Clears 320 kB: some microseconds.
    pub fn reset(&mut self) {
        self.grid.reset();
        self.energy.reset();
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
        self.range.reset();
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
    ///
    /// A block of one channel is heard on all; of a block with fewer channels than this meter has, nothing is.
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let channels = self.energy.channels();
        let samples_of = |channel: usize| {
            let only_one = block.len() == 1;
            block.get(if only_one { 0 } else { channel }).map_or(&[][..], AsRef::as_ref)
        };
        let frames = (0..channels).map(|channel| samples_of(channel).len()).min().unwrap_or(0);
        let mut start = 0;
        while start < frames {
            let advance = self.grid.advance(frames - start);
            let end = start + advance.frames;
            self.energy.listen(samples_of, start, end);
            if !self.paused {
                self.measured_frames += advance.frames as u64;
            }
            if advance.ends_step {
                self.end_step();
            }
            start = end;
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
                self.range.add(self.short_term_power);
                self.range_lu = self.range.lu();
            }
        }
    }

    fn store_step(&mut self) {
        let energy = self.energy.take();
        // Far below any gate: let the filters rest, instead of ringing on in denormal numbers for ever.
        if energy < RINGING_ENERGY {
            self.energy.rest();
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
        self.power_from_energy(self.recent_energy(steps), steps)
    }

    /// Sum over the last `steps` steps.
    fn recent_energy(&self, steps: usize) -> f64 {
        let (newer, older) = self.energies.split_at(self.position);
        older.iter().chain(newer).skip(SHORT_TERM_STEPS - steps).sum()
    }

    fn power_from_energy(&self, energy: f64, steps: usize) -> f64 {
        energy * STEPS_PER_SECOND as f64 / (steps as f64 * self.sample_rate_hz)
    }

    fn integrate(&mut self) {
        self.gating_blocks.add(self.momentary_power);
        let gate = self.gating_blocks.above(0.0).mean_power() * INTEGRATED_GATE;
        self.integrated_power = self.gating_blocks.above(gate).mean_power();
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
    ///
    /// As a live meter reads it: only what has been heard counts. Of a file that is over see
    /// [`Loudness::range_of_file_lu`].
    pub fn range_lu(&self) -> f64 {
        self.range_lu
    }

    /// Loudness range of a file that ends here, in LU: as if 1.5 s of silence followed, which Tech 3342 advises for meters
    /// of files, so that the end counts as much as the middle. Changes nothing. `[main]`
    ///
    /// On a song it differs little from [`Loudness::range_lu`], which is what most other programs print. On less than a
    /// quarter of a minute the fade into that silence is part of what is measured: a steady tone reads above zero.
    pub fn range_of_file_lu(&self) -> f64 {
        let mut range = self.range.clone();
        let mut silent_steps = STEPS_PER_GATING_BLOCK - self.steps % STEPS_PER_GATING_BLOCK;
        loop {
            // What is left of the window: the step that was under way is the first of the silent ones.
            let energy = self.energy.sum() + self.recent_energy(SHORT_TERM_STEPS - silent_steps as usize);
            let is_whole =
                (self.steps + silent_steps).min(self.unpaused_steps + silent_steps) >= SHORT_TERM_STEPS as u64;
            if is_whole && !self.step_is_paused {
                range.add(self.power_from_energy(energy, SHORT_TERM_STEPS));
            }
            if silent_steps >= FILE_END_STEPS {
                return range.lu();
            }
            silent_steps += STEPS_PER_GATING_BLOCK;
        }
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
