//! A folder of stems as it was delivered: every file as it is, with the name and role it goes by.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use audio_file::{Audio, ReadError, Reader, StemError, audio_files};
use dsp::role::Role;
use rayon::prelude::*;
use serde::Deserialize;
use thiserror::Error;

use crate::stem_names;

/// The most stems a delivery may have.
pub const MOST_STEMS: usize = 64;
/// The file in which the folder itself says what its stems are.
pub const MANIFEST: &str = "stems.toml";

/// The files of a delivery, before they are read.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The stems in the order of their files' names.
    pub stems: Vec<Entry>,
    /// The mix they were taken from.
    pub reference: Option<PathBuf>,
}

/// A stem's file and what it is.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The file.
    pub path: PathBuf,
    /// The stem's name.
    pub name: String,
    /// What it plays.
    pub role: Role,
}

/// What [`MANIFEST`] may say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    reference: Option<PathBuf>,
    #[serde(default)]
    stems: BTreeMap<String, Said>,
}

/// What it may say of one file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    name: Option<String>,
    role: Option<String>,
    #[serde(default)]
    skip: bool,
}

/// Why a delivery cannot be checked at all.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The folder or its list of files.
    #[error(transparent)]
    Folder(#[from] StemError),
    /// A file that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// More stems than anyone mixes.
    #[error("{}: {got} stems; at most {MOST_STEMS} can be checked. Is this the folder of one song?", .folder.display())]
    TooMany {
        /// The folder.
        folder: PathBuf,
        /// Stems found.
        got: usize,
    },
    /// The manifest cannot be opened.
    #[error("{}: cannot be read ({source}). Check that you may open it.", .path.display())]
    Unreadable {
        /// The manifest.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The manifest does not say what it means.
    #[error("{}: {reason}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl Folder {
    /// Lists a folder; a reference given here counts more than the manifest's, and that more than a file that calls itself
    /// the mix. `[setup]`
    pub fn list(folder: &Path, reference: Option<&Path>) -> Result<Self, DeliveryError> {
        let manifest = folder.join(MANIFEST);
        let refuse = |reason: String| DeliveryError::Manifest { path: manifest.clone(), reason };
        let mut said = read_manifest(&manifest)?;
        let reference = reference.map(Path::to_path_buf).or(said.reference.take().map(|path| folder.join(path)));
        let files = audio_files(folder, reference.as_deref())?;
        let file_name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (named, mut mixes): (Vec<_>, Vec<_>) =
            files.mixes.into_iter().partition(|path| said.stems.contains_key(&file_name(path)));
        let reference = reference.or_else(|| mixes.pop());
        let mut stems = Vec::new();
        for path in files.stems.into_iter().chain(named) {
            let file_name = file_name(&path);
            let said = said.stems.remove(&file_name).unwrap_or_default();
            if said.skip {
                continue;
            }
            let guessed = stem_names::from_file_name(&file_name);
            let role = match said.role {
                None => guessed.role,
                Some(role) => role_named(&role).ok_or_else(|| {
                    let known = Role::ALL.map(Role::name).join(", ");
                    refuse(format!("\"{role}\" is no role; there are: {known}."))
                })?,
            };
            stems.push(Entry { path, name: said.name.unwrap_or(guessed.name), role });
        }
        if let Some((name, _)) = said.stems.first_key_value() {
            return Err(refuse(format!("\"{name}\" is not in this folder. Write the file's name with its ending.")));
        }
        match stems.len() {
            0 => Err(StemError::Empty { folder: folder.to_path_buf() }.into()),
            got @ 65.. => Err(DeliveryError::TooMany { folder: folder.to_path_buf(), got }),
            _ => Ok(Self { stems, reference }),
        }
    }

    /// Seconds of sound in all files as far as their headers say. `[setup]`
    pub fn length_s(&self) -> Result<f64, ReadError> {
        let paths = self.stems.iter().map(|stem| &stem.path).chain(&self.reference);
        paths
            .map(|path| {
                let reader = Reader::open(path)?;
                Ok(reader.declared_frames().unwrap_or(0) as f64 / f64::from(reader.sample_rate_hz()))
            })
            .sum()
    }

    /// Reads all files, several at a time: the stems in their order, then the reference; `advance` hears how many more
    /// seconds are done. `[main]`
    pub fn read(&self, advance: impl Fn(f64) + Sync) -> Vec<Result<Audio, ReadError>> {
        let paths: Vec<&PathBuf> = self.stems.iter().map(|stem| &stem.path).chain(&self.reference).collect();
        paths.par_iter().map(|path| read(path, &advance)).collect()
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, DeliveryError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Manifest::default()),
        Err(source) => return Err(DeliveryError::Unreadable { path: path.to_path_buf(), source }),
    };
    let refuse = |error: toml::de::Error| DeliveryError::Manifest {
        path: path.to_path_buf(),
        reason: format!("this is not understood:\n{error}See the manual's page \"Checking a delivery\"."),
    };
    toml::from_str(&text).map_err(refuse)
}

fn role_named(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name.trim()))
}

fn read(path: &Path, advance: &impl Fn(f64)) -> Result<Audio, ReadError> {
    let mut reader = Reader::open(path)?;
    let mut channels = vec![Vec::new(); reader.channels()];
    let sample_rate_hz = reader.sample_rate_hz();
    while let Some(block) = reader.next_block()? {
        advance(block[0].len() as f64 / f64::from(sample_rate_hz));
        channels.iter_mut().zip(block).for_each(|(channel, samples)| channel.extend_from_slice(samples));
    }
    Ok(Audio { sample_rate_hz, channels, source_bits: reader.source_bits() })
}
