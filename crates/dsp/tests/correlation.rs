//! The correlation meter on signals whose correlation is known.

use dsp::format::Format;
use dsp::meter::correlation::CorrelationMeter;
use testkit::signals::{sine, white_noise};

const RATE_HZ: f64 = 48_000.0;

fn measured(left: &[f32], right: &[f32]) -> f64 {
    let mut meter = CorrelationMeter::new(Format::stereo(RATE_HZ));
    meter.process(&[left, right]);
    meter.correlation()
}

#[test]
fn the_same_on_both_sides_is_one_at_any_level() {
    let left = white_noise(1, 0.5, 24_000);
    let right: Vec<f32> = left.iter().map(|sample| sample * 0.125).collect();
    assert!((measured(&left, &right) - 1.0).abs() < 1e-12);
}

#[test]
fn upside_down_is_minus_one() {
    let left = white_noise(1, 0.5, 24_000);
    let right: Vec<f32> = left.iter().map(|sample| -sample).collect();
    assert!((measured(&left, &right) + 1.0).abs() < 1e-12);
}

#[test]
fn sines_correlate_as_the_cosine_of_their_distance() {
    for phase_degrees in [30.0_f64, 60.0, 90.0, 135.0] {
        let (left, right) =
            (sine(1_000.0, 0.5, 0.0, RATE_HZ, 24_000), sine(1_000.0, 0.25, phase_degrees, RATE_HZ, 24_000));
        // Whole periods: only single precision is left.
        assert!((measured(&left, &right) - phase_degrees.to_radians().cos()).abs() < 1e-6, "{phase_degrees}°");
    }
}

#[test]
fn unrelated_noise_is_near_zero() {
    // 14 400 independent pairs: one standard deviation is 0.008.
    assert!(measured(&white_noise(1, 0.5, 24_000), &white_noise(2, 0.5, 24_000)).abs() < 0.04);
}

#[test]
fn a_silent_side_is_like_nothing() {
    assert_eq!(measured(&white_noise(1, 0.5, 24_000), &[0.0; 24_000]), 0.0);
    assert_eq!(measured(&[0.0; 24_000], &[0.0; 24_000]), 0.0);
}

#[test]
fn a_mono_signal_is_like_itself() {
    let mut meter = CorrelationMeter::new(Format::mono(RATE_HZ));
    meter.process(&[white_noise(1, 0.5, 24_000)]);
    assert!((meter.correlation() - 1.0).abs() < 1e-12);
}

#[test]
fn forgets_after_300_ms() {
    let (left, right) = (white_noise(1, 0.5, 14_400), white_noise(2, 0.5, 14_400));
    let mut meter = CorrelationMeter::new(Format::stereo(RATE_HZ));
    meter.process(&[&left, &right]);
    meter.process(&[&left, &left]);
    assert!((meter.correlation() - 1.0).abs() < 1e-12);
    // Half unrelated, half the same: half of the energy correlates. 0.02 is the accident of 14 400 frames of noise.
    assert!((meter.overall() - 0.5).abs() < 0.02, "{}", meter.overall());
}

#[test]
fn what_is_no_sound_counts_as_silence() {
    let (left, right) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.5, 24_000));
    for garbage in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38] {
        let with = |value: f32| {
            let mut right = right.clone();
            right[20_000] = value;
            measured(&left, &right)
        };
        assert_eq!(with(garbage), with(0.0), "{garbage}");
    }
}

#[test]
fn a_constant_offset_counts_as_sound() {
    // No mean is taken away: what the sum of the sides would do to it is what counts.
    let (left, right) = (vec![0.25; 24_000], vec![-0.5; 24_000]);
    assert!((measured(&left, &right) + 1.0).abs() < 1e-12);
}

#[test]
fn the_block_size_does_not_matter() {
    let (left, right) = (white_noise(1, 0.5, 40_000), white_noise(2, 0.5, 40_000));
    let readings = [1, 17, 64, 480, 1_024, 4_096, 40_000].map(|frames| {
        let mut meter = CorrelationMeter::new(Format::stereo(44_100.0));
        left.chunks(frames).zip(right.chunks(frames)).for_each(|(left, right)| meter.process(&[left, right]));
        (meter.correlation(), meter.overall())
    });
    assert!(readings.iter().all(|one| *one == readings[0]), "{readings:?}");
}

#[test]
fn reset_forgets_what_was_heard() {
    let (left, right) = (white_noise(1, 0.5, 24_001), white_noise(2, 0.5, 24_001));
    let mut meter = CorrelationMeter::new(Format::stereo(RATE_HZ));
    meter.process(&[&left, &right]);
    meter.reset();
    assert_eq!((meter.correlation(), meter.overall()), (0.0, 0.0));
    meter.process(&[&left, &left]);
    assert!((meter.correlation() - 1.0).abs() < 1e-12 && (meter.overall() - 1.0).abs() < 1e-12);
}
