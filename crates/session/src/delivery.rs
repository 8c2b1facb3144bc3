//! Sending commands, and how far they have come.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::command::{Command, Delivery, Word, post};
use crate::identity::Kind;
use crate::layout::SLOT_COUNT;
use crate::member::{Member, StemId};
use crate::slot::{State, Status};

/// A command that is on its way.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    stem: StemId,
    kind: usize,
    sequence: u32,
    sent: Instant,
}

impl Ticket {
    /// How long ago it was sent. `[main]`
    pub fn age(&self) -> Duration {
        self.sent.elapsed()
    }
}

/// Why a command could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The sender is not announced yet.
    #[error("this instance is not in the session yet")]
    NotAnnounced,
    /// Only masters command.
    #[error("only a master can send commands")]
    NotAMaster,
    /// The stem has left, or its slot has another owner.
    #[error("the stem has left the session")]
    Gone,
}

impl Member {
    /// Sends a command to a stem; the newest of a kind wins. `[main]`
    pub fn send(&self, stem: StemId, command: Command) -> Result<Ticket, SendError> {
        let (kind, value) = command.to_parts();
        self.shared.read(|board| {
            let region = board.region.as_ref().ok_or(SendError::NotAnnounced)?;
            let seat = board.seats.iter().find(|seat| seat.number == self.seat).ok_or(SendError::NotAnnounced)?;
            if seat.kind != Kind::Master {
                return Err(SendError::NotAMaster);
            }
            let writer = seat.slot().and_then(|slot| u8::try_from(slot).ok()).ok_or(SendError::NotAnnounced)?;
            let slot = region.slot(stem.slot);
            if stem.slot >= SLOT_COUNT || !is_alive(slot.state(), stem) {
                return Err(SendError::Gone);
            }
            let (word, _) = slot.mailbox(kind).ok_or(SendError::Gone)?;
            let sequence = post(word, writer, value).ok_or(SendError::Gone)?;
            if is_alive(slot.state(), stem) {
                Ok(Ticket { stem, kind, sequence, sent: Instant::now() })
            } else {
                Err(SendError::Gone)
            }
        })
    }

    /// How far a command has come. `[main]`
    pub fn delivery(&self, ticket: &Ticket) -> Delivery {
        const PATIENCE: Duration = Duration::from_millis(500);
        self.shared.read(|board| {
            let Some(region) = board.region.as_ref() else { return Delivery::Gone };
            let slot = region.slot(ticket.stem.slot);
            let Some((command, answer)) = slot.mailbox(ticket.kind) else { return Delivery::Gone };
            let answer = Word(answer.load(Ordering::Relaxed));
            let command = Word(command.load(Ordering::Relaxed));
            if !is_alive(slot.state(), ticket.stem) {
                Delivery::Gone
            } else if let Some(done) = answer.answer().filter(|_| answer.sequence() == ticket.sequence) {
                Delivery::Answered(done)
            } else if command.sequence() != ticket.sequence {
                Delivery::Superseded
            } else if ticket.sent.elapsed() < PATIENCE {
                Delivery::Pending
            } else {
                Delivery::NotResponding
            }
        })
    }
}

fn is_alive(state: State, stem: StemId) -> bool {
    state.status() == Status::Live && state.generation() == stem.generation
}
