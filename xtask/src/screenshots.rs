//! `screenshots`: both windows while the song plays, as a musician sees them, for the README and the manual.
//!
//! The bundles run in this program's own CLAP host, on a screen nobody sees: five Stem Trims, a Master Bus on their sum,
//! and the reference mix on its side-chain.

use std::fs::{self, File};
use std::io::BufWriter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use audio_file::{Audio, SourceBits};
use dsp::sum::Sum;
use host::{Activation, Display, Instance, Picture, Player, Position, Track, Window};
use testkit::signals::Random;

use crate::demo::seat::{Preset, Seat, activate_stem, open_stem, set_master};
use crate::demo::song::Song;
use crate::{bundle, needs, run};

/// Pictures of both windows.
#[derive(clap::Args)]
pub struct Options {
    /// The folder of the pictures
    #[arg(long, default_value = "docs/images", value_name = "DIR")]
    out: PathBuf,
    /// Seconds of the song before the first pictures
    #[arg(long, default_value_t = 14.0, value_name = "S")]
    seconds: f64,
    /// Use the bundles as they are instead of building them first
    #[arg(long)]
    no_build: bool,
    /// The screen is there already
    #[arg(long, hide = true)]
    on_screen: bool,
}

/// The stem whose window is shown.
const SHOWN_STEM: &str = "Drums";

/// Sizes of the windows in percent, the usual one first.
const SIZES: [u32; 4] = [100, 75, 150, 200];

/// Points of the screen: both windows side by side at the largest size.
const SCREEN: [u32; 2] = [5100, 1900];

/// Where the window of Master Bus stands.
const MASTER_LEFT: i16 = 2260;

const BLOCK_FRAMES: usize = 512;

/// Takes the pictures.
pub fn run(options: &Options) -> Result<()> {
    if options.on_screen {
        return Session::open()?.take_pictures(options);
    }
    if !needs::report(needs::SCREEN) {
        bail!("without a screen there are no pictures");
    }
    if !options.no_build {
        bundle::run()?;
    }
    let out = run::workspace().join(&options.out);
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
    let screen = Display::start(SCREEN[0], SCREEN[1]).context("Xvfb does not start")?;
    // Nobody else's stems and presets belong into the pictures. Windows are drawn by threads of the plugins, which read
    // the environment: it has to be there before they are.
    let place = private_folder()?;
    let status = Command::new(std::env::current_exe()?)
        .args(["screenshots", "--on-screen", "--seconds", &options.seconds.to_string(), "--out"])
        .arg(&out)
        .env("DISPLAY", screen.name())
        .env("STEMMA_SESSION_DIR", place.path())
        .env("STEMMA_CONFIG_DIR", place.path())
        .status()?;
    if !status.success() {
        bail!("the pictures were not taken");
    }
    Ok(())
}

/// A folder that only this user can enter, or the session would not go there.
pub fn private_folder() -> Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.permissions(fs::Permissions::from_mode(0o700));
    // A session across libraries needs a folder in memory.
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { folder.tempdir_in(memory)? } else { folder.tempdir()? })
}

/// The mixer, and how far the song has come.
struct Session {
    song: Song,
    reference: Audio,
    stems: Vec<Instance>,
    master: Instance,
    /// What is open: the stem's window and the master's.
    windows: Option<[Window; 2]>,
    shown_stem: usize,
    frame: usize,
    started: Instant,
}

impl Session {
    fn open() -> Result<Self> {
        let song = Song::composed();
        let reference = reference(&song);
        let activation = Activation {
            sample_rate_hz: f64::from(song.sample_rate_hz),
            max_frames: BLOCK_FRAMES as u32,
            channels: 2,
            offline: false,
        };
        let mut master = here(Seat::open("Master Bus", Track::master(), true)?)?;
        set_master(&mut master, Preset::StartingPoints)?;
        set_all(&mut master, &MASTER)?;
        master.activate(&activation)?;
        let mut stems = Vec::new();
        for stem in &song.stems {
            let mut instance = here(open_stem(stem, true, Preset::StartingPoints)?)?;
            if stem.name == SHOWN_STEM {
                set_all(&mut instance, &STEM)?;
            }
            activate_stem(&mut instance, stem, &activation)?;
            stems.push(instance);
        }
        let names: Vec<&str> = song.stems.iter().map(|stem| stem.name.as_str()).collect();
        let shown_stem = names
            .iter()
            .position(|name| *name == SHOWN_STEM)
            .with_context(|| format!("the song has no {SHOWN_STEM}: {}", names.join(", ")))?;
        Ok(Self { song, reference, stems, master, windows: None, shown_stem, frame: 0, started: Instant::now() })
    }

    fn take_pictures(mut self, options: &Options) -> Result<()> {
        let stem = Window::open(&mut self.stems[self.shown_stem], 0, 0)?;
        let master = Window::open(&mut self.master, MASTER_LEFT, 0)?;
        master.put_pointer_away()?;
        let windows = self.windows.insert([stem, master]);
        let usual = [windows[0].picture()?, windows[1].picture()?].map(|picture| (picture.width, picture.height));
        self.play(options.seconds)?;
        for percent in SIZES {
            if percent != SIZES[0] {
                self.resize(usual.map(|(width, height)| (width * percent / 100, height * percent / 100)))?;
                self.play(4.0)?;
            }
            let Some(windows) = &self.windows else { break };
            for (window, name) in windows.iter().zip(["stem_trim", "master_bus"]) {
                let picture = window.picture()?;
                let file = if percent == SIZES[0] { format!("{name}.png") } else { format!("{name}_{percent}.png") };
                write(&picture, &options.out.join(&file))?;
                println!("— {file}: {} × {}", picture.width, picture.height);
            }
        }
        if let Some([stem, master]) = self.windows.take() {
            stem.close(&mut self.stems[self.shown_stem])?;
            master.close(&mut self.master)?;
        }
        Ok(())
    }

