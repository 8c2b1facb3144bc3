//! Wishes: what was asked of the stems and has not come back yet, so that a control stays where the hand has left it.

use std::collections::HashMap;

use gui::stem_row::StemEdit;
use session::member::StemId;

use super::seen::SeenStem;

/// What was asked of every stem.
#[derive(Default)]
pub struct Wishes(HashMap<StemId, Stem>);

/// What was asked of a stem.
#[derive(Default)]
struct Stem {
    trim_db: Wish<f32>,
    muted: Wish<bool>,
    soloed: Wish<bool>,
}

/// A wanted value, and what the stem had when it was asked: as soon as it has anything else, that counts.
struct Wish<T>(Option<(T, T)>);

impl<T> Default for Wish<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Copy + PartialEq> Wish<T> {
    fn make(&mut self, wanted: T, has: T) {
        self.0 = (wanted != has).then_some((wanted, has));
    }

    /// What a control shows of a stem that has this.
    fn shown(&mut self, has: T) -> T {
        if self.0.is_some_and(|(_, had)| had != has) {
            self.0 = None;
        }
        self.0.map_or(has, |(wanted, _)| wanted)
    }
}

/// Trim, mute and solo as the controls of a stem show them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    pub trim_db: f32,
    pub muted: bool,
    pub soloed: bool,
}

impl Held {
    /// What the stem says.
    fn of(stem: &SeenStem) -> Self {
        let view = &stem.view;
        Self { trim_db: view.meters.trim_db as f32, muted: view.position.run.muted, soloed: view.soloed }
    }
}

impl Wishes {
    /// Remembers what a hand has asked of a stem.
    pub fn make(&mut self, stem: &SeenStem, edit: StemEdit) {
        let (has, wishes) = (Held::of(stem), self.0.entry(stem.view.id).or_default());
        match edit {
            StemEdit::Trim(trim_db) => wishes.trim_db.make(trim_db, has.trim_db),
            StemEdit::Mute(on) => wishes.muted.make(on, has.muted),
            StemEdit::Solo(on) => wishes.soloed.make(on, has.soloed),
            StemEdit::Identify | StemEdit::Color(_) => {}
        }
    }

    /// What the controls of a stem show. A stem that has said why not, or does not run, shows what it has.
    pub fn shown(&mut self, stem: &SeenStem) -> Held {
        let has = Held::of(stem);
        if stem.refused.is_some() {
            self.0.remove(&stem.view.id);
        }
        let Some(wishes) = self.0.get_mut(&stem.view.id) else { return has };
        Held {
            trim_db: wishes.trim_db.shown(has.trim_db),
            muted: wishes.muted.shown(has.muted),
            soloed: wishes.soloed.shown(has.soloed),
        }
    }

    /// Forgets the stems that have left.
    pub fn keep(&mut self, stems: &[SeenStem]) {
        self.0.retain(|id, _| stems.iter().any(|stem| stem.view.id == *id));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::stems::stem;
    use super::*;

    #[test]
    fn a_control_stays_where_the_hand_left_it_until_the_stem_has_moved() {
        let (mut wishes, mut drums) = (Wishes::default(), stem(0, "Drums"));
        wishes.make(&drums, StemEdit::Trim(-2.0));
        assert_eq!(wishes.shown(&drums).trim_db, -2.0);
        drums.view.meters.trim_db = -1.5;
        assert_eq!(wishes.shown(&drums).trim_db, -1.5, "what the stem says counts");
        drums.view.meters.trim_db = 0.0;
        assert_eq!(wishes.shown(&drums).trim_db, 0.0, "and the wish is over");
    }

    #[test]
    fn a_refused_wish_is_taken_back() {
        let (mut wishes, mut drums) = (Wishes::default(), stem(0, "Drums"));
        wishes.make(&drums, StemEdit::Mute(true));
        assert!(wishes.shown(&drums).muted);
        drums.refused = Some("The stem does not respond.");
        assert!(!wishes.shown(&drums).muted);
        drums.refused = None;
        assert!(!wishes.shown(&drums).muted, "also after the sentence has gone");
    }
}
