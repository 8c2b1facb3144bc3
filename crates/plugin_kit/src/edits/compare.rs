//! Compare: two sets of settings, one of them in force. The project keeps both.

use std::sync::{Arc, PoisonError, RwLock};

use gui::edit_bar::Slot;
use serde::{Deserialize, Serialize};

use super::presets::Preset;
use super::settings::Settings;

/// What the project keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compared {
    /// The second set is in force.
    is_b: bool,
    /// The set that is not; empty until it differs from the one in force.
    other: Settings,
    /// The preset loaded last into A and into B, as it was then: its file may be elsewhere when the project is opened.
    #[serde(skip_serializing_if = "is_none")]
    presets: [Option<Arc<Preset>>; 2],
}

fn is_none(presets: &[Option<Arc<Preset>>; 2]) -> bool {
    presets.iter().all(Option::is_none)
}

/// Both sets, as a persistent field of a plugin.
pub type Compare = Arc<RwLock<Compared>>;

/// The set in force. `[main]`, and the thread that looks
pub fn slot(compare: &Compare) -> Slot {
    if compare.read().unwrap_or_else(PoisonError::into_inner).is_b { Slot::B } else { Slot::A }
}

/// Puts the other set in force; `current` becomes the other one. Answers with what is to be set, nothing where the two
/// were the same. `[main]`
pub fn switch(compare: &Compare, current: Settings) -> Settings {
    let mut compared = compare.write().unwrap_or_else(PoisonError::into_inner);
    compared.is_b = !compared.is_b;
    if compared.other.is_empty() {
        // Both sets began alike.
        let from = usize::from(!compared.is_b);
        compared.presets[1 - from] = compared.presets[from].clone();
    }
    std::mem::replace(&mut compared.other, current)
}

/// The set that is not in force; empty where it is the same as the one in force. `[main]`
pub fn other(compare: &Compare) -> Settings {
    compare.read().unwrap_or_else(PoisonError::into_inner).other.clone()
}

/// Makes these settings the other set. `[main]`
pub fn set_other(compare: &Compare, settings: Settings) {
    compare.write().unwrap_or_else(PoisonError::into_inner).other = settings;
}

/// The preset that was loaded last into a set. `[main]`, and the thread that looks
pub fn preset(compare: &Compare, slot: Slot) -> Option<Arc<Preset>> {
    compare.read().unwrap_or_else(PoisonError::into_inner).presets[index(slot)].clone()
}

/// What a bar shows of it, to see whether that is new. `[main]`, and the thread that looks
pub fn shown(compare: &Compare) -> (bool, Option<String>) {
    let slot = slot(compare);
    (slot == Slot::B, preset(compare, slot).map(|preset| preset.name.clone()))
}

/// Notes the preset that was loaded last into a set. `[main]`
pub fn set_preset(compare: &Compare, slot: Slot, preset: Option<Arc<Preset>>) {
    compare.write().unwrap_or_else(PoisonError::into_inner).presets[index(slot)] = preset;
}

/// A preset has another name now, wherever it was loaded. `[main]`
pub fn rename_preset(compare: &Compare, from: &Preset, to: &str) {
    let mut compared = compare.write().unwrap_or_else(PoisonError::into_inner);
    for preset in compared.presets.iter_mut().flatten().filter(|preset| preset.is_alike(from)) {
        Arc::make_mut(preset).name = to.to_owned();
    }
}

/// The place of a set among both. `[any]`
pub fn index(slot: Slot) -> usize {
    match slot {
        Slot::A => 0,
        Slot::B => 1,
    }
}
