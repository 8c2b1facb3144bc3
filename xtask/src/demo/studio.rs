//! The mixer: a Stem Trim on every stem, a Master Bus on their sum.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use dsp::compressor::CompressorSettings;
use dsp::role::GuardRails;
use dsp::sum::Sum;
use dsp::units::SILENCE_DB;
use host::{Activation, Instance, Player, Position, Remote, Track};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use render::report::Curves;

use super::Stopwatch;
use super::figures::MasterReport;
use super::song::{Song, Stem};
use crate::run;

/// The end of the range of the limiter's drive.
pub const MAX_DRIVE_DB: f64 = 24.0;

/// How the controls stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Nothing changes the sound.
    Neutral,
    /// Every stem starts from what its role asks for; the master limits at −1 dBTP and dithers to 24 bit.
    StartingPoints,
}

/// The open mixer.
pub struct Studio {
    stems: Vec<Box<dyn Player>>,
    master: Box<dyn Player>,
    preset: Preset,
    block_frames: u32,
}

/// One playing of the song.
pub struct Take {
    /// Left and right of the master, in time and as long as the stems.
    pub sound: [Vec<f32>; 2],
    /// Every stem as it left its Stem Trim, channel by channel, in mixer order.
    pub stems: Vec<Vec<Vec<f32>>>,
    /// Largest sample of the sum before Master Bus.
    pub sum_peak: f32,
    /// Stems whose loudness the master saw moving while the song played.
    moving_stems: BTreeSet<String>,
    /// Whether the stems reached the sum as they are.
    is_neutral: bool,
    /// What Master Bus knew at the end.
    pub master: MasterReport,
    /// What moved on the way.
    pub curves: Curves,
    /// How long the song was against the time it took.
    times_realtime: f64,
}

impl Studio {
    /// Loads the bundles and sets the controls.
    pub fn open(song: &Song, preset: Preset, in_process: bool, block_frames: u32) -> Result<Self> {
        let open = |plugin: &str, track: Track| -> Result<Box<dyn Player>> {
            let bundle = run::target().join("bundled").join(format!("{plugin}.clap"));
            Ok(if in_process {
                Box::new(Instance::load(&bundle, None, track)?)
            } else {
                Box::new(Remote::load(&bundle, None, track)?)
            })
        };
        let mut stems = Vec::new();
        for stem in &song.stems {
            let mut player = open("Stem Trim", Track::bus(&stem.name))?;
            set_stem(&mut *player, stem, preset)?;
            stems.push(player);
        }
        let mut master = open("Master Bus", Track::master())?;
        set_master(&mut *master, preset)?;
        let mut studio = Self { stems, master, preset, block_frames };
        studio.activate(song)?;
        Ok(studio)
    }

    /// Chooses the platform Master Bus shows first.
    pub fn set_target(&mut self, id: &str) -> Result<()> {
        Ok(self.master.set("Measure/Target", id)?)
    }

    /// Sets the gain into the limiter.
    pub fn set_drive(&mut self, drive_db: f64) -> Result<()> {
        Ok(self.master.set("Limiter/Drive", &format!("{drive_db} dB"))?)
    }

