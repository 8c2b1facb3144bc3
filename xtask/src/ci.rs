//! `ci`: what must be green before a change lands.

use anyhow::Result;

use crate::{run, test};

/// Formatting, lints, documentation, tests; stops at the first that fails.
pub fn run() -> Result<()> {
    run::cargo(&["fmt", "--all", "--check"])?;
    run::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    run::cargo_with(
        &["doc", "--workspace", "--no-deps", "--document-private-items"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    test::run()
}
