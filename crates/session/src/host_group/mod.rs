//! Which application an instance runs in, also when the host gives every plugin a process of its own.
//!
//! The group is a hash of the application's first process: from our process up through the parents, as long as the
//! parent's program is installed in the same place.

use std::path::{Component, Path, PathBuf};

use crate::hash::hash;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as system;

#[cfg(target_os = "windows")]
mod windows;
#[cfg(target_os = "windows")]
use windows as system;

/// What the process table says about a process.
struct Process {
    id: u32,
    parent: u32,
    /// When it was started; each system has its own clock for this.
    start: u64,
    program: PathBuf,
}

/// The group of this process; 0 is unknown. Reads the process table. `[setup]`
pub(crate) fn of_this_process() -> u64 {
    let root = root_of(std::process::id()).filter(|root| !is_service(&root.program));
    let words = root.map(|root| [root.id.into(), root.start, system::namespace()]);
    words.map_or(0, |words| hash(words.into_iter().flat_map(u64::to_le_bytes)))
}

/// The first process of the application that `id` belongs to.
fn root_of(id: u32) -> Option<Process> {
    const MOST_GENERATIONS: u32 = 16;
    let mut root = system::look_up(id)?;
    for _ in 0..MOST_GENERATIONS {
        match system::look_up(root.parent) {
            // A parent younger than its child is another process with a number used again.
            Some(parent) if parent.start <= root.start && is_one_product(&parent.program, &root.program) => {
                root = parent
            }
            _ => break,
        }
    }
    Some(root)
}

/// Whether two programs are installed together: the same file, the same application bundle, or one below the directory
/// of the other, if that directory belongs to one product.
fn is_one_product(parent: &Path, child: &Path) -> bool {
    let below = |program: &Path, other: &Path| {
        other.parent().is_some_and(|directory| !is_common(directory) && program.starts_with(directory))
    };
    let is_one_bundle = bundles(parent).last().is_some_and(|outermost| bundles(child).last() == Some(outermost));
    parent == child || is_one_bundle || below(child, parent) || below(parent, child)
}

/// Whether the system started a program for an application, macOS its helpers: then its parent says nothing.
fn is_service(program: &Path) -> bool {
    let is_helper = |bundle: &Path| bundle.extension().is_some_and(|kind| kind == "xpc" || kind == "appex");
    bundles(program).count() > 1 || bundles(program).any(is_helper)
}

/// The bundles of macOS that a program is in, the innermost first.
fn bundles(program: &Path) -> impl Iterator<Item = &Path> {
    let is_bundle = |path: &&Path| {
        path.extension().is_some_and(|kind| ["app", "xpc", "appex"].iter().any(|bundle| kind == *bundle))
    };
    program.ancestors().skip(1).filter(is_bundle)
}

/// Whether a directory holds programs of many makers: there a neighbour means nothing.
fn is_common(directory: &Path) -> bool {
    const COMMON: [&str; 18] = [
        "",
        "bin",
        "sbin",
        "usr",
        "usr/bin",
        "usr/sbin",
        "usr/lib",
        "usr/libexec",
        "usr/local/bin",
        "opt",
        "opt/homebrew/bin",
        "applications",
        "program files",
        "program files/common files",
        "program files (x86)",
        "program files (x86)/common files",
        "windows",
        "windows/system32",
    ];
    let name = |component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
        _ => None,
    };
    let names: Vec<String> = directory.components().filter_map(name).collect();
    COMMON.contains(&names.join("/").as_str())
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
            (
                "/Applications/Bitwig Studio.app/Contents/MacOS/BitwigStudio",
                "/Applications/Bitwig Studio.app/Contents/PlugIns/BitwigPluginHost.app/Contents/MacOS/BitwigPluginHost",
                true,
            ),
            ("/Applications/One.app/Contents/MacOS/One", "/Applications/Two.app/Contents/MacOS/Two", false),
            (
                "/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
                "/Applications/One.app/Contents/MacOS/One",
                false,
            ),
        ];
        for (parent, child, expected) in rows {
            assert_eq!(is_one_product(Path::new(parent), Path::new(child)), expected, "{parent} {child}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn plugin_processes_belong_to_their_host_and_shells_do_not_on_windows() {
        let rows = [
            (
                r"C:\Program Files\REAPER (x64)\reaper.exe",
                r"C:\Program Files\REAPER (x64)\Plugins\reaper_host64.exe",
                true,
            ),
            (r"C:\Program Files\One\one.exe", r"C:\Program Files\Two\two.exe", false),
            (r"C:\Windows\explorer.exe", r"C:\Program Files\One\one.exe", false),
            (r"C:\Windows\explorer.exe", r"C:\Windows\System32\host.exe", false),
            (r"C:\WINDOWS\system32\cmd.exe", r"C:\Windows\System32\host.exe", false),
            (r"D:\one.exe", r"D:\hosts\two.exe", false),
        ];
        for (parent, child, expected) in rows {
            assert_eq!(is_one_product(Path::new(parent), Path::new(child)), expected, "{parent} {child}");
        }
    }

    #[test]
    fn helpers_that_the_system_started_have_no_known_application() {
        let rows = [
            ("/Applications/One.app/Contents/MacOS/One", false),
            ("/Applications/One.app/Contents/XPCServices/Two.xpc/Contents/MacOS/Two", true),
            ("/System/Library/Frameworks/AudioToolbox.framework/XPCServices/Host.xpc/Contents/MacOS/Host", true),
            ("/Applications/One.app/Contents/Frameworks/Helper.app/Contents/MacOS/Helper", true),
            ("/opt/REAPER/Plugins/reaper_host_x86_64", false),
        ];
        for (program, expected) in rows {
            assert_eq!(is_service(Path::new(program)), expected, "{program}");
        }
    }

    #[test]
    fn this_process_has_a_root() {
        let root = root_of(std::process::id()).unwrap();
        assert!(root.id > 0 && root.start > 0);
        assert_ne!(of_this_process(), 0);
    }
}
