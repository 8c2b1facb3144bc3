//! `stemma-host` on the command line: files in, files out, and clear words when something is wrong.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod common;

use std::fs;
use std::process::{Command, Output};

use audio_file::{Audio, SourceBits, WavEncoding, read, write_wav};
use common::{Folder, bundle, noise, program};

/// Runs the program in a folder.
fn run(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(program()).current_dir(folder.path()).args(arguments).output().unwrap()
}

/// Runs it with the bundle and files every run has.
fn run_plugin(folder: &Folder, more: &[&str]) -> Output {
    let bundle = bundle();
    let mut arguments = vec!["run", bundle.to_str().unwrap(), "--input", "in.wav", "--output", "out.wav"];
    arguments.extend(more);
    run(folder, &arguments)
}

fn folder_with_input(channels: usize) -> (Folder, Audio) {
    let folder = Folder::new();
    let sound = Audio { sample_rate_hz: 44_100, channels: noise(channels, 5_003), source_bits: SourceBits::Float(32) };
    write_wav(folder.join("in.wav"), &sound, WavEncoding::Float32).unwrap();
    (folder, sound)
}

fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn list_shows_plugins_ports_and_parameters() {
    let output = run(&Folder::new(), &["list", bundle().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for part in
        ["org.stemma.test-plugin", "Side-chain", "layout Mono", "Trim/Gain: -24.00 dB … 12.00 dB, default 0.00 dB"]
    {
        assert!(text.contains(part), "{part} is missing from:\n{text}");
    }
}

#[test]
fn a_file_comes_out_in_time_and_of_the_same_length() {
    for channels in [1, 2] {
        for more in [&["--block", "64"][..], &["--block", "8192", "--realtime"], &["--isolated"]] {
            let (folder, sound) = folder_with_input(channels);
            let output = run_plugin(&folder, more);
            assert!(output.status.success(), "{output:?}");
            assert_eq!(read(folder.join("out.wav")).unwrap(), sound, "{more:?}");
            assert_eq!(names(&folder), ["in.wav", "out.wav"]);
            assert!(output.stderr.is_empty(), "quiet without a terminal: {output:?}");
        }
    }
}

#[test]
fn in_real_time_a_sound_takes_as_long_as_it_sounds() {
    let (folder, sound) = folder_with_input(1);
    let started = std::time::Instant::now();
    assert!(run_plugin(&folder, &["--realtime", "--block", "64"]).status.success());
    // Only "not faster" can be promised on a machine that does other things too.
    assert!(started.elapsed().as_secs_f64() >= sound.length_s());
}

#[test]
fn parameters_sidechain_state_and_report_work_together() {
    let (folder, mut sound) = folder_with_input(2);
    let side = Audio { channels: noise(1, 900), ..sound.clone() };
    write_wav(folder.join("side.wav"), &side, WavEncoding::Float32).unwrap();
    let options =
        ["--set", "Trim/Gain=-20 dB", "--sidechain", "side.wav", "--track", "Bass", "--report", "--save-state", "s"];
    let output = run_plugin(&folder, &options);
    assert!(output.status.success(), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("\"track\":\"Bass\"") && report.contains("\"offline\":true"), "{report}");
    for row in &mut sound.channels {
        for (frame, sample) in row.iter_mut().enumerate() {
            // The test plugin does not delay the side-chain, so it comes out early by its latency.
            let side = side.channels[0].get(frame + common::LATENCY_FRAMES).copied().unwrap_or(0.0);
            *sample = *sample * 0.1 + side;
        }
    }
    let first = read(folder.join("out.wav")).unwrap();
    assert_eq!(first, sound);
    // The saved state does the same as the parameter.
    let output = run_plugin(&folder, &["--state", "s", "--sidechain", "side.wav", "--isolated"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(read(folder.join("out.wav")).unwrap(), first);
}

#[test]
fn every_failure_says_why_and_leaves_the_output_alone() {
    for (more, words) in [
        (&["--set", "Volume=1"][..], "Volume"),
        (&["--set", "Gain"], "NAME=VALUE"),
        (&["--set", "Gain=loud"], "loud"),
        (&["--set", "Mode=Fail"], "failed while processing"),
        (&["--set", "Mode=Crash", "--isolated"], "its process ended"),
        (&["--sidechain", "nowhere.wav"], "nowhere.wav: no such file"),
        (&["--plugin", "org.stemma.nothing"], "holds no plugin"),
        (&["--state", "nowhere"], "nowhere"),
    ] {
        let (folder, _) = folder_with_input(2);
        fs::write(folder.join("out.wav"), "before").unwrap();
        let output = run_plugin(&folder, more);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{more:?}: {text}");
        assert!(text.contains(words), "{more:?}: {text}");
        assert_eq!(fs::read(folder.join("out.wav")).unwrap(), b"before");
        assert_eq!(names(&folder), ["in.wav", "out.wav"]);
    }
}

#[test]
fn a_sidechain_of_another_rate_is_refused() {
    let (folder, sound) = folder_with_input(2);
    write_wav(folder.join("side.wav"), &Audio { sample_rate_hz: 48_000, ..sound }, WavEncoding::Float32).unwrap();
    let output = run_plugin(&folder, &["--sidechain", "side.wav"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("48000 Hz") && text.contains("44100 Hz"), "{text}");
}
