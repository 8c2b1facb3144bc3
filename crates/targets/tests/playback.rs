//! What the platforms do to a master: the examples they give themselves, and what follows from their rules.

use targets::{Grade, Playback, Targets, Verdict, playback, verdict};

fn played(id: &str, integrated_lufs: f64, true_peak_dbtp: f64) -> Playback {
    playback(Targets::built_in().by_id(id).expect("a known id"), integrated_lufs, true_peak_dbtp)
}

fn judged(id: &str, integrated_lufs: f64, true_peak_dbtp: f64) -> Verdict {
    verdict(Targets::built_in().by_id(id).expect("a known id"), integrated_lufs, true_peak_dbtp)
}

fn assert_plays(playback: &Playback, gain_db: f64, plays_at_lufs: f64) {
    let near = |value: Option<f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 1e-9);
    assert!(near(playback.gain_db, gain_db) && near(playback.plays_at_lufs, plays_at_lufs), "{playback:?}");
}

#[test]
fn spotify_s_own_example() {
    let playback = played("spotify", -20.0, -5.0);
    assert_plays(&playback, 4.0, -16.0);
    assert_eq!(
        playback.sentence,
        "Turned up by 4.0 dB: plays at -16.0 LUFS, 2.0 dB below the reference because its peaks leave no more room."
    );
}

#[test]
fn spotify_turns_a_loud_master_down() {
    let playback = played("spotify", -8.0, -1.0);
    assert_plays(&playback, -6.0, -14.0);
    assert_eq!(playback.sentence, "Turned down by 6.0 dB: plays at -14.0 LUFS.");
}

#[test]
fn spotify_turns_a_dynamic_master_up_all_the_way_when_its_peaks_allow() {
    assert_plays(&played("spotify", -17.0, -6.0), 3.0, -14.0);
}

#[test]
fn spotify_loud_limits() {
    let playback = played("spotify_loud", -16.0, -3.0);
    assert_plays(&playback, 5.0, -11.0);
    assert!((playback.limiter_engages_db - 3.0).abs() < 1e-9, "{playback:?}");
    assert!(playback.sentence.ends_with("The player limits its peaks by 3.0 dB."), "{playback:?}");
    assert_eq!(played("spotify_loud", -8.0, -1.0).limiter_engages_db, 0.0);
}

#[test]
fn tidal_never_turns_up() {
    let playback = played("tidal", -20.0, -10.0);
    assert_plays(&playback, 0.0, -20.0);
    assert_eq!(
        playback.sentence,
        "Left as it is: plays at -20.0 LUFS, 6.0 dB below the reference because it is never turned up."
    );
    assert_plays(&played("tidal", -9.0, -1.0), -5.0, -14.0);
}

#[test]
fn what_nobody_knows_is_said_to_be_unknown() {
    let quiet = played("deezer", -20.0, -5.0);
    assert_eq!((quiet.gain_db, quiet.plays_at_lufs), (None, None));
    assert_eq!(quiet.sentence, "5.0 dB below the reference; whether it is turned up is unknown.");
    // Every platform with a reference turns down what is louder.
    assert_plays(&played("deezer", -9.0, -1.0), -6.0, -15.0);
}

#[test]
fn deliveries_and_media_are_left_alone() {
    for id in ["ebu_r128", "netflix", "cd", "vinyl"] {
        assert_plays(&played(id, -20.0, -5.0), 0.0, -20.0);
    }
}

#[test]
fn no_target_turns_a_master_louder_than_its_reference() {
    for target in Targets::built_in().all() {
        for tenth_lufs in -400..0 {
            let integrated_lufs = f64::from(tenth_lufs) * 0.1;
            let playback = playback(target, integrated_lufs, -1.0);
            if let (Some(plays_at_lufs), Some(reference_lufs)) = (playback.plays_at_lufs, target.loudness_lufs) {
                let loudest_lufs = if playback.gain_db == Some(0.0) { integrated_lufs } else { reference_lufs };
                assert!(plays_at_lufs <= loudest_lufs + 1e-9, "{}: {playback:?}", target.id);
            }
        }
    }
}

#[test]
fn nothing_measured_is_no_prediction() {
    for nothing in [-200.0, -70.0, f64::NEG_INFINITY, f64::NAN] {
        for target in Targets::built_in().all() {
            let playback = playback(target, nothing, -200.0);
            assert_eq!((playback.gain_db, playback.plays_at_lufs), (None, None), "{}", target.id);
            let verdict = verdict(target, nothing, -200.0);
            assert_eq!((verdict.loudness, verdict.true_peak), (Grade::Unknown, Grade::Unknown), "{}", target.id);
        }
    }
}

#[test]
fn true_peak_is_judged_by_the_platform_s_advice() {
    let verdict = judged("spotify", -14.0, -0.3);
    assert_eq!(verdict.true_peak, Grade::Warn);
    assert_eq!(
        verdict.true_peak_sentence,
        "0.7 dB above the advised -1.0 dBTP: lower the ceiling, or lossy coding may clip."
    );
    assert_eq!(judged("spotify", -14.0, -1.0).true_peak, Grade::Ok);
    assert_eq!(judged("amazon_music", -14.0, -1.0).true_peak, Grade::Warn);
    assert_eq!(judged("qobuz", -14.0, 0.0).true_peak, Grade::Unknown);
}

#[test]
fn a_reading_that_rounds_to_the_advice_is_in_order() {
    assert_eq!(judged("spotify", -14.0, -0.96).true_peak, Grade::Ok);
    assert_eq!(judged("spotify", -14.0, -0.94).true_peak, Grade::Warn);
}

#[test]
fn distance_is_from_the_reference() {
    assert_eq!(judged("spotify", -12.5, -1.0).distance_lu, Some(1.5));
    assert_eq!(judged("spotify", -12.5, -1.0).loudness_sentence, "1.5 LU above the reference.");
    assert_eq!(judged("cd", -12.5, -1.0).distance_lu, None);
}

#[test]
fn a_delivery_outside_the_tolerance_is_warned_of() {
    assert_eq!(judged("ebu_r128", -23.9, -3.0).loudness, Grade::Ok);
    let verdict = judged("ebu_r128", -20.0, -3.0);
    assert_eq!(verdict.loudness, Grade::Warn);
    assert_eq!(verdict.loudness_sentence, "3.0 LU above the reference; 1.0 LU are allowed: it may be sent back.");
    assert_eq!(judged("netflix", -27.0, -3.0).loudness, Grade::Unknown, "its gate is another");
}
