//! A headless host for CLAP plugins: the real bundles, played block by block without a DAW.
//!
//! [`Instance`] loads a plugin into this process; [`Remote`] gives it a process of its own, as some DAWs do. Both are
//! [`Player`]s and behave alike, so a test or a demonstration written against one holds for the other.
//! [`play()`] sends a whole sound through a player and gives it back in time.

mod active;
mod bundle;
mod callbacks;
mod child;
#[cfg(target_os = "linux")]
mod display;
mod error;
mod events;
mod extensions;
mod instance;
mod parameters;
#[cfg(target_os = "linux")]
mod picture;
mod play;
mod player;
mod ports;
mod protocol;
mod remote;
mod report;
#[cfg(target_os = "linux")]
mod screen;
mod serve;
#[cfg(target_os = "linux")]
mod window;

pub use bundle::{Description, plugins_in};
#[cfg(target_os = "linux")]
pub use display::Display;
pub use error::HostError;
pub use events::{ParameterChange, PluginEvent};
pub use instance::Instance;
pub use parameters::Parameter;
#[cfg(target_os = "linux")]
pub use picture::Picture;
pub use play::{PlayError, PlaySettings, play};
pub use player::{Activated, Activation, HostCalls, Player, Position, Track, TrackKind};
pub use ports::{Layout, Port, Ports};
pub use remote::Remote;
pub use report::REPORT_EXTENSION;
#[cfg(target_os = "linux")]
pub use screen::{Screen, SeenWindow};
pub use serve::serve;
#[cfg(target_os = "linux")]
pub use window::{Window, WindowError};
