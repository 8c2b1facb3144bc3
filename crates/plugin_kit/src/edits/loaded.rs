//! Loaded: the preset whose settings are in force, whether they still are, and what becomes of the user's own.

use std::sync::Arc;
use std::time::Instant;

use super::below::Below;
use super::history::Step;
use super::presets::{Deleted, Existing, NotSaved, Preset};
use super::settings::is_same;
use super::steps::write;
use super::{Edits, compare, listed, settings};
use crate::controls::Hand;
use crate::door::Link;

impl Edits {
    /// Reads the list of presets, as a window does when it opens and when the menu does. `[main]`
    pub fn read_presets(&mut self) {
        let left_out = self.presets.read();
        if let [first, others @ ..] = left_out.as_slice()
            && left_out != self.left_out
        {
            let others = if others.is_empty() { String::new() } else { format!(" And {} more.", others.len()) };
            self.below = Below::Sentence(format!("{first}.{others}"));
        }
        self.left_out = left_out;
    }

    /// The menu of presets as it was read last. `[main]`
    pub fn preset_names(&self) -> &[String] {
        self.presets.names()
    }

    /// The preset that was loaded last, and whether anything was moved since. `[main]`
    pub fn preset(&self) -> Option<(String, bool)> {
        self.loaded().map(|preset| (preset.name.clone(), self.is_changed()))
    }

    /// Saves the settings in force as a preset of the user's. `[main]`
    pub fn save(&mut self, name: &str, existing: Existing) -> Result<(), NotSaved> {
        let saved = self.presets.save(name, self.parameters.settings(), existing)?;
        self.set_loaded(Some(without_file(&saved)));
        Ok(())
    }

    /// Gives a preset of the user's another name, also where it was loaded before. `[main]`
    pub(super) fn rename(&mut self, preset: &Preset, name: &str) -> Result<(), NotSaved> {
        let renamed = self.presets.rename(preset, name)?;
        self.histories.iter_mut().for_each(|history| history.rename_preset(preset, &renamed.name));
        compare::rename_preset(&self.compare, preset, &renamed.name);
        Ok(())
    }

    /// Takes a preset of the user's out of the menu; it can be brought back. `[main]`
    pub(super) fn delete(&mut self, preset: &Preset) {
        self.below = match self.presets.delete(preset) {
            Ok(deleted) => Below::Deleted(deleted),
            Err(error) => Below::Sentence(error.to_string()),
        };
    }

    /// Takes a preset that was deleted into the menu again. `[main]`
    pub(super) fn bring_back(&mut self, deleted: &Deleted) {
        self.below = match self.presets.bring_back(deleted) {
            Ok(()) => Below::Nothing,
            Err(error) => Below::Sentence(error.to_string()),
        };
    }

    /// Sets everything that makes the sound; what the preset does not name, to its default. A preset with a value that is
    /// none changes nothing.
    pub(super) fn load(&mut self, preset: &Arc<Preset>, hand: &Hand, link: Option<&Link>) {
        let mut wanted = Vec::new();
        for (id, parameter) in self.parameters.sound() {
            let normalized = match preset.settings.get(id) {
                Some(setting) => settings::normalized_of(parameter, setting),
                None => Some(settings::default_normalized(parameter)),
            };
            let Some(normalized) = normalized else {
                let (preset, parameter) = (&preset.name, settings::name(parameter));
                self.below = Below::Sentence(format!("{preset} is not loaded: its value for {parameter} is none."));
                return;
            };
            wanted.push((parameter, normalized));
        }
        let moves = write(wanted, hand, link);
        let (before, after) = (self.loaded(), Some(without_file(preset)));
        self.set_loaded(after.clone());
        let step = Step { name: preset.name.clone(), moves, preset: (before != after).then_some([before, after]) };
        self.history_mut().record(step, false, Instant::now());
        link.inspect(|link| link.mark_dirty());
        let is_unknown = |id: &&String| self.parameters.find(id).is_none();
        let unknown: Vec<&str> = preset.settings.keys().filter(is_unknown).map(String::as_str).collect();
        if !unknown.is_empty() {
            let (preset, unknown) = (&preset.name, listed(&unknown));
            let sentence = format!("{preset} is loaded without {unknown}: this version has no such setting.");
            self.below = Below::Sentence(sentence);
        }
    }

    /// Whether the sound is another than that of the preset loaded last.
    pub(super) fn is_changed(&self) -> bool {
        let Some(preset) = self.loaded() else { return false };
        self.parameters.sound().any(|(id, parameter)| {
            let wanted = preset.settings.get(id).map(|setting| settings::normalized_of(parameter, setting));
            let wanted = wanted.unwrap_or_else(|| Some(settings::default_normalized(parameter)));
            wanted.is_none_or(|wanted| !is_same(wanted, settings::normalized(parameter)))
        })
    }

    /// The name a new preset begins with: that of the one loaded last, if it is the user's.
    pub(super) fn loaded_name(&self) -> String {
        let own =
            self.loaded().filter(|preset| !matches!(self.presets.objection(&preset.name), Some(NotSaved::Factory(_))));
        own.map(|preset| preset.name.clone()).unwrap_or_default()
    }

    /// The preset that was loaded last into the set in force.
    pub(super) fn loaded(&self) -> Option<Arc<Preset>> {
        compare::preset(&self.compare, self.slot())
    }

    pub(super) fn set_loaded(&self, preset: Option<Arc<Preset>>) {
        compare::set_preset(&self.compare, self.slot(), preset);
    }
}

/// A preset as a project keeps it: where its file lies is not told.
fn without_file(preset: &Preset) -> Arc<Preset> {
    Arc::new(Preset { path: None, ..preset.clone() })
}
