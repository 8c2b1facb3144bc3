//! A plugin instance as a member of the session, from its creation to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::census::Peer;
use crate::command::{Answer, Command};
use crate::helper::{self, Shared};
use crate::identity::{Identity, Info, Kind};
use crate::meters::{Meters, Moment, Position};
use crate::outlet::Outlet;
use crate::publisher::Publisher;
use crate::seat::Seat;
use crate::uuid::Uuid;

/// Where instances meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The place of this user: what plugins use. `STEMMA_SESSION_DIR` moves it.
    User,
    /// A runtime directory, for tests; it must pass the same checks.
    Directory(PathBuf),
    /// On the heap of this process, one place a number, for tests and demonstrations.
    Process(u32),
}

/// Whom an instance is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The instance is being announced; lasts a few milliseconds.
    Opening,
    /// A stem: its master is here. A master: it is announced.
    Linked {
        /// The session's name.
        session_name: String,
    },
    /// A stem without a master here: it joins by itself when one comes.
    Waiting {
        /// The session it belongs to; empty for a new stem.
        session_name: String,
    },
    /// A stem whose master is here, but in another application or project: nothing is linked unless the user asks for it
    /// with [`Member::link_across_applications`].
    Apart {
        /// The session's name.
        session_name: String,
        /// The application the master runs in.
        host_name: String,
    },
    /// A new stem that could join several masters, or one that may be of another application: ask the user, then
    /// [`Member::choose`].
    Choose {
        /// The masters, sorted by name.
        candidates: Vec<Candidate>,
    },
    /// All slots are taken; tried again every five seconds.
    Full,
}

/// A session that an instance could be in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The session.
    pub session: Uuid,
    /// Its visible name.
    pub session_name: String,
    /// The application its master runs in, or one of its stems where there is no master to be met.
    pub host_name: String,
    /// Stems that are in it now and would be linked.
    pub stem_count: usize,
    /// A master of it is open, be it in another application or project; without one its stems wait.
    pub has_master: bool,
}

/// Names one life of a slot: a command to a stem that has left and come back goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StemId {
    /// The slot, 0…127.
    pub slot: usize,
    /// Counts the owners of the slot.
    pub generation: u32,
}

/// Whether a stem moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activity {
    /// Its audio runs.
    Live,
    /// It is there, but its host does not call it: readings are old.
    Idle,
    /// Its process does not move at all: show it grey. It goes by itself if its end is proved.
    Stale {
        /// Seconds since the last movement.
        seconds: f64,
    },
}

/// A stem (or a master) as the others see it; every value is in range, whatever the memory said.
#[derive(Clone, Debug, PartialEq)]
pub struct StemView {
    /// Where it is: what commands are sent to.
    pub id: StemId,
    /// Who it is: stays the same when the project is opened again.
    pub instance: Uuid,
    /// What it says about itself.
    pub info: Arc<Info>,
    /// Its readings; silence before the first.
    pub meters: Meters,
    /// When in the song they were taken.
    pub position: Position,
    /// What it heard at the song position the list is about, so that stems can be compared in a render faster than real
    /// time, too; nothing when it was not there lately.
    pub moment: Option<Moment>,
    /// Whether it moves.
    pub activity: Activity,
    /// It came as a copy of an instance that was here: with a copied track, or a copy of the project.
    pub is_copy: bool,
    /// Its solo is on.
    pub soloed: bool,
    /// It is silent because another stem is soloed.
    pub silenced: bool,
}

/// One instance in the session; dropping it is leaving. Made once an instance `[main]`.
pub struct Member {
    pub(crate) shared: Arc<Shared>,
    pub(crate) seat: u64,
}

impl Member {
    /// Announces an instance. Returns at once: the helper thread does the rest within milliseconds. `[main]`
    ///
    /// A master without a session starts one. See [`Member::set_identity`] for a state that is loaded later.
    pub fn join(kind: Kind, identity: Identity, info: Info) -> Self {
        Self::join_at(Place::User, kind, identity, info)
    }

    /// Like [`Member::join`], in another place than the user's. `[main]`
    pub fn join_at(place: Place, kind: Kind, identity: Identity, info: Info) -> Self {
        let shared = helper::enter(place);
        let seat = shared.change(|board| board.add_seat(Seat::new(kind, identity, Arc::new(info))));
        Self { shared, seat }
    }

    /// Tells the others about a change; cheap when nothing changed. `[main]`
    pub fn set_info(&self, info: &Info) {
        if self.read_seat(|seat| *seat.info != *info) == Some(true) {
            self.change_seat(|seat| seat.info = Arc::new(info.clone()));
        }
    }

    /// Lets the helper ask, in every round, what the others should be told, in place of calls of [`Member::set_info`].
    /// `source` runs on the helper thread; it may take locks, but must not wait for that thread. `[main]`
    pub fn follow_info(&self, source: impl Fn() -> Info + Send + Sync + 'static) {
        self.change_seat(|seat| seat.info_source = Some(Arc::new(source)));
    }

    /// Lets the helper hand what a master asks to `obey` while no audio thread of this instance runs: a fader of the
    /// master moves that of a stopped stem, too. `obey` runs on the helper thread under the rules of
    /// [`Member::follow_info`]; each command reaches it or [`Publisher::poll_commands`], never both. `[main]`
    pub fn follow_commands(&self, obey: impl Fn(Command) -> Answer + Send + Sync + 'static) {
        self.change_seat(|seat| seat.deputy = Some(Arc::new(obey)));
    }

    /// The name the others see: that of [`Info::name`], or "Stem" and a number. `[main]`
    pub fn name(&self) -> String {
        self.read_seat(Seat::name).unwrap_or_default()
    }

