//! The true-peak meter against EBU Tech 3341 cases 15–23, known waves and the 64 × resampled truth.

use dsp::format::Format;
use dsp::meter::true_peak::TruePeakMeter;
use dsp::units::SILENCE_DB;
use std::f64::consts::{PI, TAU};
use testkit::{rulers, signals};

const RATES_HZ: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

fn measured(rate_hz: f64, samples: &[f32]) -> TruePeakMeter {
    let mut meter = TruePeakMeter::new(Format::mono(rate_hz));
    meter.process(&[samples]);
    meter.flush();
    meter
}

fn sharp_dbtp(rate_hz: f64, samples: &[f32]) -> f64 {
    measured(rate_hz, samples).max_dbtp()[0]
}

/// A sine of a fraction of the sample rate, faded in and out over 10 ms.
fn faded_sine(rate_hz: f64, share_of_rate: f64, amplitude: f64, phase_degrees: f64) -> Vec<f32> {
    let frames = (0.2 * rate_hz) as usize;
    let fade_frames = 0.01 * rate_hz;
    signals::sine(share_of_rate, amplitude, phase_degrees, 1.0, frames)
        .into_iter()
        .enumerate()
        .map(|(frame, sample)| sample * (frame.min(frames - 1 - frame) as f64 / fade_frames).min(1.0) as f32)
        .collect()
}

/// The tolerance of Tech 3341: +0.2, −0.4 dB, for both readings.
fn assert_ebu(rate_hz: f64, samples: &[f32], expected_dbtp: f64) {
    let meter = measured(rate_hz, samples);
    for reading in [meter.max_dbtp()[0], meter.itu_max_dbtp()[0]] {
        assert!(
            (expected_dbtp - 0.4..=expected_dbtp + 0.2).contains(&reading),
            "{rate_hz} Hz: {reading} instead of {expected_dbtp} dBTP"
        );
    }
}

fn assert_ebu_sine(share_of_rate: f64, amplitude: f64, phase_degrees: f64, expected_dbtp: f64) {
    for rate_hz in RATES_HZ {
        assert_ebu(rate_hz, &faded_sine(rate_hz, share_of_rate, amplitude, phase_degrees), expected_dbtp);
    }
}

#[test]
fn ebu_3341_case_15() {
    assert_ebu_sine(1.0 / 4.0, 0.5, 0.0, -6.0);
}

#[test]
fn ebu_3341_case_16() {
    assert_ebu_sine(1.0 / 4.0, 0.5, 45.0, -6.0);
}

#[test]
fn ebu_3341_case_17() {
    assert_ebu_sine(1.0 / 6.0, 0.5, 60.0, -6.0);
}

#[test]
fn ebu_3341_case_18() {
    assert_ebu_sine(1.0 / 8.0, 0.5, 67.5, -6.0);
}

#[test]
fn ebu_3341_case_19() {
    assert_ebu_sine(1.0 / 4.0, 1.41, 45.0, 3.0);
}

/// Cases 20–23: a sine of 8 kHz with one louder period of 12 kHz in the middle, made at 192 kHz, cut off sharply at 24 kHz;
/// of that, every `decimation`-th sample from `offset` on.
fn burst(offset: usize, decimation: usize) -> Vec<f32> {
    const INSERT_START: usize = 24 * 100;
    const INSERT_END: usize = INSERT_START + 16;
    const HALF_LENGTH: isize = 2_000;
    let fine = |index: isize| {
        let index = index as f64;
        if index < INSERT_START as f64 {
            0.5 * (TAU * index / 24.0).sin()
        } else if index < INSERT_END as f64 {
            (TAU * (index - INSERT_START as f64) / 16.0).sin()
        } else {
            0.5 * (TAU * (index - INSERT_END as f64) / 24.0).sin()
        }
    };
    // The middle of the signal is what counts; the cut is a long sinc.
    (INSERT_START - 1_200 + offset..INSERT_START + 1_200)
        .step_by(decimation)
        .map(|centre| {
            (-HALF_LENGTH..=HALF_LENGTH)
                .map(|tap| {
                    let x = tap as f64 / 4.0;
                    let sinc = if tap == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
                    let window = 0.5 + 0.5 * (PI * tap as f64 / HALF_LENGTH as f64).cos();
                    0.25 * sinc * window * fine(centre as isize + tap)
                })
                .sum::<f64>() as f32
        })
        .collect()
}

/// The wave of the case at its own rate of 48 kHz, the same samples at 44.1 kHz, and the same wave at 96 and 192 kHz.
fn assert_ebu_burst(offset: usize) {
    for (rate_hz, decimation) in [(44_100.0, 4), (48_000.0, 4), (96_000.0, 2), (192_000.0, 1)] {
        assert_ebu(rate_hz, &burst(offset, decimation), 0.0);
    }
}

#[test]
fn ebu_3341_case_20() {
    assert_ebu_burst(0);
}

#[test]
fn ebu_3341_case_21() {
    assert_ebu_burst(1);
}

