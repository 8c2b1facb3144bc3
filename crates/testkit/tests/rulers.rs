//! The rulers themselves, against values known from theory or from the standards.

use std::f64::consts::PI;
use testkit::{loudness::Loudness, rulers, signals};

/// The figures below are exact to their last printed digit.
#[track_caller]
fn assert_close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "got {got}, expected {expected} ± {tolerance}");
}

#[test]
fn a_sine_reads_its_amplitude_beside_another() {
    let (a, b) = (signals::sine(997.0, 0.5, 30.0, 48e3, 24_000), signals::sine(1_100.0, 0.4, 0.0, 48e3, 24_000));
    let both: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    assert_close(rulers::db(rulers::amplitude_at(&both, 997.0, 48e3) / 0.5), 0.0, 0.001);
}

#[test]
fn a_gain_of_one_half_reads_six_decibels_down() {
    let mut halve = |block: &mut [&mut [f32]]| block[0].iter_mut().for_each(|x| *x *= 0.5);
    assert_close(rulers::gain_db(&mut halve, 20.0, 0.5, 0.1, 44_100.0), -6.0206, 0.0001);
}

#[test]
fn a_third_harmonic_of_one_percent_reads_forty_decibels_down() {
    let (a, b) = (signals::sine(997.0, 0.5, 30.0, 48e3, 10_000), signals::sine(2_991.0, 0.005, 0.0, 48e3, 10_000));
    let both: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    assert_close(rulers::distortion_and_noise_db(&both, 997.0, 48e3), -40.0, 0.02);
}

#[test]
fn the_peak_of_a_band_limited_impulse_is_found_between_the_samples() {
    for offset in [0.0, 0.25, 0.5, 0.7] {
        // Twice, so that one lies where two windows meet.
        for peak_frame in [3_000.0, 14_336.0] {
            let impulse = signals::band_limited_impulse(peak_frame + offset, 20e3, 0.5, 44_100.0, 20_000);
            assert_close(rulers::db(rulers::true_peak(&impulse) / 0.5), 0.0, 0.003);
        }
    }
}

#[test]
fn a_flipped_burst_has_the_true_peak_of_theory() {
    for half_frames in [1, 4, 32] {
        let theory = 4.0 / PI * (0..half_frames).map(|k| 1.0 / (2.0 * k as f64 + 1.0)).sum::<f64>();
        let burst = signals::flipped_burst(half_frames, 1.0, 3_000);
        assert_close(rulers::db(rulers::true_peak(&burst) / theory), 0.0, 0.003);
    }
}

#[test]
fn pink_noise_falls_three_decibels_an_octave() {
    let noise = signals::pink_noise(1, 0.1, 1 << 19);
    assert_close(rulers::rms(&noise), 0.1, 1e-6);
    let level_db = |frequency_hz: f64| {
        // The mean power of many narrow bands around the frequency.
        let blocks = noise.chunks_exact(1 << 10);
        let count = blocks.len() as f64;
        let power: f64 = blocks.map(|block| rulers::amplitude_at(block, frequency_hz, 48e3).powi(2)).sum();
        10.0 * (power / count).log10()
    };
    // ±1 dB: 512 blocks of a random power scatter by 0.2 dB.
    assert_close(level_db(4_000.0) - level_db(8_000.0), 3.01, 1.0);
    assert_close(level_db(1_000.0) - level_db(8_000.0), 9.03, 1.0);
}

#[test]
fn the_power_spectrum_shows_noise_and_tones_at_their_power() {
    let noise: Vec<f64> = signals::white_noise(1, 0.5, 1 << 17).into_iter().map(f64::from).collect();
    // Uniform noise has a third of its squared peak; 512 segments scatter by 0.2 dB each.
    for power in &rulers::power_spectrum(&noise, 256)[2..127] {
        assert_close(10.0 * power.log10(), 10.0 * (0.25 / 3.0_f64).log10(), 0.8);
    }
    let tone: Vec<f64> = signals::sine(1_500.0, 0.5, 0.0, 48e3, 1 << 14).into_iter().map(f64::from).collect();
    let spectrum = rulers::power_spectrum(&tone, 256);
    // Bin 8; the window spreads the power of 1/8, seen in both halves of 256 bins, over 3/2 bins.
    assert_close(spectrum[8], 0.125 * 256.0 / 2.0 / 1.5, 0.001);
    assert!(spectrum[11] < 1e-9);
}

#[test]
fn steps_and_denormals_are_found() {
    assert_close(rulers::largest_step(&[0.0, 0.25, -0.5, -0.5]), 0.75, 1e-12);
    assert_eq!(rulers::denormal_count(&[0.0, 1e-40, -1e-40, f32::MIN_POSITIVE, 1.0]), 2);
}

/// Tones of 1 kHz on both channels: (seconds, dBFS peak) each.
fn tones(sample_rate_hz: f64, parts: &[(f64, f64)]) -> Loudness {
    let mut level = Vec::new();
    for &(seconds, level_db) in parts {
        let frames = (seconds * sample_rate_hz).round() as usize;
        level.extend(std::iter::repeat_n(10f64.powf(level_db / 20.0), frames));
    }
    let tone = signals::sine(1_000.0, 1.0, 0.0, sample_rate_hz, level.len());
    let signal: Vec<f32> = tone.iter().zip(level).map(|(&x, level)| (f64::from(x) * level) as f32).collect();
    Loudness::of(&[&signal, &signal], sample_rate_hz)
}

#[test]
fn loudness_agrees_with_the_exact_values_of_ebu_3341() {
    let loudest = |series: Vec<f64>| series.into_iter().fold(-200.0, f64::max);
    for sample_rate_hz in [48e3, 44_100.0, 96e3] {
        // 0.002 LU: the exact values are printed with three digits. At other rates the transformed filters differ by
        // up to 0.005 dB around 1 kHz.
        let tolerance_lu = if sample_rate_hz == 48e3 { 0.002 } else { 0.007 };
        let case_1 = tones(sample_rate_hz, &[(20.0, -23.0)]);
        assert_close(case_1.integrated_lufs(), -22.993, tolerance_lu);
        assert_close(loudest(case_1.short_term_lufs()), -22.993, tolerance_lu);
        let case_5 = tones(sample_rate_hz, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]);
        assert_close(case_5.integrated_lufs(), -22.979, tolerance_lu);
        let case_13 = tones(sample_rate_hz, &[(0.06, -200.0), (0.4, -23.0), (1.0, -200.0)]);
        assert_close(loudest(case_13.momentary_lufs()), -22.994, tolerance_lu);
    }
}

#[test]
fn loudness_range_agrees_with_ebu_3342() {
    assert_close(tones(48e3, &[(20.0, -20.0), (20.0, -30.0)]).range_lu(), 10.0, 0.01);
    let case_4 = [(20.0, -50.0), (20.0, -35.0), (20.0, -20.0), (20.0, -35.0), (20.0, -50.0)];
    assert_close(tones(48e3, &case_4).range_lu(), 15.0, 0.01);
}
