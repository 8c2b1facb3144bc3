//! `stemma session`: all settings of a song as a file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use audio_file::StemSet;
use clap::Subcommand;
use render::interrupt::Interrupt;
use render::report::write_whole;
use render::session_file::Session;

use super::Outcome;

/// All settings of a song as a file.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Begin a session: every stem of a folder with the starting point of its role
    Init {
        /// A folder of stems
        stems_dir: PathBuf,
        /// The reference mix: no stem, when it lies in the folder
        #[arg(long, value_name = "FILE")]
        reference: Option<PathBuf>,
        /// Where to write it; without this it is printed
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Show what a session decides: everything that is not neutral
    Show {
        /// A session file
        file: PathBuf,
    },
    /// Show what two sessions do differently; exits with 1 if they do
    Diff {
        /// A session file
        first: PathBuf,
        /// Another
        second: PathBuf,
    },
}

/// Does one of the three.
pub fn run(options: &Options, interrupt: &Interrupt) -> Result<Outcome> {
    match &options.what {
        What::Init { stems_dir, reference, output, force } => {
            let names = StemSet::names(stems_dir, reference.as_deref())?;
            let text = Session::starting_point(names).to_text();
            match output {
                None => print!("{text}"),
                Some(path) => write(path, &text, *force, interrupt)?,
            }
            Ok(Outcome::Pass)
        }
        What::Show { file } => {
            Session::read(file)?.decisions().iter().for_each(|line| println!("{line}"));
            Ok(Outcome::Pass)
        }
        What::Diff { first, second } => {
            let differences = Session::read(first)?.differences(&Session::read(second)?);
            differences.iter().for_each(|line| println!("{line}"));
            Ok(if differences.is_empty() { Outcome::Pass } else { Outcome::Finding })
        }
    }
}

/// A session holds decisions: it is not written over by mistake.
fn write(path: &Path, text: &str, force: bool, interrupt: &Interrupt) -> Result<()> {
    if path.exists() && !force {
        anyhow::bail!("{}: is there already; --force writes over it", path.display());
    }
    let _writing = interrupt.writing();
    write_whole(path, text).context("the session")
}
