//! The offset between two signals, against the shift they were given and against a slow search.

use dsp::meter::alignment::{OffsetFinder, max_offset_frames, recording_frames};
use dsp::units::gain_from_db;
use testkit::signals::{pink_noise, sine, white_noise};

/// Low, so that the slow search is quick.
const RATE_HZ: f64 = 8_000.0;

type Stereo = [Vec<f32>; 2];

/// Two recordings, the input `offset_frames` later than the reference.
fn recordings(source: &Stereo, offset_frames: i64) -> (Stereo, Stereo) {
    let (length, reach) = (recording_frames(RATE_HZ), max_offset_frames(RATE_HZ));
    let late = |frames: i64| {
        let start = reach - usize::try_from(frames).unwrap_or(0);
        source.each_ref().map(|side| side[start..start + length].to_vec())
    };
    (late(offset_frames), late(-offset_frames))
}

fn music() -> Stereo {
    let length = recording_frames(RATE_HZ) + max_offset_frames(RATE_HZ);
    [pink_noise(1, 0.3, length), pink_noise(2, 0.2, length)]
}

fn find(input: &Stereo, reference: &Stereo, current_frames: i64) -> Option<i64> {
    let input = input.each_ref().map(Vec::as_slice);
    let reference = reference.each_ref().map(Vec::as_slice);
    OffsetFinder::new(RATE_HZ).find(input, reference, current_frames)
}

#[test]
fn every_offset_up_to_a_second_is_found() {
    for offset_frames in [0, 1, -1, 37, -1_234, 8_000, -8_000] {
        let (input, reference) = recordings(&music(), offset_frames);
        assert_eq!(find(&input, &reference, 0), Some(offset_frames));
    }
}

#[test]
fn level_polarity_and_a_little_noise_do_not_matter() {
    let (mut input, reference) = recordings(&music(), 37);
    let noise = white_noise(9, 0.01, input[0].len());
    for (x, noise) in input.iter_mut().flat_map(|side| side.iter_mut().zip(&noise)) {
        *x = (-f64::from(*x) * gain_from_db(-9.0)) as f32 + noise;
    }
    assert_eq!(find(&input, &reference, 0), Some(37));
}

#[test]
fn it_is_the_offset_of_least_difference() {
    let (mut input, reference) = recordings(&music(), -100);
    // Half of the input is something else.
    let other = pink_noise(7, 0.15, input[0].len());
    input.iter_mut().for_each(|side| side.iter_mut().zip(&other).for_each(|(x, other)| *x += other));
    let (reach, length) = (max_offset_frames(RATE_HZ), input[0].len());
    let product = |offset_frames: i64| {
        let (mut product, mut energy) = (0.0, 0.0);
        for (input, reference) in input.iter().zip(&reference) {
            for frame in reach..length - reach {
                let reference = f64::from(reference[(frame as i64 - offset_frames) as usize]);
                product += f64::from(input[frame]) * reference;
                energy += reference * reference;
            }
        }
        product.abs() / energy.sqrt()
    };
    let slow = (-300..=300).max_by(|a, b| product(*a).total_cmp(&product(*b))).unwrap();
    assert_eq!(find(&input, &reference, 0), Some(slow));
}

#[test]
fn silence_and_other_music_have_no_offset() {
    let (input, reference) = recordings(&music(), 0);
    let silence = [vec![0.0; input[0].len()], vec![0.0; input[0].len()]];
    let other = [white_noise(5, 0.3, input[0].len()), white_noise(6, 0.3, input[0].len())];
    assert_eq!(find(&silence, &reference, 5), None);
    assert_eq!(find(&input, &silence, 5), None);
    assert_eq!(find(&input, &other, 5), None);
}

#[test]
fn what_repeats_stays_where_it_is() {
    let length = recording_frames(RATE_HZ) + max_offset_frames(RATE_HZ);
    // 100 Hz at 8 kHz: every 80 frames the same.
    let tone = [sine(100.0, 0.5, 0.0, RATE_HZ, length), sine(100.0, 0.3, 0.0, RATE_HZ, length)];
    let (input, reference) = recordings(&tone, 0);
    for current_frames in [0, 80, -240] {
        assert_eq!(find(&input, &reference, current_frames), Some(current_frames));
    }
}

#[test]
fn what_is_no_sound_counts_as_silence() {
    let (mut input, mut reference) = recordings(&music(), 37);
    (input[0][9_000], reference[1][10_000]) = (f32::NAN, f32::INFINITY);
    assert_eq!(find(&input, &reference, 0), Some(37));
}
