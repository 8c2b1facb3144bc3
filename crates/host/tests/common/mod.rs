//! The test plugin and the two ways to have it.

#![allow(dead_code, reason = "every test file compiles this one and uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its plugin has failed")]

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use host::{Activation, Instance, Player, Remote, Track};

pub const LATENCY_FRAMES: usize = 5;
pub const GAIN: u32 = 10;
pub const MODE: u32 = 11;

pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_stemma-host"))
}

/// The bundle that `cargo test -p host` builds from `examples/test_plugin.rs`.
pub fn bundle() -> PathBuf {
    let name = format!("{DLL_PREFIX}test_plugin{DLL_SUFFIX}");
    let bundle = program().parent().unwrap().join("examples").join(name);
    assert!(bundle.exists(), "{} is missing: run `cargo build -p host --examples`", bundle.display());
    bundle
}

pub fn track() -> Track {
    Track { color: Some([200, 30, 7]), ..Track::bus("Drums") }
}

pub fn remote() -> Remote {
    Remote::load_with(&program(), bundle(), None, track()).unwrap()
}

/// The test plugin in this process and in one of its own: what holds for one must hold for the other.
pub fn players() -> [Box<dyn Player>; 2] {
    [Box::new(Instance::load(bundle(), None, track()).unwrap()), Box::new(remote())]
}

pub const STEREO: Activation = Activation { sample_rate_hz: 48_000.0, max_frames: 256, channels: 2, offline: false };

/// Noise, different on each channel.
pub fn noise(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut state = 0x5eed_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..channels).map(|_| (0..frames).map(|_| next()).collect()).collect()
}

/// A folder of its own, removed at the end of the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("stemma-host-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
