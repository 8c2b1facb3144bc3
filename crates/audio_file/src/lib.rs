//! Audio files in and out: stems are read exactly, a WAV is written whole or not at all.
//!
//! WAV, AIFF, FLAC and whatever else `symphonia` decodes (CAF, ALAC, MP3, AAC, Ogg Vorbis) come in as planar `f32`
//! ([`read()`], [`Reader`]), a folder of WAV, AIFF and FLAC as a [`StemSet`]; results go out as WAV
//! ([`WavWriter`]). Whatever is wrong with a file is said with the file's name and what to do about it. Everything here is
//! `[setup]` or `[main]` work: it allocates and waits for the disk.

mod audio;
mod convert;
mod edit_list;
mod kind;
mod read;
mod read_error;
mod stems;
mod write;

pub use audio::{Audio, SourceBits};
pub use convert::{ConvertError, convert_rate};
pub use read::{Reader, read};
pub use read_error::ReadError;
pub use stems::{AudioFiles, Stem, StemError, StemOptions, StemSet, audio_files};
pub use write::{WavEncoding, WavWriter, WriteError, write_wav};
