//! The commands of `stemma`, a file each · `progress` is what someone sees who waits.

pub mod check;
pub mod master;
pub mod measure;
pub mod progress;
pub mod session;
pub mod targets;

/// How a command ended that had nothing wrong to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Pass,
    /// Done, and something was found that someone should look at.
    Finding,
}
