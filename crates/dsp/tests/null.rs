//! The null test on residuals that can be worked out by hand.

use dsp::format::Format;
use dsp::meter::null::{NullMeter, NullReadings, NullVerdict};
use dsp::units::{SILENCE_DB, gain_from_db};
use testkit::signals::{sine, white_noise};

const RATE_HZ: f64 = 48_000.0;
const NONE: Option<&[&[f32]]> = None;

fn compared(input: &[&[f32]], reference: &[&[f32]]) -> NullReadings {
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.process(input, Some(reference));
    meter.readings().expect("400 ms were compared")
}

#[test]
fn equal_bits_leave_nothing() {
    let (left, right) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.25, 24_000));
    let readings = compared(&[&left, &right], &[&left, &right]);
    assert_eq!(readings.residual_dbfs, SILENCE_DB);
    assert_eq!(readings.relative_db, Some(SILENCE_DB));
    assert_eq!(readings.worst_residual_dbfs, SILENCE_DB);
}

#[test]
fn a_gain_error_leaves_its_share() {
    let (left, right) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.25, 24_000));
    for (gain_db, relative_db) in [(0.001, -78.8), (0.01, -58.8), (0.1, -38.7), (1.0, -18.3)] {
        let louder = |samples: &[f32]| {
            samples.iter().map(|s| (f64::from(*s) * gain_from_db(gain_db)) as f32).collect::<Vec<_>>()
        };
        let readings = compared(&[&louder(&left), &louder(&right)], &[&left, &right]);
        assert!((readings.relative_db.unwrap() - relative_db).abs() < 0.06, "{gain_db} dB: {readings:?}");
    }
}

#[test]
fn the_residual_is_the_rms_over_both_channels() {
    let residual = sine(1_000.0, 0.001, 0.0, RATE_HZ, 24_000);
    // A reference at −120 dBFS: heard, so it is there, but too quiet to measure anything by.
    let (silence, faint) = (vec![0.0; 24_000], vec![1e-6; 24_000]);
    // −60 dBFS peak is −63.01 RMS, on one of two channels 3.01 less.
    let readings = compared(&[&residual, &silence], &[&faint, &faint]);
    assert!((readings.residual_dbfs + 66.02).abs() < 0.01, "{readings:?}");
    assert_eq!(readings.relative_db, None, "nothing to compare with");
}

#[test]
fn without_a_reference_there_is_no_reading() {
    let samples = white_noise(1, 0.5, 24_000);
    let block: &[&[f32]] = &[&samples, &samples];
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.process(block, NONE);
    assert_eq!(meter.readings(), None);
    meter.process(block, Some(block));
    assert!(meter.readings().is_some());
    meter.process(&[&samples[..1], &samples[..1]], NONE);
    assert_eq!(meter.readings(), None, "from the first frame on");
}

#[test]
fn a_reference_that_was_never_heard_is_none() {
    let samples = white_noise(1, 0.5, 48_000);
    let silence = vec![0.0f32; 48_000];
    let (block, unconnected): (&[&[f32]], &[&[f32]]) = (&[&samples, &samples], &[&silence, &silence]);
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.process(block, Some(unconnected));
    assert_eq!(meter.readings(), None);
    meter.process(block, Some(block));
    meter.process(block, Some(unconnected));
    assert!(meter.readings().is_some(), "a pause of the reference is a difference");
}

#[test]
fn a_returning_reference_fills_the_window_anew() {
    let (samples, other) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.5, 24_000));
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.process(&[&samples, &samples], Some(&[&other, &other]));
    let worst_dbfs = meter.readings().unwrap().worst_residual_dbfs;
    meter.process(&[&samples, &samples], NONE);
    meter.process(&[&samples[..19_199], &samples[..19_199]], Some(&[&samples[..19_199], &samples[..19_199]]));
    assert_eq!(meter.readings(), None);
    meter.process(&[&samples[..1], &samples[..1]], Some(&[&samples[..1], &samples[..1]]));
    let readings = meter.readings().unwrap();
    assert_eq!(readings.residual_dbfs, SILENCE_DB);
    assert_eq!(readings.worst_residual_dbfs, worst_dbfs, "the worst is remembered");
}

