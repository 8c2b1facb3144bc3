//! Deliveries with one fault each: the verdict, and the fault named.

use std::sync::OnceLock;

use audio_file::{Audio, SourceBits, convert_rate};
use dsp::{
    compressor::{Compressor, CompressorSettings},
    format::Format,
};
use render::null_test::{Cause, NullTest, Verdict};
use testkit::{signals::Random, song};

const RATE_HZ: u32 = 48_000;
const VOCALS: usize = 3;

/// The stems of a song and its mix.
#[derive(Clone)]
struct Delivery {
    names: Vec<String>,
    stems: Vec<Audio>,
    reference: Audio,
}

fn audio(left: Vec<f32>, right: Vec<f32>) -> Audio {
    Audio { sample_rate_hz: RATE_HZ, channels: vec![left, right], source_bits: SourceBits::Integer(24) }
}

/// Rounded to a number of bits, as a file would hold it.
fn rounded(audio: &Audio, bits: u32) -> Audio {
    let steps = f64::from(1_u32 << (bits - 1));
    map(audio, |_, x| ((f64::from(x) * steps).round() / steps) as f32)
}

fn map(audio: &Audio, change: impl Fn(usize, f32) -> f32) -> Audio {
    let channels = audio.channels.iter().map(|row| row.iter().enumerate().map(|(i, &x)| change(i, x)).collect());
    Audio { channels: channels.collect(), ..audio.clone() }
}

fn sum(stems: &[Audio]) -> Audio {
    let frames = stems[0].frames();
    let side = |side: usize| {
        (0..frames).map(|i| stems.iter().map(|stem| f64::from(stem.channels[side][i])).sum::<f64>() as f32).collect()
    };
    audio(side(0), side(1))
}

/// Twelve seconds in the middle of the composed song, as 24-bit files.
fn delivery() -> Delivery {
    static COMPOSED: OnceLock<Delivery> = OnceLock::new();
    COMPOSED.get_or_init(compose).clone()
}

fn compose() -> Delivery {
    let (start, frames) = (8 * RATE_HZ as usize, 12 * RATE_HZ as usize);
    let cut = |row: Vec<f32>| row[start..start + frames].to_vec();
    let song = song::compose(7, f64::from(RATE_HZ));
    let names = song.iter().map(|stem| stem.name.to_owned()).collect();
    let stems: Vec<Audio> = song.into_iter().map(|stem| rounded(&audio(cut(stem.left), cut(stem.right)), 24)).collect();
    let reference = rounded(&sum(&stems), 24);
    Delivery { names, stems, reference }
}

impl Delivery {
    fn test(&self) -> NullTest {
        let stems: Vec<(&str, &Audio)> = self.names.iter().map(String::as_str).zip(&self.stems).collect();
        NullTest::run(&stems, &self.reference)
    }
}

fn late(audio: &Audio, frames: usize) -> Audio {
    let row = |row: &Vec<f32>| std::iter::repeat_n(0.0, frames).chain(row.iter().copied()).take(row.len()).collect();
    Audio { channels: audio.channels.iter().map(row).collect(), ..audio.clone() }
}

/// Read at other places by a long sinc: an independent resampler.
fn moved(audio: &Audio, position: impl Fn(f64) -> f64) -> Audio {
    let row = |row: &Vec<f32>| {
        let value = |frame: usize| {
            let position = position(frame as f64);
            let nearest = position.round() as i64;
            let taps = nearest - 60..nearest + 61;
            taps.map(|tap| {
                let distance = position - tap as f64;
                let turn = std::f64::consts::PI * distance;
                let sinc = if distance.abs() < 1e-9 { 1.0 } else { turn.sin() / turn };
                let window = (0.5 + 0.5 * (turn / 61.0).cos()).max(0.0);
                let sample = usize::try_from(tap).ok().and_then(|tap| row.get(tap)).copied().unwrap_or(0.0);
                f64::from(sample) * sinc * window
            })
            .sum::<f64>() as f32
        };
        (0..row.len()).map(value).collect()
    };
    Audio { channels: audio.channels.iter().map(row).collect(), ..audio.clone() }
}

