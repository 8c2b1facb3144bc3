//! The stems to play: a folder's, or those of the song the project composes itself.

use std::path::Path;

use anyhow::{Result, bail};
use audio_file::{Audio, SourceBits, StemOptions, StemSet, convert_rate, read};
use dsp::role::Role;
use render::stem_names;
use testkit::song;

/// The composed song never changes.
const SEED: u64 = 1;

/// Its rate.
const COMPOSED_RATE_HZ: u32 = 48_000;

/// What goes through the mixer.
pub struct Song {
    /// Frames per second of everything.
    pub sample_rate_hz: u32,
    /// Frames of every stem.
    pub frames: usize,
    /// The stems in mixer order.
    pub stems: Vec<Stem>,
    /// The mix to compare with.
    pub reference: Option<Audio>,
    /// What the reader of the report should know.
    pub notes: Vec<String>,
}

/// A stem with its name and role.
pub struct Stem {
    /// What it is called.
    pub name: String,
    /// What it plays.
    pub role: Role,
    /// Its sound.
    pub audio: Audio,
}

impl Song {
    /// The stems of a folder, checked.
    pub fn load(folder: &Path, reference: Option<&Path>, align: bool) -> Result<Self> {
        let set = StemSet::load(folder, &StemOptions { reference, align })?;
        let mut notes = set.notes;
        let reference =
            reference.map(|path| fitting_reference(path, set.sample_rate_hz, align, &mut notes)).transpose()?;
        let stems = set.stems.into_iter().map(|stem| {
            let known = stem_names::from_file_name(&stem.name);
            Stem { name: known.name, role: known.role, audio: stem.audio }
        });
        Ok(Self { sample_rate_hz: set.sample_rate_hz, frames: set.frames, stems: stems.collect(), reference, notes })
    }

    /// The song of this project.
    pub fn composed() -> Self {
        let stems: Vec<Stem> = song::compose(SEED, f64::from(COMPOSED_RATE_HZ))
            .into_iter()
            .map(|stem| {
                let known = stem_names::from_file_name(stem.name);
                let channels = vec![stem.left, stem.right];
                let audio = Audio { sample_rate_hz: COMPOSED_RATE_HZ, channels, source_bits: SourceBits::Float(32) };
                Stem { name: known.name, role: known.role, audio }
            })
            .collect();
        let frames = stems.iter().map(|stem| stem.audio.frames()).max().unwrap_or(0);
        Self { sample_rate_hz: COMPOSED_RATE_HZ, frames, stems, reference: None, notes: Vec::new() }
    }

    /// The same song on `count` stems: each becomes layers of a half, a quarter, an eighth … of it and the last once more,
    /// so that every layer is heard and their sum is the stem to the bit.
    pub fn spread_over(mut self, count: usize) -> Self {
        let whole = std::mem::take(&mut self.stems);
        let stem_count = whole.len();
        for (index, stem) in whole.into_iter().enumerate() {
            let layers = count / stem_count + usize::from(index < count % stem_count);
            for layer in 1..=layers {
                let halvings = layer.min(layers.max(2) - 1) as i32;
                let gain = if layers == 1 { 1.0 } else { 0.5f32.powi(halvings) };
                let mut audio = stem.audio.clone();
                audio.channels.iter_mut().flatten().for_each(|sample| *sample *= gain);
                let name = if layers == 1 { stem.name.clone() } else { format!("{} {layer}", stem.name) };
                self.stems.push(Stem { name, role: stem.role, audio });
            }
        }
        self
    }

    /// Ends the song after so many seconds.
    pub fn keep_first(&mut self, seconds: u32) {
        self.frames = self.frames.min(seconds as usize * self.sample_rate_hz as usize);
        let sounds = self.stems.iter_mut().map(|stem| &mut stem.audio).chain(&mut self.reference);
        sounds.flat_map(|audio| &mut audio.channels).for_each(|channel| channel.truncate(self.frames));
    }

    /// How long it sounds, in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }
}

fn fitting_reference(path: &Path, sample_rate_hz: u32, align: bool, notes: &mut Vec<String>) -> Result<Audio> {
    let reference = read(path)?;
    if reference.sample_rate_hz == sample_rate_hz {
        return Ok(reference);
    }
    if !align {
        bail!(
            "{}: the reference has {} Hz, the stems {sample_rate_hz} Hz. Export both at one rate, or convert with --align.",
            path.display(),
            reference.sample_rate_hz
        );
    }
    notes.push(format!("The reference was converted from {} Hz to {sample_rate_hz} Hz.", reference.sample_rate_hz));
    Ok(convert_rate(&reference, sample_rate_hz)?)
}
