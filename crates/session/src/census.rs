//! Everybody in the region, as last seen: who they are, what they read, and whether they move.

use std::time::{Duration, Instant};

use crate::atomic::{Ordering, fence};
use crate::identity::Kind;
use crate::layout::{AUDIO_TICK, METADATA_WORDS, METER_WORDS, SLOT_COUNT};
use crate::member::Activity;
use crate::meters::{Meters, Position};
use crate::region::Region;
use crate::rules::Party;
use crate::slot::{BORN_AS_COPY, Slot, State, Status};
use crate::uuid::Uuid;
use crate::wire::{Metadata, meters_from_words};

/// Without a movement for so long an instance is stale; its end may then be proved.
pub(crate) const STALE_AFTER: Duration = Duration::from_secs(1);
/// How often a record is tried before the previous copy is kept.
const READ_TRIES: u32 = 8;

/// One instance, as last seen.
pub(crate) struct Peer {
    pub(crate) state: State,
    pub(crate) instance: Uuid,
    pub(crate) metadata: Metadata,
    pub(crate) meters: Meters,
    pub(crate) position: Position,
    /// Metadata sequence, to read it only when it changes; `None` until it was read once.
    metadata_sequence: Option<u64>,
    pulse: [u64; 2],
    /// By our own clock; no clock is shared.
    moved_at: Instant,
    audio_moved_at: Option<Instant>,
}

impl Peer {
    /// What decides where it belongs.
    pub(crate) fn party(&self) -> Party {
        Party {
            session: self.metadata.session,
            host_group: self.metadata.host_group,
            host_document: self.metadata.info.host_document,
            across_applications: self.metadata.across_applications,
        }
    }

    /// Whether it moves.
    pub(crate) fn activity(&self, now: Instant) -> Activity {
        let since = |moment: Instant| now.saturating_duration_since(moment);
        if since(self.moved_at) > STALE_AFTER {
            Activity::Stale { seconds: since(self.moved_at).as_secs_f64() }
        } else if self.audio_moved_at.is_some_and(|moment| since(moment) <= STALE_AFTER) {
            Activity::Live
        } else {
            Activity::Idle
        }
    }

    /// Whether no audio thread has moved here for longer than a large block lasts. `[main]`
    pub(crate) fn audio_rests(&self, now: Instant) -> bool {
        const LARGE_BLOCK: Duration = Duration::from_millis(250);
        self.audio_moved_at.is_none_or(|moment| now.saturating_duration_since(moment) > LARGE_BLOCK)
    }

    /// Whether it is soloed: while its audio runs that says so at once, else its helper does. `[main]`
    pub(crate) fn is_soloed(&self, now: Instant) -> bool {
        if self.audio_rests(now) { self.metadata.info.soloed } else { self.position.run.soloed }
    }

    /// A copy of a live instance that renders offline: the host's business, not the user's.
    fn is_render_copy(&self) -> bool {
        self.state.flags() & BORN_AS_COPY != 0 && self.position.run.offline
    }
}

/// All peers by slot.
pub(crate) struct Census {
    peers: Vec<Option<Peer>>,
}

impl Census {
    /// Nobody seen yet.
    pub(crate) fn new() -> Self {
        Self { peers: (0..SLOT_COUNT).map(|_| None).collect() }
    }

    /// Looks at every slot; a few microseconds. `[main]`
    pub(crate) fn refresh(&mut self, region: &Region, now: Instant) {
        for ((_, slot), peer) in region.slots().zip(&mut self.peers) {
            let state = slot.state();
            if state.status() != Status::Live {
                *peer = None;
                continue;
            }
            let known = peer.take().filter(|known| known.state == state);
            let seen = look(slot, state, known, now);
            // Pairs with the fence of a claim: if a word read above is a new owner's, the state has changed by now.
            fence(Ordering::Acquire);
            *peer = seen.filter(|_| slot.state() == state);
        }
    }

    /// Forgets everybody: another region. `[main]`
    pub(crate) fn forget(&mut self) {
        self.peers.fill_with(|| None);
    }

    /// Everybody, with the slot. `[main]`
    pub(crate) fn peers(&self) -> impl Iterator<Item = (usize, &Peer)> {
        self.peers.iter().enumerate().filter_map(|(slot, peer)| peer.as_ref().map(|peer| (slot, peer)))
    }

    /// Who is in a slot. `[main]`
    pub(crate) fn peer(&self, slot: usize) -> Option<&Peer> {
        self.peers.get(slot)?.as_ref()
    }

    /// Everybody of `kind`. `[main]`
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &Peer)> {
        self.peers().filter(move |(_, peer)| peer.state.kind() == Some(kind) && !peer.is_render_copy())
    }

    /// Everybody of `kind` in the session of `party`. `[main]`
    pub(crate) fn members_of(&self, party: &Party, kind: Kind) -> impl Iterator<Item = (usize, &Peer)> {
        self.of_kind(kind).filter(move |(_, peer)| party.shares_session(&peer.party()))
    }

    /// The slots whose owners were seen moving lately. `[main]`
    pub(crate) fn moving(&self, now: Instant) -> u128 {
        let moves = |peer: &Peer| !matches!(peer.activity(now), Activity::Stale { .. });
        self.peers().filter(|(_, peer)| moves(peer)).fold(0, |slots, (slot, _)| slots | 1 << slot)
    }
}

/// Reads one slot; what cannot be read whole stays as it was known.
fn look(slot: Slot<'_>, state: State, known: Option<Peer>, now: Instant) -> Option<Peer> {
    let pulse = slot.pulse();
    let mut peer = known.unwrap_or_else(|| Peer {
        state,
        instance: slot.instance(),
        metadata: Metadata::default(),
        meters: Meters::default(),
        position: Position::default(),
        metadata_sequence: None,
        pulse,
        moved_at: now,
        audio_moved_at: None,
    });
    if peer.pulse[0] != pulse[0] {
        peer.audio_moved_at = Some(now);
    }
    if peer.pulse != pulse {
        peer.moved_at = now;
        peer.pulse = pulse;
    }
    let sequence = slot.metadata().sequence();
    if peer.metadata_sequence != Some(sequence) {
        let mut words = [0; METADATA_WORDS];
        if slot.metadata().read(&mut words, READ_TRIES) {
            peer.metadata = Metadata::from_words(&words);
            peer.metadata_sequence = Some(sequence);
        } else {
            // An owner killed in the middle of its first words has told nothing.
            peer.metadata_sequence?;
        }
    }
    let mut words = [0; METER_WORDS];
    if slot.meters().read(&mut words, READ_TRIES) {
        (peer.meters, peer.position) = meters_from_words(&words);
    }
    Some(peer)
}

const _: () = assert!(SLOT_COUNT == u128::BITS as usize && AUDIO_TICK < SLOT_COUNT * 8);
