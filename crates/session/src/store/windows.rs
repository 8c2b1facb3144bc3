//! Windows: a section backed by the page file, with a name but no file; the lock files are in the user's local
//! application data.
//!
//! Names in `Local\` are seen in one logon session only, so the lock files have a directory for each: two sessions of one
//! user would otherwise block each other's slots. Both are private by what Windows gives a user's objects and profile. A
//! host of another integrity level, or in an app container, is refused: its instances meet on the heap.
#![allow(unsafe_code)]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;

use known_folders::{KnownFolder, get_known_folder_path};
use windows_sys::Win32::Security::{GetLengthSid, GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::Storage::FileSystem::{FILE_SHARE_READ, FILE_SHARE_WRITE};
use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::hash::hash;
use crate::layout::LAYOUT_MAJOR;
pub(crate) use crate::store::windows_section::Mapping;
use crate::store::{DIRECTORY_NAME, Refusal};

/// Our directory in the user's application data.
const VENDOR: &str = "Stemma";

/// The directory of the lock files of one logon session.
pub(crate) struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Opens a file, made if need be. Nobody can delete or rename it, or a directory above it, while it is open. `[main]`
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE).open(self.path.join(name))
    }

    /// Whether `file` still is what its name says: see [`Directory::open_file`]. `[main]`
    pub(crate) fn is_file(&self, _file: &File, _name: &str) -> bool {
        true
    }
}

/// Which section is mapped: while it is, its name leads nowhere else.
pub(crate) struct Object;

impl Object {
    /// Whether a newcomer would map the same section. `[main]`
    pub(crate) fn is_current(&self, _directory: &Directory) -> bool {
        true
    }

    /// The section goes by itself, with the last process that has it open, and not before. `[setup]`
    pub(crate) fn set_aside(&self, _directory: &Directory) -> Result<(), Refusal> {
        Err(Refusal::Damaged)
    }
}

/// The named directory, or the user's local application data, which a host's environment cannot move. `[setup]`
pub(crate) fn find_directory(named: Option<PathBuf>) -> Result<Directory, Refusal> {
    let of_user = || get_known_folder_path(KnownFolder::LocalAppData).map(|path| path.join(VENDOR));
    let Some(path) = named.or_else(of_user) else {
        return Err(Refusal::NoDirectory("the user has no local application data".into()));
    };
    let path = path.join(DIRECTORY_NAME).join(format!("s{}", logon_session()?));
    fs::create_dir_all(&path)
        .map_err(|error| Refusal::NoDirectory(format!("{} cannot be made ({error})", path.display())))?;
    Ok(Directory { path })
}

/// Maps the section of the user, or of a named directory; made if need be. `[setup]`
pub(crate) fn open(directory: &Directory, is_named: bool) -> Result<(Mapping, Object), Refusal> {
    Ok((Mapping::open(&section_name(directory, is_named)?)?, Object))
}

fn section_name(directory: &Directory, is_named: bool) -> Result<String, Refusal> {
    let mut bytes = user()?;
    if is_named {
        // The same however the path was spelled.
        let path = fs::canonicalize(&directory.path)
            .map_err(|error| Refusal::new("cannot look at the session's directory", error))?;
        bytes.extend(path.as_os_str().encode_wide().flat_map(u16::to_le_bytes));
    }
    Ok(format!("Local\\Stemma.v{LAYOUT_MAJOR}.{:016x}", hash(bytes)))
}

/// The number of the logon session this process runs in.
fn logon_session() -> Result<u32, Refusal> {
    let mut session = 0;
    // SAFETY: the pointer is to a variable of the type asked for.
    let done = unsafe { ProcessIdToSessionId(std::process::id(), &raw mut session) };
    if done == 0 { Err(failure("cannot ask for the logon session")) } else { Ok(session) }
}

/// The security identifier of the user this process runs as.
fn user() -> Result<Vec<u8>, Refusal> {
    /// A `TOKEN_USER` and the largest identifier it can point to (`SECURITY_MAX_SID_SIZE` bytes) have room in it.
    const WORDS: usize = 16;
    const WHAT: &str = "cannot ask for the user";
    let mut handle = std::ptr::null_mut();
    // SAFETY: the first handle is this process's own and needs no closing; the pointer is to a variable.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut handle) } == 0 {
        return Err(failure(WHAT));
    }
    // SAFETY: the call above opened it for us.
    let token = unsafe { OwnedHandle::from_raw_handle(handle) };
    let (mut buffer, mut bytes) = ([0_u64; WORDS], 0);
    let (start, room) = (buffer.as_mut_ptr(), size_of_val(&buffer) as u32);
    // SAFETY: the system writes at most as many bytes as the buffer has.
    if unsafe { GetTokenInformation(token.as_raw_handle(), TokenUser, start.cast(), room, &raw mut bytes) } == 0 {
        return Err(failure(WHAT));
    }
    // SAFETY: the system has filled the buffer, which is aligned for it, with a `TOKEN_USER` whose pointer leads to a valid
    // identifier in the same buffer, as long as the system says it is.
    let identifier = unsafe {
        let identifier = (*start.cast::<TOKEN_USER>()).User.Sid;
        std::slice::from_raw_parts(identifier.cast::<u8>(), GetLengthSid(identifier) as usize)
    };
    Ok(identifier.to_vec())
}

/// The refusal for what the system said last.
fn failure(what: &'static str) -> Refusal {
    Refusal::new(what, io::Error::last_os_error())
}
