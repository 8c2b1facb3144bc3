//! The commands of the workshop: `cargo xtask --help` is the manual.

#[cfg(target_os = "linux")]
mod ardour;
mod bench;
mod bundle;
mod ci;
mod cross;
mod demo;
mod needs;
mod plots;
mod run;
#[cfg(target_os = "linux")]
mod screenshots;
mod snapshots;
mod soak;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, demonstrates and tests Stemma.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build both plugins as CLAP and VST3 into target/bundled: what an installer ships
    Bundle,
    /// Play a song through the real plugins, each in its own process: master.wav and a report
    Demo(demo::Options),
    /// Build the bundles and run every test
    Test,
    /// What must be green before a change lands: formatting, lints, documentation, every test and model
    Ci,
    /// Prove what can be proved here about macOS and Windows: the session compiles for both, and its tests pass under Wine
    Cross,
    /// The long forms of the session's tests: kills, races, scribblers; a table at the end
    Soak(soak::Options),
    /// Measure speed: ratios side by side in one run, and files beside ffmpeg
    Bench,
    /// Measure the sound and draw the manual's figures: docs/figures
    Plots(plots::Options),
    /// Approve what the views look like now: draw the small pictures anew that the tests compare them with
    Snapshots,
    /// Take pictures of both windows while the song plays: docs/images
    #[cfg(target_os = "linux")]
    Screenshots(screenshots::Options),
    /// Show both editors in Ardour: open, resize, close, save and restore them there; pictures in target/ardour
    #[cfg(target_os = "linux")]
    Ardour(ardour::Options),
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Bundle => bundle::run(),
        Command::Demo(options) => demo::run(&options),
        Command::Test => test::run(),
        Command::Ci => ci::run(),
        Command::Cross => cross::run(),
        Command::Soak(options) => soak::run(&options),
        Command::Bench => bench::run(),
        Command::Plots(options) => plots::run(&options),
        Command::Snapshots => snapshots::run(),
        #[cfg(target_os = "linux")]
        Command::Screenshots(options) => screenshots::run(&options),
        #[cfg(target_os = "linux")]
        Command::Ardour(options) => ardour::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
