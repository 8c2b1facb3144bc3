//! Linux: a file in the user's runtime directory, which is in memory (tmpfs), private, and gone after logout.
//!
//! Nothing is believed that the user did not make: directory and file must be owned by the user, closed to everyone
//! else, real (no symbolic links) and on tmpfs. The first directory that passes is taken: `$XDG_RUNTIME_DIR`, then
//! `/run/user/<uid>` for hosts that empty the environment of their plugin processes, then `/dev/shm/stemma-<uid>`.

use std::env;
use std::fs::{File, TryLockError};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{AtFlags, CWD, FallocateFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_NOW};
use rustix::io::Errno;

use crate::layout::{REGION_BYTES, REGION_NAME};
use crate::store::Refusal;

/// Magic number of tmpfs in `statfs` (linux/magic.h).
const TMPFS_MAGIC: u64 = 0x0102_1994;
/// Our directory in the runtime directory.
const DIRECTORY_NAME: &str = "stemma";
/// What a damaged region file becomes; one is kept, for the curious.
const BAD_NAME: &str = "bad-bus-v1.shm";
/// Held while a damaged file is set aside.
const INIT_LOCK_NAME: &str = "init.lock";
/// Owner only; the sticky bit tells cleaners of old files (XDG base directory specification) to leave it alone.
const FILE_MODE: Mode = Mode::from_raw_mode(0o1600);
/// No symbolic links, not inherited by programs the host starts, and no waiting on a fifo.
const FILE_FLAGS: OFlags =
    OFlags::RDWR.union(OFlags::CREATE).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// The open directory of a region, and which file in it is mapped.
pub(crate) struct Files {
    directory: OwnedFd,
    region_path: PathBuf,
    /// Device and inode of the mapped file.
    region: (u64, u64),
}

impl Files {
    /// Opens the lock file of a slot. `[main]`
    pub(crate) fn lock_file(&self, index: usize) -> io::Result<File> {
        open_lock(&self.directory, &lock_name(index))
    }

    /// Opens another file beside the region, made if need be. `[main]`
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        open_lock(&self.directory, name)
    }

    /// Whether such a file is there. `[main]`
    pub(crate) fn has_file(&self, name: &str) -> bool {
        rustix::fs::statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Shows cleaners of old files that the region is in use. `[main]`
    pub(crate) fn touch_region(&self) {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        // A cleaner that gets through all the same is noticed by the comparison of files.
        let _ = rustix::fs::utimensat(&self.directory, REGION_NAME, &times, AtFlags::SYMLINK_NOFOLLOW);
    }

    /// Whether `lock` is still the lock file of its slot: a cleaner may have deleted it. `[main]`
    pub(crate) fn is_lock_file(&self, lock: &File, index: usize) -> bool {
        let in_directory = rustix::fs::statat(&self.directory, lock_name(index), AtFlags::SYMLINK_NOFOLLOW);
        rustix::fs::fstat(lock).is_ok_and(|held| in_directory.is_ok_and(|found| inode(&found) == inode(&held)))
    }

    /// Whether a newcomer would find the same region; the path is walked again from the root. `[main]`
    pub(crate) fn is_current(&self) -> bool {
        rustix::fs::statat(CWD, &self.region_path, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|found| inode(&found) == self.region)
    }

    /// Takes a damaged region out of the way. `[setup]`
    pub(crate) fn set_aside(&self) -> Result<(), Refusal> {
        set_aside(&self.directory, self.region)
    }
}

/// Maps the region of `directory`, or of the first good runtime directory. `[setup]`
pub(crate) fn open(directory: Option<&Path>) -> Result<(MmapRaw, Files), Refusal> {
    let (path, directory) = find_directory(directory)?;
    let file = open_region(&directory)?;
    let stat = rustix::fs::fstat(&file).map_err(|error| failure("cannot look at the shared memory file", error))?;
    let mapping = MmapOptions::new().len(REGION_BYTES).populate().map_raw(&file);
    let mapping = mapping.map_err(|error| Refusal::File { what: "cannot map the shared memory", error })?;
    Ok((mapping, Files { directory, region_path: path.join(REGION_NAME), region: inode(&stat) }))
}

/// The runtime directories to try, best first, and whether to make them.
fn candidates(directory: Option<&Path>) -> Vec<(PathBuf, bool)> {
    let from_environment = |name: &str| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = directory.map(Path::to_path_buf).or_else(|| from_environment("STEMMA_SESSION_DIR")) {
        return vec![(path, true)];
    }
    let user = rustix::process::geteuid().as_raw();
    // Snap names a runtime directory that does not exist yet; it is ours to make.
    let named = from_environment("XDG_RUNTIME_DIR").map(|path| (path, true));
    let known = [(format!("/run/user/{user}").into(), false), (format!("/dev/shm/stemma-{user}").into(), true)];
    named.into_iter().chain(known).collect()
}