    /// Waits until Master Bus lists every stem, and says so.
    pub fn seated(&mut self) -> Result<String> {
        let start = Instant::now();
        loop {
            let report = self.report()?;
            if report.stems.len() == self.stems.len() {
                let names: Vec<&str> = report.stems.iter().map(|stem| stem.name.as_str()).collect();
                return Ok(format!(
                    "{}; Master Bus lists {} stems after {} ms: {}",
                    report.link,
                    names.len(),
                    start.elapsed().as_millis(),
                    names.join(", ")
                ));
            }
            if start.elapsed() > Duration::from_secs(10) {
                bail!("Master Bus sees {} of {} stems ({})", report.stems.len(), self.stems.len(), report.link);
            }
            self.pump()?;
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Plays the song from the start.
    pub fn play(&mut self, song: &Song, what: &str) -> Result<Take> {
        let latency_frames = self.activate(song)?;
        let end = song.frames + latency_frames;
        let block_frames = self.block_frames as usize;
        let bar = progress_bar(end as u64, what);
        let stopwatch = Stopwatch::start(song.seconds());
        let mut sum = Sum::new(2, block_frames);
        let mut sound = [Vec::with_capacity(end), Vec::with_capacity(end)];
        let mut stems: Vec<_> = song.stems.iter().map(|stem| vec![Vec::new(); stem.audio.channels.len()]).collect();
        let mut curves = Curves::default();
        let mut next_look = 0;
        let mut sum_peak = 0.0f32;
        let mut seen = BTreeMap::new();
        let mut moving_stems = BTreeSet::new();
        for start in (0..end).step_by(block_frames) {
            let frames = block_frames.min(end - start);
            let position = Position::playing(start as i64);
            sum.clear();
            for ((player, stem), kept) in self.stems.iter_mut().zip(&song.stems).zip(&mut stems) {
                let input = stem.audio.block(start, frames);
                let mut output = vec![vec![0.0; frames]; input.len()];
                player.process(&borrowed(&input), None, &mut borrowed_mut(&mut output), position, &[])?;
                sum.add(&output);
                append(kept, &output);
            }
            let mut mix = vec![vec![0.0; frames]; 2];
            sum.write(&mut borrowed_mut(&mut mix));
            sum_peak = mix.iter().flatten().fold(sum_peak, |peak, sample| peak.max(sample.abs()));
            let reference = song.reference.as_ref().map(|reference| reference.block(start, frames));
            let mut output = vec![vec![0.0; frames]; 2];
            let sidechain = reference.as_ref().map(|reference| borrowed(reference));
            self.master.process(
                &borrowed(&mix),
                sidechain.as_deref(),
                &mut borrowed_mut(&mut output),
                position,
                &[],
            )?;
            append(&mut sound, &output);
            if start >= next_look {
                next_look = start + song.sample_rate_hz as usize / 10;
                let report = self.report()?;
                report.add_to(&mut curves, start as f64 / f64::from(song.sample_rate_hz));
                for stem in report.stems {
                    let before = seen.insert(stem.name.clone(), stem.momentary_lufs);
                    if before.is_some_and(|before| before != stem.momentary_lufs) {
                        moving_stems.insert(stem.name);
                    }
                }
            }
            bar.set_position((start + frames) as u64);
        }
        bar.finish_and_clear();
        for channel in &mut sound {
            channel.drain(..latency_frames);
        }
        stems.iter_mut().flatten().for_each(|channel| channel.truncate(song.frames));
        let times_realtime = stopwatch.times_realtime();
        let master = self.final_report()?;
        println!("— {what}: {} LUFS, {times_realtime:.0} × realtime", master.figures.integrated_lufs.text(1));
        Ok(Take {
            sound,
            stems,
            sum_peak,
            moving_stems,
            is_neutral: self.preset == Preset::Neutral,
            master,
            curves,
            times_realtime,
        })
    }

    /// (Re)activates every plugin: a song starts with fresh meters. Returns the latency of the whole.
    fn activate(&mut self, song: &Song) -> Result<usize> {
        let activation = Activation {
            sample_rate_hz: f64::from(song.sample_rate_hz),
            max_frames: self.block_frames,
            channels: 2,
            offline: true,
        };
        for (player, stem) in self.stems.iter_mut().zip(&song.stems) {
            let channels = stem.audio.channels.len() as u32;
            let activated = player.activate(&Activation { channels, ..activation })?;
            if activated.latency_frames != 0 {
                bail!("{}: reports a latency of {} frames, but must have none", stem.name, activated.latency_frames);
            }
        }
        Ok(self.master.activate(&activation)?.latency_frames as usize)
    }

    /// What Master Bus knows once the last figures of every stem have arrived: publishing is a store, reading is the
    /// helper thread's next round.
    fn final_report(&mut self) -> Result<MasterReport> {
        // Stopping publishes the very last figures, also of a block too short to publish by itself.
        for player in &mut self.stems {
            player.deactivate()?;
        }
        self.master.deactivate()?;
        let report = self.report()?;
        if report.stems.len() != self.stems.len() {
            bail!("Master Bus sees {} of {} stems at the end", report.stems.len(), self.stems.len());
        }
        Ok(report)
    }

    fn report(&mut self) -> Result<MasterReport> {
        let text = self.master.report()?.context("Master Bus gives no report")?;
        serde_json::from_str(&text).with_context(|| format!("the report of Master Bus is not readable: {text}"))
    }

    fn pump(&mut self) -> Result<()> {
        self.master.pump()?;
        Ok(self.stems.iter_mut().try_for_each(|player| player.pump())?)
    }
}

impl Take {
    /// What the reader of the report should know of this take.
    pub fn notes(&self, song: &Song) -> Vec<String> {
        let mut notes = vec![format!(
            "{} plugins played {:.0} s of music at {:.0} × realtime; Master Bus saw the meters of {} of {} stems move.",
            song.stems.len() + 1,
            song.seconds(),
            self.times_realtime,
            self.moving_stems.len(),
            song.stems.len()
        )];
        // Corrected stems differ from the reference on purpose: only a neutral sum is compared.
        if let Some(residual_dbfs) = self.master.null_residual_dbfs.filter(|_| self.is_neutral) {
            notes.push(if residual_dbfs <= SILENCE_DB {
                "The sum of the stems is the reference, to the bit.".to_owned()
            } else {
                format!("The sum of the stems is {residual_dbfs:.1} dBFS RMS off the reference in the worst 400 ms.")
            });
        }
        notes
    }
}

fn set_stem(player: &mut dyn Player, stem: &Stem, preset: Preset) -> Result<()> {
    player.set("Role", stem.role.name())?;
    match preset {
        Preset::Neutral => Ok(()),
        Preset::StartingPoints => set_compressor(player, &stem.role.starting_point().compressor),
    }
}

fn set_master(player: &mut dyn Player, preset: Preset) -> Result<()> {
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

fn append(channels: &mut [Vec<f32>], block: &[Vec<f32>]) {
    for (channel, block) in channels.iter_mut().zip(block) {
        channel.extend_from_slice(block);
    }
}

fn borrowed(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

fn borrowed_mut(rows: &mut [Vec<f32>]) -> Vec<&mut [f32]> {
    rows.iter_mut().map(Vec::as_mut_slice).collect()
}

/// A bar for someone who watches; nothing at all when the output goes elsewhere.
fn progress_bar(frames: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:28} {bar:40} {percent:>3} %  {eta} left");
    ProgressBar::with_draw_target(Some(frames), ProgressDrawTarget::stderr())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what.to_owned())
}
