//! Preset file: a user's preset as a text that people can read, written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::{PathPersistError, TempPath};
use thiserror::Error;
use toml::Spanned;

use super::settings::Settings;

/// The form of the file; a later one that older plugins would misunderstand gets another number.
const FORMAT: i64 = 1;

/// The longest name of a preset, in characters, and of its file without what follows the dot, in bytes: every system
/// takes that, also one that encrypts names.
const MAX_NAME_CHARS: usize = 64;
const MAX_STEM_BYTES: usize = 120;

/// The folder of presets the user has deleted, beside the others.
const DELETED: &str = "deleted";

/// No honest preset is larger.
const MAX_BYTES: u64 = 1 << 20;

/// What stands in a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct PresetFile {
    format: i64,
    plugin: String,
    /// The name in the menu.
    pub name: String,
    /// Values by the ids of their parameters; what is missing stands at its default.
    pub settings: Settings,
}

/// Why a file is not in the menu.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// It cannot be opened.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is not a preset.
    #[error("it is no preset: {0}")]
    Content(String),
    /// A later version wrote it.
    #[error("it was saved by a newer version: update to load it")]
    Newer,
    /// It is of another plugin.
    #[error("it is a preset of another plugin ({0})")]
    OtherPlugin(String),
}

/// Reads a preset of a plugin, named by its CLAP id. `[main]`
pub fn read(path: &Path, plugin_id: &str) -> Result<PresetFile, Unreadable> {
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(Unreadable::Content("it is no file".to_owned()));
    }
    if file.len() > MAX_BYTES {
        return Err(Unreadable::Content(format!("it is larger than {MAX_BYTES} bytes")));
    }
    let bytes = fs::read(path)?;
    let content = |error: &dyn std::fmt::Display| {
        // The first line says what is wrong; the others show the place.
        Unreadable::Content(error.to_string().lines().next().unwrap_or_default().to_owned())
    };
    let text = str::from_utf8(&bytes).map_err(|error| content(&error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| content(&error.message()))?;
    match table.get("format").and_then(toml::Value::as_integer) {
        Some(format) if format > FORMAT => return Err(Unreadable::Newer),
        Some(_) => {}
        None => return Err(Unreadable::Content("it does not say its format".to_owned())),
    }
    let mut file: PresetFile = table.try_into().map_err(|error: toml::de::Error| content(&error.message()))?;
    if file.plugin != plugin_id {
        return Err(Unreadable::OtherPlugin(file.plugin));
    }
    file.name = clean_name(&file.name);
    if file.name.is_empty() {
        return Err(Unreadable::Content("it has no name".to_owned()));
    }
    Ok(file)
}

/// A name as a menu can show it. `[any]`
pub fn clean_name(name: &str) -> String {
    let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
    name.trim().to_owned()
}

/// Writes a preset, in place of `replaced` or into a new file that no other preset has; answers with the file. `[main]`
pub fn write(
    folder: &Path,
    plugin_id: &str,
    name: &str,
    settings: &Settings,
    replaced: Option<&Path>,
) -> io::Result<PathBuf> {
    let (format, plugin, name) = (FORMAT, plugin_id.to_owned(), name.to_owned());
    let stem = file_stem(&name);
    let text =
        toml::to_string(&PresetFile { format, plugin, name, settings: settings.clone() }).map_err(io::Error::other)?;
    fs::create_dir_all(folder)?;
    place(written(folder, &text)?, folder, &stem, replaced)
}

/// Where the name stands in a file.
#[derive(Deserialize)]
struct Named {
    name: Spanned<String>,
}

