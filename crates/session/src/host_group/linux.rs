//! Linux: `/proc`.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::host_group::Process;

/// A process by its number; its start is in clock ticks since boot. `[setup]`
pub(super) fn look_up(id: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The program's name may hold spaces and brackets; the fields after the last bracket are proc_pid_stat(5)'s
    // third and following.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let start = fields.nth(17)?.parse().ok()?;
    let program = fs::read_link(format!("/proc/{id}/exe")).ok()?;
    Some(Process { id, parent, start, program })
}

/// Process numbers of two namespaces may be equal. `[setup]`
pub(super) fn namespace() -> u64 {
    fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino())
}
