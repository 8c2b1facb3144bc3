//! macOS: no shared memory in this version. Instances of one library in one process meet on the heap; Stem Trim and
//! Master Bus, being two libraries, do not see each other.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::MmapRaw;

use crate::store::Refusal;

/// The files beside a region: there are none, so this cannot be made.
pub(crate) enum Files {}

impl Files {
    /// Opens the lock file of a slot. `[main]`
    pub(crate) fn lock_file(&self, _index: usize) -> io::Result<File> {
        match *self {}
    }

    /// Opens another file beside the region, made if need be. `[main]`
    pub(crate) fn open_file(&self, _name: &str) -> io::Result<File> {
        match *self {}
    }

    /// Whether such a file is there. `[main]`
    pub(crate) fn has_file(&self, _name: &str) -> bool {
        match *self {}
    }

    /// Shows cleaners of old files that the region is in use. `[main]`
    pub(crate) fn touch_region(&self) {
        match *self {}
    }

    /// Whether `lock` is still the lock file of its slot. `[main]`
    pub(crate) fn is_lock_file(&self, _lock: &File, _index: usize) -> bool {
        match *self {}
    }

    /// Whether a newcomer would find the same region. `[main]`
    pub(crate) fn is_current(&self) -> bool {
        match *self {}
    }

    /// Takes a damaged region out of the way. `[setup]`
    pub(crate) fn set_aside(&self) -> Result<(), Refusal> {
        match *self {}
    }
}

/// Refuses. `[setup]`
pub(crate) fn open(_directory: Option<&Path>) -> Result<(MmapRaw, Files), Refusal> {
    Err(Refusal::System("macOS"))
}
