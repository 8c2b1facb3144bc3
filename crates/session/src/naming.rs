//! Names for what nobody has named: "Stem 3" in a session, "Session 2" among sessions.

use crate::census::Census;
use crate::identity::Kind;
use crate::member::Link;
use crate::seat::Seat;
use crate::uuid::Uuid;

/// What a session is called until the user names it.
const UNNAMED_SESSION: &str = "Session";

/// What was given in this round: the census does not show it yet.
#[derive(Default)]
pub(crate) struct Given {
    numbers: Vec<(Option<Uuid>, u32)>,
    names: Vec<String>,
}

impl Given {
    /// Numbers a stem that nobody has named, once it is linked; keeps a number it has, so that its name stays the same
    /// when the project is opened again. Of two stems with one number the one in the higher slot takes another. `[main]`
    pub(crate) fn number_stem(&mut self, seat: &mut Seat, census: &Census, host_group: u64) {
        let (Link::Linked { .. }, true, Some(own_slot)) = (&seat.link, seat.needs_number(), seat.slot()) else {
            return;
        };
        let (party, own) = (seat.party(host_group), seat.identity.stem_number);
        let others = || census.members_of(&party, Kind::Stem).filter(|(slot, _)| *slot != own_slot);
        let is_taken_before_us = || {
            others().any(|(slot, peer)| slot < own_slot && peer.metadata.stem_number == own)
                || self.has(&party.session, own)
        };
        if own == 0 || is_taken_before_us() {
            let is_free = |number: &u32| {
                !self.has(&party.session, *number) && !others().any(|(_, peer)| peer.metadata.stem_number == *number)
            };
            seat.identity.stem_number = (1..).find(is_free).unwrap_or(0);
        }
        self.numbers.push((party.session, seat.identity.stem_number));
    }

    fn has(&self, session: &Option<Uuid>, number: u32) -> bool {
        self.numbers.contains(&(*session, number))
    }

    /// Names a new master's session so that no other session is called so. A name the user gave is never touched.
    /// `[main]`
    pub(crate) fn name_session(&mut self, seat: &mut Seat, census: &Census) {
        if seat.kind != Kind::Master || !seat.is_name_made_up {
            return;
        }
        let (own, own_slot) = (seat.identity.session, seat.slot().unwrap_or(0));
        let others = || census.of_kind(Kind::Master).filter(|(_, peer)| peer.metadata.session != own);
        let name = &seat.identity.session_name;
        let is_clash = self.names.contains(name)
            || others().any(|(slot, peer)| slot < own_slot && peer.metadata.session_name == *name);
        if name.is_empty() || is_clash {
            let is_free = |name: &String| {
                !self.names.contains(name) && !others().any(|(_, peer)| peer.metadata.session_name == *name)
            };
            seat.identity.session_name = numbered(UNNAMED_SESSION).find(is_free).unwrap_or_default();
        }
        self.names.push(seat.identity.session_name.clone());
    }
}

/// "Album", "Album 2", "Album 3" …
pub(crate) fn numbered(name: &str) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain((2..=u32::MAX).map(move |number| format!("{name} {number}")))
}
