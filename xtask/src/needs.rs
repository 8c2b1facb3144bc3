//! What the machine should have beside Rust and a C++ compiler, for windows, some tests and other systems.

use std::process::{Command, Stdio};

/// A program, Python module or Rust target that something uses, and the package that brings it.
pub struct Need {
    what: &'static str,
    probe: &'static [&'static str],
    /// The command that installs packages of this kind, and the package.
    install: (&'static str, &'static str),
    used_for: &'static str,
}

const DEBIAN: &str = "sudo apt-get install -y";
const PYTHON: &str = "python3 -m pip install";
const RUST: &str = "rustup target add";

/// What the tests compare with.
pub const TESTS: &[Need] = &[
    Need {
        what: "ffmpeg",
        probe: &["ffmpeg", "-version"],
        install: (DEBIAN, "ffmpeg"),
        used_for: "a second opinion on loudness and true peak",
    },
    #[cfg(target_os = "linux")]
    Need {
        what: "strace",
        probe: &["strace", "-V"],
        install: (DEBIAN, "strace"),
        used_for: "the proof that publishing makes no system call",
    },
    Need {
        what: "pedalboard",
        probe: &["python3", "-c", "import pedalboard"],
        install: (PYTHON, "pedalboard"),
        used_for: "the VST3 bundles in a real host",
    },
    Need {
        what: "DawDreamer",
        probe: &["python3", "-c", "import dawdreamer"],
        install: (PYTHON, "dawdreamer"),
        used_for: "the VST3 bundles in a real host",
    },
    #[cfg(target_os = "linux")]
    XVFB,
];

/// What shows windows where nobody sees them.
#[cfg(target_os = "linux")]
pub const SCREEN: &[Need] = &[XVFB];

#[cfg(target_os = "linux")]
const XVFB: Need = Need {
    what: "Xvfb",
    probe: &["sh", "-c", "command -v Xvfb"],
    install: (DEBIAN, "xvfb"),
    used_for: "windows on a screen nobody sees",
};

/// What shows the editors in a real DAW.
#[cfg(target_os = "linux")]
pub const ARDOUR: &[Need] = &[
    Need {
        what: "Ardour",
        probe: &["sh", "-c", "command -v ardour"],
        install: (DEBIAN, "ardour"),
        used_for: "the VST3 bundles and their editors in a real DAW",
    },
    XVFB,
];

/// What checks the session for macOS.
pub const MACOS: &[Need] = &[Need {
    what: "Rust for macOS",
    probe: &["sh", "-c", "test -d \"$(rustc --print target-libdir --target aarch64-apple-darwin)\""],
    install: (RUST, "aarch64-apple-darwin"),
    used_for: "checking the session for macOS",
}];

/// What checks the session for Windows.
pub const WINDOWS: &[Need] = &[Need {
    what: "Rust for Windows",
    probe: &["sh", "-c", "test -d \"$(rustc --print target-libdir --target x86_64-pc-windows-gnu)\""],
    install: (RUST, "x86_64-pc-windows-gnu"),
    used_for: "checking the session for Windows",
}];

/// What builds programs for Windows, and runs them.
pub const WINE: &[Need] = &[
    Need {
        what: "mingw-w64",
        probe: &["x86_64-w64-mingw32-gcc", "--version"],
        install: (DEBIAN, "gcc-mingw-w64-x86-64"),
        used_for: "building the session's tests for Windows",
    },
    Need {
        what: "Wine",
        probe: &["sh", "-c", "/usr/lib/wine/wine64 --version || wine64 --version"],
        install: (DEBIAN, "wine64"),
        used_for: "running the session's tests for Windows",
    },
];

/// Whether everything is there; otherwise names what is missing, what it would be used for, and the one line that
/// installs it. What needs it is skipped and says so.
pub fn report(needs: &[Need]) -> bool {
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_there(need.probe)).collect();
    if missing.is_empty() {
        return true;
    }
    println!("— not on this machine, so something will be \"skipped\":");
    for need in &missing {
        println!("    {}: {}", need.what, need.used_for);
    }
    let install = |command: &str| {
        let packages = missing.iter().filter(|need| need.install.0 == command).map(|need| need.install.1);
        let packages: Vec<&str> = packages.collect();
        (!packages.is_empty()).then(|| format!("{command} {}", packages.join(" ")))
    };
    let line: Vec<String> = [DEBIAN, PYTHON, RUST].into_iter().filter_map(install).collect();
    println!("  install: {}", line.join(" && "));
    false
}

fn is_there(probe: &[&str]) -> bool {
    let [program, arguments @ ..] = probe else { return false };
    let quiet =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
