//! What every system promises about the place where instances meet: Linux, macOS and Windows alike.
#![allow(clippy::unwrap_used)]

mod place;

use std::fs::File;
use std::time::{Duration, Instant};

use place::directory::Directory;
use place::until;
use session::identity::{Identity, Info, Kind};
use session::member::{Activity, Link, Member, Place};

fn announced(place: Place) -> Member {
    let member = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
    until("the master is announced", || member.link() != Link::Opening);
    assert_eq!(member.local_only(), None);
    member
}

const FIRST_LOCK: &str = "slot-000.lock";

#[test]
fn a_directory_is_one_place_however_it_is_spelled() {
    // As with two plugin binaries in one host: the other spelling makes a second helper, with locks and a mapping of its own.
    let directory = Directory::new();
    let spelling = directory.0.join("..").join(directory.0.file_name().unwrap());
    let master = announced(directory.place());
    let identity = Identity { session: master.identity().session, ..Identity::new() };
    let stem = Member::join_at(Place::Directory(spelling), Kind::Stem, identity, Info::default());
    let mut publisher = stem.publisher();
    let mut views = Vec::new();
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    // Longer than it takes to suspect somebody, and to prove an end.
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2500) {
        publisher.publish_now(&Default::default(), Default::default());
        master.stems(&mut views);
        assert_eq!(views.len(), 1);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(views[0].activity, Activity::Live);
    drop(stem);
    master.stems(&mut views);
    assert!(views.is_empty());
    assert!(File::open(directory.file(FIRST_LOCK)).unwrap().try_lock_shared().is_err(), "the other lock is still held");
}

#[test]
fn two_directories_are_two_places() {
    let (one, other) = (Directory::new(), Directory::new());
    let (_master, other_master) = (announced(one.place()), announced(other.place()));
    let stem = Member::join_at(one.place(), Kind::Stem, Identity::new(), Info::default());
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    let mut views = Vec::new();
    other_master.stems(&mut views);
    assert!(views.is_empty());
}

#[test]
fn a_slot_is_locked_while_its_owner_is_there_and_free_afterwards() {
    let directory = Directory::new();
    let member = announced(directory.place());
    let lock = directory.file(FIRST_LOCK);
    assert!(File::options().write(true).open(&lock).unwrap().try_lock().is_err());
    drop(member);
    File::options().write(true).open(&lock).unwrap().try_lock().unwrap();
}

#[test]
fn coming_and_going_leaves_a_fixed_set_of_files() {
    let directory = Directory::new();
    drop(announced(directory.place()));
    let files = || {
        let mut names = directory.names();
        names.sort();
        names
    };
    let before = files();
    (0..20).for_each(|_| drop(announced(directory.place())));
    assert_eq!(files(), before);
}

#[test]
fn a_relative_directory_is_refused() {
    let place = Place::Directory("stemma".into());
    let member = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
    until("the master is announced", || member.link() != Link::Opening);
    let reason = member.local_only().unwrap();
    assert!(reason.contains("absolute"), "{reason}");
}

#[cfg(windows)]
#[test]
fn a_held_lock_file_cannot_be_deleted() {
    let directory = Directory::new();
    let member = announced(directory.place());
    let lock = directory.file(FIRST_LOCK);
    assert!(std::fs::remove_file(&lock).is_err());
    assert!(std::fs::remove_dir_all(lock.parent().unwrap()).is_err());
    drop(member);
    std::fs::remove_file(&lock).unwrap();
}

#[cfg(unix)]
#[test]
fn a_held_lock_file_stays_young() {
    let directory = Directory::new();
    let _member = announced(directory.place());
    let lock = File::options().write(true).open(directory.file(FIRST_LOCK)).unwrap();
    lock.set_modified(std::time::SystemTime::now() - Duration::from_secs(7200)).unwrap();
    let age = || lock.metadata().unwrap().modified().unwrap().elapsed().unwrap_or_default();
    until("the file is young again", || age() < Duration::from_secs(60));
}
