//! Null test: what remains when the reference mix is taken away from the input.

use super::alignment::max_offset_frames;
use super::grid::{Grid, STEPS_PER_SECOND};
use super::{audible, sides};
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{SILENCE_DB, db_from_gain, db_from_power};

/// Proves, while the song plays, that the stems together are the mix they were made from.
///
/// Subtracts the reference from the input, sample by sample, and shows how much is left over the last 400 ms. The
/// earlier of the two waits for the other by [`NullMeter::set_offset_frames`]; nothing is matched in level: a gain error
/// of 0.1 dB leaves −39 dB, a delay of one sample that nobody makes up for about −4 dB.
/// Stems and mix as 24-bit files leave about −135 dBFS, as 16-bit files −87 dBFS; −60 dB already hides errors.
#[derive(Clone, Debug)]
pub struct NullMeter {
    channels: usize,
    window_samples: f64,
    input: Waiting,
    reference: Waiting,
    offset_frames: i64,
    max_offset_frames: i64,
    /// Frames for which there has been a reference without a gap: so many may wait.
    present_frames: i64,
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
    /// Where in the song the next frame of the input is.
    song_frames: i64,
    worst_power: f64,
    /// Of residual to reference, in the windows in which the reference was heard.
    worst_ratio: Option<f64>,
    worst_song_frames: i64,
    peak: f64,
}

/// The last frames of a signal, each with a left and a right sample.
#[derive(Clone, Debug)]
struct Waiting {
    /// Written in a circle; never grows.
    ring: Box<[[f32; MAX_CHANNELS]]>,
    /// Where the next frame goes.
    position: usize,
}

/// Sums over frames and channels.
#[derive(Clone, Copy, Debug, Default)]
struct Energies {
    residual: f64,
    reference: f64,
    /// The largest residual.
    peak: f64,
}

/// Whether the input is the reference, by the worst moment since reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NullVerdict {
    /// What is left is not heard: at most [`PASS_DB`].
    Pass,
    /// Something small is different.
    Warn,
    /// The input is something else: more than [`FAIL_DB`] is left.
    Fail,
}

impl NullVerdict {
    /// What to think of so much being left, in dB relative to the reference or in dBFS. `[any]`
    pub fn of(left_db: f64) -> Self {
        match left_db {
            _ if left_db > FAIL_DB => Self::Fail,
            _ if left_db > PASS_DB => Self::Warn,
            _ => Self::Pass,
        }
    }
}

/// What is left up to here passes: dB relative to the reference over 400 ms, and dBFS for the largest sample.
pub const PASS_DB: f64 = -60.0;
/// What is left above this fails.
pub const FAIL_DB: f64 = -40.0;

/// What the null test shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullReadings {
    /// RMS of the residual over the last 400 ms in dBFS, all channels; [`SILENCE_DB`] when every bit agrees.
    pub residual_dbfs: f64,
    /// The same relative to the RMS of the reference, in dB; `None` while the reference is silent (below −70 dBFS).
    pub relative_db: Option<f64>,
    /// The largest [`NullReadings::residual_dbfs`] since reset.
    pub worst_residual_dbfs: f64,
    /// The largest residual of a window relative to the reference in it, in dB, since reset; `None` if the reference was
    /// silent all the time.
    pub worst_relative_db: Option<f64>,
    /// Where in the song the worst window ends, in frames; see [`NullMeter::locate`].
    pub worst_song_frames: i64,
    /// The largest sample of the residual since reset, in dBFS.
    pub peak_dbfs: f64,
    /// By how many frames the input is taken to come later than the reference.
    pub offset_frames: i64,
}

