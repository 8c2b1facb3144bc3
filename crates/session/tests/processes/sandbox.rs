//! Processes with another view of the system: confined, misled about their runtime directory, or somebody else's.
//!
//! Namespaces and a second user need rights that not every machine gives; without them a test says so and ends.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use session::identity::{Identity, Info, Kind};
use session::layout::REGION_NAME;
use session::member::{Activity, Link, Member};
use session::uuid::Uuid;

use crate::actors::{ACT, IsOver, Process, master, say, stems};
use crate::place::directory::Directory;
use crate::place::{skipped, until};

/// A user that is not this one, and owns nothing.
const STRANGER: u32 = 61_234;

/// Joins where plugins join, and says which memory that is, or why there is none.
pub fn seek(is_over: IsOver) {
    let member = Member::join(Kind::Stem, Identity::new(), Info::default());
    until("the stem is announced", || member.link() != Link::Opening);
    let found = member.local_only().unwrap_or_else(|| {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let region = maps.lines().find(|line| line.ends_with(REGION_NAME)).unwrap();
        region[region.find('/').unwrap()..].to_owned()
    });
    say(&format!("found {found}"));
    until("it is enough", is_over);
}

/// A folder outside of /dev/shm and /run, where a test may mount things; it goes with this.
struct Folder(PathBuf);

impl Folder {
    fn new(purpose: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stemma-{purpose}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A command that plays a role in namespaces of its own, after `setup` has been done there as their root; `None` where
/// the system allows no namespaces or not what `setup` does.
fn confined(namespaces: &[&str], setup: &str) -> Option<Command> {
    let wrap = |as_root: bool, then: &str| {
        let mut command = Command::new("unshare");
        command.args(as_root.then_some("--map-root-user")).args(namespaces);
        command.args(["sh", "-c"]).arg(format!("{{ {setup}; }} && {then}"));
        command
    };
    let works = |as_root: &bool| {
        let quiet = wrap(*as_root, "true").stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    let Some(as_root) = [true, false].into_iter().find(works) else {
        skipped("this system lets tests have no namespaces of their own (unshare)");
        return None;
    };
    let mut command = wrap(as_root, "exec \"$0\" \"$@\"");
    command.arg(std::env::current_exe().unwrap()).args(ACT);
    command.env_remove("STEMMA_SESSION_DIR").env_remove("XDG_RUNTIME_DIR");
    Some(command)
}

/// What a process finds that is started by this command.
fn found(command: Command) -> String {
    Process::run(command, "seeker", Uuid::random()).expect("found")
}

/// A runtime directory where systemd would put it, in a namespace.
const RUN_USER: &str = "mount -t tmpfs tmpfs /run && mkdir /run/user && mkdir -m 700 /run/user/$(id -u)";

fn is_in_run_user(found: &str) -> bool {
    found.starts_with("/run/user/") && found.ends_with(&format!("/stemma/{REGION_NAME}"))
}

#[test]
fn memory_that_is_full_is_a_reason_and_no_crash() {
    let folder = Folder::new("full");
    let setup = format!("mount -t tmpfs -o size=64k,mode=700 tmpfs {}", folder.path());
    let Some(mut command) = confined(&["--mount"], &setup) else { return };
    command.env("STEMMA_SESSION_DIR", &folder.0);
    let reason = found(command);
    assert!(reason.contains("no room for the shared memory"), "{reason}");
}

#[test]
fn a_host_that_empties_the_environment_does_not_part_its_plugins() {
    let Some(command) = confined(&["--mount"], RUN_USER) else { return };
    let found = found(command);
    assert!(is_in_run_user(&found), "{found}");
}

#[test]
fn the_runtime_directory_of_another_user_is_passed_over() {
    let theirs = Directory::new();
    if chown(&theirs, Some(STRANGER), None).is_err() {
        return skipped("only root can give a directory to another user");
    }
    let folder = Folder::new("theirs");
    // Out of /dev/shm, which need not be the same in there.
    let setup = format!("mount --bind {} {} && {RUN_USER}", theirs.0.display(), folder.path());
    let Some(mut command) = confined(&["--mount"], &setup) else { return };
    command.env("XDG_RUNTIME_DIR", &folder.0);
    let found = found(command);
    assert!(is_in_run_user(&found), "{found}");
    assert_eq!(fs::read_dir(&theirs).unwrap().count(), 0, "nothing was made in there");
}

#[test]
fn a_runtime_directory_that_is_named_but_not_there_is_made() {
    let directory = Directory::new();
    let named = directory.0.join("snap.stemma");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(ACT).env_remove("STEMMA_SESSION_DIR").env("XDG_RUNTIME_DIR", &named);
    assert_eq!(Path::new(&found(command)), named.join("stemma").join(REGION_NAME));
    assert_eq!(fs::metadata(&named).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn no_directory_at_all_is_a_reason_and_no_crash() {
    let nothing = "mount -t tmpfs -o ro tmpfs /run && mount -t tmpfs -o ro tmpfs /dev/shm";
    let Some(command) = confined(&["--mount"], nothing) else { return };
    let reason = found(command);
    assert!(reason.contains("no private directory"), "{reason}");
}

#[test]
fn a_sandbox_with_processes_and_shared_memory_of_its_own_is_no_wall() {
    let directory = Directory::new();
    let folder = Folder::new("sandbox");
    let (master, session) = master(&directory);
    // As Flatpak has it: only the runtime directory is the same inside and outside.
    let setup = format!(
        "mount --bind {} {} && mount -t tmpfs tmpfs /dev/shm && {{ mount -t proc proc /proc || true; }}",
        directory.0.display(),
        folder.path()
    );
    let namespaces = ["--mount", "--ipc", "--pid", "--fork", "--kill-child"];
    let Some(mut command) = confined(&namespaces, &setup) else { return };
    command.env("XDG_RUNTIME_DIR", &folder.0);
    let mut stem = Process::run(command, "confined stem", session);
    until("the stem plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    let id = stems(&master)[0].id;
    // Its process number means something else out here: only the lock tells the living from the dead.
    stem.kill();
    until("the killed stem is gone", || stems(&master).is_empty());
    let instance = Uuid::random();
    let _heir = Process::start_stem(&directory, session, instance);
    until("its slot is used again", || {
        stems(&master).iter().any(|view| view.instance == instance && view.id.slot == id.slot)
    });
}

#[test]
fn another_user_is_kept_out() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let folder = Folder::new("stranger");
    // The stranger may not look into the folder this binary was built in.
    let program = folder.0.join("seeker");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    for path in [&folder.0, &program] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let open = Directory::new();
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    for (place, says) in [(&directory, "Permission denied"), (&open, "belongs to another user")] {
        let mut command = Command::new(&program);
        command.args(ACT).env("STEMMA_SESSION_DIR", &place.0).current_dir("/").uid(STRANGER).gid(STRANGER);
        if command.args(["--list"]).stdout(Stdio::null()).status().is_err() {
            return skipped("only root can start a program as another user");
        }
        let mut command = Command::new(&program);
        command.args(ACT).env("STEMMA_SESSION_DIR", &place.0).current_dir("/").uid(STRANGER).gid(STRANGER);
        let reason = Process::run(command, "seeker", session).expect("found");
        assert!(reason.contains(says), "{reason}");
    }
    assert!(stems(&master).is_empty());
}
