//! What a master can ask of a stem, and what the stem answers.

use crate::atomic::{AtomicU64, Ordering};

/// A wish of the master. Each kind is a state, not a step: the latest wish of a kind replaces an unread older one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Set the trim parameter.
    Trim {
        /// New value; the stem clamps it to its range.
        trim_db: f32,
    },
    /// Switch the mute parameter.
    Mute(bool),
    /// Switch the solo of the stem.
    Solo(bool),
    /// Start the loudness measurement again.
    ResetLoudness,
    /// Forget the largest peaks, clips and reductions.
    ResetPeaks,
    /// Take a colour.
    Color {
        /// `0xAARRGGBB`.
        color_argb: u32,
    },
    /// Show which stem this is: flash in the window.
    Identify,
}

/// What a stem does with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Done as asked.
    Applied,
    /// Done with the nearest value in range.
    Clamped,
    /// Not done: the host moves the parameter just now, by automation or by a hand.
    Refused,
    /// Not done during an offline render.
    Deferred,
    /// Not done: the stem is older than this command.
    Unknown,
    /// Not done: the host says what its track looks like.
    TrackDecides,
    /// Not done: too many changes wait for the host.
    Busy,
}

impl Answer {
    /// Why the stem did not do it, for the musician; nothing where it did. `[any]`
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Answer::Applied => None,
            Answer::Clamped => Some("The stem went as far as it can."),
            Answer::Refused => Some("The host is moving this control of the stem just now: its automation counts."),
            Answer::Deferred => Some("The stem is being rendered to a file: ask again when that is done."),
            Answer::Unknown => Some("The stem's Stem Trim is too old for this: update it."),
            Answer::TrackDecides => Some("The host gives the track its colour: change it there."),
            Answer::Busy => Some("The stem's host is behind with earlier changes: try again."),
        }
    }
}

/// How far a command has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// No answer yet, for less than half a second.
    Pending,
    /// The stem has answered.
    Answered(Answer),
    /// No answer for half a second; a late one is still reported as [`Delivery::Answered`].
    NotResponding,
    /// A newer command of the same kind, maybe of another master, took its place before an answer came.
    Superseded,
    /// The stem is gone.
    Gone,
}

impl Delivery {
    /// Why a command has no effect, for the musician; nothing where it has one, or may still. `[any]`
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Delivery::Pending => None,
            Delivery::Answered(answer) => answer.reason(),
            Delivery::NotResponding => Some("The stem does not respond: its host has stopped or is busy."),
            Delivery::Superseded => Some("A newer change, maybe of another Master Bus, took its place."),
            Delivery::Gone => Some("The stem has left the session."),
        }
    }
}

/// Kind number of "join my session", which the helpers settle among themselves.
pub(crate) const ADOPT: usize = 6;

impl Command {
    /// The number of the kind, and the value, as they travel.
    pub(crate) fn to_parts(self) -> (usize, u32) {
        match self {
            Command::Trim { trim_db } => (0, trim_db.to_bits()),
            Command::Mute(on) => (1, on.into()),
            Command::Solo(on) => (2, on.into()),
            Command::ResetLoudness => (3, 0),
            Command::ResetPeaks => (4, 0),
            Command::Color { color_argb } => (5, color_argb),
            Command::Identify => (7, 0),
        }
    }

    /// Whether only the stem's audio thread can do it; the rest happens while the audio rests, too.
    pub(crate) fn needs_audio(self) -> bool {
        matches!(self, Command::ResetLoudness | Command::ResetPeaks)
    }

    /// What has arrived; `None` for kinds and values of a later version.
    pub(crate) fn from_parts(kind: usize, value: u32) -> Option<Self> {
        match kind {
            0 => Some(f32::from_bits(value))
                .filter(|trim_db| trim_db.is_finite())
                .map(|trim_db| Command::Trim { trim_db }),
            1 => Some(Command::Mute(value != 0)),
            2 => Some(Command::Solo(value != 0)),
            3 => Some(Command::ResetLoudness),
            4 => Some(Command::ResetPeaks),
            5 => Some(Command::Color { color_argb: value }),
            7 => Some(Command::Identify),
            _ => None,
        }
    }
}

