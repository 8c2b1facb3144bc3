//! `bundle`: both plugins in both formats, and the command line.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run;

/// The packages of the plugins; `bundler.toml` gives their names.
const PLUGINS: [&str; 2] = ["stem_trim", "master_bus"];

/// Builds what an installer ships into `target/bundled`.
pub fn run() -> Result<()> {
    let packages = PLUGINS.into_iter().flat_map(|package| ["-p", package]);
    let arguments = ["bundle"].into_iter().chain(packages).chain(["--release"]).map(str::to_owned);
    nice_plug_xtask::main_with_args("cargo xtask", arguments)?;
    let bundled = run::target().join("bundled");
    command_line(&bundled)?;
    println!("— bundles in {}", bundled.display());
    Ok(())
}

/// The programme `stemma` beside the plugins.
fn command_line(bundled: &Path) -> Result<()> {
    run::cargo(&["build", "--release", "-p", "render"])?;
    let name = format!("stemma{}", std::env::consts::EXE_SUFFIX);
    let (built, shipped) = (run::target().join("release").join(&name), bundled.join(&name));
    fs::copy(&built, &shipped).with_context(|| format!("{} cannot be written", shipped.display()))?;
    Ok(())
}
