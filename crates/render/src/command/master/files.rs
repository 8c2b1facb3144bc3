//! The files a master consists of: itself, its versions, its stems.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use audio_file::{WavEncoding, WavWriter};
use clap::ValueEnum;
use dsp::dither::WordLength;
use render::mastering::Part;
use render::song::Song;
use render::versions::Version;

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// 16 bit, with noise shaping at 44.1 and 48 kHz
    #[value(name = "16")]
    Bits16,
    /// 24 bit
    #[value(name = "24")]
    Bits24,
    /// 32-bit float, no dither
    #[value(name = "32f")]
    Float32,
}

impl Depth {
    /// The dither for it; a session that asks for 20 bits keeps them in a file of 24.
    pub fn word_length(self, session: WordLength) -> WordLength {
        match (self, session) {
            (Self::Bits16, _) => WordLength::Bits16,
            (Self::Bits24, WordLength::Bits20) => WordLength::Bits20,
            (Self::Bits24, _) => WordLength::Bits24,
            (Self::Float32, _) => WordLength::Off,
        }
    }
}

/// The smallest file that holds what the dither was made for.
pub fn encoding(depth: Option<Depth>, dither: WordLength) -> WavEncoding {
    match (depth, dither) {
        (Some(Depth::Bits16), _) | (None, WordLength::Bits16) => WavEncoding::Integer16,
        (Some(Depth::Bits24), _) | (None, WordLength::Bits24 | WordLength::Bits20) => WavEncoding::Integer24,
        (Some(Depth::Float32), _) | (None, WordLength::Off) => WavEncoding::Float32,
    }
}

/// A file beside the master.
pub struct Print {
    /// What it is.
    pub name: String,
    /// Where it goes.
    pub path: PathBuf,
    /// What is in it.
    pub part: Part,
}

/// What is printed beside the master: `master_instrumental.wav` for a version, `master_stems/01_Drums.wav` for a stem.
pub fn prints(master: &Path, song: &Song, versions: &[Version], independent: bool, stems: bool) -> Result<Vec<Print>> {
    let base = master.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut prints: Vec<Print> = versions
        .iter()
        .map(|version| Print {
            name: version.name.clone(),
            path: master.with_file_name(format!("{base}_{}.wav", in_file_name(&version.name))),
            part: Part { gains: version.gains.clone(), independent },
        })
        .collect();
    if stems {
        let folder = master.with_file_name(format!("{base}_stems"));
        fs::create_dir_all(&folder).with_context(|| format!("{}: cannot make this folder", folder.display()))?;
        prints.extend(song.stems.iter().enumerate().map(|(index, stem)| {
            let mut gains = vec![0.0; song.stems.len()];
            gains[index] = 1.0;
            let path = folder.join(format!("{}.wav", stem.file));
            Print { name: stem.name.clone(), path, part: Part { gains, independent: false } }
        }));
    }
    Ok(prints)
}

/// A stem's name may hold what a file's may not.
fn in_file_name(name: &str) -> String {
    name.chars().map(|c| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c }).collect()
}

/// Begins all files, the master first; none is there under its name before it is finished.
pub fn create(master: &Path, prints: &[Print], rate_hz: u32, encoding: WavEncoding) -> Result<Vec<WavWriter>> {
    let paths = [master].into_iter().chain(prints.iter().map(|print| print.path.as_path()));
    Ok(paths.map(|path| WavWriter::create(path, rate_hz, 2, encoding)).collect::<Result<_, _>>()?)
}
