//! What both plugins share about being a plugin: the door between the host and the framework, and the parameters that
//! are the same in both.

pub mod door;

pub mod compressor_params;
pub mod equalizer_params;
pub mod figures;
pub mod membership;
pub mod playback;
pub mod text;
