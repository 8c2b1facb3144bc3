//! The helper: one thread a module and place that does everything slow, so that nobody else waits.
//!
//! It opens the region, claims slots, shows that its members are alive, decides whom they are linked to, and proves
//! the end of others. It works four times a second, and thirty times while somebody looks.

use std::fs::File;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::board::Board;
use crate::census::STALE_AFTER;
use crate::claim::{self, Ownership};
use crate::command::{Answer, Command};
use crate::host_group;
use crate::layout::SLOT_COUNT;
use crate::member::{Activity, Link, Place};
use crate::region::Region;
use crate::slot::Status;
use crate::uuid::random_word;
use crate::versions;

/// Time between two rounds when nobody looks.
const SLOW: Duration = Duration::from_millis(250);
/// Time between two rounds while a window is open.
const FAST: Duration = Duration::from_millis(33);
/// How often the files are compared with what is mapped and locked.
const CHECK_FILES: Duration = Duration::from_secs(2);
/// How often the files are touched: cleaners take what nobody has touched for six hours (XDG base directories).
const TOUCH_FILES: Duration = Duration::from_secs(3600);
/// When a claim is tried again after all slots were taken.
const RETRY_CLAIM: Duration = Duration::from_secs(5);

/// What members and helper share.
pub(crate) struct Shared {
    board: Mutex<Board>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the board. `[main]`
    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut Board) -> T) -> T {
        read(&mut self.lock())
    }

    /// Changes the board, and lets the helper act on it at once. `[main]`
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Board) -> T) -> T {
        let mut board = self.lock();
        let result = change(&mut board);
        board.woken = true;
        self.wake.notify_one();
        result
    }

    /// Sleeps until there is something to do; false when the helper must end.
    fn wait(&self) -> bool {
        let mut board = self.lock();
        let start = Instant::now();
        while !board.woken && !board.stop {
            let period = if board.is_fast(Instant::now()) { FAST } else { SLOW };
            let Some(rest) = period.checked_sub(start.elapsed()).filter(|rest| !rest.is_zero()) else { break };
            board = self.wake.wait_timeout(board, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
        board.woken = false;
        !board.stop
    }
}

/// A place with members of this module.
struct Hub {
    place: Place,
    shared: Arc<Shared>,
    members: usize,
    thread: Option<JoinHandle<()>>,
}

/// The only global of the crate: instances of one module share a helper, and the last one ends it.
static HUBS: Mutex<Vec<Hub>> = Mutex::new(Vec::new());

/// A member comes: the first one of a place starts the helper. `[main]`
pub(crate) fn enter(place: Place) -> Arc<Shared> {
    let mut hubs = HUBS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hub) = hubs.iter_mut().find(|hub| hub.place == place) {
        hub.members += 1;
        return Arc::clone(&hub.shared);
    }
    let shared = Arc::new(Shared { board: Mutex::new(Board::new()), wake: Condvar::new() });
    let helper = Helper {
        shared: Arc::clone(&shared),
        place: place.clone(),
        owner: random_word(),
        checked: None,
        touched: Instant::now(),
        presence: None,
    };
    let thread = thread::Builder::new().name("stemma session".into()).spawn(move || helper.run());
    if let Err(error) = &thread {
        shared.read(|board| board.local_only = Some(format!("the helper thread cannot be started: {error}")));
    }
    hubs.push(Hub { place, shared: Arc::clone(&shared), members: 1, thread: thread.ok() });
    shared
}

/// A member goes: the last one of a place ends the helper and waits for its end, so that nothing of this module runs
/// when the host unloads it. `[main]`
pub(crate) fn leave(shared: &Arc<Shared>) {
    let mut hubs = HUBS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(index) = hubs.iter().position(|hub| Arc::ptr_eq(&hub.shared, shared)) else { return };
    hubs[index].members -= 1;
    if hubs[index].members > 0 {
        return;
    }
    let hub = hubs.swap_remove(index);
    // A newcomer need not wait for the old helper: it starts one of its own.
    drop(hubs);
    hub.shared.change(|board| board.stop = true);
    if let Some(thread) = hub.thread {
        // A helper that panicked has nothing left to tell.
        let _ = thread.join();
    }
}

/// What the thread owns.
struct Helper {
    shared: Arc<Shared>,
    place: Place,
    /// Random name of this module.
    owner: u64,
    /// When the files were compared last.
    checked: Option<Instant>,
    /// When the files were touched last.
    touched: Instant,
    /// Says that this version is here.
    presence: Option<File>,
}

impl Helper {
    fn run(mut self) {
        let host_group = host_group::of_this_process();
        let (region, reason) = match self.open() {
            Ok(region) => (region, None),
            Err(reason) => (Arc::new(Region::on_heap()), Some(reason)),
        };
        self.presence = versions::announce(&region);
        self.shared.read(|board| {
            board.host_group = host_group;
            board.region = Some(region);
            board.local_only = reason;
        });
        while self.shared.wait() {
            self.ask_members();
            self.compare_files();
            self.shared.read(|board| board.check_slots(Instant::now()));
            self.claim_slots();
            self.shared.read(|board| board.update(Instant::now()));
            self.run_errands();
            self.probe_the_silent();
        }
    }

