//! The window: every parameter is in it, every control does and says what it should, and all of it fits.

mod arrangement;
mod controls;
mod snapshots;
mod stage;
