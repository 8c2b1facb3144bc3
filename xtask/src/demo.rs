//! `demo`: a song through the real plugins.
//!
//! `song` finds or composes the stems · `studio` is the mixer: one Stem Trim a stem and a Master Bus · `seat` is one
//! plugin in it, mostly in a process of its own · `accident` kills one of them on the way, if asked to · `figures` reads
//! what the plugins report · this file is the session from start to report.

mod accident;
mod figures;
pub mod seat;
pub mod song;
mod studio;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use audio_file::{WavEncoding, WavWriter};
use render::{report, table};
use targets::Targets;

use crate::{bundle, run};
use seat::Preset;
use song::Song;
use studio::Studio;

/// A song through the real plugins.
#[derive(clap::Args)]
pub struct Options {
    /// A folder of stems (WAV, AIFF, FLAC); without it the project plays a song it composes itself
    pub stems_dir: Option<PathBuf>,
    /// The reference mix: fed to the side-chain of Master Bus; not taken for a stem when it lies in the folder
    #[arg(long, value_name = "FILE")]
    pub reference: Option<PathBuf>,
    /// The platform to master for: its id in the table, for example spotify or apple_music
    #[arg(long, default_value = "spotify", value_name = "ID")]
    pub target: String,
    /// Where master.wav, report.json and report.html go
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    pub out: PathBuf,
    /// Load every plugin into this process instead of giving each its own
    #[arg(long)]
    pub in_process: bool,
    /// Convert rates and pad lengths of stems that differ instead of refusing them
    #[arg(long)]
    pub align: bool,
    /// Leave every control neutral: master.wav (32-bit float) is the sum of the stems, bit for bit below full scale
    #[arg(long)]
    pub neutral: bool,
    /// Also write every stem as it left its Stem Trim, into the folder `stems` beside the master
    #[arg(long)]
    pub keep_stems: bool,
    /// Spread the composed song over so many stems, whose sum is the song
    #[arg(long, value_name = "N", conflicts_with = "stems_dir", value_parser = clap::value_parser!(u16).range(5..=64))]
    pub stems: Option<u16>,
    /// Play only the first seconds
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: Option<u32>,
    /// Open the plugins in a mixed order, the same every time
    #[arg(long)]
    pub shuffle: bool,
    /// Kill the process of a stem while it plays, and start it again when Master Bus has noticed
    #[arg(long, conflicts_with = "in_process")]
    pub kill: bool,
    /// Use the bundles as they are instead of building them first
    #[arg(long)]
    pub no_build: bool,
    /// Frames in a block
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub block: u32,
}

/// How often the drive is corrected until the target is met.
const MAX_PASSES: usize = 4;

/// As near as a loudness has to be.
const CLOSE_ENOUGH_LU: f64 = 0.05;

