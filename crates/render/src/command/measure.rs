//! `stemma measure`: the figures of files, side by side.

use std::path::PathBuf;

use anyhow::Result;
use audio_file::{ReadError, Reader};
use rayon::prelude::*;
use render::measure::{Measured, measure};
use render::table;
use serde::Serialize;

use super::Outcome;
use super::progress::Progress;

/// Measure files: loudness, range, peaks, correlation
///
/// Integrated, highest momentary and highest short-term loudness (ITU-R BS.1770-5), loudness range (EBU Tech 3342), true
/// peak twice (by a sharp filter, and as the ITU's own reads it), largest sample, peak to loudness ratio, correlation of
/// left and right over the whole file. Files are measured several at a time.
#[derive(clap::Args)]
pub struct Options {
    /// Sound files, mono or stereo: WAV, AIFF, FLAC, CAF, ALAC, MP3, AAC, Ogg Vorbis
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON instead of a table; its keys are those of the report of a master
    #[arg(long)]
    json: bool,
    /// Exit with 1 if a true peak is above this, in dBTP
    #[arg(long, value_name = "DBTP", allow_negative_numbers = true)]
    ceiling: Option<f64>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    generator: &'a str,
    version: &'a str,
    files: &'a [Measured],
}

/// Measures and prints. Ctrl-C ends it at any time: it writes no file.
pub fn run(options: &Options) -> Result<Outcome> {
    // Every file is opened before the first is measured: a wrong name is told at once.
    let lengths_s = options.files.iter().map(|path| {
        let reader = Reader::open(path)?;
        Ok(reader.declared_frames().unwrap_or(0) as f64 / f64::from(reader.sample_rate_hz()))
    });
    let progress = Progress::new("measuring", lengths_s.sum::<Result<f64, ReadError>>()?);
    let measured = measure_all(&options.files, &progress);
    progress.finish();
    let measured = measured?;
    if options.json {
        let report = Report { generator: "Stemma", version: env!("CARGO_PKG_VERSION"), files: &measured };
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", table::files(&measured));
    }
    let is_over = |file: &Measured| {
        options.ceiling.zip(file.figures.true_peak_dbtp.value()).is_some_and(|(ceiling, peak)| peak > ceiling)
    };
    Ok(if measured.iter().any(is_over) { Outcome::Finding } else { Outcome::Pass })
}

/// The files in their order, several at a time.
fn measure_all(files: &[PathBuf], progress: &Progress) -> Result<Vec<Measured>, ReadError> {
    files.par_iter().map(|path| measure(path, |seconds| progress.advance(seconds))).collect()
}