    /// Takes the identity of a state that was loaded. `[main]`
    pub fn set_identity(&self, identity: &Identity) {
        if self.read_seat(|seat| seat.identity != *identity) == Some(true) {
            self.change_seat(|seat| seat.set_identity(identity.clone()));
        }
    }

    /// What to save: the session may have changed it. `[main]`
    pub fn identity(&self) -> Identity {
        self.read_seat(|seat| seat.identity.clone()).unwrap_or_default()
    }

    /// Whom this instance is linked to. `[main]`
    pub fn link(&self) -> Link {
        self.read_seat(|seat| seat.link.clone()).unwrap_or(Link::Opening)
    }

    /// Why only instances of this process can be linked; `None` when all of the user's can, or while that is still
    /// being found out. `[main]`
    pub fn local_only(&self) -> Option<String> {
        self.shared.read(|board| board.local_only.clone())
    }

    /// Other major versions that are open now and cannot be linked to, lowest first: one side needs an update. `[main]`
    pub fn other_versions(&self) -> Vec<u64> {
        self.shared.read(|board| board.other_majors.clone())
    }

    /// Names the session; its stems take the name over from their master. `[main]`
    pub fn rename_session(&self, name: &str) {
        self.change_seat(|seat| {
            name.clone_into(&mut seat.identity.session_name);
            seat.is_name_made_up = false;
        });
    }

    /// Links to the same session in other applications and projects too, or no longer. `[main]`
    pub fn link_across_applications(&self, on: bool) {
        self.change_seat(|seat| seat.identity.across_applications = on);
    }

    /// The audio thread's end; an older one of this member becomes silent. `[setup]`
    pub fn publisher(&self) -> Publisher {
        let outlet = Arc::new(Outlet::new());
        self.change_seat(|seat| seat.connect(Arc::clone(&outlet)));
        Publisher::new(outlet)
    }

    /// Lists the stems of this session, sorted by role, name and instance; this one itself is among them if it is a
    /// stem. Fresh at every call, cheap enough for every frame of a window. The list is about the song position of this
    /// instance (see [`StemView::moment`]), or while its audio rests about one that all playing stems have reached.
    /// `[main]`
    pub fn stems(&self, views: &mut Vec<StemView>) {
        self.list(Kind::Stem, None, views);
    }

    /// Lists the stems as [`Member::stems`] does, about a song position. `[main]`
    pub fn stems_at(&self, song_frames: i64, views: &mut Vec<StemView>) {
        self.list(Kind::Stem, Some(song_frames), views);
    }

    /// Lists the masters of this session in the same way: with more than one, the last command wins, and another copy
    /// of the project may be open (see [`Member::make_independent`]). `[main]`
    pub fn masters(&self, views: &mut Vec<StemView>) {
        self.list(Kind::Master, None, views);
    }

    fn list(&self, kind: Kind, song_frames: Option<i64>, views: &mut Vec<StemView>) {
        views.clear();
        let now = Instant::now();
        self.shared.read(|board| {
            board.refresh(now);
            let Some(seat) = board.seats.iter().find(|seat| seat.number == self.seat) else { return };
            let party = seat.party(board.host_group);
            let Some(region) = &board.region else { return };
            let peers = || board.census.members_of(&party, kind);
            let own = seat.slot().and_then(|slot| board.census.peer(slot)).filter(|peer| !peer.audio_rests(now));
            let reached =
                || peers().filter(|(_, peer)| !peer.audio_rests(now)).map(|(_, peer)| peer.position.song_frames).min();
            let song_frames = song_frames.or_else(|| own.map(|peer| peer.position.song_frames)).or_else(reached);
            views.extend(peers().map(|(slot, peer)| {
                let moment = song_frames.and_then(|song_frames| peer.moment(region.slot(slot), song_frames));
                view(slot, peer, moment, now)
            }));
        });
        let is_solo = views.iter().any(|view| view.soloed);
        views.iter_mut().for_each(|view| view.silenced = is_solo && !view.soloed && !view.position.run.offline);
        views.sort_by(|a, b| order(a).cmp(&order(b)));
    }

    /// Asks the helper to work 30 times a second for the next second instead of 4 times: call it while a window shows
    /// the session. `[main]`
    pub fn request_fast(&self) {
        let now = Instant::now();
        let was_fast = self.shared.read(|board| {
            let was_fast = board.is_fast(now);
            let until = Some(now + Duration::from_secs(1));
            board.fast_until = until;
            if let Some(seat) = board.seat_mut(self.seat) {
                seat.watched_until = until;
            }
            was_fast
        });
        if !was_fast {
            self.shared.change(|_| ());
        }
    }

    fn read_seat<T>(&self, read: impl FnOnce(&Seat) -> T) -> Option<T> {
        self.shared.read(|board| board.seat_mut(self.seat).map(|seat| read(seat)))
    }

    pub(crate) fn change_seat(&self, change: impl FnOnce(&mut Seat)) {
        self.shared.change(|board| board.seat_mut(self.seat).map(change));
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let seat = self.shared.change(|board| board.remove_seat(self.seat));
        // Releases the slot, outside the lock.
        drop(seat);
        helper::leave(&self.shared);
    }
}

fn order(view: &StemView) -> (u8, &str, Uuid, usize) {
    (view.info.role, &view.info.name, view.instance, view.id.slot)
}

fn view(slot: usize, peer: &Peer, moment: Option<Moment>, now: Instant) -> StemView {
    StemView {
        id: StemId { slot, generation: peer.state.generation() },
        instance: peer.instance,
        info: Arc::clone(&peer.metadata.info),
        meters: peer.meters,
        position: peer.position,
        moment,
        activity: peer.activity(now),
        is_copy: peer.is_copy(),
        soloed: peer.is_soloed(now),
        silenced: false,
    }
}
