//! Below: what stands under the bar: a sentence about the last edit, or a name to be typed.

use std::sync::Arc;

use egui::{Rect, Ui};
use gui::preset_dialog::{self, Answer, PresetDialog, Reply};
use gui::theme::Theme;

use super::Edits;
use super::presets::{Deleted, Existing, NotSaved, Preset};
use crate::door::Link;

/// What stands below the bar.
pub(super) enum Below {
    Nothing,
    /// What the last edit had to say.
    Sentence(String),
    /// A preset was deleted, and can be brought back.
    Deleted(Deleted),
    /// A name is being typed.
    Name(Naming),
}

/// A name for a preset, while it is typed.
pub(super) struct Naming {
    name: String,
    /// The preset that is to be called so; nothing for a new one.
    renamed: Option<Arc<Preset>>,
    /// Why the last attempt failed.
    failure: Option<String>,
}

impl Naming {
    /// For the settings in force.
    pub(super) fn new_preset(name: String) -> Self {
        Self { name, renamed: None, failure: None }
    }

    /// For a preset there is.
    pub(super) fn rename(preset: Arc<Preset>) -> Self {
        Self { name: preset.name.clone(), renamed: Some(preset), failure: None }
    }
}

impl Edits {
    pub(super) fn show_below(&mut self, ui: &mut Ui, theme: &Theme, bar: Rect, link: Option<&Link>) {
        match std::mem::replace(&mut self.below, Below::Nothing) {
            Below::Nothing => {}
            Below::Sentence(sentence) => {
                if preset_dialog::show_sentence(ui, theme, bar, &sentence, None).is_none() {
                    self.below = Below::Sentence(sentence);
                }
            }
            Below::Deleted(deleted) => {
                let sentence = format!("{} is deleted.", deleted.name);
                match preset_dialog::show_sentence(ui, theme, bar, &sentence, Some("Bring back")) {
                    None => self.below = Below::Deleted(deleted),
                    Some(Reply::Close) => {}
                    Some(Reply::Act) => self.bring_back(&deleted),
                }
            }
            Below::Name(naming) => self.ask_name(ui, theme, bar, naming, link),
        }
    }

    fn ask_name(&mut self, ui: &Ui, theme: &Theme, bar: Rect, mut naming: Naming, link: Option<&Link>) {
        let objection = match &naming.renamed {
            Some(preset) => self.presets.objection_to_renaming(preset, &naming.name),
            None => self.presets.objection(&naming.name),
        };
        let replaces = naming.renamed.is_none() && matches!(objection, Some(NotSaved::Exists(_)));
        let verb = match naming.renamed {
            Some(_) => "Rename",
            None if replaces => "Replace",
            None => "Save",
        };
        let sentence = match &objection {
            Some(objection) if replaces => format!("{objection}. Replace it?"),
            Some(objection) => objection.to_string(),
            None => naming.failure.clone().unwrap_or_default(),
        };
        let is_possible = replaces || objection.is_none();
        let dialog = PresetDialog { verb, is_possible, asks: replaces, sentence: &sentence };
        match dialog.show(ui, theme, bar, &mut naming.name) {
            None => self.below = Below::Name(naming),
            Some(Answer::Cancel) => {}
            Some(Answer::Save) => {
                let existing = if replaces { Existing::Replace } else { Existing::Keep };
                let done = match &naming.renamed {
                    Some(preset) => self.rename(preset, &naming.name),
                    None => self.save(&naming.name, existing),
                };
                match done {
                    Ok(()) => drop(link.inspect(|link| link.mark_dirty())),
                    Err(error) => self.below = Below::Name(Naming { failure: Some(error.to_string()), ..naming }),
                }
            }
        }
    }
}
