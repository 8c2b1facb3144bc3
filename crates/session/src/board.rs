//! What the members of a module and their helper know in common. Nothing here waits on the filesystem.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::census::{Census, Peer};
use crate::claim::{Birth, Ownership};
use crate::command::{ADOPT, Answer, Command, Word, post, take};
use crate::identity::Kind;
use crate::layout::COMMAND_KINDS;
use crate::member::{Link, StemId};
use crate::naming::Given;
use crate::region::Region;
use crate::rules::{Party, Step, step};
use crate::seat::{Deputy, Seat};
use crate::sessions;

/// How long the helper hurries after it has seen a window of the master.
const WATCHED: Duration = Duration::from_millis(500);

/// Members, region, and everybody seen in it.
pub(crate) struct Board {
    pub(crate) seats: Vec<Seat>,
    seat_count: u64,
    /// Where everybody meets; `None` until it is open.
    pub(crate) region: Option<Arc<Region>>,
    /// Other major versions that are here.
    pub(crate) other_majors: Vec<u64>,
    /// Why the region is on the heap.
    pub(crate) local_only: Option<String>,
    pub(crate) host_group: u64,
    pub(crate) census: Census,
    /// Until when somebody looks.
    pub(crate) fast_until: Option<Instant>,
    /// When the silent were probed last.
    pub(crate) probed: Option<Instant>,
    /// There is something to do.
    pub(crate) woken: bool,
    /// The helper must end.
    pub(crate) stop: bool,
}

impl Board {
    /// Nobody here yet. `[main]`
    pub(crate) fn new() -> Self {
        Self {
            seats: Vec::new(),
            seat_count: 0,
            region: None,
            local_only: None,
            other_majors: Vec::new(),
            host_group: 0,
            census: Census::new(),
            fast_until: None,
            probed: None,
            woken: false,
            stop: false,
        }
    }

    /// Seats a member; the number is its name here. `[main]`
    pub(crate) fn add_seat(&mut self, mut seat: Seat) -> u64 {
        self.seat_count += 1;
        seat.number = self.seat_count;
        self.seats.push(seat);
        self.seat_count
    }

    /// Lets a member go; dropping the seat releases its slot. `[main]`
    pub(crate) fn remove_seat(&mut self, number: u64) -> Option<Seat> {
        let index = self.seats.iter().position(|seat| seat.number == number)?;
        Some(self.seats.swap_remove(index))
    }

