//! macOS: `libproc`.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;

use crate::host_group::Process;

/// A process of this user by its number; its start is in microseconds of the wall clock. `[setup]`
pub(super) fn look_up(id: u32) -> Option<Process> {
    let process_id = i32::try_from(id).ok()?;
    let mut info = MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let info_bytes = size_of::<libc::proc_bsdinfo>() as i32;
    // SAFETY: the system writes at most as many bytes as the structure has, which is made of numbers: zeros are valid.
    let info = unsafe {
        let start = info.as_mut_ptr().cast();
        if libc::proc_pidinfo(process_id, libc::PROC_PIDTBSDINFO, 0, start, info_bytes) != info_bytes {
            return None;
        }
        info.assume_init()
    };
    let mut path = [0_u8; libc::PROC_PIDPATHINFO_MAXSIZE as usize];
    // SAFETY: the system writes at most as many bytes as the buffer has.
    let bytes = unsafe { libc::proc_pidpath(process_id, path.as_mut_ptr().cast(), path.len() as u32) };
    let path = path.get(..usize::try_from(bytes).ok()?).filter(|path| !path.is_empty())?;
    let start = info.pbi_start_tvsec.wrapping_mul(1_000_000).wrapping_add(info.pbi_start_tvusec);
    Some(Process { id, parent: info.pbi_ppid, start, program: OsString::from_vec(path.to_vec()).into() })
}

/// There is one set of process numbers. `[setup]`
pub(super) fn namespace() -> u64 {
    0
}
