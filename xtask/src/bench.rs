//! `bench`: how fast the sound is computed and a song mastered, beside what others do in the same run, and what the
//! session costs.

use anyhow::Result;

use crate::run;

/// Runs the benchmarks of the sound, of the session and of `stemma`.
pub fn run() -> Result<()> {
    run::cargo(&["bench", "-p", "dsp", "-p", "session", "-p", "render", "--bench", "speed"])
}
