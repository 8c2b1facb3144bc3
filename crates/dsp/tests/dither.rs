//! What dither promises, measured.

use dsp::{
    dither::{Dither, WordLength},
    format::Format,
};
use testkit::{
    contract,
    rulers::{amplitude_at, db},
    signals,
};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

struct UnderTest(Dither);

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
    fn largest_jump_step(&self) -> f64 {
        0.001
    }
    fn set_neutral(&mut self) {
        self.0.set(WordLength::Off);
    }
    fn set_busy(&mut self) {
        self.0.set(WordLength::Bits16);
    }
}

#[test]
fn dither_keeps_the_promises_of_every_processor() {
    contract::check(&|sample_rate_hz, channels| Box::new(UnderTest(Dither::new(Format { sample_rate_hz, channels }))));
}

fn dithered(word_length: WordLength, sample_rate_hz: f64, input: &[f32]) -> Vec<f32> {
    let mut dither = Dither::new(Format::mono(sample_rate_hz));
    dither.set(word_length);
    let mut output = input.to_vec();
    dither.process(&mut [&mut output]);
    output
}

/// Errors in steps of the word length.
fn errors(word_length: WordLength, steps: f64, sample_rate_hz: f64, input: &[f32]) -> Vec<f64> {
    let output = dithered(word_length, sample_rate_hz, input);
    input.iter().zip(&output).map(|(&x, &y)| (f64::from(y) - f64::from(x)) * steps).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

const WORD_LENGTHS: [(WordLength, f64); 3] =
    [(WordLength::Bits16, 32_768.0), (WordLength::Bits20, 524_288.0), (WordLength::Bits24, 8_388_608.0)];

#[test]
fn the_result_lies_on_the_grid_and_within_full_scale() {
    let mut input = signals::white_noise(1, 1.2, 48_000);
    input.extend([1.0, -1.0, 2.0, -2.0, f32::MAX, f32::MIN]);
    for (word_length, steps) in WORD_LENGTHS {
        for sample_rate_hz in [44_100.0, 96_000.0] {
            for y in dithered(word_length, sample_rate_hz, &input) {
                let value = f64::from(y) * steps;
                assert_eq!(value, value.round(), "{word_length:?}");
                assert!((-steps..steps).contains(&value), "{word_length:?}: {value}");
            }
        }
    }
}

/// One quarter of a squared step, whatever the signal: the noise does not breathe with the music.
#[test]
fn the_error_has_the_same_mean_and_power_at_every_offset() {
    const FRAMES: usize = 100_000;
    // 96 kHz: 16 bits are not shaped there. Single precision holds an offset of less than a step of 24 bits exactly
    // enough near zero.
    for (word_length, steps) in WORD_LENGTHS {
        for offset in [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0] {
            let errors = errors(word_length, steps, 96_000.0, &vec![(offset / steps) as f32; FRAMES]);
            let mean_error = mean(errors.iter().copied());
            let power = mean(errors.iter().map(|error| error * error));
            // Four standard deviations of an estimate over so many frames: 0.5/√100 000 and 0.3/√100 000.
            assert!(mean_error.abs() < 0.0065, "{word_length:?}, offset {offset}: mean {mean_error}");
            assert!((power - 0.25).abs() < 0.004, "{word_length:?}, offset {offset}: power {power}");
        }
    }
}

#[test]
fn a_tone_below_the_last_bit_survives_without_harmonics() {
    let amplitude = 10f64.powf(-100.0 / 20.0);
    let input = signals::sine(1_000.0, amplitude, 0.0, RATE_HZ, 1 << 19);
    let output = dithered(WordLength::Bits16, RATE_HZ, &input);
    let level_db = db(amplitude_at(&output, 1_000.0, RATE_HZ));
    assert!((level_db + 100.0).abs() < 0.1, "{level_db} dB");
    for harmonic in [2, 3, 5, 7] {
        let harmonic_db = db(amplitude_at(&output, 1_000.0 * f64::from(harmonic), RATE_HZ));
        // The noise in so narrow a band lies around −145 dB; without dither the harmonics are at −110 dB.
        assert!(harmonic_db < -135.0, "harmonic {harmonic} at {harmonic_db} dB");
    }
}

/// Power of the error within a band, in squared steps per Hz, in dB.
fn density_db(errors: &[f64], from_hz: f64, to_hz: f64) -> f64 {
    const SEGMENT: usize = 256;
    let bins = (from_hz / RATE_HZ * SEGMENT as f64) as usize..=(to_hz / RATE_HZ * SEGMENT as f64) as usize;
    let (mut power, mut count) = (0.0, 0.0);
    for segment in errors.chunks_exact(SEGMENT) {
        for bin in bins.clone() {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (frame, error) in segment.iter().enumerate() {
                let turn = std::f64::consts::TAU * (frame * bin % SEGMENT) as f64 / SEGMENT as f64;
                let window = 0.5 - 0.5 * (std::f64::consts::TAU * frame as f64 / SEGMENT as f64).cos();
                real += window * error * turn.cos();
                imaginary += window * error * turn.sin();
            }
            power += real * real + imaginary * imaginary;
            count += 1.0;
        }
    }
    10.0 * (power / count).log10()
}

#[test]
fn at_16_bits_the_noise_moves_to_where_the_ear_is_deaf() {
    let input = signals::white_noise(3, 0.5, 40_000);
    let shaped = errors(WordLength::Bits16, 32_768.0, RATE_HZ, &input);
    let flat = errors(WordLength::Bits16, 32_768.0, 96_000.0, &input);
    let change_db = |from_hz, to_hz| density_db(&shaped, from_hz, to_hz) - density_db(&flat, from_hz, to_hz);
    // Where hearing is keenest, and where it ends.
    assert!(change_db(3_000.0, 5_000.0) < -10.0, "{} dB", change_db(3_000.0, 5_000.0));
    assert!(change_db(20_000.0, 23_000.0) > 10.0, "{} dB", change_db(20_000.0, 23_000.0));
}

#[test]
fn without_shaping_the_noise_is_white() {
    let input = signals::white_noise(4, 0.5, 60_000);
    let errors = errors(WordLength::Bits20, 524_288.0, RATE_HZ, &input);
    let whole = density_db(&errors, 200.0, 23_000.0);
    for (from_hz, to_hz) in [(200.0, 4_000.0), (4_000.0, 12_000.0), (12_000.0, 23_000.0)] {
        let difference_db = density_db(&errors, from_hz, to_hz) - whole;
        // Four standard deviations over 234 segments and at least 20 bins.
        assert!(difference_db.abs() < 0.3, "{from_hz}–{to_hz} Hz: {difference_db} dB");
    }
}

#[test]
fn left_and_right_are_independent() {
    const FRAMES: usize = 400_000;
    let mut dither = Dither::new(Format::stereo(RATE_HZ));
    dither.set(WordLength::Bits24);
    let (mut left, mut right) = (vec![0.0f32; FRAMES], vec![0.0f32; FRAMES]);
    dither.process(&mut [&mut left, &mut right]);
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    let correlation = product(&left, &right) / (product(&left, &left) * product(&right, &right)).sqrt();
    // Four standard deviations: 4/√400 000.
    assert!(correlation.abs() < 0.0064, "{correlation}");
}
