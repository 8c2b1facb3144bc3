//! `snapshots`: the small pictures of the views, drawn anew where a view has changed.
//!
//! No screen and no graphics card is needed. Look at what has changed before it is committed.

use anyhow::Result;
use testkit::snapshot::APPROVE;

use crate::run;

/// The tests that draw.
const TESTS: [&[&str]; 3] = [
    &["test", "-p", "gui", "--test", "snapshots"],
    &["test", "-p", "stem_trim", "--lib", "snapshots"],
    &["test", "-p", "master_bus", "--lib", "snapshots"],
];

/// Runs them, writing instead of comparing.
pub fn run() -> Result<()> {
    TESTS.iter().try_for_each(|test| run::cargo_with(test, &[(APPROVE, "1")]))
}
