//! `stemma master`: a folder of stems to a finished master, with its versions.

mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use audio_file::{StemOptions, StemSet};
use dsp::limiter::LimiterSettings;
use dsp::master_chain::MasterSettings;
use render::drive::{self, Found};
use render::interrupt::Interrupt;
use render::limiting::{BeforeLimiter, Limited};
use render::mastering::{Mastered, Part, finish, master};
use render::report::{self, Curves, Mastering, Report, SpectrumCurve, StemFigures, VersionFigures};
use render::session_file::Session;
use render::song::{Song, StemMeasured};
use render::table;
use render::versions::{self, Version};
use targets::Targets;

use super::Outcome;
use super::progress::Progress;
use super::targets::table_of;
use files::{Depth, Print};

/// Masters the stems of a folder: each through Stem Trim's chain, their sum through Master Bus', to a loudness if one is
/// wanted. The same settings in the plugins give the same bits.
#[derive(clap::Args)]
pub struct Options {
    /// A folder of stems (WAV, AIFF, FLAC), all of one song
    stems_dir: PathBuf,
    /// The master to be written, a WAV
    #[arg(short, long, value_name = "OUT.wav")]
    output: PathBuf,
    /// The settings of every stem and of the master; without it every stem starts from the point its role asks for
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Drive the limiter to the loudness of a platform: its id, see `stemma targets`
    #[arg(long, value_name = "ID", conflicts_with = "loudness")]
    target: Option<String>,
    /// Drive the limiter to this loudness, in LUFS
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true, value_parser = loudness)]
    loudness: Option<f64>,
    /// A table of platforms of your own over the one that ships with the programme
    #[arg(long, value_name = "FILE")]
    targets_file: Option<PathBuf>,
    /// Sample rate of the master in Hz; the stems are converted before anything else. Without it: that of the stems
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    rate: Option<u32>,
    /// Word length of the master, with its dither; without it the session's dither decides
    #[arg(long, value_enum)]
    depth: Option<Depth>,
    /// Versions to print beside the master, separated by commas: instrumental, acappella, tv, no-drums, vocal+0.5 …
    #[arg(long, value_name = "LIST")]
    versions: Option<String>,
    /// Let each version have a limiter of its own: they will not sum to the master
    #[arg(long, requires = "versions")]
    versions_independent: bool,
    /// Print every stem as it is in the master, too: they sum to it
    #[arg(long)]
    stems: bool,
    /// The reference mix: no stem, when it lies in the folder
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// Convert rates and pad lengths of stems that differ instead of refusing them
    #[arg(long)]
    align: bool,
    /// Write a page with figures and curves
    #[arg(long, value_name = "OUT.html")]
    report: Option<PathBuf>,
    /// Print JSON instead of tables: the report's figures and curves
    #[arg(long)]
    json: bool,
}

fn loudness(text: &str) -> Result<f64, String> {
    let lufs: f64 = text.parse().map_err(|_| "a number of LUFS is needed, for example -14".to_owned())?;
    if (-70.0..=0.0).contains(&lufs) { Ok(lufs) } else { Err("a loudness lies between -70 and 0 LUFS".to_owned()) }
}

/// From the stems to the files and the report.
pub fn run(options: &Options, interrupt: &Interrupt) -> Result<Outcome> {
    let start = Instant::now();
    let platforms = table_of(options.targets_file.as_deref())?;
    let aim = aim(options, &platforms)?;
    check_output(options)?;
    // A session with a mistake is told before anything long is done.
    let session = options.session.as_deref().map(Session::read).transpose()?;
    let set = StemSet::load(
        &options.stems_dir,
        &StemOptions { reference: options.reference.as_deref(), align: options.align },
    )?;
    let session = session.unwrap_or_else(|| Session::starting_point(set.stems.iter().map(|stem| &stem.name)));
    let mut song = Song::new(set, &session, options.rate)?;
    let versions = versions::parse(options.versions.as_deref().unwrap_or_default(), &song)?;
    let mut settings = settings(&session, options.depth, aim.as_ref());

    let wants_curves = options.report.is_some() || options.json;
    let progress = Progress::new("stems", song.seconds() * song.stems.len() as f64);
    song.process_stems(&|seconds| progress.advance(seconds));
    progress.finish();
    let prints = files::prints(&options.output, &song, &versions, options.versions_independent, options.stems)?;
    // The stems are measured beside the master, which is one thing after another.
    let stop = AtomicBool::new(false);
    let (stems, made) = thread::scope(|scope| {
        let stems = scope.spawn(|| song.measure_stems(wants_curves, &stop));
        let found = aim.as_ref().map(|aim| find_drive(&song, &mut settings, aim.lufs));
        let (found, limited) = found.map_or((None, None), |(found, limited)| (Some(found), limited));
        let mastered = print_all(&song, &settings, limited, &prints, options, interrupt);
        // Without a master nobody waits for figures. Pairs with `measure_stems`; the flag is all there is to see.
        stop.store(mastered.is_err(), Ordering::Relaxed);
        (stems.join(), mastered.map(|mastered| (found, mastered)))
    });
    let (found, mastered) = made?;
    let stems =
        stems.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).context("the stems were not measured")?;

    let mastering = Mastering::new(
        aim.map(|aim| (aim.title, aim.lufs)),
        found.as_ref(),
        &settings,
        &mastered.figures,
        mastered.reduction,
    );
    let reached = mastering.reached;
    let mut report = report(&song, &stems, &mastered, &prints, &platforms, mastering);
    report.notes = notes(options, &song, &versions, &prints, &mastered, start);
    let curves = curves(&song, &stems, mastered, &report);
    if let Some(path) = &options.report {
        let _writing = interrupt.writing();
        report::write_page(&report, &curves, path)?;
    }
    if options.json {
        print!("{}", report::json_with_curves(&report, &curves)?);
    } else {
        print!("{}", table::text(&report));
    }
    Ok(if reached { Outcome::Pass } else { Outcome::Finding })
}