    /// A member by number. `[main]`
    pub(crate) fn seat_mut(&mut self, number: u64) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.number == number)
    }

    /// Whether somebody looks. `[main]`
    pub(crate) fn is_fast(&self, now: Instant) -> bool {
        self.fast_until.is_some_and(|until| now < until)
    }

    /// Looks at everybody. `[main]`
    pub(crate) fn refresh(&mut self, now: Instant) {
        if let Some(region) = &self.region {
            self.census.refresh(region, now);
        }
    }

    /// Everybody goes to another region. `[main]`
    pub(crate) fn move_to(&mut self, region: Arc<Region>, local_only: Option<String>) {
        self.region = Some(region);
        self.local_only = local_only;
        self.census.forget();
    }

    /// Locks again what somebody unlocked by deleting lock files; who loses a slot claims another. `[main]`
    pub(crate) fn repair_locks(&mut self) {
        for seat in &mut self.seats {
            if seat.ownership.as_mut().is_some_and(|ownership| !ownership.repair_lock()) {
                seat.vacate();
            }
        }
    }

    /// Shows cleaners of old files that all of them are in use. `[main]`
    pub(crate) fn touch_files(&self) {
        if let Some(files) = self.region.as_ref().and_then(|region| region.files()) {
            files.touch_region();
        }
        self.seats.iter().filter_map(|seat| seat.ownership.as_ref()).for_each(Ownership::touch_lock);
    }

    /// Gives up slots that are not the member's any more, or not for the name it has now. `[main]`
    pub(crate) fn check_slots(&mut self, now: Instant) {
        self.refresh(now);
        let Some(region) = &self.region else { return };
        for seat in &mut self.seats {
            let Some(ownership) = &seat.ownership else { continue };
            let instance = seat.identity.instance;
            let is_kept = ownership.is_ours() && Arc::ptr_eq(ownership.region(), region);
            // Two instances of one name that came at the same moment: the one in the higher slot gives way.
            let has_twin =
                self.census.peers().any(|(slot, peer)| slot < ownership.index() && peer.instance == instance);
            if has_twin {
                seat.become_copy();
            }
            if has_twin || !is_kept || ownership_is_renamed(seat) {
                seat.vacate();
            }
        }
    }

    /// A member without a slot that may try for one now. `[main]`
    pub(crate) fn next_homeless(&mut self, now: Instant) -> Option<(u64, Arc<Region>)> {
        let is_due = |seat: &&Seat| seat.ownership.is_none() && seat.retry_at.is_none_or(|retry| retry <= now);
        let number = self.seats.iter().find(is_due)?.number;
        Some((number, Arc::clone(self.region.as_ref()?)))
    }

    /// Which slot a member would like, what it writes there, and which slots move. `[main]`
    pub(crate) fn birth(&mut self, number: u64, owner: u64) -> Option<(usize, Birth, u128)> {
        let now = Instant::now();
        self.refresh(now);
        let (host_group, moving) = (self.host_group, self.census.moving(now));
        let (hint, birth) = self.seat_mut(number)?.birth(owner, host_group);
        Some((hint, birth, moving))
    }

    /// One round for everybody who has a slot. `[main]`
    pub(crate) fn update(&mut self, now: Instant) {
        // Before the look around: who asks to be joined has told its session before.
        let adoptions: Vec<Option<Word>> = self.seats.iter().map(adoption).collect();
        self.refresh(now);
        let (host_group, census) = (self.host_group, &self.census);
        let mut given = Given::default();
        for (seat, adoption) in self.seats.iter_mut().zip(adoptions) {
            if let Some(ownership) = &mut seat.ownership {
                ownership.beat();
            } else {
                continue;
            }
            if let Some(word) = adoption {
                adopt(seat, word, census, host_group);
            }
            given.name_session(seat, census);
            link(seat, census, host_group);
            given.number_stem(seat, census, host_group);
            seat.write_metadata(host_group);
            invite(seat);
            tell_audio(seat, census, host_group, now);
            if seat.is_watched_by_master(census, host_group) {
                self.fast_until = Some(now + WATCHED);
            }
        }
    }

    /// What masters ask of members whose audio rests, with who does it. `[main]`
    pub(crate) fn errands(&mut self, now: Instant) -> Vec<(u64, Deputy, Word, usize)> {
        let mut errands = Vec::new();
        for seat in &self.seats {
            let (Some(deputy), Some(ownership)) = (&seat.deputy, &seat.ownership) else { continue };
            let rests = self.census.peer(ownership.index()).is_some_and(|peer| peer.audio_rests(now));
            for kind in (0..COMMAND_KINDS).filter(|kind| rests && *kind != ADOPT) {
                let Some((command, answer)) = ownership.slot().mailbox(kind) else { continue };
                let word = Word(command.load(Ordering::Relaxed));
                let is_for_audio = Command::from_parts(kind, word.value()).is_some_and(Command::needs_audio);
                let is_masters = seat.masters >> (word.writer() & 127) & 1 == 1;
                if is_masters && !is_for_audio && take(answer, word) {
                    errands.push((seat.number, Arc::clone(deputy), word, kind));
                }
            }
        }
        errands
    }

    /// Sends the answer to a command that was taken from [`Board::errands`]. `[main]`
    pub(crate) fn answer(&mut self, number: u64, kind: usize, word: Word) {
        let ownership = self.seat_mut(number).and_then(|seat| seat.ownership.as_ref());
        if let Some((_, answer)) = ownership.and_then(|ownership| ownership.slot().mailbox(kind)) {
            answer.store(word.0, Ordering::Relaxed);
        }
    }
}

fn ownership_is_renamed(seat: &Seat) -> bool {
    seat.ownership.as_ref().is_some_and(|ownership| ownership.instance() != seat.identity.instance)
}