/// The first candidate that passes, with our directory in it.
fn find_directory(directory: Option<&Path>) -> Result<(PathBuf, OwnedFd), Refusal> {
    let mut reasons = Vec::new();
    for (path, make) in candidates(directory) {
        if !path.is_absolute() {
            reasons.push(format!("{} is not an absolute path", path.display()));
            continue;
        }
        let runtime = private_directory(CWD, &path, make);
        match runtime.and_then(|runtime| private_directory(runtime.as_fd(), Path::new(DIRECTORY_NAME), true)) {
            Ok(ours) => return Ok((path.join(DIRECTORY_NAME), ours)),
            Err(reason) => reasons.push(format!("{} {reason}", path.display())),
        }
    }
    Err(Refusal::NoDirectory(reasons.join("; ")))
}

/// Opens a directory that only this user can enter, in memory; says what is wrong with it otherwise.
fn private_directory(parent: impl AsFd, path: &Path, make: bool) -> Result<OwnedFd, String> {
    if make {
        // It may exist already, or not be ours to make: opening it tells.
        let _ = rustix::fs::mkdirat(&parent, path, Mode::RWXU);
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = rustix::fs::openat(&parent, path, flags, Mode::empty())
        .map_err(|error| format!("cannot be opened ({})", io::Error::from(error)))?;
    let stat = rustix::fs::fstat(&directory).map_err(|error| io::Error::from(error).to_string())?;
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err("belongs to another user".into());
    }
    if stat.st_mode & 0o077 != 0 {
        return Err("is open to other users".into());
    }
    let filesystem = rustix::fs::fstatfs(&directory).map_err(|error| io::Error::from(error).to_string())?;
    if filesystem.f_type as u64 != TMPFS_MAGIC {
        return Err("is not in memory (tmpfs)".into());
    }
    Ok(directory)
}

/// Opens the region's file, made and filled with zeros if need be; sets aside what cannot be one.
fn open_region(directory: &OwnedFd) -> Result<OwnedFd, Refusal> {
    const TRIES: u32 = 4;
    for _ in 0..TRIES {
        match rustix::fs::openat(directory, REGION_NAME, FILE_FLAGS, FILE_MODE) {
            Ok(file) => {
                let look =
                    || rustix::fs::fstat(&file).map_err(|error| failure("cannot look at the shared memory", error));
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
                        .map_err(|error| failure("no room for the shared memory", error))?;
                }
                return Ok(file);
            }
            // A symbolic link, a socket, or a file with no rights for us: the link goes, not what it points to.
            Err(Errno::LOOP | Errno::ACCESS | Errno::NXIO) => {
                let stat = rustix::fs::statat(directory, REGION_NAME, AtFlags::SYMLINK_NOFOLLOW)
                    .map_err(|error| failure("cannot look at the shared memory file", error))?;
                set_aside(directory, inode(&stat))?;
            }
            Err(error) => return Err(failure("cannot open the shared memory file", error)),
        }
    }
    Err(Refusal::Damaged)
}

/// A plain file of this user that nobody else can open or has another name for.
fn is_private_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_uid == rustix::process::geteuid().as_raw()
        && stat.st_mode & 0o777 == 0o600
        && stat.st_nlink == 1
}

/// Renames the region's file if it still is `damaged`: somebody else may have done so, and made a good one.
fn set_aside(directory: &OwnedFd, damaged: (u64, u64)) -> Result<(), Refusal> {
    const PATIENCE_TRIES: u32 = 50;
    let lock = open_lock(directory, INIT_LOCK_NAME)
        .map_err(|error| Refusal::File { what: "cannot open the lock for repairs", error })?;
    let mut tries = 0;
    while let Err(error) = lock.try_lock() {
        tries += 1;
        if tries == PATIENCE_TRIES || !matches!(error, TryLockError::WouldBlock) {
            return Err(Refusal::File { what: "the lock for repairs is held", error: error.into() });
        }
        thread::sleep(Duration::from_millis(10));
    }
    match rustix::fs::statat(directory, REGION_NAME, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) if inode(&found) == damaged => rustix::fs::renameat(directory, REGION_NAME, directory, BAD_NAME)
            .map_err(|error| failure("cannot set a damaged file aside", error)),
        _ => Ok(()),
    }
}

fn open_lock(directory: &OwnedFd, name: &str) -> io::Result<File> {
    let file = rustix::fs::openat(directory, name, FILE_FLAGS, FILE_MODE)?;
    let stat = rustix::fs::fstat(&file)?;
    if is_private_file(&stat) { Ok(File::from(file)) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn lock_name(index: usize) -> String {
    format!("slot-{index:03}.lock")
}

fn inode(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

fn failure(what: &'static str, error: Errno) -> Refusal {
    Refusal::File { what, error: error.into() }
}
