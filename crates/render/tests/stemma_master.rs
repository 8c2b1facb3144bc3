//! `stemma master`, `session` and `targets` as someone at a terminal meets them.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use audio_file::{Audio, SourceBits, WavEncoding, read, write_wav};
use serde_json::Value;
use testkit::signals;

const RATE_HZ: u32 = 48_000;

/// A folder with stems, removed at the end.
struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("stemma-master-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("stems")).unwrap();
        Self { folder }
    }

    /// Drums, a bass in mono, and a voice, so long.
    fn with_stems(name: &str, seconds: usize) -> Self {
        let desk = Self::new(name);
        let frames = seconds * RATE_HZ as usize;
        for (file, seeds) in [("01_Drums", vec![1, 2]), ("02_Bass", vec![3]), ("03_Lead Vox", vec![4, 5])] {
            let channels = seeds.into_iter().map(|seed| signals::pink_noise(seed, 0.03, frames)).collect();
            let audio = Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) };
            write_wav(desk.path(&format!("stems/{file}.wav")), &audio, WavEncoding::Integer24).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn stemma(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stemma"));
        command.current_dir(&self.folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.stemma(arguments).output().unwrap()
    }

    /// Everything but the stems.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name != "stems");
        names.sort();
        names
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).join("\n")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

fn loudness_lufs(path: &Path) -> f64 {
    let audio = read(path).unwrap();
    let rows: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    testkit::loudness::Loudness::of(&rows, audio.sample_rate_hz.into()).integrated_lufs()
}

#[test]
fn a_folder_of_stems_becomes_a_master_as_loud_as_the_platform_plays() {
    let desk = Desk::with_stems("target", 3);
    let done = desk.run(&["master", "stems", "-o", "song.wav", "--target", "spotify", "--depth", "16", "--json"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    let (audio, report) = (read(desk.path("song.wav")).unwrap(), json(&done));
    assert_eq!((audio.frames(), audio.source_bits), (3 * RATE_HZ as usize, SourceBits::Integer(16)));
    let lufs = loudness_lufs(&desk.path("song.wav"));
    assert!((lufs + 14.0).abs() <= 0.1, "{lufs} LUFS");
    assert!((report["master"]["integrated_lufs"].as_f64().unwrap() - lufs).abs() < 0.01, "{lufs} {}", report["master"]);
    let mastering = &report["mastering"];
    assert_eq!(mastering["reached"], true);
    assert!(mastering["passes"].as_array().unwrap().len() <= 8, "{mastering}");
    assert!(mastering["sentence"].as_str().unwrap().contains("The limiter"), "the cost is said: {mastering}");
    assert_eq!(report["curves"]["spectra"].as_array().unwrap().len(), 4, "three stems and the master");
    assert_eq!(desk.files(), ["song.wav"]);
}

#[test]
fn what_cannot_be_reached_is_said_with_a_finding() {
    let desk = Desk::with_stems("wall", 3);
    let done = desk.run(&["master", "stems", "-o", "song.wav", "--loudness", "-2", "--json"]);
    assert_eq!(done.status.code(), Some(1), "{}", text(&done));
    let report = json(&done);
    assert_eq!(report["mastering"]["reached"], false);
    let sentence = report["mastering"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("-2.0 LUFS is not reached") && sentence.contains("wall"), "{sentence}");
    assert!(report["master"]["true_peak_dbtp"].as_f64().unwrap() <= -0.95, "{}", report["master"]);
    assert!(desk.path("song.wav").exists(), "the best there is is written");
}

#[test]
fn a_song_without_a_loudness_is_told_whether_it_is_silent_or_too_short() {
    let desk = Desk::new("short");
    // Loudness is measured over 400 ms.
    for (frames, level, expected) in [(19_199, 0.1, "too short"), (19_200, 0.0, "nothing to be heard")] {
        let channels = vec![signals::pink_noise(1, level, frames)];
        let audio = Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) };
        write_wav(desk.path("stems/01_Drums.wav"), &audio, WavEncoding::Integer24).unwrap();
        let done = desk.run(&["master", "stems", "-o", "song.wav", "--loudness", "-14", "--json"]);
        assert_eq!(done.status.code(), Some(1), "{}", text(&done));
        let report = json(&done);
        let sentence = report["mastering"]["sentence"].as_str().unwrap();
        assert!(sentence.contains(expected), "{frames} frames: {sentence}");
    }
}

