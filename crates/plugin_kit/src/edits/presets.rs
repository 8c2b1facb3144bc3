//! Presets: settings under a name, those that come with a plugin and the user's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::preset_file;
use super::settings::Settings;

/// Settings under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// The name in the menu.
    pub name: String,
    /// Values by the ids of their parameters; what is missing stands at its default.
    pub settings: Settings,
    /// Where it lies; a preset of the plugin's own has no file.
    #[serde(skip)]
    pub path: Option<PathBuf>,
}

impl Preset {
    /// Whether two have the same name and settings, wherever they lie. The name alone says little: a file may have that
    /// of any other inside. `[any]`
    pub fn is_alike(&self, other: &Self) -> bool {
        self.name == other.name && self.settings == other.settings
    }
}

/// The presets a plugin comes with, as they are written.
#[derive(Deserialize)]
struct Factory {
    preset: Vec<Preset>,
}

/// Why a preset was not saved.
#[derive(Debug, Error)]
pub enum NotSaved {
    /// It has no name.
    #[error("Give it a name")]
    NoName,
    /// The plugin comes with a preset of that name.
    #[error("{0} comes with the plugin: choose another name")]
    Factory(String),
    /// The user has one of that name, and did not ask to replace it.
    #[error("You have a preset {0} already")]
    Exists(String),
    /// The system knows no place for it.
    #[error("There is no folder for presets on this system: set STEMMA_CONFIG_DIR")]
    NoFolder,
    /// The file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Io {
        /// The file, or its folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

/// What to do with a user's preset of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it, and save nothing.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// The presets of a plugin, as they were when they were read last. `[main]`
pub struct Presets {
    plugin_id: &'static str,
    factory: &'static str,
    folder: Option<PathBuf>,
    all: Vec<Arc<Preset>>,
    names: Vec<String>,
    factory_count: usize,
}

/// A preset of the user's that was put aside.
#[derive(Clone, Debug)]
pub struct Deleted {
    /// Its name.
    pub name: String,
    /// Where it lay, and where it lies.
    path: PathBuf,
    aside: PathBuf,
}

impl Presets {
    /// No presets yet: [`Presets::read`] reads them. `factory` are those that come with the plugin, as TOML.
    pub fn new(plugin_id: &'static str, plugin_name: &str, factory: &'static str) -> Self {
        let folder = config_folder().map(|folder| folder.join("presets").join(plugin_name));
        Self::in_folder(plugin_id, factory, folder)
    }

    /// The same with the user's own in a given folder.
    pub fn in_folder(plugin_id: &'static str, factory: &'static str, folder: Option<PathBuf>) -> Self {
        Self { plugin_id, factory, folder, all: Vec::new(), names: Vec::new(), factory_count: 0 }
    }

    /// Reads the list anew. Answers with a sentence for each file that was left out; none is touched.
    pub fn read(&mut self) -> Vec<String> {
        let factory = toml::from_str::<Factory>(self.factory).map(|factory| factory.preset).unwrap_or_default();
        let (own, left_out) = self.read_folder();
        self.factory_count = factory.len();
        self.all = factory.into_iter().chain(own).map(Arc::new).collect();
        let is_factory = |name: &str| self.all.iter().any(|preset| preset.path.is_none() && preset.name == name);
        // A file may have any name inside, since people edit and copy files; the menu tells them apart.
        self.names = self.all.iter().map(|preset| preset.name.clone()).collect();
        for (number, preset) in self.all.iter().enumerate() {
            let earlier = self.names[..number].contains(&preset.name) || is_factory(&preset.name);
            if let Some(path) = preset.path.as_ref().filter(|_| earlier) {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                self.names[number] = format!("{} ({file})", preset.name);
            }
        }
        left_out
    }

    /// The menu: those that come with the plugin, then the user's own by name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many come with the plugin: the first lines of the menu.
    pub fn factory_count(&self) -> usize {
        self.factory_count
    }

    /// The preset of a line of the menu.
    pub fn get(&self, number: usize) -> Option<&Arc<Preset>> {
        self.all.get(number)
    }

    /// The line of the menu a preset was loaded from; none where it is gone, or has other settings now.
    pub fn line(&self, loaded: &Preset) -> Option<usize> {
        self.all.iter().position(|preset| preset.is_alike(loaded))
    }

    /// Why a name cannot be given to a new preset, before anything is written.
    pub fn objection(&self, name: &str) -> Option<NotSaved> {
        self.objection_but_for(name, None)
    }

    /// Why a preset of the user's cannot be called so instead.
    pub fn objection_to_renaming(&self, preset: &Preset, name: &str) -> Option<NotSaved> {
        self.objection_but_for(name, preset.path.as_deref())
    }

