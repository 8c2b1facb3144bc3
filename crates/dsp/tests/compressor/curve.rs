//! How much is reduced once everything has settled.

use super::*;
use dsp::gain_curve::GainCurve;

/// Everything but the curve: settled after a tenth of a second but for half a thousandth of a step of half a decibel.
fn steady(threshold_db: f32, ratio: f32, knee_db: f32) -> CompressorSettings {
    CompressorSettings { threshold_db, ratio, knee_db, attack_ms: 10.0, release_ms: 40.0, ..on() }
}

/// The largest distance of the measured gain from the curve, for levels from −45 to 0 dB in steps of half a decibel.
/// `sound` makes a tenth of a second of a level, which the curve sees `offset_db` higher.
fn distance_db(
    settings: &CompressorSettings,
    sample_rate_hz: f64,
    offset_db: f64,
    sound: &dyn Fn(f64) -> Vec<f32>,
) -> f64 {
    let curve = GainCurve::new(settings.threshold_db.into(), settings.ratio.into(), settings.knee_db.into());
    let mut compressor = mono(settings, sample_rate_hz);
    (-90..=0)
        .map(|half_db| {
            let level_db = f64::from(half_db) * 0.5;
            let input = sound(level_db);
            let output = compressed(&mut compressor, &input);
            // The last hundredth of a second, weighted by the power of the input.
            let last = input.len() * 9 / 10..;
            let product =
                |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
            let gain_db =
                db(product(&input[last.clone()], &output[last.clone()]) / product(&input[last.clone()], &input[last]));
            (gain_db + curve.reduction_db(level_db + offset_db)).abs()
        })
        .fold(0.0, f64::max)
}

/// What mastering wants of a compressor's curve.
const TOLERANCE_DB: f64 = 0.05;

#[test]
fn peaks_follow_the_static_curve_in_steps_of_half_a_decibel() {
    let mut worst_db: f64 = 0.0;
    for ratio in [1.2, 2.0, 4.0, 10.0] {
        for knee_db in [0.0, 6.0, 24.0] {
            let settings = steady(-20.0, ratio, knee_db);
            let constant = |level_db| vec![gain(level_db) as f32; 4_800];
            let sine = |level_db| cosine(1_000.0, level_db, RATE_HZ, 0.1);
            let bass = |level_db| cosine(100.0, level_db, RATE_HZ, 0.1);
            for sound in [&constant as &dyn Fn(f64) -> Vec<f32>, &sine, &bass] {
                let distance_db = distance_db(&settings, RATE_HZ, 0.0, sound);
                assert!(distance_db < TOLERANCE_DB, "{distance_db} dB at {ratio}:1, knee {knee_db} dB");
                worst_db = worst_db.max(distance_db);
            }
        }
    }
    println!("peak: at most {worst_db:.4} dB from the curve");
}

#[test]
fn sines_follow_the_static_curve_by_their_rms() {
    let mut worst_db: f64 = 0.0;
    for ratio in [1.2, 2.0, 4.0, 10.0] {
        for knee_db in [0.0, 6.0, 24.0] {
            let settings = CompressorSettings { detector: DetectorKind::Rms, ..steady(-20.0, ratio, knee_db) };
            let sine = |level_db| cosine(1_000.0, level_db, RATE_HZ, 0.2);
            let distance_db = distance_db(&settings, RATE_HZ, -10.0 * 2f64.log10(), &sine);
            assert!(distance_db < TOLERANCE_DB, "{distance_db} dB at {ratio}:1, knee {knee_db} dB");
            worst_db = worst_db.max(distance_db);
        }
    }
    println!("RMS: at most {worst_db:.4} dB from the curve");
}

#[test]
fn the_curve_is_the_same_at_every_rate() {
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        let sine = |level_db| cosine(1_000.0, level_db, sample_rate_hz, 0.1);
        let distance_db = distance_db(&steady(-24.0, 3.0, 6.0), sample_rate_hz, 0.0, &sine);
        assert!(distance_db < TOLERANCE_DB, "{distance_db} dB at {sample_rate_hz} Hz");
    }
}

