//! A converted sound is the same sound.

use std::f64::consts::TAU;

use audio_file::{Audio, SourceBits, convert_rate};

/// One second of two sines, a different one on each channel.
fn sines(sample_rate_hz: u32, frequencies_hz: [f64; 2]) -> Audio {
    let channels = frequencies_hz.map(|frequency_hz| {
        (0..sample_rate_hz)
            .map(|frame| (0.5 * (TAU * frequency_hz * f64::from(frame) / f64::from(sample_rate_hz)).sin()) as f32)
            .collect()
    });
    Audio { sample_rate_hz, channels: channels.to_vec(), source_bits: SourceBits::Float(32) }
}

#[test]
fn a_converted_sine_is_the_sine_at_the_new_rate() {
    for (from_hz, to_hz) in [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (44_100, 192_000), (88_200, 48_000)]
    {
        let frequencies_hz = [997.0, 17_000.0];
        let converted = convert_rate(&sines(from_hz, frequencies_hz), to_hz).unwrap();
        let expected = sines(to_hz, frequencies_hz);
        assert_eq!((converted.sample_rate_hz, converted.frames()), (to_hz, expected.frames()));
        for (got, expected) in converted.channels.iter().zip(&expected.channels) {
            // The first and last tenth ring from the sudden start and end of the sine.
            let inner = got.len() / 10..got.len() * 9 / 10;
            let error = inner.map(|frame| (got[frame] - expected[frame]).abs()).fold(0.0, f32::max);
            // -120 dB: the last bit of f32 at this level is at -144 dB, the filter's ripple above it.
            assert!(error < 1e-6, "{from_hz} -> {to_hz} Hz: {error}");
        }
    }
}

#[test]
fn what_the_new_rate_cannot_carry_is_removed() {
    let converted = convert_rate(&sines(96_000, [30_000.0, 25_000.0]), 44_100).unwrap();
    for channel in &converted.channels {
        let residue = channel[4_410..39_690].iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        // -120 dB under full scale: below the least bit of 16, near that of 20.
        assert!(residue < 1e-6, "{residue}");
    }
}

#[test]
fn the_same_rate_changes_nothing() {
    let sound = sines(44_100, [440.0, 1_000.0]);
    assert_eq!(convert_rate(&sound, 44_100).unwrap(), sound);
}
