//! A whole file's sound in memory.

use std::fmt;

/// One sound: every channel as a row of samples, all of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// One (mono) or two (left, right) rows of samples; full scale is ±1.
    pub channels: Vec<Vec<f32>>,
    /// How the samples were stored in the file they came from.
    pub source_bits: SourceBits,
}

impl Audio {
    /// Frames in the sound. `[any]`
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// A block of the sound, channel by channel; silence where it has ended. `[main]`
    pub fn block(&self, start: usize, frames: usize) -> Vec<Vec<f32>> {
        let row = |channel: &Vec<f32>| {
            let end = channel.len().min(start + frames);
            let mut samples = channel.get(start..end).unwrap_or_default().to_vec();
            samples.resize(frames, 0.0);
            samples
        };
        self.channels.iter().map(row).collect()
    }

    /// Length of the sound in seconds. `[any]`
    pub fn length_s(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate_hz)
    }
}

/// How a file stores one sample. Integers of up to 24 bits and 32-bit floats survive as `f32` without any change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceBits {
    /// Whole numbers of this many bits.
    Integer(u32),
    /// Floating point of this many bits.
    Float(u32),
    /// None: the file holds something like the sound (MP3, AAC, Ogg Vorbis).
    Lossy,
}

impl fmt::Display for SourceBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(bits) => write!(f, "{bits}-bit"),
            Self::Float(bits) => write!(f, "{bits}-bit float"),
            Self::Lossy => write!(f, "lossy"),
        }
    }
}