#[test]
fn a_tone_is_reduced_alike_whatever_attack_and_release() {
    for (attack_ms, release_ms) in [(5.0, 60.0), (20.0, 120.0), (60.0, 100.0), (200.0, 100.0)] {
        let settings = CompressorSettings { attack_ms, release_ms, ..steady(-20.0, 2.0, 0.0) };
        let mut compressor = mono(&settings, RATE_HZ);
        compressed(&mut compressor, &cosine(200.0, -8.0, RATE_HZ, 0.015 * f64::from(attack_ms)));
        // What 15 times the attack leave of 6 dB is nothing.
        let reduction_db = compressor.reduction_db();
        assert!((reduction_db - 6.0).abs() < TOLERANCE_DB, "{reduction_db} dB at {attack_ms}/{release_ms} ms");
    }
}

#[test]
fn the_smallest_reduction_is_reached_by_the_slowest_attack() {
    // 0.02 dB over two million frames: no step is too small to be taken.
    let settings = CompressorSettings { attack_ms: 200.0, ..steady(-20.0, 2.0, 0.0) };
    let mut compressor = mono(&settings, 192_000.0);
    compressed(&mut compressor, &vec![gain(-19.96) as f32; 400_000]);
    assert!((compressor.reduction_db() - 0.02).abs() < 0.001, "{} dB", compressor.reduction_db());
}

#[test]
fn below_the_knee_every_bit_passes() {
    for (detector, knee_db) in [(DetectorKind::Peak, 0.0), (DetectorKind::Peak, 12.0), (DetectorKind::Rms, 6.0)] {
        let settings = CompressorSettings { detector, ..steady(-20.0, 10.0, knee_db) };
        // A hair below the lower end of the knee.
        let input = signals::white_noise(1, gain(-20.0 - 0.5 * f64::from(knee_db)) * 0.999_999, 9_600);
        assert_eq!(compressed(&mut mono(&settings, RATE_HZ), &input), input, "{detector:?}, knee {knee_db} dB");
    }
}

#[test]
fn the_side_chain_high_pass_keeps_the_bass_from_pumping() {
    let bass = signals::sine(40.0, 0.5, 0.0, RATE_HZ, 48_000);
    let settings = CompressorSettings { threshold_db: -20.0, ratio: 4.0, ..on() };
    let mut compressor = mono(&settings, RATE_HZ);
    compressed(&mut compressor, &bass);
    assert!(compressor.max_reduction_db() > 5.0);
    let mut compressor = mono(&CompressorSettings { sidechain_high_pass_hz: Some(300.0), ..settings }, RATE_HZ);
    // The filter's own start-up is over after a few periods of its corner.
    compressed(&mut compressor, &bass[..4_800]);
    compressor.reset_readings();
    compressed(&mut compressor, &bass);
    // 12 dB per octave from 300 Hz leave 40 Hz at −35 dB.
    assert!(compressor.max_reduction_db() < 0.01);
}

#[test]
fn the_side_chain_high_pass_falls_by_12_db_per_octave() {
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for (frequency_hz, heard_db) in [(100.0, -12.304), (200.0, -3.010), (1_000.0, -0.007)] {
            let settings = CompressorSettings { sidechain_high_pass_hz: Some(200.0), ..steady(-30.0, 2.0, 0.0) };
            let mut compressor = mono(&settings, sample_rate_hz);
            compressed(&mut compressor, &cosine(frequency_hz, -6.0, sample_rate_hz, 0.3));
            let expected_db = 0.5 * (24.0 + heard_db);
            let reduction_db = compressor.reduction_db();
            assert!((reduction_db - expected_db).abs() < TOLERANCE_DB, "{reduction_db} dB at {frequency_hz} Hz");
        }
    }
}

#[test]
fn auto_makeup_gives_back_half_of_the_reduction_at_full_scale() {
    let settings = CompressorSettings { makeup_db: 1.5, auto_makeup: true, ..steady(-20.0, 2.0, 0.0) };
    let input = square(-40.0, RATE_HZ, 0.1);
    let gain_db = gains_db(&input, &compressed(&mut mono(&settings, RATE_HZ), &input)).pop().unwrap();
    assert!((gain_db - 6.5).abs() < 0.001, "{gain_db} dB");
}
