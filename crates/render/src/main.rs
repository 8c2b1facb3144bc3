//! `stemma`: what the plugins do, done with files. `stemma --help` is the manual.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{Outcome, check, master, measure, session, targets};
use render::interrupt::Interrupt;

/// Stem mastering from the command line: checks and masters stems, measures files.
///
/// Nothing is ever written over a file that was read, and a file that is written appears complete or not at all.
#[derive(Parser)]
#[command(name = "stemma", version, after_help = EXIT_CODES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a folder of stems, and whether they are the mix
    Check(check::Options),
    /// Master the stems of a folder: to a loudness, with versions and a report
    Master(Box<master::Options>),
    /// Measure files: loudness, range, peaks, correlation
    Measure(measure::Options),
    /// Begin, show or compare the settings of a song
    Session(session::Options),
    /// List the platforms a master may go to, with source and date
    Targets(targets::Options),
}

const EXIT_CODES: &str =
    "Exit codes: 0 all is well · 1 something was found · 2 a file or an option is wrong · 130 interrupted";

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    let done = Interrupt::catch().map_err(anyhow::Error::from).and_then(|interrupt| match command {
        Command::Check(options) => check::run(&options, &interrupt),
        Command::Master(options) => master::run(&options, &interrupt),
        Command::Measure(options) => measure::run(&options),
        Command::Session(options) => session::run(&options, &interrupt),
        Command::Targets(options) => targets::run(&options),
    });
    match done {
        Ok(Outcome::Pass) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::from(1),
        Err(error) => {
            eprintln!("stemma: {error:#}");
            ExitCode::from(2)
        }
    }
}