/// From the stems to the report.
pub fn run(options: &Options) -> Result<()> {
    let platforms = Targets::built_in();
    let Some(target) = platforms.by_id(&options.target) else {
        let ids: Vec<&str> = platforms.all().iter().map(|target| target.id.as_str()).collect();
        bail!("--target \"{}\": there is no such platform; there are: {}", options.target, ids.join(", "));
    };
    let mut song = match &options.stems_dir {
        Some(folder) => Song::load(folder, options.reference.as_deref(), options.align)?,
        None if options.reference.is_some() => bail!("--reference goes with a folder of stems"),
        None => Song::composed(),
    };
    if let Some(count) = options.stems {
        song = song.spread_over(count.into());
    }
    if let Some(seconds) = options.seconds {
        song.keep_first(seconds);
    }
    // Before anything long is done: can the result be written?
    fs::create_dir_all(&options.out)
        .with_context(|| format!("{}: cannot make this folder; choose another with --out", options.out.display()))?;
    let encoding = if options.neutral { WavEncoding::Float32 } else { WavEncoding::Integer24 };
    let mut wav = WavWriter::create(options.out.join("master.wav"), song.sample_rate_hz, 2, encoding)?;

    if !options.no_build {
        bundle::run()?;
        build_host()?;
    }
    let preset = if options.neutral { Preset::Neutral } else { Preset::StartingPoints };
    let setup = studio::Setup {
        preset,
        in_process: options.in_process,
        block_frames: options.block,
        shuffle: options.shuffle,
        accident: options.kill,
    };
    let mut studio = Studio::open(&song, setup)?;
    studio.set_target(target.id.as_str())?;
    println!("— {}", studio.seated()?);

    let aim_lufs = target.loudness_lufs.filter(|_| !options.neutral);
    let mut drive_db = 0.0;
    let mut notes = song.notes.clone();
    let mut take = studio.play(&song, "listening")?;
    if let Some(aim_lufs) = aim_lufs {
        for pass in 2..=MAX_PASSES {
            let Some(integrated_lufs) = take.master.figures.integrated_lufs.value() else { break };
            let missing_lu = aim_lufs - integrated_lufs;
            let next_db = (drive_db + missing_lu).clamp(0.0, studio::MAX_DRIVE_DB);
            if missing_lu.abs() < CLOSE_ENOUGH_LU || next_db == drive_db {
                break;
            }
            drive_db = next_db;
            studio.set_drive(drive_db)?;
            take = studio.play(&song, &format!("pass {pass}, drive {drive_db:.1} dB"))?;
        }
        notes.push(outcome(&target.title(), aim_lufs, drive_db, &take));
    }
    if options.neutral && take.sum_peak > 1.0 {
        notes.push("The sum of the stems exceeds full scale: there, even the neutral master limits.".to_owned());
    }
    notes.extend(take.notes(&song));

    if options.keep_stems {
        keep_stems(&song, &take, &options.out.join("stems"))?;
    }
    wav.write(&take.sound)?;
    let report = figures::report(&song, &take, &platforms, notes);
    let curves = report::Curves { target_lufs: aim_lufs, ..take.curves };
    report::write_json(&report, &options.out.join("report.json"))?;
    report::write_page(&report, &curves, &options.out.join("report.html"))?;
    wav.finish()?;
    println!("\n{}", table::text(&report));
    println!("— {}", options.out.join("{master.wav, report.json, report.html}").display());
    Ok(())
}

/// Builds the program that gives each plugin a process of its own, beside this one: instances link by themselves within
/// one application, and a folder of programs is what tells applications apart.
pub fn build_host() -> Result<()> {
    run::cargo(&["build", "-p", "host"])
}

/// Writes the stems as 32-bit float, numbered in mixer order.
fn keep_stems(song: &Song, take: &studio::Take, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot make this folder", folder.display()))?;
    for (index, (stem, channels)) in song.stems.iter().zip(&take.stems).enumerate() {
        let file = folder.join(format!("{:02} {}.wav", index + 1, stem.name.replace(['/', '\\'], "-")));
        let mut wav = WavWriter::create(file, song.sample_rate_hz, channels.len(), WavEncoding::Float32)?;
        wav.write(channels)?;
        wav.finish()?;
    }
    Ok(())
}

fn outcome(platform: &str, aim_lufs: f64, drive_db: f64, take: &studio::Take) -> String {
    let reached = take.master.figures.integrated_lufs.text(1);
    let reduction = take.master.max_limiter_reduction_db;
    if drive_db == 0.0 {
        format!("For {platform} ({aim_lufs:.1} LUFS) no drive was needed: the mix reaches {reached} LUFS by itself.")
    } else {
        format!(
            "For {platform} ({aim_lufs:.1} LUFS) the limiter was driven by {drive_db:.1} dB: {reached} LUFS, \
             with up to {reduction:.1} dB of limiting."
        )
    }
}

/// How long something took against how long it sounds.
struct Stopwatch {
    start: Instant,
    seconds_of_sound: f64,
}

impl Stopwatch {
    fn start(seconds_of_sound: f64) -> Self {
        Self { start: Instant::now(), seconds_of_sound }
    }

    fn times_realtime(&self) -> f64 {
        self.seconds_of_sound / self.start.elapsed().as_secs_f64().max(1e-9)
    }
}
