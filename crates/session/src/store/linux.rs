//! Linux: a file in the user's runtime directory, which is in memory (tmpfs), private, and gone after logout.
//!
//! The first directory that passes the checks is taken: `$XDG_RUNTIME_DIR`, then `/run/user/<uid>` for hosts that empty
//! the environment of their plugin processes, then `/dev/shm/stemma-<uid>`.

use std::env;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use memmap2::MmapOptions;
pub(crate) use memmap2::MmapRaw as Mapping;
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::layout::{REGION_BYTES, REGION_NAME};
use crate::store::Refusal;
pub(crate) use crate::store::unix_directory::Directory;
use crate::store::unix_directory::{FILE_MODE, inode, is_private_file};

/// Magic number of tmpfs in `statfs` (linux/magic.h).
const TMPFS_MAGIC: u64 = 0x0102_1994;
/// What a damaged region file becomes; one is kept, for the curious.
const BAD_NAME: &str = "bad-bus-v1.shm";

/// Which file is mapped.
pub(crate) struct Object {
    /// Device and number.
    region: (u64, u64),
}

impl Object {
    /// Whether a newcomer would map the same file. `[main]`
    pub(crate) fn is_current(&self, directory: &Directory) -> bool {
        directory.is_current() && directory.stat(REGION_NAME).is_ok_and(|found| inode(&found) == self.region)
    }

    /// Renames the damaged file. `[setup]`
    pub(crate) fn set_aside(&self, directory: &Directory) -> Result<(), Refusal> {
        set_aside(directory, self.region)
    }
}

/// The named directory, or the user's runtime directory. `[setup]`
pub(crate) fn find_directory(named: Option<PathBuf>) -> Result<Directory, Refusal> {
    let candidates = named.map_or_else(runtime_directories, |path| vec![(path, true)]);
    Directory::find(candidates, |directory| {
        let filesystem = rustix::fs::fstatfs(directory).map_err(|error| io::Error::from(error).to_string())?;
        if filesystem.f_type as u64 == TMPFS_MAGIC { Ok(()) } else { Err("is not in memory (tmpfs)".into()) }
    })
}

/// The runtime directories to try, best first, and whether to make them.
fn runtime_directories() -> Vec<(PathBuf, bool)> {
    let user = rustix::process::geteuid().as_raw();
    let named = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    // Snap names a runtime directory that does not exist yet; it is ours to make.
    let named = named.map(|path| (path, true));
    let known = [(format!("/run/user/{user}").into(), false), (format!("/dev/shm/stemma-{user}").into(), true)];
    named.into_iter().chain(known).collect()
}

/// Maps the file in the directory, made if need be. `[setup]`
pub(crate) fn open(directory: &Directory, _is_named: bool) -> Result<(Mapping, Object), Refusal> {
    let file = open_region(directory)?;
    let stat =
        rustix::fs::fstat(&file).map_err(|error| Refusal::new("cannot look at the shared memory file", error))?;
    let mapping = MmapOptions::new().len(REGION_BYTES).populate().map_raw(&file);
    let mapping = mapping.map_err(|error| Refusal::new("cannot map the shared memory", error))?;
    Ok((mapping, Object { region: inode(&stat) }))
}

/// Opens the region's file, made and filled with zeros if need be; sets aside what cannot be one.
fn open_region(directory: &Directory) -> Result<OwnedFd, Refusal> {
    const TRIES: u32 = 4;
    for _ in 0..TRIES {
        match directory.open_any(REGION_NAME) {
            Ok(file) => {
                let look = || {
                    rustix::fs::fstat(&file).map_err(|error| Refusal::new("cannot look at the shared memory", error))
                };
                let is_new = look()?.st_size == 0;
                if is_new {
                    // The host's umask may have taken rights away that we need.
                    let _ = rustix::fs::fchmod(&file, FILE_MODE);
                }
                let stat = look()?;
                if !is_private_file(&stat) || (!is_new && stat.st_size as u64 != REGION_BYTES as u64) {
                    set_aside(directory, inode(&stat))?;
                    continue;
                }
                if is_new {
                    // Not `ftruncate`: memory that is full must say so now, not kill the host at the first store. Any
                    // number of openers may do this at once; none of them can shrink the file or change its contents.
                    rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, REGION_BYTES as u64)
                        .map_err(|error| Refusal::new("no room for the shared memory", error))?;
                }
                return Ok(file);
            }
            // A symbolic link, a socket, or a file with no rights for us: the link goes, not what it points to.
            Err(Errno::LOOP | Errno::ACCESS | Errno::NXIO) => {
                let stat = directory
                    .stat(REGION_NAME)
                    .map_err(|error| Refusal::new("cannot look at the shared memory file", error))?;
                set_aside(directory, inode(&stat))?;
            }
            Err(error) => return Err(Refusal::new("cannot open the shared memory file", error)),
        }
    }
    Err(Refusal::Damaged)
}

/// Renames the region's file if it still is `damaged`: somebody else may have done so, and made a good one.
fn set_aside(directory: &Directory, damaged: (u64, u64)) -> Result<(), Refusal> {
    let _alone = directory.lock_region()?;
    match directory.stat(REGION_NAME) {
        Ok(found) if inode(&found) == damaged => rustix::fs::renameat(directory, REGION_NAME, directory, BAD_NAME)
            .map_err(|error| Refusal::new("cannot set a damaged file aside", error)),
        _ => Ok(()),
    }
}
