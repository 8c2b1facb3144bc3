//! Processes that end without a word, at any moment.

use std::time::{Duration, Instant};

use session::command::{Answer, Command as Wish, Delivery};
use session::identity::{Identity, Info, Kind};
use session::layout::{HEADER_BYTES, METER_SEQUENCE, METERS, REGION_NAME, SLOT_BYTES, SLOT_COUNT};
use session::member::{Activity, Link, Member, StemId, StemView};
use session::uuid::Uuid;

use crate::actors::{Process, check_reading, master, stems};
use crate::place::directory::Directory;
use crate::place::{Random, figures, one_of_three, seconds, until, within};

#[test]
fn a_killed_process_turns_grey_within_two_seconds_and_is_gone_within_ten() {
    one_of_three(|| {
        let directory = Directory::new();
        let (master, session) = master(&directory);
        let mut victim = Process::start(&directory, "stem", session);
        let _witness = Process::start(&directory, "stem", session);
        until("both play", || stems(&master).iter().filter(|view| view.activity == Activity::Live).count() == 2);
        let name = format!("stem {}", victim.child.id());
        victim.kill();
        let is_grey =
            |views: Vec<StemView>| views.iter().all(|view| view.info.name != name || view.activity != Activity::Live);
        within(Duration::from_secs(2), "the killed stem is grey or gone", || is_grey(stems(&master)))?;
        within(Duration::from_secs(8), "the killed stem is gone", || stems(&master).len() == 1)?;
        assert_ne!(stems(&master)[0].info.name, name);
        let _heir = Process::start(&directory, "stem", session);
        let is_compact = |views: Vec<StemView>| views.len() == 2 && views.iter().all(|view| view.id.slot < 3);
        until("its slot is used again", || is_compact(stems(&master)));
        Ok(())
    });
}

#[test]
fn a_stem_whose_master_is_killed_waits() {
    let directory = Directory::new();
    let session = Uuid::random();
    let mut elsewhere = Process::start(&directory, "master", session);
    let identity = Identity { session: Some(session), ..Identity::new() };
    let stem = Member::join_at(directory.place(), Kind::Stem, identity, Info::default());
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    elsewhere.kill();
    until("the stem waits", || matches!(stem.link(), Link::Waiting { .. }));
}

/// Every name in the directory is one of a fixed set: nothing is left behind, however often somebody dies.
fn check_files(directory: &Directory) -> usize {
    let names = directory.names();
    let locks: Vec<String> = (0..SLOT_COUNT).map(|slot| format!("slot-{slot:03}.lock")).collect();
    // The second says that this major version is in use.
    let is_ours =
        |name: &str| [REGION_NAME, "bus-v1.lock"].contains(&name) || cfg!(target_os = "macos") && name == "init.lock";
    assert!(names.iter().all(|name| is_ours(name) || locks.contains(name)), "litter: {names:?}");
    names.len()
}

#[test]
fn twelve_processes_that_race_to_be_first_make_one_region() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let (start, time) = (Instant::now(), seconds(0.0));
    let (mut rounds, mut kills) = (0, 0);
    while rounds < 3 || start.elapsed() < time {
        let directory = Directory::new();
        let session = Uuid::random();
        let mut processes: Vec<Process> = (0..11).map(|_| Process::start(&directory, "stem", session)).collect();
        for _ in 0..=random.below(4) {
            std::thread::sleep(Duration::from_micros(random.below(15_000) as u64));
            let victim = random.below(processes.len());
            processes.remove(victim).kill();
            kills += 1;
        }
        let identity = Identity { session: Some(session), ..Identity::new() };
        let master = Member::join_at(directory.place(), Kind::Master, identity, Info::default());
        until("all who live are in one region", || stems(&master).len() == processes.len());
        check_files(&directory);
        rounds += 1;
    }
    figures(&format!("{rounds} races of 12, {kills} kills, 1 region each"));
}

/// A process of the sixteen, and the slot the master saw it in.
struct Actor {
    process: Process,
    instance: Uuid,
    id: Option<StemId>,
}

impl Actor {
    fn start(directory: &Directory, session: Uuid) -> Self {
        let instance = Uuid::random();
        Self { process: Process::start_stem(directory, session, instance), instance, id: None }
    }
}

