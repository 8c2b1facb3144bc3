//! The meters beside two others, the `ebur128` crate and ffmpeg's filter, on the same files.

use std::path::{Path, PathBuf};

use audio_file::{Audio, SourceBits, WavEncoding, read, write_wav};
use dsp::format::Format;
use dsp::meter::{Meter, Readings};
use ebur128::{EbuR128, Mode};
use testkit::signals;

use crate::ffmpeg;

fn ours(audio: &Audio) -> Readings {
    let mut meter = Meter::new(Format { sample_rate_hz: audio.sample_rate_hz.into(), channels: audio.channels.len() });
    meter.process(&audio.channels);
    meter.flush();
    meter.readings()
}

fn theirs(audio: &Audio) -> EbuR128 {
    let mode = Mode::I | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK;
    let mut meter = EbuR128::new(audio.channels.len() as u32, audio.sample_rate_hz, mode).unwrap();
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    meter.add_frames_planar_f32(&channels).unwrap();
    // Its true peak is a filter's length behind.
    meter.add_frames_planar_f32(&vec![&[0.0; 64][..]; channels.len()]).unwrap();
    meter
}

fn larger_db(of_channel: impl Fn(u32) -> f64, channels: usize) -> f64 {
    testkit::rulers::db((0..channels as u32).map(of_channel).fold(0.0, f64::max))
}

#[track_caller]
fn assert_near(name: &str, what: &str, ours: f64, theirs: f64, tolerance: std::ops::RangeInclusive<f64>) {
    println!("{name}: {what} {ours:.3}, theirs {:+.3}", theirs - ours);
    assert!(tolerance.contains(&(theirs - ours)), "{name}: {what} {ours}, theirs {theirs}");
}

/// By the letter of the documents, with the whole signal in memory.
fn assert_agrees_with_the_plain_meter(name: &str, audio: &Audio) {
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    let plain = testkit::loudness::Loudness::of(&channels, audio.sample_rate_hz.into());
    let ours = ours(audio);
    assert_near(name, "plain LUFS", ours.integrated_lufs, plain.integrated_lufs(), -0.01..=0.01);
    assert_near(name, "plain LU", ours.range_lu, plain.range_lu(), -0.05..=0.05);
}

fn assert_agrees_with_ebur128(name: &str, audio: &Audio) {
    let (ours, theirs, channels) = (ours(audio), theirs(audio), audio.channels.len());
    // The crate leaves the filter's numerator as it is: 0.004 LU at 44.1 kHz, 0.032 LU at 192 kHz.
    assert_near(name, "LUFS", ours.integrated_lufs, theirs.loudness_global().unwrap(), -0.04..=0.01);
    let sample_peak_db = larger_db(|channel| theirs.sample_peak(channel).unwrap(), channels);
    assert_near(name, "dBFS", ours.sample_peak_dbfs, sample_peak_db, -1e-6..=1e-6);
    // Twelve taps a phase against thirty-two: never much above ours, and half a decibel below where it is bright.
    let true_peak_db = larger_db(|channel| theirs.true_peak(channel).unwrap(), channels);
    assert_near(name, "dBTP", ours.true_peak_dbtp, true_peak_db, -0.6..=0.1);
}

/// ffmpeg prints one decimal, so half a tenth is its rounding; its filter sits as low at high rates as the crate's.
fn assert_agrees_with_ffmpeg(name: &str, audio: &Audio, path: &Path) {
    let (ours, theirs) = (ours(audio), ffmpeg::measure(path));
    assert_near(name, "ffmpeg LUFS", ours.integrated_lufs, theirs.integrated_lufs, -0.09..=0.06);
    // ffmpeg counts the ranks of the percentiles a little differently, and neighbours in a short file lie far apart.
    if audio.length_s() > 20.0 {
        assert_near(name, "ffmpeg LU", ours.range_lu, theirs.range_lu, -0.3..=0.3);
    }
    // ffmpeg resamples to 192 kHz: no points between the samples of a file that has that rate.
    assert_near(name, "ffmpeg dBTP", ours.true_peak_dbtp, theirs.true_peak_dbfs, -0.4..=0.1);
}

/// Pink noise, another on each side, whose level moves every second between −36 and −12 dBFS RMS.
fn programme(seed: u64, sample_rate_hz: u32) -> Audio {
    let second = sample_rate_hz as usize;
    // Long where it costs little.
    let frames = if sample_rate_hz <= 48_000 { 40 * second } else { 8 * second };
    let mut channels = vec![signals::pink_noise(seed, 0.1, frames), signals::pink_noise(seed + 100, 0.06, frames)];
    let mut random = signals::Random::new(seed);
    for start in (0..frames).step_by(second) {
        let gain = 10f64.powf((12.0 * random.uniform() - 4.0) / 20.0) as f32;
        channels.iter_mut().for_each(|channel| channel[start..start + second].iter_mut().for_each(|x| *x *= gain));
    }
    Audio { sample_rate_hz, channels, source_bits: SourceBits::Float(32) }
}

#[test]
fn a_composed_programme_reads_as_in_other_meters() {
    let with_ffmpeg = ffmpeg::is_here();
    for (seed, rate_hz) in (1..).zip([44_100, 48_000, 88_200, 96_000, 176_400, 192_000]) {
        let (name, audio) = (format!("programme at {rate_hz} Hz"), programme(seed, rate_hz));
        assert_agrees_with_the_plain_meter(&name, &audio);
        assert_agrees_with_ebur128(&name, &audio);
        if with_ffmpeg {
            let file = format!("programme_{rate_hz}_{}.wav", std::process::id());
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
            write_wav(&path, &audio, WavEncoding::Float32).unwrap();
            assert_agrees_with_ffmpeg(&name, &audio, &path);
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn a_real_song_and_its_stems_read_as_in_other_meters() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stems/final_step");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    let with_ffmpeg = ffmpeg::is_here();
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "flac")) {
        let (name, audio) = (path.file_stem().unwrap().to_string_lossy().into_owned(), read(&path).unwrap());
        assert_agrees_with_the_plain_meter(&name, &audio);
        assert_agrees_with_ebur128(&name, &audio);
        if with_ffmpeg {
            assert_agrees_with_ffmpeg(&name, &audio, &path);
        }
    }
}
