//! Check of a delivery: do the stems of a folder fit together, is each of them sound, and are they the mix?
//!
//! `folder` reads the files with the names and roles they go by · `stem` looks at one stem · `alike` looks for one track
//! in two of them · `whole` at all of them together · [`crate::null_test`] compares them with the mix · `page` and `plot` are all of it as a page, `text`
//! is the same for the terminal.

mod alike;
mod folder;
mod page;
mod plot;
mod stem;
mod text;
mod whole;

use std::path::{Path, PathBuf};

use audio_file::{Audio, ReadError, SourceBits};
use dsp::format::Format;
use dsp::meter::Meter;
use rayon::prelude::*;
use serde::Serialize;

pub use folder::{DeliveryError, Entry, Folder, MANIFEST, MOST_STEMS};
pub use page::page;
pub use stem::StemCheck;
pub use text::text;

use crate::measure::figures;
use crate::null_test::{NullTest, Verdict, thirds};
use crate::report::{Figures, Reading};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Someone should look at it.
    Warn,
    /// With this, the stems are not the song.
    Fail,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// The stem it is about; all of them, or the folder, if none.
    pub stem: Option<String>,
    /// What it is and what to do.
    pub sentence: String,
}

/// Several signals together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Together {
    /// What was measured.
    #[serde(flatten)]
    pub figures: Figures,
    /// RMS in each third of an octave.
    pub third_octaves_dbfs: Vec<Reading>,
}

/// Everything said about a delivery. The names of the fields are the keys of the JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// The programme that checked.
    pub generator: String,
    /// Its version.
    pub version: String,
    /// The folder.
    pub folder: PathBuf,
    /// The mix it was compared with.
    pub reference_file: Option<PathBuf>,
    /// The worst of all findings and of the null test.
    pub verdict: Verdict,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Length of the longest file, in seconds.
    pub duration_s: f64,
    /// The stems.
    pub stems: Vec<StemCheck>,
    /// The stems of that rate together.
    pub sum: Together,
    /// The mix.
    pub reference: Option<Together>,
    /// The middles of the thirds of an octave that every `third_octaves_dbfs` is about.
    pub thirds_hz: Vec<f64>,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
    /// What is left of mix − sum, and why.
    pub null_test: Option<NullTest>,
}

impl Finding {
    fn of(stem: &str, severity: Severity, sentence: String) -> Self {
        Self { severity, stem: Some(stem.to_owned()), sentence }
    }

    fn of_all(severity: Severity, sentence: String) -> Self {
        Self { severity, stem: None, sentence }
    }
}

impl Delivery {
    /// Checks what was read from a folder: the results of [`Folder::read`]. `[main]`
    ///
    /// A stem with samples that are no numbers is a finding, any other unreadable file an error. Short files are filled up
    /// with silence at the end.
    pub fn check(folder: &Path, listed: &Folder, read: Vec<Result<Audio, ReadError>>) -> Result<Self, DeliveryError> {
        let mut findings = Vec::new();
        let mut entries = Vec::new();
        let mut audios = Vec::new();
        let mut reference = None;
        for (index, audio) in read.into_iter().enumerate() {
            match (audio, listed.stems.get(index)) {
                (Ok(audio), Some(entry)) => {
                    entries.push(entry);
                    audios.push(audio);
                }
                (Ok(audio), None) => reference = Some(audio),
                (Err(ReadError::NotFinite { frame, value, .. }), Some(entry)) => {
                    let sentence = format!(
                        "the sample at frame {frame} is {value}: a plug-in failed while it was exported. The stem is left out here."
                    );
                    findings.push(Finding::of(&entry.name, Severity::Fail, sentence));
                }
                (Err(error), _) => return Err(error.into()),
            }
        }
        let stems: Vec<StemCheck> =
            entries.par_iter().zip(&audios).map(|(entry, audio)| StemCheck::measure(entry, audio)).collect();
        for (stem, audio) in stems.iter().zip(&audios) {
            findings.extend(stem.findings(audio.source_bits));
        }
        let sample_rate_hz = most_common(audios.iter().map(|audio| audio.sample_rate_hz));
        findings.extend(whole::together(&stems, sample_rate_hz, &audios));

        let fitting = |audio: &&Audio| audio.sample_rate_hz == sample_rate_hz;
        let frames = audios.iter().chain(&reference).filter(fitting).map(Audio::frames).max().unwrap_or(0);
        for audio in audios.iter_mut().chain(&mut reference) {
            audio.channels.iter_mut().for_each(|channel| channel.resize(channel.len().max(frames), 0.0));
        }
        let named = stems.iter().map(|stem| stem.name.as_str()).zip(&audios);
        let fitting: Vec<(&str, &Audio)> = named.filter(|(_, audio)| fitting(audio)).collect();
        findings.extend(alike::findings(&stems, &audios.iter().collect::<Vec<_>>()));
        let sum = sum(&fitting, sample_rate_hz, frames);
        let (sum_together, reference_together) = rayon::join(|| measured(&sum), || reference.as_ref().map(measured));
        // As long as a stem; the null test makes one of its own.
        drop(sum);
        findings.extend(whole::headroom(&sum_together.figures));
        let complete = fitting.len() == listed.stems.len();
        let null_test = match &reference {
            Some(reference) if reference.sample_rate_hz != sample_rate_hz => {
                let got = reference.sample_rate_hz;
                let sentence = format!("the mix has {got} Hz, the stems {sample_rate_hz} Hz: export both at one rate.");
                findings.push(Finding::of_all(Severity::Fail, sentence));
                None
            }
            Some(reference) if complete => Some(NullTest::run(&fitting, reference)),
            _ => None,
        };
        findings.extend(null_test.as_ref().and_then(whole::level_match));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let worst = findings.iter().map(|finding| finding.severity).max();
        let verdict = match worst {
            Some(Severity::Fail) => Verdict::Fail,
            Some(Severity::Warn) => Verdict::Warn,
            _ => Verdict::Pass,
        };
        Ok(Self {
            generator: "Stemma".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            folder: folder.to_path_buf(),
            reference_file: listed.reference.clone(),
            verdict: null_test.as_ref().map_or(verdict, |test| test.verdict.max(verdict)),
            sample_rate_hz,
            duration_s: frames as f64 / f64::from(sample_rate_hz.max(1)),
            stems,
            sum: sum_together,
            reference: reference_together,
            thirds_hz: thirds().collect(),
            findings,
            null_test,
        })
    }
}

/// All stems on two sides.
fn sum(stems: &[(&str, &Audio)], sample_rate_hz: u32, frames: usize) -> Audio {
    let side = |side: usize| {
        let mut total = vec![0.0f64; frames];
        for (_, audio) in stems {
            let row = audio.channels.get(side).or(audio.channels.first()).into_iter().flatten();
            total.iter_mut().zip(row).for_each(|(total, &x)| *total += f64::from(x));
        }
        total.into_iter().map(|x| x as f32).collect()
    };
    Audio { sample_rate_hz, channels: vec![side(0), side(1)], source_bits: SourceBits::Float(32) }
}

fn measured(audio: &Audio) -> Together {
    let format = Format { sample_rate_hz: f64::from(audio.sample_rate_hz), channels: audio.channels.len() };
    let mut meter = Meter::new(format);
    meter.process(&audio.channels);
    meter.flush();
    Together { figures: figures(&meter), third_octaves_dbfs: stem::third_octaves(audio) }
}

/// The value most share; the largest of equally common ones.
pub fn most_common<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort();
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| run.len()).and_then(|run| run.first().copied()).unwrap_or_default()
}
