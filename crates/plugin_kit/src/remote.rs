//! Remote: what a master asks of its stems, and why a stem does not do it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session::command::{Command, Delivery};
use session::delivery::Ticket;
use session::member::{Member, StemId};

/// How long a reason is told.
const TOLD: Duration = Duration::from_secs(5);

/// Remembers the last thing asked of each stem.
#[derive(Default)]
pub(crate) struct Remote(Mutex<HashMap<StemId, Ticket>>);

impl Remote {
    /// Asks a stem for something. `[main]`
    pub fn ask(&self, member: &Member, stem: StemId, command: Command) -> bool {
        let Ok(ticket) = member.send(stem, command) else { return false };
        let mut tickets = self.tickets();
        tickets.retain(|_, ticket| ticket.age() < TOLD);
        tickets.insert(stem, ticket);
        true
    }

    /// Why what was asked of a stem last has no effect. `[main]`
    pub fn reason(&self, member: &Member, stem: StemId) -> Option<&'static str> {
        let ticket = *self.tickets().get(&stem).filter(|ticket| ticket.age() < TOLD)?;
        member.delivery(&ticket).reason()
    }

    /// Whether the stem has still to answer what it was asked last. `[main]`
    pub fn is_pending(&self, member: &Member, stem: StemId) -> bool {
        let ticket = self.tickets().get(&stem).copied();
        ticket.is_some_and(|ticket| member.delivery(&ticket) == Delivery::Pending)
    }

    fn tickets(&self) -> MutexGuard<'_, HashMap<StemId, Ticket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
