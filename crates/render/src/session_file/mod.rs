//! A session as a file: every setting of every stem and of the master, as text a person can read, change and compare.
//!
//! TOML, keys in the field's terms with their units. What a file does not say is neutral. What it says wrongly (an
//! unknown key, a value out of range, a newer version) is refused with the line, never guessed.

mod difference;
mod form;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::{fs, io};

use dsp::master_chain::MasterSettings;
use dsp::role::{GuardRails, Role};
use dsp::stem_chain::StemSettings;

use crate::stem_names;

/// The version of the form written here; older ones are read as well.
pub const VERSION: i64 = 1;

/// All settings of a song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The master's chain.
    pub master: MasterSettings,
    /// The stems, in the order of the mixer.
    pub stems: Vec<Stem>,
}

/// A stem as a session knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stem {
    /// The name of its sound file without the ending: how stems and settings find each other.
    pub file: String,
    /// What the musician calls it.
    pub name: String,
    /// What it plays.
    pub role: Role,
    /// Its chain.
    pub settings: StemSettings,
}

/// Why a session file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something in the file is wrong.
    #[error("{}, line {line}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there, and what would be right.
        problem: String,
    },
}

impl Session {
    /// Where a song starts: each stem from the point its role asks for, a gentle compressor and −1 dBTP on the master,
    /// dither to 24 bit. `files` are the stems' file names without their endings. `[main]`
    pub fn starting_point<Name: AsRef<str>>(files: impl IntoIterator<Item = Name>) -> Self {
        let stems = files.into_iter().map(|file| {
            let known = stem_names::from_file_name(file.as_ref());
            let settings = known.role.starting_point();
            Stem { file: file.as_ref().to_owned(), name: known.name, role: known.role, settings }
        });
        let master = MasterSettings {
            compressor: GuardRails::master().starting_compressor(),
            dither: dsp::dither::WordLength::Bits24,
            ..MasterSettings::default()
        };
        Self { master, stems: stems.collect() }
    }

    /// Reads a file. `[main]`
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let text =
            fs::read_to_string(path).map_err(|source| SessionError::Unreadable { path: path.to_path_buf(), source })?;
        Self::from_text(&text, path)
    }

    /// The same from text already read; `path` is only for messages. `[main]`
    pub fn from_text(text: &str, path: &Path) -> Result<Self, SessionError> {
        read::session(text).map_err(|mistake| mistake.in_file(text, path))
    }

    /// The file's text, with every setting in it. `[main]`
    pub fn to_text(&self) -> String {
        write::session(self)
    }

    /// What has to change to make `other` of this one, a line each; none when they sound the same. `[main]`
    pub fn differences(&self, other: &Self) -> Vec<String> {
        difference::differences(self, other)
    }

    /// What is not as it is in a neutral chain, a line each: what someone has decided. `[main]`
    pub fn decisions(&self) -> Vec<String> {
        let neutral = |stem: &Stem| Stem { settings: StemSettings::default(), ..stem.clone() };
        let plain = Self { master: MasterSettings::default(), stems: self.stems.iter().map(neutral).collect() };
        difference::decisions(&plain, self)
    }
}
