//! Owning a slot: taking a free one, keeping it, giving it back, and proving that an owner is gone.
//!
//! A kernel file lock decides. The kernel drops it when the process ends, however it ends; heartbeats are only hints,
//! because a host that is stopped, asleep or in a dialog is alive.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::atomic::fence;
use crate::command::Word;
use crate::identity::Kind;
use crate::layout::{self, COMMAND_KINDS, METADATA_WORDS, METER_WORDS, SLOT_COUNT};
use crate::region::Region;
use crate::slot::{Slot, State, Status};
use crate::uuid::Uuid;

/// What a new owner writes into its slot.
pub(crate) struct Birth {
    /// Stem or master.
    pub(crate) kind: Kind,
    /// Flags of the state word.
    pub(crate) flags: u16,
    /// The instance.
    pub(crate) instance: Uuid,
    /// Random name of this module.
    pub(crate) owner: u64,
    /// First metadata.
    pub(crate) metadata: [u64; METADATA_WORDS],
}

/// A slot that is ours until this is dropped.
pub(crate) struct Ownership {
    region: Arc<Region>,
    index: usize,
    state: State,
    lock: Option<File>,
    instance: Uuid,
    /// Sequence the next metadata record starts from.
    metadata_start: u64,
    beat: u64,
}

impl Ownership {
    /// Takes a slot, `hint` if possible; `None` if all are taken. Waits on the filesystem. `[main]`
    ///
    /// `is_moving` tells which owners were seen alive lately; `stop` ends a wait early.
    pub(crate) fn claim(
        region: &Arc<Region>,
        hint: usize,
        birth: &Birth,
        is_moving: impl Fn(usize) -> bool,
        stop: impl Fn() -> bool,
    ) -> Option<Self> {
        let order = || std::iter::once(hint).chain(0..SLOT_COUNT).filter(|index| *index < SLOT_COUNT);
        let is_vacant = |index: usize| matches!(region.slot(index).state().status(), Status::Free | Status::Dead);
        let vacant = order().filter(|index| is_vacant(*index)).find_map(|index| Self::take(region, index, birth));
        // Only when nothing is vacant: slots whose owner seems to have died unnoticed.
        vacant.or_else(|| {
            let suspects = order().filter(|index| region.lock_file(*index).is_some() && !is_moving(*index));
            let mut abandoned = suspects.take_while(|_| !stop()).filter(|index| !is_vacant(*index));
            abandoned.find_map(|index| Self::take(region, index, birth))
        })
    }

    /// Takes one slot if its lock is free and nobody moves in it.
    fn take(region: &Arc<Region>, index: usize, birth: &Birth) -> Option<Self> {
        let slot = region.slot(index);
        let lock = match region.lock_file(index) {
            Some(file) => Some(lock_slot(region, index, file.ok()?)?),
            None => None,
        };
        let found = slot.state();
        // The lock of a living owner may have been deleted under it: give it time to show that it moves.
        if !matches!(found.status(), Status::Free | Status::Dead) && (lock.is_none() || moves(slot, found)) {
            return None;
        }
        let state = State::new(found.generation().wrapping_add(1), birth.kind, birth.flags, Status::Claiming);
        if !slot.change_state(found, state) {
            return None;
        }
        // A reader that sees one of the words below sees that the state has changed, too.
        fence(Ordering::Release);
        let metadata_start = fill(slot, birth);
        let live = state.with(Status::Live);
        if !slot.change_state(state, live) {
            return None;
        }
        region.count_change();
        region.pin(index);
        let instance = birth.instance;
        Some(Self { region: Arc::clone(region), index, state: live, lock, instance, metadata_start, beat: 0 })
    }

    /// The region of the slot. `[any]`
    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// The slot's index. `[any]`
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The slot's state word as it should be. `[any]`
    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// The instance the slot was claimed for. `[any]`
    pub(crate) fn instance(&self) -> Uuid {
        self.instance
    }