impl Answer {
    fn number(self) -> u8 {
        match self {
            Answer::Applied => 1,
            Answer::Clamped => 2,
            Answer::Refused => 3,
            Answer::Deferred => 4,
            Answer::Unknown => 5,
            Answer::TrackDecides => 6,
            Answer::Busy => 7,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Answer::Applied),
            2 => Some(Answer::Clamped),
            3 => Some(Answer::Refused),
            4 => Some(Answer::Deferred),
            5 => Some(Answer::Unknown),
            6 => Some(Answer::TrackDecides),
            7 => Some(Answer::Busy),
            _ => None,
        }
    }
}

/// A command word (`sequence:24 · writer slot:8 · value:32`) or an answer word (`sequence:24 · status:8 · value:32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) u64);

impl Word {
    pub(crate) fn new(sequence: u32, middle: u8, value: u32) -> Self {
        Self(u64::from(sequence & 0xff_ffff) << 40 | u64::from(middle) << 32 | u64::from(value))
    }

    /// Counts the commands of a kind, modulo 2²⁴.
    pub(crate) fn sequence(self) -> u32 {
        (self.0 >> 40) as u32
    }

    /// The slot of the master that wrote a command.
    pub(crate) fn writer(self) -> u8 {
        (self.0 >> 32) as u8
    }

    /// The value.
    pub(crate) fn value(self) -> u32 {
        self.0 as u32
    }

    /// The answer in an answer word.
    pub(crate) fn answer(self) -> Option<Answer> {
        Answer::from_number((self.0 >> 32) as u8)
    }

    /// The word that answers this command.
    pub(crate) fn answered(self, answer: Answer) -> Self {
        Self::new(self.sequence(), answer.number(), self.value())
    }

    /// The word that says that this command is void for a new owner of the slot, or that its answer is on the way.
    pub(crate) fn voided(self) -> Self {
        Self::new(self.sequence(), 0, 0)
    }
}

/// Puts a command of slot `writer` into `word`, over whatever stood there; returns its sequence. `[main]`
pub(crate) fn post(word: &AtomicU64, writer: u8, value: u32) -> Option<u32> {
    // Several masters may write at once; one of them always gets on, and a scribbler cannot keep us here.
    const TRIES: u32 = 64;
    let mut current = word.load(Ordering::Relaxed);
    for _ in 0..TRIES {
        let next = Word::new(Word(current).sequence().wrapping_add(1), writer, value);
        match word.compare_exchange(current, next.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return Some(next.sequence()),
            Err(newer) => current = newer,
        }
    }
    None
}

/// Takes a command for whoever comes first, audio thread or helper: true once for each. The answer is owed. `[audio]`
pub(crate) fn take(answer: &AtomicU64, word: Word) -> bool {
    let found = answer.load(Ordering::Relaxed);
    Word(found).sequence() != word.sequence()
        // Acquire and release: what the one did about the last command has happened before what the other does now.
        && answer.compare_exchange(found, word.voided().0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_survives_the_journey() {
        let commands = [
            Command::Trim { trim_db: -3.25 },
            Command::Mute(true),
            Command::Mute(false),
            Command::Solo(true),
            Command::ResetLoudness,
            Command::ResetPeaks,
            Command::Color { color_argb: 0xff12_3456 },
            Command::Identify,
        ];
        for command in commands {
            let (kind, value) = command.to_parts();
            assert_eq!(Command::from_parts(kind, value), Some(command));
        }
    }

    #[test]
    fn a_trim_that_is_no_number_is_no_command() {
        assert_eq!(Command::from_parts(0, f32::NAN.to_bits()), None);
        assert_eq!(Command::from_parts(0, f32::INFINITY.to_bits()), None);
    }
}
