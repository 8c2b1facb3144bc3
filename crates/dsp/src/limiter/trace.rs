//! Trace: the outline of what went into the limiter and came out, for a picture of its work.

use crate::meter::grid::Grid;
use crate::units::db_from_gain;

/// The outline of 10 ms, both channels together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceStep {
    /// Lowest and highest sample after the drive, before the reduction.
    pub input: [f32; 2],
    /// Lowest and highest sample at the output, at the same place of the sound.
    pub output: [f32; 2],
    /// The largest reduction, dB, 0 or more.
    pub reduction_db: f64,
}

/// Steps kept until somebody takes them: blocks may be as long as 640 ms.
const KEPT_STEPS: usize = 64;

/// Draws the outline while somebody looks. It only looks itself: the sound is the same with and without.
#[derive(Clone, Debug)]
pub struct Trace {
    on: bool,
    grid: Grid,
    input: [f32; 2],
    output: [f32; 2],
    lowest_gain: f64,
    /// Never grows; the oldest make room.
    steps: Box<[TraceStep]>,
    /// Ended steps, and how many of them were taken.
    ended: usize,
    taken: usize,
}

impl Trace {
    /// A trace that is off. `[setup]`
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let nothing = TraceStep { input: [0.0; 2], output: [0.0; 2], reduction_db: 0.0 };
        Self {
            on: false,
            grid: Grid::new(sample_rate_hz),
            input: NOTHING,
            output: NOTHING,
            lowest_gain: 1.0,
            steps: vec![nothing; KEPT_STEPS].into(),
            ended: 0,
            taken: 0,
        }
    }

    /// Switches it on or off; on, it begins anew. `[audio]`
    pub fn set_on(&mut self, on: bool) {
        if on && !self.on {
            self.grid.reset();
            self.begin_step();
            (self.ended, self.taken) = (0, 0);
        }
        self.on = on;
    }

    /// Hands over what has ended since the last call, the oldest first. `[audio]`
    pub fn take(&mut self, mut each: impl FnMut(TraceStep)) {
        for step in self.taken.max(self.ended.saturating_sub(KEPT_STEPS))..self.ended {
            each(self.steps[step % KEPT_STEPS]);
        }
        self.taken = self.ended;
    }

    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    pub(super) fn see(&mut self, input: f32, output: f32) {
        self.input = with(self.input, input);
        self.output = with(self.output, output);
    }

    pub(super) fn end_frame(&mut self, gain: f64) {
        self.lowest_gain = self.lowest_gain.min(gain);
        if self.grid.advance(1).ends_step {
            self.steps[self.ended % KEPT_STEPS] = TraceStep {
                input: self.input,
                output: self.output,
                reduction_db: db_from_gain(1.0 / self.lowest_gain).max(0.0),
            };
            self.ended = self.ended.wrapping_add(1);
            self.begin_step();
        }
    }

    fn begin_step(&mut self) {
        (self.input, self.output, self.lowest_gain) = (NOTHING, NOTHING, 1.0);
    }
}

/// No sample yet.
const NOTHING: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];

fn with([low, high]: [f32; 2], sample: f32) -> [f32; 2] {
    [low.min(sample), high.max(sample)]
}
