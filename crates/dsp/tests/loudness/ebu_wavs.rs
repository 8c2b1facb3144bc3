//! The EBU's own files ("loudness test set" version 5), among them the recordings that cannot be synthesised.
//!
//! They may be used for technical tests only, so they are not part of the project. Unpack them into a folder, name it in
//! `STEMMA_EBU_WAVS`, and run `cargo test -p dsp --test loudness ebu_wavs -- --nocapture`.

use super::{Part, tone};
use dsp::format::Format;
use dsp::meter::loudness::{Loudness, SURROUND_WEIGHTS};
use dsp::meter::true_peak::TruePeakMeter;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a document says of a file.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// Momentary (after 1 s), short-term (after 3 s) and integrated loudness.
    Steady(f64),
    Integrated(f64),
    MaxShortTerm,
    MaxMomentary,
    /// −23 LUFS throughout, after 3 s and 1 s.
    FlatShortTerm,
    FlatMomentary,
    /// The largest rises by 1 LU from −38 in slots of 6 s and 0.8 s.
    RisingShortTerm,
    RisingMomentary,
    TruePeak(f64),
    Range(f64),
    IntegratedAndRange(f64, f64),
}

/// The beginning of every file's name (the ends differ between editions), and what is expected of it.
fn files() -> Vec<(String, Expected)> {
    use Expected::*;
    let single = [
        ("seq-3341-1-", Steady(-23.0)),
        ("seq-3341-2-", Steady(-33.0)),
        ("seq-3341-3-", Integrated(-23.0)),
        ("seq-3341-4-", Integrated(-23.0)),
        ("seq-3341-5-", Integrated(-23.0)),
        ("seq-3341-6-5channels-", Integrated(-23.0)),
        ("seq-3341-6-6channels-", Integrated(-23.0)),
        ("seq-3341-7_seq-3342-5-", IntegratedAndRange(-23.0, 5.0)),
        ("seq-3341-2011-8_seq-3342-6-", IntegratedAndRange(-23.0, 15.0)),
        ("seq-3341-9-", FlatShortTerm),
        ("seq-3341-11-", RisingShortTerm),
        ("seq-3341-12-", FlatMomentary),
        ("seq-3341-14-", RisingMomentary),
        ("seq-3341-15-", TruePeak(-6.0)),
        ("seq-3341-16-", TruePeak(-6.0)),
        ("seq-3341-17-", TruePeak(-6.0)),
        ("seq-3341-18-", TruePeak(-6.0)),
        ("seq-3341-19-", TruePeak(3.0)),
        ("seq-3341-20-", TruePeak(0.0)),
        ("seq-3341-21-", TruePeak(0.0)),
        ("seq-3341-22-", TruePeak(0.0)),
        ("seq-3341-23-", TruePeak(0.0)),
        ("seq-3342-1-", Range(10.0)),
        ("seq-3342-2-", Range(5.0)),
        ("seq-3342-3-", Range(20.0)),
        ("seq-3342-4-", Range(15.0)),
    ];
    let numbered = |name: &'static str, expected| (1..=20).map(move |index| (format!("{name}{index}-"), expected));
    single
        .map(|(name, expected)| (name.to_owned(), expected))
        .into_iter()
        .chain(numbered("seq-3341-10-", MaxShortTerm))
        .chain(numbered("seq-3341-13-", MaxMomentary))
        .collect()
}

/// What the meters show of a file, live ones after every 10 ms.
struct Measured {
    loudness: Loudness,
    momentaries_lufs: Vec<f64>,
    short_terms_lufs: Vec<f64>,
    true_peak_dbtp: f64,
}

