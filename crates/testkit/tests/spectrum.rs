//! The rulers over frequency, and the families of signals, against theory.

use std::f64::consts::TAU;
use testkit::{families, rulers, signals, spectrum};

#[test]
fn the_gains_of_a_one_pole_are_those_of_its_formula() {
    const KEEP: f64 = 0.9;
    let mut level = 0.0;
    let response: Vec<f32> = signals::impulse(0, 1.0, 4_096)
        .iter()
        .map(|&x| {
            level = KEEP * level + (1.0 - KEEP) * f64::from(x);
            level as f32
        })
        .collect();
    let gains_db = spectrum::gains_db(&response, 48e3);
    assert_eq!(gains_db.len(), 2_049);
    for (frequency_hz, gain_db) in gains_db {
        let turn = TAU * frequency_hz / 48e3;
        let expected = (1.0 - KEEP) / (1.0 - 2.0 * KEEP * turn.cos() + KEEP * KEEP).sqrt();
        assert!((gain_db - rulers::db(expected)).abs() < 1e-4, "{gain_db} dB at {frequency_hz} Hz");
    }
}

#[test]
fn the_power_of_white_noise_is_spread_evenly() {
    let noise: Vec<f64> = signals::white_noise(1, 0.5, 400_000).iter().map(|&x| f64::from(x)).collect();
    let density = spectrum::power_density(&noise, 256, 48e3);
    // Uniform between ±0.5: a power of 1/12, over 24 kHz.
    let expected = 1.0 / 12.0 / 24_000.0;
    for (frequency_hz, power) in &density[2..127] {
        // Five standard deviations of the mean of some 3 000 segments.
        assert!((power / expected - 1.0).abs() < 0.1, "{power} instead of {expected} at {frequency_hz} Hz");
    }
}

#[test]
fn a_family_has_the_band_it_says() {
    let above_20_khz_db = |samples: &[f32]| {
        let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
        let density = spectrum::power_density(&samples, 1_024, 44_100.0);
        let power = |from_hz: f64| density.iter().filter(|bin| bin.0 >= from_hz).map(|bin| bin.1).sum::<f64>();
        10.0 * (power(20_300.0) / power(0.0)).log10()
    };
    for family in [families::programme(44_100.0), families::torture(44_100.0)] {
        assert!(family.iter().all(|member| member.samples.len() <= 44_100 && rulers::peak(&member.samples) > 0.4));
    }
    for member in families::programme(44_100.0) {
        let level_db = above_20_khz_db(&member.samples);
        // What the filter of 401 taps leaves, and the window of the spectrum lets through.
        assert!(level_db < -60.0, "{}: {level_db} dB", member.name);
    }
    let reaching_further = families::torture(44_100.0).iter().filter(|m| above_20_khz_db(&m.samples) > -30.0).count();
    assert!(reaching_further >= 5, "{reaching_further}");
}
