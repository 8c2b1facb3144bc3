//! The K-weighting: the same at every rate.

use super::{RATES_HZ, assert_lu, tone};
use dsp::format::Format;
use dsp::meter::k_weighting::KWeighting;
use dsp::meter::loudness::Loudness;
use dsp::units::db_from_gain;
use std::f64::consts::TAU;

/// The gain of the weighting at a frequency: the transform of its impulse response.
fn weighting_gain_db(rate_hz: usize, frequency_hz: f64) -> f64 {
    let mut filter = KWeighting::new(rate_hz as f64);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for frame in 0..rate_hz * 3 / 10 {
        let response = filter.next(if frame == 0 { 1.0 } else { 0.0 });
        let turns = frequency_hz * frame as f64 / rate_hz as f64;
        real += response * (TAU * turns).cos();
        imaginary += response * (TAU * turns).sin();
    }
    db_from_gain(f64::hypot(real, imaginary))
}

#[test]
fn weighting_is_the_same_at_every_rate() {
    for rate_hz in RATES_HZ {
        for frequency_hz in [25.0, 50.0, 100.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 18_000.0] {
            let difference_db = weighting_gain_db(rate_hz, frequency_hz) - weighting_gain_db(48_000, frequency_hz);
            // The bilinear transform bends the shelf between 2 and 10 kHz.
            assert!(difference_db.abs() < 0.04, "{rate_hz} Hz at {frequency_hz} Hz: {difference_db} dB");
        }
    }
}

#[test]
fn rates_without_a_whole_number_of_frames_in_10_ms_read_right() {
    for rate_hz in [11_025, 22_050] {
        // The tone is made at a rate that has them, and every second or fourth sample is taken.
        let samples: Vec<f32> = tone(44_100, &[(10.0, -23.0)]).into_iter().step_by(44_100 / rate_hz).collect();
        let mut meter = Loudness::new(Format::stereo(rate_hz as f64));
        meter.process(&[&samples, &samples]);
        // The shelf bends where 1 kHz is no longer far below the end of the band, so the filter is asked for its gain.
        let expected = -23.0 - 0.691 + weighting_gain_db(rate_hz, 1_000.0);
        // One frame too few in each step would read 0.02 LU low.
        assert_lu(meter.integrated_lufs(), expected, 0.002, &format!("{rate_hz} Hz"));
        assert_lu(meter.short_term_lufs(), expected, 0.002, &format!("{rate_hz} Hz"));
    }
}
