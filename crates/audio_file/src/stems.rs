//! A folder of stems, checked so that they can be summed frame by frame.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use thiserror::Error;

use crate::{Audio, ConvertError, ReadError, convert_rate, read};

/// Names that mark a file as audio; everything else in the folder is left alone.
const AUDIO_EXTENSIONS: [&str; 6] = ["wav", "wave", "aif", "aiff", "aifc", "flac"];

/// What to do with a folder of stems.
#[derive(Clone, Copy, Debug, Default)]
pub struct StemOptions<'a> {
    /// The reference mix: when it lies in the same folder, it is no stem.
    pub reference: Option<&'a Path>,
    /// Convert rates and pad lengths instead of refusing differences.
    pub align: bool,
}

/// One stem of a song.
#[derive(Clone, Debug)]
pub struct Stem {
    /// The file's name without its extension.
    pub name: String,
    /// Where it came from.
    pub path: PathBuf,
    /// Its sound, mono or stereo.
    pub audio: Audio,
}

/// The stems of one song, all of one rate and one length, in the order of their names.
#[derive(Clone, Debug)]
pub struct StemSet {
    /// Frames per second of every stem.
    pub sample_rate_hz: u32,
    /// Frames in every stem.
    pub frames: usize,
    /// The stems, at least one.
    pub stems: Vec<Stem>,
    /// What the person should know: mono stems, and everything that alignment changed.
    pub notes: Vec<String>,
}

/// Why a folder cannot be used as a set of stems.
#[derive(Debug, Error)]
pub enum StemError {
    /// The folder cannot be listed.
    #[error("{}: cannot list this folder ({source}). Check the path.", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The reference given is not there.
    #[error("{}: cannot find the reference ({source}). Check the path.", .path.display())]
    Reference {
        /// The reference.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No audio in the folder.
    #[error("{}: no stems here. Put the WAV, AIFF or FLAC files of one song into this folder.", .folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// One name twice, so the same stem would be summed twice.
    #[error("{} and {} have the same name. Remove one of them: both would be summed.", .first.display(), .second.display())]
    SameName {
        /// The first in order.
        first: PathBuf,
        /// The second in order.
        second: PathBuf,
    },
    /// A stem could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stem could not be converted.
    #[error("{}: {source}", .path.display())]
    Convert {
        /// The stem.
        path: PathBuf,
        /// What went wrong.
        source: ConvertError,
    },
    /// One stem of another rate.
    #[error(
        "{}: {got} Hz, but the other stems have {expected} Hz. Export all stems at one rate, or align them (--align).",
        .path.display()
    )]
    Rate {
        /// The odd one.
        path: PathBuf,
        /// Rate of the odd one.
        got: u32,
        /// Rate of the others.
        expected: u32,
    },
    /// One stem of another length.
    #[error(
        "{}: {got} frames long, but the other stems have {expected}. Export all stems from the same start to the same \
         end, or align them (--align).",
        .path.display()
    )]
    Length {
        /// The odd one.
        path: PathBuf,
        /// Frames of the odd one.
        got: usize,
        /// Frames of the others.
        expected: usize,
    },
}

impl StemSet {
    /// The names of the stems of a folder, as [`StemSet::load`] gives them, without reading a sound. `[setup]`
    pub fn names(folder: impl AsRef<Path>, reference: Option<&Path>) -> Result<Vec<String>, StemError> {
        Ok(audio_files(folder.as_ref(), reference)?.stems.iter().map(|path| stem_name(path)).collect())
    }

    /// Loads every audio file of a folder. `[setup]`
    ///
    /// All must share rate and length; where they differ, the error names the file that differs from the most others.
    /// With [`StemOptions::align`], rates are converted to the most common one (the highest of equals) and short stems
    /// padded with silence at the end; [`StemSet::notes`] says what was done. Mono stems stay mono.
    pub fn load(folder: impl AsRef<Path>, options: &StemOptions) -> Result<Self, StemError> {
        let folder = folder.as_ref();
        let files = audio_files(folder, options.reference)?;
        // Of several that cannot be read the first is told.
        let read: Vec<Result<Audio, ReadError>> = files.stems.par_iter().map(read).collect();
        let mut stems = Vec::new();
        for (path, audio) in files.stems.into_iter().zip(read) {
            stems.push(Stem { name: stem_name(&path), path, audio: audio? });
        }
        let mut notes: Vec<_> = files.mixes.iter().map(|path| mix_note(path)).collect();
        for stem in stems.iter().filter(|stem| stem.audio.channels.len() == 1) {
            notes.push(format!("{} is mono", stem.name));
        }
        let sample_rate_hz = match_rates(&mut stems, options.align, &mut notes)?;
        let frames = match_lengths(&mut stems, options.align, &mut notes)?;
        Ok(Self { sample_rate_hz, frames, stems, notes })
    }
}

