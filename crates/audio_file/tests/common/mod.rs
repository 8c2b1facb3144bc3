//! Folders and files for tests.

#![allow(dead_code, reason = "every test file compiles this one and uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

pub mod encoded;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use audio_file::{Audio, SourceBits};

/// A folder of its own, removed at the end of the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("stemma-audio-file-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Every name in the folder, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Noise on the 24-bit grid, different on each channel, with both ends of the scale in it.
pub fn noise(sample_rate_hz: u32, channels: usize, frames: usize) -> Audio {
    let mut state = 0x5eed_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as i32 - 0x80_0000
    };
    let mut rows = vec![Vec::new(); channels];
    for frame in 0..frames {
        for row in &mut rows {
            let value = match frame {
                0 => -0x80_0000,
                1 => 0x7f_ffff,
                _ => next(),
            };
            row.push(value as f32 / 8_388_608.0);
        }
    }
    Audio { sample_rate_hz, channels: rows, source_bits: SourceBits::Integer(24) }
}