#[test]
fn stems_as_exported_null() {
    let test = delivery().test();
    assert_eq!((test.verdict, test.causes.as_slice()), (Verdict::Pass, [].as_slice()));
    assert!(test.residual.peak_dbfs.value().is_none_or(|db| db < -130.0), "{:?}", test.residual);
}

#[test]
fn stems_with_dither_at_16_bits_pass() {
    let mut delivery = delivery();
    let mut random = Random::new(5);
    for audio in delivery.stems.iter_mut().chain([&mut delivery.reference]) {
        for x in audio.channels.iter_mut().flatten() {
            let triangle = 0.5 * (random.uniform() + random.uniform());
            *x = ((f64::from(*x) * 32_768.0 + triangle).round() / 32_768.0) as f32;
        }
    }
    let test = delivery.test();
    assert_eq!((test.verdict, test.causes.as_slice()), (Verdict::Pass, [].as_slice()), "{:?}", test.residual);
}

#[test]
fn a_wrong_gain_is_named_to_a_twentieth_of_a_db() {
    let mut delivery = delivery();
    let gain = 10f64.powf(-0.8 / 20.0) as f32;
    delivery.stems[VOCALS] = rounded(&map(&delivery.stems[VOCALS], |_, x| x * gain), 24);
    let test = delivery.test();
    assert_ne!(test.verdict, Verdict::Pass);
    let [Cause::Gain { stem: Some(VOCALS), gain_db }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((gain_db - 0.8).abs() < 0.05, "{gain_db}");
    let repaired = test.repaired.and_then(|residual| residual.worst_rms_dbfs.value()).expect("it can be repaired");
    assert!(repaired < -110.0, "{repaired}");
}

#[test]
fn an_inverted_stem_is_named() {
    let mut delivery = delivery();
    delivery.stems[1] = map(&delivery.stems[1], |_, x| -x);
    let test = delivery.test();
    assert_eq!((test.verdict, test.causes), (Verdict::Fail, vec![Cause::Polarity { stem: Some(1) }]));
}

#[test]
fn a_late_stem_is_named_to_the_sample() {
    for (index, frames) in [(0, 37), (VOCALS, 1_000), (1, 3)] {
        let mut delivery = delivery();
        delivery.stems[index] = late(&delivery.stems[index], frames);
        let test = delivery.test();
        assert_eq!(test.verdict, Verdict::Fail);
        let [Cause::Delay { stem: Some(stem), delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
        assert!(stem == index && (delay_frames + frames as f64).abs() < 0.05, "{:?}", test.sentences);
    }
}

#[test]
fn a_fraction_of_a_sample_is_measured() {
    let mut delivery = delivery();
    delivery.stems[2] = moved(&delivery.stems[2], |frame| frame - 0.37);
    let test = delivery.test();
    let [Cause::Delay { stem: Some(2), delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((delay_frames + 0.37).abs() < 0.05, "{delay_frames}");
}

#[test]
fn a_reference_that_starts_later_is_named() {
    let mut delivery = delivery();
    delivery.reference = late(&delivery.reference, 37);
    let test = delivery.test();
    let [Cause::Delay { stem: None, delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((delay_frames - 37.0).abs() < 0.05, "{delay_frames}");
}

#[test]
fn two_clocks_are_told_apart() {
    let mut delivery = delivery();
    delivery.reference = moved(&delivery.reference, |frame| frame * (1.0 - 20e-6));
    let test = delivery.test();
    assert_eq!(test.verdict, Verdict::Fail);
    let drift = test.causes.iter().find_map(|cause| match cause {
        Cause::Drift { stem: None, drift_ppm } => Some(*drift_ppm),
        _ => None,
    });
    assert!(drift.is_some_and(|ppm| (ppm - 20.0).abs() < 0.5), "{:?}", test.sentences);
}

#[test]
fn a_stem_with_another_clock_is_named() {
    let mut delivery = delivery();
    delivery.stems[0] = moved(&delivery.stems[0], |frame| frame * (1.0 + 20e-6));
    let test = delivery.test();
    let drift = test.causes.iter().find_map(|cause| match cause {
        Cause::Drift { stem: Some(0), drift_ppm } => Some(*drift_ppm),
        _ => None,
    });
    assert!(drift.is_some_and(|ppm| (ppm - 20.0).abs() < 0.5), "{:?}", test.sentences);
}

#[test]
fn a_conversion_of_the_rate_is_named() {
    let mut delivery = delivery();
    // The song's own top octave is soft: some air, as a modern mix has it.
    let mut random = Random::new(3);
    for stem in &mut delivery.stems {
        *stem = map(stem, |_, x| x);
        for row in &mut stem.channels {
            row.iter_mut().for_each(|x| *x += (random.uniform() * 0.004) as f32);
        }
    }
    delivery.reference = rounded(&sum(&delivery.stems), 24);
    for stem in &mut delivery.stems {
        *stem = rounded(&convert_rate(&convert_rate(stem, 44_100).unwrap(), RATE_HZ).unwrap(), 24);
    }
    let test = delivery.test();
    assert_ne!(test.verdict, Verdict::Pass);
    assert!(matches!(test.causes[..], [Cause::RateConversion { .. }]), "{:?} {:?}", test.sentences, test.bands);
}

#[test]
fn a_compressor_left_on_the_bus_is_named() {
    let mut delivery = delivery();
    let mut compressor = Compressor::new(Format::stereo(f64::from(RATE_HZ)));
    compressor.set(&CompressorSettings {
        on: true,
        threshold_db: -20.0,
        ratio: 2.0,
        attack_ms: 30.0,
        release_ms: 120.0,
        ..CompressorSettings::default()
    });
    let [left, right] = delivery.reference.channels.as_mut_slice() else { panic!("stereo") };
    compressor.process(&mut [left, right]);
    let test = delivery.test();
    assert_ne!(test.verdict, Verdict::Pass);
    assert!(matches!(test.causes[..], [Cause::BusDynamics { .. }]), "{:?} {:?}", test.sentences, test.residual);
}

#[test]
fn a_track_in_two_stems_is_named() {
    let mut delivery = delivery();
    let both = sum(&[delivery.stems[2].clone(), delivery.stems[VOCALS].clone()]);
    delivery.stems[2] = both;
    let test = delivery.test();
    assert_eq!(test.verdict, Verdict::Fail);
    assert_eq!(test.causes, [Cause::Duplicate { stem: VOCALS, within: 2 }], "{:?}", test.sentences);
}

#[test]
fn the_same_stem_twice_is_named() {
    let mut delivery = delivery();
    delivery.stems.push(delivery.stems[1].clone());
    delivery.names.push("06 Bass copy".into());
    let test = delivery.test();
    assert_eq!(test.verdict, Verdict::Fail);
    assert_eq!(test.causes, [Cause::Duplicate { stem: 5, within: 1 }], "{:?}", test.sentences);
}

#[test]
fn a_missing_stem_is_named() {
    for index in 0..4 {
        let mut delivery = delivery();
        delivery.stems.remove(index);
        delivery.names.remove(index);
        let test = delivery.test();
        assert_eq!(test.verdict, Verdict::Fail);
        assert!(matches!(test.causes[..], [Cause::Missing { .. }]), "without {index}: {:?}", test.sentences);
    }
}

#[test]
fn a_click_is_found_in_its_stem() {
    let mut delivery = delivery();
    delivery.stems[2].channels[0][300_000] += 0.01;
    let test = delivery.test();
    assert_ne!(test.verdict, Verdict::Pass);
    let [Cause::Click { at_s, peak_dbfs, stem: Some(2) }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((at_s - 6.25).abs() < 1e-3 && (peak_dbfs + 40.0).abs() < 0.1, "{at_s} {peak_dbfs}");
}

#[test]
fn a_stem_made_mono_is_named() {
    for index in [2, VOCALS] {
        let mut delivery = delivery();
        let [left, right] = delivery.stems[index].channels.as_slice() else { panic!("stereo") };
        let mono: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
        delivery.stems[index].channels = vec![mono];
        let test = delivery.test();
        assert_ne!(test.verdict, Verdict::Pass);
        assert_eq!(test.causes, [Cause::Mono { stem: Some(index) }], "{:?}", test.sentences);
    }
}
