//! What the peak interpolators read, against other people's meters and the exact wave.

use dsp::oversample::PeakInterpolator;
use ebur128::{EbuR128, Mode};

/// Reproducible noise in −1…1.
fn noise(frames: usize, mut seed: u64) -> Vec<f32> {
    (0..frames)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 40) as f32 / (1u64 << 24) as f32) * 2.0 - 1.0
        })
        .collect()
}

/// The reading at each sample.
fn readings(interpolator: &mut PeakInterpolator, signal: &[f32]) -> Vec<f32> {
    let mut readings = vec![0.0; signal.len()];
    interpolator.each_of(signal, &mut readings);
    readings
}

/// The largest reading over a signal, including what is still in the filter at its end.
fn peak(interpolator: &mut PeakInterpolator, signal: &[f32]) -> f32 {
    let tail = vec![0.0; 2 * interpolator.latency_frames()];
    interpolator.largest_of(signal).max(interpolator.largest_of(&tail))
}

#[test]
fn libebur128_like_reads_what_libebur128_reads() {
    for sample_rate_hz in [44_100u32, 48_000, 88_200, 96_000, 176_400, 192_000] {
        let signal = noise(4_000, 7);
        let mut padded = signal.clone();
        padded.resize(signal.len() + 48, 0.0);
        let mut meter = EbuR128::new(1, sample_rate_hz, Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f32(&padded).unwrap();
        let expected = meter.true_peak(0).unwrap();
        let reading = peak(&mut PeakInterpolator::libebur128_like(sample_rate_hz.into()), &signal);
        // The library's meter also counts the bare samples.
        let sample_peak = signal.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        let difference = f64::from(reading.max(sample_peak)) - expected;
        assert!(difference.abs() < 4e-6, "{sample_rate_hz} Hz: {reading} instead of {expected}");
    }
}

/// A sine of a quarter of the rate whose samples all lie 3 dB below its top: the sharp reading is within its ripple.
#[test]
fn sharp_finds_the_top_of_a_quarter_rate_sine() {
    for sample_rate_hz in [44_100.0, 88_200.0, 176_400.0] {
        let mut interpolator = PeakInterpolator::sharp(sample_rate_hz);
        let sine: Vec<f32> =
            (0..400).map(|frame| (std::f64::consts::PI * (0.5 * f64::from(frame) + 0.25)).sin() as f32).collect();
        let top = readings(&mut interpolator, &sine)[64..].iter().copied().fold(0.0, f32::max);
        assert!((20.0 * top.log10()).abs() < 0.05, "{sample_rate_hz} Hz: {top}");
    }
}

/// The reading at a frame belongs to the interval that begins `latency_frames` earlier, for every interpolator.
#[test]
fn a_peak_is_reported_latency_frames_late() {
    for (name, mut interpolator) in [
        ("itu", PeakInterpolator::itu()),
        ("libebur128, 48 kHz", PeakInterpolator::libebur128_like(48_000.0)),
        ("libebur128, 96 kHz", PeakInterpolator::libebur128_like(96_000.0)),
        ("libebur128, 192 kHz", PeakInterpolator::libebur128_like(192_000.0)),
        ("sharp, 48 kHz", PeakInterpolator::sharp(48_000.0)),
        ("sharp, 96 kHz", PeakInterpolator::sharp(96_000.0)),
        ("sharp, 192 kHz", PeakInterpolator::sharp(192_000.0)),
    ] {
        let latency_frames = interpolator.latency_frames();
        let mut impulse = [0.0; 100];
        impulse[40] = 1.0;
        let readings = readings(&mut interpolator, &impulse);
        let loudest = (0..100).max_by(|&a, &b| readings[a].total_cmp(&readings[b])).unwrap();
        // Phases that straddle the sample see it from both sides with the same height.
        assert!((readings[40 + latency_frames] - readings[loudest]).abs() < 1e-6, "{name}");
        assert!(readings[40 + latency_frames] > 0.97, "{name}");
        let silent_again = readings.iter().rposition(|&reading| reading != 0.0).unwrap();
        assert!(silent_again <= 40 + 2 * latency_frames, "{name}");
    }
}

#[test]
fn a_reset_interpolator_equals_a_new_one() {
    let signal = noise(200, 3);
    for mut interpolator in [
        PeakInterpolator::itu(),
        PeakInterpolator::libebur128_like(44_100.0),
        PeakInterpolator::libebur128_like(96_000.0),
        PeakInterpolator::sharp(44_100.0),
        PeakInterpolator::sharp(96_000.0),
        PeakInterpolator::sharp(192_000.0),
    ] {
        let first = readings(&mut interpolator, &signal);
        interpolator.reset();
        assert_eq!(readings(&mut interpolator, &signal), first);
    }
}