fn measure(path: &Path) -> Measured {
    let mut reader = hound::WavReader::open(path).unwrap();
    let hound::WavSpec { channels, sample_rate, bits_per_sample, .. } = reader.spec();
    let scale = 0.5_f64.powi(i32::from(bits_per_sample) - 1);
    let samples: Vec<f32> = reader.samples::<i32>().map(|x| (f64::from(x.unwrap()) * scale) as f32).collect();
    let channel = |index: usize| samples.iter().copied().skip(index).step_by(usize::from(channels)).collect::<Vec<_>>();
    let channels: Vec<Vec<f32>> = (0..usize::from(channels)).map(channel).collect();

    let rate_hz = f64::from(sample_rate);
    let [left, right, centre, left_surround, right_surround] = SURROUND_WEIGHTS;
    let mut loudness = match channels.len() {
        2 => Loudness::new(Format::stereo(rate_hz)),
        5 => Loudness::with_weights(rate_hz, &SURROUND_WEIGHTS),
        // The low-frequency channel is the fourth.
        6 => Loudness::with_weights(rate_hz, &[left, right, centre, 0.0, left_surround, right_surround]),
        count => panic!("{}: {count} channels", path.display()),
    };
    let mut true_peak = TruePeakMeter::new(Format::stereo(rate_hz));
    let (mut momentaries_lufs, mut short_terms_lufs) = (Vec::new(), Vec::new());
    let (frames, step_frames) = (channels[0].len(), sample_rate as usize / 100);
    for start in (0..frames).step_by(step_frames) {
        let block: Vec<&[f32]> =
            channels.iter().map(|channel| &channel[start..(start + step_frames).min(frames)]).collect();
        loudness.process(&block);
        true_peak.process(&block);
        momentaries_lufs.push(loudness.momentary_lufs());
        short_terms_lufs.push(loudness.short_term_lufs());
    }
    true_peak.flush();
    let [left_dbtp, right_dbtp] = true_peak.max_dbtp();
    Measured { loudness, momentaries_lufs, short_terms_lufs, true_peak_dbtp: left_dbtp.max(right_dbtp) }
}

/// The largest value by the end of each slot, against a staircase of 1 LU that begins at −38.
fn rises(values_lufs: &[f64], slot_steps: usize) -> bool {
    let mut largest_lufs = f64::MIN;
    values_lufs.chunks_exact(slot_steps).enumerate().take(20).all(|(slot, values_lufs)| {
        largest_lufs = values_lufs.iter().fold(largest_lufs, |max, &x| max.max(x));
        (largest_lufs + 38.0 - slot as f64).abs() <= 0.1
    }) && values_lufs.len() / slot_steps >= 20
}

fn is_as_expected(measured: &Measured, expected: Expected) -> bool {
    let is = |reading: f64, lufs: f64| (reading - lufs).abs() <= 0.1;
    let flat = |values: &[f64], from_step: usize, lufs: f64| values[from_step..].iter().all(|&x| is(x, lufs));
    let Measured { loudness, momentaries_lufs, short_terms_lufs, true_peak_dbtp } = measured;
    let range_is = |lu: f64| (loudness.range_lu() - lu).abs() <= 1.0 && (loudness.range_of_file_lu() - lu).abs() <= 1.0;
    match expected {
        Expected::Steady(lufs) => {
            is(loudness.integrated_lufs(), lufs)
                && flat(momentaries_lufs, 99, lufs)
                && flat(short_terms_lufs, 299, lufs)
        }
        Expected::Integrated(lufs) => is(loudness.integrated_lufs(), lufs),
        Expected::MaxShortTerm => is(loudness.max_short_term_lufs(), -23.0),
        Expected::MaxMomentary => is(loudness.max_momentary_lufs(), -23.0),
        Expected::FlatShortTerm => flat(short_terms_lufs, 299, -23.0),
        Expected::FlatMomentary => flat(momentaries_lufs, 99, -23.0),
        Expected::RisingShortTerm => rises(short_terms_lufs, 600),
        Expected::RisingMomentary => rises(momentaries_lufs, 80),
        Expected::TruePeak(dbtp) => (-0.4..=0.2).contains(&(true_peak_dbtp - dbtp)),
        Expected::Range(lu) => range_is(lu),
        Expected::IntegratedAndRange(lufs, lu) => is(loudness.integrated_lufs(), lufs) && range_is(lu),
    }
}

