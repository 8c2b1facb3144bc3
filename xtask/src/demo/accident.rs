//! An accident on purpose: the process of a stem is killed while the song plays, and started again when Master Bus has
//! noticed. Meanwhile the song goes on in real time, without that stem.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::song::Song;
use super::studio::Studio;

/// Longer than any promise about how soon a stem is missed or found.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to one stem.
pub struct Accident {
    /// Its place in the mixer.
    pub victim: usize,
    /// Where in the song it is killed.
    at_frame: usize,
    stage: Stage,
    /// What the report says about it.
    pub events: Vec<String>,
}

/// How far it has come.
enum Stage {
    Ahead,
    /// It is dead, but still in the list.
    Killed {
        at: Moment,
        /// What the project file would hold.
        state: Vec<u8>,
    },
    /// It runs again, but is not yet in the list.
    Restarted {
        killed: Moment,
        gone_after_s: f64,
        at: Moment,
    },
    Over,
}

/// A moment of the song and of the clock on the wall.
#[derive(Clone, Copy)]
struct Moment {
    frame: usize,
    clock: Instant,
}

impl Accident {
    /// Will happen to a stem of the middle after a quarter of the song.
    pub fn ahead(song: &Song) -> Self {
        Self { victim: song.stems.len() / 2, at_frame: song.frames / 4, stage: Stage::Ahead, events: Vec::new() }
    }

    /// Whether the stem cannot be played now.
    pub fn silences(&self, stem: usize) -> bool {
        stem == self.victim && matches!(self.stage, Stage::Killed { .. })
    }

    /// Whether it has begun and is not over.
    pub fn is_under_way(&self) -> bool {
        matches!(self.stage, Stage::Killed { .. } | Stage::Restarted { .. })
    }

    /// Lets the clock catch up with the song, which is at `frame`.
    pub fn keep_time(&self, song: &Song, frame: usize) {
        if let Stage::Killed { at, .. } | Stage::Restarted { killed: at, .. } = self.stage {
            let due = Duration::from_secs_f64(seconds(song, frame - at.frame));
            thread::sleep(due.saturating_sub(at.clock.elapsed()));
        }
    }

    /// Does what is due before the block at `frame`.
    pub fn go_on(&mut self, studio: &mut Studio, song: &Song, frame: usize) -> Result<()> {
        let now = Moment { frame, clock: Instant::now() };
        let name = &song.stems[self.victim].name;
        match &self.stage {
            Stage::Ahead if frame >= self.at_frame => {
                let state = studio.kill(self.victim)?;
                println!("— {name} is killed at {}", clock(song, frame));
                self.stage = Stage::Killed { at: now, state };
            }
            Stage::Killed { at, state } if !studio.lists(name)? => {
                let (killed, gone_after_s) = (*at, at.clock.elapsed().as_secs_f64());
                studio.restart(song, self.victim, state)?;
                self.stage = Stage::Restarted { killed, gone_after_s, at: now };
            }
            Stage::Restarted { killed, gone_after_s, at } if studio.lists(name)? => {
                let (killed, restarted) = (*killed, *at);
                let back_after_s = restarted.clock.elapsed().as_secs_f64();
                self.events.push(format!(
                    "{name} was killed at {}, gone from the list after {gone_after_s:.1} s, and back {back_after_s:.2} s \
                     after it was started again; its figures begin there. The master is without it from {0} to {1}.",
                    clock(song, killed.frame),
                    clock(song, restarted.frame)
                ));
                self.stage = Stage::Over;
            }
            Stage::Killed { at, .. } | Stage::Restarted { at, .. } if at.clock.elapsed() > PATIENCE => {
                bail!("{name} was killed, and Master Bus has not got over it in {} s", PATIENCE.as_secs())
            }
            _ => {}
        }
        Ok(())
    }
}

fn seconds(song: &Song, frames: usize) -> f64 {
    frames as f64 / f64::from(song.sample_rate_hz)
}

/// A place in the song, as players show it.
fn clock(song: &Song, frame: usize) -> String {
    let tenths = (seconds(song, frame) * 10.0) as usize;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
