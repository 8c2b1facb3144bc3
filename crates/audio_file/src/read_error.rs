//! What can be wrong with an audio file, said with its name and what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a file could not be read; every text names the file and says what to do.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Nothing is at this path.
    #[error("{}: no such file. Check the spelling and the folder.", .path.display())]
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// The system refuses to open or read the file.
    #[error("{}: cannot be read ({source}). Check that it is a file and that you may open it.", .path.display())]
    Unreadable {
        /// The path asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The contents are no sound that is read here, whatever the name says.
    #[error("{}: this is no sound file known here, whatever its name says. Export it again as WAV.", .path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
    },
    /// A kind of audio inside the right kind of file that is not read here.
    #[error("{}: {what} is not supported. Export it as WAV, 16 or 24 bit or 32-bit float.", .path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not supported.
        what: String,
    },
    /// The file holds no sound at all.
    #[error("{}: the file holds no sound (0 frames). Export it again.", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file ends before the length its header declares.
    #[error(
        "{}: the file is cut off: its header declares {declared_frames} frames, {found_frames} are there. \
         Copy or export it again.",
        .path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Frames the header declares.
        declared_frames: u64,
        /// Complete frames found.
        found_frames: u64,
    },
    /// The contents contradict themselves.
    #[error("{}: the file is damaged after frame {frame} ({reason}). Copy or export it again.", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Frames read before the damage.
        frame: u64,
        /// What the decoder said.
        reason: String,
    },
    /// More channels than a stem has.
    #[error("{}: {channels} channels; a stem is mono or stereo. Export the stem as stereo.", .path.display())]
    Channels {
        /// The file.
        path: PathBuf,
        /// Channels in the file.
        channels: usize,
    },
    /// A sample that is no number, or infinite.
    #[error(
        "{}: the sample at frame {frame} of channel {channel} is {value}. A plug-in failed while this was exported: \
         find it and export again.",
        .path.display()
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Frame of the first such sample, from 0.
        frame: u64,
        /// Its channel, from 1.
        channel: usize,
        /// NaN, inf or -inf.
        value: f32,
    },
}
