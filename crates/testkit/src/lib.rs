//! Rulers for tests: an independent witness. Nothing here depends on the crates it measures.
//!
//! `contract` holds the promises every processor keeps · `signals` makes test signals · `rulers` measures them ·
//! `allocations` counts what the audio thread must not do · `song` composes the demonstration song.

pub mod allocations;
pub mod contract;
pub mod rulers;
pub mod signals;
pub mod song;
