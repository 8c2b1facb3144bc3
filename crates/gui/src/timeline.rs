//! Timeline: what was measured over hours, in memory that never grows.

/// The smallest and largest of a figure over a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The smallest.
    pub low: f32,
    /// The largest.
    pub high: f32,
}

impl Span {
    /// Nothing was measured.
    pub const NOTHING: Self = Self { low: f32::INFINITY, high: f32::NEG_INFINITY };

    /// A single figure.
    pub fn of(value: f32) -> Self {
        Self { low: value, high: value }
    }

    /// Whether nothing was measured.
    pub fn is_nothing(self) -> bool {
        self.low > self.high
    }

    /// Both together.
    pub fn with(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// The last hours of some figures that are measured together, every [`Timeline::step_s`].
///
/// The last moments are kept as they were measured, older ones as the smallest and largest of 4, 16, 64 … steps: enough
/// for a drawing of any width at any zoom.
#[derive(Clone, Debug)]
pub struct Timeline<const FIGURES: usize> {
    step_s: f64,
    /// Steps since the beginning.
    steps: u64,
    /// Fine to coarse; each column of one stands for [`RATIO`] of the one before.
    levels: Vec<Level<FIGURES>>,
}

#[derive(Clone, Debug)]
struct Level<const FIGURES: usize> {
    /// Steps of a column.
    column_steps: u64,
    /// The last [`COLUMNS`] whole columns and the one under way, each at its number modulo their count.
    columns: Box<[[Span; FIGURES]]>,
}

/// Columns kept of each level.
const COLUMNS: usize = 2_048;
/// Columns that become one in the next level.
const RATIO: u64 = 4;

impl<const FIGURES: usize> Timeline<FIGURES> {
    /// A timeline of nothing that keeps at least `keep_s` seconds. `[setup]`
    pub fn new(step_s: f64, keep_s: f64) -> Self {
        let mut levels = Vec::new();
        let mut column_steps = 1;
        loop {
            levels.push(Level { column_steps, columns: vec![[Span::NOTHING; FIGURES]; COLUMNS + 1].into() });
            if column_steps as f64 * step_s * COLUMNS as f64 >= keep_s {
                return Self { step_s, steps: 0, levels };
            }
            column_steps *= RATIO;
        }
    }

    /// Time between two measurements, s.
    pub fn step_s(&self) -> f64 {
        self.step_s
    }

    /// Time since the beginning, s.
    pub fn end_s(&self) -> f64 {
        self.steps as f64 * self.step_s
    }

    /// The earliest time still known, s.
    pub fn start_s(&self) -> f64 {
        let kept_s = self.levels.last().map_or(0.0, |level| level.kept_s(self.step_s));
        (self.end_s() - kept_s).max(0.0)
    }

    /// Forgets everything and begins at 0. `[main]`
    pub fn reset(&mut self) {
        self.steps = 0;
    }

    /// Adds the figures of one more step. `[main]`
    pub fn push(&mut self, figures: [Span; FIGURES]) {
        for level in &mut self.levels {
            let starts = self.steps.is_multiple_of(level.column_steps);
            let slot = level.slot(self.steps / level.column_steps);
            let column = &mut level.columns[slot];
            if starts {
                *column = [Span::NOTHING; FIGURES];
            }
            for (span, figure) in column.iter_mut().zip(figures) {
                *span = span.with(figure);
            }
        }
        self.steps += 1;
    }

    /// The figures between two times; [`Span::NOTHING`] where nothing is known. Times within a column count as all of
    /// it: the finest that is no finer than wanted, as far back as it reaches. `[main]`
    pub fn between(&self, from_s: f64, to_s: f64) -> [Span; FIGURES] {
        let mut spans = [Span::NOTHING; FIGURES];
        let wanted_steps = ((to_s - from_s) / self.step_s).max(1.0);
        let first = (from_s / self.step_s).max(0.0) as u64;
        let fits = |level: &&Level<FIGURES>| {
            // A few columns a reading, and none that are overwritten.
            wanted_steps < (level.column_steps * 2 * RATIO) as f64 && first >= level.first_step(self.steps)
        };
        let Some(level) = self.levels.iter().find(fits).or(self.levels.last()) else { return spans };
        let end = ((to_s / self.step_s).ceil().max(0.0) as u64).max(first + 1).min(self.steps);
        let mut step = first.max(level.first_step(self.steps));
        step -= step % level.column_steps;
        while step < end {
            let column = &level.columns[level.slot(step / level.column_steps)];
            for (span, figure) in spans.iter_mut().zip(column) {
                *span = span.with(*figure);
            }
            step += level.column_steps;
        }
        spans
    }
}

impl<const FIGURES: usize> Level<FIGURES> {
    fn slot(&self, column: u64) -> usize {
        (column % self.columns.len() as u64) as usize
    }

    fn kept_s(&self, step_s: f64) -> f64 {
        (self.column_steps * COLUMNS as u64) as f64 * step_s
    }

    /// The first step that is still there, after so many.
    fn first_step(&self, steps: u64) -> u64 {
        let current = steps.saturating_sub(1) / self.column_steps;
        current.saturating_sub(COLUMNS as u64) * self.column_steps
    }
}
