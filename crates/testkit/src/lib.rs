//! Rulers for tests: an independent witness. Nothing here depends on the crates it measures.
//!
//! `signals` makes test signals, `families` gathers those that are hard on peaks · `blocks` hands them over as a host
//! would · `rulers`, `spectrum` and `loudness` measure what comes out · `contract` holds the promises every processor
//! keeps · `allocations` counts what the audio thread must not do · `song` composes the demonstration song · `snapshot`
//! compares pictures of windows with those that were approved.

pub mod allocations;
pub mod blocks;
pub mod contract;
pub mod families;
pub mod loudness;
pub mod rulers;
pub mod signals;
pub mod snapshot;
pub mod song;
pub mod spectrum;
