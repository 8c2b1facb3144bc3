//! Windows: memory under a name, backed by the page file. It is born full of zeros and goes with its last user.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_READ, FILE_MAP_WRITE, MEMORY_MAPPED_VIEW_ADDRESS, MapViewOfFile, PAGE_READWRITE,
    UnmapViewOfFile,
};

use crate::layout::REGION_BYTES;
use crate::store::Refusal;

/// A section in view.
pub(crate) struct Mapping {
    view: MEMORY_MAPPED_VIEW_ADDRESS,
    /// The name lasts as long as somebody has the section open; a view alone does not keep it.
    _section: OwnedHandle,
}

// SAFETY: the view belongs to the process, not to a thread, and is only closed by the owner's drop; what it shows is only
// ever touched through atomics.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Opens the section of a name, made if need be, and brings it into view. `[setup]`
    pub(crate) fn open(name: &str) -> Result<Self, Refusal> {
        let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
        // Without attributes of its own it is open to this user only, and not inherited by programs the host starts.
        // SAFETY: the name ends with a zero; no file and no attributes are given, as the documentation allows.
        let section = unsafe {
            CreateFileMappingW(INVALID_HANDLE_VALUE, ptr::null(), PAGE_READWRITE, 0, REGION_BYTES as u32, name.as_ptr())
        };
        if section.is_null() {
            return Err(Refusal::new("cannot open the shared memory", io::Error::last_os_error()));
        }
        // SAFETY: the call above opened it for us.
        let section = unsafe { OwnedHandle::from_raw_handle(section) };
        // SAFETY: the section is open for reading and writing; one that is too small is refused by the system.
        let view =
            unsafe { MapViewOfFile(section.as_raw_handle(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, REGION_BYTES) };
        if view.Value.is_null() {
            // Not a matter of rights: the system says "access denied" of a section that is too small.
            return Err(Refusal::System { what: "cannot map the shared memory", error: io::Error::last_os_error() });
        }
        Ok(Self { view, _section: section })
    }

    /// The first byte; a page begins there. `[any]`
    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.view.Value.cast()
    }

    /// Bytes in view. `[any]`
    pub(crate) fn len(&self) -> usize {
        REGION_BYTES
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the view is ours, and nobody can look at it any more.
        unsafe { UnmapViewOfFile(self.view) };
    }
}