/// Looks at everybody: no torn reading, no reading of another owner, nobody twice, and no living process that was
/// taken for dead, which would have cost it its slot.
fn inspect(views: &[StemView], crew: &mut [Actor]) {
    for view in views {
        check_reading(view);
    }
    for actor in crew {
        let mut found = views.iter().filter(|view| view.instance == actor.instance);
        let (first, second) = (found.next(), found.next());
        assert!(second.is_none(), "one process in two slots: {first:?}, {second:?}");
        if let Some(id) = actor.id {
            assert_eq!(first.map(|view| view.id), Some(id), "process {} lives", actor.process.child.id());
        }
        actor.id = first.map(|view| view.id);
    }
}

#[test]
fn sixteen_processes_killed_at_random_harm_nobody() {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut crew: Vec<Actor> = (0..16).map(|_| Actor::start(&directory, session)).collect();
    let (start, time) = (Instant::now(), seconds(4.0));
    let (mut looks, mut kills, mut answers, mut most_slots) = (0, 0, 0, 0);
    loop {
        // A storm: somebody dies every few milliseconds, as often at the start as in full play.
        let storm = Instant::now();
        while storm.elapsed() < Duration::from_secs(2) {
            let (pause, next) = (Instant::now(), Duration::from_millis(random.below(60) as u64));
            while pause.elapsed() < next {
                let views = stems(&master);
                most_slots = most_slots.max(views.len());
                inspect(&views, &mut crew);
                looks += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            let newest = crew.len() - 1;
            let victim = if random.below(2) == 0 { newest } else { random.below(newest) };
            crew.remove(victim).process.kill();
            crew.push(Actor::start(&directory, session));
            kills += 1;
        }
        // A calm: who lives is there, nobody else is, and all obey.
        until("the living are listed, and only they", || {
            let views = stems(&master);
            inspect(&views, &mut crew);
            views.len() == crew.len() && crew.iter().all(|actor| actor.id.is_some())
        });
        for actor in &crew {
            let ticket = master.send(actor.id.unwrap(), Wish::Mute(true)).unwrap();
            until("it answers", || master.delivery(&ticket) == Delivery::Answered(Answer::Applied));
            answers += 1;
        }
        if start.elapsed() >= time {
            break;
        }
    }
    let files = check_files(&directory);
    figures(&format!(
        "{kills} kills, {looks} looks: 0 torn, 0 of another owner, 0 duplicates, 0 false deaths; {answers} answers, \
         at most {most_slots} slots in use, {files} files"
    ));
}

#[test]
fn a_writer_that_was_killed_in_the_middle_is_healed_by_the_next() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    // A kill hits the odd moment of a writer without a pause about every second time.
    for _ in 0..6 {
        let mut writer = Process::start(&directory, "tear", session);
        until("it plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
        writer.kill();
        until("it is gone", || stems(&master).is_empty());
    }
    if cfg!(not(target_os = "linux")) {
        // Elsewhere the memory is no file to look into.
        return;
    }
    let content = std::fs::read(directory.file(REGION_NAME)).unwrap();
    let used = content[HEADER_BYTES..].chunks(SLOT_BYTES).filter(|slot| slot[METERS * 8] != 0).count();
    let odd = content[HEADER_BYTES..].chunks(SLOT_BYTES).filter(|slot| slot[METER_SEQUENCE * 8] & 1 == 1).count();
    println!("{used} slots used, {odd} left in the middle of a write");
    // Who looks whether a slot's owner is dead may be in the way of the next one, who then takes another slot.
    assert!(used <= 2, "dead slots are used again: {used}");
}

#[test]
fn a_host_that_died_and_starts_again_keeps_its_names() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut old = Process::start(&directory, "stem", session);
    until("it plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    let instance = stems(&master)[0].instance;
    old.kill();
    // At once, before anybody has noticed.
    let identity = Identity { instance, session: Some(session), ..Identity::new() };
    let new = Member::join_at(directory.place(), Kind::Stem, identity, Info { name: "new".into(), ..Info::default() });
    until("it is linked", || matches!(new.link(), Link::Linked { .. }));
    assert_eq!(new.identity().instance, instance);
    until("only the new one is left", || stems(&master).len() == 1 && stems(&master)[0].info.name == "new");
}