#[test]
fn the_worst_moment_is_named() {
    let reference = white_noise(1, 0.5, 96_000);
    let mut input = reference.clone();
    input[48_000] += 0.1;
    let mut meter = NullMeter::new(Format::mono(RATE_HZ));
    meter.process(&[&input], Some(&[&reference]));
    let readings = meter.readings().unwrap();
    assert_eq!(readings.residual_dbfs, SILENCE_DB, "over again by now");
    // The first window that holds the click ends within 10 ms of it; one sample of 0.1 in 19 200 is −62.8 dBFS.
    assert_eq!(readings.worst_song_frames, 48_480);
    assert!((readings.worst_residual_dbfs + 62.83).abs() < 0.01, "{readings:?}");
}

#[test]
fn the_worst_moment_is_named_by_its_place_in_the_song() {
    let reference = white_noise(1, 0.5, 96_000);
    let mut input = reference.clone();
    input[48_000] += 0.1;
    let mut meter = NullMeter::new(Format::mono(RATE_HZ));
    // The song began ten seconds ago, and the second block was played again from one minute on.
    meter.locate(480_000);
    meter.process(&[&input[..24_000]], Some(&[&reference[..24_000]]));
    meter.locate(2_880_000);
    meter.process(&[&input[24_000..]], Some(&[&reference[24_000..]]));
    assert_eq!(meter.readings().unwrap().worst_song_frames, 2_880_000 + 24_480);
}

/// What the meter reads of two signals of a second, the input `offset_frames` later than the reference, when told so.
fn shifted(offset_frames: i64, gain_db: f64) -> NullReadings {
    let source = [1, 2].map(|seed| white_noise(seed, 0.4, 60_000));
    let late = |frames: usize, gain: f64| {
        source.each_ref().map(|side| {
            side[10_000 - frames..][..48_000].iter().map(|x| (f64::from(*x) * gain) as f32).collect::<Vec<_>>()
        })
    };
    let delay = |frames: i64| usize::try_from(frames).unwrap_or(0);
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.set_offset_frames(offset_frames);
    meter.process(&late(delay(offset_frames), gain_from_db(gain_db)), Some(&late(delay(-offset_frames), 1.0)));
    meter.readings().expect("half a second was compared")
}

#[test]
fn an_offset_that_is_known_leaves_nothing_either_way() {
    for offset_frames in [37, -37, 1, -4_800] {
        let readings = shifted(offset_frames, 0.0);
        assert_eq!(readings.offset_frames, offset_frames);
        assert_eq!(readings.worst_residual_dbfs, SILENCE_DB, "{offset_frames}");
        assert_eq!(readings.peak_dbfs, SILENCE_DB);
        assert_eq!(readings.verdict(), Some(NullVerdict::Pass));
    }
}

#[test]
fn a_gain_error_is_the_same_behind_an_offset() {
    // 0.8 dB leaves 20 log10(10^0.04 − 1) = −20.31 dB; f32 samples are exact to far below the tolerance.
    for offset_frames in [0, 37, -37] {
        let readings = shifted(offset_frames, 0.8);
        assert!((readings.worst_relative_db.unwrap() + 20.31).abs() < 0.05, "{readings:?}");
        assert_eq!(readings.verdict(), Some(NullVerdict::Fail));
    }
}

#[test]
fn the_worst_moment_of_an_early_input_is_where_the_input_was() {
    let reference = white_noise(1, 0.5, 96_000);
    // The input comes 960 frames before the reference, which is two steps.
    let mut input = reference[960..].to_vec();
    input[47_040] += 0.1;
    let mut meter = NullMeter::new(Format::mono(RATE_HZ));
    meter.set_offset_frames(-960);
    meter.process(&[&input], Some(&[&reference[..95_040]]));
    assert_eq!(meter.readings().unwrap().worst_song_frames, 47_040 + 480);
}

