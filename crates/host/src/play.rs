//! A whole sound through a plugin, as a render in a DAW would do it.

use std::thread;
use std::time::{Duration, Instant};

use audio_file::{Audio, SourceBits};
use thiserror::Error;

use crate::{Activated, Activation, HostError, Player, Position};

/// How a sound is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaySettings {
    /// Frames in a block, at least 1.
    pub block_frames: u32,
    /// Whether the plugin is told that no one is listening, and played as fast as it goes; otherwise a block comes when
    /// it would in a DAW.
    pub offline: bool,
}

impl Default for PlaySettings {
    fn default() -> Self {
        Self { block_frames: 512, offline: true }
    }
}

/// Why a sound could not be played.
#[derive(Debug, Error)]
pub enum PlayError {
    /// The plugin or its host failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The side-chain has another rate than the sound.
    #[error("the side-chain has {sidechain_hz} Hz, the input {input_hz} Hz: both must have the same rate")]
    Rate {
        /// Rate of the sound.
        input_hz: u32,
        /// Rate of the side-chain.
        sidechain_hz: u32,
    },
    /// The plugin has no side-chain input.
    #[error("{plugin}: has no side-chain input")]
    NoSidechain {
        /// The plugin.
        plugin: String,
    },
}

/// Plays a sound from the start of the song and returns what comes out, in time and of the same length. `[main]`
///
/// The plugin's latency is taken off the front, and silence fed at the end until everything is out. The plugin stays
/// active, so that its readings can still be asked for. `progress` hears how many frames are done.
pub fn play(
    player: &mut dyn Player,
    sound: &Audio,
    sidechain: Option<&Audio>,
    settings: &PlaySettings,
    progress: &mut dyn FnMut(usize),
) -> Result<Audio, PlayError> {
    if let Some(other) = sidechain.filter(|other| other.sample_rate_hz != sound.sample_rate_hz) {
        return Err(PlayError::Rate { input_hz: sound.sample_rate_hz, sidechain_hz: other.sample_rate_hz });
    }
    let block_frames = settings.block_frames.max(1);
    let channels = sound.channels.len();
    let Activated { latency_frames, sidechain_channels, .. } = player.activate(&Activation {
        sample_rate_hz: f64::from(sound.sample_rate_hz),
        max_frames: block_frames,
        channels: channels as u32,
        offline: settings.offline,
    })?;
    if sidechain.is_some() && sidechain_channels.is_none() {
        return Err(PlayError::NoSidechain { plugin: player.label().to_string() });
    }

    let latency = latency_frames as usize;
    let end = sound.frames() + latency;
    let mut played = vec![Vec::with_capacity(end); channels];
    let started = Instant::now();
    let mut start = 0;
    while start < end {
        let frames = (end - start).min(block_frames as usize);
        let input = sound.block(start, frames);
        let side = sidechain.map(|sidechain| sidechain.block(start, frames));
        let mut output = vec![vec![0.0; frames]; channels];
        player.process(
            &references(&input),
            side.as_deref().map(references).as_deref(),
            &mut output.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
            Position::playing(start as i64),
            &[],
        )?;
        for (played, output) in played.iter_mut().zip(&output) {
            played.extend_from_slice(output);
        }
        start += frames;
        if !settings.offline {
            let due = Duration::from_secs_f64(start as f64 / f64::from(sound.sample_rate_hz));
            thread::sleep(due.saturating_sub(started.elapsed()));
        }
        progress(start.saturating_sub(latency));
    }
    for row in &mut played {
        row.drain(..latency);
    }
    Ok(Audio { sample_rate_hz: sound.sample_rate_hz, channels: played, source_bits: SourceBits::Float(32) })
}

fn references(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}
