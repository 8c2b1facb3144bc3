//! Twelve deliveries of a song, ten of them with a fault: the verdict must be right for all, the fault named in all but
//! one at most.

use audio_file::convert_rate;
use dsp::compressor::{Compressor, CompressorSettings};
use dsp::format::Format;
use render::null_test::{Cause, NullTest, Verdict};
use testkit::signals::Random;

use crate::song::{Delivery, LEAD, RATE_HZ, dithered, gained, late, map, mono, moved, rounded, sum};

/// A spoiled delivery, and what the test must say of it.
struct Set {
    name: &'static str,
    delivery: Delivery,
    verdicts: &'static [Verdict],
    is_named: fn(&NullTest) -> bool,
}

const WRONG: &[Verdict] = &[Verdict::Warn, Verdict::Fail];
const FAIL: &[Verdict] = &[Verdict::Fail];
const CLEAN: &[Verdict] = &[Verdict::Pass];

fn spoiled(song: &Delivery, spoil: impl Fn(&mut Delivery)) -> Delivery {
    let mut delivery = song.clone();
    spoil(&mut delivery);
    delivery
}

fn sets(song: &Delivery, with_top_octave: Delivery) -> Vec<Set> {
    let set = |name, delivery, verdicts, is_named| Set { name, delivery, verdicts, is_named };
    vec![
        set("clean, 24 bits", song.clone(), CLEAN, |test| test.causes.is_empty()),
        set("clean, 16 bits with dither", spoiled(song, dither_to_16_bits), CLEAN, |test| test.causes.is_empty()),
        set(
            "gain",
            spoiled(song, |song| song.stems[LEAD] = gained(&song.stems[LEAD], -0.8)),
            WRONG,
            |test| matches!(test.causes[..], [Cause::Gain { stem: Some(LEAD), gain_db }] if (gain_db - 0.8).abs() < 0.05),
        ),
        set("polarity", spoiled(song, |song| song.stems[1] = map(&song.stems[1], |x| -x)), FAIL, |test| {
            test.causes == [Cause::Polarity { stem: Some(1) }]
        }),
        set(
            "37 samples late",
            spoiled(song, |song| song.stems[0] = late(&song.stems[0], 37)),
            FAIL,
            |test| matches!(test.causes[..], [Cause::Delay { stem: Some(0), delay_frames }] if (delay_frames + 37.0).abs() < 0.05),
        ),
        set(
            "20 ppm drift",
            spoiled(song, |song| song.reference = moved(&song.reference, |frame| frame * (1.0 - 20e-6))),
            FAIL,
            |test| {
                test.causes.iter().any(
                    |cause| matches!(cause, Cause::Drift { stem: None, drift_ppm } if (drift_ppm - 20.0).abs() < 0.5),
                )
            },
        ),
        set("converted to 44.1 kHz and back", spoiled(&with_top_octave, convert), WRONG, |test| {
            matches!(test.causes[..], [Cause::RateConversion { .. }])
        }),
        set("compressor on the bus", spoiled(song, compress), WRONG, |test| {
            matches!(test.causes[..], [Cause::BusDynamics { .. }])
        }),
        set(
            "a track in two stems",
            spoiled(song, |song| song.stems[2] = sum(&[song.stems[2].clone(), song.stems[LEAD].clone()])),
            FAIL,
            |test| test.causes == [Cause::Duplicate { stem: LEAD, within: 2 }],
        ),
        set("a stem missing", spoiled(song, remove), FAIL, |test| matches!(test.causes[..], [Cause::Missing { .. }])),
        set("a metronome leaks at −40 dBFS", spoiled(song, leak), WRONG, |test| {
            let [Cause::Click { stem: Some(2), every_s: Some(every_s), peak_dbfs, .. }] = test.causes[..] else {
                return false;
            };
            (every_s - 0.5).abs() < 0.01 && (peak_dbfs + 40.0).abs() < 1.0
        }),
        set("a stem made mono", spoiled(song, |song| song.stems[2] = mono(&song.stems[2])), WRONG, |test| {
            test.causes == [Cause::Mono { stem: Some(2) }]
        }),
    ]
}

fn dither_to_16_bits(song: &mut Delivery) {
    let mut random = Random::new(5);
    for audio in song.stems.iter_mut().chain([&mut song.reference]) {
        *audio = dithered(audio, 16, &mut random);
    }
}

fn convert(song: &mut Delivery) {
    for stem in &mut song.stems {
        *stem = rounded(&convert_rate(&convert_rate(stem, 44_100).unwrap(), RATE_HZ).unwrap(), 24);
    }
}

fn compress(song: &mut Delivery) {
    let mut compressor = Compressor::new(Format::stereo(f64::from(RATE_HZ)));
    compressor.set(&CompressorSettings {
        on: true,
        threshold_db: -20.0,
        ratio: 2.0,
        attack_ms: 30.0,
        release_ms: 120.0,
        ..CompressorSettings::default()
    });
    let [left, right] = song.reference.channels.as_mut_slice() else { panic!("stereo") };
    compressor.process(&mut [left, right]);
}

fn remove(song: &mut Delivery) {
    song.names.remove(2);
    song.stems.remove(2);
}

/// Eight milliseconds of 1 kHz twice a second, more on the left.
fn leak(song: &mut Delivery) {
    let burst_frames = RATE_HZ as usize * 8 / 1_000;
    for (row, amplitude) in song.stems[2].channels.iter_mut().zip([0.01, 0.006]) {
        for (frame, x) in row.iter_mut().enumerate() {
            let within = frame % (RATE_HZ as usize / 2);
            if within < burst_frames {
                let turn = std::f64::consts::TAU * 1_000.0 * within as f64 / f64::from(RATE_HZ);
                *x += (amplitude * turn.sin()) as f32;
            }
        }
    }
}

fn assert_judged_and_named(sets: Vec<Set>) {
    assert_eq!(sets.len(), 12);
    let mut unnamed = Vec::new();
    for set in sets {
        let test = set.delivery.test();
        println!("{:32} {:?}: {}", set.name, test.verdict, test.sentences.join("; "));
        assert!(set.verdicts.contains(&test.verdict), "{}: {:?} {:?}", set.name, test.verdict, test.residual);
        if !(set.is_named)(&test) {
            unnamed.push((set.name, test.sentences, test.bands));
        }
    }
    assert!(unnamed.len() <= 1, "{unnamed:#?}");
}

#[test]
fn twelve_deliveries_of_the_composed_song_are_judged_and_their_faults_named() {
    let song = Delivery::composed();
    assert_judged_and_named(sets(&song, song.clone().with_air()));
}

#[test]
fn twelve_deliveries_of_a_real_song_are_judged_and_their_faults_named() {
    let Some(song) = Delivery::real() else { return };
    assert_judged_and_named(sets(&song, song.clone()));
}
