//! What lies where the shared memory should be, and what must not be trusted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod place;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use place::directory::Directory;
use place::until;
use session::identity::{Identity, Info, Kind};
use session::layout::{REGION_BYTES, REGION_NAME};
use session::member::{Link, Member, Place};

fn announced(place: Place) -> Member {
    let member = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
    until("the master is announced", || member.link() != Link::Opening);
    member
}

/// Puts something where the region should be, joins, and returns the names in the directory afterwards.
fn join_over(make: impl FnOnce(&Path)) -> (Directory, Vec<String>) {
    let directory = Directory::new();
    fs::create_dir(directory.0.join("stemma")).unwrap();
    fs::set_permissions(directory.0.join("stemma"), Permissions::from_mode(0o700)).unwrap();
    make(&directory.file(REGION_NAME));
    let member = announced(directory.place());
    assert_eq!(member.local_only(), None);
    let region = fs::symlink_metadata(directory.file(REGION_NAME)).unwrap();
    assert!(region.is_file() && region.len() == REGION_BYTES as u64 && region.mode() & 0o777 == 0o600);
    let names = directory.names();
    (directory, names)
}

fn bad_file_of(content: &[u8]) -> Vec<String> {
    join_over(|path| {
        fs::write(path, content).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    })
    .1
}

fn has_bad(names: &[String]) -> bool {
    names.iter().any(|name| name.starts_with("bad-"))
}

#[test]
fn an_empty_directory_is_a_good_start() {
    let directory = Directory::new();
    let member = announced(directory.place());
    assert_eq!(member.local_only(), None);
    assert!(!has_bad(&directory.names()));
}

#[test]
fn a_file_full_of_zeros_is_an_empty_session() {
    assert!(!has_bad(&bad_file_of(&vec![0; REGION_BYTES])));
    assert!(!has_bad(&bad_file_of(&[])));
}

#[test]
fn a_truncated_or_oversized_file_is_set_aside() {
    assert!(has_bad(&bad_file_of(&[0; 100])));
    assert!(has_bad(&bad_file_of(&vec![0; REGION_BYTES - 1])));
    assert!(has_bad(&bad_file_of(&vec![0; REGION_BYTES + 1])));
}

#[test]
fn a_file_of_garbage_is_set_aside() {
    assert!(has_bad(&bad_file_of(&vec![0xa5; REGION_BYTES])));
}

#[test]
fn an_absurd_header_is_set_aside() {
    let mut content = vec![0; REGION_BYTES];
    content[..8].copy_from_slice(b"STEMMA\0\x01");
    content[0x10] = 0xff; // slot count
    assert!(has_bad(&bad_file_of(&content)));
}

#[test]
fn garbage_in_the_slots_does_no_harm() {
    let mut content = vec![0; REGION_BYTES];
    content[16 * 1024..].iter_mut().enumerate().for_each(|(index, byte)| *byte = (index * 7 + index / 251) as u8);
    let (directory, names) = join_over(|path| {
        fs::write(path, content).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    });
    assert!(!has_bad(&names));
    let member = announced(directory.place());
    let mut views = Vec::new();
    member.stems(&mut views);
    assert!(views.is_empty());
}

#[test]
fn a_symbolic_link_is_set_aside_and_its_target_untouched() {
    let target = Directory::new();
    let precious = target.0.join("precious");
    fs::write(&precious, "do not touch").unwrap();
    let (_, names) = join_over(|path| symlink(&precious, path).unwrap());
    assert!(has_bad(&names));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "do not touch");
}

#[test]
fn a_second_name_of_a_file_is_set_aside_and_the_file_untouched() {
    let target = Directory::new();
    let precious = target.0.join("precious");
    fs::write(&precious, vec![0; REGION_BYTES]).unwrap();
    fs::set_permissions(&precious, Permissions::from_mode(0o600)).unwrap();
    let (_, names) = join_over(|path| fs::hard_link(&precious, path).unwrap());
    assert!(has_bad(&names));
    assert_eq!(fs::read(&precious).unwrap(), vec![0; REGION_BYTES]);
}

#[test]
fn a_file_open_to_others_is_set_aside() {
    let (_, names) = join_over(|path| {
        fs::write(path, vec![0; REGION_BYTES]).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    });
    assert!(has_bad(&names));
}

#[test]
fn a_fifo_is_set_aside_and_stops_nobody() {
    let (_, names) = join_over(|path| {
        let made = std::process::Command::new("mkfifo").arg("-m").arg("600").arg(path).status().unwrap();
        assert!(made.success());
    });
    assert!(has_bad(&names));
}

#[test]
fn a_directory_in_the_way_leaves_the_process_on_its_own() {
    let directory = Directory::new();
    fs::create_dir_all(directory.file(REGION_NAME)).unwrap();
    fs::set_permissions(directory.0.join("stemma"), Permissions::from_mode(0o700)).unwrap();
    let member = announced(directory.place());
    assert!(member.local_only().unwrap().contains("shared memory file"), "{:?}", member.local_only());
}

