//! One slot of the region: its state word and the records in it.

use crate::atomic::{AtomicU64, Ordering};
use crate::history::History;
use crate::identity::Kind;
use crate::layout;
use crate::seqlock::Seqlock;
use crate::uuid::Uuid;

/// What a slot's state word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nobody's.
    Free,
    /// Being filled in by its new owner.
    Claiming,
    /// Owned.
    Live,
    /// The owner's end is proved; as good as free.
    Dead,
    /// A number of a later version, or damage.
    Other,
}

/// Flag of a state word: the instance was born as a copy of a live one.
pub(crate) const BORN_AS_COPY: u16 = 1;

/// A state word: `generation:32 · kind:8 · flags:16 · status:8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State(pub(crate) u64);

impl State {
    /// The state of generation `generation`.
    pub(crate) fn new(generation: u32, kind: Kind, flags: u16, status: Status) -> Self {
        let kind: u64 = match kind {
            Kind::Stem => 1,
            Kind::Master => 2,
        };
        Self(u64::from(generation) << 32 | kind << 24 | u64::from(flags) << 8).with(status)
    }

    /// The same owner in another status.
    pub(crate) fn with(self, status: Status) -> Self {
        let number = match status {
            Status::Free => 0,
            Status::Claiming => 1,
            Status::Live => 2,
            Status::Dead => 3,
            Status::Other => 0xff,
        };
        Self(self.0 & !0xff | number)
    }

    /// Counts the owners of the slot.
    pub(crate) fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Stem, master, or something newer.
    pub(crate) fn kind(self) -> Option<Kind> {
        match self.0 >> 24 & 0xff {
            1 => Some(Kind::Stem),
            2 => Some(Kind::Master),
            _ => None,
        }
    }

    /// The flags.
    pub(crate) fn flags(self) -> u16 {
        (self.0 >> 8) as u16
    }

    /// The status.
    pub(crate) fn status(self) -> Status {
        match self.0 & 0xff {
            0 => Status::Free,
            1 => Status::Claiming,
            2 => Status::Live,
            3 => Status::Dead,
            _ => Status::Other,
        }
    }
}

/// The words of one slot; every reading may be damaged or hostile and is checked by who uses it.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    words: &'a [AtomicU64; layout::SLOT_WORDS],
}

impl<'a> Slot<'a> {
    /// A view of `words`. `[any]`
    pub(crate) fn new(words: &'a [AtomicU64; layout::SLOT_WORDS]) -> Self {
        Self { words }
    }

    /// One word, by its offset in [`layout`]. `[any]`
    pub(crate) fn word(&self, offset: usize) -> &'a AtomicU64 {
        &self.words[offset]
    }

    /// The state; who sees it live sees everything its owner wrote while claiming. `[any]`
    pub(crate) fn state(&self) -> State {
        State(self.words[layout::STATE].load(Ordering::Acquire))
    }

    /// Goes from `current` to `next` unless somebody else changed the state. `[any]`
    pub(crate) fn change_state(&self, current: State, next: State) -> bool {
        let word = &self.words[layout::STATE];
        word.compare_exchange(current.0, next.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// The instance that owns the slot. `[any]`
    pub(crate) fn instance(&self) -> Uuid {
        Uuid([0, 1].map(|half| self.words[layout::INSTANCE + half].load(Ordering::Relaxed)))
    }

    /// What shows that the owner moves: audio tick and helper's beat. `[any]`
    pub(crate) fn pulse(&self) -> [u64; 2] {
        [layout::AUDIO_TICK, layout::HELPER_BEAT].map(|offset| self.words[offset].load(Ordering::Relaxed))
    }

    /// The metadata record. `[any]`
    pub(crate) fn metadata(&self) -> Seqlock<'a> {
        let words = &self.words[layout::METADATA..layout::METADATA + layout::METADATA_WORDS];
        Seqlock::new(&self.words[layout::METADATA_SEQUENCE], words)
    }

    /// The meter record. `[any]`
    pub(crate) fn meters(&self) -> Seqlock<'a> {
        let words = &self.words[layout::METERS..layout::METERS + layout::METER_WORDS];
        Seqlock::new(&self.words[layout::METER_SEQUENCE], words)
    }

    /// The history. `[any]`
    pub(crate) fn history(&self) -> History<'a> {
        History::new(&self.words[layout::HISTORY..][..layout::HISTORY_RECORDS * layout::HISTORY_RECORD_WORDS])
    }

    /// The number of the newest record of the history; 0 is none. `[any]`
    pub(crate) fn history_serial(&self) -> u64 {
        self.words[layout::METERS + layout::meter::HISTORY_SERIAL].load(Ordering::Relaxed)
    }

    /// Command and answer word of a kind; `None` for a number beyond the table. `[any]`
    pub(crate) fn mailbox(&self, kind: usize) -> Option<(&'a AtomicU64, &'a AtomicU64)> {
        (kind < layout::COMMAND_KINDS)
            .then(|| (&self.words[layout::COMMANDS + kind], &self.words[layout::ANSWERS + kind]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_word_round_trips() {
        for kind in [Kind::Stem, Kind::Master] {
            for status in [Status::Free, Status::Claiming, Status::Live, Status::Dead] {
                let state = State::new(0xdead_beef, kind, 0x8001, status);
                assert_eq!(
                    (state.generation(), state.kind(), state.flags(), state.status()),
                    (0xdead_beef, Some(kind), 0x8001, status)
                );
            }
        }
    }

    #[test]
    fn a_zero_word_is_a_free_slot() {
        assert_eq!(State(0).status(), Status::Free);
        assert_eq!(State(0).kind(), None);
    }
}
