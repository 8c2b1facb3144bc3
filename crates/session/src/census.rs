//! Everybody in the region, as last seen: who they are, what they read, and whether they move.

use std::time::{Duration, Instant};

use crate::atomic::{Ordering, fence};
use crate::identity::Kind;
use crate::layout::{AUDIO_TICK, METADATA_WORDS, METER_WORDS_WRITTEN, SLOT_COUNT, meter};
use crate::member::Activity;
use crate::meters::{Meters, Moment, Position};
use crate::region::Region;
use crate::rules::Party;
use crate::slot::{BORN_AS_COPY, Slot, State, Status};
use crate::uuid::Uuid;
use crate::wire::{Metadata, meters_from_words, moment_from_words};

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
    /// It has published readings.
    has_heard: bool,
    /// Metadata sequence, to read it only when it changes; `None` until it was read once.
    metadata_sequence: Option<u64>,
    /// Meter sequence, likewise.
    meter_sequence: Option<u64>,
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

    /// What it heard at a song position, as near as it remembers; nothing if that is further away than a large block,
    /// or if it has heard nothing yet. `[main]`
    pub(crate) fn moment(&self, slot: Slot<'_>, song_frames: i64) -> Option<Moment> {
        const LARGE_BLOCK_FRAMES: u64 = 4096;
        if !self.has_heard {
            return None;
        }
        let distance = |moment: &Moment| moment.position.song_frames.abs_diff(song_frames);
        let latest = Moment::new(&self.meters, self.position);
        let past = (distance(&latest) > 0)
            .then(|| slot.history().nearest(slot.history_serial(), song_frames))
            .flatten()
            .map(|words| moment_from_words(&words));
        let nearest = past.filter(|past| distance(past) < distance(&latest)).unwrap_or(latest);
        (distance(&nearest) <= LARGE_BLOCK_FRAMES).then_some(nearest)
    }

    /// Whether it came as a copy of an instance that was live. `[main]`
    pub(crate) fn is_copy(&self) -> bool {
        self.state.flags() & BORN_AS_COPY != 0
    }

    /// A copy of a live instance that renders offline: the host's business, not the user's.
    fn is_render_copy(&self) -> bool {
        self.is_copy() && self.position.run.offline
    }
}

/// All peers by slot.
pub(crate) struct Census {
    peers: Vec<Option<Peer>>,
    /// The count of changes when every slot was looked at last, and when that was.
    scanned: Option<(u64, Instant)>,
}

/// How often every slot is looked at, also when nobody has said that something changed: who is killed says nothing.
const SCAN_AGAIN: Duration = Duration::from_millis(200);

impl Census {
    /// Nobody seen yet.
    pub(crate) fn new() -> Self {
        Self { peers: (0..SLOT_COUNT).map(|_| None).collect(), scanned: None }
    }

    /// Looks at every slot where somebody is or may have come; a few microseconds. `[main]`
    pub(crate) fn refresh(&mut self, region: &Region, now: Instant) {
        let changes = region.changes();
        let is_fresh =
            |(count, moment): (u64, Instant)| count == changes && now.saturating_duration_since(moment) < SCAN_AGAIN;
        let is_scan = !self.scanned.is_some_and(is_fresh);
        if is_scan {
            self.scanned = Some((changes, now));
        }
        for ((_, slot), peer) in region.slots().zip(&mut self.peers) {
            if is_scan || peer.is_some() {
                refresh(slot, peer, now);
            }
        }
    }

    /// Forgets everybody: another region. `[main]`
    pub(crate) fn forget(&mut self) {
        self.peers.fill_with(|| None);
        self.scanned = None;
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

/// Looks at one slot.
fn refresh(slot: Slot<'_>, peer: &mut Option<Peer>, now: Instant) {
    let state = slot.state();
    if state.status() != Status::Live {
        *peer = None;
        return;
    }
    if peer.as_ref().is_none_or(|known| known.state != state) {
        *peer = Some(newcomer(slot, state, now));
    }
    let is_whole = peer.as_mut().is_some_and(|peer| look(slot, peer, now));
    // Pairs with the fence of a claim: if a word read above is a new owner's, the state has changed by now.
    fence(Ordering::Acquire);
    if !is_whole || slot.state() != state {
        *peer = None;
    }
}

/// Somebody who has said nothing yet.
fn newcomer(slot: Slot<'_>, state: State, now: Instant) -> Peer {
    Peer {
        state,
        instance: slot.instance(),
        metadata: Metadata::default(),
        meters: Meters::default(),
        position: Position::default(),
        has_heard: false,
        metadata_sequence: None,
        meter_sequence: None,
        pulse: slot.pulse(),
        moved_at: now,
        audio_moved_at: None,
    }
}

/// Reads what has changed; what cannot be read whole stays as it was known. False for an owner killed in the middle of
/// its first words, who has told nothing.
fn look(slot: Slot<'_>, peer: &mut Peer, now: Instant) -> bool {
    let pulse = slot.pulse();
    if peer.pulse[0] != pulse[0] {
        peer.audio_moved_at = Some(now);
    }
    if peer.pulse != pulse {
        peer.moved_at = now;
        peer.pulse = pulse;
    }
    let sequence = Some(slot.metadata().sequence());
    let mut words = [0; METADATA_WORDS];
    if peer.metadata_sequence != sequence && slot.metadata().read(&mut words, READ_TRIES) {
        peer.metadata = Metadata::from_words(&words);
        peer.metadata_sequence = sequence;
    }
    let sequence = Some(slot.meters().sequence());
    let mut words = [0; METER_WORDS_WRITTEN];
    if peer.meter_sequence != sequence && slot.meters().read(&mut words, READ_TRIES) {
        (peer.meters, peer.position) = meters_from_words(&words);
        peer.has_heard = words[meter::SERIAL] != 0;
        peer.meter_sequence = sequence;
    }
    peer.metadata_sequence.is_some()
}

const _: () = assert!(SLOT_COUNT == u128::BITS as usize && AUDIO_TICK < SLOT_COUNT * 8);
