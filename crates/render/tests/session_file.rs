//! What a session file keeps, and what is said to whoever makes a mistake in one.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

use std::path::Path;

use dsp::compressor::{CompressorSettings, DetectorKind};
use dsp::dither::WordLength;
use dsp::equalizer::{BandSettings, CutSettings, EqualizerSettings, Placement, Slope};
use dsp::limiter::LimiterSettings;
use dsp::master_chain::MasterSettings;
use dsp::role::Role;
use dsp::stem_chain::StemSettings;
use dsp::trim::{Polarity, TrimSettings};
use render::session_file::{Session, Stem};

const PATH: &str = "song.toml";

/// Nothing in it is at its default; shares are hundredths of a percentage, as in the plugins.
fn session() -> Session {
    let band = |frequency_hz, placement| BandSettings { on: true, frequency_hz, gain_db: -1.37, q: 2.25, placement };
    let equalizer = |placement| EqualizerSettings {
        high_pass: CutSettings { slope: Slope::Db24, frequency_hz: 33.3, placement },
        low_shelf: band(121.5, placement),
        bells: [band(301.0, placement), band(2_222.2, placement), band(5_000.5, placement)],
        high_shelf: band(9_999.0, placement),
        low_pass: CutSettings { slope: Slope::Db6, frequency_hz: 18_000.0, placement },
    };
    let compressor = CompressorSettings {
        on: true,
        threshold_db: -21.7,
        ratio: 3.3,
        knee_db: 1.1,
        attack_ms: 0.7,
        release_ms: 1_234.5,
        auto_release: true,
        sidechain_high_pass_hz: Some(99.9),
        detector: DetectorKind::Rms,
        stereo_link: 37.7 * 0.01,
        mix: 61.3 * 0.01,
        makeup_db: 2.3,
        auto_makeup: true,
    };
    Session {
        master: MasterSettings {
            input_gain_db: -0.7,
            equalizer: equalizer(Placement::Side),
            compressor,
            limiter: LimiterSettings {
                drive_db: 6.54,
                ceiling_dbtp: -1.1,
                auto_release: false,
                release_ms: 77.7,
                lookahead_ms: 1.5,
                true_peak: false,
                stereo_link: 0.5,
            },
            dither: WordLength::Bits20,
            output_gain_db: -3.21,
            bypass: true,
            matched_bypass: false,
        },
        stems: vec![Stem {
            file: "01_\"Drums\" ドラム".to_owned(),
            name: "Drums # not a comment".to_owned(),
            role: Role::FilmEffects,
            settings: StemSettings {
                trim: TrimSettings { trim_db: 1.23, polarity: Polarity::Left, balance: -45.6 * 0.01, mute: true },
                equalizer: equalizer(Placement::Stereo),
                compressor,
                bypass: true,
            },
        }],
    }
}

fn refused(text: &str) -> String {
    Session::from_text(text, Path::new(PATH)).unwrap_err().to_string()
}

#[test]
fn every_setting_is_kept_to_the_bit() {
    let read = Session::from_text(&session().to_text(), Path::new(PATH)).unwrap();
    assert_eq!(read, session());
}

#[test]
fn what_is_left_out_is_neutral() {
    let read = Session::from_text("version = 1\n[[stem]]\nfile = \"Bass\"\n", Path::new(PATH)).unwrap();
    assert_eq!(read.master, MasterSettings::default());
    assert_eq!(read.stems[0].settings, StemSettings::default());
    assert_eq!(read.stems[0].name, "Bass");
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_would_be_right() {
    let head = "version = 1\n\n[master.limiter]\n";
    for (line, says) in [
        ("drive = 3.0", "`drive` is no key here; there are: drive_db, ceiling_dbtp"),
        ("drive_db = 25.0", "`drive_db` is 25.0; it must be a number from 0 to 24"),
        ("drive_db = nan", "`drive_db` is nan; it must be a number from 0 to 24"),
        ("drive_db = \"3 dB\"", "`drive_db` is \"3 dB\"; it must be a number from 0 to 24"),
        ("true_peak = 1", "`true_peak` is 1; it must be true or false"),
        ("auto_release = maybe", "song.toml, line 4"),
    ] {
        let message = refused(&format!("{head}{line}\n"));
        assert!(message.starts_with("song.toml, line 4: ") && message.contains(says), "{line}: {message}");
    }
    let message = refused("version = 1\n[[stem]]\nfile = \"a\"\nrole = \"Tuba\"\n");
    assert!(message.starts_with("song.toml, line 4: ") && message.contains("\"Lead vocals\""), "{message}");
    let message = refused("version = 1\n[[stem]]\nfile = \"a\"\n[[stem]]\nfile = \"a\"\n");
    assert!(message.starts_with("song.toml, line 4: ") && message.contains("twice"), "{message}");
    let message = refused("version = 1\n[[stem]]\nname = \"a\"\n");
    assert!(message.starts_with("song.toml, line 2: ") && message.contains("`file`"), "{message}");
    let placed = refused("version = 1\n[[stem]]\nfile = \"a\"\n[stem.equalizer]\nbell_1 = { placement = \"mid\" }\n");
    assert!(placed.starts_with("song.toml, line 5: "), "Stem Trim's bands have no placement: {placed}");
}

#[test]
fn a_newer_version_is_refused_before_anything_else_is_judged() {
    let message = refused("future = true\nversion = 2\n");
    assert!(message.starts_with("song.toml, line 2: ") && message.contains("newer"), "{message}");
    assert!(refused("[master]\n").contains("`version` is missing"));
}

#[test]
fn a_session_starts_from_what_the_roles_ask_for() {
    let session = Session::starting_point(["01_Drums", "02 Lead Vox"]);
    assert_eq!(session.stems[1].role, Role::LeadVocals);
    assert_eq!(session.stems[1].settings, Role::LeadVocals.starting_point());
    assert_eq!((session.stems[0].file.as_str(), session.stems[0].name.as_str()), ("01_Drums", "Drums"));
    assert!(session.master.compressor.on && session.master.dither == WordLength::Bits24);
}

#[test]
fn differences_are_named_and_nothing_else() {
    let (before, mut after) = (Session::starting_point(["Drums", "Bass"]), Session::starting_point(["Drums", "Keys"]));
    assert!(before.differences(&before).is_empty());
    after.stems[0].settings.compressor.threshold_db = -20.5;
    after.master.limiter.drive_db = 3.0;
    let expected = [
        "Master · limiter.drive_db: 0.0 → 3.0",
        "Drums · compressor.threshold_db: -18.0 → -20.5",
        "Bass: only in the first",
        "Keys: only in the second",
    ];
    assert_eq!(before.differences(&after), expected);
    let neutral = Session { stems: vec![Stem { file: "a".into(), ..Stem::default() }], ..Session::default() };
    assert!(neutral.decisions().is_empty());
    assert_eq!(after.decisions().iter().filter(|line| line.contains("drive_db")).count(), 1);
}
