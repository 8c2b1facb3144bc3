//! Windows: a snapshot of the process table, and what a process tells about itself.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::Foundation::{FILETIME, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use crate::host_group::Process;

/// A process that this user may ask, by its number; its start is in steps of 100 ns of the wall clock. `[setup]`
pub(super) fn look_up(id: u32) -> Option<Process> {
    let parent = parent_of(id)?;
    // SAFETY: a call with plain numbers.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if process.is_null() {
        return None;
    }
    // SAFETY: the call above opened it for us.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    Some(Process { id, parent, start: start_of(&process)?, program: program_of(&process)? })
}

/// There is one set of process numbers. `[setup]`
pub(super) fn namespace() -> u64 {
    0
}

fn parent_of(id: u32) -> Option<u32> {
    // SAFETY: a call with plain numbers.
    let table = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if table == INVALID_HANDLE_VALUE {
        return None;
    }
    // SAFETY: the call above opened it for us.
    let table = unsafe { OwnedHandle::from_raw_handle(table) };
    let mut entry = PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..Default::default() };
    // SAFETY: the table is open, and the entry says its size.
    let mut found = unsafe { Process32FirstW(table.as_raw_handle(), &raw mut entry) };
    while found != 0 {
        if entry.th32ProcessID == id {
            return Some(entry.th32ParentProcessID);
        }
        // SAFETY: as above.
        found = unsafe { Process32NextW(table.as_raw_handle(), &raw mut entry) };
    }
    None
}

fn start_of(process: &OwnedHandle) -> Option<u64> {
    let [mut start, mut end, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: the process is open, and the pointers are to variables.
    let done = unsafe {
        GetProcessTimes(process.as_raw_handle(), &raw mut start, &raw mut end, &raw mut kernel, &raw mut user)
    };
    (done != 0).then(|| u64::from(start.dwHighDateTime) << 32 | u64::from(start.dwLowDateTime))
}

fn program_of(process: &OwnedHandle) -> Option<PathBuf> {
    /// The longest path Windows knows.
    const MOST_CHARACTERS: usize = 32_768;
    let mut path = vec![0_u16; MOST_CHARACTERS];
    let mut characters = path.len() as u32;
    // SAFETY: the process is open, and the system writes at most as many characters as the buffer has.
    let done = unsafe {
        QueryFullProcessImageNameW(process.as_raw_handle(), PROCESS_NAME_WIN32, path.as_mut_ptr(), &raw mut characters)
    };
    let path = path.get(..characters as usize).filter(|_| done != 0)?;
    Some(OsString::from_wide(path).into())
}
