//! Instances in processes of their own: started, stopped and killed at any moment, confined, misled and lied to.
//!
//! Each test starts this binary again with `STEMMA_TEST_ROLE` set; `actors` then plays the role. Tests with a long form
//! take as many seconds as `STEMMA_SOAK_SECONDS` says: `cargo xtask soak` sets it.
#![allow(clippy::unwrap_used)]

mod actors;
mod crashes;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(target_os = "linux")]
mod libraries;
mod meeting;
#[path = "../place/mod.rs"]
mod place;
mod readings;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(unix)]
mod stops;
#[cfg(target_os = "linux")]
mod syscalls;
