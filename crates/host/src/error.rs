//! What can go wrong with a plugin, said for the person at the desk.
//!
//! Every error is plain data: it reads the same whether the plugin lives here or in another process.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the host could not do what was asked. `plugin` is the plugin's name and, where known, its track.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
pub enum HostError {
    /// The file is missing, no library for this machine, or no CLAP bundle.
    #[error("{}: cannot be loaded as a CLAP bundle ({reason})", .path.display())]
    Bundle {
        /// The bundle.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The bundle holds no plugin of this id.
    #[error("{}: holds no plugin \"{id}\"; it has: {}", .path.display(), .available.join(", "))]
    NoSuchPlugin {
        /// The bundle.
        path: PathBuf,
        /// The id asked for.
        id: String,
        /// The ids it has.
        available: Vec<String>,
    },
    /// The bundle names the plugin but does not give an instance of it.
    #[error("{plugin}: cannot be started ({reason})")]
    Instantiate {
        /// The plugin.
        plugin: String,
        /// What failed.
        reason: String,
    },
    /// No layout with this many channels at the main input and output.
    #[error("{plugin}: has no layout with {channels} channel(s); it offers {offered}")]
    Layout {
        /// The plugin.
        plugin: String,
        /// Channels asked for.
        channels: u32,
        /// What it has.
        offered: String,
    },
    /// The plugin refuses to get ready to play.
    #[error("{plugin}: cannot be activated ({reason})")]
    Activate {
        /// The plugin.
        plugin: String,
        /// What failed.
        reason: String,
    },
    /// Audio was sent to a plugin that is not active.
    #[error("{plugin}: is not active")]
    NotActive {
        /// The plugin.
        plugin: String,
    },
    /// Audio that does not fit what the plugin was activated for.
    #[error("{plugin}: the block does not fit ({reason})")]
    Block {
        /// The plugin.
        plugin: String,
        /// What does not fit.
        reason: String,
    },
    /// The plugin failed while playing.
    #[error("{plugin}: failed while processing ({reason})")]
    Process {
        /// The plugin.
        plugin: String,
        /// What failed.
        reason: String,
    },
    /// No parameter of this name or id.
    #[error("{plugin}: has no parameter \"{name}\"; its parameters are: {}", .available.join(", "))]
    NoSuchParameter {
        /// The plugin.
        plugin: String,
        /// The name or id asked for.
        name: String,
        /// The names it has.
        available: Vec<String>,
    },
    /// Several parameters of this name.
    #[error("{plugin}: \"{name}\" could be any of: {}", .candidates.join(", "))]
    AmbiguousParameter {
        /// The plugin.
        plugin: String,
        /// The name asked for.
        name: String,
        /// The full names that fit.
        candidates: Vec<String>,
    },
    /// A value or text the parameter does not take.
    #[error("{plugin}: \"{parameter}\" does not take {value}")]
    Value {
        /// The plugin.
        plugin: String,
        /// The parameter.
        parameter: String,
        /// The value or text.
        value: String,
    },
    /// The plugin refuses to save or load its state.
    #[error("{plugin}: cannot {verb} its state")]
    State {
        /// The plugin.
        plugin: String,
        /// "save" or "load".
        verb: String,
    },
    /// The process of a plugin cannot be started.
    #[error("{}: cannot be started as the process of a plugin ({reason})", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The process of a plugin is gone.
    #[error("{plugin}: its process ended ({status}) while it was asked to {task}")]
    Died {
        /// The plugin.
        plugin: String,
        /// Exit status or signal.
        status: String,
        /// What it was doing.
        task: String,
    },
    /// The process of a plugin is there and says nothing.
    #[error("{plugin}: did not answer for {seconds} s when asked to {task}; its process was ended")]
    NoAnswer {
        /// The plugin.
        plugin: String,
        /// How long it was waited for.
        seconds: u64,
        /// What it was doing.
        task: String,
    },
    /// The two processes do not understand each other.
    #[error("{plugin}: its process answered something unexpected ({reason})")]
    Protocol {
        /// The plugin.
        plugin: String,
        /// What was wrong.
        reason: String,
    },
}
