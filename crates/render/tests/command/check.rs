//! `stemma check`.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use audio_file::{SourceBits, read};
use roxmltree::{Document, ParsingOptions};
use serde_json::Value;

use crate::desk::{Desk, noise, stemma, text};

fn check(desk: &Desk, more: &[&str]) -> (i32, Value) {
    let output = desk.stemma(&[&["check", "stems", "--reference", "mix.wav", "--json"], more].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    (output.status.code().unwrap(), json)
}

/// Every finding as "severity: stem sentence".
fn findings(json: &Value) -> String {
    let line = |finding: &Value| {
        let [severity, stem, sentence] =
            ["severity", "stem", "sentence"].map(|key| finding[key].as_str().unwrap_or(""));
        format!("{severity}: {stem} {sentence}\n")
    };
    json["findings"].as_array().unwrap().iter().map(line).collect()
}

fn change(desk: &Desk, stem: &str, change: impl Fn(&mut Vec<Vec<f32>>)) {
    let mut audio = read(desk.path(stem)).unwrap();
    change(&mut audio.channels);
    desk.write(stem, &audio);
}

#[test]
fn a_good_delivery_passes_with_names_and_roles_from_its_files() {
    let desk = Desk::with_stems("check_good");
    let (code, json) = check(&desk, &[]);
    assert_eq!((code, &json["verdict"]), (0, &Value::from("pass")), "{}", findings(&json));
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0), "{}", findings(&json));
    let stems = json["stems"].as_array().unwrap().iter();
    let named: Vec<_> = stems.map(|stem| (stem["name"].as_str().unwrap(), stem["role"].as_str().unwrap())).collect();
    assert_eq!(named, [("Drums", "Drums"), ("Bass", "Bass"), ("Keys", "Instruments"), ("Lead Vox", "Lead vocals")]);
    assert_eq!(json["null_test"]["residual"]["peak_dbfs"], Value::Null, "24-bit stems and their 24-bit sum");
}

