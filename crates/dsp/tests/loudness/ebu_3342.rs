//! EBU Tech 3342 v4, cases 1–4 and what else it asks of a loudness range. Cases 5 and 6 are recordings (`ebu_wavs`).

use super::{Part, RATES_HZ, assert_lu, measured, play, stereo};
use dsp::format::Format;
use dsp::meter::loudness::Loudness;
use dsp::units::SILENCE_DB;
use testkit::signals;

/// The document allows 1 LU; an ideal meter reads the cases exactly, this one to a bin of its memory.
const EXACT_LU: f64 = 0.05;

fn assert_range(case: &str, parts: &[Part], expected_lu: f64) {
    for rate_hz in RATES_HZ {
        let meter = measured(rate_hz, parts);
        println!("3342 case {case}, {rate_hz} Hz: {:+.4} LU from exact", meter.range_lu() - expected_lu);
        assert_lu(meter.range_lu(), expected_lu, EXACT_LU, &format!("{rate_hz} Hz"));
        assert_lu(meter.range_of_file_lu(), expected_lu, EXACT_LU, &format!("{rate_hz} Hz, as a file"));
    }
}

#[test]
fn ebu_3342_case_1() {
    assert_range("1", &[(20.0, -20.0), (20.0, -30.0)], 10.0);
}

#[test]
fn ebu_3342_case_2() {
    assert_range("2", &[(20.0, -20.0), (20.0, -15.0)], 5.0);
}

#[test]
fn ebu_3342_case_3() {
    assert_range("3", &[(20.0, -40.0), (20.0, -20.0)], 20.0);
}

#[test]
fn ebu_3342_case_4() {
    assert_range("4", &[(20.0, -50.0), (20.0, -35.0), (20.0, -20.0), (20.0, -35.0), (20.0, -50.0)], 15.0);
}

#[test]
fn the_range_is_stable_after_a_minute() {
    let mut meter = Loudness::new(Format::mono(8_000.0));
    meter.process(&[vec![0.1; 479_999]]);
    assert!(!meter.range_is_stable());
    meter.process(&[[0.1]]);
    assert!(meter.range_is_stable());
}

#[test]
fn a_minute_of_pause_makes_no_range_stable() {
    let mut meter = Loudness::new(Format::mono(8_000.0));
    meter.process(&[vec![0.1; 240_000]]);
    meter.set_paused(true);
    meter.process(&[vec![0.1; 480_000]]);
    assert!(!meter.range_is_stable());
}

#[test]
fn a_file_is_measured_as_if_silence_followed() {
    // Ends on the grid of 100 ms, between two of its points, and inside a step of 10 ms.
    for frames in [48_000 * 8, 48_000 * 8 + 17_280, 48_000 * 8 + 17_531] {
        let (left, right) = (signals::pink_noise(1, 0.2, frames), signals::pink_noise(2, 0.1, frames));
        let meter = play(stereo(48_000), 48_000, &[&left, &right], |_, _| {});
        let readings = (meter.range_lu(), meter.integrated_lufs());

        // At least 1.5 s, up to the grid.
        let padded_frames = (frames + 72_000).next_multiple_of(4_800);
        let padded = [&left, &right].map(|side| {
            let mut side = side.clone();
            side.resize(padded_frames, 0.0);
            side
        });
        let oracle = testkit::loudness::Loudness::of(&[&padded[0], &padded[1]], 48_000.0);
        // The filters ring on into the silence, which a reading cannot foresee.
        assert_lu(meter.range_of_file_lu(), oracle.range_lu(), 0.02, &format!("{frames} frames"));
        assert!((oracle.range_lu() - readings.0).abs() > 0.1, "{frames} frames: the end makes a difference");
        assert_eq!((meter.range_lu(), meter.integrated_lufs()), readings, "the reading changes nothing");
    }
}

#[test]
fn a_file_of_two_seconds_has_a_range_and_one_of_one_second_none() {
    let [two_seconds, one_second] = [2.0, 1.0].map(|seconds| measured(48_000, &[(seconds, -20.0)]));
    assert!(two_seconds.range_of_file_lu() > 0.0 && two_seconds.range_lu() == SILENCE_DB);
    assert_eq!(one_second.range_of_file_lu(), SILENCE_DB);
}
