//! How fast the reduction comes and goes.

use super::*;

/// When a reduction has covered 63 % of its way, in frames, between the frames too.
fn frames_to_63_percent(reductions_db: &[f64], from_db: f64, to_db: f64) -> f64 {
    let covered = |reduction_db: f64| (reduction_db - from_db) / (to_db - from_db);
    let wanted = 1.0 - (-1.0f64).exp();
    let after = reductions_db.iter().position(|&db| covered(db) >= wanted).expect("the reduction gets there");
    let before = if after == 0 { 0.0 } else { covered(reductions_db[after - 1]) };
    after as f64 + (wanted - before) / (covered(reductions_db[after]) - before)
}

/// Attack and release in ms, measured on `sound` of −10 dB and then of −60 dB, of which 15 dB are taken.
fn measured_ms(settings: &CompressorSettings, sample_rate_hz: f64, sound: &dyn Fn(f64, f64) -> Vec<f32>) -> (f64, f64) {
    let settings = CompressorSettings { threshold_db: -30.0, ratio: 4.0, knee_db: 0.0, ..*settings };
    let mut compressor = mono(&settings, sample_rate_hz);
    let mut time_ms = |level_db, seconds, from_db, to_db| {
        let readings_db = readings_db(&mut compressor, &sound(level_db, seconds));
        frames_to_63_percent(&readings_db, from_db, to_db) * 1_000.0 / sample_rate_hz
    };
    let attack_ms = time_ms(-10.0, 0.012 * f64::from(settings.attack_ms), 0.0, 15.0);
    (attack_ms, time_ms(-60.0, 0.003 * f64::from(settings.release_ms), 15.0, 0.0))
}

#[test]
fn attack_and_release_take_the_times_they_are_set_to_at_every_rate() {
    let (mut worst_attack, mut worst_release): (f64, f64) = (0.0, 0.0);
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for (attack_ms, release_ms) in [(0.1, 5.0), (0.5, 20.0), (10.0, 80.0), (30.0, 200.0), (60.0, 100.0)] {
            let settings = CompressorSettings { attack_ms, release_ms, ..on() };
            let sound = |level_db, seconds| square(level_db, sample_rate_hz, seconds);
            let (attack, release) = measured_ms(&settings, sample_rate_hz, &sound);
            let attack_error = attack / f64::from(attack_ms) - 1.0;
            let release_error = release / f64::from(release_ms) - 1.0;
            assert!(attack_error.abs() < 0.02, "attack {attack} ms instead of {attack_ms} at {sample_rate_hz} Hz");
            assert!(release_error.abs() < 0.02, "release {release} ms instead of {release_ms} at {sample_rate_hz} Hz");
            worst_attack = worst_attack.max(attack_error.abs());
            worst_release = worst_release.max(release_error.abs());
        }
    }
    println!("attack ±{:.3} %, release ±{:.3} %", 100.0 * worst_attack, 100.0 * worst_release);
}

#[test]
fn the_longest_times_are_exact_too() {
    let settings = CompressorSettings { attack_ms: 200.0, release_ms: 2_000.0, ..on() };
    let (attack_ms, release_ms) =
        measured_ms(&settings, RATE_HZ, &|level_db, seconds| square(level_db, RATE_HZ, seconds));
    assert!((attack_ms / 200.0 - 1.0).abs() < 0.02 && (release_ms / 2_000.0 - 1.0).abs() < 0.02);
}

#[test]
fn a_tone_takes_the_same_times() {
    for (attack_ms, release_ms) in [(10.0, 80.0), (30.0, 200.0), (60.0, 100.0)] {
        let settings = CompressorSettings { attack_ms, release_ms, ..on() };
        let tone = |level_db, seconds| cosine(1_000.0, level_db, RATE_HZ, seconds);
        let (attack, release) = measured_ms(&settings, RATE_HZ, &tone);
        assert!((attack / f64::from(attack_ms) - 1.0).abs() < 0.02, "attack {attack} ms instead of {attack_ms}");
        assert!((release / f64::from(release_ms) - 1.0).abs() < 0.02, "release {release} ms instead of {release_ms}");
    }
}

#[test]
fn a_click_weighs_no_more_than_a_hold_of_half_the_attack() {
    let mut compressor = mono(&CompressorSettings { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, ..on() }, RATE_HZ);
    compressed(&mut compressor, &signals::impulse(100, 1.0, 4_800));
    // 10 dB asked for during half of the attack: 1 − e^(−1/2) of it.
    let expected_db = 10.0 * (1.0 - (-0.5f64).exp());
    let reduction_db = compressor.max_reduction_db();
    assert!((reduction_db - expected_db).abs() < 0.02, "{reduction_db} dB");
}

#[test]
fn auto_release_is_quick_after_a_peak_and_slow_after_a_long_reduction() {
    let settings = CompressorSettings { threshold_db: -20.0, ratio: 4.0, attack_ms: 1.0, auto_release: true, ..on() };
    let recovery_ms = |loud_seconds: f64| {
        let mut compressor = mono(&settings, RATE_HZ);
        compressed(&mut compressor, &square(-6.0, RATE_HZ, loud_seconds));
        let start_db = compressor.reduction_db();
        let readings_db = readings_db(&mut compressor, &square(-50.0, RATE_HZ, 4.0));
        frames_to_63_percent(&readings_db, start_db, 0.0) * 1_000.0 / RATE_HZ
    };
    let (after_a_peak, after_a_passage) = (recovery_ms(0.01), recovery_ms(3.0));
    assert!(after_a_peak < 100.0, "{after_a_peak} ms");
    assert!(after_a_passage > 600.0, "{after_a_passage} ms");
}

#[test]
fn after_the_release_every_bit_passes_again() {
    let mut compressor = mono(&CompressorSettings { release_ms: 20.0, ..on() }, RATE_HZ);
    compressed(&mut compressor, &square(0.0, RATE_HZ, 0.1));
    compressed(&mut compressor, &square(-40.0, RATE_HZ, 0.5));
    let input = signals::white_noise(1, 0.05, 4_800);
    assert_eq!(compressed(&mut compressor, &input), input);
    assert_eq!(compressor.reduction_db(), 0.0);
}