    /// The slot. `[any]`
    pub(crate) fn slot(&self) -> Slot<'_> {
        self.region.slot(self.index)
    }

    /// Whether the slot still is ours; somebody may have taken it for dead. `[main]`
    pub(crate) fn is_ours(&self) -> bool {
        self.slot().state() == self.state
    }

    /// Shows that the helper is alive. `[main]`
    pub(crate) fn beat(&mut self) {
        self.beat = self.beat.wrapping_add(1);
        self.slot().word(layout::HELPER_BEAT).store(self.beat, Ordering::Relaxed);
    }

    /// Tells the others something new. `[main]`
    pub(crate) fn write_metadata(&mut self, words: &[u64; METADATA_WORDS]) {
        self.metadata_start = self.slot().metadata().write(self.metadata_start, words);
        self.region.count_change();
    }

    /// Locks the lock file again if somebody deleted it; false if another owner was faster. `[main]`
    pub(crate) fn repair_lock(&mut self) -> bool {
        let Some(lock) = &self.lock else { return true };
        if self.region.owns_lock_file(lock, self.index) {
            return true;
        }
        let file = self.region.lock_file(self.index).and_then(Result::ok);
        match file.and_then(|file| lock_slot(&self.region, self.index, file)) {
            Some(lock) => {
                self.lock = Some(lock);
                true
            }
            None => false,
        }
    }

    /// Shows cleaners of old files that the slot's lock file is in use. `[main]`
    pub(crate) fn touch_lock(&self) {
        if let Some(lock) = &self.lock {
            // A cleaner that gets through all the same is noticed by `repair_lock`.
            let _ = lock.set_modified(SystemTime::now());
        }
    }

    /// Keeps the slot for good: an audio thread is stuck in it, so it must not be given away. `[main]`
    pub(crate) fn abandon(self) {
        std::mem::forget(self);
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // If it is not ours any more, it is somebody else's, and stays so. The lock goes with the file.
        if self.slot().change_state(self.state, self.state.with(Status::Free)) {
            self.region.count_change();
        }
    }
}

/// Marks a slot as dead if its owner's lock is gone; true if so. Waits on the filesystem. `[main]`
pub(crate) fn probe(region: &Region, index: usize) -> bool {
    let slot = region.slot(index);
    let found = slot.state();
    if !matches!(found.status(), Status::Live | Status::Claiming) {
        return false;
    }
    let Some(Ok(file)) = region.lock_file(index) else { return false };
    // Shared, so that two probers do not take each other for the owner.
    let is_dead = file.try_lock_shared().is_ok() && slot.change_state(found, found.with(Status::Dead));
    if is_dead {
        region.count_change();
    }
    is_dead
}

/// Locks `file` for good if it is, and stays, the slot's lock file.
fn lock_slot(region: &Region, index: usize, file: File) -> Option<File> {
    (file.try_lock().is_ok() && region.owns_lock_file(&file, index)).then_some(file)
}

/// Writes everything a new owner says; returns the sequence the next metadata starts from.
fn fill(slot: Slot<'_>, birth: &Birth) -> u64 {
    let store = |offset: usize, value: u64| slot.word(offset).store(value, Ordering::Relaxed);
    let sizes = layout::LAYOUT_MINOR << 32 | (METER_WORDS as u64) << 16 | METADATA_WORDS as u64;
    store(layout::OWNER, birth.owner);
    store(layout::INSTANCE, birth.instance.0[0]);
    store(layout::INSTANCE + 1, birth.instance.0[1]);
    store(layout::PROCESS_ID, std::process::id().into());
    store(layout::SIZES, sizes);
    for offset in [layout::AUDIO_TICK, layout::SONG_POSITION, layout::RUN_FLAGS, layout::HELPER_BEAT] {
        store(offset, 0);
    }
    // Commands to the last owner are void.
    for (command, answer) in (0..COMMAND_KINDS).filter_map(|kind| slot.mailbox(kind)) {
        answer.store(Word(command.load(Ordering::Relaxed)).voided().0, Ordering::Relaxed);
    }
    slot.meters().write(slot.meters().start(), &[0; METER_WORDS]);
    slot.history().clear();
    slot.metadata().write(slot.metadata().start(), &birth.metadata)
}

/// Watches a slot for half a second: whether anything in it moves.
fn moves(slot: Slot<'_>, state: State) -> bool {
    const WATCH: Duration = Duration::from_millis(500);
    let (pulse, start) = (slot.pulse(), Instant::now());
    while start.elapsed() < WATCH {
        if slot.pulse() != pulse || slot.state() != state {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}
