//! WHERE IT GOES: the dated table of platforms, and what each of them will do to a master.
//!
//! [`Targets`] is the table, [`Target`] one line of it. [`playback::playback`] predicts how loud a master plays there,
//! [`verdict::verdict`] says what to think of it. Every figure carries its source, its date and how far to trust it,
//! and what nobody knows is shown as unknown.

pub mod file;
pub mod playback;
pub mod table;
pub mod verdict;

pub use file::TargetsError;
pub use playback::{Playback, playback};
pub use table::{Confidence, Direction, Kind, Target, Targets};
pub use verdict::{Grade, Verdict, verdict};
