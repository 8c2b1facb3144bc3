//! What no programme does holds the ceiling as well, on every meter: the families of which standards for true-peak
//! limiters speak, at +6 and +12 dB.
//!
//! A wave up to half the sample rate is known only from all its samples; no causal limiter has them all. So the wave
//! itself may exceed by 0.3 dB here, while the meters of others may not.

use testkit::signals;

use crate::{Over, driven, limited, material};

const WAVE_TOLERANCE_DB: f64 = 0.30;

fn check(what: &str, make: impl Fn(f64) -> Vec<f32>) {
    for (sample_rate_hz, drive_db) in [(44_100.0, 12.0), (48_000.0, 6.0), (96_000.0, 12.0), (192_000.0, 6.0)] {
        let output = limited(&driven(drive_db), sample_rate_hz, &make(sample_rate_hz));
        let what = format!("{what}, {sample_rate_hz} Hz, +{drive_db} dB");
        Over::of(&output, sample_rate_hz).assert_within(WAVE_TOLERANCE_DB, &what);
    }
}

#[test]
fn sines_in_step_with_the_rate() {
    check("sines in step", |sample_rate_hz| material::sines_in_step(16, sample_rate_hz));
}

/// One starts where the filters of libebur128 are at their weakest.
#[test]
fn sines_close_to_half_the_rate() {
    check("sines at the edge", |sample_rate_hz| {
        material::in_turn([0.475, 0.49, 0.499].into_iter().flat_map(|share| {
            [0.0, 50.0, 90.0].map(|phase| signals::sine(share * sample_rate_hz, 1.0, phase, sample_rate_hz, 1_000))
        }))
    });
}

#[test]
fn full_band_impulses_between_the_samples() {
    check("impulses", |sample_rate_hz| {
        material::impulses_between_the_samples(16, 0.5 * sample_rate_hz, sample_rate_hz)
    });
}

#[test]
fn bursts_that_flip_in_the_middle() {
    check("flipped bursts", |_| material::flipped_bursts());
}

#[test]
fn random_signs() {
    check("random signs", |_| material::three_seeds(|seed, frames| signals::random_signs(seed, 1.0, frames)));
}

#[test]
fn clipped_pink_noise() {
    check("clipped pink noise", |_| {
        material::three_seeds(|seed, frames| material::clipped(&signals::pink_noise(seed, 1.0, frames)))
    });
}

#[test]
fn clipped_white_noise() {
    check("clipped white noise", |_| {
        material::three_seeds(|seed, frames| material::clipped(&signals::white_noise(seed, 3.0, frames)))
    });
}

#[test]
fn naive_squares() {
    check("squares", |sample_rate_hz| {
        let squares = [100.0, 997.0, 5_003.0, 0.19 * sample_rate_hz];
        material::in_turn(squares.map(|frequency_hz| signals::square(frequency_hz, 1.0, sample_rate_hz, 4_000)))
    });
}

#[test]
fn full_band_music() {
    check("full-band music", |sample_rate_hz| material::music(3, sample_rate_hz, 24_000));
}