    /// Asks the members that want to be asked what to tell the others. Outside the lock: a member may take its own.
    fn ask_members(&self) {
        let sources: Vec<_> = self.shared.read(|board| {
            board.seats.iter().filter_map(|seat| Some((seat.number, seat.info_source.clone()?))).collect()
        });
        for (number, source) in sources {
            let info = source();
            self.shared.read(|board| {
                if let Some(seat) = board.seat_mut(number).filter(|seat| *seat.info != info) {
                    seat.info = Arc::new(info);
                }
            });
        }
    }

    /// Does what masters ask of members whose audio rests. Outside the lock: a member may take its own.
    fn run_errands(&self) {
        for (number, deputy, word, kind) in self.shared.read(|board| board.errands(Instant::now())) {
            let answer = Command::from_parts(kind, word.value()).map_or(Answer::Unknown, |command| deputy(command));
            self.shared.read(|board| board.answer(number, kind, word.answered(answer)));
        }
    }

    /// The region where everybody meets, or why there is none.
    fn open(&self) -> Result<Arc<Region>, String> {
        let directory = match &self.place {
            Place::User => None,
            Place::Directory(path) => Some(path.as_path()),
            Place::Process(_) => return Err("a private place was asked for".into()),
        };
        Region::open(directory).map(Arc::new).map_err(|refusal| refusal.to_string())
    }

    /// Notices that somebody deleted or replaced the files: then everybody moves to the new ones. From the heap everybody
    /// moves as soon as there are any.
    fn compare_files(&mut self) {
        let now = Instant::now();
        if self.checked.is_some_and(|checked| now.duration_since(checked) < CHECK_FILES) {
            return;
        }
        self.checked = Some(now);
        let Some(region) = self.shared.read(|board| board.region.clone()) else { return };
        let is_local = self.shared.read(|board| board.local_only.is_some());
        match (is_local, region.is_current()) {
            (false, true) => self.shared.read(Board::repair_locks),
            (false, false) => match self.open() {
                Ok(region) => self.move_to(region, None),
                Err(reason) => self.move_to(Arc::new(Region::on_heap()), Some(reason)),
            },
            (true, _) => match self.open() {
                Ok(region) => self.move_to(region, None),
                Err(reason) => self.shared.read(|board| board.local_only = Some(reason)),
            },
        }
        let other_majors =
            self.shared.read(|board| board.region.clone()).map_or_else(Vec::new, |region| versions::others(&region));
        self.shared.read(|board| board.other_majors = other_majors);
        if now.duration_since(self.touched) >= TOUCH_FILES {
            self.touched = now;
            versions::touch(self.presence.as_ref());
            self.shared.read(|board| board.touch_files());
        }
    }

    /// Everybody goes to another region.
    fn move_to(&mut self, region: Arc<Region>, local_only: Option<String>) {
        self.presence = versions::announce(&region);
        self.shared.read(|board| board.move_to(region, local_only));
    }

    /// Finds a slot for every member that has none.
    fn claim_slots(&self) {
        while let Some((number, region)) = self.shared.read(|board| board.next_homeless(Instant::now())) {
            self.rename_copy(number, &region);
            let Some((hint, birth, moving)) = self.shared.read(|board| board.birth(number, self.owner)) else {
                continue;
            };
            let is_moving = |index: usize| moving >> index & 1 == 1;
            let stop = || self.shared.read(|board| board.stop);
            let ownership = Ownership::claim(&region, hint, &birth, is_moving, stop);
            self.shared.read(|board| {
                // The member may have left, or become another, while the claim waited for the filesystem.
                let Some(seat) = board.seat_mut(number) else { return };
                match ownership {
                    Some(ownership) if ownership.instance() == seat.identity.instance => seat.settle(ownership),
                    Some(_) => {}
                    None => {
                        seat.link = Link::Full;
                        seat.retry_at = Some(Instant::now() + RETRY_CLAIM);
                    }
                }
            });
        }
    }

    /// Gives a member a fresh name if an instance of its name is alive: a copied track, or a render of the host.
    fn rename_copy(&self, number: u64, region: &Region) {
        let Some(instance) = self.shared.read(|board| board.seat_mut(number).map(|seat| seat.identity.instance)) else {
            return;
        };
        let is_twin = |index: usize| {
            let slot = region.slot(index);
            slot.state().status() == Status::Live && slot.instance() == instance
        };
        // A twin whose end can be proved was us, before a crash.
        let has_twin = (0..SLOT_COUNT).any(|index| is_twin(index) && !claim::probe(region, index));
        if has_twin {
            self.shared.read(|board| {
                if let Some(seat) = board.seat_mut(number).filter(|seat| seat.identity.instance == instance) {
                    seat.become_copy();
                }
            });
        }
    }

    /// Tries to prove the end of everybody who does not move.
    fn probe_the_silent(&self) {
        let now = Instant::now();
        let (region, silent) = self.shared.read(|board| {
            let is_silent = |activity| matches!(activity, Activity::Stale { .. });
            let peers = board.census.peers().filter(|(_, peer)| is_silent(peer.activity(now)));
            let mut silent: Vec<usize> = peers.map(|(slot, _)| slot).collect();
            // Thirty times a second would be too often for an instance that is only stopped.
            let may_probe = board.probed.is_none_or(|probed| now.duration_since(probed) >= STALE_AFTER / 2);
            if !may_probe {
                silent.clear();
            } else if !silent.is_empty() {
                board.probed = Some(now);
            }
            (board.region.clone(), silent)
        });
        if let Some(region) = region {
            silent.into_iter().for_each(|slot| {
                claim::probe(&region, slot);
            });
        }
    }
}
