//! `cross`: what can be proved about macOS and Windows on another system.
//!
//! The session is the part with code of its own for each. Its tests run under Wine in a folder of their own below the
//! target directory: nothing of the user's is touched.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{needs, run};

const MACOS: &str = "aarch64-apple-darwin";
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Random numbers as Rust's standard library asks Windows for them: Wine up to version 8 has everything but this.
const RANDOM_LIBRARY: &str = r#"
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) { return RtlGenRandom(bytes, (ULONG)count); }
"#;

/// Checks the session for both systems, and runs its tests for Windows; what the machine lacks is named.
pub fn run() -> Result<()> {
    let mut skipped = Vec::new();
    if needs::report(needs::MACOS) {
        check(MACOS)?;
    } else {
        skipped.push("checking for macOS");
    }
    let can_check = needs::report(needs::WINDOWS);
    if can_check {
        check(WINDOWS)?;
    } else {
        skipped.push("checking for Windows");
    }
    if needs::report(needs::WINE) && can_check {
        test_under_wine()?;
    } else {
        skipped.push("running under Wine");
    }
    for what in skipped {
        println!("skipped: {what}");
    }
    Ok(())
}

fn check(target: &str) -> Result<()> {
    run::cargo(&["clippy", "-p", "session", "--all-targets", "--target", target, "--", "-D", "warnings"])
}

fn test_under_wine() -> Result<()> {
    let debian = Path::new("/usr/lib/wine/wine64");
    let wine = if debian.exists() { debian } else { Path::new("wine64") };
    let home = run::target().join("wine");
    let home_text = home.to_str().context("the target directory's name is not text")?;
    let wine_text = wine.to_str().context("Wine's name is not text")?;
    // No questions about packages for .NET and HTML, and no chatter.
    let variables = [
        ("WINEPREFIX", home_text),
        ("WINEARCH", "win64"),
        ("WINEDEBUG", "-all"),
        ("WINEDLLOVERRIDES", "mscoree,mshtml="),
        ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine_text),
    ];
    let system = home.join("drive_c/windows/system32");
    if !system.exists() {
        fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
        println!("— a Windows of its own in {}", home.display());
        let mut boot = Command::new(wine);
        boot.args(["wineboot", "-i"]).envs(variables).stdout(Stdio::null()).stderr(Stdio::null());
        if !boot.status().context("Wine cannot be started")?.success() {
            bail!("Wine cannot set up {}", home.display());
        }
    }
    if !system.join("bcryptprimitives.dll").exists() {
        build_random_library(&system.join("bcryptprimitives.dll"))?;
    }
    run::cargo_with(&["test", "-p", "session", "--no-fail-fast", "--target", WINDOWS], &variables)
}

fn build_random_library(path: &Path) -> Result<()> {
    let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
    compiler.args(["-shared", "-x", "c", "-", "-ladvapi32", "-o"]).arg(path).stdin(Stdio::piped());
    let mut compiler = compiler.spawn().context("x86_64-w64-mingw32-gcc cannot be started")?;
    let input = compiler.stdin.take().context("no way to the compiler")?;
    { input }.write_all(RANDOM_LIBRARY.as_bytes()).context("the compiler does not listen")?;
    if !compiler.wait().context("the compiler got lost")?.success() {
        bail!("Wine's missing library cannot be built");
    }
    Ok(())
}
