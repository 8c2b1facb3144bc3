//! Peak: the largest sample, how it falls on a display, and the plain RMS beside it.

use super::grid::Grid;
use super::{audible, sides};
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{db_from_gain, db_from_power, gain_from_db};

/// Sample peak, RMS and clipped samples of each channel.
///
/// For level on the way through a mixer. What counts for delivery lies between the samples: [`super::true_peak`].
#[derive(Clone, Debug)]
pub struct PeakMeter {
    channels: usize,
    mean_frames_per_step: f64,
    grid: Grid,
    sides: [Side; MAX_CHANNELS],
    clip_count: u64,
}

/// 300 ms of RMS.
const RMS_STEPS: usize = 30;
/// The magnitude at which a fixed-point file has no more room.
const FULL_SCALE: f32 = 1.0;

#[derive(Clone, Debug)]
struct Side {
    peak: PeakHold,
    step_energy: f64,
    energies: [f64; RMS_STEPS],
    position: usize,
}

impl PeakMeter {
    /// A meter that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let side = Side { peak: PeakHold::new(), step_energy: 0.0, energies: [0.0; RMS_STEPS], position: 0 };
        Self {
            channels: format.channels,
            mean_frames_per_step: format.sample_rate_hz / super::grid::STEPS_PER_SECOND as f64,
            grid: Grid::new(format.sample_rate_hz),
            sides: [side.clone(), side],
            clip_count: 0,
        }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.grid.reset();
        for side in &mut self.sides {
            side.peak.reset();
            side.step_energy = 0.0;
            side.energies.fill(0.0);
            side.position = 0;
        }
        self.clip_count = 0;
    }

    /// Looks at a block. `[audio]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let (left, right) = sides(block, self.channels);
        let mut start = 0;
        while start < left.len() {
            let advance = self.grid.advance(left.len() - start);
            let end = start + advance.frames;
            for (side, samples) in self.sides.iter_mut().zip([left, right]).take(self.channels) {
                self.clip_count += side.accumulate(&samples[start..end]);
            }
            if advance.ends_step {
                self.sides.iter_mut().for_each(Side::end_step);
            }
            start = end;
        }
    }

    /// Sample peak of a channel as a display shows it, in dBFS: see [`PeakHold`]. A mono signal shows on both. `[audio]`
    pub fn peak_dbfs(&self) -> [f64; MAX_CHANNELS] {
        self.each(|side| db_from_gain(f64::from(side.peak.shown())))
    }

    /// The largest sample since reset on any channel, in dBFS. `[audio]`
    pub fn max_peak_dbfs(&self) -> f64 {
        let [left, right] = self.each(|side| f64::from(side.peak.max()));
        db_from_gain(left.max(right))
    }

    /// Root mean square of each channel over the last 300 ms in dBFS; a full-scale sine reads −3.01. `[audio]`
    pub fn rms_dbfs(&self) -> [f64; MAX_CHANNELS] {
        let frames = RMS_STEPS as f64 * self.mean_frames_per_step;
        self.each(|side| db_from_power(side.energies.iter().sum::<f64>() / frames))
    }

    /// Samples at or beyond full scale since reset, all channels together. `[audio]`
    pub fn clip_count(&self) -> u64 {
        self.clip_count
    }

    fn each(&self, reading: impl Fn(&Side) -> f64) -> [f64; MAX_CHANNELS] {
        let [left, right] = &self.sides;
        [reading(left), reading(if self.channels == 1 { left } else { right })]
    }
}

impl Side {
    /// Returns how many samples clipped.
    fn accumulate(&mut self, samples: &[f32]) -> u64 {
        let (mut peak, mut clip_count, mut energy) = (0.0f32, 0, self.step_energy);
        for &sample in samples {
            let magnitude = audible(sample).abs();
            peak = peak.max(magnitude);
            clip_count += u64::from(magnitude >= FULL_SCALE);
            energy += f64::from(magnitude) * f64::from(magnitude);
        }
        self.peak.take(peak);
        self.step_energy = energy;
        clip_count
    }

    fn end_step(&mut self) {
        self.peak.end_step();
        if let Some(slot) = self.energies.get_mut(self.position) {
            *slot = std::mem::take(&mut self.step_energy);
        }
        self.position = (self.position + 1) % RMS_STEPS;
    }
}

/// A peak that stays long enough to be seen: held for 50 ms, then falling 20 dB in 1.7 s (IEC 60268-18).
///
/// Takes peaks at any time and falls once in each 10 ms step, so the block size does not matter.
#[derive(Clone, Debug)]
pub struct PeakHold {
    recent: RecentMax<HOLD_STEPS>,
    shown: f32,
    max: f32,
    fall_gain: f32,
}

const HOLD_STEPS: usize = 5;
const FALL_DB_PER_STEP: f64 = 20.0 / 170.0;

impl PeakHold {
    /// At silence. `[setup]`
    pub fn new() -> Self {
        Self { recent: RecentMax::new(), shown: 0.0, max: 0.0, fall_gain: gain_from_db(-FALL_DB_PER_STEP) as f32 }
    }

    /// Back to silence. `[audio]`
    pub fn reset(&mut self) {
        self.recent.reset();
        self.shown = 0.0;
        self.max = 0.0;
    }

    /// Takes a peak (linear, not negative) of the current step. `[audio]`
    pub fn take(&mut self, peak: f32) {
        self.recent.take(peak);
        self.max = self.max.max(peak);
    }

    /// Ends a step of 10 ms. `[audio]`
    pub fn end_step(&mut self) {
        self.shown = self.recent.max().max(self.shown * self.fall_gain);
        // Below −200 dBFS it is gone, not a denormal number.
        if self.shown < 1e-10 {
            self.shown = 0.0;
        }
        self.recent.end_step();
    }

    /// The peak on the display, linear. `[audio]`
    pub fn shown(&self) -> f32 {
        self.recent.max().max(self.shown)
    }

    /// The largest peak since reset, linear. `[audio]`
    pub fn max(&self) -> f32 {
        self.max
    }
}

impl Default for PeakHold {
    fn default() -> Self {
        Self::new()
    }
}

/// The largest value of the current step of 10 ms and the `STEPS` before it.
#[derive(Clone, Debug)]
pub struct RecentMax<const STEPS: usize> {
    steps: [f32; STEPS],
    position: usize,
    current: f32,
    /// The largest of `steps`.
    past: f32,
}

impl<const STEPS: usize> RecentMax<STEPS> {
    /// At silence. `[setup]`
    pub fn new() -> Self {
        Self { steps: [0.0; STEPS], position: 0, current: 0.0, past: 0.0 }
    }

    /// Back to silence. `[audio]`
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes a value of the current step. `[audio]`
    pub fn take(&mut self, value: f32) {
        self.current = self.current.max(value);
    }

    /// Ends a step; the oldest is forgotten. `[audio]`
    pub fn end_step(&mut self) {
        if let Some(slot) = self.steps.get_mut(self.position) {
            *slot = std::mem::take(&mut self.current);
        }
        self.position = (self.position + 1) % STEPS;
        self.past = self.steps.iter().fold(0.0, |max, &step| step.max(max));
    }

    /// The largest value. `[audio]`
    pub fn max(&self) -> f32 {
        self.past.max(self.current)
    }
}

impl<const STEPS: usize> Default for RecentMax<STEPS> {
    fn default() -> Self {
        Self::new()
    }
}
