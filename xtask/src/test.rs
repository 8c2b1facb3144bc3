//! `test`: every test, against the bundles an installer would ship.

use anyhow::{Result, bail};

use crate::{bundle, demo, needs, run};

/// Builds the bundles and runs the tests of every crate, saying what each proves.
pub fn run() -> Result<()> {
    needs::report(needs::TESTS);
    println!("— building the bundles the tests load, and the host that plays them");
    bundle::run()?;
    demo::build_host()?;
    // One failure does not hide another.
    let mut failed = Vec::new();
    for (package, proves) in CRATES {
        println!("\n— {package}: {proves}");
        if run::cargo(&["test", "-p", package, "--no-fail-fast"]).is_err() {
            failed.push(package);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("tests failed in {}", failed.join(", ")) }
}

/// The packages in the order of the house, and what their tests prove.
const CRATES: [(&str, &str); 13] = [
    ("testkit", "the rulers measure what they say, and the song is a song"),
    (
        "dsp",
        "the sound: every stage against slow references, the promises every processor keeps, EBU Tech 3341 and 3342",
    ),
    (
        "session",
        "instances find each other across processes; crashes, corruption, strangers and no order of atomics do harm",
    ),
    ("targets", "the platform table and the playback it predicts"),
    ("audio_file", "files are read exactly and written whole or not at all; bad ones are named"),
    ("render", "the null test against spoiled deliveries; measuring and checking as the command line does; reports"),
    ("gui", "every control by its label, what each view looks like, the contrast of every text"),
    ("plugin_kit", "texts of controls mean what they show; the door's own rules"),
    ("stem_trim", "the plugin's own formulas"),
    ("master_bus", "the plugin's own formulas"),
    ("host", "the headless host, in one process and in several"),
    ("xtask", "the demonstration's own arithmetic"),
    ("acceptance", "the bundles as shipped: hostile hosts, state, realtime, song through all processes, layering"),
];