#[test]
fn a_mix_that_is_too_loud_is_turned_down_and_not_limited() {
    let desk = Desk::with_stems("quiet", 3);
    let done = desk.run(&["master", "stems", "-o", "song.wav", "--loudness", "-40", "--json"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    let mastering = &json(&done)["mastering"];
    assert!(mastering["output_gain_db"].as_f64().unwrap() < -1.0 && mastering["drive_db"] == 0.0, "{mastering}");
    assert!((loudness_lufs(&desk.path("song.wav")) + 40.0).abs() <= 0.1);
}

#[test]
fn versions_and_stems_are_printed_beside_the_master() {
    let desk = Desk::with_stems("versions", 1);
    let arguments = ["master", "stems", "-o", "song.wav", "--depth", "32f", "--stems", "--report", "song.html"];
    let done = desk.run(&[&arguments[..], &["--versions", "instrumental,vocal+0.5"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    assert_eq!(desk.files(), ["song.html", "song.wav", "song_instrumental.wav", "song_stems", "song_vocal+0.5.wav"]);
    let page = fs::read_to_string(desk.path("song.html")).unwrap();
    assert!(page.contains("song_instrumental.wav") && page.contains("Average spectrum") && page.contains("Spotify"));
    let master = read(desk.path("song.wav")).unwrap();
    let stems =
        ["01_Drums", "02_Bass", "03_Lead Vox"].map(|name| read(desk.path(&format!("song_stems/{name}.wav"))).unwrap());
    for (channel, samples) in master.channels.iter().enumerate() {
        for (frame, &sample) in samples.iter().enumerate() {
            let sum: f64 = stems.iter().map(|stem| f64::from(stem.channels[channel][frame])).sum();
            // -120 dBFS.
            assert!((f64::from(sample) - sum).abs() < 1e-6, "channel {channel}, frame {frame}");
        }
    }
}

#[test]
fn the_session_decides_and_a_mistake_in_it_is_named_with_its_line() {
    let desk = Desk::with_stems("session", 1);
    assert!(desk.run(&["session", "init", "stems", "-o", "song.toml"]).status.success());
    assert_eq!(desk.run(&["session", "init", "stems", "-o", "song.toml"]).status.code(), Some(2), "not over it");
    let session = fs::read_to_string(desk.path("song.toml")).unwrap();
    let muted = session.replacen("mute = false", "mute = true", 1);
    fs::write(desk.path("muted.toml"), &muted).unwrap();
    let difference = desk.run(&["session", "diff", "song.toml", "muted.toml"]);
    assert_eq!(difference.status.code(), Some(1));
    assert!(text(&difference).contains("Drums · trim.mute: false → true"), "{}", text(&difference));
    assert!(text(&desk.run(&["session", "show", "muted.toml"])).contains("Drums · trim.mute: true"));

    assert!(desk.run(&["master", "stems", "-o", "a.wav", "--session", "song.toml"]).status.success());
    assert!(desk.run(&["master", "stems", "-o", "b.wav", "--session", "muted.toml"]).status.success());
    assert!(loudness_lufs(&desk.path("a.wav")) > loudness_lufs(&desk.path("b.wav")) + 0.5);
    // Without a session it is the one that `session init` writes.
    assert!(desk.run(&["master", "stems", "-o", "c.wav"]).status.success());
    assert!(read(desk.path("a.wav")).unwrap().channels == read(desk.path("c.wav")).unwrap().channels);

    fs::write(desk.path("wrong.toml"), muted.replacen("mute = true", "mute = \"loud\"", 1)).unwrap();
    let line = muted.lines().position(|line| line == "mute = true").unwrap() + 1;
    let refused = desk.run(&["master", "stems", "-o", "d.wav", "--session", "wrong.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains(&format!("wrong.toml, line {line}: ")), "{}", text(&refused));
    assert!(!desk.path("d.wav").exists());
}

#[test]
fn bad_input_leaves_no_file() {
    let desk = Desk::with_stems("bad", 1);
    for (arguments, says) in [
        (vec!["-o", "stems/song.wav"], "lies in the folder of the stems"),
        (vec!["-o", "song.wav", "--target", "gramophone"], "spotify"),
        (vec!["-o", "song.wav", "--target", "cd"], "--loudness"),
        (vec!["-o", "song.wav", "--versions", "karaoke"], "instrumental"),
        (vec!["-o", "song.wav", "--loudness", "14"], "between -70 and 0"),
        (vec!["-o", "nowhere/song.wav"], "nowhere"),
        (vec!["-o", "song.wav", "--session", "none.toml"], "none.toml"),
    ] {
        let refused = desk.run(&[&["master", "stems"], &arguments[..]].concat());
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {}", text(&refused));
        assert!(text(&refused).contains(says), "{arguments:?}: {}", text(&refused));
    }
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}

#[test]
#[cfg(unix)]
fn whoever_interrupts_finds_no_unfinished_file() {
    use std::time::{Duration, Instant};
    let desk = Desk::with_stems("interrupt", 30);
    // A short printing may be over before the signal is there: one of three is in time.
    let interrupted = (0..3).any(|_| {
        let _ = fs::remove_file(desk.path("song.wav"));
        let _ = fs::remove_dir_all(desk.path("song_stems"));
        let mut child = desk.stemma(&["master", "stems", "-o", "song.wav", "--stems"]).spawn().unwrap();
        let start = Instant::now();
        let is_printing = || desk.files().iter().any(|name| name.ends_with(".part"));
        while !is_printing() && child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(120) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
        child.wait().unwrap().code() == Some(130)
    });
    assert!(interrupted, "three times done before the signal came");
    assert_eq!(desk.files(), ["song_stems"]);
    assert_eq!(fs::read_dir(desk.path("song_stems")).unwrap().count(), 0);
}

#[test]
fn the_table_of_platforms_has_source_and_date() {
    let printed = text(&Desk::new("targets").run(&["targets"]));
    let line = printed.lines().find(|line| line.starts_with("spotify ")).unwrap();
    for part in ["Spotify (Normal)", "-14.0", "as peaks allow", "support.spotify.com", "2026-11"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}
