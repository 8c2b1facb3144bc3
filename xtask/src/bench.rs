//! `bench`: how fast the sound is computed, a song mastered and a file measured, beside what others do in the same run,
//! and what the session costs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use audio_file::{WavEncoding, WavWriter};
use testkit::song;

use crate::run;

/// Runs the benchmarks of the sound, of the session and of `stemma`.
pub fn run() -> Result<()> {
    run::cargo(&["bench", "-p", "dsp", "-p", "session", "-p", "render", "--bench", "speed"])?;
    run::cargo(&["build", "--release", "-p", "render"])?;
    measure()
}

/// The file that is measured: ten minutes of stereo, 24 bits, 48 kHz.
const SECONDS: usize = 600;
const RATE_HZ: u32 = 48_000;
const ROUNDS: usize = 5;

/// `stemma measure` beside ffmpeg's `ebur128`, both with true peak; they take turns, the median counts.
fn measure() -> Result<()> {
    let file = run::workspace().join(run::target()).join("bench.wav");
    write_song(&file)?;
    let stemma =
        run::workspace().join(run::target()).join("release").join(format!("stemma{}", std::env::consts::EXE_SUFFIX));
    let file_text = file.to_str().context("the path of the build folder is no text")?;
    let programs: [(&str, PathBuf, Vec<&str>); 2] = [
        ("stemma measure (true peak 8 × 32 and ITU)", stemma, vec!["measure", file_text]),
        (
            "ffmpeg ebur128=peak=true",
            "ffmpeg".into(),
            vec!["-v", "error", "-i", file_text, "-af", "ebur128=peak=true", "-f", "null", "-"],
        ),
    ];
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((name, program, arguments), seconds) in programs.iter().zip(&mut seconds) {
            let start = Instant::now();
            match Command::new(program).args(arguments).stdout(Stdio::null()).status() {
                Ok(status) if status.success() => seconds.push(start.elapsed().as_secs_f64()),
                Ok(status) => bail!("{name}: {status}"),
                // Without ffmpeg there is nothing to compare with.
                Err(_) => {}
            }
        }
    }
    println!("\na file of {SECONDS} s, stereo, 24 bits, {RATE_HZ} Hz, median of {ROUNDS} rounds");
    for ((name, ..), mut seconds) in programs.into_iter().zip(seconds) {
        seconds.sort_by(f64::total_cmp);
        match seconds.get(seconds.len() / 2) {
            Some(seconds) => println!("{name:44} {:>8.0} × realtime", SECONDS as f64 / seconds),
            None => println!("{name:44} not installed"),
        }
    }
    std::fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))
}

/// The composed song over and over.
fn write_song(path: &Path) -> Result<()> {
    let stems = song::compose(1, f64::from(RATE_HZ));
    let side = |side: fn(&song::Stem) -> &Vec<f32>| -> Vec<f32> {
        (0..side(&stems[0]).len()).map(|frame| stems.iter().map(|stem| side(stem)[frame]).sum()).collect()
    };
    let mix = [side(|stem| &stem.left), side(|stem| &stem.right)];
    let mut wav = WavWriter::create(path, RATE_HZ, 2, WavEncoding::Integer24)?;
    let mut left = SECONDS * RATE_HZ as usize;
    while left > 0 {
        let frames = left.min(mix[0].len());
        wav.write(&mix.each_ref().map(|side| &side[..frames]))?;
        left -= frames;
    }
    Ok(wav.finish()?)
}