#[test]
fn the_verdict_is_about_the_worst_moment() {
    let reference = white_noise(1, 0.5, 48_000);
    // Uniform noise of amplitude 0.5 has an RMS of −10.8 dBFS; its peak is 0.5, −6.0 dBFS.
    for (gain_db, verdict) in [(0.005, NullVerdict::Pass), (0.05, NullVerdict::Warn), (0.1, NullVerdict::Fail)] {
        let mut input = reference.clone();
        for x in &mut input[..24_000] {
            *x = (f64::from(*x) * gain_from_db(gain_db)) as f32;
        }
        let readings = compared(&[&input, &input], &[&reference, &reference]);
        assert_eq!(readings.residual_dbfs, SILENCE_DB, "the second half is equal");
        assert_eq!(readings.verdict(), Some(verdict), "{gain_db} dB: {readings:?}");
    }
    // A click is too short for the RMS, not for the ear.
    let mut input = reference.clone();
    input[30_000] += 0.02;
    let readings = compared(&[&input, &input], &[&reference, &reference]);
    assert_eq!(readings.verdict(), Some(NullVerdict::Fail), "{readings:?}");
}

#[test]
fn silence_has_no_verdict() {
    let (silence, faint) = (vec![0.0f32; 48_000], vec![1e-6f32; 48_000]);
    let readings = compared(&[&silence, &silence], &[&faint, &faint]);
    assert_eq!(readings.verdict(), None);
}

#[test]
fn a_new_offset_begins_the_test_again() {
    let (samples, other) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.5, 24_000));
    let mut meter = NullMeter::new(Format::mono(RATE_HZ));
    meter.process(&[&samples], Some(&[&other]));
    assert_eq!(meter.readings().unwrap().verdict(), Some(NullVerdict::Fail));
    meter.set_offset_frames(5);
    assert_eq!(meter.readings(), None);
    meter.process(&[&samples], Some(&[&samples]));
    meter.set_offset_frames(0);
    meter.process(&[&samples], Some(&[&samples]));
    assert_eq!(meter.readings().unwrap().verdict(), Some(NullVerdict::Pass));
}

#[test]
fn the_block_size_does_not_matter() {
    let (input, reference) = (white_noise(1, 0.5, 40_000), white_noise(2, 0.5, 40_000));
    let readings = [1, 17, 64, 480, 1_024, 4_096, 40_000].map(|frames| {
        let mut meter = NullMeter::new(Format::stereo(44_100.0));
        meter.set_offset_frames(37);
        for (input, reference) in input.chunks(frames).zip(reference.chunks(frames)) {
            meter.process(&[input, reference], Some(&[reference, reference]));
        }
        meter.readings().unwrap()
    });
    assert!(readings.iter().all(|one| *one == readings[0]), "{readings:?}");
}

#[test]
fn what_is_no_sound_counts_as_silence_on_either_side() {
    let (input, reference) = (white_noise(1, 0.5, 24_000), white_noise(2, 0.5, 24_000));
    for garbage in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38] {
        let with = |value: f32| {
            let (mut input, mut reference) = (input.clone(), reference.clone());
            input[20_000] = value;
            reference[21_000] = value;
            compared(&[&input, &input], &[&reference, &reference])
        };
        assert_eq!(with(garbage), with(0.0), "{garbage}");
    }
}

#[test]
fn reset_equals_new() {
    let (input, reference) = (white_noise(1, 0.5, 24_001), white_noise(2, 0.25, 24_001));
    let mut meter = NullMeter::new(Format::stereo(RATE_HZ));
    meter.locate(77);
    let loud = white_noise(3, 1.0, 24_001);
    meter.process(&[&loud, &loud], Some(&[&reference, &input]));
    meter.reset();
    assert_eq!(meter.readings(), None);
    meter.process(&[&input, &input], Some(&[&reference, &reference]));
    assert_eq!(meter.readings(), Some(compared(&[&input, &input], &[&reference, &reference])));
}
