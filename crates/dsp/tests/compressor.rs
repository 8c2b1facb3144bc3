//! What the compressor promises, measured.

use dsp::{
    compressor::{Compressor, CompressorSettings, DetectorKind},
    format::Format,
    gain_curve::GainCurve,
};
use testkit::{
    contract,
    rulers::{amplitude_at, db},
    signals,
};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

struct UnderTest(Compressor);

impl contract::Processor for UnderTest {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.0.process(block);
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn latency_frames(&self) -> usize {
        self.0.latency_frames()
    }
    fn set_neutral(&mut self) {
        self.0.set(&CompressorSettings::default());
    }
    fn set_busy(&mut self) {
        self.0.set(&CompressorSettings {
            threshold_db: -40.0,
            auto_release: true,
            sidechain_high_pass_hz: Some(100.0),
            detector: DetectorKind::Rms,
            stereo_link: 0.5,
            mix: 0.7,
            auto_makeup: true,
            ..on()
        });
    }
}

#[test]
fn compressor_keeps_the_promises_of_every_processor() {
    contract::check(&|sample_rate_hz, channels| {
        Box::new(UnderTest(Compressor::new(Format { sample_rate_hz, channels })))
    });
}

fn on() -> CompressorSettings {
    CompressorSettings { on: true, ..CompressorSettings::default() }
}

fn mono(settings: &CompressorSettings, sample_rate_hz: f64) -> Compressor {
    let mut compressor = Compressor::new(Format::mono(sample_rate_hz));
    compressor.set(settings);
    compressor
}

/// A square wave of 500 Hz: its rectified level is the same in every frame.
fn square(level_db: f64, sample_rate_hz: f64, seconds: f64) -> Vec<f32> {
    signals::square(500.0, 10f64.powf(level_db / 20.0), sample_rate_hz, (seconds * sample_rate_hz) as usize)
}

/// Gain of every frame in dB.
fn gains_db(input: &[f32], output: &[f32]) -> Vec<f64> {
    input.iter().zip(output).map(|(&x, &y)| db(f64::from(y) / f64::from(x))).collect()
}

fn compressed(compressor: &mut Compressor, input: &[f32]) -> Vec<f32> {
    let mut output = input.to_vec();
    compressor.process(&mut [&mut output]);
    output
}

#[test]
fn peaks_follow_the_static_curve_at_every_rate() {
    let settings =
        CompressorSettings { threshold_db: -20.0, ratio: 4.0, knee_db: 10.0, attack_ms: 1.0, release_ms: 5.0, ..on() };
    let curve = GainCurve::new(-20.0, 4.0, 10.0);
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        let mut compressor = mono(&settings, sample_rate_hz);
        for half_db in -80..=0 {
            let level_db = f64::from(half_db) * 0.5;
            let input = square(level_db, sample_rate_hz, 0.06);
            let output = compressed(&mut compressor, &input);
            let gain_db = gains_db(&input, &output).pop().unwrap();
            // 12 release times have passed: what is left of a step of 0.5 dB is far below the tolerance.
            assert!((gain_db + curve.reduction_db(level_db)).abs() < 0.05, "{gain_db} dB at {level_db} dB");
        }
    }
}

#[test]
fn sines_follow_the_static_curve_by_their_rms() {
    let settings =
        CompressorSettings { threshold_db: -20.0, ratio: 2.0, detector: DetectorKind::Rms, release_ms: 50.0, ..on() };
    let curve = GainCurve::new(-20.0, 2.0, 6.0);
    for level_db in [-30.0, -24.0, -21.0, -18.0, -12.0, -6.0, 0.0] {
        let amplitude = 10f64.powf(level_db / 20.0);
        let input = signals::sine(1_000.0, amplitude, 0.0, RATE_HZ, 48_000);
        let output = compressed(&mut mono(&settings, RATE_HZ), &input);
        let level_of = |signal: &[f32]| db(amplitude_at(&signal[24_000..], 1_000.0, RATE_HZ));
        let gain_db = level_of(&output) - level_of(&input);
        let expected_db = -curve.reduction_db(level_db - 10.0 * 2f64.log10());
        assert!((gain_db - expected_db).abs() < 0.05, "{gain_db} instead of {expected_db} dB at {level_db} dB");
    }
}

/// The frame after which `gains_db` has covered 63.2 % of the way from its first to its last value.
fn frames_to_63_percent(gains_db: &[f64], from_db: f64, to_db: f64) -> f64 {
    let wanted_db = from_db + (to_db - from_db) * (1.0 - (-1.0f64).exp());
    let falling = to_db < from_db;
    let after = gains_db.iter().position(|&gain| if falling { gain <= wanted_db } else { gain >= wanted_db });
    let after = after.expect("the gain gets there");
    (after + 1) as f64
}

