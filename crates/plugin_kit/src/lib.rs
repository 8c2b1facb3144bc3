//! What both plugins share about being a plugin: the door between the host and the framework, and the parameters that
//! are the same in both.

pub mod door;

// The session: who the instance is, what it says.
pub mod figures;
pub mod membership;
mod notice;
pub mod playback;
pub mod readout;
mod remote;
pub mod voice;

// An open window, and the sound on its way there.
pub mod closing;
pub mod feed;
pub mod first_drawing;
pub mod heard;
pub mod watch;

// What the host sees and the window holds.
pub mod controls;
pub mod edits;

pub mod compressor_params;
pub mod equalizer_params;
pub mod text;
