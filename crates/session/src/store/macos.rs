//! macOS: an object of `shm_open`, which has a name but no file; the lock files are in the user's temporary directory.
//!
//! A host in Apple's App Sandbox refuses the name: its instances meet on the heap.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

pub(crate) use memmap2::MmapRaw as Mapping;

use crate::hash::hash;
use crate::layout::LAYOUT_MAJOR;
use crate::store::Refusal;
use crate::store::shm_object;
pub(crate) use crate::store::shm_object::Object;
pub(crate) use crate::store::unix_directory::Directory;

/// The named directory, or the user's temporary directory. `[setup]`
pub(crate) fn find_directory(named: Option<PathBuf>) -> Result<Directory, Refusal> {
    let candidate = named.map(|path| (path, true)).or_else(|| Some((user_temporary_directory()?, false)));
    let none = || Refusal::NoDirectory("the system names no temporary directory".into());
    Directory::find([candidate.ok_or_else(none)?], |_| Ok(()))
}

/// Maps the object of the user, or of a named directory; made if need be. `[setup]`
pub(crate) fn open(directory: &Directory, is_named: bool) -> Result<(Mapping, Object), Refusal> {
    shm_object::open(directory, object_name(directory, is_named)?)
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

/// `/var/folders/…/T`, also for hosts whose environment says something else; `None` if the system has none.
fn user_temporary_directory() -> Option<PathBuf> {
    let mut path = [0_u8; libc::PATH_MAX as usize];
    // SAFETY: the system writes at most as many bytes as the buffer has.
    let bytes = unsafe { libc::confstr(libc::_CS_DARWIN_USER_TEMP_DIR, path.as_mut_ptr().cast(), path.len()) };
    // The length counts the closing zero; a longer one means that the buffer was too small.
    let path = path.get(..bytes.checked_sub(1)?)?;
    Some(OsString::from_vec(path.to_vec()).into())
}
