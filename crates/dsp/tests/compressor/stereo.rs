//! Left and right, dry and wet.

use super::*;

/// Gains of left (loud) and right (quiet) in dB after settling.
fn linked_gains_db(stereo_link: f32) -> [f64; 2] {
    let mut compressor = Compressor::new(Format::stereo(RATE_HZ));
    compressor.set(&CompressorSettings { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, stereo_link, ..on() });
    let inputs = [square(-8.0, RATE_HZ, 0.5), square(-30.0, RATE_HZ, 0.5)];
    let [mut left, mut right] = inputs.clone();
    compressor.process(&mut [&mut left, &mut right]);
    let last = left.len() - 1;
    [gains_db(&inputs[0], &left)[last], gains_db(&inputs[1], &right)[last]]
}

#[test]
fn linked_channels_share_one_reduction() {
    for (stereo_link, right_db) in [(1.0, -6.0), (0.5, -3.0), (0.0, 0.0)] {
        let [left, right] = linked_gains_db(stereo_link);
        assert!((left + 6.0).abs() < 0.01, "left {left} dB at link {stereo_link}");
        assert!((right - right_db).abs() < 0.01, "right {right} dB at link {stereo_link}");
    }
}

#[test]
fn at_full_link_the_image_never_moves() {
    // The same sound, 7.3 dB quieter on the right: however the reduction moves, the distance stays.
    let left = signals::pink_noise(1, 0.3, 48_000);
    let distance = gain(-7.3) as f32;
    let right: Vec<f32> = left.iter().map(|x| distance * x).collect();
    for detector in [DetectorKind::Peak, DetectorKind::Rms] {
        let mut compressor = Compressor::new(Format::stereo(RATE_HZ));
        compressor.set(&CompressorSettings { threshold_db: -30.0, attack_ms: 1.0, detector, ..on() });
        let (mut left_out, mut right_out) = (left.clone(), right.clone());
        compressor.process(&mut [&mut left_out, &mut right_out]);
        let shift_db = gains_db(&left, &left_out)
            .iter()
            .zip(gains_db(&right, &right_out))
            .map(|(left_db, right_db)| (left_db - right_db).abs())
            .fold(0.0, f64::max);
        assert!(compressor.max_reduction_db() > 3.0);
        // The rounding of two 32-bit floats.
        assert!(shift_db < 3e-6, "{shift_db} dB");
    }
}

#[test]
fn unlinked_channels_are_two_compressors() {
    let settings = CompressorSettings { threshold_db: -30.0, stereo_link: 0.0, ..on() };
    let inputs = [signals::pink_noise(1, 0.3, 9_600), signals::pink_noise(2, 0.1, 9_600)];
    let [mut left, mut right] = inputs.clone();
    let mut compressor = Compressor::new(Format::stereo(RATE_HZ));
    compressor.set(&settings);
    compressor.process(&mut [&mut left, &mut right]);
    assert_eq!(left, compressed(&mut mono(&settings, RATE_HZ), &inputs[0]));
    assert_eq!(right, compressed(&mut mono(&settings, RATE_HZ), &inputs[1]));
}

#[test]
fn mix_is_linear_in_gain() {
    let at = |mix| CompressorSettings { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, mix, ..on() };
    let input = square(-8.0, RATE_HZ, 0.5);
    for (mix, share) in [(0.25, 0.25), (0.5, 0.5), (0.9, 0.9)] {
        let gain_db = gains_db(&input, &compressed(&mut mono(&at(mix), RATE_HZ), &input)).pop().unwrap();
        let expected_db = db(1.0 - share + share * gain(-6.0));
        // The rounding of the mix itself as a 32-bit float.
        assert!((gain_db - expected_db).abs() < 1e-5, "{gain_db} instead of {expected_db} dB");
    }
}

#[test]
fn a_mix_of_dry_and_wet_is_their_weighted_sum() {
    let input = signals::pink_noise(3, 0.3, 48_000);
    let at = |mix| CompressorSettings { threshold_db: -30.0, attack_ms: 1.0, makeup_db: 3.0, mix, ..on() };
    let wet = compressed(&mut mono(&at(1.0), RATE_HZ), &input);
    let half = compressed(&mut mono(&at(0.5), RATE_HZ), &input);
    for ((dry, wet), half) in input.iter().zip(&wet).zip(&half) {
        // Two roundings to 32-bit float.
        assert!((0.5 * (dry + wet) - half).abs() <= 1.2e-7 * wet.abs().max(dry.abs()));
    }
}

#[test]
fn a_wet_signal_equal_to_the_dry_is_unchanged_at_any_mix() {
    let input = signals::white_noise(2, 0.1, 4_800);
    for mix in [0.0, 0.1, 0.333, 0.7, 1.0] {
        let settings = CompressorSettings { threshold_db: 0.0, mix, ..on() };
        assert_eq!(compressed(&mut mono(&settings, RATE_HZ), &input), input);
    }
}