/// Gives a preset another name, and its file one like it if it can be moved; every other letter in it stays. Answers with the file. `[main]`
pub fn rename(path: &Path, name: &str) -> io::Result<PathBuf> {
    let mut text = fs::read_to_string(path)?;
    let named: Named = toml::from_str(&text).map_err(io::Error::other)?;
    text.replace_range(named.name.span(), &toml::Value::from(name).to_string());
    let (folder, stem) = (folder_of(path)?, file_stem(name));
    // In place of the old one first, and moved then, so that at no moment the menu has the preset twice.
    let renamed = place(written(folder, &text)?, folder, &stem, Some(path))?;
    if stem.to_lowercase() == stem_of(path).to_lowercase() {
        // To some systems it is the same file.
        return Ok(renamed);
    }
    // The name inside is what counts.
    Ok(move_to(&renamed, folder, &stem).unwrap_or(renamed))
}

/// Puts a preset into the folder of the deleted ones; answers with where it lies. `[main]`
pub fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let folder = folder_of(path)?.join(DELETED);
    fs::create_dir_all(&folder)?;
    move_to(path, &folder, &stem_of(path))
}

/// Puts a preset back from there, beside one that has taken its file's name meanwhile. `[main]`
pub fn bring_back(aside: &Path, path: &Path) -> io::Result<()> {
    move_to(aside, folder_of(path)?, &stem_of(path)).map(drop)
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A text in a file without a name of its own yet. Everything is on the disk before the file gets one, so that a crash
/// leaves the old file or the new one.
fn written(folder: &Path, text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix(".preset").suffix(".part").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Gives a written file its name: that of `replaced`, or one that no other file has.
fn place(file: TempPath, folder: &Path, stem: &str, replaced: Option<&Path>) -> io::Result<PathBuf> {
    match replaced {
        Some(replaced) => Ok(file.persist(replaced).map(|()| replaced.to_owned())?),
        None => Ok(into_free_place(file, folder, stem)?),
    }
}

/// Moves a file; where that fails it stays.
fn move_to(path: &Path, folder: &Path, stem: &str) -> io::Result<PathBuf> {
    // Of a file that is not there the error would be said of the new place.
    fs::metadata(path)?;
    let mut file = TempPath::try_from_path(path)?;
    file.disable_cleanup(true);
    Ok(into_free_place(file, folder, stem)?)
}

/// Gives a file a name that no other file has.
fn into_free_place(mut file: TempPath, folder: &Path, stem: &str) -> Result<PathBuf, PathPersistError> {
    let mut number = 1;
    loop {
        let file_name = if number == 1 { format!("{stem}.toml") } else { format!("{stem} ({number}).toml") };
        let path = folder.join(file_name);
        match file.persist_noclobber(&path) {
            Ok(()) => return Ok(path),
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                (file, number) = (taken.path, number + 1)
            }
            Err(failed) => return Err(failed),
        }
    }
}

/// The name of a preset as a file's name that every system takes.
fn file_stem(name: &str) -> String {
    /// Names that are devices on Windows, whatever follows the dot.
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let is_safe = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '(' | ')' | '+' | ',');
    let safe: String = name.chars().map(|letter| if is_safe(letter) { letter } else { '_' }).collect();
    let safe = &safe[..safe.floor_char_boundary(MAX_STEM_BYTES)];
    let safe = safe.trim();
    let lower = safe.to_lowercase();
    let is_port = |port: &str| lower.strip_prefix(port).is_some_and(|number| number.chars().count() == 1);
    if safe.is_empty() || DEVICES.contains(&lower.as_str()) || is_port("com") || is_port("lpt") {
        format!("{safe}_")
    } else {
        safe.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_name_every_system_takes() {
        let expected = [
            ("Warm bass", "Warm bass"),
            ("../../etc/passwd", "______etc_passwd"),
            ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
            ("Größe 2", "Größe 2"),
            ("CON", "CON_"),
            ("lpt1", "lpt1_"),
            ("complete", "complete"),
            (".hidden", "_hidden"),
            ("ends with a dot.", "ends with a dot_"),
            (" ", "_"),
            ("tab\tand\0nul", "tab_and_nul"),
        ];
        for (name, file) in expected {
            assert_eq!(file_stem(name), file, "{name:?}");
        }
        // The longest name, of letters that take four bytes each.
        assert_eq!(file_stem(&"𠀀".repeat(64)), "𠀀".repeat(30));
    }
}