#[test]
fn a_directory_open_to_others_is_refused() {
    let directory = Directory::new();
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    let reason = announced(directory.place()).local_only().unwrap();
    assert!(reason.contains("open to other users"), "{reason}");
}

#[test]
fn a_relative_directory_is_refused() {
    let reason = announced(Place::Directory("stemma".into())).local_only().unwrap();
    assert!(reason.contains("absolute"), "{reason}");
}

#[test]
fn a_link_to_a_directory_is_refused() {
    let (directory, target) = (Directory::new(), Directory::new());
    let link = directory.0.join("link");
    symlink(&target, &link).unwrap();
    let reason = announced(Place::Directory(link)).local_only().unwrap();
    assert!(reason.contains("cannot be opened"), "{reason}");
}

#[test]
fn a_directory_on_a_disk_is_refused() {
    let disk = tempdir_on_disk();
    let Some(disk) = disk else { return };
    let reason = announced(Place::Directory(disk.clone())).local_only().unwrap();
    fs::remove_dir_all(disk).unwrap();
    assert!(reason.contains("not in memory"), "{reason}");
}

/// A private directory beside the test binary, unless that is in memory, too.
fn tempdir_on_disk() -> Option<std::path::PathBuf> {
    let path = std::env::current_exe().unwrap().with_extension(format!("{}-dir", std::process::id()));
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    let kind = std::process::Command::new("stat").args(["-f", "-c", "%T"]).arg(&path).output().unwrap();
    if kind.stdout.starts_with(b"tmpfs") {
        fs::remove_dir_all(&path).unwrap();
        return None;
    }
    Some(path)
}

#[test]
fn a_deleted_region_is_made_again_and_everybody_moves_there() {
    let directory = Directory::new();
    let master = announced(directory.place());
    let stem = Member::join_at(directory.place(), Kind::Stem, Identity::new(), Info::default());
    let mut views = Vec::new();
    until("the stem is there", || {
        master.stems(&mut views);
        views.len() == 1
    });
    let before = fs::metadata(directory.file(REGION_NAME)).unwrap().ino();
    fs::remove_file(directory.file(REGION_NAME)).unwrap();
    until("both are in a new region", || {
        let Ok(found) = fs::metadata(directory.file(REGION_NAME)) else { return false };
        let content = fs::read(directory.file(REGION_NAME)).unwrap_or_default();
        let slots = content.get(16 * 1024..).unwrap_or_default().chunks(4096);
        found.ino() != before && slots.filter(|slot| slot[0] == 2).count() == 2
    });
    // The slot is claimed before the audio thread's stores go there: those of a running one arrive soon after.
    let mut publisher = stem.publisher();
    let meters = session::meters::Meters { clip_count: 7, ..Default::default() };
    until("the master reads what the stem says there", || {
        publisher.publish_now(&meters, Default::default());
        master.stems(&mut views);
        views.len() == 1 && views[0].meters.clip_count == 7
    });
    assert_eq!(views[0].instance, stem.identity().instance);
}

#[test]
fn a_deleted_lock_file_is_made_and_locked_again() {
    let directory = Directory::new();
    let _master = announced(directory.place());
    let lock = directory.file("slot-000.lock");
    assert!(File::open(&lock).unwrap().try_lock().is_err());
    fs::remove_file(&lock).unwrap();
    until("the lock is held again", || File::open(&lock).is_ok_and(|file| file.try_lock_shared().is_err()));
}

#[test]
fn two_helpers_in_one_process_respect_each_other() {
    // As with two plugin binaries in one host. The other spelling of the path makes a second helper, with locks and a
    // mapping of its own.
    let directory = Directory::new();
    let spelling = directory.0.join("..").join(directory.0.file_name().unwrap());
    let master = announced(directory.place());
    let identity = Identity { session: master.identity().session, ..Identity::new() };
    let stem = Member::join_at(Place::Directory(spelling), Kind::Stem, identity, Info::default());
    let mut publisher = stem.publisher();
    let mut views = Vec::new();
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    // Longer than it takes to suspect somebody, and to prove an end.
    let start = std::time::Instant::now();
    while start.elapsed() < std::time::Duration::from_millis(2500) {
        publisher.publish_now(&Default::default(), Default::default());
        master.stems(&mut views);
        assert_eq!(views.len(), 1);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(views[0].activity, session::member::Activity::Live);
    drop(stem);
    master.stems(&mut views);
    assert!(views.is_empty());
    assert!(File::open(directory.file("slot-000.lock")).unwrap().try_lock().is_err(), "the other lock is still held");
}

#[test]
fn leaving_leaves_a_fixed_set_of_files() {
    let directory = Directory::new();
    drop(announced(directory.place()));
    let mut before = directory.names();
    for _ in 0..20 {
        drop(announced(directory.place()));
    }
    let mut after = directory.names();
    before.sort();
    after.sort();
    assert_eq!(before, after);
    assert_eq!(after, ["bus-v1.lock", REGION_NAME, "slot-000.lock"]);
}
