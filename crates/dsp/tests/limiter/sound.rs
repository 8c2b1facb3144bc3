//! What the limiter does to the sound besides turning it down.

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
};
use testkit::{
    rulers::{amplitude_at, db, distortion_and_noise_db, peak},
    signals,
};

use crate::{RATE_HZ, driven, gain, limited};

/// Until then the gain comes back from the start of a tone, which is a peak of its own.
const SETTLED_FRAMES: usize = 48_000;

/// THD+N. Measured: −147 dB, the rounding of the output, and −128 dB where a set release of 100 ms has not quite
/// arrived after a second.
#[test]
fn a_steady_tone_is_not_bent() {
    for auto_release in [true, false] {
        for lookahead_ms in [1.0, 3.0, 5.0] {
            for reduction_db in [3.0, 6.0] {
                for frequency_hz in [50.0, 100.0, 1_000.0, 10_000.0] {
                    let settings = LimiterSettings { auto_release, lookahead_ms, ..driven(reduction_db) };
                    let input = signals::sine(frequency_hz, f64::from(gain(-1.0)), 0.0, RATE_HZ, 72_000);
                    let output = limited(&settings, RATE_HZ, &input);
                    let steady = &output[SETTLED_FRAMES..SETTLED_FRAMES + 19_200];
                    let distortion_db = distortion_and_noise_db(steady, frequency_hz, RATE_HZ);
                    assert!(distortion_db < -120.0, "{frequency_hz} Hz, {lookahead_ms} ms: {distortion_db} dB");
                }
            }
        }
    }
}

/// Amplitudes of two tones, and of the products asked for, relative to the second tone in dB.
fn products_db(tones: [(f64, f64); 2], products_hz: &[f64], reduction_db: f32, auto_release: bool) -> Vec<f64> {
    let [first, second] = tones
        .map(|(frequency_hz, share)| signals::sine(frequency_hz, share * f64::from(gain(-1.0)), 90.0, RATE_HZ, 96_000));
    let sum: Vec<f32> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
    let settings = LimiterSettings { auto_release, ..driven(reduction_db) };
    let output = limited(&settings, RATE_HZ, &sum).split_off(SETTLED_FRAMES);
    let reference = amplitude_at(&output, tones[1].0, RATE_HZ);
    products_hz.iter().map(|&frequency_hz| db(amplitude_at(&output, frequency_hz, RATE_HZ) / reference)).collect()
}

/// CCIF: the beat of 19 and 20 kHz must not appear as a tone of 1 kHz, nor as neighbours. Measured: −150 dB.
#[test]
fn two_high_tones_make_no_low_one() {
    for auto_release in [true, false] {
        for reduction_db in [3.0, 6.0] {
            let tones = [(19_000.0, 0.5), (20_000.0, 0.5)];
            let products_db = products_db(tones, &[1_000.0, 2_000.0, 18_000.0, 21_000.0], reduction_db, auto_release);
            let worst_db = products_db.into_iter().fold(f64::NEG_INFINITY, f64::max);
            assert!(worst_db < -130.0, "{reduction_db} dB of reduction: {worst_db} dB");
        }
    }
}

/// SMPTE: a strong 60 Hz must not turn 7 kHz up and down. Measured: −105 dB; its period of 17 ms is longer than the
/// shortest hold, and the tops of the wave are never quite alike.
#[test]
fn a_bass_does_not_modulate_a_high_tone() {
    for auto_release in [true, false] {
        for reduction_db in [3.0, 6.0] {
            let tones = [(60.0, 0.8), (7_000.0, 0.2)];
            let sidebands_hz = [6_880.0, 6_940.0, 7_060.0, 7_120.0];
            let products_db = products_db(tones, &sidebands_hz, reduction_db, auto_release);
            let worst_db = products_db.into_iter().fold(f64::NEG_INFINITY, f64::max);
            assert!(worst_db < -100.0, "{reduction_db} dB of reduction: {worst_db} dB");
        }
    }
}

