//! A plugin in the mixer: where it runs, and how its controls stand.

use anyhow::{Result, bail};
use dsp::compressor::CompressorSettings;
use dsp::role::GuardRails;
use host::{Activation, Instance, Player, Remote, Track};

use super::song::Stem;
use crate::run;

/// How the controls stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Nothing changes the sound.
    Neutral,
    /// Every stem starts from what its role asks for; the master limits at −1 dBTP and dithers to 24 bit.
    StartingPoints,
}

/// A plugin, here or in a process of its own.
pub enum Seat {
    /// In this process.
    Here(Box<Instance>),
    /// In a process of its own.
    Apart(Box<Remote>),
}

impl Seat {
    /// Loads a bundle's plugin for a track.
    pub fn open(plugin: &str, track: Track, in_process: bool) -> Result<Self> {
        let bundle = run::target().join("bundled").join(format!("{plugin}.clap"));
        Ok(if in_process {
            Self::Here(Box::new(Instance::load(&bundle, None, track)?))
        } else {
            Self::Apart(Box::new(Remote::load(&bundle, None, track)?))
        })
    }

    /// What can be done with it wherever it is.
    pub fn player(&mut self) -> &mut dyn Player {
        match self {
            Self::Here(player) => &mut **player,
            Self::Apart(player) => &mut **player,
        }
    }
}

/// Opens the plugin of a stem and sets its controls.
pub fn open_stem(stem: &Stem, in_process: bool, preset: Preset) -> Result<Seat> {
    let mut seat = Seat::open("Stem Trim", Track::bus(&stem.name), in_process)?;
    set_stem(seat.player(), stem, preset)?;
    Ok(seat)
}

/// Makes the plugin of a stem ready to play it.
pub fn activate_stem(player: &mut dyn Player, stem: &Stem, activation: &Activation) -> Result<()> {
    let channels = stem.audio.channels.len() as u32;
    let activated = player.activate(&Activation { channels, ..*activation })?;
    if activated.latency_frames != 0 {
        bail!("{}: reports a latency of {} frames, but must have none", stem.name, activated.latency_frames);
    }
    Ok(())
}

fn set_stem(player: &mut dyn Player, stem: &Stem, preset: Preset) -> Result<()> {
    player.set("Role", stem.role.name())?;
    match preset {
        Preset::Neutral => Ok(()),
        Preset::StartingPoints => set_compressor(player, &stem.role.starting_point().compressor),
    }
}

/// Sets the controls of Master Bus.
pub fn set_master(player: &mut dyn Player, preset: Preset) -> Result<()> {
    match preset {
        Preset::Neutral => {
            player.set("Limiter/Ceiling", "0 dB")?;
            player.set("Limiter/True peak", "Off")?;
        }
        Preset::StartingPoints => {
            set_compressor(player, &GuardRails::master().starting_compressor())?;
            player.set("Output/Dither", "24 bit")?;
        }
    }
    Ok(())
}

fn set_compressor(player: &mut dyn Player, compressor: &CompressorSettings) -> Result<()> {
    player.set("Compressor/Compressor on", if compressor.on { "On" } else { "Off" })?;
    player.set("Compressor/Threshold", &format!("{} dB", compressor.threshold_db))?;
    player.set("Compressor/Ratio", &format!("{}:1", compressor.ratio))?;
    player.set("Compressor/Knee", &format!("{} dB", compressor.knee_db))?;
    player.set("Compressor/Attack", &format!("{} ms", compressor.attack_ms))?;
    player.set("Compressor/Release", &format!("{} ms", compressor.release_ms))?;
    Ok(())
}
