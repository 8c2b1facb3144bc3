//! Two copies of the library in one process, as the CLAP and the VST3 of a plugin in one host.
#![allow(unsafe_code, reason = "libraries are opened and entered through C functions")]

use std::ffi::{CString, c_char};
use std::fs;
use std::path::{Path, PathBuf};

use libloading::{Library, Symbol};
use session::uuid::Uuid;

use crate::actors::{Process, say};
use crate::place::directory::Directory;
use crate::place::{figures, until};

/// A loaded copy with one member.
struct Copy {
    library: Library,
    instance: *mut (),
}

impl Copy {
    fn load(path: &Path, directory: &str, is_master: bool, session: u64) -> Self {
        let directory = CString::new(directory).unwrap();
        // SAFETY: the library is `examples/second_library.rs`, whose functions have these types.
        unsafe {
            let library = Library::new(path).unwrap();
            let join: Symbol<unsafe extern "C" fn(*const c_char, bool, u64) -> *mut ()> =
                library.get(b"join\0").unwrap();
            let instance = join(directory.as_ptr(), is_master, session);
            Self { library, instance }
        }
    }

    /// Publishes; how many playing stems it sees.
    fn play(&self) -> i32 {
        // SAFETY: as above, and the instance has not left.
        unsafe { self.library.get::<unsafe extern "C" fn(*mut ()) -> i32>(b"play\0").unwrap()(self.instance) }
    }
}

impl Drop for Copy {
    /// Leaves; the library goes a moment later, when its helper has only just ended.
    fn drop(&mut self) {
        // SAFETY: as above; the instance is not used again.
        unsafe { self.library.get::<unsafe extern "C" fn(*mut ())>(b"leave\0").unwrap()(self.instance) };
    }
}

fn is_mapped(path: &Path) -> bool {
    fs::read_to_string("/proc/self/maps").unwrap().contains(path.to_str().unwrap())
}

fn helpers() -> usize {
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    threads
        .filter(|thread| fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name.starts_with("stemma")))
        .count()
}

/// Plays the role of the host: loads both, lets them meet, unloads one, then the other, again and again.
pub fn load_twice(session: Uuid) {
    let directory = std::env::var("STEMMA_SESSION_DIR").unwrap();
    let folder = PathBuf::from(std::env::var_os(LIBRARIES).unwrap());
    let rounds: u64 = std::env::var(ROUNDS).unwrap().parse().unwrap();
    let [paths @ .., third] = NAMES.map(|name| folder.join(name));
    for round in 0..rounds {
        let (directory, session) = (directory.clone(), session.0[0].wrapping_add(round));
        let [master_path, stem_path] = paths.clone();
        // A thread each time: what a library leaves in a thread keeps it loaded until the thread ends.
        let host = move || {
            let master = Copy::load(&master_path, &directory, true, session);
            let stem = Copy::load(&stem_path, &directory, false, session);
            until("the copies see each other", || {
                let seen = [master.play(), stem.play()];
                seen == [1, 1]
            });
            assert_eq!(helpers(), 2, "each copy has a helper of its own");
            // Alternately, so that neither depends on the other.
            let (first, second, left) = if round % 2 == 0 { (stem, master, 0) } else { (master, stem, 1) };
            drop(first);
            assert_eq!(second.play(), left, "the one that is left does not notice");
            assert_eq!(helpers(), 1);
        };
        std::thread::spawn(host).join().unwrap();
        assert_eq!(helpers(), 0);
        // What a library has left in a thread goes with the thread, but the loader looks only when one is closed.
        // SAFETY: the library is as above; nothing runs when it is loaded or closed.
        drop(unsafe { Library::new(&third) });
        assert!(!paths.iter().any(|path| is_mapped(path)), "a library is still there");
    }
    say(&format!("rounds {rounds}"));
}

const LIBRARIES: &str = "STEMMA_TEST_LIBRARIES";
const ROUNDS: &str = "STEMMA_TEST_ROUNDS";
const NAMES: [&str; 3] = ["one", "two", "three"];

/// The library that `cargo test -p session` builds from `examples/second_library.rs`.
fn library() -> PathBuf {
    let beside = std::env::current_exe().unwrap();
    let path = beside.ancestors().nth(2).unwrap().join("examples/libsecond_library.so");
    assert!(path.exists(), "{} is missing: run `cargo build -p session --examples`", path.display());
    path
}

#[test]
fn two_copies_in_one_process_see_each_other_and_unload_one_by_one() {
    let directory = Directory::new();
    let folder = std::env::temp_dir().join(format!("stemma-libraries-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in NAMES {
        fs::copy(library(), folder.join(name)).unwrap();
    }
    let rounds = if std::env::var_os("STEMMA_SOAK_SECONDS").is_some() { "200" } else { "10" };
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(crate::actors::ACT).env("STEMMA_SESSION_DIR", &directory.0);
    command.env(LIBRARIES, &folder).env(ROUNDS, rounds);
    let mut host = Process::run(command, "two libraries", Uuid::random());
    let status = host.finish();
    fs::remove_dir_all(&folder).unwrap();
    assert!(status.success(), "the host of both: {status}");
    figures(&format!("{} loads and unloads of two copies", host.expect("rounds")));
}
