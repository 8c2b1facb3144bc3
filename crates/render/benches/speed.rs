//! How fast `stemma` is: × realtime, beside ffmpeg on the same files in the same run.
//!
//! `stemma measure` and ffmpeg's `ebur128=peak=true` read a stereo file of ten minutes and find the same figures, but for
//! the true peak, which `stemma` looks for twice as finely.
//!
//! `stemma master` and ffmpeg's `loudnorm` read eight stems of four minutes, sum them, bring the sum to the same loudness
//! and true peak and write a WAV. What they do is not the same: `stemma` runs eight compressors, a compressor, and its
//! limiter until the loudness is met, and measures all of it; `loudnorm` in one pass rides the gain as it goes.
//!
//! Compare the ratio, not the seconds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use audio_file::{Audio, SourceBits, WavEncoding, write_wav};
use testkit::song;

type Failed = Box<dyn std::error::Error>;

const RATE_HZ: u32 = 48_000;
const FILE_SECONDS: usize = 600;
const STEM_SECONDS: usize = 240;
const STEMS: usize = 8;
/// They take turns, so that whatever else the machine does falls on both; the fastest round counts.
const ROUNDS: usize = 3;

fn main() {
    let folder = env::temp_dir().join(format!("stemma-bench-{}", std::process::id()));
    let measured = compare(&folder);
    // Half a gigabyte: it goes whatever happened.
    let _ = fs::remove_dir_all(&folder);
    if let Err(error) = measured {
        eprintln!("the benchmark of stemma: {error}");
        std::process::exit(1);
    }
}

fn compare(folder: &Path) -> Result<(), Failed> {
    let composed = song::compose(1, f64::from(RATE_HZ));
    let write = |path: PathBuf, stem: usize, seconds: usize| -> Result<PathBuf, Failed> {
        let stem = &composed[stem % composed.len()];
        let long = |samples: &[f32]| samples.iter().copied().cycle().take(seconds * RATE_HZ as usize).collect();
        let channels = vec![long(&stem.left), long(&stem.right)];
        let audio = Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) };
        write_wav(&path, &audio, WavEncoding::Integer24)?;
        Ok(path)
    };
    let stems_folder = folder.join("stems");
    fs::create_dir_all(&stems_folder)?;
    let file = write(folder.join("ten minutes.wav"), 2, FILE_SECONDS)?;
    let stems = (0..STEMS)
        .map(|stem| {
            write(
                stems_folder.join(format!("{} {}.wav", stem + 1, composed[stem % composed.len()].name)),
                stem,
                STEM_SECONDS,
            )
        })
        .collect::<Result<Vec<_>, _>>()?;

    let mut stemma = Command::new(env!("CARGO_BIN_EXE_stemma"));
    stemma.arg("measure").arg(&file);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.arg("-i").arg(&file).args(["-af", "ebur128=peak=true", "-f", "null", "-"]);
    println!("a stereo file of {FILE_SECONDS} s, {RATE_HZ} Hz, 24 bit; best of {ROUNDS}");
    race(FILE_SECONDS, &mut [("stemma measure", stemma), ("ffmpeg ebur128", ffmpeg)])?;

    let mut stemma = Command::new(env!("CARGO_BIN_EXE_stemma"));
    stemma.arg("master").arg(&stems_folder).arg("-o").arg(folder.join("stemma.wav")).args(["--loudness", "-14"]);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.arg("-y");
    for stem in &stems {
        ffmpeg.arg("-i").arg(stem);
    }
    let sum = format!("amix=inputs={STEMS}:normalize=0,loudnorm=I=-14:TP=-1:LRA=20");
    ffmpeg.args(["-filter_complex", &sum, "-ar", "48000", "-c:a", "pcm_s24le"]).arg(folder.join("ffmpeg.wav"));
    println!(
        "{STEMS} stereo stems of {STEM_SECONDS} s, {RATE_HZ} Hz, 24 bit, to -14 LUFS and -1 dBTP; best of {ROUNDS}"
    );
    race(STEM_SECONDS, &mut [("stemma master", stemma), ("ffmpeg loudnorm", ffmpeg)])
}

/// Prints how long each takes for so many seconds of sound.
fn race(seconds: usize, programs: &mut [(&str, Command)]) -> Result<(), Failed> {
    let mut fastest_s = vec![f64::INFINITY; programs.len()];
    for _ in 0..ROUNDS {
        for ((name, program), fastest_s) in programs.iter_mut().zip(&mut fastest_s) {
            let start = Instant::now();
            let status = match program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status() {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                status => status?,
            };
            // 1 is a finding: done, but not as loud as wanted.
            if !matches!(status.code(), Some(0 | 1)) {
                return Err(format!("{name} failed: {status}").into());
            }
            *fastest_s = fastest_s.min(start.elapsed().as_secs_f64());
        }
    }
    for ((name, _), took_s) in programs.iter().zip(fastest_s) {
        if took_s.is_finite() {
            println!("{name:20} {took_s:8.2} s {:8.1} × realtime", seconds as f64 / took_s);
        } else {
            println!("{name:20} is not installed: no comparison");
        }
    }
    Ok(())
}
