//! `stemma targets`: the table of platforms.

use std::path::PathBuf;

use anyhow::Result;
use render::table;
use targets::Targets;

use super::Outcome;

/// Where a master goes, what is done to it there, and who says so.
#[derive(clap::Args)]
pub struct Options {
    /// A table of your own over the one that ships with the programme, in the same form
    #[arg(long, value_name = "FILE")]
    targets_file: Option<PathBuf>,
}

/// Prints the table.
pub fn run(options: &Options) -> Result<Outcome> {
    print!("{}", table::targets(&table_of(options.targets_file.as_deref())?));
    Ok(Outcome::Pass)
}

/// The platforms that ship with the programme, with a file of the user's over them.
pub fn table_of(file: Option<&std::path::Path>) -> Result<Targets> {
    Ok(file.map_or_else(|| Ok(Targets::built_in()), Targets::with_user_file)?)
}
