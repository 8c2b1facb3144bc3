//! Writing a WAV: it appears under its name complete, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use thiserror::Error;

use crate::Audio;

/// How samples are stored in a WAV.
///
/// Rounding to whole numbers is plain: a sample already on the grid of the target is stored unchanged, anything else
/// wants dither first. Beyond full scale, whole numbers are clipped; floats are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WavEncoding {
    /// 16-bit whole numbers.
    Integer16,
    /// 24-bit whole numbers, the usual delivery format.
    #[default]
    Integer24,
    /// 32-bit floats: every sample exactly as computed.
    Float32,
}

impl WavEncoding {
    /// Bits in one sample. `[any]`
    pub fn bits(self) -> u16 {
        match self {
            Self::Integer16 => 16,
            Self::Integer24 => 24,
            Self::Float32 => 32,
        }
    }
}

/// Why a WAV could not be written; nothing is left under its name.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The system refused: no such folder, no permission, disk full.
    #[error("{}: cannot be written ({source}). Check the folder, its permissions and the free space.", .path.display())]
    Io {
        /// The file to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A sample that is no number, or infinite.
    #[error("{}: not written, the sample at frame {frame} of channel {channel} is {value}", .path.display())]
    NotFinite {
        /// The file to be.
        path: PathBuf,
        /// Its frame, from 0.
        frame: u64,
        /// Its channel, from 1.
        channel: usize,
        /// NaN, inf or -inf.
        value: f32,
    },
    /// A block whose channels do not fit the file.
    #[error("{}: given {got} channels, the file has {expected}, all of one length", .path.display())]
    Channels {
        /// The file to be.
        path: PathBuf,
        /// Channels of the file.
        expected: usize,
        /// Channels given.
        got: usize,
    },
    /// A WAV ends at 4 GB.
    #[error("{}: too long for a WAV file (4 GB). Write it in parts, or with fewer bits.", .path.display())]
    TooLong {
        /// The file to be.
        path: PathBuf,
    },
}

/// Bytes of sound a WAV can hold, with room for the header.
const MAX_DATA_BYTES: u64 = u32::MAX as u64 - 1024;

/// Writes a WAV into a temporary file beside its target, and gives it its name at the very end.
///
/// Dropped before [`WavWriter::finish`], it removes the temporary file and leaves the target as it was.
pub struct WavWriter {
    path: PathBuf,
    wav: hound::WavWriter<BufWriter<File>>,
    file: File,
    /// After the open handles, so that it goes last: Windows removes no open file.
    temporary: TemporaryFile,
    encoding: WavEncoding,
    channels: usize,
    frames: u64,
}

impl WavWriter {
    /// Begins a file; the target itself is not touched yet. `[setup]`
    pub fn create(
        path: impl AsRef<Path>,
        sample_rate_hz: u32,
        channels: usize,
        encoding: WavEncoding,
    ) -> Result<Self, WriteError> {
        let path = path.as_ref().to_path_buf();
        let refuse = |source| WriteError::Io { path: path.clone(), source };
        if path.is_dir() {
            return Err(refuse(io::Error::other("it is a folder")));
        }
        let Ok(channel_count @ 1..) = u16::try_from(channels) else {
            return Err(WriteError::Channels { path, expected: 1, got: channels });
        };
        let (temporary, file) = TemporaryFile::beside(&path).map_err(refuse)?;
        let spec = hound::WavSpec {
            channels: channel_count,
            sample_rate: sample_rate_hz,
            bits_per_sample: encoding.bits(),
            sample_format: match encoding {
                WavEncoding::Float32 => hound::SampleFormat::Float,
                _ => hound::SampleFormat::Int,
            },
        };
        let sound = BufWriter::new(file.try_clone().map_err(refuse)?);
        let wav = hound::WavWriter::new(sound, spec).map_err(|error| refuse(io_error(error)))?;
        Ok(Self { path, wav, file, temporary, encoding, channels, frames: 0 })
    }