/// Decides whom a member is linked to.
fn link(seat: &mut Seat, census: &Census, host_group: u64) {
    if seat.kind == Kind::Master {
        seat.link = Link::Linked { session_name: seat.identity.session_name.clone() };
        return;
    }
    let masters: Vec<&Peer> = census.of_kind(Kind::Master).map(|(_, peer)| peer).collect();
    let parties: Vec<Party> = masters.iter().map(|peer| peer.party()).collect();
    let own = seat.party(host_group);
    let identity = &mut seat.identity;
    seat.link = match step(&own, &parties) {
        Step::Stay(master) | Step::Join(master) => {
            identity.session = parties[master].session;
            identity.session_name.clone_from(&masters[master].metadata.session_name);
            Link::Linked { session_name: identity.session_name.clone() }
        }
        Step::Wait => {
            let session_name = identity.session_name.clone();
            let is_ours = |master: &&&Peer| own.session.is_some() && master.metadata.session == own.session;
            match masters.iter().find(is_ours) {
                Some(master) => Link::Apart { session_name, host_name: master.metadata.info.host_name.clone() },
                None => Link::Waiting { session_name },
            }
        }
        Step::Ask(choices) => {
            let choices = choices.into_iter().map(|choice| masters[choice]);
            Link::Choose { candidates: sessions::listed(choices, &own, census) }
        }
    };
}

/// Tells the audio thread whose commands count, when to measure again, and whether another stem is soloed.
fn tell_audio(seat: &mut Seat, census: &Census, host_group: u64, now: Instant) {
    let party = seat.party(host_group);
    let masters = || census.members_of(&party, Kind::Master);
    seat.masters = masters().fold(0, |slots, (slot, _)| slots | 1 << slot);
    let (Some(outlet), Some(own_slot)) = (seat.outlet(), seat.slot()) else { return };
    outlet.accept_masters(seat.masters);
    let policy = masters().next().map(|(_, master)| master.metadata.info.reset_policy);
    outlet.set_reset_policy(policy.unwrap_or_default());
    let is_soloed = |own: bool| {
        let mut stems = census.members_of(&party, Kind::Stem);
        stems.any(|(slot, peer)| (slot == own_slot) == own && peer.is_soloed(now))
    };
    outlet.set_implied_mute(seat.kind == Kind::Stem && is_soloed(false) && !is_soloed(true));
}

/// A master's call to join its session that has not been answered yet.
fn adoption(seat: &Seat) -> Option<Word> {
    let (command, answer) = seat.ownership.as_ref()?.slot().mailbox(ADOPT)?;
    let word = Word(command.load(Ordering::Acquire));
    (word.sequence() != Word(answer.load(Ordering::Relaxed)).sequence()).then_some(word)
}

/// Follows a master's call, if it may.
fn adopt(seat: &mut Seat, word: Word, census: &Census, host_group: u64) {
    let party = seat.party(host_group);
    let caller = census.of_kind(Kind::Master).find(|(slot, peer)| {
        *slot == usize::from(word.writer()) && peer.state.generation() == word.value() && party.may_meet(&peer.party())
    });
    let answer = match caller {
        Some((_, master)) if seat.kind == Kind::Stem => {
            seat.identity.session = master.metadata.session;
            seat.identity.session_name.clone_from(&master.metadata.session_name);
            Answer::Applied
        }
        _ => Answer::Refused,
    };
    if let Some((_, word_of_answer)) = seat.ownership.as_ref().and_then(|ownership| ownership.slot().mailbox(ADOPT)) {
        word_of_answer.store(word.answered(answer).0, Ordering::Relaxed);
    }
}

/// Calls the stems that a master takes along into a new session, now that its metadata says which.
fn invite(seat: &mut Seat) {
    let stems: Vec<StemId> = std::mem::take(&mut seat.to_adopt);
    let Some(ownership) = &seat.ownership else { return };
    let Ok(writer) = u8::try_from(ownership.index()) else { return };
    for stem in stems {
        let slot = ownership.region().slot(stem.slot);
        if let Some((word, _)) = slot.mailbox(ADOPT).filter(|_| slot.state().generation() == stem.generation) {
            post(word, writer, ownership.state().generation());
        }
    }
}
