//! One stem by itself: what it is stored as, how high it goes, and what is wrong with it.

use audio_file::{Audio, SourceBits};
use dsp::role::Role;
use dsp::units::{db_from_gain, db_from_power};
use serde::{Serialize, Serializer};

use super::{Finding, Severity, folder::Entry};
use crate::null_test::{Spectrum, thirds};
use crate::report::Reading;

/// What was found out about a stem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StemCheck {
    /// Its file, without the folder.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What it plays.
    #[serde(serialize_with = "role_name")]
    pub role: Role,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// How it stores its samples: "24-bit".
    pub samples: String,
    /// Its length.
    pub frames: usize,
    /// Largest sample.
    pub sample_peak_dbfs: Reading,
    /// RMS of both sides over the whole song.
    pub rms_dbfs: Reading,
    /// Samples at full scale or beyond.
    pub clipped_samples: u64,
    /// The constant part of the worse side.
    pub dc_dbfs: Reading,
    /// Correlation of left and right, −1…+1; none where a side is silent.
    pub correlation: Reading,
    /// RMS in each third of an octave of [`thirds`].
    pub third_octaves_dbfs: Vec<Reading>,
}

/// One step of 16 bits below full scale: nothing louder can be written with 16 bits.
const FULL_SCALE: f32 = 1.0 - 1.0 / 32_768.0;
/// Fewer samples than this at full scale are a peak that just fits.
const CLIPPED_SAMPLES: u64 = 3;
/// A constant part above this takes headroom away and clicks at every cut.
const DC_DBFS: f64 = -60.0;
/// A stem that stays below this is silent.
const SILENT_DBFS: f64 = -90.0;
/// Left and right cancel more than they add.
const CANCELLING: f64 = -0.5;

/// Sums over one channel.
#[derive(Default)]
struct Sums {
    sum: f64,
    energy: f64,
    peak: f32,
    clipped: u64,
}

impl StemCheck {
    /// Measures a stem. `[main]`
    pub fn measure(entry: &Entry, audio: &Audio) -> Self {
        let frames = audio.frames().max(1) as f64;
        let sums: Vec<Sums> = audio.channels.iter().map(|channel| sums(channel)).collect();
        let energy: f64 = sums.iter().map(|channel| channel.energy).sum();
        let dc = sums.iter().map(|channel| channel.sum.abs() / frames).fold(0.0, f64::max);
        let peak = sums.iter().map(|channel| channel.peak).fold(0.0, f32::max);
        Self {
            file: entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            name: entry.name.clone(),
            role: entry.role,
            sample_rate_hz: audio.sample_rate_hz,
            channels: audio.channels.len(),
            samples: audio.source_bits.to_string(),
            frames: audio.frames(),
            sample_peak_dbfs: db_from_gain(f64::from(peak)).into(),
            rms_dbfs: db_from_power(energy / frames / sums.len().max(1) as f64).into(),
            clipped_samples: sums.iter().map(|channel| channel.clipped).sum(),
            dc_dbfs: db_from_gain(dc).into(),
            correlation: correlation(audio, &sums),
            third_octaves_dbfs: third_octaves(audio),
        }
    }

    /// What is wrong with it. `[main]`
    pub fn findings(&self, source_bits: SourceBits) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find = |severity, sentence: String| findings.push(Finding::of(&self.name, severity, sentence));
        if self.sample_peak_dbfs.value().is_none_or(|peak| peak < SILENT_DBFS) {
            find(Severity::Warn, "is silent: is it the right file, and was its track muted?".to_owned());
            return findings;
        }
        if self.clipped_samples >= CLIPPED_SAMPLES {
            let count = self.clipped_samples;
            find(
                Severity::Warn,
                format!("has {count} samples at full scale: it was clipped. Export it at a lower level."),
            );
        }
        if let Some(dc) = self.dc_dbfs.value().filter(|&dc| dc > DC_DBFS) {
            find(Severity::Warn, format!("has a constant part of {dc:.1} dBFS (DC): put a high-pass at 20 Hz on it."));
        }
        match (self.channels, self.correlation.value()) {
            (1, _) => find(Severity::Note, "is mono: it plays on both sides.".to_owned()),
            (_, None) => find(Severity::Warn, "plays on one side only.".to_owned()),
            (_, Some(alike)) if alike > 0.999_999 => find(Severity::Note, "is the same left and right.".to_owned()),
            (_, Some(alike)) if alike < CANCELLING => {
                find(Severity::Warn, format!("cancels in mono (correlation {alike:.2}): is one side upside down?"))
            }
            _ => {}
        }
        if matches!(source_bits, SourceBits::Integer(bits) if bits < 24) {
            find(Severity::Note, format!("has {}: ask for 24 bits or 32-bit float.", self.samples));
        }
        findings
    }
}

fn sums(channel: &[f32]) -> Sums {
    channel.iter().fold(Sums::default(), |mut sums, &x| {
        sums.sum += f64::from(x);
        sums.energy += f64::from(x) * f64::from(x);
        sums.peak = sums.peak.max(x.abs());
        sums.clipped += u64::from(x.abs() >= FULL_SCALE);
        sums
    })
}

fn correlation(audio: &Audio, sums: &[Sums]) -> Reading {
    let ([left, right], [left_sums, right_sums]) = (audio.channels.as_slice(), sums) else { return Reading::new(1.0) };
    let cross: f64 = left.iter().zip(right).map(|(&l, &r)| f64::from(l) * f64::from(r)).sum();
    let scale = (left_sums.energy * right_sums.energy).sqrt();
    if scale > 0.0 { Reading::new(cross / scale) } else { Reading::NONE }
}

/// RMS in each third of an octave. `[main]`
pub fn third_octaves(audio: &Audio) -> Vec<Reading> {
    let (Some(left), Some(right)) = (audio.channels.first(), audio.channels.last()) else { return Vec::new() };
    let spectrum = Spectrum::measure([left, right], f64::from(audio.sample_rate_hz));
    thirds().map(|center_hz| db_from_power(spectrum.third_power(center_hz)).into()).collect()
}

fn role_name<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.name())
}