impl NullReadings {
    /// The worse of both measures; `None` as long as the reference was silent. `[any]`
    pub fn verdict(&self) -> Option<NullVerdict> {
        Some(NullVerdict::of(self.worst_relative_db?).max(NullVerdict::of(self.peak_dbfs)))
    }
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
            input: Waiting::new(max_offset_frames(format.sample_rate_hz)),
            reference: Waiting::new(max_offset_frames(format.sample_rate_hz)),
            offset_frames: 0,
            max_offset_frames: max_offset_frames(format.sample_rate_hz) as i64,
            present_frames: 0,
            grid: Grid::new(format.sample_rate_hz),
            step: [Energies::default(); MAX_CHANNELS],
            steps: [Energies::default(); WINDOW_STEPS],
            position: 0,
            compared_steps: 0,
            step_is_partial: false,
            has_reference: false,
            reference_heard: false,
            song_frames: 0,
            worst_power: 0.0,
            worst_ratio: None,
            worst_song_frames: 0,
            peak: 0.0,
        }
    }

    /// Forgets everything but the offset. `[audio]`
    pub fn reset(&mut self) {
        self.grid.reset();
        self.step = Default::default();
        self.steps.fill(Energies::default());
        self.position = 0;
        self.compared_steps = 0;
        self.step_is_partial = false;
        self.has_reference = false;
        self.reference_heard = false;
        self.present_frames = 0;
        self.song_frames = 0;
        self.forget_worst();
    }

    /// Takes the input to come this much later than the reference, or earlier if negative; up to a second. What was
    /// found with another offset is forgotten: it was about frames that do not belong together. `[audio]`
    pub fn set_offset_frames(&mut self, offset_frames: i64) {
        let offset_frames = offset_frames.clamp(-self.max_offset_frames, self.max_offset_frames);
        if offset_frames != std::mem::replace(&mut self.offset_frames, offset_frames) {
            self.step = Default::default();
            self.step_is_partial = true;
            self.compared_steps = 0;
            self.forget_worst();
        }
    }

    /// Says where in the song the next block begins; without that the song runs on. `[audio]`
    pub fn locate(&mut self, song_frames: i64) {
        self.song_frames = song_frames;
    }

    fn forget_worst(&mut self) {
        self.worst_power = 0.0;
        self.worst_ratio = None;
        self.worst_song_frames = 0;
        self.peak = 0.0;
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
                Some(reference) => self.compare(
                    (&input.0[start..end], &input.1[start..end]),
                    (&reference.0[start..end], &reference.1[start..end]),
                ),
                None => {
                    self.present_frames = 0;
                    self.step_is_partial = true;
                }
            }
            self.song_frames = self.song_frames.wrapping_add(advance.frames as i64);
            if advance.ends_step {
                self.end_step();
            }
            start = end;
        }
    }

    /// Compares what belongs together, as far as it has come.
    fn compare(&mut self, input: (&[f32], &[f32]), reference: (&[f32], &[f32])) {
        let reference_waits = usize::try_from(self.offset_frames).unwrap_or(0);
        let input_waits = usize::try_from(-self.offset_frames).unwrap_or(0);
        let [left, right] = &mut self.step;
        for frame in 0..input.0.len().min(reference.0.len()) {
            let input = self.input.exchange([input.0[frame], input.1[frame]], input_waits);
            let reference = self.reference.exchange([reference.0[frame], reference.1[frame]], reference_waits);
            if self.present_frames < self.offset_frames.abs() {
                self.present_frames += 1;
                self.step_is_partial = true;
                continue;
            }
            left.add(input[0], reference[0]);
            if self.channels > 1 {
                right.add(input[1], reference[1]);
            }
        }
    }

    fn end_step(&mut self) {
        let step = Energies::sum(&std::mem::take(&mut self.step));
        if std::mem::take(&mut self.step_is_partial) {
            self.compared_steps = 0;
            return;
        }
        self.reference_heard |= step.reference > 0.0;
        self.peak = self.peak.max(step.peak);
        if let Some(slot) = self.steps.get_mut(self.position) {
            *slot = step;
        }
        self.position = (self.position + 1) % WINDOW_STEPS;
        self.compared_steps = (self.compared_steps + 1).min(WINDOW_STEPS);

        if self.compared_steps == WINDOW_STEPS {
            let window = Energies::sum(&self.steps);
            let power = window.residual / self.window_samples;
            if power > self.worst_power {
                self.worst_power = power;
                // What waited was there earlier.
                self.worst_song_frames = self.song_frames.wrapping_sub((-self.offset_frames).max(0));
            }
            if window.reference / self.window_samples > SILENT_POWER {
                let ratio = window.residual / window.reference;
                self.worst_ratio = Some(self.worst_ratio.map_or(ratio, |worst| worst.max(ratio)));
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
            worst_relative_db: self.worst_ratio.map(db_from_power),
            worst_song_frames: self.worst_song_frames,
            peak_dbfs: db_from_gain(self.peak),
            offset_frames: self.offset_frames,
        })
    }
}

impl Energies {
    fn add(&mut self, input: f32, reference: f32) {
        let (input, reference) = (f64::from(audible(input)), f64::from(audible(reference)));
        let residual = input - reference;
        self.residual += residual * residual;
        self.reference += reference * reference;
        self.peak = self.peak.max(residual.abs());
    }

    fn sum(parts: &[Energies]) -> Self {
        parts.iter().fold(Self::default(), |sum, part| Self {
            residual: sum.residual + part.residual,
            reference: sum.reference + part.reference,
            peak: sum.peak.max(part.peak),
        })
    }
}

impl Waiting {
    /// Room for frames that wait up to `max_frames`.
    fn new(max_frames: usize) -> Self {
        Self { ring: vec![[0.0; MAX_CHANNELS]; max_frames + 1].into_boxed_slice(), position: 0 }
    }

    /// Takes a frame and gives the one that came `frames` before it.
    fn exchange(&mut self, frame: [f32; MAX_CHANNELS], frames: usize) -> [f32; MAX_CHANNELS] {
        let length = self.ring.len();
        self.ring[self.position] = frame;
        let past = (self.position + length - frames.min(length - 1)) % length;
        self.position = (self.position + 1) % length;
        self.ring[past]
    }
}
