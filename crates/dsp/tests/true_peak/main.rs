//! The true-peak meter: `ebu_3341` by the cases of the EBU, `truth` against the wave itself, `itu` against the published
//! filter; here how it behaves in a stream.

mod ebu_3341;
mod itu;
mod truth;

use dsp::format::Format;
use dsp::meter::true_peak::TruePeakMeter;
use dsp::units::SILENCE_DB;
use testkit::{rulers, signals};

const RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];

fn measured(rate_hz: f64, samples: &[f32]) -> TruePeakMeter {
    let mut meter = TruePeakMeter::new(Format::mono(rate_hz));
    meter.process(&[samples]);
    meter.flush();
    meter
}

/// A sine of a share of the sample rate, faded in and out.
fn faded_sine(share_of_rate: f64, amplitude: f64, phase_degrees: f64, frames: usize, fade_frames: usize) -> Vec<f32> {
    signals::sine(share_of_rate, amplitude, phase_degrees, 1.0, frames)
        .into_iter()
        .enumerate()
        .map(|(frame, sample)| sample * (frame.min(frames - 1 - frame) as f32 / fade_frames as f32).min(1.0))
        .collect()
}

/// 200 ms of a tone of −6 dBFS or so, for tests that are not about its wave.
fn tone(amplitude: f64) -> Vec<f32> {
    faded_sine(0.01, amplitude, 0.0, 9_600, 480)
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
    let (left, right) = (tone(0.5), tone(0.25));
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
    meter.process(&[tone(0.5)]);
    assert!((meter.max_dbtp()[0] + 6.02).abs() < 0.05);
}
