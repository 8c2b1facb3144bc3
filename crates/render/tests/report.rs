//! What a reader of the report, machine or human, may rely on.

use dsp::{role::Role, units::SILENCE_DB};
use render::{
    report::{self, Curves, Figures, Reading, Report, SpectrumCurve, StemFigures, TargetVerdict, TruePeakVerdict},
    table,
};
use roxmltree::{Document, ParsingOptions};
use serde_json::Value;
use std::{fs, path::PathBuf};
use unicode_width::UnicodeWidthStr;

const NASTY: &str = "<script>alert(\"1\")</script> & 'ドラム' \u{1b}[2J\u{0}";

fn figures(integrated_lufs: f64) -> Figures {
    Figures {
        integrated_lufs: Reading::new(integrated_lufs),
        range_lu: Reading::new(6.24),
        max_momentary_lufs: Reading::new(integrated_lufs + 5.0),
        max_short_term_lufs: Reading::new(integrated_lufs + 3.0),
        true_peak_dbtp: Reading::new(-1.004),
        itu_true_peak_dbtp: Reading::new(-1.03),
        sample_peak_dbfs: Reading::new(-1.2),
        plr_lu: Reading::new(-1.004 - integrated_lufs),
        correlation: Reading::new(0.81),
        max_gain_reduction_db: Reading::new(2.4),
    }
}

fn sample() -> Report {
    let stem = |name: &str, role, figures| StemFigures { name: name.to_owned(), role, figures };
    Report {
        generator: "stemma".to_owned(),
        version: "0.1.0".to_owned(),
        sample_rate_hz: 48_000.0,
        duration_s: 30.97,
        master: figures(-14.02),
        stems: vec![
            stem("Drums", Role::Drums, figures(-20.0)),
            stem(NASTY, Role::LeadVocals, figures(-22.0)),
            stem("Silent", Role::Other, Figures { integrated_lufs: Reading::new(SILENCE_DB), ..Figures::default() }),
        ],
        targets: vec![
            TargetVerdict {
                id: "tidal".to_owned(),
                name: "TIDAL".to_owned(),
                mode: "Album".to_owned(),
                loudness_lufs: Reading::new(-14.0),
                distance_lu: Reading::new(-0.02),
                playback_gain_db: Reading::new(0.0),
                plays_at_lufs: Reading::new(-14.02),
                true_peak_verdict: TruePeakVerdict::Within,
                sentence: "Plays as it is.".to_owned(),
                source: "https://example.org/?a=1&b=2".to_owned(),
                retrieved: "2026-11-21".to_owned(),
                confidence: "A".to_owned(),
            },
            TargetVerdict {
                name: "Unknown FM".to_owned(),
                sentence: "No figure is known.".to_owned(),
                ..Default::default()
            },
        ],
        events: vec!["Drums was killed at 0:12.3.".to_owned()],
        notes: vec!["Two stems are silent.".to_owned()],
        ..Report::default()
    }
}

fn curves() -> Curves {
    let wave =
        |from: f64| (0..3_000).map(|i| (f64::from(i) * 0.01, from + 6.0 * (f64::from(i) * 0.004).sin())).collect();
    let mut momentary_lufs: Vec<(f64, f64)> = wave(-16.0);
    momentary_lufs[0].1 = SILENCE_DB;
    momentary_lufs[1].1 = f64::NAN;
    Curves {
        momentary_lufs,
        short_term_lufs: wave(-18.0),
        target_lufs: Some(-14.0),
        limiter_reduction_db: (0..3_000).map(|i| (f64::from(i) * 0.01, f64::from(i % 40) * 0.1)).collect(),
        spectra: ["Drums", NASTY, "Master"]
            .map(|name| SpectrumCurve {
                name: name.to_owned(),
                points: (0..120).map(|i| (20.0 * (f64::from(i) / 12.0).exp2(), -20.0 - 0.1 * f64::from(i))).collect(),
            })
            .into(),
    }
}

