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

    /// Whether a file has this name. `[main]`
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.path.join(name).exists()
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]
mod tests {
    use std::ptr;

    use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
    use windows_sys::Win32::Security::{
        ACL, ACL_REVISION, InitializeAcl, InitializeSecurityDescriptor, SECURITY_ATTRIBUTES, SECURITY_DESCRIPTOR,
        SetSecurityDescriptorDacl,
    };
    use windows_sys::Win32::System::Memory::{CreateFileMappingW, PAGE_READWRITE};
    use windows_sys::Win32::System::Threading::CreateMutexW;

    use super::*;
    use crate::identity::{Identity, Info, Kind};
    use crate::layout::REGION_BYTES;
    use crate::member::{Link, Member, Place};
    use crate::uuid::Uuid;

    /// A directory of its own for one test; it goes with this.
    struct Scene(PathBuf);

    impl Scene {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("stemma-test-{}", Uuid::random()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn directory(&self) -> Directory {
            find_directory(Some(self.0.clone())).unwrap()
        }

        fn section_name(&self) -> Vec<u16> {
            section_name(&self.directory(), true).unwrap().encode_utf16().chain([0]).collect()
        }

        /// Why a member that joins here sees nobody else.
        fn reason(&self) -> String {
            let place = Place::Directory(self.0.clone());
            let member = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
            while member.link() == Link::Opening {
                std::thread::yield_now();
            }
            member.local_only().unwrap()
        }
    }

    impl Drop for Scene {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Somebody else's section under this name; everybody may use it, or nobody.
    fn foreign_section(name: &[u16], bytes: usize, is_open: bool) -> OwnedHandle {
        let (mut nobody, mut descriptor) = (ACL::default(), SECURITY_DESCRIPTOR::default());
        let descriptor_start = (&raw mut descriptor).cast();
        // SAFETY: an access control list without entries, which admits nobody, in a descriptor; both outlive their use.
        let handle = unsafe {
            assert_ne!(InitializeAcl(&raw mut nobody, size_of::<ACL>() as u32, ACL_REVISION), 0);
            assert_ne!(InitializeSecurityDescriptor(descriptor_start, 1), 0);
            assert_ne!(SetSecurityDescriptorDacl(descriptor_start, 1, &raw const nobody, 0), 0);
            let attributes = SECURITY_ATTRIBUTES {
                nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
                lpSecurityDescriptor: descriptor_start,
                bInheritHandle: 0,
            };
            let attributes = if is_open { ptr::null() } else { &raw const attributes };
            CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE, 0, bytes as u32, name.as_ptr())
        };
        assert!(!handle.is_null());
        // SAFETY: the call above opened it for us.
        unsafe { OwnedHandle::from_raw_handle(handle) }
    }

    #[test]
    fn memory_that_is_denied_is_explained() {
        let scene = Scene::new();
        let _section = foreign_section(&scene.section_name(), REGION_BYTES, false);
        let reason = scene.reason();
        assert!(reason.contains("cannot open") && reason.contains("sandbox"), "{reason}");
    }

    #[test]
    fn a_section_that_is_too_small_is_refused() {
        let scene = Scene::new();
        let _section = foreign_section(&scene.section_name(), REGION_BYTES / 2, true);
        let reason = scene.reason();
        assert!(reason.contains("cannot map"), "{reason}");
    }

    #[test]
    fn a_name_that_is_no_section_is_refused() {
        let scene = Scene::new();
        // SAFETY: the name ends with a zero.
        let mutex = unsafe { CreateMutexW(ptr::null(), 0, scene.section_name().as_ptr()) };
        assert!(!mutex.is_null());
        // SAFETY: the call above opened it for us.
        let _mutex = unsafe { OwnedHandle::from_raw_handle(mutex) };
        let reason = scene.reason();
        assert!(reason.contains("cannot open"), "{reason}");
    }

    #[test]
    fn a_damaged_section_is_refused_and_good_again_when_its_users_have_gone() {
        let scene = Scene::new();
        let damaged = Mapping::open(&section_name(&scene.directory(), true).unwrap()).unwrap();
        // SAFETY: the first word of the mapping, which is aligned and lives.
        let magic = unsafe { std::sync::atomic::AtomicU64::from_ptr(damaged.as_ptr().cast_mut().cast()) };
        magic.store(99, std::sync::atomic::Ordering::Relaxed);
        assert!(scene.reason().contains("damaged"));
        drop(damaged);
        let place = Place::Directory(scene.0.clone());
        let member = Member::join_at(place, Kind::Master, Identity::new(), Info::default());
        while member.link() == Link::Opening {
            std::thread::yield_now();
        }
        assert_eq!(member.local_only(), None);
    }

    #[test]
    fn names_are_the_users_own() {
        // An identifier of revision 1, as `whoami /user` shows it.
        assert_eq!(user().unwrap()[0], 1);
        let (one, other) = (Scene::new(), Scene::new());
        let name = |scene: &Scene, is_named| section_name(&scene.directory(), is_named).unwrap();
        assert!(name(&one, false).starts_with("Local\\Stemma.v1.") && name(&one, false).len() == 32);
        assert_eq!(name(&one, false), name(&other, false));
        assert_ne!(name(&one, true), name(&other, true));
        assert_ne!(name(&one, true), name(&one, false));
    }
}
