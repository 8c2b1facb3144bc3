//! How fast `stemma master` is on eight stems of four minutes: × realtime, beside ffmpeg's `loudnorm` on the same stems in
//! the same run.
//!
//! Both read the same files, sum them, bring the sum to the same loudness and true peak and write a WAV. What they do is
//! not the same: `stemma` runs eight compressors, a compressor, and its limiter several times, and measures all of it;
//! `loudnorm` in one pass rides the gain as it goes. Compare the ratio, not the seconds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use audio_file::{Audio, SourceBits, WavEncoding, write_wav};
use testkit::song;

const RATE_HZ: u32 = 48_000;
const SECONDS: usize = 240;
const STEMS: usize = 8;
/// They take turns, so that whatever else the machine does falls on both; the fastest round counts.
const ROUNDS: usize = 2;

fn main() {
    let folder = env::temp_dir().join(format!("stemma-bench-{}", std::process::id()));
    let measured = measure(&folder);
    // Half a gigabyte: it goes whatever happened.
    let _ = fs::remove_dir_all(&folder);
    if let Err(error) = measured {
        eprintln!("the benchmark of stemma master: {error}");
        std::process::exit(1);
    }
}

fn measure(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let stems = write_stems(&folder.join("stems"))?;
    let mut programs = vec![("stemma master", stemma(folder)), ("ffmpeg loudnorm", ffmpeg(folder, &stems))];
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("ffmpeg is not installed (apt-get install ffmpeg): no comparison");
        programs.truncate(1);
    }
    let mut fastest_s = vec![f64::INFINITY; programs.len()];
    for _ in 0..ROUNDS {
        for ((name, program), fastest_s) in programs.iter_mut().zip(&mut fastest_s) {
            let start = Instant::now();
            let status = program.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
            // 1 is a finding: done, but not as loud as wanted.
            if !matches!(status.code(), Some(0 | 1)) {
                return Err(format!("{name} failed: {status}").into());
            }
            *fastest_s = fastest_s.min(start.elapsed().as_secs_f64());
        }
    }
    println!("{STEMS} stereo stems of {SECONDS} s, {RATE_HZ} Hz, 24 bit, to -14 LUFS and -1 dBTP; best of {ROUNDS}");
    for ((name, _), seconds) in programs.iter().zip(fastest_s) {
        println!("{name:20} {seconds:8.2} s {:8.1} × realtime", SECONDS as f64 / seconds);
    }
    Ok(())
}

/// The song the project composes, again and again, its stems over and over.
fn write_stems(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    let composed = song::compose(1, f64::from(RATE_HZ));
    let frames = SECONDS * RATE_HZ as usize;
    let long = |samples: &[f32]| samples.iter().copied().cycle().take(frames).collect();
    let mut paths = Vec::new();
    for (index, stem) in composed.iter().cycle().take(STEMS).enumerate() {
        let path = folder.join(format!("{} {}.wav", index + 1, stem.name));
        let channels = vec![long(&stem.left), long(&stem.right)];
        let audio = Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) };
        write_wav(&path, &audio, WavEncoding::Integer24)?;
        paths.push(path);
    }
    Ok(paths)
}

fn stemma(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stemma"));
    command.arg("master").arg(folder.join("stems")).arg("-o").arg(folder.join("stemma.wav"));
    command.args(["--loudness", "-14"]);
    command
}

fn ffmpeg(folder: &Path, stems: &[PathBuf]) -> Command {
    let mut command = Command::new("ffmpeg");
    command.arg("-y");
    for stem in stems {
        command.arg("-i").arg(stem);
    }
    let sum = format!("amix=inputs={}:normalize=0,loudnorm=I=-14:TP=-1:LRA=20", stems.len());
    command.args(["-filter_complex", &sum, "-ar", "48000", "-c:a", "pcm_s24le"]).arg(folder.join("ffmpeg.wav"));
    command
}