/// The keys of an object in the order of the text.
fn keys(text: &str, indent: usize) -> Vec<String> {
    let start = " ".repeat(indent) + "\"";
    let key = |line: &str| line.strip_prefix(&start)?.split_once("\":").map(|(key, _)| key.to_owned());
    text.lines().filter_map(key).collect()
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("stemma-report-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

#[test]
fn json_keys_are_the_published_ones() {
    let mut report = sample();
    report.stems.truncate(1);
    report.targets.truncate(1);
    let text = report::json(&report).unwrap();
    let figures = [
        "integrated_lufs",
        "range_lu",
        "max_momentary_lufs",
        "max_short_term_lufs",
        "true_peak_dbtp",
        "itu_true_peak_dbtp",
        "sample_peak_dbfs",
        "plr_lu",
        "correlation",
        "max_gain_reduction_db",
    ];
    let top = ["generator", "version", "sample_rate_hz", "duration_s", "master", "stems", "targets", "events", "notes"];
    assert_eq!(keys(&text, 2), top);
    assert_eq!(keys(&text, 4), figures);
    let target = [
        "id",
        "name",
        "mode",
        "loudness_lufs",
        "distance_lu",
        "playback_gain_db",
        "plays_at_lufs",
        "true_peak_verdict",
        "sentence",
        "source",
        "retrieved",
        "confidence",
    ];
    let listed: Vec<&str> = ["name", "role"].into_iter().chain(figures).chain(target).collect();
    assert_eq!(keys(&text, 6), listed);
}

#[test]
fn json_says_null_for_silence_and_for_what_nobody_knows() {
    let json: Value = serde_json::from_str(&report::json(&sample()).unwrap()).unwrap();
    assert_eq!(json["stems"][2]["integrated_lufs"], Value::Null);
    assert_eq!(json["targets"][1]["playback_gain_db"], Value::Null);
    assert_eq!(json["targets"][1]["true_peak_verdict"], "unknown");
    assert_eq!(json["targets"][0]["true_peak_verdict"], "within");
    assert_eq!(json["stems"][0]["role"], "Drums");
    assert_eq!(json["master"]["integrated_lufs"], -14.02);
}

#[test]
fn json_carries_any_name_unchanged() {
    let json: Value = serde_json::from_str(&report::json(&sample()).unwrap()).unwrap();
    assert_eq!(json["stems"][1]["name"], NASTY);
}

#[test]
fn page_is_well_formed_and_names_are_text() {
    let page = report::page(&sample(), &curves()).unwrap();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&page, options).unwrap();
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    let named = |tag: &str| document.descendants().filter(|node| node.tag_name().name() == tag).count();
    assert_eq!(count("script") + named("script"), 0);
    assert_eq!(named("svg"), 3);
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.iter().any(|text| text.contains("<script>alert(\"1\")</script> & 'ドラム'")));
    assert!(texts.contains(&"−14.0 "), "the loudness in large type");
}

#[test]
fn page_loads_nothing_from_elsewhere() {
    let page = report::page(&sample(), &curves()).unwrap();
    for loader in ["src=", "href=", "url(", "@import", "<link", "<iframe"] {
        assert!(!page.contains(loader), "{loader}");
    }
}

#[test]
fn page_of_an_empty_report_has_no_empty_tables_or_plots() {
    let page = report::page(&Report::default(), &Curves::default()).unwrap();
    assert!(!page.contains("<table") && !page.contains("<svg"));
}

#[test]
fn files_are_written_whole_and_nothing_is_left_beside_them() {
    let folder = scratch("whole");
    let (json, page) = (folder.join("report.json"), folder.join("report.html"));
    fs::write(&json, "old").unwrap();
    report::write_json(&sample(), &json).unwrap();
    report::write_page(&sample(), &curves(), &page).unwrap();
    assert_eq!(fs::read_to_string(&json).unwrap(), report::json(&sample()).unwrap());
    assert!(fs::read_to_string(&page).unwrap().ends_with("</html>\n"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_cannot_be_written_is_named_in_the_error() {
    let folder = scratch("missing");
    let path = folder.join("no such folder").join("report.json");
    let error = report::write_json(&sample(), &path).unwrap_err().to_string();
    assert!(error.contains("report.json cannot be written"), "{error}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn table_columns_stand_under_each_other_in_any_script() {
    let mut report = sample();
    report.stems[1].name = "ドラム 🥁 Хор".to_owned();
    let text = table::text(&report);
    let stems: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(stems.len(), 2 + report.stems.len(), "{text}");
    // Every loudness stands under its heading: the text up to it is equally wide in each line.
    let end = |line: &str, mark: &str| line.find(mark).map(|at| line[..at + mark.len()].width());
    let heading = end(stems[0], " I LUFS");
    assert_eq!(end(stems[2], "-20.0"), heading, "{text}");
    assert_eq!(end(stems[3], "-22.0"), heading, "{text}");
}

#[test]
fn table_cannot_move_the_cursor() {
    let text = table::text(&sample());
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

#[test]
fn table_shows_the_figures_of_the_master_and_each_verdict() {
    let text = table::text(&sample());
    for line in ["Integrated loudness", "-14.0  LUFS", "TIDAL Album", "Plays as it is.", "Note: Two stems are silent."]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
