//! A folder for one test, and the programme run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use audio_file::{Audio, SourceBits, WavEncoding, write_wav};
use testkit::signals;

pub const RATE_HZ: u32 = 48_000;

/// Removed at the end.
pub struct Desk {
    pub folder: PathBuf,
}

impl Desk {
    pub fn new(test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Four stems of noise in the folder `stems`, and their sum as `mix.wav` beside it: 24-bit files, so that the sum is
    /// the mix to the bit.
    pub fn with_stems(test: &str) -> Self {
        let desk = Self::new(test);
        fs::create_dir_all(desk.path("stems")).unwrap();
        let stems: Vec<Audio> = (0..4).map(|index| noise(2 * index + 1, 3)).collect();
        let mut mix = stems[0].clone();
        for stem in &stems[1..] {
            for (sum, row) in mix.channels.iter_mut().zip(&stem.channels) {
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
        }
        for (name, stem) in NAMES.iter().zip(&stems) {
            desk.write(&format!("stems/{name}.wav"), stem);
        }
        desk.write("mix.wav", &mix);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, audio: &Audio) {
        write_wav(self.path(name), audio, WavEncoding::Integer24).unwrap();
    }

    pub fn stemma(&self, arguments: &[&str]) -> Output {
        Command::new(stemma()).args(arguments).current_dir(&self.folder).output().unwrap()
    }

    /// Names of all files of the folder.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap());
        entries.filter(|entry| entry.path().is_file()).map(|entry| name(&entry.path())).collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub const NAMES: [&str; 4] = ["01_Drums", "02_Bass", "03_Keys", "04_Lead_Vox"];

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

pub fn stemma() -> &'static str {
    env!("CARGO_BIN_EXE_stemma")
}

/// Left and right of pink noise without a constant part, on the grid of 24 bits.
pub fn noise(seed: u64, seconds: usize) -> Audio {
    let frames = seconds * RATE_HZ as usize;
    let row = |seed: u64| {
        let noise = signals::pink_noise(seed, 0.03, frames);
        let mean = noise.iter().map(|&x| f64::from(x)).sum::<f64>() / frames as f64;
        noise.iter().map(|&x| (((f64::from(x) - mean) * 8_388_608.0).round() / 8_388_608.0) as f32).collect()
    };
    Audio { sample_rate_hz: RATE_HZ, channels: vec![row(seed), row(seed + 1)], source_bits: SourceBits::Integer(24) }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
