//! macOS: an object of `shm_open`, which has a name but no file; the lock files are in the user's temporary directory.
//!
//! The object lives until the system restarts. Its size can be set once only, so openers take turns. A host in Apple's
//! App Sandbox refuses the name: its instances meet on the heap.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::MmapOptions;
pub(crate) use memmap2::MmapRaw as Mapping;
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::shm::{self, OFlags};

use crate::hash::hash;
use crate::layout::{HEADER, HEADER_BYTES, LAYOUT_MAJOR, REGION_BYTES, REGION_ID};
use crate::store::Refusal;
pub(crate) use crate::store::unix_directory::Directory;

/// Which object is mapped. It has no number to know it by, so its header is kept in view.
pub(crate) struct Object {
    name: String,
    header: Header,
}

impl Object {
    /// Whether a newcomer would map the same object, and find the same lock files. `[main]`
    pub(crate) fn is_current(&self, directory: &Directory) -> bool {
        directory.is_current()
            && Header::find(&self.name).is_ok_and(|found| found.region_id() == self.header.region_id())
    }

    /// Removes the damaged object's name: who has it keeps it, who comes makes another. `[setup]`
    pub(crate) fn set_aside(&self, directory: &Directory) -> Result<(), Refusal> {
        let _alone = directory.lock_region()?;
        // Somebody else may have done so, and made a good one.
        if Header::find(&self.name)?.is_good() { Ok(()) } else { remove(&self.name) }
    }
}

/// The named directory, or the user's temporary directory. `[setup]`
pub(crate) fn find_directory(named: Option<PathBuf>) -> Result<Directory, Refusal> {
    let candidate = named.map(|path| (path, true)).or_else(|| Some((user_temporary_directory()?, false)));
    Directory::find(candidate, |_| Ok(()))
}

/// Maps the object of the user, or of a named directory; made if need be. `[setup]`
pub(crate) fn open(directory: &Directory, is_named: bool) -> Result<(Mapping, Object), Refusal> {
    let name = object_name(directory, is_named)?;
    let _alone = directory.lock_region()?;
    let object = match open_sized(&name) {
        Err(Refusal::Damaged) => remove(&name).and_then(|()| open_sized(&name)),
        opened => opened,
    }?;
    let mapping = map(&object, REGION_BYTES)?;
    let header = Header(map(&object, HEADER_BYTES)?);
    Ok((mapping, Object { name, header }))
}

/// At most 31 bytes with the slash (`PSHMNAMLEN`).
fn object_name(directory: &Directory, is_named: bool) -> Result<String, Refusal> {
    if !is_named {
        return Ok(format!("/stemma{LAYOUT_MAJOR}.{}", rustix::process::geteuid().as_raw()));
    }
    let (device, number) =
        directory.inode().map_err(|error| Refusal::new("cannot look at the session's directory", error))?;
    // Sixteen digits, so it is nobody's user number.
    Ok(format!("/stemma{LAYOUT_MAJOR}.{:016x}", hash([device, number].into_iter().flat_map(u64::to_le_bytes))))
}

/// Opens the object and gives a new one its size, which the system allows once: the caller is alone.
fn open_sized(name: &str) -> Result<OwnedFd, Refusal> {
    let object = shm::open(name, OFlags::RDWR | OFlags::CREATE, Mode::RUSR | Mode::WUSR)
        .map_err(|error| Refusal::new("cannot open the shared memory", error))?;
    let stat = rustix::fs::fstat(&object).map_err(|error| Refusal::new("cannot look at the shared memory", error))?;
    if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
        // Not ours to remove, and not to be believed.
        return Err(Refusal::new("the shared memory belongs to another user", Errno::ACCESS));
    }
    match u64::try_from(stat.st_size) {
        Ok(0) => {
            rustix::fs::ftruncate(&object, REGION_BYTES as u64)
                .map_err(|error| Refusal::new("no room for the shared memory", error))?;
            Ok(object)
        }
        Ok(bytes) if bytes == REGION_BYTES as u64 => Ok(object),
        _ => Err(Refusal::Damaged),
    }
}

fn remove(name: &str) -> Result<(), Refusal> {
    shm::unlink(name).map_err(|error| Refusal::new("cannot remove the damaged shared memory", error))
}

fn map(object: &OwnedFd, bytes: usize) -> Result<Mapping, Refusal> {
    let mapping = MmapOptions::new().len(bytes).map_raw(object);
    mapping.map_err(|error| Refusal::new("cannot map the shared memory", error))
}

/// The header of an object, whatever it says.
struct Header(Mapping);

impl Header {
    /// The header of the object that a newcomer would map.
    fn find(name: &str) -> Result<Self, Refusal> {
        let object = shm::open(name, OFlags::RDWR, Mode::empty());
        let object = object.map_err(|error| Refusal::new("cannot open the shared memory", error))?;
        map(&object, HEADER_BYTES).map(Self)
    }

    fn word(&self, offset: usize) -> u64 {
        assert!(offset < HEADER_BYTES / 8);
        // SAFETY: the mapping is page-aligned, readable and writable, `HEADER_BYTES` long, and lives as long as `self`;
        // all processes only ever touch it through 64-bit atomics.
        unsafe { AtomicU64::from_ptr(self.0.as_mut_ptr().cast::<u64>().add(offset)) }.load(Ordering::Acquire)
    }

    /// Random name of the region.
    fn region_id(&self) -> u64 {
        self.word(REGION_ID)
    }

    /// Whether it says what this layout says, or nothing yet.
    fn is_good(&self) -> bool {
        HEADER.iter().all(|(offset, value)| [0, *value].contains(&self.word(*offset)))
    }
}

/// `/var/folders/…/T`, also for hosts whose environment says something else; `None` if the system has none.
fn user_temporary_directory() -> Option<PathBuf> {
    let mut path = [0_u8; libc::PATH_MAX as usize];
    // SAFETY: the system writes at most as many bytes as the buffer has.
    let bytes = unsafe { libc::confstr(libc::_CS_DARWIN_USER_TEMP_DIR, path.as_mut_ptr().cast(), path.len()) };
    // The length counts the closing zero; a longer one means that the buffer was too small.
    let path = path.get(..bytes.checked_sub(1)?)?;
    Some(OsString::from_vec(path.to_vec()).into())
}
