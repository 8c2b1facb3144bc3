//! Linux and macOS: a directory that only this user can enter, and files in it that only this user can open.
//!
//! Nothing is believed that the user did not make: directory and files must be owned by the user, closed to everyone
//! else, and real (no symbolic links).

use std::fs::{File, TryLockError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
#[cfg(target_os = "linux")]
use rustix::fs::{Timespec, Timestamps, UTIME_NOW};
use rustix::io::Errno;

use crate::store::{DIRECTORY_NAME, Refusal};

/// Owner only; the sticky bit tells cleaners of old files (XDG base directory specification) to leave it alone.
pub(super) const FILE_MODE: Mode = Mode::from_raw_mode(0o1600);
/// No symbolic links, not inherited by programs the host starts, and no waiting on a fifo.
const FILE_FLAGS: OFlags =
    OFlags::RDWR.union(OFlags::CREATE).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// Held by who makes, repairs or removes the region.
const INIT_LOCK_NAME: &str = "init.lock";
/// Cleaners wait for six hours at least (XDG base directory specification), that of macOS for three days.
const YOUNG: Duration = Duration::from_secs(3600);

/// A private directory, open: its files are found in it even if its path leads elsewhere by now.
pub(crate) struct Directory {
    directory: OwnedFd,
    path: PathBuf,
}

impl Directory {
    /// The first candidate that passes, with our directory in it. A candidate says whether to make it; `check` is
    /// asked about both. `[setup]`
    pub(super) fn find(
        candidates: impl IntoIterator<Item = (PathBuf, bool)>,
        check: impl Fn(&OwnedFd) -> Result<(), String>,
    ) -> Result<Self, Refusal> {
        let mut reasons = Vec::new();
        for (path, make) in candidates {
            let open = |parent: &dyn AsFd, path: &Path, make| {
                private_directory(parent.as_fd(), path, make).and_then(|found| check(&found).map(|()| found))
            };
            match open(&CWD, &path, make).and_then(|parent| open(&parent, Path::new(DIRECTORY_NAME), true)) {
                Ok(directory) => return Ok(Self { directory, path: path.join(DIRECTORY_NAME) }),
                Err(reason) => reasons.push(format!("{} {reason}", path.display())),
            }
        }
        Err(Refusal::NoDirectory(reasons.join("; ")))
    }

    /// Opens a file, made if need be, whatever it is. `[main]`
    pub(super) fn open_any(&self, name: &str) -> Result<OwnedFd, Errno> {
        rustix::fs::openat(&self.directory, name, FILE_FLAGS, FILE_MODE)
    }

    /// Opens a file, made if need be; refuses what others could open. `[main]`
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let file = self.open_any(name)?;
        let stat = rustix::fs::fstat(&file)?;
        if is_private_file(&stat) { Ok(File::from(file)) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Whether `file` is what a newcomer would open by its name in this directory. If so it is kept young: cleaners
    /// delete what has not been used for long. `[main]`
    pub(crate) fn is_file(&self, file: &File, name: &str) -> bool {
        let modified = file.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > YOUNG)) {
            // What the system refuses here costs one file, which is made again.
            let _ = file.set_modified(SystemTime::now());
        }
        rustix::fs::fstat(file).is_ok_and(|held| self.stat(name).is_ok_and(|found| inode(&found) == inode(&held)))
    }

    /// Whether something has this name. `[main]`
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.stat(name).is_ok()
    }

    /// Makes a file young. `[main]`
    #[cfg(target_os = "linux")]
    pub(super) fn touch(&self, name: &str) {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        // A cleaner that gets through all the same is noticed by the comparison of files.
        let _ = rustix::fs::utimensat(&self.directory, name, &times, AtFlags::SYMLINK_NOFOLLOW);
    }

    /// What lies under a name, a symbolic link itself. `[main]`
    pub(super) fn stat(&self, name: &str) -> Result<Stat, Errno> {
        rustix::fs::statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Whether the path, walked again from the root, still leads here. `[main]`
    pub(super) fn is_current(&self) -> bool {
        let found = rustix::fs::statat(CWD, &self.path, AtFlags::SYMLINK_NOFOLLOW);
        found.is_ok_and(|found| self.inode().is_ok_and(|inode_here| inode(&found) == inode_here))
    }

    /// Device and number of the directory: the same however the path was spelled. `[setup]`
    pub(super) fn inode(&self) -> Result<(u64, u64), Errno> {
        rustix::fs::fstat(&self.directory).map(|stat| inode(&stat))
    }

    /// Waits until nobody else makes, repairs or removes the region; they wait while the file is open. `[setup]`
    pub(super) fn lock_region(&self) -> Result<File, Refusal> {
        const PATIENCE_TRIES: u32 = 50;
        let lock = self
            .open_file(INIT_LOCK_NAME)
            .map_err(|error| Refusal::new("cannot open the lock of the shared memory", error))?;
        let mut tries = 0;
        while let Err(error) = lock.try_lock() {
            tries += 1;
            if tries == PATIENCE_TRIES || !matches!(error, TryLockError::WouldBlock) {
                return Err(Refusal::new("the lock of the shared memory is held", error));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(lock)
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Opens a directory that only this user can enter; says what is wrong with it otherwise.
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
    Ok(directory)
}

/// A plain file of this user that nobody else can open or has another name for.
pub(super) fn is_private_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_uid == rustix::process::geteuid().as_raw()
        && stat.st_mode & 0o777 == 0o600
        && stat.st_nlink == 1
}

/// Device and number of a file.
// Types differ between the systems.
#[allow(clippy::unnecessary_cast)]
pub(super) fn inode(stat: &Stat) -> (u64, u64) {
    (stat.st_dev as u64, stat.st_ino as u64)
}
