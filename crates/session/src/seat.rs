//! One member as its helper keeps it.

use std::sync::Arc;
use std::time::Instant;

use crate::census::Census;
use crate::claim::{Birth, Ownership};
use crate::command::{Answer, Command};
use crate::identity::{Identity, Info, Kind};
use crate::layout::METADATA_WORDS;
use crate::member::{Link, StemId};
use crate::outlet::Outlet;
use crate::rules::Party;
use crate::slot::BORN_AS_COPY;
use crate::uuid::Uuid;
use crate::wire::Metadata;

/// Says what the others should be told now.
pub(crate) type InfoSource = Arc<dyn Fn() -> Info + Send + Sync>;

/// Does what a master asks while the audio thread rests.
pub(crate) type Deputy = Arc<dyn Fn(Command) -> Answer + Send + Sync>;

/// A member: what it says, where it is, what it is linked to.
pub(crate) struct Seat {
    /// Number among the members of this module; given by the board.
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) identity: Identity,
    pub(crate) info: Arc<Info>,
    /// Where `info` comes from, if it is to be asked for.
    pub(crate) info_source: Option<InfoSource>,
    /// Who obeys while the audio rests.
    pub(crate) deputy: Option<Deputy>,
    /// The masters whose commands count, one bit a slot.
    pub(crate) masters: u128,
    pub(crate) link: Link,
    /// A master: the session's name was made up by us, so that it may give way to another of the same name.
    pub(crate) is_name_made_up: bool,
    /// Until when a window shows the session.
    pub(crate) watched_until: Option<Instant>,
    /// When all slots were taken: when to try again.
    pub(crate) retry_at: Option<Instant>,
    /// Stems that a master takes along into a new session.
    pub(crate) to_adopt: Vec<StemId>,
    /// The slot, once there is one.
    pub(crate) ownership: Option<Ownership>,
    /// The last words that were written.
    written: Option<[u64; METADATA_WORDS]>,
    outlet: Option<Arc<Outlet>>,
    /// The slot it had last.
    hint: usize,
    is_copy: bool,
}

impl Seat {
    /// A member that has no slot yet. `[main]`
    pub(crate) fn new(kind: Kind, identity: Identity, info: Arc<Info>) -> Self {
        let mut seat = Self {
            number: 0,
            kind,
            identity: Identity::default(),
            info,
            info_source: None,
            deputy: None,
            masters: 0,
            link: Link::Opening,
            is_name_made_up: false,
            watched_until: None,
            retry_at: None,
            to_adopt: Vec::new(),
            ownership: None,
            written: None,
            outlet: None,
            hint: 0,
            is_copy: false,
        };
        seat.set_identity(identity);
        seat
    }

    /// Takes an identity; a master without a session gets one, and a name for it with the next round. `[main]`
    pub(crate) fn set_identity(&mut self, identity: Identity) {
        self.identity = identity;
        self.is_copy = false;
        self.is_name_made_up = self.kind == Kind::Master && self.identity.session_name.is_empty();
        if self.identity.instance == Uuid::default() {
            self.identity.instance = Uuid::random();
        }
        if self.kind == Kind::Master && self.identity.session.is_none() {
            self.identity.session = Some(Uuid::random());
        }
    }

    /// Becomes another instance: this one is a copy of one that is live. `[main]`
    pub(crate) fn become_copy(&mut self) {
        self.identity.instance = Uuid::random();
        self.identity.stem_number = 0;
        self.is_copy = true;
    }

    /// What decides where it belongs. `[main]`
    pub(crate) fn party(&self, host_group: u64) -> Party {
        Party {
            session: self.identity.session,
            host_group,
            host_document: self.info.host_document,
            across_applications: self.identity.across_applications,
        }
    }

    /// The slot's index, if it has one. `[main]`
    pub(crate) fn slot(&self) -> Option<usize> {
        self.ownership.as_ref().map(Ownership::index)
    }

    /// The slot to try first, and what to write into it. `[main]`
    pub(crate) fn birth(&self, owner: u64, host_group: u64) -> (usize, Birth) {
        let metadata = self.metadata(host_group).to_words();
        let flags = if self.is_copy { BORN_AS_COPY } else { 0 };
        (self.hint, Birth { kind: self.kind, flags, instance: self.identity.instance, owner, metadata })
    }

    /// Settles in a slot; the audio thread follows. Gives back the slot it had. `[main]`
    pub(crate) fn settle(&mut self, ownership: Ownership) {
        self.retry_at = None;
        self.hint = ownership.index();
        self.written = None;
        let place = (Arc::clone(ownership.region()), ownership.index());
        let previous = self.ownership.replace(ownership);
        let has_left = self.outlet.as_ref().is_none_or(|outlet| outlet.redirect(Some(place)));
        give_back(previous, has_left);
    }

    /// Gives the slot back; the audio thread goes on in private. `[main]`
    pub(crate) fn vacate(&mut self) {
        let has_left = self.outlet.as_ref().is_none_or(|outlet| outlet.redirect(None));
        give_back(self.ownership.take(), has_left);
    }

    /// Lets a new audio thread's outlet take the place of the old one. `[main]`
    pub(crate) fn connect(&mut self, outlet: Arc<Outlet>) {
        let has_left = self.outlet.take().is_none_or(|old| old.redirect(None));
        if !has_left {
            // The old audio thread is stuck in the slot: leave it to it, the helper claims another one.
            give_back(self.ownership.take(), false);
        }
        if let Some(ownership) = &self.ownership {
            outlet.redirect(Some((Arc::clone(ownership.region()), ownership.index())));
        }
        self.outlet = Some(outlet);
    }

    /// The audio thread's outlet, if it has one. `[main]`
    pub(crate) fn outlet(&self) -> Option<&Outlet> {
        self.outlet.as_deref()
    }

    /// What the others are told. `[main]`
    fn metadata(&self, host_group: u64) -> Metadata {
        let watched = self.watched_until.is_some_and(|until| Instant::now() < until);
        let metadata = Metadata::new(&self.identity, &self.info, host_group, watched);
        if self.needs_number() { metadata.named(self.name()) } else { metadata }
    }

    /// The name the others see. `[main]`
    pub(crate) fn name(&self) -> String {
        match self.identity.stem_number {
            _ if !self.needs_number() => self.info.name.clone(),
            0 => "Stem".to_owned(),
            number => format!("Stem {number}"),
        }
    }

    /// Whether nobody has given this stem a name. `[main]`
    pub(crate) fn needs_number(&self) -> bool {
        self.kind == Kind::Stem && self.info.name.trim().is_empty()
    }

    /// Whether a window of this stem's master is open: what is done there should be seen here at once. `[main]`
    pub(crate) fn is_watched_by_master(&self, census: &Census, host_group: u64) -> bool {
        self.kind == Kind::Stem
            && census.members_of(&self.party(host_group), Kind::Master).any(|(_, master)| master.metadata.watched)
    }

    /// Writes what has changed into the slot. `[main]`
    pub(crate) fn write_metadata(&mut self, host_group: u64) {
        let words = self.metadata(host_group).to_words();
        if let Some(ownership) = self.ownership.as_mut().filter(|_| self.written != Some(words)) {
            ownership.write_metadata(&words);
            self.written = Some(words);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.vacate();
    }
}

fn give_back(ownership: Option<Ownership>, has_left: bool) {
    match ownership {
        Some(ownership) if !has_left => ownership.abandon(),
        other => drop(other),
    }
}
