//! Compare: two sets of settings, one of them in force. The project keeps both.

use std::sync::{Arc, PoisonError, RwLock};

use gui::edit_bar::Slot;
use serde::{Deserialize, Serialize};

use super::settings::Settings;

/// What the project keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compared {
    /// The second set is in force.
    is_b: bool,
    /// The set that is not; empty until it differs from the one in force.
    other: Settings,
}

/// Both sets, as a persistent field of a plugin.
pub type Compare = Arc<RwLock<Compared>>;

/// The set in force. `[main]`
pub fn slot(compare: &Compare) -> Slot {
    if compare.read().unwrap_or_else(PoisonError::into_inner).is_b { Slot::B } else { Slot::A }
}

/// Puts the other set in force; `current` becomes the other one. Answers with what is to be set, nothing where the two
/// were the same. `[main]`
pub fn switch(compare: &Compare, current: Settings) -> Settings {
    let mut compared = compare.write().unwrap_or_else(PoisonError::into_inner);
    compared.is_b = !compared.is_b;
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
