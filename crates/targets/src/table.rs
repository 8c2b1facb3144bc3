//! The table of platforms: what ships with the program, and the user's own lines over it.

use crate::file::{self, TargetsError};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// What ships with the program.
const BUILT_IN: &str = include_str!("../platforms.toml");

/// One place a master goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Never changes: stored in sessions, typed on the command line.
    pub id: String,
    /// What the musician reads.
    pub name: String,
    /// The variant, when a service has several; may be empty.
    pub mode: String,
    /// Who does what about loudness.
    pub kind: Kind,
    /// The reference loudness in LUFS; `None`: there is none, or none is known.
    pub loudness_lufs: Option<f64>,
    /// How far a delivery may be from it, in LU, either way.
    pub tolerance_lu: Option<f64>,
    /// What happens to a master below the reference.
    pub direction: Direction,
    /// What [`Direction::PeakConstrained`] and [`Direction::Limiter`] leave below full scale, in dB.
    pub headroom_db: f64,
    /// The highest true peak advised or accepted, in dBTP; `None`: no advice.
    pub true_peak_dbtp: Option<f64>,
    /// What happens to the tracks of an album, in words.
    pub album_mode: String,
    /// Where the figures were found.
    pub source: String,
    /// When they were looked up: year and month, "2026-11".
    pub retrieved: String,
    /// How far to trust them.
    pub confidence: Confidence,
    /// What else there is to know; may be empty.
    pub note: String,
}

impl Target {
    /// Name and mode, as in "Spotify (Loud)".
    pub fn title(&self) -> String {
        if self.mode.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.mode) }
    }
}

/// Who does what about loudness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The service changes the gain while it plays.
    Playback,
    /// Nobody changes the gain: a file outside the tolerance is sent back.
    Delivery,
    /// No rule of loudness.
    Medium,
}

/// What happens to a master that is quieter than the reference. A louder one is always turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Nothing: it is never turned up.
    No,
    /// It is turned up as far as its true peak allows.
    PeakConstrained,
    /// It is turned up in any case, and a limiter holds the peaks.
    Limiter,
    /// Nobody knows.
    Unknown,
}

/// How far to trust the figures of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Confidence {
    /// The service's own document or source code.
    A,
    /// Several independent others agree.
    B,
    /// One source, or sources that contradict each other.
    C,
}

/// The table. The order never changes: a target's number is its place, new ones come last, the user's own after them.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    list: Vec<Target>,
}

impl Targets {
    /// What ships with the program. `[main]`
    pub fn built_in() -> Self {
        let mut targets = Self { list: Vec::new() };
        // A test reads this very text, so it cannot fail here.
        let _ = file::apply(&mut targets.list, BUILT_IN, Path::new("platforms.toml"));
        targets
    }

    /// What ships with the program, with the values of a user's own file over it. `[main]`
    ///
    /// The file has the form of `platforms.toml`. A target whose id is known needs only the keys that differ; one with a
    /// new id is appended and needs at least `name`, `source` and `retrieved`. Any mistake is an error that names file,
    /// line and key, and then nothing of the file applies.
    pub fn with_user_file(path: &Path) -> Result<Self, TargetsError> {
        let text =
            fs::read_to_string(path).map_err(|source| TargetsError::Unreadable { path: path.to_path_buf(), source })?;
        Self::with_user_text(&text, path)
    }

    /// The same from text already read; `path` is only for messages. `[main]`
    pub fn with_user_text(text: &str, path: &Path) -> Result<Self, TargetsError> {
        let mut targets = Self::built_in();
        file::apply(&mut targets.list, text, path)?;
        Ok(targets)
    }

    /// Every target, in the order of their numbers. `[any]`
    pub fn all(&self) -> &[Target] {
        &self.list
    }

    /// The target with this id. `[any]`
    pub fn by_id(&self, id: &str) -> Option<&Target> {
        self.list.iter().find(|target| target.id == id)
    }

    /// The number of the target with this id, for parameters that can only hold numbers. `[any]`
    pub fn number_of(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|target| target.id == id)
    }
}