/// What the master is to become.
struct Aim {
    /// The platform; empty without one.
    title: String,
    lufs: f64,
    /// The true peak that is advised.
    true_peak_dbtp: Option<f64>,
}

fn aim(options: &Options, platforms: &Targets) -> Result<Option<Aim>> {
    if let Some(lufs) = options.loudness {
        return Ok(Some(Aim { title: String::new(), lufs, true_peak_dbtp: None }));
    }
    let Some(id) = &options.target else { return Ok(None) };
    let Some(target) = platforms.by_id(id) else {
        let ids: Vec<&str> = platforms.all().iter().map(|target| target.id.as_str()).collect();
        bail!("--target \"{id}\": there is no such platform; there are: {}", ids.join(", "));
    };
    let title = target.title();
    let Some(lufs) = target.loudness_lufs else {
        bail!("--target \"{id}\": {title} has no loudness to aim at; give one with --loudness");
    };
    Ok(Some(Aim { title, lufs, true_peak_dbtp: target.true_peak_dbtp }))
}

/// Nothing is written over a stem, and no master becomes a stem of the next run.
fn check_output(options: &Options) -> Result<()> {
    let folder = options.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).with_context(|| format!("{}: cannot find this folder", folder.display()))?;
    if fs::canonicalize(&options.stems_dir).is_ok_and(|stems_dir| stems_dir == folder) {
        bail!(
            "{}: lies in the folder of the stems, where it would be taken for one of them; write it elsewhere",
            options.output.display()
        );
    }
    Ok(())
}

/// The session's, for the word length and under the ceiling that are wanted.
fn settings(session: &Session, depth: Option<Depth>, aim: Option<&Aim>) -> MasterSettings {
    let mut settings = session.master;
    if let Some(depth) = depth {
        settings.dither = depth.word_length(settings.dither);
    }
    if let Some(aim) = aim {
        // The output gain is for comparing at one loudness; here the loudness is what is wanted.
        settings.output_gain_db = 0.0;
        if let Some(advice_dbtp) = aim.true_peak_dbtp {
            settings.limiter.ceiling_dbtp = settings.limiter.ceiling_dbtp.min(advice_dbtp as f32);
        }
    }
    settings
}

/// Sets drive or output gain for a loudness; what the limiter made with that drive, if it was heard last.
fn find_drive(song: &Song, settings: &mut MasterSettings, aim_lufs: f64) -> (Found, Option<Limited>) {
    let seconds = |frames: usize| frames as f64 / f64::from(song.sample_rate_hz);
    let progress = Progress::new("before the limiter", song.seconds());
    let before = BeforeLimiter::new(song, settings, &mut |frames| progress.advance(seconds(frames)));
    progress.finish();
    let driven = |drive_db: f64| LimiterSettings { drive_db: drive_db as f32, ..settings.limiter };
    let (mut pass, mut last) = (0, None);
    let mut found = drive::search(
        aim_lufs,
        |drive_db| before.predicted_lufs(&driven(drive_db)),
        |drive_db| {
            pass += 1;
            let progress = Progress::new(&format!("pass {pass}, drive {drive_db:.2} dB"), song.seconds());
            let settings = MasterSettings { limiter: driven(drive_db), ..*settings };
            // Before the next one: together they would need half as much memory again.
            last = None;
            let limited = before.limit(&settings, &mut |frames| progress.advance(seconds(frames)));
            progress.finish();
            let (_, limited) = last.insert((drive_db, limited));
            limited.integrated_lufs
        },
    );
    if found.outcome == drive::Outcome::Silent && song.seconds() < drive::SHORTEST_SECONDS {
        found.outcome = drive::Outcome::TooShort;
    }
    settings.limiter = driven(found.drive_db);
    if found.outcome == drive::Outcome::TooLoud {
        settings.output_gain_db = drive::turned_down_db(aim_lufs, found.integrated_lufs) as f32;
    }
    let limited = last.filter(|(drive_db, _)| *drive_db == found.drive_db).map(|(_, limited)| limited);
    (found, limited)
}

