//! `bench`: how fast the sound is computed, beside what others compute in the same run.

use anyhow::Result;

use crate::run;

/// Runs the benchmarks of the sound.
pub fn run() -> Result<()> {
    run::cargo(&["bench", "-p", "dsp"])
}
