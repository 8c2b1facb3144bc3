//! The song through the real plugins, as `cargo xtask demo` plays it: what a musician gets, and what happens when
//! something is wrong with what he gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use audio_file::{Audio, SourceBits, WavEncoding, read, write_wav};
use serde_json::Value;

use crate::ffmpeg;

/// A folder for one test, with a session of its own, removed at the end.
struct Desk {
    folder: PathBuf,
    session: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let unique = format!("stemma-demo-{name}-{}", std::process::id());
        let desk = Self { folder: std::env::temp_dir().join(&unique), session: Path::new("/dev/shm").join(unique) };
        fs::create_dir_all(desk.stems()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(&desk.session).unwrap();
        desk
    }

    fn stems(&self) -> PathBuf {
        self.folder.join("in")
    }

    fn out(&self) -> PathBuf {
        self.folder.join("out")
    }

    fn write(&self, file: &str, sample_rate_hz: u32, channels: Vec<Vec<f32>>) {
        let audio = Audio { sample_rate_hz, channels, source_bits: SourceBits::Float(32) };
        write_wav(self.stems().join(file), &audio, WavEncoding::Float32).unwrap();
    }

    fn demo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(xtask());
        command.args(["demo", "--no-build", "--out"]).arg(self.out()).args(arguments);
        command.env("STEMMA_SESSION_DIR", &self.session).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.demo(arguments).output().unwrap()
    }

    /// Runs the demonstration on the stems in the folder and expects it to work.
    fn master(&self, arguments: &[&str]) -> Value {
        let stems = self.stems();
        let output = self.run(&[&[stems.to_str().unwrap()], arguments].concat());
        assert!(output.status.success(), "{}", text(&output));
        self.report()
    }

    fn report(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.out().join("report.json")).unwrap()).unwrap()
    }

    /// Runs the demonstration on the stems in the folder and expects it to refuse; the message.
    fn refused(&self, arguments: &[&str]) -> String {
        let stems = self.stems();
        let output = self.run(&[&[stems.to_str().unwrap()], arguments].concat());
        assert!(!output.status.success(), "it should have been refused: {}", text(&output));
        assert!(!self.out().join("master.wav").exists(), "a file was left under the final name");
        text(&output)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        for folder in [&self.folder, &self.session] {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The program behind `cargo xtask`.
fn xtask() -> PathBuf {
    let beside = std::env::current_exe()
        .unwrap()
        .ancestors()
        .nth(2)
        .unwrap()
        .join(format!("xtask{}", std::env::consts::EXE_SUFFIX));
    assert!(beside.is_file(), "{}: not there, run `cargo build -p xtask` first", beside.display());
    beside
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).join("\n")
}

/// Two seconds of seeded noise, a different one for every seed.
fn noise(seed: u64, frames: usize) -> Vec<f32> {
    testkit::signals::white_noise(seed, 0.1, frames)
}

fn stereo(seed: u64, frames: usize) -> Vec<Vec<f32>> {
    vec![noise(2 * seed, frames), noise(2 * seed + 1, frames)]
}

fn number(report: &Value, path: &str) -> f64 {
    report.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} is missing in {report}"))
}

