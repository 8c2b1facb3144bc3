//! Steps: the way back and forward, past whatever somebody else has moved meanwhile.

use nice_plug::prelude::ParamPtr;

use super::below::Below;
use super::history::Step;
use super::settings::{is_near, is_same};
use super::{Edits, listed, settings};
use crate::controls::{Hand, Move};
use crate::door::Link;

/// One end of a move, and the other.
type Way = fn(&Move) -> [f32; 2];

impl Edits {
    /// One step back. In the middle of a drag there is no step to go back from yet.
    pub(super) fn undo(&mut self, hand: &Hand, link: Option<&Link>) {
        let Some(step) = self.history().last().filter(|_| !hand.is_busy()).cloned() else { return };
        self.history_mut().went_back();
        self.write_step(&step, |moved| [moved.after, moved.before], hand, link);
        if let Some([before, _after]) = step.preset {
            self.set_loaded(before);
            link.inspect(|link| link.mark_dirty());
        }
    }

    /// One step forward again.
    pub(super) fn redo(&mut self, hand: &Hand, link: Option<&Link>) {
        let Some(step) = self.history().next().filter(|_| !hand.is_busy()).cloned() else { return };
        self.history_mut().went_forward();
        self.write_step(&step, |moved| [moved.before, moved.after], hand, link);
        if let Some([_before, after]) = step.preset {
            self.set_loaded(after);
            link.inspect(|link| link.mark_dirty());
        }
    }

    /// Sets what a step changed. What the host moves just now, and what does not stand where the step would have left
    /// it, is in other hands: it stays, and a sentence says so.
    fn write_step(&mut self, step: &Step, way: Way, hand: &Hand, link: Option<&Link>) {
        let is_free = |moved: &&Move| {
            let now = settings::normalized(moved.parameter);
            !is_automated(moved.parameter, link) && way(moved).into_iter().any(|end| is_near(now, end))
        };
        let (free, staying): (Vec<&Move>, Vec<&Move>) = step.moves.iter().partition(is_free);
        write(free.into_iter().map(|moved| (moved.parameter, way(moved)[1])), hand, link);
        if !staying.is_empty() {
            let verb = if staying.len() == 1 { "stays: it has" } else { "stay: they have" };
            let names = named(staying.into_iter());
            self.below = Below::Sentence(format!("{names} {verb} been moved since, and not in this window."));
        }
    }
}

fn is_automated(parameter: ParamPtr, link: Option<&Link>) -> bool {
    link.is_some_and(|link| link.is_moved_by_host(parameter))
}

/// Sets parameters that stand elsewhere, one gesture each, but for those the host is moving just now; answers with what
/// was changed.
pub(super) fn write(wanted: impl IntoIterator<Item = (ParamPtr, f32)>, hand: &Hand, link: Option<&Link>) -> Vec<Move> {
    let mut moves = Vec::new();
    for (parameter, after) in wanted {
        let before = settings::normalized(parameter);
        if !is_same(before, after) && !is_automated(parameter, link) {
            link.inspect(|link| link.note_hand(parameter));
            hand.write(parameter, after);
            moves.push(Move { parameter, before, after });
        }
    }
    moves
}

/// What moves are called: after what they move.
pub(super) fn named<'a>(moves: impl Iterator<Item = &'a Move>) -> String {
    let names: Vec<String> = moves.map(|moved| settings::name(moved.parameter)).collect();
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
