//! The audio thread's side: stores what it hears, and picks up what the master asks for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::command::{ADOPT, Answer, Command, Word, take};
use crate::history::HISTORY_FRAMES;
use crate::identity::ResetPolicy;
use crate::layout::{AUDIO_TICK, COMMAND_KINDS, HISTORY_RECORDS, RUN_FLAGS, SONG_POSITION};
use crate::meters::{Meters, Position};
use crate::outlet::Outlet;
use crate::slot::Slot;
use crate::wire::{meter_words, moment_words, run_bits};

/// Frames between two publishes: an offline render at a hundred times real time still writes only 37 000 times a second.
pub const PUBLISH_FRAMES: usize = 128;

/// What the audio thread of one instance owns.
///
/// Until the instance has a slot, and after it has left, everything goes to a private place that nobody reads; the
/// audio thread never notices the difference. Made by [`Member::publisher`](crate::member::Member::publisher) for each
/// activation; the newest one of an instance is the one that is heard.
pub struct Publisher {
    outlet: Arc<Outlet>,
    pen: Pen,
}

/// What the audio thread remembers between blocks.
struct Pen {
    /// The target of the last block, to notice a move.
    target: usize,
    /// Sequence the next meter record starts from.
    start: u64,
    /// Blocks so far.
    tick: u64,
    /// Publishes so far.
    serial: u64,
    /// Sequences the next records of the history start from, the number of the newest, and its place in the song.
    history_starts: [u64; HISTORY_RECORDS],
    history_serial: u64,
    history_place: Option<i64>,
    /// Frames since the last publish.
    waiting_frames: usize,
    /// The sequence of the last command of each kind.
    seen: [u32; COMMAND_KINDS],
    offline: bool,
}

impl Pen {
    /// Starts afresh in a slot it has not been in: heals its record, and leaves old commands alone.
    fn enter(&mut self, slot: Slot<'_>, target: usize) {
        if self.target == target {
            return;
        }
        self.target = target;
        self.start = slot.meters().start();
        self.history_starts = slot.history().starts();
        self.history_serial = slot.history_serial();
        self.history_place = None;
        self.waiting_frames = PUBLISH_FRAMES;
        for (kind, seen) in self.seen.iter_mut().enumerate() {
            let answered = slot.mailbox(kind).map(|(_, answer)| answer.load(Ordering::Relaxed));
            *seen = Word(answered.unwrap_or(0)).sequence();
        }
    }

    /// Whether the song is in another place than at the last record of the history.
    fn is_history_due(&self, position: Position) -> bool {
        self.history_place != Some(history_place(position))
    }
}

/// Counts the places of the song that have one record each.
fn history_place(position: Position) -> i64 {
    position.song_frames.div_euclid(HISTORY_FRAMES)
}

impl Publisher {
    pub(crate) fn new(outlet: Arc<Outlet>) -> Self {
        let pen = Pen {
            target: 0,
            start: 0,
            tick: 0,
            serial: 0,
            history_starts: [0; HISTORY_RECORDS],
            history_serial: 0,
            history_place: None,
            waiting_frames: PUBLISH_FRAMES,
            seen: [0; COMMAND_KINDS],
            offline: false,
        };
        Self { outlet, pen }
    }

    /// Whether [`Publisher::publish`] of a block of `frames` frames that ends there will store the readings: figures that
    /// cost something need not be computed when not. `[audio]`
    pub fn is_due(&self, position: Position, frames: usize) -> bool {
        self.pen.waiting_frames.saturating_add(frames) >= PUBLISH_FRAMES || self.pen.is_history_due(position)
    }

    /// Says what was heard up to the end of a block of `frames` frames; call it for every block. `[audio]`
    ///
    /// Readings are stored once in [`PUBLISH_FRAMES`] frames, and where the song enters another 512 frames, so that all
    /// stems keep a record of the same places; position and flags are stored every time.
    pub fn publish(&mut self, meters: &Meters, position: Position, frames: usize) {
        let waiting_frames = self.pen.waiting_frames.saturating_add(frames);
        self.store(meters, position, waiting_frames, false);
    }

    /// Like [`Publisher::publish`], but stores the readings now: the last ones before a stop must get out. `[audio]`
    pub fn publish_now(&mut self, meters: &Meters, position: Position) {
        self.store(meters, position, 0, true);
    }

    fn store(&mut self, meters: &Meters, position: Position, waiting_frames: usize, now: bool) {
        let pen = &mut self.pen;
        pen.waiting_frames = waiting_frames;
        pen.offline = position.run.offline;
        pen.tick = pen.tick.wrapping_add(1);
        // Decided before the slot is looked at: what is due only because the slot is new comes with the next block.
        let is_history_due = pen.is_history_due(position);
        let due = now || waiting_frames >= PUBLISH_FRAMES || is_history_due;
        self.outlet.visit(|slot, target| {
            pen.enter(slot, target);
            slot.word(AUDIO_TICK).store(pen.tick, Ordering::Relaxed);
            slot.word(SONG_POSITION).store(position.song_frames.cast_unsigned(), Ordering::Relaxed);
            slot.word(RUN_FLAGS).store(run_bits(position.run), Ordering::Relaxed);
            if due {
                pen.waiting_frames = 0;
                pen.serial = pen.serial.wrapping_add(1).max(1);
                if is_history_due {
                    pen.history_place = Some(history_place(position));
                    pen.history_serial = pen.history_serial.wrapping_add(1).max(1);
                    let words = moment_words(pen.history_serial, meters, position);
                    slot.history().write(&mut pen.history_starts, &words);
                }
                let words = meter_words(pen.serial, pen.history_serial, meters, position);
                pen.start = slot.meters().write(pen.start, &words);
            }
        });
    }

    /// Hands every new command of this stem's master to `apply` and sends its answer back, unless the helper was faster
    /// (see [`Member::follow_commands`](crate::member::Member::follow_commands)). `[audio]`
    ///
    /// `apply` runs on this thread and at most once a kind; commands of strangers wait until they are known to be
    /// masters of this session, which takes a quarter of a second at most.
    pub fn poll_commands(&mut self, mut apply: impl FnMut(Command) -> Answer) {
        let (outlet, pen) = (&self.outlet, &mut self.pen);
        outlet.visit(|slot, target| {
            pen.enter(slot, target);
            for (kind, seen) in pen.seen.iter_mut().enumerate() {
                let Some((command, answer)) = slot.mailbox(kind) else { continue };
                let word = Word(command.load(Ordering::Relaxed));
                if kind == ADOPT || word.sequence() == *seen || !outlet.accepts(word.writer()) {
                    continue;
                }
                *seen = word.sequence();
                if !take(answer, word) {
                    continue;
                }
                let done = Command::from_parts(kind, word.value()).map_or(Answer::Unknown, &mut apply);
                answer.store(word.answered(done).0, Ordering::Relaxed);
            }
        });
    }

    /// When this stem's measurement starts again by itself: its master says. `[audio]`
    pub fn reset_policy(&self) -> ResetPolicy {
        self.outlet.reset_policy()
    }

    /// Whether this stem is silent because another stem of its session is soloed. `[audio]`
    ///
    /// Never while rendering offline: a solo left on in the window must not empty a bounce.
    pub fn implied_mute(&self) -> bool {
        !self.pen.offline && self.outlet.implied_mute()
    }
}