#[test]
fn a_mix_among_the_stems_is_what_they_are_compared_with() {
    let desk = Desk::with_stems("mix-inside");
    std::fs::rename(desk.path("mix.wav"), desk.path("stems/Full mix.wav")).unwrap();
    let output = desk.stemma(&["check", "stems", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["stems"].as_array().unwrap().len(), 4);
    assert_eq!(json["null_test"]["verdict"], "pass", "{json}");
}

#[test]
fn a_wrong_gain_is_a_finding_that_says_what_would_mend_it() {
    let desk = Desk::with_stems("check_gain");
    change(&desk, "stems/04_Lead_Vox.wav", |rows| rows.iter_mut().flatten().for_each(|x| *x *= 0.912_011));
    let output = desk.stemma(&["check", "stems", "--reference", "mix.wav"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("would null if Lead Vox were +0.80 dB"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("Verdict: FAIL"), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr), "", "nobody watches, so no bar");
}

#[test]
fn clipping_constant_parts_silence_and_cancelling_sides_are_found() {
    let desk = Desk::with_stems("check_faults");
    change(&desk, "stems/01_Drums.wav", |rows| rows[0][500..510].fill(1.0));
    change(&desk, "stems/02_Bass.wav", |rows| rows[1].iter_mut().for_each(|x| *x += 0.01));
    change(&desk, "stems/03_Keys.wav", |rows| rows.iter_mut().flatten().for_each(|x| *x = 0.0));
    change(&desk, "stems/04_Lead_Vox.wav", |rows| rows[1] = rows[0].iter().map(|x| -x).collect());
    let (code, json) = check(&desk, &[]);
    assert_eq!(code, 1);
    for told in [
        "warn: Drums has 10 samples at full scale",
        "warn: Bass has a constant part of -40",
        "warn: Keys is silent",
        "warn: Lead Vox cancels in mono",
    ] {
        assert!(findings(&json).contains(told), "\"{told}\" in\n{}", findings(&json));
    }
}

#[test]
fn stems_of_another_rate_length_or_resolution_are_found() {
    let desk = Desk::with_stems("check_forms");
    let mut short = noise(5, 2);
    short.sample_rate_hz = 44_100;
    desk.write("stems/01_Drums.wav", &short);
    desk.write("stems/02_Bass.wav", &noise(3, 2));
    let keys = read(desk.path("stems/03_Keys.wav")).unwrap();
    audio_file::write_wav(desk.path("stems/03_Keys.wav"), &keys, audio_file::WavEncoding::Float32).unwrap();
    let (code, json) = check(&desk, &[]);
    assert_eq!(code, 1);
    for told in [
        "fail: Drums has 44100 Hz, the others 48000 Hz",
        "warn: Bass is 48000 frames shorter than the others",
        "warn: Keys has 32-bit float, the others have not",
    ] {
        assert!(findings(&json).contains(told), "\"{told}\" in\n{}", findings(&json));
    }
    assert_eq!(json["null_test"], Value::Null, "stems of two rates have no sum");
    assert_eq!(keys.source_bits, SourceBits::Integer(24));
}

#[test]
fn one_track_in_two_stems_is_found_without_a_mix() {
    let desk = Desk::with_stems("check_twice");
    let drums = read(desk.path("stems/01_Drums.wav")).unwrap();
    change(&desk, "stems/03_Keys.wav", |rows| {
        rows.iter_mut()
            .zip(&drums.channels)
            .for_each(|(row, drums)| row.iter_mut().zip(drums).for_each(|(x, d)| *x -= d));
    });
    let output = desk.stemma(&["check", "stems"]);
    assert_eq!(output.status.code(), Some(1));
    let told = "FAIL: Drums is also contained, upside down, in Keys";
    assert!(text(&output.stdout).contains(told), "{}", text(&output.stdout));
}

#[test]
fn the_folder_itself_may_say_what_its_stems_are() {
    let desk = Desk::with_stems("check_manifest");
    desk.write("stems/old.wav", &noise(9, 3));
    fs::rename(desk.path("mix.wav"), desk.path("stems/song.wav")).unwrap();
    let manifest = "reference = \"song.wav\"\n[stems.\"old.wav\"]\nskip = true\n\
                    [stems.\"03_Keys.wav\"]\nname = \"Choir\"\nrole = \"backing vocals\"\n";
    fs::write(desk.path("stems/stems.toml"), manifest).unwrap();
    let output = desk.stemma(&["check", "stems", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["stems"].as_array().map(Vec::len), Some(4));
    assert_eq!((&json["stems"][2]["name"], &json["stems"][2]["role"]), (&"Choir".into(), &"Backing vocals".into()));
}

#[test]
fn a_manifest_that_cannot_be_meant_is_refused_with_what_to_do() {
    let desk = Desk::with_stems("check_bad_manifest");
    for (manifest, told) in [
        ("[stems.\"03_Keys.wav\"]\nrole = \"banjo\"\n", "\"banjo\" is no role; there are: Drums, Bass"),
        ("[stems.\"Keys.wav\"]\nname = \"Keys\"\n", "\"Keys.wav\" is not in this folder"),
        ("[stems.\"03_Keys.wav\"]\ngain = 3\n", "unknown field `gain`"),
    ] {
        fs::write(desk.path("stems/stems.toml"), manifest).unwrap();
        let output = desk.stemma(&["check", "stems"]);
        assert_eq!(output.status.code(), Some(2));
        let error = text(&output.stderr);
        assert!(error.contains("stems.toml: ") && error.contains(told), "{error}");
    }
}

#[test]
fn an_empty_folder_and_a_stem_that_is_no_sound_are_bad_input() {
    let desk = Desk::with_stems("check_bad");
    fs::create_dir_all(desk.path("empty")).unwrap();
    let output = desk.stemma(&["check", "empty"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("empty: no stems here."), "{}", text(&output.stderr));
    fs::write(desk.path("stems/05.wav"), "this is no sound at all").unwrap();
    let output = desk.stemma(&["check", "stems"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("05.wav: "), "{}", text(&output.stderr));
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_shows_every_picture() {
    let desk = Desk::with_stems("check_page");
    change(&desk, "stems/01_Drums.wav", |rows| rows.iter_mut().flatten().for_each(|x| *x *= -1.0));
    let (code, json) = check(&desk, &["--html", "page.html"]);
    assert_eq!((code, &json["null_test"]["verdict"]), (1, &Value::from("fail")));
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&page, options).expect("well formed");
    let count = |name: &str| document.descendants().filter(|node| node.tag_name().name() == name).count();
    assert_eq!(count("svg"), 4, "octaves, song, level match, tone");
    assert!(page.contains("Drums is upside down: invert its polarity"));
    for elsewhere in ["src=", "href=", "@import", "url(", "<script"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    assert_eq!(desk.files().len(), 2, "the mix and the page: {:?}", desk.files());
}

#[test]
#[cfg(unix)]
fn ctrl_c_leaves_no_partial_file() {
    let desk = Desk::with_stems("check_interrupted");
    // Ever later, until it comes too late: no machine is so slow that the writing is never reached.
    for wait_ms in std::iter::successors(Some(1), |wait_ms| Some(wait_ms * 3 / 2 + 1)) {
        let mut stemma = Command::new(stemma())
            .args(["check", "stems", "--reference", "mix.wav", "--html", "page.html"])
            .current_dir(&desk.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(wait_ms));
        Command::new("kill").args(["-INT", &stemma.id().to_string()]).status().unwrap();
        let status = stemma.wait().unwrap();
        // Too early for a handler, the signal itself ends the process.
        assert!(matches!(status.code(), None | Some(0 | 130)), "{status}");
        assert!(!desk.files().iter().any(|name| name.contains(".part")), "{:?}", desk.files());
        let page = fs::read_to_string(desk.path("page.html"));
        assert!(
            page.as_ref().is_ok_and(|page| page.ends_with("</html>\n")) || page.is_err(),
            "half a page after {wait_ms} ms"
        );
        if status.code() == Some(0) {
            assert!(page.is_ok(), "it ended by itself");
            break;
        }
        let _ = fs::remove_file(desk.path("page.html"));
    }
}
