//! Tables as files: what may stand in them, and what is said to whoever made a mistake.

use crate::table::{Confidence, Direction, Kind, Target};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetsError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no TOML, or a key or value is not one of a target.
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there, with the key.
        problem: String,
    },
    /// A target that does not ship with the program lacks something every target has.
    #[error("{path}, line {line}: the new target \"{id}\" needs the key `{key}`", path = path.display())]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// The line of the id, from 1.
        line: usize,
        /// The target.
        id: String,
        /// The missing key.
        key: &'static str,
    },
    /// A figure that cannot be meant.
    #[error("{path}, line {line}: target \"{id}\": `{key}` is {got}; it must be {range}", path = path.display())]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// The line of the value, from 1.
        line: usize,
        /// The target.
        id: String,
        /// The key.
        key: &'static str,
        /// The value found.
        got: f64,
        /// What is possible.
        range: &'static str,
    },
    /// The same id twice in one file.
    #[error("{path}, line {line}: target \"{id}\" is there twice", path = path.display())]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The line of the second, from 1.
        line: usize,
        /// The target.
        id: String,
    },
}

/// Takes the lines of a file, each over the target with its id or as a new one at the end.
pub(crate) fn apply(list: &mut Vec<Target>, text: &str, path: &Path) -> Result<(), TargetsError> {
    let file: File = toml::from_str(text).map_err(|error| malformed(text, path, &error))?;
    let mut seen = Vec::new();
    for line in file.target {
        let place = Place { text, path, id: line.id.clone() };
        place.check(&line)?;
        if seen.contains(line.id.get_ref()) {
            return Err(place.duplicate());
        }
        seen.push(line.id.get_ref().clone());
        match list.iter_mut().find(|target| target.id == *line.id.get_ref()) {
            Some(target) => line.override_target(target),
            None => list.push(line.into_target(&place)?),
        }
    }
    Ok(())
}

/// The parser names the line; the words on it name the key.
fn malformed(text: &str, path: &Path, error: &toml::de::Error) -> TargetsError {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    let words = text.lines().nth(line - 1).unwrap_or_default().trim();
    TargetsError::Malformed { path: path.to_path_buf(), line, problem: format!("{} in `{words}`", error.message()) }
}

/// A file of targets as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    target: Vec<Line>,
}

/// One `[[target]]` as written: only the id is always there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Spanned<String>,
    name: Option<String>,
    mode: Option<String>,
    kind: Option<Kind>,
    loudness_lufs: Option<Spanned<f64>>,
    tolerance_lu: Option<Spanned<f64>>,
    direction: Option<Direction>,
    headroom_db: Option<Spanned<f64>>,
    true_peak_dbtp: Option<Spanned<f64>>,
    album_mode: Option<String>,
    source: Option<String>,
    retrieved: Option<String>,
    confidence: Option<Confidence>,
    note: Option<String>,
}

impl Line {
    fn override_target(self, target: &mut Target) {
        fn replace<Value>(value: &mut Value, by: Option<Value>) {
            if let Some(by) = by {
                *value = by;
            }
        }
        replace(&mut target.name, self.name);
        replace(&mut target.mode, self.mode);
        replace(&mut target.kind, self.kind);
        replace(&mut target.loudness_lufs, self.loudness_lufs.map(number).map(Some));
        replace(&mut target.tolerance_lu, self.tolerance_lu.map(number).map(Some));
        replace(&mut target.direction, self.direction);
        replace(&mut target.headroom_db, self.headroom_db.map(number));
        replace(&mut target.true_peak_dbtp, self.true_peak_dbtp.map(number).map(Some));
        replace(&mut target.album_mode, self.album_mode);
        replace(&mut target.source, self.source);
        replace(&mut target.retrieved, self.retrieved);
        replace(&mut target.confidence, self.confidence);
        replace(&mut target.note, self.note);
    }

    /// A new target; what is not said is unknown.
    fn into_target(self, place: &Place) -> Result<Target, TargetsError> {
        Ok(Target {
            name: self.name.ok_or_else(|| place.incomplete("name"))?,
            mode: self.mode.unwrap_or_default(),
            kind: self.kind.unwrap_or(Kind::Playback),
            loudness_lufs: self.loudness_lufs.map(number),
            tolerance_lu: self.tolerance_lu.map(number),
            direction: self.direction.unwrap_or(Direction::Unknown),
            headroom_db: self.headroom_db.map_or(0.0, number),
            true_peak_dbtp: self.true_peak_dbtp.map(number),
            album_mode: self.album_mode.unwrap_or_default(),
            source: self.source.ok_or_else(|| place.incomplete("source"))?,
            retrieved: self.retrieved.ok_or_else(|| place.incomplete("retrieved"))?,
            confidence: self.confidence.unwrap_or(Confidence::C),
            note: self.note.unwrap_or_default(),
            id: self.id.into_inner(),
        })
    }
}

fn number(written: Spanned<f64>) -> f64 {
    written.into_inner()
}

/// Where a line stands, for messages.
struct Place<'a> {
    text: &'a str,
    path: &'a Path,
    id: Spanned<String>,
}

impl Place<'_> {
    /// Figures nobody can mean, such as a loudness without its minus.
    fn check(&self, line: &Line) -> Result<(), TargetsError> {
        let figures = [
            ("loudness_lufs", &line.loudness_lufs, -70.0..=0.0, "from -70 to 0"),
            ("tolerance_lu", &line.tolerance_lu, 0.0..=20.0, "from 0 to 20"),
            ("headroom_db", &line.headroom_db, 0.0..=20.0, "from 0 to 20"),
            ("true_peak_dbtp", &line.true_peak_dbtp, -20.0..=6.0, "from -20 to 6"),
        ];
        for (key, written, possible, range) in figures {
            if let Some(written) = written.as_ref().filter(|written| !possible.contains(written.get_ref())) {
                return Err(TargetsError::OutOfRange {
                    path: self.path.to_path_buf(),
                    line: line_of(self.text, written.span().start),
                    id: self.id.get_ref().clone(),
                    key,
                    got: *written.get_ref(),
                    range,
                });
            }
        }
        Ok(())
    }

    fn incomplete(&self, key: &'static str) -> TargetsError {
        TargetsError::Incomplete {
            path: self.path.to_path_buf(),
            line: line_of(self.text, self.id.span().start),
            id: self.id.get_ref().clone(),
            key,
        }
    }

    fn duplicate(&self) -> TargetsError {
        TargetsError::Duplicate {
            path: self.path.to_path_buf(),
            line: line_of(self.text, self.id.span().start),
            id: self.id.get_ref().clone(),
        }
    }
}

/// The line, from 1, of a byte of the text.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&byte| byte == b'\n').count() + 1
}