/// Masters and writes every file; each appears complete or not at all. Without parts, what the limiter has made already
/// need only be finished.
fn print_all(
    song: &Song,
    settings: &MasterSettings,
    limited: Option<Limited>,
    prints: &[Print],
    options: &Options,
    interrupt: &Interrupt,
) -> Result<Mastered> {
    // From here to the last file: whoever interrupts waits until the unfinished files are gone.
    let _writing = interrupt.writing();
    let encoding = files::encoding(options.depth, settings.dither);
    let mut writers = files::create(&options.output, prints, song.sample_rate_hz, encoding)?;
    let parts: Vec<Part> = prints.iter().map(|print| print.part.clone()).collect();
    let progress = Progress::new("printing", song.seconds());
    let seconds = |frames: usize| frames as f64 / f64::from(song.sample_rate_hz);
    let advance = &mut |frames| progress.advance(seconds(frames));
    let write = &mut |index: usize, block: &[&[f32]]| -> Result<()> {
        if interrupt.is_asked() {
            bail!("interrupted; no file was written");
        }
        Ok(writers[index].write(block)?)
    };
    let mastered = match limited {
        Some(limited) if parts.is_empty() && !settings.bypass => {
            finish(limited, settings, song.sample_rate_hz, advance, write)?
        }
        _ => master(song, settings, &parts, advance, write)?,
    };
    progress.finish();
    for writer in writers {
        writer.finish()?;
    }
    Ok(mastered)
}

fn report(
    song: &Song,
    stems: &[StemMeasured],
    mastered: &Mastered,
    prints: &[Print],
    platforms: &Targets,
    mastering: Mastering,
) -> Report {
    let stem_figures = song.stems.iter().zip(stems).map(|(stem, measured)| StemFigures {
        name: stem.name.clone(),
        role: stem.role,
        figures: measured.figures,
    });
    let versions = prints.iter().zip(&mastered.parts).map(|(print, &figures)| VersionFigures {
        name: print.name.clone(),
        file: print.path.clone(),
        figures,
    });
    Report {
        generator: "Stemma".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sample_rate_hz: f64::from(song.sample_rate_hz),
        duration_s: song.seconds(),
        master: mastered.figures,
        stems: stem_figures.collect(),
        targets: report::verdicts(platforms, &mastered.figures),
        mastering: Some(mastering),
        versions: versions.collect(),
        ..Report::default()
    }
}

/// What else there is to know.
fn notes(
    options: &Options,
    song: &Song,
    versions: &[Version],
    prints: &[Print],
    mastered: &Mastered,
    start: Instant,
) -> Vec<String> {
    let mut notes = song.notes.clone();
    if options.session.is_none() {
        notes.push(
            "No session was given: every stem and the master were at the starting points of their roles.".to_owned(),
        );
    }
    if options.versions_independent {
        notes.push("Every version had a limiter of its own: the versions do not sum to the master.".to_owned());
    } else if !versions.is_empty() {
        notes.push(
            "The versions have the gain reduction of the master: those that make up the song sum to it.".to_owned(),
        );
    }
    for (print, figures) in prints.iter().zip(&mastered.parts) {
        if let Some(over_dbfs) = figures.sample_peak_dbfs.value().filter(|&peak_dbfs| peak_dbfs >= 0.0) {
            notes.push(format!(
                "{}: reaches {over_dbfs:.2} dBFS, since the limiter obeyed the whole song; a file of whole numbers is \
                 clipped there. Use --depth 32f, or --versions-independent.",
                print.name
            ));
        }
    }
    let elapsed_s = start.elapsed().as_secs_f64();
    notes.push(format!(
        "{:.1} s of music from {} stems, mastered in {elapsed_s:.1} s: {:.1} × realtime.",
        song.seconds(),
        song.stems.len(),
        song.seconds() / elapsed_s.max(1e-3)
    ));
    notes
}

fn curves(song: &Song, stems: &[StemMeasured], mastered: Mastered, report: &Report) -> Curves {
    let stem_spectra = song.stems.iter().zip(stems).filter_map(|(stem, measured)| {
        Some(SpectrumCurve { name: stem.name.clone(), points: measured.spectrum.as_ref()?.points() })
    });
    let master_spectrum = SpectrumCurve { name: "Master".to_owned(), points: mastered.spectrum.points() };
    Curves {
        target_lufs: report.mastering.as_ref().and_then(|mastering| mastering.aim_lufs.value()),
        spectra: stem_spectra.chain([master_spectrum]).collect(),
        ..mastered.curves
    }
}
