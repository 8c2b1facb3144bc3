//! What dither promises, measured.

use dsp::{
    dither::{Dither, WordLength},
    format::Format,
};
use testkit::{
    contract,
    rulers::{self, amplitude_at, db},
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

/// Shaped noise is louder, but as little moved by the signal.
#[test]
fn shaped_noise_has_the_same_mean_and_power_at_every_offset() {
    const FRAMES: usize = 200_000;
    // The square sum of the filter's taps, one included, times a quarter.
    const POWER: f64 = 4.139;
    for sample_rate_hz in [44_100.0, RATE_HZ] {
        for offset in [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0] {
            let input = vec![(offset / 32_768.0) as f32; FRAMES];
            let errors = errors(WordLength::Bits16, 32_768.0, sample_rate_hz, &input);
            let mean_error = mean(errors.iter().copied());
            let power = mean(errors.iter().map(|error| error * error));
            // Four standard deviations: the noise has little at 0 Hz, and about a tenth as many independent values.
            assert!(mean_error.abs() < 0.0065, "offset {offset}: mean {mean_error}");
            assert!((power / POWER - 1.0).abs() < 0.04, "offset {offset}: power {power}");
        }
    }
}

#[test]
fn no_sample_lands_farther_than_the_largest_error() {
    let input = signals::white_noise(7, 0.9, 1_000_000);
    for sample_rate_hz in [44_100.0, 96_000.0] {
        for (word_length, steps) in WORD_LENGTHS {
            let mut dither = Dither::new(Format::mono(sample_rate_hz));
            dither.set(word_length);
            let errors = errors(word_length, steps, sample_rate_hz, &input);
            let largest_steps = errors.iter().fold(0.0f64, |largest, error| largest.max(error.abs()));
            let stated_steps = dither.largest_error() * steps;
            println!("{word_length:?} at {sample_rate_hz} Hz: {largest_steps:.2} of {stated_steps:.2} steps");
            assert!(largest_steps <= stated_steps);
            assert!(largest_steps > 0.5 * stated_steps, "stated {stated_steps}, seen {largest_steps}");
        }
    }
}

/// A tone of a third of a step, at whole periods of the segments its spectrum is averaged over.
#[test]
fn a_tone_below_the_last_bit_survives_and_its_harmonics_drown() {
    const SEGMENT: usize = 1 << 15;
    for sample_rate_hz in [44_100.0, RATE_HZ, 96_000.0] {
        let bin = (1_000.0 / sample_rate_hz * SEGMENT as f64).round() as usize;
        let frequency_hz = bin as f64 * sample_rate_hz / SEGMENT as f64;
        let input = signals::sine(frequency_hz, 1e-5, 0.0, sample_rate_hz, 1 << 20);
        let output = dithered(WordLength::Bits16, sample_rate_hz, &input);
        let level_db = db(amplitude_at(&output, frequency_hz, sample_rate_hz));
        assert!((level_db + 100.0).abs() < 0.05, "{level_db} dB at {sample_rate_hz} Hz");
        let output: Vec<f64> = output.into_iter().map(f64::from).collect();
        let spectrum = rulers::power_spectrum(&output, SEGMENT);
        for harmonic in 2..=15 {
            let around = |side: usize| mean(spectrum[side..side + 100].iter().copied());
            let noise = 0.5 * (around(harmonic * bin - 105) + around(harmonic * bin + 5));
            let above_noise_db = 10.0 * (spectrum[harmonic * bin] / noise).log10();
            // Four standard deviations of a bin averaged over 32 segments; undithered, harmonics stand 20 dB out.
            assert!(above_noise_db < 2.4, "harmonic {harmonic} {above_noise_db} dB out at {sample_rate_hz} Hz");
        }
    }
}

/// Power of the errors in bins from 0 Hz to Nyquist, in squared steps.
fn error_spectrum(word_length: WordLength, steps: f64, sample_rate_hz: f64) -> Vec<f64> {
    const SEGMENT: usize = 128;
    let input = signals::white_noise(3, 0.5, 10_000 * SEGMENT);
    rulers::power_spectrum(&errors(word_length, steps, sample_rate_hz, &input), SEGMENT)
}

#[test]
fn without_shaping_the_noise_is_white() {
    // 16 bit above 48 kHz is not shaped.
    for (word_length, steps, sample_rate_hz) in
        [(WordLength::Bits16, 32_768.0, 96_000.0), (WordLength::Bits20, 524_288.0, RATE_HZ)]
    {
        let spectrum = error_spectrum(word_length, steps, sample_rate_hz);
        // At the ends the window folds a bin onto itself.
        for (bin, power) in spectrum.iter().enumerate().take(63).skip(2) {
            let difference_db = 10.0 * (power / 0.25).log10();
            // Four standard deviations over 10 000 segments are 0.17 dB.
            assert!(difference_db.abs() < 0.5, "{word_length:?}, bin {bin}: {difference_db} dB");
        }
    }
}

/// The gain of the published filter on the noise, squared.
fn published_shape(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    let (mut real, mut imaginary) = (1.0, 0.0);
    for (delay, tap) in (1..).zip([2.033, -2.165, 1.959, -1.590, 0.614_9]) {
        let turn = std::f64::consts::TAU * f64::from(delay) * frequency_hz / sample_rate_hz;
        real -= tap * turn.cos();
        imaginary += tap * turn.sin();
    }
    real * real + imaginary * imaginary
}

#[test]
fn at_16_bits_the_noise_has_the_published_shape() {
    for sample_rate_hz in [44_100.0, RATE_HZ] {
        let spectrum = error_spectrum(WordLength::Bits16, 32_768.0, sample_rate_hz);
        for (bin, power) in spectrum.iter().enumerate().take(63).skip(2) {
            let frequency_at = |bin: f64| bin * sample_rate_hz / 128.0;
            // A Hann window spreads a bin's power over itself and its neighbours, 1/6 to each.
            let shape = |bin: f64| published_shape(frequency_at(bin), sample_rate_hz);
            let expected = 0.25 * (shape(bin as f64 - 1.0) + 4.0 * shape(bin as f64) + shape(bin as f64 + 1.0)) / 6.0;
            let difference_db = 10.0 * (power / expected).log10();
            assert!(difference_db.abs() < 0.5, "{} Hz: {difference_db} dB", frequency_at(bin as f64));
        }
    }
}

/// How loud the ear hears quiet noise of a frequency, as a power: the inverse of Terhardt's threshold in quiet.
fn audibility(frequency_hz: f64) -> f64 {
    let f = (frequency_hz / 1_000.0).max(0.02);
    let threshold_db = 3.64 * f.powf(-0.8) - 6.5 * (-0.6 * (f - 3.3).powi(2)).exp() + 0.001 * f.powi(4);
    10f64.powf(-threshold_db / 10.0)
}

#[test]
fn shaping_makes_the_noise_quieter_to_the_ear() {
    let heard_db = |word_length, steps, sample_rate_hz: f64| {
        let spectrum = error_spectrum(word_length, steps, sample_rate_hz);
        let bin_hz = sample_rate_hz / 128.0;
        let power: f64 = spectrum.iter().enumerate().map(|(bin, power)| power * audibility(bin as f64 * bin_hz)).sum();
        10.0 * (power / 64.0 / (steps * steps)).log10()
    };
    for sample_rate_hz in [44_100.0, RATE_HZ] {
        let shaped_db = heard_db(WordLength::Bits16, 32_768.0, sample_rate_hz);
        // 24 dB above the noise of 20 bit is the noise of 16 bit without shaping.
        let flat_db = heard_db(WordLength::Bits20, 524_288.0, sample_rate_hz) + db(16.0);
        println!("{sample_rate_hz} Hz: {shaped_db:.1} dB heard shaped, {flat_db:.1} dB heard flat");
        assert!(shaped_db < flat_db - 5.0);
    }
    println!("96 kHz: {:.1} dB heard", heard_db(WordLength::Bits16, 32_768.0, 96_000.0));
}

#[test]
fn left_and_right_are_independent() {
    const FRAMES: usize = 1 << 20;
    const ROUNDS: usize = 4;
    for word_length in [WordLength::Bits16, WordLength::Bits24] {
        let mut dither = Dither::new(Format::stereo(RATE_HZ));
        dither.set(word_length);
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
        let (mut both, mut left_alone, mut right_alone) = (0.0, 0.0, 0.0);
        for _ in 0..ROUNDS {
            let (mut left, mut right) = (vec![0.0f32; FRAMES], vec![0.0f32; FRAMES]);
            dither.process(&mut [&mut left, &mut right]);
            both += product(&left, &right);
            left_alone += product(&left, &left);
            right_alone += product(&right, &right);
        }
        let correlation = both / (left_alone * right_alone).sqrt();
        println!("{word_length:?}: correlation {correlation:.6}");
        // Two standard deviations over four million frames; the seeds are fixed.
        assert!(correlation.abs() < 1e-3, "{word_length:?}: {correlation}");
    }
}