/// The name of a stem: its file's without the ending.
fn stem_name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The audio files of a folder, without the reference, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct AudioFiles {
    /// The stems, at least one.
    pub stems: Vec<PathBuf>,
    /// Files that call themselves the mix of the others: summed as a stem, one would double the song.
    pub mixes: Vec<PathBuf>,
}

/// Lists the audio files of a folder. `[setup]`
pub fn audio_files(folder: &Path, reference: Option<&Path>) -> Result<AudioFiles, StemError> {
    let reference = match reference {
        Some(path) => {
            Some(fs::canonicalize(path).map_err(|source| StemError::Reference { path: path.to_path_buf(), source })?)
        }
        None => None,
    };
    let refuse = |source| StemError::Folder { folder: folder.to_path_buf(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        let is_reference = reference.is_some() && fs::canonicalize(&path).ok() == reference;
        if path.is_file() && is_audio_name(&path) && !is_reference {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(StemError::Empty { folder: folder.to_path_buf() });
    }
    for (index, second) in paths.iter().enumerate() {
        if let Some(first) = paths[..index].iter().find(|first| first.file_stem() == second.file_stem()) {
            return Err(StemError::SameName { first: first.clone(), second: second.clone() });
        }
    }
    let (mixes, stems): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| is_mix_name(path));
    // Alone it is what there is.
    Ok(if stems.is_empty() { AudioFiles { stems: mixes, mixes: stems } } else { AudioFiles { stems, mixes } })
}

/// Whether a file calls itself the mix: "reference_mix", "02 Mixdown", "Full Mix", "Mix_v3".
fn is_mix_name(path: &Path) -> bool {
    const TELLING: [&str; 3] = ["reference", "mixdown", "refmix"];
    const MIX: [&str; 3] = ["mix", "master", "ref"];
    const BESIDE_MIX: [&str; 10] =
        ["full", "stereo", "final", "rough", "original", "song", "the", "print", "bounce", "version"];
    let name = stem_name(path).to_lowercase();
    let is_number = |word: &str| word.trim_start_matches('v').chars().all(|c| c.is_ascii_digit());
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !is_number(word)).collect();
    let says = |telling: &[&str]| words.iter().any(|word| telling.contains(word));
    says(&TELLING) || says(&MIX) && words.iter().all(|word| MIX.contains(word) || BESIDE_MIX.contains(word))
}

fn mix_note(path: &Path) -> String {
    format!("{} is taken for the mix by its name and not summed: rename the file if it is a stem", stem_name(path))
}

/// Whether a file calls itself audio. Names with a dot in front are the system's own copies (macOS writes them).
fn is_audio_name(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    !hidden && extension.is_some_and(|extension| AUDIO_EXTENSIONS.contains(&extension.as_str()))
}

fn match_rates(stems: &mut [Stem], align: bool, notes: &mut Vec<String>) -> Result<u32, StemError> {
    let expected = most_common(stems.iter().map(|stem| stem.audio.sample_rate_hz));
    for stem in stems.iter_mut() {
        let got = stem.audio.sample_rate_hz;
        if got == expected {
            continue;
        }
        if !align {
            return Err(StemError::Rate { path: stem.path.clone(), got, expected });
        }
        stem.audio = convert_rate(&stem.audio, expected)
            .map_err(|source| StemError::Convert { path: stem.path.clone(), source })?;
        notes.push(format!("{} was converted from {got} Hz to {expected} Hz", stem.name));
    }
    Ok(expected)
}

fn match_lengths(stems: &mut [Stem], align: bool, notes: &mut Vec<String>) -> Result<usize, StemError> {
    let longest = stems.iter().map(|stem| stem.audio.frames()).max().unwrap_or(0);
    let expected = if align { longest } else { most_common(stems.iter().map(|stem| stem.audio.frames())) };
    for stem in stems.iter_mut() {
        let got = stem.audio.frames();
        if got == expected {
            continue;
        }
        if !align {
            return Err(StemError::Length { path: stem.path.clone(), got, expected });
        }
        for channel in &mut stem.audio.channels {
            channel.resize(expected, 0.0);
        }
        notes.push(format!("{} was padded with {} frames of silence at the end", stem.name, expected - got));
    }
    Ok(expected)
}

/// The value most stems share; the largest of equally common ones.
fn most_common<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|&(value, count)| (count, value)).map_or_else(T::default, |(value, _)| value)
}