/// The figures of the master and of every stem as the master received them, against ffmpeg on the same sound.
fn agrees_with_ffmpeg(desk: &Desk, report: &Value) {
    let master = ffmpeg::measure(&desk.out().join("master.wav"));
    // ffmpeg prints one decimal, so half a tenth of the tenth allowed is its own rounding.
    assert!((number(report, "/master/integrated_lufs") - master.integrated_lufs).abs() <= 0.1, "{master:?} {report}");
    assert!((number(report, "/master/true_peak_dbtp") - master.true_peak_dbfs).abs() <= 0.1, "{master:?} {report}");
    let mut files: Vec<_> =
        fs::read_dir(desk.out().join("stems")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let stems = report["stems"].as_array().unwrap();
    assert_eq!(stems.len(), files.len());
    for stem in stems {
        let name = stem["name"].as_str().unwrap();
        let file = files.iter().find(|file| file.file_stem().unwrap().to_str().unwrap().ends_with(name)).unwrap();
        let heard = ffmpeg::measure(file);
        let received = number(stem, "/integrated_lufs");
        assert!((received - heard.integrated_lufs).abs() <= 0.1, "{name}: received {received}, ffmpeg {heard:?}");
    }
}

#[test]
fn the_composed_song_is_mastered_and_measured_as_ffmpeg_measures_it() {
    if !ffmpeg::is_here() {
        return;
    }
    let desk = Desk::new("song");
    let output = desk.run(&["--keep-stems", "--target", "spotify"]);
    assert!(output.status.success(), "{}", text(&output));
    let report = desk.report();
    assert_eq!(report["stems"].as_array().unwrap().len(), 5, "six processes, five stems: {report}");
    let stems = report["stems"].as_array().unwrap().iter();
    let known: Vec<_> = stems.map(|stem| (stem["name"].as_str().unwrap(), stem["role"].as_str().unwrap())).collect();
    let expected =
        [("Drums", "Drums"), ("Bass", "Bass"), ("Chords", "Instruments"), ("Lead", "Instruments"), ("FX", "FX")];
    assert_eq!(known, expected);
    assert!(report["notes"].to_string().contains("the meters of 5 of 5 stems move"), "{}", report["notes"]);
    agrees_with_ffmpeg(&desk, &report);
    assert!((number(&report, "/master/integrated_lufs") + 14.0).abs() < 0.1, "{report}");
    assert!(number(&report, "/master/true_peak_dbtp") <= -0.95, "{report}");
    assert!(fs::read_to_string(desk.out().join("report.html")).unwrap().contains("Drums"));
}

#[test]
fn a_real_song_is_mastered_and_its_reference_is_no_stem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stems/final_step");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    if !ffmpeg::is_here() {
        return;
    }
    let desk = Desk::new("real");
    let reference = folder.join("reference_mix.flac");
    let output = desk.run(&[folder.to_str().unwrap(), "--reference", reference.to_str().unwrap(), "--keep-stems"]);
    assert!(output.status.success(), "{}", text(&output));
    let report = desk.report();
    let names: Vec<_> = report["stems"].as_array().unwrap().iter().map(|stem| stem["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(!names.iter().any(|name| name.contains("reference")), "{names:?}");
    agrees_with_ffmpeg(&desk, &report);
}

#[test]
fn neutral_is_the_sum_of_the_stems_to_the_bit() {
    for in_process in [false, true] {
        let desk = Desk::new(if in_process { "sum-one" } else { "sum-many" });
        let frames = 2 * 48_000 + 77;
        let stems: Vec<_> = (1..=3).map(|seed| stereo(seed, frames)).collect();
        for (index, stem) in stems.iter().enumerate() {
            desk.write(&format!("{index}.wav"), 48_000, stem.clone());
        }
        let place: &[&str] = if in_process { &["--in-process"] } else { &[] };
        desk.master(&[&["--neutral", "--block", "333"], place].concat());
        let master = read(desk.out().join("master.wav")).unwrap();
        assert_eq!(master.frames(), frames);
        for (channel, output) in master.channels.iter().enumerate() {
            for (frame, &output) in output.iter().enumerate() {
                let sum: f64 = stems.iter().map(|stem| f64::from(stem[channel][frame])).sum();
                assert_eq!(output.to_bits(), (sum as f32).to_bits(), "channel {channel}, frame {frame}");
            }
        }
    }
}

#[test]
fn sixteen_stems_are_the_song_to_the_bit() {
    let master = |arguments: &[&str]| {
        let desk = Desk::new(if arguments.is_empty() { "five" } else { "sixteen" });
        let output = desk.run(&[&["--neutral", "--in-process", "--seconds", "2"], arguments].concat());
        assert!(output.status.success(), "{}", text(&output));
        read(desk.out().join("master.wav")).unwrap().channels
    };
    assert!(master(&[]) == master(&["--stems", "16", "--shuffle"]));
}

#[test]
fn one_of_sixteen_stems_is_killed_missed_and_found_again() {
    let desk = Desk::new("accident");
    let output = desk.run(&["--neutral", "--keep-stems", "--stems", "16", "--shuffle", "--seconds", "7", "--kill"]);
    assert!(output.status.success(), "{}", text(&output));
    let report = desk.report();
    let stems: Vec<_> = report["stems"].as_array().unwrap().iter().map(|stem| stem["name"].as_str().unwrap()).collect();
    assert_eq!(stems.len(), 16, "all are listed at the end: {stems:?}");
    assert!(report["notes"].to_string().contains("17 plugins"), "{}", report["notes"]);
    let events: Vec<_> = report["events"].as_array().unwrap().iter().map(|event| event.as_str().unwrap()).collect();
    assert!(events.len() == 2 && events[0].contains("opened in this order"), "{events:?}");
    let (victim, fate) = events[1].split_once(" was killed at 0:01.7, gone from the list after ").expect(events[1]);
    assert!(fate.contains(" and back ") && fate.contains("without it from 0:01.7 to "), "{fate}");
    assert!(fs::read_to_string(desk.out().join("report.html")).unwrap().contains(fate));
    // The victim is silent between the two places of the song, and nobody else is.
    let (from, to) = fate.rsplit_once("from 0:0").unwrap().1.trim_end_matches('.').split_once(" to 0:0").unwrap();
    let [from_s, to_s] = [from, to].map(|place| place.parse::<f64>().unwrap());
    assert!(to_s > from_s, "{fate}");
    let mut files: Vec<_> =
        fs::read_dir(desk.out().join("stems")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let kept: Vec<_> = files.iter().map(|file| read(file).unwrap()).collect();
    let sounds = |name: &str| {
        let index = files.iter().position(|file| file.to_str().unwrap().ends_with(&format!(" {name}.wav"))).unwrap();
        // The report says tenths of a second, and a block lasts 10.7 ms.
        let [from, to] = [from_s + 0.15, to_s - 0.05].map(|place_s| (place_s * 48_000.0) as usize);
        kept[index].channels.iter().any(|channel| channel[from..to].iter().any(|sample| *sample != 0.0))
    };
    assert!(!sounds(victim), "{victim} sounds while it is dead: {fate}");
    let is_played =
        |file: &std::path::PathBuf| sounds(file.file_stem().unwrap().to_str().unwrap().split_once(' ').unwrap().1);
    assert!(files.iter().any(is_played), "nobody else sounds: {fate}");
    let master = read(desk.out().join("master.wav")).unwrap();
    for (channel, output) in master.channels.iter().enumerate() {
        for (frame, &output) in output.iter().enumerate() {
            let sum: f64 = kept.iter().map(|stem| f64::from(stem.channels[channel][frame])).sum();
            assert_eq!(output.to_bits(), (sum as f32).to_bits(), "channel {channel}, frame {frame}");
        }
    }
}

#[test]
fn a_plugin_that_shares_this_process_cannot_be_killed() {
    let desk = Desk::new("unkillable");
    let output = desk.run(&["--kill", "--in-process"]);
    let message = text(&output);
    assert!(!output.status.success() && message.contains("--kill") && message.contains("--in-process"), "{message}");
}

#[test]
fn a_mono_stem_among_stereo_sounds_on_both_sides() {
    let desk = Desk::new("mono");
    let frames = 48_000;
    desk.write("drums.wav", 48_000, stereo(1, frames));
    desk.write("bass.wav", 48_000, vec![noise(9, frames)]);
    let report = desk.master(&["--neutral"]);
    assert!(report["notes"].to_string().contains("mono"), "{report}");
    let master = read(desk.out().join("master.wav")).unwrap();
    let (drums, bass) = (stereo(1, frames), noise(9, frames));
    for (channel, output) in master.channels.iter().enumerate() {
        let sum = |frame: usize| (f64::from(drums[channel][frame]) + f64::from(bass[frame])) as f32;
        assert!((0..frames).all(|frame| output[frame] == sum(frame)), "channel {channel}");
    }
}

#[test]
fn what_differs_is_refused_and_named_unless_it_may_be_aligned() {
    for (case, odd_rate_hz, odd_frames, says) in
        [("rate", 44_100, 44_100, "44100"), ("length", 48_000, 40_000, "40000")]
    {
        let desk = Desk::new(case);
        desk.write("drums.wav", 48_000, stereo(1, 48_000));
        desk.write("keys.wav", 48_000, stereo(3, 48_000));
        desk.write("bass.wav", odd_rate_hz, stereo(2, odd_frames));
        let message = desk.refused(&[]);
        assert!(message.contains("bass.wav") && message.contains(says) && message.contains("--align"), "{message}");
        let report = desk.master(&["--align", "--in-process"]);
        assert!(report["notes"].to_string().contains("bass"), "{case}: {report}");
    }
}

#[test]
fn bad_input_is_named_with_what_to_do() {
    let desk = Desk::new("bad");
    let empty = desk.refused(&[]);
    assert!(empty.contains(desk.stems().to_str().unwrap()), "{empty}");

    fs::write(desk.stems().join("notes.wav"), "these are not samples").unwrap();
    let no_audio = desk.refused(&[]);
    assert!(no_audio.contains("notes.wav"), "{no_audio}");
    fs::remove_file(desk.stems().join("notes.wav")).unwrap();

    desk.write("drums.wav", 48_000, stereo(1, 4_800));
    let mut broken = stereo(2, 4_800);
    broken[1][1_234] = f32::NAN;
    // Our own writer refuses NaN, so the file is made by hand with the sample writer under it.
    write_raw_float(&desk.stems().join("vox.wav"), &broken);
    let not_a_number = desk.refused(&[]);
    assert!(not_a_number.contains("vox.wav") && not_a_number.contains("1234"), "{not_a_number}");
    fs::remove_file(desk.stems().join("vox.wav")).unwrap();

    fs::write(desk.out(), "a file where the folder should be").unwrap();
    let unwritable = desk.refused(&[]);
    assert!(unwritable.contains(desk.out().to_str().unwrap()), "{unwritable}");

    let missing = desk.run(&["/nowhere/at/all"]);
    assert!(!missing.status.success() && text(&missing).contains("/nowhere/at/all"));
    let platform = desk.run(&["--target", "gramophone"]);
    assert!(!platform.status.success() && text(&platform).contains("spotify"), "{}", text(&platform));
}

/// A 32-bit float WAV, byte by byte.
fn write_raw_float(path: &Path, channels: &[Vec<f32>]) {
    let frames = channels[0].len();
    let data_bytes = (frames * channels.len() * 4) as u32;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(3u16.to_le_bytes());
    bytes.extend((channels.len() as u16).to_le_bytes());
    bytes.extend(48_000u32.to_le_bytes());
    bytes.extend((48_000 * 4 * channels.len() as u32).to_le_bytes());
    bytes.extend((4 * channels.len() as u16).to_le_bytes());
    bytes.extend(32u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    for frame in 0..frames {
        channels.iter().for_each(|channel| bytes.extend(channel[frame].to_le_bytes()));
    }
    fs::write(path, bytes).unwrap();
}

/// The processes a process has started.
#[cfg(target_os = "linux")]
fn children(parent: &Child) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{}/task", parent.id())).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn a_plugin_that_dies_ends_the_demo_with_a_message_and_no_file() {
    let desk = Desk::new("killed");
    let mut demo = desk.demo(&[]).spawn().unwrap();
    let start = Instant::now();
    let victims = loop {
        let victims = children(&demo);
        if victims.len() == 6 {
            break victims;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the six processes never came: {victims:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(Command::new("kill").args(["-9", &victims[2].to_string()]).status().unwrap().success());
    let output = loop {
        match demo.try_wait().unwrap() {
            Some(_) => break demo.wait_with_output().unwrap(),
            None => assert!(start.elapsed() < Duration::from_secs(120), "the demo hangs"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(!output.status.success());
    let message = text(&output);
    assert!(message.contains("Stem Trim") && message.contains("signal"), "{message}");
    let left: Vec<_> = fs::read_dir(desk.out()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}