/// The chord repeats 55 times a second: a gain that follows the wave would as well. Measured: 0.002 dB, what is left of
/// the release from its start.
#[test]
fn the_gain_stands_still_under_a_steady_chord() {
    for auto_release in [true, false] {
        let chord: Vec<f32> = [55.0, 110.0, 165.0, 440.0, 3_520.0]
            .iter()
            .map(|&frequency_hz| signals::sine(frequency_hz, 0.15, 0.0, RATE_HZ, 72_000))
            .reduce(|sum, tone| sum.iter().zip(&tone).map(|(a, b)| a + b).collect())
            .unwrap();
        let normal = gain(-1.0) / peak(&chord) as f32;
        let chord: Vec<f32> = chord.iter().map(|x| x * normal).collect();
        let output = limited(&LimiterSettings { auto_release, ..driven(4.0) }, RATE_HZ, &chord);
        let loud = chord.iter().zip(&output).skip(SETTLED_FRAMES).filter(|(x, _)| x.abs() > 0.05);
        let gains = loud.map(|(&x, &y)| db(f64::from(y) / f64::from(x)));
        let (low, high) = gains.fold((f64::MAX, f64::MIN), |(low, high), gain| (low.min(gain), high.max(gain)));
        assert!(high - low < 0.01, "auto release {auto_release}: the gain moves by {} dB", high - low);
    }
}

/// A lone peak turns the gain down once and lets it come back once.
#[test]
fn a_lone_peak_bends_the_gain_once() {
    let mut input = vec![0.1f32; 48_000];
    let bump_frames = 40;
    for frame in 0..bump_frames {
        let turn = std::f64::consts::TAU * frame as f64 / f64::from(bump_frames);
        input[4_800 + frame as usize] += (1.0 - turn.cos()) as f32;
    }
    let output = limited(&driven(0.0), RATE_HZ, &input);
    let gains: Vec<f64> = output.iter().zip(&input).map(|(&y, &x)| f64::from(y) / f64::from(x)).collect();
    let (top, held, back) = (4_820, 4_820 + 480, 47_900);
    // Single precision rounds each sample by up to 6e-8.
    let rounding = 2e-7;
    assert!(gains[..top].windows(2).all(|pair| pair[1] <= pair[0] + rounding), "it falls steadily");
    assert!(gains[top..held].windows(2).all(|pair| (pair[1] - pair[0]).abs() < rounding), "it waits for 10 ms");
    assert!(gains[held..back].windows(2).all(|pair| pair[1] >= pair[0] - rounding), "it rises steadily");
    assert!(gains[top] < 0.5 && gains[back] > 0.98, "{} to {}", gains[top], gains[back]);
}

fn stereo_gains_db(stereo_link: f32) -> [f64; 2] {
    let mut limiter = Limiter::new(Format::stereo(RATE_HZ));
    limiter.set(&LimiterSettings { stereo_link, ..driven(6.0) });
    let inputs = [signals::sine(440.0, 0.9, 0.0, RATE_HZ, 24_000), signals::sine(330.0, 0.1, 0.0, RATE_HZ, 24_000)];
    let [mut left, mut right] = inputs.clone();
    limiter.process(&mut [&mut left, &mut right]);
    let level_db = |signal: &[f32]| db(testkit::rulers::rms(&signal[12_000..]));
    [level_db(&left) - level_db(&inputs[0]), level_db(&right) - level_db(&inputs[1])]
}

#[test]
fn linked_channels_share_one_gain() {
    let [left, right] = stereo_gains_db(1.0);
    assert!(left < 0.0);
    // What single precision and the unequal position of the windows leave.
    assert!((left - right).abs() < 0.01, "the image moves by {} dB", left - right);
    let [_, right] = stereo_gains_db(0.0);
    assert!((right - 6.0).abs() < 0.01, "the quiet side is turned by {right} dB");
}

#[test]
fn without_true_peak_only_samples_count() {
    // All samples 3 dB below the top of the wave.
    let input = signals::sine(0.25 * RATE_HZ, f64::from(gain(1.5)), 45.0, RATE_HZ, 9_600);
    let settings = LimiterSettings { true_peak: false, ..driven(0.0) };
    assert!(limited(&settings, RATE_HZ, &input) == input);
    assert!(peak(&limited(&driven(0.0), RATE_HZ, &input)) < peak(&input));
}
