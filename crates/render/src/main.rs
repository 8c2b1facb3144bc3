//! `stemma`: what the plugins do, done with files. `stemma --help` is the manual.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{Outcome, check, master, measure, session, targets};
use render::interrupt::{self, Interrupt};

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
    Check(check::Options),
    /// Master the stems of a folder: to a loudness, with versions and a report
    Master(Box<master::Options>),
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
    let interrupt = match Interrupt::catch() {
        Ok(interrupt) => interrupt,
        Err(error) => return failed(&error.into()),
    };
    let done = match command {
        Command::Check(options) => check::run(&options, &interrupt),
        Command::Master(options) => master::run(&options, &interrupt),
        Command::Measure(options) => measure::run(&options),
        Command::Session(options) => session::run(&options, &interrupt),
        Command::Targets(options) => targets::run(&options),
    };
    match done {
        Ok(Outcome::Pass) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::from(1),
        // Whoever ends the programme and the work given up arrive here together: the code is the same.
        Err(_) if interrupt.is_asked() => ExitCode::from(interrupt::EXIT_CODE),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("stemma: {error:#}");
    ExitCode::from(2)
}
