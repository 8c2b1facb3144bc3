//! What lies where the shared memory should be, and what must not be trusted.
//!
//! Nothing here starts another program: a child holds copies of our lock files until it runs its own code, and so keeps
//! a slot from being free for a moment.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod place;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

use place::directory::Directory;
use place::{skipped, until};
use rustix::fs::{CWD, FileType, Mode};
use session::identity::{Identity, Info, Kind};
use session::layout::{REGION_BYTES, REGION_NAME};
use session::member::{Link, Member, Place};

/// A user that is not this one, and owns nothing.
const STRANGER: u32 = 61_234;

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
fn a_file_anybody_may_write_is_set_aside() {
    let (_, names) = join_over(|path| {
        fs::write(path, vec![0; REGION_BYTES]).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o666)).unwrap();
    });
    assert!(has_bad(&names));
}

#[test]
fn a_file_of_another_user_is_set_aside() {
    let target = Directory::new();
    if chown(&target, Some(STRANGER), None).is_err() {
        return skipped("only root can give a file to another user");
    }
    let (_, names) = join_over(|path| {
        fs::write(path, vec![0; REGION_BYTES]).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
        chown(path, Some(STRANGER), None).unwrap();
    });
    assert!(has_bad(&names));
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let directory = Directory::new();
    if chown(&directory, Some(STRANGER), None).is_err() {
        return skipped("only root can give a directory to another user");
    }
    let reason = announced(directory.place()).local_only().unwrap();
    assert!(reason.contains("belongs to another user"), "{reason}");
}

#[test]
fn a_lock_file_that_is_none_costs_only_its_slot() {
    type Make = fn(lock: &Path, precious: &Path);
    let makers: [(&str, Make); 4] = [
        ("a link", |lock, precious| symlink(precious, lock).unwrap()),
        ("a second name", |lock, precious| fs::hard_link(precious, lock).unwrap()),
        ("a directory", |lock, _| fs::create_dir(lock).unwrap()),
        ("open to others", |lock, _| {
            fs::write(lock, "").unwrap();
            fs::set_permissions(lock, Permissions::from_mode(0o666)).unwrap();
        }),
    ];
    for (what, make) in makers {
        let (directory, target) = (Directory::new(), Directory::new());
        let precious = target.0.join("precious");
        fs::write(&precious, "do not touch").unwrap();
        fs::create_dir(directory.0.join("stemma")).unwrap();
        fs::set_permissions(directory.0.join("stemma"), Permissions::from_mode(0o700)).unwrap();
        make(&directory.file("slot-000.lock"), &precious);
        let member = announced(directory.place());
        assert_eq!((member.local_only(), member.link() == Link::Full), (None, false), "{what}");
        assert!(File::open(directory.file("slot-001.lock")).unwrap().try_lock().is_err(), "{what}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "do not touch", "{what}");
    }
}

#[test]
fn a_fifo_is_set_aside_and_stops_nobody() {
    let (_, names) = join_over(|path| {
        rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
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
    const TMPFS_MAGIC: i64 = 0x0102_1994;
    if rustix::fs::statfs(&path).unwrap().f_type as i64 == TMPFS_MAGIC {
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
    until("the file is there again", || lock.exists());
    // Looking at a lock takes it for a moment. Should the master have been disturbed by that, it takes another slot.
    until("a lock is held again", || {
        let mut locks = directory.names().into_iter().filter(|name| name.ends_with(".lock"));
        locks.any(|name| File::open(directory.file(&name)).unwrap().try_lock_shared().is_err())
    });
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
