//! `bundle`: both plugins in both formats.

use anyhow::Result;

use crate::run;

/// The packages of the plugins; `bundler.toml` gives their names.
const PLUGINS: [&str; 2] = ["stem_trim", "master_bus"];

/// Builds the release bundles into `target/bundled`.
pub fn run() -> Result<()> {
    let packages = PLUGINS.into_iter().flat_map(|package| ["-p", package]);
    let arguments = ["bundle"].into_iter().chain(packages).chain(["--release"]).map(str::to_owned);
    nice_plug_xtask::main_with_args("cargo xtask", arguments)?;
    println!("— bundles in {}", run::target().join("bundled").display());
    Ok(())
}
