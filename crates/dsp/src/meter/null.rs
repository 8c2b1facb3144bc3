//! Null test: what remains when the reference mix is taken away from the input.

use super::grid::{Grid, STEPS_PER_SECOND};
use super::{audible, sides};
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{SILENCE_DB, db_from_power};

/// Proves, while the song plays, that the stems together are the mix they were made from.
///
/// Subtracts the reference from the input, sample by sample, and shows how much is left over the last 400 ms. Nothing
/// is aligned or matched in level: a gain error of 0.1 dB leaves −39 dB, a delay of one sample about −4 dB.
/// Stems and mix as 24-bit files leave about −135 dBFS, as 16-bit files −87 dBFS; −60 dB already hides errors.
#[derive(Clone, Debug)]
pub struct NullMeter {
    channels: usize,
    window_samples: f64,
    grid: Grid,
    /// Of the current step, each channel for itself: one sum for both would depend on where blocks end.
    step: [Energies; MAX_CHANNELS],
    /// The last 400 ms, step by step.
    steps: [Energies; WINDOW_STEPS],
    position: usize,
    /// Ended steps since the reference appeared, up to [`WINDOW_STEPS`]: the first window has to fill.
    compared_steps: usize,
    /// The current step lacked the reference for some of its frames.
    step_is_partial: bool,
    has_reference: bool,
    /// The reference has not been silent all the time: an input nobody has connected is silence.
    reference_heard: bool,
    frames: u64,
    worst_power: f64,
    worst_frame: u64,
}

/// Sums over frames and channels.
#[derive(Clone, Copy, Debug, Default)]
struct Energies {
    residual: f64,
    reference: f64,
}

/// What the null test shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullReadings {
    /// RMS of the residual over the last 400 ms in dBFS, all channels; [`SILENCE_DB`] when every bit agrees.
    pub residual_dbfs: f64,
    /// The same relative to the RMS of the reference, in dB; `None` while the reference is silent (below −70 dBFS).
    pub relative_db: Option<f64>,
    /// The largest [`NullReadings::residual_dbfs`] since reset.
    pub worst_residual_dbfs: f64,
    /// Frames from reset to the end of that worst window.
    pub worst_frame: u64,
}

/// 400 ms.
const WINDOW_STEPS: usize = 40;
/// −70 dBFS: a silent reference proves nothing.
const SILENT_POWER: f64 = 1e-7;

impl NullMeter {
    /// A meter that has compared nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let window_frames = format.sample_rate_hz * WINDOW_STEPS as f64 / STEPS_PER_SECOND as f64;
        Self {
            channels: format.channels,
            window_samples: window_frames * format.channels.max(1) as f64,
            grid: Grid::new(format.sample_rate_hz),
            step: [Energies::default(); MAX_CHANNELS],
            steps: [Energies::default(); WINDOW_STEPS],
            position: 0,
            compared_steps: 0,
            step_is_partial: false,
            has_reference: false,
            reference_heard: false,
            frames: 0,
            worst_power: 0.0,
            worst_frame: 0,
        }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.grid.reset();
        self.step = Default::default();
        self.steps.fill(Energies::default());
        self.position = 0;
        self.compared_steps = 0;
        self.step_is_partial = false;
        self.has_reference = false;
        self.reference_heard = false;
        self.frames = 0;
        self.worst_power = 0.0;
        self.worst_frame = 0;
    }

    /// Compares a block of the input with the same frames of the reference, if there is one. `[audio]`
    ///
    /// A mono reference stands for both sides. A reference shorter than the input counts as none.
    pub fn process<Input: AsRef<[f32]>, Reference: AsRef<[f32]>>(
        &mut self,
        input: &[Input],
        reference: Option<&[Reference]>,
    ) {
        let input = sides(input, self.channels);
        let reference = reference.map(|block| sides(block, self.channels)).filter(|r| r.0.len() >= input.0.len());
        let frames = input.0.len();
        if frames > 0 {
            self.has_reference = reference.is_some();
        }
        let mut start = 0;
        while start < frames {
            let advance = self.grid.advance(frames - start);
            let end = start + advance.frames;
            match reference {
                Some(reference) => {
                    let [left, right] = &mut self.step;
                    left.accumulate(&input.0[start..end], &reference.0[start..end]);
                    if self.channels > 1 {
                        right.accumulate(&input.1[start..end], &reference.1[start..end]);
                    }
                }
                None => self.step_is_partial = true,
            }
            self.frames += advance.frames as u64;
            if advance.ends_step {
                self.end_step();
            }
            start = end;
        }
    }

    fn end_step(&mut self) {
        let step = Energies::sum(&std::mem::take(&mut self.step));
        if std::mem::take(&mut self.step_is_partial) {
            self.compared_steps = 0;
            return;
        }
        self.reference_heard |= step.reference > 0.0;
        if let Some(slot) = self.steps.get_mut(self.position) {
            *slot = step;
        }
        self.position = (self.position + 1) % WINDOW_STEPS;
        self.compared_steps = (self.compared_steps + 1).min(WINDOW_STEPS);

        if self.compared_steps == WINDOW_STEPS {
            let power = Energies::sum(&self.steps).residual / self.window_samples;
            if power > self.worst_power {
                self.worst_power = power;
                self.worst_frame = self.frames;
            }
        }
    }

    /// The residual; `None` without a reference or while it has been silent since reset, and until 400 ms of it have been
    /// compared. `[audio]`
    pub fn readings(&self) -> Option<NullReadings> {
        if !self.has_reference || !self.reference_heard || self.compared_steps < WINDOW_STEPS {
            return None;
        }
        let window = Energies::sum(&self.steps);
        let reference_power = window.reference / self.window_samples;
        let residual_dbfs = db_from_power(window.residual / self.window_samples);
        let relative_db = (reference_power > SILENT_POWER).then(|| {
            if residual_dbfs <= SILENCE_DB { SILENCE_DB } else { residual_dbfs - db_from_power(reference_power) }
        });
        Some(NullReadings {
            residual_dbfs,
            relative_db,
            worst_residual_dbfs: db_from_power(self.worst_power),
            worst_frame: self.worst_frame,
        })
    }
}

impl Energies {
    fn accumulate(&mut self, input: &[f32], reference: &[f32]) {
        for (&input, &reference) in input.iter().zip(reference) {
            let (input, reference) = (f64::from(audible(input)), f64::from(audible(reference)));
            let residual = input - reference;
            self.residual += residual * residual;
            self.reference += reference * reference;
        }
    }

    fn sum(parts: &[Energies]) -> Self {
        parts.iter().fold(Self::default(), |sum, part| Self {
            residual: sum.residual + part.residual,
            reference: sum.reference + part.reference,
        })
    }
}
