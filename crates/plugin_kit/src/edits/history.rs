//! History: the steps of the user's hand, and the way back through them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::controls::Move;
use crate::edits::presets::Preset;
use crate::edits::settings;

/// Something the user did, that can be undone at once.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// What it was, in a word or two.
    pub name: String,
    /// What it changed, and nothing else is touched when it is undone.
    pub moves: Vec<Move>,
    /// The preset that was loaded before it and after it, where it loaded one.
    pub preset: Option<[Option<Arc<Preset>>; 2]>,
}

/// Steps that are kept; the oldest is forgotten for a new one.
pub const MAX_STEPS: usize = 100;

/// Clicks and keys that move the same parameter again within this time go on with a step: a key that repeats would fill
/// the history.
const PAUSE: Duration = Duration::from_millis(600);

/// The steps that can be undone and done again. `[main]`
#[derive(Debug, Default)]
pub struct History {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    /// When the last step was made, if a quick one may go on with it.
    open_since: Option<Instant>,
}

impl History {
    /// Adds a step; what had been undone cannot be done again. A `quick` step goes on with a quick one just before it.
    pub fn record(&mut self, step: Step, quick: bool, now: Instant) {
        let step = Step { moves: step.moves.into_iter().filter(|moved| moved.before != moved.after).collect(), ..step };
        if step.moves.is_empty() && step.preset.is_none() {
            return;
        }
        self.redo.clear();
        let is_open = self.open_since.is_some_and(|since| now.duration_since(since) < PAUSE);
        self.open_since = quick.then_some(now);
        if quick
            && is_open
            && let Some(last) = self.undo.back_mut()
            && goes_on(last, &step)
        {
            for (last, moved) in last.moves.iter_mut().zip(&step.moves) {
                last.after = moved.after;
            }
            return;
        }
        if self.undo.len() == MAX_STEPS {
            self.undo.pop_front();
        }
        self.undo.push_back(step);
    }

    /// A preset has another name now, also where a step would bring it back.
    pub fn rename_preset(&mut self, from: &Preset, to: &str) {
        let steps = self.undo.iter_mut().chain(&mut self.redo);
        let presets = steps.flat_map(|step| step.preset.iter_mut().flatten().flatten());
        for preset in presets.filter(|preset| preset.is_alike(from)) {
            Arc::make_mut(preset).name = to.to_owned();
        }
    }

    /// What would be undone.
    pub fn last(&self) -> Option<&Step> {
        self.undo.back()
    }

    /// What would be done again.
    pub fn next(&self) -> Option<&Step> {
        self.redo.last()
    }

    /// Notes that the last step has been undone.
    pub fn went_back(&mut self) {
        self.open_since = None;
        self.redo.extend(self.undo.pop_back());
    }

    /// Notes that the next step has been done again.
    pub fn went_forward(&mut self) {
        self.open_since = None;
        self.undo.extend(self.redo.pop());
    }
}

/// Whether a step begins where the last one has ended, with the same parameters: nobody else has moved them between.
fn goes_on(last: &Step, step: &Step) -> bool {
    let begins = |(last, moved): (&Move, &Move)| {
        last.parameter == moved.parameter && settings::is_near(last.after, moved.before)
    };
    last.moves.len() == step.moves.len() && last.moves.iter().zip(&step.moves).all(begins)
}
