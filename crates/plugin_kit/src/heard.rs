//! Heard: what a window makes of the sound before and after its chain: spectra, the level of the input, and the
//! reduction of each stage over time.

use std::time::{Duration, Instant};

use dsp::format::Format;
use dsp::meter::peak::PeakMeter;
use dsp::meter::spectrum::{POINTS, Spectrum};
use dsp::units::SILENCE_DB;
use gui::reduction_history::{ReductionHistory, STEP_S};
use gui::timeline::Span;

use crate::feed::{Block, Feed};

/// What is known of the sound. The figures of its feed are the reductions of the stages in dB, 0 or more.
pub struct Heard<const STAGES: usize> {
    /// Of each stage, with the waveform after the chain.
    pub histories: [ReductionHistory; STAGES],
    analysis: Option<Analysis>,
    last_came: Option<Instant>,
    is_at_rest: bool,
    /// The 10 ms under way.
    step: Step<STAGES>,
    /// Steps of silence up to now.
    silent_steps: usize,
    /// Counts what the histories have taken.
    steps: u64,
}

/// What depends on rate and channels.
struct Analysis {
    format: Format,
    before: Spectrum,
    after: Spectrum,
    input: PeakMeter,
}

/// What a step of the histories has had so far.
#[derive(Clone, Copy)]
struct Step<const STAGES: usize> {
    /// Frames still to come.
    left_frames: f64,
    reductions_db: [f32; STAGES],
    waveform: Span,
}

impl<const STAGES: usize> Step<STAGES> {
    const EMPTY: Self = Self { left_frames: 0.0, reductions_db: [0.0; STAGES], waveform: Span::NOTHING };
}

/// In silence the histories stop after so many steps: a song at rest shows what was, and need not be drawn.
const SILENT_STEPS: usize = 100;
/// A host that sends nothing for so long is at rest.
const REST: Duration = Duration::from_millis(500);

impl<const STAGES: usize> Heard<STAGES> {
    /// Nothing heard yet; the stages give their histories their names. `[setup]`
    pub fn new(stages: [&'static str; STAGES]) -> Self {
        let histories = stages.map(ReductionHistory::new);
        Self {
            histories,
            analysis: None,
            last_came: None,
            is_at_rest: true,
            step: Step::EMPTY,
            silent_steps: 0,
            steps: 0,
        }
    }

    /// Takes what has come. Threads of the plugin's own, `[main]`
    pub fn listen(&mut self, feed: &Feed<STAGES>) {
        let mut came = false;
        feed.read(|block| {
            self.take(block);
            came = true;
        });
        let now = Instant::now();
        if came {
            self.last_came = Some(now);
        }
        self.is_at_rest = !came && self.last_came.is_none_or(|last| now - last > REST);
    }

    /// Nothing comes: the host does not call the plugin.
    pub fn is_at_rest(&self) -> bool {
        self.is_at_rest
    }

    /// The rate of the sound, if any was heard.
    pub fn sample_rate_hz(&self) -> Option<f64> {
        self.analysis.as_ref().map(|analysis| analysis.format.sample_rate_hz)
    }

    /// Changes whenever a spectrum or a history does.
    pub fn revision(&self) -> [u64; 3] {
        let [before, after] =
            self.analysis.as_ref().map_or([0; 2], |analysis| [analysis.before.revision(), analysis.after.revision()]);
        [before, after, self.steps]
    }

    /// The spectra before and after the chain; `None` where nothing was heard.
    pub fn spectra_db(&self) -> [Option<[f32; POINTS]>; 2] {
        match self.moving() {
            Some(analysis) => [&analysis.before, &analysis.after].map(|spectrum| Some(spectrum.points_db())),
            None => [None; 2],
        }
    }

    /// RMS of the input's channels in dBFS.
    pub fn input_rms_dbfs(&self) -> [f64; 2] {
        self.moving().map_or([SILENCE_DB; 2], |analysis| analysis.input.rms_dbfs())
    }

    /// Sample peak of the input's channels in dBFS, held for a moment and falling.
    pub fn input_peak_dbfs(&self) -> [f64; 2] {
        self.moving().map_or([SILENCE_DB; 2], |analysis| analysis.input.peak_dbfs())
    }

    /// The largest sample that has come in, in dBFS.
    pub fn largest_input_dbfs(&self) -> f64 {
        self.analysis.as_ref().map_or(SILENCE_DB, |analysis| analysis.input.max_peak_dbfs())
    }

    /// Measures the input anew.
    pub fn reset_input(&mut self) {
        if let Some(analysis) = &mut self.analysis {
            analysis.input.reset();
        }
    }

    /// What was there when the host stopped is not there any more.
    fn moving(&self) -> Option<&Analysis> {
        self.analysis.as_ref().filter(|_| !self.is_at_rest)
    }

    fn take(&mut self, block: &Block<STAGES>) {
        let goes_on = !std::mem::take(&mut self.is_at_rest);
        let fits = |analysis: &Analysis| analysis.format == block.format;
        if !self.analysis.as_ref().is_some_and(fits) {
            self.analysis = None;
        }
        let analysis = self.analysis.get_or_insert_with(|| Analysis::new(block.format));
        if !goes_on {
            analysis.before.reset();
            analysis.after.reset();
        }
        analysis.before.process(block.before);
        analysis.after.process(block.after);
        analysis.input.process(block.before);
        self.add_steps(block);
    }

    fn add_steps(&mut self, block: &Block<STAGES>) {
        let step_frames = STEP_S * block.format.sample_rate_hz;
        let frames = block.after.first().map_or(0, |left| left.len());
        for frame in 0..frames {
            let step = &mut self.step;
            for samples in block.after {
                step.waveform = step.waveform.with(Span::of(samples[frame]));
            }
            for (largest_db, now_db) in step.reductions_db.iter_mut().zip(block.figures) {
                *largest_db = largest_db.max(now_db);
            }
            step.left_frames -= 1.0;
            if step.left_frames <= 0.0 {
                let is_silent = step.waveform == Span::of(0.0);
                self.silent_steps = if is_silent { self.silent_steps.saturating_add(1) } else { 0 };
                if self.silent_steps <= SILENT_STEPS {
                    self.steps += 1;
                    for (history, reduction_db) in self.histories.iter_mut().zip(step.reductions_db) {
                        history.push(reduction_db, step.waveform);
                    }
                }
                self.step = Step { left_frames: step.left_frames + step_frames, ..Step::EMPTY };
            }
        }
    }
}

impl Analysis {
    fn new(format: Format) -> Self {
        let [before, after] = [(); 2].map(|()| Spectrum::new(format));
        Self { format, before, after, input: PeakMeter::new(format) }
    }
}
