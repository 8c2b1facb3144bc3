//! The sharp reading against the wave itself: known peaks, or the wave resampled 64 ×.

use super::{RATES_HZ, faded_sine, measured};
use std::f64::consts::PI;
use std::ops::RangeInclusive;
use testkit::{rulers, signals};

/// What the meter promises of sound up to 20 kHz. Its filter ripples by ±0.03 dB, the parabola misses below 0.01 dB.
const SHARP_DB: RangeInclusive<f64> = -0.05..=0.05;

fn error_db(rate_hz: f64, samples: &[f32], exact_dbtp: f64) -> f64 {
    measured(rate_hz, samples).max_dbtp()[0] - exact_dbtp
}

fn assert_close(error_db: f64, what: &str) {
    assert!(SHARP_DB.contains(&error_db), "{what}: {error_db} dB off");
}

/// Everything above 20 kHz taken away: a sinc of ±5 ms under Blackman's window, −6 dB at 19.7 kHz.
fn up_to_20_khz(samples: &[f32], rate_hz: f64) -> Vec<f32> {
    let half_length = (0.005 * rate_hz) as isize;
    let cutoff = 19_700.0 / rate_hz;
    let taps: Vec<f64> = (-half_length..=half_length)
        .map(|tap| {
            let (x, turn) = (2.0 * cutoff * tap as f64, PI * tap as f64 / half_length as f64);
            let sinc = if tap == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
            2.0 * cutoff * sinc * (0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
        })
        .collect();
    let mut output = vec![0.0; samples.len() + taps.len() - 1];
    for (start, &sample) in samples.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
        for (sum, tap) in output[start..].iter_mut().zip(&taps) {
            *sum += f64::from(sample) * tap;
        }
    }
    output.into_iter().map(|x| x as f32).collect()
}

#[test]
fn tones_locked_to_the_rate_read_right_in_every_phase() {
    const SHARES: [(f64, f64); 14] = [
        (1.0, 4.0),
        (1.0, 3.0),
        (2.0, 5.0),
        (3.0, 8.0),
        (5.0, 12.0),
        (3.0, 7.0),
        (4.0, 9.0),
        (9.0, 20.0),
        (1.0, 5.0),
        (2.0, 9.0),
        (1.0, 6.0),
        (1.0, 8.0),
        (1.0, 10.0),
        (3.0, 29.0),
    ];
    for rate_hz in RATES_HZ {
        let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
        for (turns, frames) in SHARES.into_iter().filter(|(turns, frames)| turns / frames * rate_hz <= 20_000.0) {
            for phase in 0..64 {
                let samples = faded_sine(turns / frames, 1.0, f64::from(phase) * 5.625, 1_500, 300);
                let error_db = error_db(rate_hz, &samples, 0.0);
                (lowest, highest) = (lowest.min(error_db), highest.max(error_db));
                assert_close(error_db, &format!("{rate_hz} Hz, {turns}/{frames} of it, phase {phase}"));
            }
        }
        println!("tones at {rate_hz} Hz: {lowest:+.3}…{highest:+.3} dB");
    }
}

#[test]
fn impulses_up_to_20_khz_read_right_anywhere_between_the_samples() {
    for rate_hz in RATES_HZ {
        for place in 0..64 {
            let peak_frame = 500.0 + f64::from(place) / 64.0;
            let samples = signals::band_limited_impulse(peak_frame, 20_000.0, 1.0, rate_hz, 1_000);
            assert_close(error_db(rate_hz, &samples, 0.0), &format!("{rate_hz} Hz, {place}/64"));
        }
    }
}

/// What a limiter fears, without what lies above 20 kHz.
fn torture(rate_hz: f64) -> Vec<(&'static str, Vec<f32>)> {
    let clipped = |samples: Vec<f32>| samples.iter().map(|sample| sample.clamp(-1.0, 1.0)).collect::<Vec<_>>();
    [
        ("one flip", signals::flipped_burst(1, 1.0, 50)),
        ("four flips", signals::flipped_burst(4, 1.0, 50)),
        ("thirty-two flips", signals::flipped_burst(32, 1.0, 50)),
        ("random signs", signals::random_signs(1, 1.0, 8_000)),
        ("clipped pink noise", clipped(signals::pink_noise(1, 0.5, 8_000))),
        ("hard-clipped pink noise", clipped(signals::pink_noise(2, 1.0, 8_000))),
        ("square of 997 Hz", signals::square(997.0, 1.0, rate_hz, 4_000)),
    ]
    .map(|(name, samples)| (name, up_to_20_khz(&samples, rate_hz)))
    .to_vec()
}

#[test]
fn torture_up_to_20_khz_reads_as_the_wave_resampled_64_times() {
    for rate_hz in RATES_HZ {
        for (name, samples) in torture(rate_hz) {
            let error_db = error_db(rate_hz, &samples, rulers::db(rulers::true_peak(&samples)));
            println!("{name}, {rate_hz} Hz: {error_db:+.3} dB");
            assert_close(error_db, &format!("{name}, {rate_hz} Hz"));
        }
    }
}

#[test]
fn what_is_above_20_khz_reads_half_a_db_low_at_most_and_never_high() {
    for seed in 1..=3 {
        let noise = signals::pink_noise(seed, 0.5, 10_000);
        let samples: Vec<f32> = noise.iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
        let truth_dbtp = rulers::db(rulers::true_peak(&samples));
        // Clipping fills the band to its very end, where no short filter reaches.
        let error_db = error_db(48_000.0, &samples, truth_dbtp);
        println!("clipped noise, full band: {error_db:+.3} dB");
        assert!((-0.5..=0.05).contains(&error_db), "seed {seed}: {error_db} dB off");
        // The ITU's filter reads lower still: why there are two readings.
        let meter = measured(48_000.0, &samples);
        assert!(meter.itu_max_dbtp()[0] < meter.max_dbtp()[0] - 0.1, "seed {seed}");
    }
}

#[test]
fn tones_up_to_80_khz_read_right_at_192_khz() {
    for step in 1..=80 {
        let share = f64::from(step) / 192.0;
        // Phases at random: the lowest of them is what a meter must not miss.
        let samples = faded_sine(share + 1e-5, 1.0, f64::from(step) * 37.0, 3_000, 300);
        let error_db = error_db(192_000.0, &samples, 0.0);
        assert!((-0.25..=0.05).contains(&error_db), "{step} kHz: {error_db} dB off");
    }
}
