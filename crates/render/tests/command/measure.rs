//! `stemma measure`.

use std::process::Command;

use audio_file::read;
use dsp::{format::Format, meter::Meter};
use serde_json::Value;

use crate::desk::{Desk, RATE_HZ, noise, text};

/// What ffmpeg says: integrated loudness, range, true peak; none, and a word, where it is not installed.
fn ffmpeg_figures(desk: &Desk, name: &str) -> Option<[f64; 3]> {
    let filter = ["-af", "ebur128=peak=true", "-f", "null", "-"];
    let output =
        Command::new("ffmpeg").args(["-nostats", "-hide_banner", "-i"]).arg(desk.path(name)).args(filter).output();
    let Ok(output) = output else {
        println!("skipped: ffmpeg is not installed (apt-get install ffmpeg)");
        return None;
    };
    let text = text(&output.stderr);
    let summary = text.rsplit_once("Summary:").expect("ffmpeg measured").1;
    Some(["I:", "LRA:", "Peak:"].map(|key| {
        let line = summary.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }))
}

fn json(desk: &Desk, files: &[&str]) -> Value {
    let output = desk.stemma(&[&["measure", "--json"], files].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "nobody watches, so no bar");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Within what ffmpeg prints: one decimal. It drops rather than rounds, looks for true peaks at 192 kHz only, and counts
/// the ranks of the percentiles of the range a little differently.
fn assert_agrees_with_ffmpeg(desk: &Desk, name: &str) {
    let Some(expected) = ffmpeg_figures(desk, name) else { return };
    let file = &json(desk, &[name])["files"][0];
    let keys = ["integrated_lufs", "range_lu", "true_peak_dbtp"];
    for ((key, expected), allowed) in keys.into_iter().zip(expected).zip([-0.1..=0.1, -0.3..=0.3, -0.4..=0.1]) {
        let got = file[key].as_f64().unwrap();
        assert!(allowed.contains(&(got - expected)), "{name}, {key}: {got}, ffmpeg {expected}");
    }
}

#[test]
fn figures_agree_with_those_of_ffmpeg() {
    let desk = Desk::new("measure_agrees");
    let mut song = noise(1, 24);
    // Loud and soft parts, so that there is a range.
    for row in &mut song.channels {
        for (frame, x) in row.iter_mut().enumerate() {
            *x *= [1.0, 0.7, 0.3, 0.5][frame / 144_000 % 4];
        }
    }
    desk.write("song.wav", &song);
    assert_agrees_with_ffmpeg(&desk, "song.wav");
}

#[test]
fn figures_are_those_of_the_meters_in_the_plugins() {
    let desk = Desk::new("measure_meters");
    let mut song = noise(1, 7);
    song.channels[1].iter_mut().for_each(|x| *x *= 0.6);
    desk.write("song.wav", &song);
    let mut meter = Meter::new(Format::stereo(f64::from(RATE_HZ)));
    meter.process(&read(desk.path("song.wav")).unwrap().channels);
    meter.flush();
    let expected = serde_json::to_value(render::measure::figures(&meter)).unwrap();
    let got = &json(&desk, &["song.wav"])["files"][0];
    for (key, expected) in expected.as_object().unwrap() {
        let [got, expected] = [&got[key], expected].map(Value::as_f64);
        // A number that was text in between may differ in its last bit.
        let is_same = got.zip(expected).map_or(got == expected, |(got, expected)| (got - expected).abs() < 1e-12);
        assert!(is_same, "{key}: {got:?}, not {expected:?}");
    }
}

#[test]
fn json_has_the_keys_of_the_report_of_a_master_and_files_keep_their_order() {
    let desk = Desk::new("measure_keys");
    desk.write("b.wav", &noise(1, 5));
    desk.write("a.wav", &noise(3, 1));
    let json = json(&desk, &["b.wav", "a.wav"]);
    let files = json["files"].as_array().unwrap();
    assert_eq!([&files[0]["file"], &files[1]["file"]], ["b.wav", "a.wav"]);
    let figures = serde_json::to_value(render::report::Figures::default()).unwrap();
    for key in figures.as_object().unwrap().keys() {
        assert!(files[0].get(key).is_some(), "{key} is missing");
    }
    assert_eq!(files[1]["duration_s"], 1.0);
    assert_eq!(files[1]["samples"], "24-bit");
}

#[test]
fn compressed_files_are_measured_too() {
    let desk = Desk::new("measure_compressed");
    desk.write("song.wav", &noise(1, 5));
    for name in ["song.flac", "song.aiff", "song.caf", "song.mp3", "song.m4a", "song.ogg"] {
        let codec: &[&str] = if name.ends_with("ogg") { &["-c:a", "libvorbis"] } else { &[] };
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-i"]).arg(desk.path("song.wav")).args(codec).arg(desk.path(name));
        match ffmpeg.output() {
            Ok(output) if output.status.success() => assert_agrees_with_ffmpeg(&desk, name),
            _ => println!("skipped: {name}, which no ffmpeg here can write"),
        }
    }
}

#[test]
fn a_true_peak_above_the_ceiling_is_a_finding() {
    let desk = Desk::new("measure_ceiling");
    desk.write("song.wav", &noise(1, 1));
    assert_eq!(desk.stemma(&["measure", "song.wav", "--ceiling", "-1"]).status.code(), Some(0));
    assert_eq!(desk.stemma(&["measure", "song.wav", "--ceiling", "-40"]).status.code(), Some(1));
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let desk = Desk::new("measure_missing");
    desk.write("here.wav", &noise(1, 1));
    let output = desk.stemma(&["measure", "here.wav", "gone.wav"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(text(&output.stderr), "stemma: gone.wav: no such file. Check the spelling and the folder.\n");
}
