//! What must not be heard, and readings that say what is.

use super::*;
use testkit::rulers;

#[test]
fn the_reading_is_the_reduction_applied_in_every_frame() {
    for mix in [1.0, 0.4] {
        let settings = CompressorSettings { threshold_db: -30.0, ratio: 3.0, attack_ms: 5.0, mix, ..on() };
        let input: Vec<f32> =
            [-10.0, -40.0, -20.0, -3.0, -60.0].iter().flat_map(|&level_db| square(level_db, RATE_HZ, 0.05)).collect();
        let gains_db = gains_db(&input, &compressed(&mut mono(&settings, RATE_HZ), &input));
        let mut compressor = mono(&settings, RATE_HZ);
        for (frame, (read_db, gain_db)) in readings_db(&mut compressor, &input).iter().zip(&gains_db).enumerate() {
            // Single precision carries the gain to 0.000 001 dB.
            assert!((read_db + gain_db).abs() < 1e-5, "mix {mix}, frame {frame}: {read_db} for {gain_db} dB");
        }
        let largest_db = gains_db.iter().fold(0.0f64, |largest, gain| largest.max(-gain));
        assert!((compressor.max_reduction_db() - largest_db).abs() < 1e-5);
    }
}

#[test]
fn no_setting_clicks() {
    let settings = CompressorSettings { threshold_db: -30.0, ratio: 4.0, attack_ms: 0.1, release_ms: 5.0, ..on() };
    let changes = [
        CompressorSettings { on: false, ..settings },
        CompressorSettings { threshold_db: -60.0, ..settings },
        CompressorSettings { ratio: 10.0, ..settings },
        CompressorSettings { makeup_db: 12.0, ..settings },
        CompressorSettings { mix: 0.0, ..settings },
        CompressorSettings { knee_db: 24.0, ..settings },
        CompressorSettings { attack_ms: 200.0, release_ms: 2_000.0, ..settings },
    ];
    for changed in changes {
        let mut compressor = mono(&settings, RATE_HZ);
        let input = vec![0.25f32; 9_600];
        compressed(&mut compressor, &input);
        for next in [changed, settings] {
            compressor.set(&next);
            let step = rulers::largest_step(&compressed(&mut compressor, &input));
            // The widest change goes over 20 ms (960 frames): a thousandth of full scale per frame is inaudible.
            assert!(step < 0.003, "{step} while changing to {next:?}");
        }
    }
}

#[test]
fn the_detector_may_change_under_a_slow_attack_without_a_click() {
    let settings = CompressorSettings { threshold_db: -30.0, ratio: 4.0, ..on() };
    for changed in [
        CompressorSettings { detector: DetectorKind::Rms, ..settings },
        CompressorSettings { sidechain_high_pass_hz: Some(500.0), ..settings },
    ] {
        let mut compressor = mono(&settings, RATE_HZ);
        let input = vec![0.25f32; 9_600];
        compressed(&mut compressor, &input);
        for next in [changed, settings] {
            compressor.set(&next);
            let step = rulers::largest_step(&compressed(&mut compressor, &input));
            // 13 dB of reduction, coming with an attack of 20 ms or going with a release of 120 ms.
            assert!(step < 0.001, "{step} while changing to {next:?}");
        }
    }
}

#[test]
fn tones_stay_clean_under_the_times_mastering_uses() {
    for frequency_hz in [50.0, 100.0, 1_000.0] {
        let mut worst_db = rulers::NOTHING_DB;
        for attack_ms in [10.0, 20.0, 30.0] {
            for release_ms in [80.0, 120.0, 200.0] {
                let settings = CompressorSettings { threshold_db: -20.0, ratio: 2.0, attack_ms, release_ms, ..on() };
                let input = signals::sine(frequency_hz, 0.5, 0.0, RATE_HZ, 96_000);
                let output = compressed(&mut mono(&settings, RATE_HZ), &input);
                worst_db = worst_db.max(rulers::distortion_and_noise_db(&output[48_000..], frequency_hz, RATE_HZ));
            }
        }
        println!("{frequency_hz} Hz, 2:1: THD+N at most {worst_db:.1} dB");
        let bound_db = if frequency_hz < 100.0 { -60.0 } else { -120.0 };
        assert!(worst_db < bound_db, "{worst_db} dB at {frequency_hz} Hz");
    }
}

#[test]
fn by_its_power_a_tone_stays_clean_but_for_a_trace_in_the_bass() {
    for (frequency_hz, bound_db) in [(100.0, -70.0), (1_000.0, -110.0)] {
        let settings = CompressorSettings { threshold_db: -20.0, detector: DetectorKind::Rms, ..on() };
        let input = signals::sine(frequency_hz, 0.5, 0.0, RATE_HZ, 96_000);
        let output = compressed(&mut mono(&settings, RATE_HZ), &input);
        let distortion_db = rulers::distortion_and_noise_db(&output[48_000..], frequency_hz, RATE_HZ);
        println!("{frequency_hz} Hz, RMS, 2:1, 20/120 ms: THD+N {distortion_db:.1} dB");
        assert!(distortion_db < bound_db, "{distortion_db} dB at {frequency_hz} Hz");
    }
}
