//! How the gain falls and comes back.

use dsp::limiter::LimiterSettings;
use testkit::rulers::db;

use crate::{RATE_HZ, driven, gain, limited};

/// Gain of each frame in dB, from a constant signal that is high for a while and low after.
fn recovery_gains_db(settings: &LimiterSettings, high_seconds: f64) -> Vec<f64> {
    let high = vec![gain(-1.0); (high_seconds * RATE_HZ) as usize];
    let low = vec![gain(-40.0); 96_000];
    let input: Vec<f32> = high.iter().chain(&low).copied().collect();
    let output = limited(settings, RATE_HZ, &input);
    output.iter().zip(&input).skip(high.len()).map(|(&y, &x)| db(f64::from(y) / f64::from(x))).collect()
}

#[test]
fn a_set_release_takes_its_time() {
    for release_ms in [20.0, 100.0, 400.0] {
        let settings = LimiterSettings { auto_release: false, release_ms, true_peak: false, ..driven(6.0) };
        let gains = recovery_gains_db(&settings, 0.5);
        // Linear gain, from the end of the hold on, until 63 % of the way from 1/2 to 1 are gone.
        let drive = f64::from(gain(6.0));
        let start = gains.iter().position(|&gain_db| gain_db > 1e-3).unwrap();
        let wanted_db = db(1.0 + (drive - 1.0) * (1.0 - (-1.0f64).exp()));
        let end = gains.iter().position(|&gain_db| gain_db > wanted_db).unwrap();
        let measured_ms = (end - start) as f64 * 1_000.0 / RATE_HZ;
        // The boxes delay the whole curve alike, but round its start: up to half the look-ahead.
        assert!((measured_ms - f64::from(release_ms)).abs() < 1.6 + 0.02 * f64::from(release_ms), "{measured_ms} ms");
    }
}

#[test]
fn the_programme_chooses_the_release() {
    let time_to_half_ms = |high_seconds| {
        let settings = LimiterSettings { true_peak: false, ..driven(6.0) };
        let gains = recovery_gains_db(&settings, high_seconds);
        gains.iter().position(|&gain_db| gain_db > 3.0).unwrap() as f64 * 1_000.0 / RATE_HZ
    };
    let (after_a_peak, after_a_passage) = (time_to_half_ms(0.001), time_to_half_ms(2.0));
    assert!(after_a_peak < 80.0, "{after_a_peak} ms");
    assert!(after_a_passage > 250.0, "{after_a_passage} ms");
}

#[test]
fn the_lookahead_is_when_the_gain_starts_to_fall() {
    for lookahead_ms in [1.0, 2.0, 3.0] {
        let settings = LimiterSettings { lookahead_ms, ..driven(0.0) };
        let mut input = vec![0.1f32; 9_600];
        input[4_800] = 2.0;
        let output = limited(&settings, RATE_HZ, &input);
        let start = output.iter().zip(&input).position(|(&y, &x)| y < x * 0.9999).unwrap();
        let early_ms = (4_800 - start) as f64 * 1_000.0 / RATE_HZ;
        // The fall is complete sixteen frames before the peak, and the interpolators see it some frames early.
        assert!((early_ms - f64::from(lookahead_ms)).abs() < 0.7, "{early_ms} instead of {lookahead_ms} ms");
    }
}
