//! What was measured, in a form that can be kept: figures, verdicts and how to write them down.
//!
//! The same [`Report`] becomes JSON for machines ([`write_json`]) and one page for people ([`write_page`]). The keys of
//! the JSON are the names of the fields and stay.

mod mastering;
pub(crate) mod page;
mod platform;
pub(crate) mod plot;
mod reading;

pub use mastering::Mastering;
pub use platform::verdicts;
pub use plot::minutes;
pub use reading::Reading;

use dsp::meter::Readings;
use dsp::role::Role;
use serde::{Deserialize, Serialize, Serializer};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Everything said about one master and its stems.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The programme that measured.
    pub generator: String,
    /// Its version.
    pub version: String,
    /// Frames per second of what was measured.
    pub sample_rate_hz: f64,
    /// Length of what was measured, in seconds.
    pub duration_s: f64,
    /// The master: after its chain.
    pub master: Figures,
    /// The stems: each after its chain, in the order of the mixer.
    pub stems: Vec<StemFigures>,
    /// What each platform will do with the master.
    pub targets: Vec<TargetVerdict>,
    /// What happened while the song played, a sentence each, in order.
    pub events: Vec<String>,
    /// What else the reader should know, a sentence each.
    pub notes: Vec<String>,
    /// How the master came about, when it was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mastering: Option<Mastering>,
    /// What was printed beside the master: versions and stems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionFigures>,
}

/// The figures of one signal. What could not be measured, silence included, is [`Reading::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Integrated loudness (BS.1770, gated).
    pub integrated_lufs: Reading,
    /// Loudness range (Tech 3342).
    pub range_lu: Reading,
    /// Highest momentary loudness (400 ms).
    pub max_momentary_lufs: Reading,
    /// Highest short-term loudness (3 s).
    pub max_short_term_lufs: Reading,
    /// True peak, eightfold oversampled.
    pub true_peak_dbtp: Reading,
    /// True peak as the standard's own fourfold filter reads it: what most other meters show.
    pub itu_true_peak_dbtp: Reading,
    /// Largest sample.
    pub sample_peak_dbfs: Reading,
    /// True peak over integrated loudness.
    pub plr_lu: Reading,
    /// Correlation of left and right, −1…+1.
    pub correlation: Reading,
    /// The most any dynamics processor of the chain turned down, 0 or more.
    pub max_gain_reduction_db: Reading,
}

impl Figures {
    /// What meters read. `[any]`
    pub fn from_readings(readings: &Readings) -> Self {
        Self {
            integrated_lufs: readings.integrated_lufs.into(),
            range_lu: readings.range_lu.into(),
            max_momentary_lufs: readings.max_momentary_lufs.into(),
            max_short_term_lufs: readings.max_short_term_lufs.into(),
            true_peak_dbtp: readings.true_peak_dbtp.into(),
            itu_true_peak_dbtp: readings.itu_true_peak_dbtp.into(),
            sample_peak_dbfs: readings.sample_peak_dbfs.into(),
            plr_lu: readings.plr_lu.into(),
            correlation: readings.overall_correlation.into(),
            max_gain_reduction_db: Reading::NONE,
        }
    }
}

/// The figures of a stem.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StemFigures {
    /// The stem's name.
    pub name: String,
    /// What it plays.
    #[serde(serialize_with = "role_name")]
    pub role: Role,
    /// What was measured.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of a version of the master, or of a stem mastered with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VersionFigures {
    /// What it is: "instrumental".
    pub name: String,
    /// Its file.
    pub file: PathBuf,
    /// What was measured.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What a platform will do with the master.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TargetVerdict {
    /// The platform's key in the table.
    pub id: String,
    /// The platform.
    pub name: String,
    /// Its playback mode or kind of delivery.
    pub mode: String,
    /// The loudness it plays at or asks for.
    pub loudness_lufs: Reading,
    /// Integrated loudness minus the target: positive is louder.
    pub distance_lu: Reading,
    /// What the platform will turn up (positive) or down; none when its rule is not known.
    pub playback_gain_db: Reading,
    /// The loudness listeners will hear.
    pub plays_at_lufs: Reading,
    /// How the true peak stands to the platform's advice.
    pub true_peak_verdict: TruePeakVerdict,
    /// The verdict in words, unknowns included.
    pub sentence: String,
    /// Where the platform's rule was read.
    pub source: String,
    /// When it was read, as year-month-day.
    pub retrieved: String,
    /// A: the platform's own document · B: several agreeing sources · C: single or contradicting sources.
    pub confidence: String,
}

/// How a true peak stands to a platform's advice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TruePeakVerdict {
    /// At or below the advised maximum.
    Within,
    /// Above the advised maximum.
    Over,
    /// No advice, or nothing measured.
    #[default]
    Unknown,
}

/// What is drawn: over time as pairs of seconds and value, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curves {
    /// Momentary loudness.
    pub momentary_lufs: Vec<(f64, f64)>,
    /// Short-term loudness.
    pub short_term_lufs: Vec<(f64, f64)>,
    /// The loudness aimed at, drawn as a line across.
    pub target_lufs: Option<f64>,
    /// How much the limiter turned down, 0 or more; empty when there was none.
    pub limiter_reduction_db: Vec<(f64, f64)>,
    /// The average spectra of the stems and, last, of the master.
    pub spectra: Vec<SpectrumCurve>,
}

/// The spectrum of a whole signal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SpectrumCurve {
    /// Whose it is.
    pub name: String,
    /// Frequency in Hz and power in a sixth of an octave around it in dB, low to high.
    pub points: Vec<(f64, f64)>,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The figures do not fit into JSON.
    #[error("the report cannot be put into JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A curve cannot be drawn.
    #[error("the curves cannot be drawn: {0}")]
    Plot(String),
    /// The disk refused.
    #[error("{} cannot be written: {error}", path.display())]
    File {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// The report as JSON text: indented, ending in a newline. `[main]`
pub fn json(report: &Report) -> Result<String, WriteError> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The report with everything that a page draws, under the key `curves`, as JSON text like [`json()`]. `[main]`
pub fn json_with_curves(report: &Report, curves: &Curves) -> Result<String, WriteError> {
    #[derive(Serialize)]
    struct Whole<'a> {
        #[serde(flatten)]
        report: &'a Report,
        curves: &'a Curves,
    }
    Ok(serde_json::to_string_pretty(&Whole { report, curves })? + "\n")
}

/// The report as one page (XHTML that needs nothing from the network). `[main]`
pub fn page(report: &Report, curves: &Curves) -> Result<String, WriteError> {
    page::page(report, curves)
}

/// Writes [`json()`] to a file, whole or not at all. `[main]`
pub fn write_json(report: &Report, path: &Path) -> Result<(), WriteError> {
    write_whole(path, &json(report)?)
}

/// Writes [`page()`] to a file, whole or not at all. `[main]`
pub fn write_page(report: &Report, curves: &Curves, path: &Path) -> Result<(), WriteError> {
    write_whole(path, &page(report, curves)?)
}

/// Writes a text file whole or not at all: beside it first, then in its place. `[main]`
pub fn write_whole(path: &Path, text: &str) -> Result<(), WriteError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|error| {
        // The failure that matters is already known; what is left behind is only tidied.
        let _ = fs::remove_file(&part);
        WriteError::File { path: path.to_owned(), error }
    })
}

fn role_name<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.name())
}
