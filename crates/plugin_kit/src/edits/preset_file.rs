//! Preset file: a user's preset as a text that people can read, written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::settings::Settings;

/// The form of the file; a later one that older plugins would misunderstand gets another number.
const FORMAT: i64 = 1;

/// The longest name of a preset, in characters.
pub const MAX_NAME_CHARS: usize = 64;

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
    Io(#[from] std::io::Error),
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
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(Unreadable::Content(format!("it is larger than {MAX_BYTES} bytes")));
    }
    let bytes = std::fs::read(path)?;
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
    let file: PresetFile = table.try_into().map_err(|error: toml::de::Error| content(&error.message()))?;
    if file.plugin != plugin_id {
        return Err(Unreadable::OtherPlugin(file.plugin));
    }
    if file.name.trim().is_empty() {
        return Err(Unreadable::Content("it has no name".to_owned()));
    }
    Ok(file)
}

/// Writes a preset, in place of `replaced` or into a new file that no other preset has; answers with the file.
/// Everything is on the disk before the file gets its name, so that a crash leaves the old one or the new one. `[main]`
pub fn write(
    folder: &Path,
    plugin_id: &str,
    name: &str,
    settings: &Settings,
    replaced: Option<&Path>,
) -> std::io::Result<PathBuf> {
    let (format, plugin, name) = (FORMAT, plugin_id.to_owned(), name.to_owned());
    let stem = file_stem(&name);
    let text = toml::to_string(&PresetFile { format, plugin, name, settings: settings.clone() })
        .map_err(std::io::Error::other)?;
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".preset").suffix(".part").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    if let Some(replaced) = replaced {
        file.persist(replaced)?;
        return Ok(replaced.to_owned());
    }
    for number in 1.. {
        let file_name = if number == 1 { format!("{stem}.toml") } else { format!("{stem} ({number}).toml") };
        let path = folder.join(file_name);
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(taken) if taken.error.kind() == std::io::ErrorKind::AlreadyExists => file = taken.file,
            Err(failed) => return Err(failed.error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// The name of a preset as a file's name that every system takes.
fn file_stem(name: &str) -> String {
    /// Names that are devices on Windows, whatever follows the dot.
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let is_safe = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '(' | ')' | '+' | ',');
    let safe: String = name.chars().map(|letter| if is_safe(letter) { letter } else { '_' }).collect();
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
    }
}
