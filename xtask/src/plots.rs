//! `plots`: the manual's figures, measured and drawn anew.

use std::path::{Path, PathBuf};
use std::{fmt::Write, fs};

use anyhow::{Context, Result};

use crate::run;

/// Where the figures go.
#[derive(clap::Args)]
pub struct Options {
    /// The folder of the pictures and of figures.md, the table behind each
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the tests that draw, and takes their pictures over if every promise held.
pub fn run(options: &Options) -> Result<()> {
    let fresh = run::workspace().join(run::target()).join("figures");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(|| format!("{} is in the way", fresh.display()))?;
    }
    let folder = fresh.to_str().context("the path of the build folder is no text")?;
    run::cargo_with(&["test", "-p", "dsp", "--test", "figures"], &[("STEMMA_FIGURES_DIR", folder)])
        .with_context(|| format!("a promise is broken; what was measured is drawn in {folder}"))?;

    let out = options.out.clone().unwrap_or_else(|| run::workspace().join("docs/figures"));
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
    let count = take_over(&fresh, &out)?;
    println!("{count} figures in {}", out.display());
    Ok(())
}

/// What stands above the tables.
const INTRODUCTION: &str = "# Figures\n\n\
    What `cargo xtask plots` measured, picture by picture; every number in the manual's pages comes from here. The tests\n\
    in `crates/dsp/tests/figures` draw a figure and fail when the promise in it is broken.\n";

/// Copies the pictures, and gathers the sections beside them into one page. Returns how many there are.
fn take_over(fresh: &Path, out: &Path) -> Result<usize> {
    let mut sections: Vec<PathBuf> = fs::read_dir(fresh)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    sections.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    sections.sort();
    let mut page = INTRODUCTION.to_owned();
    for section in &sections {
        let picture = section.with_extension("svg");
        let name = picture.file_name().context("a picture has a name")?;
        fs::copy(&picture, out.join(name)).with_context(|| format!("{} cannot be copied", picture.display()))?;
        write!(page, "\n{}", fs::read_to_string(section)?)?;
    }
    fs::write(out.join("figures.md"), page)?;
    Ok(sections.len())
}