    fn resize(&mut self, sizes: [(u32, u32); 2]) -> Result<()> {
        let Some([stem, master]) = &self.windows else { return Ok(()) };
        stem.set_size(&mut self.stems[self.shown_stem], sizes[0].0, sizes[0].1)?;
        master.set_size(&mut self.master, sizes[1].0, sizes[1].1)?;
        Ok(())
    }

    /// Plays on for some seconds, in time.
    fn play(&mut self, seconds: f64) -> Result<()> {
        let end = self.frame + (seconds * f64::from(self.song.sample_rate_hz)) as usize;
        let mut sum = Sum::new(2, BLOCK_FRAMES);
        while self.frame < end {
            self.play_block(&mut sum)?;
            if let Some([stem, master]) = &self.windows {
                stem.serve(&mut self.stems[self.shown_stem])?;
                master.serve(&mut self.master)?;
            }
            let due = Duration::from_secs_f64(self.frame as f64 / f64::from(self.song.sample_rate_hz));
            let ahead = due.saturating_sub(self.started.elapsed());
            if ahead.is_zero() {
                // The machine is too slow for drawing and playing at once: the song waits.
                self.started = Instant::now().checked_sub(due).unwrap_or(self.started);
            }
            thread::sleep(ahead);
        }
        Ok(())
    }

    fn play_block(&mut self, sum: &mut Sum) -> Result<()> {
        let position = Position::playing(self.frame as i64);
        // The song begins again when it is over, its position goes on.
        let start = self.frame % (self.song.frames - BLOCK_FRAMES);
        let mut mix = vec![vec![0.0; BLOCK_FRAMES]; 2];
        sum.clear();
        for (instance, stem) in self.stems.iter_mut().zip(&self.song.stems) {
            let input = stem.audio.block(start, BLOCK_FRAMES);
            let mut output = vec![vec![0.0; BLOCK_FRAMES]; input.len()];
            instance.process(&rows(&input), None, &mut rows_mut(&mut output), position, &[])?;
            sum.add(&output);
        }
        sum.write(&mut rows_mut(&mut mix));
        let reference = self.reference.block(start, BLOCK_FRAMES);
        let mut output = vec![vec![0.0; BLOCK_FRAMES]; 2];
        self.master.process(&rows(&mix), Some(&rows(&reference)), &mut rows_mut(&mut output), position, &[])?;
        self.frame += BLOCK_FRAMES;
        Ok(())
    }
}

/// How the controls stand in the pictures, beside the starting points.
const STEM: [(&str, &str); 9] = [
    ("Trim", "-0.5 dB"),
    ("High-pass", "12 dB/oct"),
    ("Bell 1 on", "On"),
    ("Bell 1 frequency", "380 Hz"),
    ("Bell 1 gain", "-1.5 dB"),
    ("High shelf on", "On"),
    ("High shelf gain", "1 dB"),
    ("Threshold", "-24 dB"),
    ("Knee", "9 dB"),
];
const MASTER: [(&str, &str); 8] = [
    ("Target", "spotify"),
    ("Drive", "12 dB"),
    ("Low shelf on", "On"),
    ("Low shelf gain", "-0.8 dB"),
    ("High shelf on", "On"),
    ("High shelf gain", "0.8 dB"),
    ("High shelf placement", "Side"),
    ("Threshold", "-20 dB"),
];

fn set_all(player: &mut dyn Player, settings: &[(&str, &str)]) -> Result<()> {
    Ok(settings.iter().try_for_each(|(name, text)| player.set(name, text))?)
}

fn here(seat: Seat) -> Result<Instance> {
    match seat {
        Seat::Here(instance) => Ok(*instance),
        Seat::Apart(_) => bail!("a window needs its plugin in this process"),
    }
}

/// The sum of the stems as they are, a little off, as a rough mix from another evening would be.
fn reference(song: &Song) -> Audio {
    let mut random = Random::new(7);
    let mut channels = vec![vec![0.0f32; song.frames]; 2];
    for stem in &song.stems {
        for (channel, samples) in channels.iter_mut().zip(stem.audio.channels.iter().cycle()) {
            channel.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
        }
    }
    channels.iter_mut().flatten().for_each(|sample| *sample += 1e-4 * random.uniform() as f32);
    Audio { sample_rate_hz: song.sample_rate_hz, channels, source_bits: SourceBits::Float(32) }
}

fn write(picture: &Picture, path: &Path) -> Result<()> {
    if !picture.is_drawn() {
        bail!("{}: the window is empty", path.display());
    }
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    encode(picture, file)
}

/// Writes a picture as PNG.
pub fn encode(picture: &Picture, file: File) -> Result<()> {
    let mut encoder = png::Encoder::new(BufWriter::new(file), picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&picture.rgb)?;
    Ok(())
}

fn rows(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

fn rows_mut(rows: &mut [Vec<f32>]) -> Vec<&mut [f32]> {
    rows.iter_mut().map(Vec::as_mut_slice).collect()
}
