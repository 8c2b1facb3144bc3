//! Close to the ceiling: what just fits under it passes untouched, what just does not is not let through.
//!
//! Noise up to half the sample rate is the hard case. How high it rises between two samples depends on samples seconds
//! away; a limiter that must answer within 5 ms can only estimate it. The bounds here are that estimate's.

use dsp::{format::Format, limiter::Limiter};
use testkit::{
    contract,
    rulers::{db, true_peak},
    signals,
};

use crate::{CEILING_DBTP, Over, driven, gain, limited, material};

/// So that its true peak lies this far above the ceiling.
fn scaled(signal: &[f32], over_db: f64) -> Vec<f32> {
    let scale = f64::from(gain(CEILING_DBTP + over_db)) / true_peak(signal);
    signal.iter().map(|x| x * scale as f32).collect()
}

#[test]
fn a_tenth_of_a_db_below_the_ceiling_every_bit_passes() {
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for (name, signal) in
            [("noise", signals::white_noise(6, 1.0, 9_600)), ("music", material::music(7, sample_rate_hz, 9_600))]
        {
            let input = scaled(&signal, -0.1);
            assert!(limited(&driven(0.0), sample_rate_hz, &input) == input, "{name} at {sample_rate_hz} Hz");
        }
    }
}

/// Of noise that the estimate takes for up to 0.2 dB higher than it is, and of which one in twenty would not pass above.
#[test]
fn a_fifth_of_a_db_below_the_ceiling_every_bit_of_the_worst_noise_passes() {
    for seed in 1..=8 {
        for (name, signal) in noises(seed) {
            let input = scaled(&signal, -0.2);
            assert!(limited(&driven(0.0), 44_100.0, &input) == input, "{name}, seed {seed}");
        }
    }
}

fn noises(seed: u64) -> [(&'static str, Vec<f32>); 4] {
    const FRAMES: usize = 12_000;
    [
        ("random signs", signals::random_signs(seed, 1.0, FRAMES)),
        ("white noise", signals::white_noise(seed, 1.0, FRAMES)),
        ("clipped white noise", material::clipped(&signals::white_noise(seed, 3.0, FRAMES))),
        ("full-band music", material::music(seed, 44_100.0, FRAMES)),
    ]
}

/// The worst over of a sweep of true peaks 0…4 dB above the ceiling.
fn worst_over_db(signal: &[f32]) -> f64 {
    let signal = material::in_turn([signal.to_vec()]);
    let scaled_to_ceiling = scaled(&signal, 0.0);
    (0..8)
        .map(|step| {
            Over::of(&limited(&driven(0.05 + 0.5 * step as f32), 44_100.0, &scaled_to_ceiling), 44_100.0).wave_db
        })
        .fold(f64::NEG_INFINITY, f64::max)
}

/// Without the long look at the whole band it would be 1.3 to 1.9 dB.
#[test]
fn noise_that_just_exceeds_is_known_to_half_a_db() {
    for seed in 1..=2 {
        for (name, signal) in noises(seed) {
            let over_db = worst_over_db(&signal);
            assert!(over_db <= 0.60, "{name}, seed {seed}: {over_db} dB over");
        }
    }
}

/// Programme up to 20 kHz is no estimate.
#[test]
fn programme_that_just_exceeds_holds_the_ceiling() {
    let signal = material::band_limited(&material::music(3, 44_100.0, 12_000), 19_500.0, 44_100.0);
    let over_db = worst_over_db(&signal);
    assert!(over_db <= 0.05, "{over_db} dB over");
}

#[test]
fn the_readings_are_what_was_applied() {
    let mut limiter = Limiter::new(Format::mono(crate::RATE_HZ));
    limiter.set(&driven(0.0));
    assert_eq!((limiter.reduction_db(), limiter.max_reduction_db(), limiter.reducing_share()), (0.0, 0.0, 0.0));

    let mut signal = vec![gain(3.0); 9_600];
    limiter.process(&mut [&mut signal]);
    let applied_db = 3.0 - db(f64::from(signal[9_599]));
    assert!((limiter.reduction_db() - applied_db).abs() < 0.001);
    assert!(limiter.max_reduction_db() >= limiter.reduction_db());
    // All but the way to the first frame.
    assert!((limiter.reducing_share() - (1.0 - 240.0 / 9_600.0)).abs() < 0.02, "{}", limiter.reducing_share());

    limiter.reset_readings();
    assert_eq!((limiter.max_reduction_db(), limiter.reducing_share()), (0.0, 0.0));
}
