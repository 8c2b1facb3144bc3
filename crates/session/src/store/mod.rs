//! Where the shared memory lives: one file per operating system, all with the same three duties.
//!
//! `open` gives a mapping of the whole region and the [`Files`] beside it, or an honest [`Refusal`]. Memory is tmpfs or
//! anonymous, never a disk file: writeback would make the audio thread wait for a disk.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{Files, open};

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
pub(crate) use macos::{Files, open};

#[cfg(target_os = "windows")]
mod windows;
#[cfg(target_os = "windows")]
pub(crate) use windows::{Files, open};

/// Why there is no shared memory; the text ends up in the window.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No directory passed the checks.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    #[error("no private directory in memory: {0}")]
    NoDirectory(String),
    /// A file cannot be used.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    #[error("{what}: {error}")]
    File {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file was damaged again as often as it was replaced.
    #[error("the shared memory file is damaged and cannot be replaced")]
    Damaged,
    /// This version has no shared memory on this system.
    #[cfg_attr(target_os = "linux", allow(dead_code))]
    #[error("this version links across processes on Linux only, not on {0}")]
    System(&'static str),
}
