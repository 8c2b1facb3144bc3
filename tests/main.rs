//! What the whole product promises, asked of the real bundles.
//!
//! Run `cargo xtask bundle` first. `bundles` finds and opens them, `fake_host` is a CLAP host that writes down everything
//! a plugin asks of it; the other modules are one promise each.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod automation;
mod bundles;
// Stems and masters of different libraries have met on Linux only so far.
#[cfg(target_os = "linux")]
mod demo;
mod documentation;
#[cfg(target_os = "linux")]
mod editors;
mod fake_host;
#[cfg(target_os = "linux")]
mod ffmpeg;
mod hostile_host;
mod layering;
mod limiter_song;
#[cfg(target_os = "linux")]
mod loudness;
#[cfg(target_os = "linux")]
mod offline;
mod probe;
mod realtime;
#[cfg(target_os = "linux")]
mod remote;
mod signal;
mod state;
mod text;
#[cfg(target_os = "linux")]
mod vst3;
#[cfg(target_os = "linux")]
mod vst3_buses;
#[cfg(target_os = "linux")]
mod vst3_controller;
mod vst3_hosts;
