//! What the machine should have beside Rust and a C++ compiler, for windows and some tests.

use std::process::{Command, Stdio};

/// A program or Python module that a test uses, and the package that brings it.
struct Need {
    what: &'static str,
    probe: &'static [&'static str],
    debian: Option<&'static str>,
    python: Option<&'static str>,
    used_for: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        what: "ffmpeg",
        probe: &["ffmpeg", "-version"],
        debian: Some("ffmpeg"),
        python: None,
        used_for: "a second opinion on loudness and true peak",
    },
    #[cfg(target_os = "linux")]
    Need {
        what: "strace",
        probe: &["strace", "-V"],
        debian: Some("strace"),
        python: None,
        used_for: "the proof that publishing makes no system call",
    },
    Need {
        what: "pedalboard",
        probe: &["python3", "-c", "import pedalboard"],
        debian: None,
        python: Some("pedalboard"),
        used_for: "the VST3 bundles in a real host",
    },
    Need {
        what: "DawDreamer",
        probe: &["python3", "-c", "import dawdreamer"],
        debian: None,
        python: Some("dawdreamer"),
        used_for: "the VST3 bundles in a real host",
    },
];

/// Names what is missing, what it would be used for, and the one line that installs it. Tests that need it skip and say so.
pub fn report() {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !is_there(need.probe)).collect();
    if missing.is_empty() {
        return;
    }
    println!("— not on this machine, so some tests will say \"skipped\":");
    for need in &missing {
        println!("    {}: {}", need.what, need.used_for);
    }
    let packages = |pick: fn(&Need) -> Option<&'static str>| {
        missing.iter().filter_map(|need| pick(need)).collect::<Vec<_>>().join(" ")
    };
    let (debian, python) = (packages(|need| need.debian), packages(|need| need.python));
    let commands = [("sudo apt-get install -y", debian), ("python3 -m pip install", python)];
    let line: Vec<String> = commands
        .into_iter()
        .filter(|(_, packages)| !packages.is_empty())
        .map(|(command, packages)| format!("{command} {packages}"))
        .collect();
    println!("  install: {}", line.join(" && "));
}

fn is_there(probe: &[&str]) -> bool {
    let [program, arguments @ ..] = probe else { return false };
    let quiet =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
