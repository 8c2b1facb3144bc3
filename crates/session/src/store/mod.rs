//! Where the shared memory lives: one file per operating system, all with the same duties.
//!
//! | system | memory | lock files |
//! |---|---|---|
//! | Linux | a file in the user's runtime directory (tmpfs) | beside it |
//! | macOS | an object made by `shm_open` | the user's temporary directory |
//! | Windows | a section backed by the page file | the user's local application data |
//!
//! A system's file brings `Directory`, a private directory; `find_directory`, the one where this user's instances meet;
//! `Mapping`, the memory; and `open`, which maps it, with an `Object` that knows it again. Memory is tmpfs or anonymous,
//! never a disk file: writeback would make the audio thread wait for a disk.

use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as system;

// Linux has it, too: there its tests can run.
#[cfg(any(target_os = "macos", all(test, target_os = "linux")))]
mod shm_object;

#[cfg(unix)]
mod unix_directory;

#[cfg(target_os = "windows")]
mod windows;
#[cfg(target_os = "windows")]
mod windows_section;
#[cfg(target_os = "windows")]
use windows as system;

pub(crate) use system::Mapping;

/// Our directory in the user's.
const DIRECTORY_NAME: &str = "stemma";

/// What belongs to a mapped region: its lock files, and how to know it again.
pub(crate) struct Files {
    directory: system::Directory,
    object: system::Object,
}

impl Files {
    /// Opens the lock file of a slot. `[main]`
    pub(crate) fn lock_file(&self, index: usize) -> io::Result<File> {
        self.directory.open_file(&lock_name(index))
    }

    /// Whether `lock` is still the lock file of its slot: a cleaner may have deleted it. `[main]`
    pub(crate) fn is_lock_file(&self, lock: &File, index: usize) -> bool {
        self.directory.is_file(lock, &lock_name(index))
    }

    /// Opens another file beside the lock files, made if need be. `[main]`
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        self.directory.open_file(name)
    }

    /// Whether such a file is there. `[main]`
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.directory.has_file(name)
    }

    /// Shows cleaners of old files that the region is in use, where it is a file. `[main]`
    pub(crate) fn touch_region(&self) {
        #[cfg(target_os = "linux")]
        self.directory.touch(crate::layout::REGION_NAME);
    }

    /// Whether a newcomer would find the same region and the same lock files. `[main]`
    pub(crate) fn is_current(&self) -> bool {
        self.object.is_current(&self.directory)
    }

    /// Takes a damaged region out of the way. `[setup]`
    pub(crate) fn set_aside(&self) -> Result<(), Refusal> {
        self.object.set_aside(&self.directory)
    }
}

/// Maps the region of `directory`, or of the user. `[setup]`
pub(crate) fn open(directory: Option<&Path>) -> Result<(Mapping, Files), Refusal> {
    let from_environment = || env::var_os("STEMMA_SESSION_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
    let named = directory.map(Path::to_path_buf).or_else(from_environment);
    if let Some(path) = named.as_deref().filter(|path| !path.is_absolute()) {
        return Err(Refusal::NoDirectory(format!("{} is not an absolute path", path.display())));
    }
    let is_named = named.is_some();
    let directory = system::find_directory(named)?;
    let (mapping, object) = system::open(&directory, is_named)?;
    Ok((mapping, Files { directory, object }))
}

fn lock_name(index: usize) -> String {
    format!("slot-{index:03}.lock")
}

/// Why there is no shared memory; the text ends up in the window.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No directory passed the checks.
    #[error("no private directory for the session: {0}")]
    NoDirectory(String),
    /// The system did not do what it was asked.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// The system knows, but does not allow it.
    #[error(
        "{what}: {error}. Either the host keeps its plugins in a sandbox, or it runs with other rights \
         (as administrator, for example) than the application that came first"
    )]
    Denied {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// The memory was damaged again as often as it was replaced, or cannot be replaced.
    #[error("the shared memory is damaged and cannot be replaced while other plugins use it")]
    Damaged,
}

impl Refusal {
    /// The refusal for what the system said.
    fn new(what: &'static str, error: impl Into<io::Error>) -> Self {
        let error = error.into();
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { what, error },
            _ => Self::System { what, error },
        }
    }
}
