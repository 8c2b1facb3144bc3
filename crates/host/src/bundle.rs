//! Opening a CLAP bundle and seeing what is in it.

use std::ffi::{CStr, CString};
use std::path::Path;

use clack_host::prelude::PluginEntry;
use serde::{Deserialize, Serialize};

use crate::HostError;

/// What a plugin says about itself before it is started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Its unchanging id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Its version.
    pub version: String,
}

/// The plugins in a bundle. `[main]`
pub fn plugins_in(path: impl AsRef<Path>) -> Result<Vec<Description>, HostError> {
    let path = path.as_ref();
    descriptions(&open(path)?, path)
}

/// Loads the library of a bundle and lets it initialise itself.
#[expect(unsafe_code, reason = "loading a library runs its code")]
pub(crate) fn open(path: &Path) -> Result<PluginEntry, HostError> {
    let refuse = |reason: String| HostError::Bundle { path: path.to_path_buf(), reason };
    if !path.exists() {
        return Err(refuse("no such file".to_string()));
    }
    // A bare name would be searched for in the system's library folders instead of here.
    let absolute = std::path::absolute(path).map_err(|error| refuse(error.to_string()))?;
    // SAFETY: a plugin is trusted code chosen by the person at the desk; nothing can prove a library harmless. Whoever
    // wants to survive a broken one uses `Remote`.
    unsafe { PluginEntry::load(&absolute) }.map_err(|error| refuse(error.to_string()))
}

/// The plugin of this id, or the first one, with its id as CLAP wants it.
pub(crate) fn choose(entry: &PluginEntry, path: &Path, id: Option<&str>) -> Result<(Description, CString), HostError> {
    let available = descriptions(entry, path)?;
    let found = available.iter().find(|description| id.is_none_or(|id| id == description.id));
    let chosen = found.and_then(|description| Some((description.clone(), CString::new(description.id.as_str()).ok()?)));
    chosen.ok_or_else(|| HostError::NoSuchPlugin {
        path: path.to_path_buf(),
        id: id.unwrap_or("(any)").to_string(),
        available: available.into_iter().map(|description| description.id).collect(),
    })
}

fn descriptions(entry: &PluginEntry, path: &Path) -> Result<Vec<Description>, HostError> {
    let factory = entry.get_plugin_factory().ok_or_else(|| HostError::Bundle {
        path: path.to_path_buf(),
        reason: "it has no plugin factory".to_string(),
    })?;
    let text = |text: Option<&CStr>| text.map_or_else(String::new, |text| text.to_string_lossy().into_owned());
    Ok(factory
        .plugin_descriptors()
        .map(|descriptor| Description {
            id: text(descriptor.id()),
            name: text(descriptor.name()),
            vendor: text(descriptor.vendor()),
            version: text(descriptor.version()),
        })
        .collect())
}