/// What came of a folder of such files: the beginnings of their names.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    right: BTreeSet<String>,
    wrong: BTreeSet<String>,
    missing: BTreeSet<String>,
}

fn check(folder: &Path) -> Outcome {
    let present: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut outcome = Outcome::default();
    for (name, expected) in files() {
        let starts_so =
            |path: &&PathBuf| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&name));
        let Some(path) = present.iter().find(starts_so) else {
            outcome.missing.insert(name);
            continue;
        };
        let measured = measure(path);
        let Measured { loudness, true_peak_dbtp, .. } = &measured;
        let is_right = is_as_expected(&measured, expected);
        println!(
            "{name} {expected:?}: {}; I {:.3} LUFS, LRA {:.3} LU, max M {:.3}, max S {:.3} LUFS, {true_peak_dbtp:.3} dBTP",
            if is_right { "right" } else { "WRONG" },
            loudness.integrated_lufs(),
            loudness.range_lu(),
            loudness.max_momentary_lufs(),
            loudness.max_short_term_lufs(),
        );
        if is_right { &mut outcome.right } else { &mut outcome.wrong }.insert(name);
    }
    outcome
}

#[test]
fn the_files_of_the_ebu_read_as_its_documents_say() {
    let Some(folder) = std::env::var_os("STEMMA_EBU_WAVS") else {
        println!("skipped: STEMMA_EBU_WAVS names no folder with the EBU's loudness test set");
        return;
    };
    let Outcome { wrong, missing, .. } = check(Path::new(&folder));
    assert!(missing.is_empty(), "not in the folder: {missing:?}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Writes whole samples of `bits` in a file as the EBU names it.
fn write(folder: &Path, name: &str, bits: u16, channels: &[&[f32]]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: 48_000,
        bits_per_sample: bits,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folder.join(name), spec).unwrap();
    let full_scale = 2f64.powi(i32::from(bits) - 1);
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample((f64::from(channel[frame]) * full_scale).round() as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// Files of our own under the names of some of the EBU's: the reader of those is not to be met for the first time when
/// somebody has them.
#[test]
fn files_by_the_names_of_the_ebu_are_found_and_judged() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("ebu_wavs_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let both = |name: &str, bits: u16, parts: &[Part]| {
        let samples = tone(48_000, parts);
        write(&folder, name, bits, &[&samples, &samples]);
    };
    both("seq-3341-1-16bit.wav", 16, &[(4.0, -23.0)]);
    both("seq-3341-2-16bit.wav", 16, &[(4.0, -33.2)]);
    both("seq-3341-12-24bit.wav", 24, &[(0.18, -20.0), (0.22, -30.0)].repeat(25));
    both("seq-3341-13-3-24bit.wav.wav", 24, &[(0.04, -90.0), (0.4, -23.0), (1.0, -90.0)]);
    let [sides, centre, surrounds] = [-28.0, -24.0, -30.0].map(|level_db| tone(48_000, &[(4.0, level_db)]));
    write(&folder, "seq-3341-6-5channels-16bit.wav", 16, &[&sides, &sides, &centre, &surrounds, &surrounds]);
    let low = &tone(48_000, &[(4.0, -1.0)]);
    write(
        &folder,
        "seq-3341-6-6channels-WAVEEX-16bit.wav",
        16,
        &[&sides, &sides, &centre, low, &surrounds, &surrounds],
    );
    let sine = testkit::signals::sine(0.25, 0.5, 45.0, 1.0, 9_600);
    write(&folder, "seq-3341-16-24bit.wav.wav", 24, &[&sine, &sine]);
    let outcome = check(&folder);
    std::fs::remove_dir_all(&folder).unwrap();

    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let right = [
        "seq-3341-1-",
        "seq-3341-12-",
        "seq-3341-13-3-",
        "seq-3341-6-5channels-",
        "seq-3341-6-6channels-",
        "seq-3341-16-",
    ];
    assert_eq!(outcome.right, names(&right));
    assert_eq!(outcome.wrong, names(&["seq-3341-2-"]));
    assert_eq!(outcome.missing.len(), files().len() - 7);
}