#[test]
fn attack_and_release_take_the_times_they_are_set_to() {
    for (attack_ms, release_ms) in [(0.5, 20.0), (10.0, 80.0), (30.0, 200.0), (200.0, 1_000.0)] {
        let settings =
            CompressorSettings { threshold_db: -30.0, ratio: 4.0, knee_db: 0.0, attack_ms, release_ms, ..on() };
        let mut compressor = mono(&settings, RATE_HZ);
        let loud = square(-10.0, RATE_HZ, 12.0 * f64::from(attack_ms) * 0.001);
        let quiet = square(-60.0, RATE_HZ, 12.0 * f64::from(release_ms) * 0.001);
        let reduction_db = 15.0;

        let attack = gains_db(&loud, &compressed(&mut compressor, &loud));
        let measured_ms = frames_to_63_percent(&attack, 0.0, -reduction_db) * 1_000.0 / RATE_HZ;
        // One frame either way, and two percent.
        let tolerance_ms = |time_ms: f32| 0.02 * f64::from(time_ms) + 1_000.0 / RATE_HZ;
        assert!((measured_ms - f64::from(attack_ms)).abs() < tolerance_ms(attack_ms), "attack {measured_ms} ms");

        let release = gains_db(&quiet, &compressed(&mut compressor, &quiet));
        let measured_ms = frames_to_63_percent(&release, -reduction_db, 0.0) * 1_000.0 / RATE_HZ;
        assert!((measured_ms - f64::from(release_ms)).abs() < tolerance_ms(release_ms), "release {measured_ms} ms");
    }
}

#[test]
fn the_reading_is_the_reduction_applied() {
    for mix in [1.0, 0.4] {
        let settings = CompressorSettings { threshold_db: -30.0, ratio: 3.0, mix, ..on() };
        let mut compressor = mono(&settings, RATE_HZ);
        let mut largest_db = 0.0f64;
        for level_db in [-10.0, -40.0, -20.0, -3.0, -60.0] {
            let input = square(level_db, RATE_HZ, 0.05);
            let gains = gains_db(&input, &compressed(&mut compressor, &input));
            let applied_db = -gains.last().unwrap();
            // Single precision carries the gain to 0.000 001 dB.
            assert!((compressor.reduction_db() - applied_db).abs() < 1e-5, "mix {mix}, {level_db} dB");
            largest_db = gains.iter().fold(largest_db, |largest, gain| largest.max(-gain));
        }
        assert!((compressor.max_reduction_db() - largest_db).abs() < 1e-5);
    }
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
fn mix_is_linear() {
    let settings = CompressorSettings { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, mix: 0.25, ..on() };
    let input = square(-8.0, RATE_HZ, 0.5);
    let gain_db = gains_db(&input, &compressed(&mut mono(&settings, RATE_HZ), &input)).pop().unwrap();
    let expected_db = db(0.75 + 0.25 * 10f64.powf(-6.0 / 20.0));
    assert!((gain_db - expected_db).abs() < 0.001, "{gain_db} instead of {expected_db} dB");
}

#[test]
fn a_wet_signal_equal_to_the_dry_is_unchanged_at_any_mix() {
    let input = signals::white_noise(2, 0.1, 4_800);
    for mix in [0.0, 0.1, 0.333, 0.7, 1.0] {
        let settings = CompressorSettings { threshold_db: 0.0, mix, ..on() };
        assert_eq!(compressed(&mut mono(&settings, RATE_HZ), &input), input);
    }
}

#[test]
fn auto_makeup_gives_back_half_of_the_reduction_at_full_scale() {
    let settings =
        CompressorSettings { threshold_db: -20.0, ratio: 2.0, knee_db: 0.0, makeup_db: 1.5, auto_makeup: true, ..on() };
    let input = square(-40.0, RATE_HZ, 0.1);
    let gain_db = gains_db(&input, &compressed(&mut mono(&settings, RATE_HZ), &input)).pop().unwrap();
    assert!((gain_db - 6.5).abs() < 0.001, "{gain_db} dB");
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
fn auto_release_is_quick_after_a_peak_and_slow_after_a_long_reduction() {
    let settings = CompressorSettings { threshold_db: -20.0, ratio: 4.0, attack_ms: 1.0, auto_release: true, ..on() };
    let recovery_ms = |loud_seconds: f64| {
        let mut compressor = mono(&settings, RATE_HZ);
        compressed(&mut compressor, &square(-6.0, RATE_HZ, loud_seconds));
        let start_db = -compressor.reduction_db();
        let quiet = square(-50.0, RATE_HZ, 4.0);
        let gains = gains_db(&quiet, &compressed(&mut compressor, &quiet));
        frames_to_63_percent(&gains, start_db, 0.0) * 1_000.0 / RATE_HZ
    };
    let (after_a_peak, after_a_passage) = (recovery_ms(0.01), recovery_ms(3.0));
    assert!(after_a_peak < 100.0, "{after_a_peak} ms");
    assert!(after_a_passage > 600.0, "{after_a_passage} ms");
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
    ];
    for changed in changes {
        let mut compressor = mono(&settings, RATE_HZ);
        let input = vec![0.25f32; 9_600];
        compressed(&mut compressor, &input);
        for next in [changed, settings] {
            compressor.set(&next);
            let mut output = input.clone();
            compressor.process(&mut [&mut output]);
            let step = output.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            // The widest change goes over 20 ms (960 frames): a thousandth of full scale per frame is inaudible.
            assert!(step < 0.003, "{step} while changing to {next:?}");
        }
    }
}

#[test]
fn slow_compression_of_a_sine_stays_clean() {
    let settings = CompressorSettings { threshold_db: -20.0, attack_ms: 30.0, release_ms: 200.0, ..on() };
    let input = signals::sine(1_000.0, 0.5, 0.0, RATE_HZ, 96_000);
    let output = compressed(&mut mono(&settings, RATE_HZ), &input);
    let distortion_db = testkit::rulers::distortion_and_noise_db(&output[48_000..], 1_000.0, RATE_HZ);
    // Measured: −78 dB.
    assert!(distortion_db < -70.0, "{distortion_db} dB");
}
