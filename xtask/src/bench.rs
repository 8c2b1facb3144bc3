//! `bench`: how fast the sound is computed, beside what others compute in the same run, and what the session costs.

use anyhow::Result;

use crate::run;

/// Runs the benchmarks of the sound and of the session.
pub fn run() -> Result<()> {
    run::cargo(&["bench", "-p", "dsp", "-p", "session", "--bench", "speed"])
}
