//! The shipped table, and a user's own file over it.

use std::path::Path;
use targets::{Confidence, Direction, Target, Targets};

/// Released numbers: a line here never changes, new ones are appended.
const RELEASED_IDS: [&str; 20] = [
    "spotify",
    "spotify_loud",
    "spotify_quiet",
    "apple_music",
    "tidal",
    "youtube",
    "youtube_music",
    "amazon_music",
    "deezer",
    "soundcloud",
    "qobuz",
    "ebu_r128",
    "atsc_a85",
    "aes_td1008",
    "apple_podcasts",
    "netflix",
    "club",
    "cd",
    "vinyl",
    "pandora",
];

fn with_user_text(text: &str) -> Result<Targets, String> {
    Targets::with_user_text(text, Path::new("my_targets.toml")).map_err(|error| error.to_string())
}

fn target(targets: &Targets, id: &str) -> Target {
    targets.by_id(id).expect("a known id").clone()
}

#[test]
fn numbers_and_ids_never_change() {
    let targets = Targets::built_in();
    let ids: Vec<&str> = targets.all().iter().map(|target| target.id.as_str()).collect();
    assert_eq!(ids, RELEASED_IDS);
    assert_eq!(targets.number_of("tidal"), Some(4));
}

#[test]
fn every_target_says_where_its_figures_come_from() {
    for target in Targets::built_in().all() {
        assert!(!target.source.is_empty() && !target.name.is_empty() && !target.album_mode.is_empty(), "{target:?}");
        let (year, month) = target.retrieved.split_once('-').expect("year-month");
        assert!(year.parse::<u32>().is_ok_and(|year| year >= 2026), "{target:?}");
        assert!(month.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month)), "{target:?}");
    }
}

#[test]
fn titles_tell_the_modes_apart() {
    let targets = Targets::built_in();
    let mut titles: Vec<String> = targets.all().iter().map(Target::title).collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), targets.all().len());
    assert_eq!(target(&targets, "spotify_loud").title(), "Spotify (Loud)");
}

#[test]
fn apple_music_and_tidal_are_not_swapped() {
    let targets = Targets::built_in();
    assert_eq!(target(&targets, "apple_music").loudness_lufs, Some(-16.0));
    assert_eq!(target(&targets, "tidal").loudness_lufs, Some(-14.0));
}

#[test]
fn a_user_file_overrides_single_values_and_appends() {
    let targets = with_user_text(
        r#"
        [[target]]
        id = "deezer"
        loudness_lufs = -14
        direction = "no"

        [[target]]
        id = "our_label"
        name = "Our label"
        loudness_lufs = -10.5
        source = "the label's delivery sheet"
        retrieved = "2026-12"
        "#,
    )
    .expect("a correct file");
    let shipped = Targets::built_in();
    let (before, after) = (target(&shipped, "deezer"), target(&targets, "deezer"));
    assert_eq!((after.loudness_lufs, after.direction), (Some(-14.0), Direction::No));
    assert_eq!((after.source, after.note), (before.source, before.note), "the rest stays");
    assert_eq!(targets.number_of("our_label"), Some(RELEASED_IDS.len()));
    let own = target(&targets, "our_label");
    assert_eq!((own.direction, own.confidence, own.true_peak_dbtp), (Direction::Unknown, Confidence::C, None));
    assert_eq!(&targets.all()[..3], &shipped.all()[..3]);
}

#[test]
fn an_empty_file_changes_nothing() {
    assert_eq!(with_user_text("").expect("no mistake"), Targets::built_in());
}

#[test]
fn a_file_is_read_from_disk() {
    let path = std::env::temp_dir().join(format!("stemma-targets-{}.toml", std::process::id()));
    std::fs::write(&path, "[[target]]\nid = \"tidal\"\nloudness_lufs = -15.0\n").expect("a writable folder");
    let targets = Targets::with_user_file(&path);
    std::fs::remove_file(&path).expect("the file just written");
    assert_eq!(target(&targets.expect("a correct file"), "tidal").loudness_lufs, Some(-15.0));
}

#[test]
fn a_missing_file_is_named() {
    let error = Targets::with_user_file(Path::new("no/such/targets.toml")).expect_err("no such file").to_string();
    assert!(error.starts_with("no/such/targets.toml: cannot be read: "), "{error}");
}

/// The message for a file names the file, the line and every one of these words.
fn assert_error(text: &str, line: usize, words: &[&str]) {
    let error = with_user_text(text).expect_err("a mistake");
    assert!(error.starts_with(&format!("my_targets.toml, line {line}: ")), "{error}");
    for word in words {
        assert!(error.contains(word), "no {word} in: {error}");
    }
    println!("{error}");
}

#[test]
fn a_misspelt_key_is_named() {
    assert_error("[[target]]\nid = \"tidal\"\nloudnes_lufs = -15.0\n", 3, &["loudnes_lufs"]);
}

#[test]
fn a_wrong_kind_of_value_is_named() {
    assert_error("[[target]]\nid = \"tidal\"\nloudness_lufs = \"loud\"\n", 3, &["loudness_lufs", "string"]);
}

#[test]
fn an_unknown_direction_is_named() {
    assert_error("[[target]]\nid = \"tidal\"\n\ndirection = \"up\"\n", 4, &["direction", "up", "peak-constrained"]);
}

#[test]
fn broken_toml_is_located() {
    assert_error("[[target]]\nid = \"tidal\"\nname = \"TIDAL\n", 3, &["name"]);
}

#[test]
fn a_target_without_id_is_located() {
    assert_error("\n[[target]]\nname = \"TIDAL\"\n", 2, &["id"]);
}

#[test]
fn a_loudness_without_its_minus_is_refused() {
    assert_error("[[target]]\nid = \"tidal\"\nloudness_lufs = 14.0\n", 3, &["tidal", "loudness_lufs", "14"]);
}

#[test]
fn what_is_no_number_is_refused() {
    assert_error("[[target]]\nid = \"tidal\"\ntrue_peak_dbtp = nan\n", 3, &["tidal", "true_peak_dbtp"]);
}

#[test]
fn a_new_target_without_source_is_refused() {
    assert_error("[[target]]\nid = \"mine\"\nname = \"Mine\"\n", 2, &["mine", "`source`"]);
}

#[test]
fn the_same_target_twice_is_refused() {
    assert_error("[[target]]\nid = \"tidal\"\n[[target]]\nid = \"tidal\"\n", 4, &["tidal", "twice"]);
}