    /// Appends a block, one row of equal length a channel. `[setup]`
    pub fn write<S: AsRef<[f32]>>(&mut self, block: &[S]) -> Result<(), WriteError> {
        let rows: Vec<&[f32]> = block.iter().map(AsRef::as_ref).collect();
        let frames = rows.first().map_or(0, |row| row.len());
        if rows.len() != self.channels || rows.iter().any(|row| row.len() != frames) {
            return Err(WriteError::Channels { path: self.path.clone(), expected: self.channels, got: rows.len() });
        }
        let bytes_per_frame = self.channels as u64 * u64::from(self.encoding.bits() / 8);
        if (self.frames + frames as u64) * bytes_per_frame > MAX_DATA_BYTES {
            return Err(WriteError::TooLong { path: self.path.clone() });
        }
        for frame in 0..frames {
            for (channel, row) in rows.iter().enumerate() {
                let value = row[frame];
                if !value.is_finite() {
                    let frame = self.frames + frame as u64;
                    return Err(WriteError::NotFinite { path: self.path.clone(), frame, channel: channel + 1, value });
                }
                let written = match self.encoding {
                    WavEncoding::Integer16 => self.wav.write_sample(integer_from_sample(value, 15)),
                    WavEncoding::Integer24 => self.wav.write_sample(integer_from_sample(value, 23)),
                    WavEncoding::Float32 => self.wav.write_sample(value),
                };
                written.map_err(|error| WriteError::Io { path: self.path.clone(), source: io_error(error) })?;
            }
        }
        self.frames += frames as u64;
        Ok(())
    }

    /// Frames written so far. `[any]`
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Completes the file, waits until it is on the disk, and gives it its name. `[setup]`
    pub fn finish(self) -> Result<(), WriteError> {
        let Self { path, temporary, wav, file, .. } = self;
        let complete = || -> io::Result<()> {
            wav.finalize().map_err(io_error)?;
            file.sync_all()?;
            drop(file);
            temporary.become_file(&path)
        };
        complete().map_err(|source| WriteError::Io { path: path.clone(), source })
    }
}

/// Writes a whole sound. `[setup]`
pub fn write_wav(path: impl AsRef<Path>, audio: &Audio, encoding: WavEncoding) -> Result<(), WriteError> {
    let mut writer = WavWriter::create(path, audio.sample_rate_hz, audio.channels.len(), encoding)?;
    writer.write(&audio.channels)?;
    writer.finish()
}

/// The nearest whole number when full scale is 2^`exponent`, clipped to what that many bits hold.
fn integer_from_sample(sample: f32, exponent: i32) -> i32 {
    let full_scale = f64::from(exponent).exp2();
    (f64::from(sample) * full_scale).round().clamp(-full_scale, full_scale - 1.0) as i32
}

fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A file that vanishes unless it is given its final name.
struct TemporaryFile {
    path: PathBuf,
}

impl TemporaryFile {
    /// Creates a hidden file in the folder of `target`: only there is renaming one step.
    fn beside(target: &Path) -> io::Result<(Self, File)> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = target.file_name().ok_or_else(|| io::Error::other("the path names no file"))?.to_string_lossy();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = target.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok((Self { path }, file))
    }

    fn become_file(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        // Without this, a power cut may still take the name away; some systems cannot do it, and the file is there.
        #[cfg(unix)]
        if let Some(folder) = target.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if let Ok(folder) = File::open(folder) {
                let _ = folder.sync_all();
            }
        }
        Ok(())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // After the renaming nothing is there, and nothing more can be done about anything else.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::integer_from_sample;

    #[test]
    fn full_scale_is_clipped_and_the_grid_is_kept() {
        assert_eq!(integer_from_sample(1.0, 23), 8_388_607);
        assert_eq!(integer_from_sample(-1.5, 23), -8_388_608);
        for value in [-8_388_608, -4_194_305, -1, 0, 1, 77, 8_388_607] {
            assert_eq!(integer_from_sample(value as f32 / 8_388_608.0, 23), value);
        }
    }
}
