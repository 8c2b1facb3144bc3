//! EBU Tech 3341 v4, cases 15–23, at every rate: the same samples, so the tone of a quarter of the rate is one everywhere.

use super::{RATES_HZ, faded_sine, measured};
use std::f64::consts::{PI, TAU};
use std::ops::RangeInclusive;

/// What the document allows around its figure, and around the wave itself what this meter is to keep.
const ALLOWED_DB: RangeInclusive<f64> = -0.4..=0.2;
const SHARP_DB: RangeInclusive<f64> = -0.05..=0.05;

/// Both readings keep the document's tolerance, the sharp one also ours around the `exact` figure.
fn assert_case(case: &str, samples: &[f32], expected_dbtp: f64, exact_dbtp: f64) {
    for rate_hz in RATES_HZ {
        let meter = measured(rate_hz, samples);
        let (sharp_dbtp, itu_dbtp) = (meter.max_dbtp()[0], meter.itu_max_dbtp()[0]);
        println!(
            "case {case}, {rate_hz} Hz: {sharp_dbtp:.3} dBTP, {:+.3} dB from exact; ITU {itu_dbtp:.3} dBTP",
            sharp_dbtp - exact_dbtp
        );
        assert!(ALLOWED_DB.contains(&(sharp_dbtp - expected_dbtp)), "{rate_hz} Hz: {sharp_dbtp} dBTP");
        assert!(ALLOWED_DB.contains(&(itu_dbtp - expected_dbtp)), "{rate_hz} Hz: {itu_dbtp} dBTP (ITU)");
        assert!(SHARP_DB.contains(&(sharp_dbtp - exact_dbtp)), "{rate_hz} Hz: {sharp_dbtp}, exact {exact_dbtp} dBTP");
    }
}

/// 200 ms at 48 kHz, faded by 10 ms at both ends.
fn assert_sine(case: &str, share_of_rate: f64, amplitude: f64, phase_degrees: f64, expected_dbtp: f64) {
    let samples = faded_sine(share_of_rate, amplitude, phase_degrees, 9_600, 480);
    assert_case(case, &samples, expected_dbtp, testkit::rulers::db(amplitude));
}

#[test]
fn ebu_3341_case_15() {
    assert_sine("15", 1.0 / 4.0, 0.5, 0.0, -6.0);
}

#[test]
fn ebu_3341_case_16() {
    assert_sine("16", 1.0 / 4.0, 0.5, 45.0, -6.0);
}

#[test]
fn ebu_3341_case_17() {
    assert_sine("17", 1.0 / 6.0, 0.5, 60.0, -6.0);
}

#[test]
fn ebu_3341_case_18() {
    assert_sine("18", 1.0 / 8.0, 0.5, 67.5, -6.0);
}

#[test]
fn ebu_3341_case_19() {
    assert_sine("19", 1.0 / 4.0, 1.41, 45.0, 3.0);
}

/// Cases 20–23: a sine of a sixth of the rate with one louder period of a quarter in the middle, made at four times the
/// rate and cut off sharply at half the rate; of that, every `decimation`-th sample from `offset` on.
fn burst(offset: usize, decimation: usize) -> Vec<f32> {
    const INSERT_START: usize = 24 * 100;
    const INSERT_END: usize = INSERT_START + 16;
    const HALF_LENGTH: isize = 2_000;
    let fine = |index: isize| {
        let index = index as f64;
        if index < INSERT_START as f64 {
            0.5 * (TAU * index / 24.0).sin()
        } else if index < INSERT_END as f64 {
            (TAU * (index - INSERT_START as f64) / 16.0).sin()
        } else {
            0.5 * (TAU * (index - INSERT_END as f64) / 24.0).sin()
        }
    };
    // The middle of the signal is what counts; the cut is a long sinc.
    (INSERT_START - 1_200 + offset..INSERT_START + 1_200)
        .step_by(decimation)
        .map(|centre| {
            (-HALF_LENGTH..=HALF_LENGTH)
                .map(|tap| {
                    let x = tap as f64 / 4.0;
                    let sinc = if tap == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                    let window = 0.5 + 0.5 * (PI * tap as f64 / HALF_LENGTH as f64).cos();
                    0.25 * sinc * window * fine(centre as isize + tap)
                })
                .sum::<f64>() as f32
        })
        .collect()
}

/// What a perfect meter reads of cases 20–23: the cut takes some of the louder period.
const BURST_DBTP: f64 = -0.077;

#[test]
fn ebu_3341_case_20() {
    assert_case("20", &burst(0, 4), 0.0, BURST_DBTP);
}

#[test]
fn ebu_3341_case_21() {
    assert_case("21", &burst(1, 4), 0.0, BURST_DBTP);
}

#[test]
fn ebu_3341_case_22() {
    assert_case("22", &burst(2, 4), 0.0, BURST_DBTP);
}

#[test]
fn ebu_3341_case_23() {
    assert_case("23", &burst(3, 4), 0.0, BURST_DBTP);
}

#[test]
fn ebu_3341_cases_20_to_23_as_the_same_sound_at_higher_rates() {
    for (rate_hz, decimation) in [(96_000.0, 2), (192_000.0, 1)] {
        for offset in 0..decimation {
            let reading_dbtp = measured(rate_hz, &burst(offset, decimation)).max_dbtp()[0];
            assert!(SHARP_DB.contains(&(reading_dbtp - BURST_DBTP)), "{rate_hz} Hz, {offset}: {reading_dbtp} dBTP");
        }
    }
}