#[test]
fn ebu_3341_case_22() {
    assert_ebu_burst(2);
}

#[test]
fn ebu_3341_case_23() {
    assert_ebu_burst(3);
}

fn assert_sharp(rate_hz: f64, samples: &[f32], expected_dbtp: f64, low_db: f64, high_db: f64, what: &str) {
    let error_db = sharp_dbtp(rate_hz, samples) - expected_dbtp;
    assert!((-low_db..=high_db).contains(&error_db), "{what}: {error_db} dB off");
}

#[test]
fn sines_locked_to_the_rate_read_right_in_every_phase() {
    for share_of_rate in [1.0 / 4.0, 1.0 / 3.0, 2.0 / 5.0, 3.0 / 8.0, 5.0 / 12.0] {
        for phase in 0..64 {
            let samples = faded_sine(48_000.0, share_of_rate, 1.0, f64::from(phase) * 5.625);
            // Eight points between two samples miss at most cos(π/8 · share) of the top: 0.11 dB at 2/5 of the rate.
            assert_sharp(48_000.0, &samples, 0.0, 0.11, 0.05, &format!("{share_of_rate} of the rate, phase {phase}"));
        }
    }
}

#[test]
fn impulses_up_to_20_khz_read_right_anywhere_between_the_samples() {
    for rate_hz in RATES_HZ {
        for place in 0..64 {
            let peak_frame = 500.0 + f64::from(place) / 64.0;
            let samples = signals::band_limited_impulse(peak_frame, 20_000.0, 1.0, rate_hz, 1_000);
            assert_sharp(rate_hz, &samples, 0.0, 0.06, 0.01, &format!("{rate_hz} Hz, {place}/64"));
        }
    }
}

#[test]
fn clipped_noise_reads_close_to_the_truth_and_never_above() {
    for seed in 1..=3 {
        let samples: Vec<f32> =
            signals::pink_noise(seed, 0.5, 48_000).iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
        let truth_dbtp = rulers::db(rulers::true_peak(&samples));
        // Clipping fills the band to its very end, where no short filter reaches.
        assert_sharp(48_000.0, &samples, truth_dbtp, 0.41, 0.02, &format!("seed {seed}"));
        // The ITU's filter reads lower still: why there are two readings.
        let meter = measured(48_000.0, &samples);
        assert!(meter.itu_max_dbtp()[0] < meter.max_dbtp()[0] - 0.1, "seed {seed}");
    }
}

#[test]
fn never_reads_below_the_samples_not_even_for_a_moment() {
    let samples = signals::white_noise(1, 1.0, 2_000);
    let mut meter = TruePeakMeter::new(Format::mono(48_000.0));
    for (frame, &sample) in samples.iter().enumerate() {
        meter.process(&[[sample]]);
        let sample_peak_dbfs = rulers::db(rulers::peak(&samples[..=frame]));
        assert!(meter.max_dbtp()[0] >= sample_peak_dbfs - 1e-9, "frame {frame}");
    }
}

#[test]
fn flush_counts_the_peak_behind_the_last_samples() {
    let mut meter = TruePeakMeter::new(Format::mono(48_000.0));
    // Two equal samples at the end of the file: the wave rises to 4/π between them.
    meter.process(&[&signals::flipped_burst(1, 1.0, 100)[..102]]);
    assert!(meter.max_dbtp()[0] < 0.1);
    meter.flush();
    assert!((meter.max_dbtp()[0] - 2.098).abs() < 0.05, "{}", meter.max_dbtp()[0]);
}

#[test]
fn a_running_stream_counts_a_peak_within_the_latency() {
    let mut meter = TruePeakMeter::new(Format::mono(48_000.0));
    meter.process(&[&signals::flipped_burst(1, 1.0, 100)[..102]]);
    meter.process(&[vec![0.0; meter.latency_frames()]]);
    assert!((meter.max_dbtp()[0] - 2.098).abs() < 0.05, "{}", meter.max_dbtp()[0]);
}

#[test]
fn left_and_right_are_read_apart() {
    let mut meter = TruePeakMeter::new(Format::stereo(48_000.0));
    let (left, right) = (faded_sine(48_000.0, 0.01, 0.5, 0.0), faded_sine(48_000.0, 0.01, 0.25, 0.0));
    meter.process(&[left, right]);
    meter.flush();
    for reading in [meter.max_dbtp(), meter.recent_dbtp()] {
        assert!((reading[0] + 6.02).abs() < 0.05 && (reading[1] + 12.04).abs() < 0.05, "{reading:?}");
    }
}

#[test]
fn what_is_no_sound_counts_as_silence() {
    let mut meter = TruePeakMeter::new(Format::mono(48_000.0));
    meter.process(&[[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38]]);
    assert_eq!(meter.max_dbtp(), [SILENCE_DB; 2]);
    meter.process(&[faded_sine(48_000.0, 0.01, 0.5, 0.0)]);
    assert!((meter.max_dbtp()[0] + 6.02).abs() < 0.05);
}
