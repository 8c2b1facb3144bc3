//! Versions: other major versions do not share memory with this one, but each says that it is there.
//!
//! Whoever has opened the region of a major version keeps a shared lock on the file `bus-v<major>.lock` beside it. A lock
//! that cannot be had alone is somebody's. Every version to come keeps to this.

use std::fs::{File, TryLockError};
use std::time::SystemTime;

use crate::layout::LAYOUT_MAJOR;
use crate::region::Region;

/// Majors looked for: the file names are known, so that no directory has to be listed.
const LAST_MAJOR: u64 = 9;

fn name(major: u64) -> String {
    format!("bus-v{major}.lock")
}

/// Says that this version is here, as long as the file is kept. `[main]`
pub(crate) fn announce(region: &Region) -> Option<File> {
    let file = region.files()?.open_file(&name(LAYOUT_MAJOR)).ok()?;
    file.try_lock_shared().is_ok().then_some(file)
}

/// Shows cleaners of old files that the file is in use. `[main]`
pub(crate) fn touch(presence: Option<&File>) {
    if let Some(file) = presence {
        // Without it the others are not told of us, and all the rest works.
        let _ = file.set_modified(SystemTime::now());
    }
}

/// The other major versions that are here now. `[main]`
pub(crate) fn others(region: &Region) -> Vec<u64> {
    let Some(files) = region.files() else { return Vec::new() };
    let is_here = |major: &u64| {
        // Looked for first, so that files of versions that never were here are not made.
        let file = files.has_file(&name(*major)).then(|| files.open_file(&name(*major)));
        file.and_then(Result::ok).is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    };
    (1..=LAST_MAJOR).filter(|major| *major != LAYOUT_MAJOR).filter(is_here).collect()
}