    fn objection_but_for(&self, name: &str, but_for: Option<&Path>) -> Option<NotSaved> {
        let name = preset_file::clean_name(name).to_lowercase();
        if name.is_empty() {
            return Some(NotSaved::NoName);
        }
        let is_other = |preset: &&Arc<Preset>| but_for.is_none() || preset.path.as_deref() != but_for;
        let is_taken = |preset: &&Arc<Preset>| preset.name.to_lowercase() == name;
        self.all.iter().filter(is_other).find(is_taken).map(|preset| match preset.path {
            None => NotSaved::Factory(preset.name.clone()),
            Some(_) => NotSaved::Exists(preset.name.clone()),
        })
    }

    /// Saves settings under a name, in the user's folder, and reads the list anew.
    pub fn save(&mut self, name: &str, settings: Settings, existing: Existing) -> Result<Arc<Preset>, NotSaved> {
        let name = preset_file::clean_name(name);
        let folder = self.folder.clone().ok_or(NotSaved::NoFolder)?;
        // Another instance may have saved since.
        self.read();
        let mut replaced = None;
        match self.objection(&name) {
            Some(NotSaved::Exists(_)) if existing == Existing::Replace => {
                let same = |preset: &&Arc<Preset>| preset.name.to_lowercase() == name.to_lowercase();
                replaced = self.all.iter().find(same).and_then(|preset| preset.path.clone());
            }
            Some(objection) => return Err(objection),
            None => {}
        }
        let path = preset_file::write(&folder, self.plugin_id, &name, &settings, replaced.as_deref())
            .map_err(|error| NotSaved::Io { path: folder, error })?;
        self.read();
        Ok(Arc::new(Preset { name, settings, path: Some(path) }))
    }

    /// Gives a preset of the user's another name, which must be free, and its file one like it. Reads the list anew.
    pub fn rename(&mut self, preset: &Preset, name: &str) -> Result<Arc<Preset>, NotSaved> {
        let name = preset_file::clean_name(name);
        let Some(path) = &preset.path else { return Err(NotSaved::Factory(preset.name.clone())) };
        self.read();
        if let Some(objection) = self.objection_to_renaming(preset, &name) {
            return Err(objection);
        }
        let renamed = preset_file::rename(path, &name).map_err(|error| NotSaved::Io { path: path.clone(), error });
        self.read();
        Ok(Arc::new(Preset { name, settings: preset.settings.clone(), path: Some(renamed?) }))
    }

    /// Takes a preset of the user's out of the menu: its file goes into a folder beside the others. Reads the list anew.
    pub fn delete(&mut self, preset: &Preset) -> Result<Deleted, NotSaved> {
        let Some(path) = &preset.path else { return Err(NotSaved::Factory(preset.name.clone())) };
        let aside = preset_file::put_aside(path).map_err(|error| NotSaved::Io { path: path.clone(), error });
        self.read();
        Ok(Deleted { name: preset.name.clone(), path: path.clone(), aside: aside? })
    }

    /// Takes a preset that was put aside back into the menu. Reads the list anew.
    pub fn bring_back(&mut self, deleted: &Deleted) -> Result<(), NotSaved> {
        let brought = preset_file::bring_back(&deleted.aside, &deleted.path)
            .map_err(|error| NotSaved::Io { path: deleted.path.clone(), error });
        self.read();
        brought
    }

    fn read_folder(&self) -> (Vec<Preset>, Vec<String>) {
        let (mut presets, mut left_out) = (Vec::new(), Vec::new());
        let entries = self.folder.as_deref().map(std::fs::read_dir).and_then(Result::ok);
        for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
            if !is_preset(&path) {
                continue;
            }
            match preset_file::read(&path, self.plugin_id) {
                Ok(file) => presets.push(Preset { name: file.name, settings: file.settings, path: Some(path) }),
                Err(error) => {
                    let file = path.file_name().unwrap_or_default().to_string_lossy();
                    left_out.push(format!("{file} is left out: {error}"));
                }
            }
        }
        presets.sort_by_cached_key(|preset| (preset.name.to_lowercase(), preset.path.clone()));
        left_out.sort();
        (presets, left_out)
    }
}

fn is_preset(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !is_hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Where the user's own files lie; `STEMMA_CONFIG_DIR` names another place, for tests and sandboxes.
fn config_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STEMMA_CONFIG_DIR").filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    let places = etcetera::base_strategy::choose_native_strategy().ok()?;
    // On macOS the folder called preferences is the system's own.
    let folder = if cfg!(target_os = "macos") { places.data_dir() } else { places.config_dir() };
    Some(folder.join(if cfg!(target_os = "linux") { "stemma" } else { "Stemma" }))
}
