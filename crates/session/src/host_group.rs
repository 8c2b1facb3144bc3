//! Which application an instance runs in, also when the host gives every plugin a process of its own.
//!
//! The group is a hash of the application's first process: from our process up through the parents, as long as the
//! parent's program is installed in the same place.

/// The group of this process; 0 is unknown. Reads the process table. `[setup]`
pub(crate) fn of_this_process() -> u64 {
    #[cfg(target_os = "linux")]
    {
        linux::root_of(std::process::id())
            .map_or(0, |(process_id, start)| hash(&[process_id, start, linux::namespace()]))
    }
    #[cfg(not(target_os = "linux"))]
    {
        // Only instances of this process meet on this system.
        hash(&[std::process::id().into()])
    }
}

/// FNV-1a: the same in every build, unlike the hashes of the standard library. Never zero.
fn hash(words: &[u64]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)).max(1)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// What the process table says about a process.
    struct Process {
        id: u64,
        parent: u64,
        /// Clock ticks since boot.
        start: u64,
        program: PathBuf,
    }

    fn look_up(id: u64) -> Option<Process> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The program's name may hold spaces and brackets; the fields after the last bracket are proc_pid_stat(5)'s
        // third and following.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let parent = fields.nth(1)?.parse().ok()?;
        let start = fields.nth(17)?.parse().ok()?;
        let program = fs::read_link(format!("/proc/{id}/exe")).ok()?;
        Some(Process { id, parent, start, program })
    }

    /// Process id and start of the first process of the application that `id` belongs to.
    pub(super) fn root_of(id: u32) -> Option<(u64, u64)> {
        const MOST_GENERATIONS: u32 = 16;
        let mut root = look_up(id.into())?;
        for _ in 0..MOST_GENERATIONS {
            match look_up(root.parent) {
                // A parent younger than its child is another process with a number used again.
                Some(parent) if parent.start <= root.start && is_one_product(&parent.program, &root.program) => {
                    root = parent
                }
                _ => break,
            }
        }
        Some((root.id, root.start))
    }

    /// Process numbers of two namespaces may be equal.
    pub(super) fn namespace() -> u64 {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino())
    }

    /// Whether two programs are installed together: the same file, or one below the directory of the other, if that
    /// directory belongs to one product.
    pub(super) fn is_one_product(parent: &Path, child: &Path) -> bool {
        let below = |program: &Path, other: &Path| {
            other.parent().is_some_and(|directory| !is_common(directory) && program.starts_with(directory))
        };
        parent == child || below(child, parent) || below(parent, child)
    }

    /// Directories that hold programs of many makers: there a neighbour means nothing.
    fn is_common(directory: &Path) -> bool {
        const COMMON: [&str; 10] = [
            "/",
            "/bin",
            "/sbin",
            "/usr/bin",
            "/usr/sbin",
            "/usr/lib",
            "/usr/libexec",
            "/usr/local/bin",
            "/opt",
            "/usr",
        ];
        COMMON.iter().any(|common| directory == Path::new(common))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn plugin_processes_belong_to_their_host_and_shells_do_not() {
            let rows = [
                ("/opt/REAPER/reaper", "/opt/REAPER/Plugins/reaper_host_x86_64", true),
                ("/opt/bitwig-studio/bitwig-studio", "/opt/bitwig-studio/bin/BitwigPluginHost-X64", true),
                ("/usr/bin/host", "/usr/bin/host", true),
                ("/usr/bin/bash", "/usr/bin/host", false),
                ("/usr/bin/bash", "/opt/REAPER/reaper", false),
                ("/usr/lib/systemd/systemd", "/usr/bin/host", false),
                ("/opt/one/one", "/opt/two/two", false),
            ];
            for (parent, child, expected) in rows {
                assert_eq!(is_one_product(Path::new(parent), Path::new(child)), expected, "{parent} {child}");
            }
        }

        #[test]
        fn this_process_has_a_root() {
            let (id, start) = root_of(std::process::id()).unwrap();
            assert!(id > 0 && start > 0 && namespace() > 0);
        }
    }
}
