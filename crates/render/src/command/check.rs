//! `stemma check`: whether the stems of a folder are complete, sound, and the mix.

use std::path::PathBuf;

use anyhow::Result;
use render::delivery::{self, Delivery, Folder};
use render::interrupt::Interrupt;
use render::null_test::Verdict;
use render::report::write_whole;

use super::Outcome;
use super::progress::Progress;

/// Check a folder of stems, and whether they are the mix
///
/// Looks at every stem (rate, length, bits, clipping, DC, silence, polarity), at all
/// of them together (headroom, one track in two stems), and takes their sum from the
/// mix. If something is left, it says what would make it go: "would null if Vocals
/// were +0.80 dB".
///
/// Names and roles are read from the files' names. A file stems.toml in the folder can
/// say otherwise:
///
///   reference = "mix.wav"
///   [stems."03 Gtrs.wav"]
///   name = "Guitars"
///   role = "Instruments"
///   [stems."old take.wav"]
///   skip = true
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// The folder of stems: WAV, AIFF or FLAC, up to 64
    stems_dir: PathBuf,
    /// The mix; not taken for a stem when it lies in the folder
    #[arg(long, value_name = "MIX")]
    reference: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// Also write a page with pictures
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
}

/// Checks, prints, and writes the page.
pub fn run(options: &Options, interrupt: &Interrupt) -> Result<Outcome> {
    let folder = Folder::list(&options.stems_dir, options.reference.as_deref())?;
    let progress = Progress::new("reading", folder.length_s()?);
    let read = folder.read(|seconds| progress.advance(seconds));
    progress.finish();
    let progress = Progress::endless("comparing");
    let delivery = Delivery::check(&options.stems_dir, &folder, read);
    progress.finish();
    let delivery = delivery?;
    if let Some(path) = &options.html {
        let page = delivery::page(&delivery)?;
        let _writing = interrupt.writing();
        write_whole(path, &page)?;
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&delivery)?);
    } else {
        print!("{}", delivery::text(&delivery));
    }
    Ok(if delivery.verdict == Verdict::Pass { Outcome::Pass } else { Outcome::Finding })
}
