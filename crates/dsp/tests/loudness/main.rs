//! The loudness meter: by the cases of the EBU (`ebu_3341`, `ebu_3342`, and `ebu_wavs` with its own files), against other
//! programs (`agreement`), for a day (`a_day`), in a stream (`stream`), and the filter all of it rests on (`weighting`).
//!
//! The EBU's signals are synthesised from the tables of its documents, at every rate. "Exact" figures are those of an
//! ideal meter, computed by two other programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod a_day;
mod agreement;
mod ebu_3341;
mod ebu_3342;
mod ebu_wavs;
mod stream;
mod weighting;

use dsp::format::Format;
use dsp::meter::loudness::Loudness;
use dsp::units::gain_from_db;
use std::f64::consts::TAU;
use testkit::allocations;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const RATES_HZ: [usize; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/// Hosts' blocks, and those that fit nothing.
const BLOCK_FRAMES: [usize; 6] = [1, 17, 64, 480, 1_024, 4_096];

/// A part of a programme: seconds of a tone at a level in dBFS.
type Part = (f64, f64);

/// A tone of 1 kHz, one phase throughout, part after part.
fn tone(rate_hz: usize, parts: &[Part]) -> Vec<f32> {
    // 10 ms hold ten whole turns and a whole number of frames.
    let period: Vec<f64> =
        (0..rate_hz / 100).map(|frame| (TAU * frame as f64 * 1000.0 / rate_hz as f64).sin()).collect();
    let mut samples = Vec::new();
    let mut end_seconds = 0.0;
    for &(seconds, level_db) in parts {
        end_seconds += seconds;
        let amplitude = gain_from_db(level_db);
        let frames = samples.len()..(end_seconds * rate_hz as f64).round() as usize;
        samples.extend(frames.map(|frame| (amplitude * period[frame % period.len()]) as f32));
    }
    samples
}

fn stereo(rate_hz: usize) -> Loudness {
    Loudness::new(Format::stereo(rate_hz as f64))
}

/// Everything a meter shows, to be compared to the bit.
fn figures(meter: &Loudness) -> [f64; 6] {
    [
        meter.momentary_lufs(),
        meter.short_term_lufs(),
        meter.integrated_lufs(),
        meter.range_lu(),
        meter.max_momentary_lufs(),
        meter.max_short_term_lufs(),
    ]
}

/// Plays channels to two such meters, to one in steps of 10 ms, with a look at it after each, to the other in blocks of
/// every size in turn: both read the same bits.
fn play(meter: Loudness, rate_hz: usize, channels: &[&[f32]], mut look: impl FnMut(usize, &Loudness)) -> Loudness {
    let (mut steady, mut changing) = (meter.clone(), meter);
    let frames = channels[0].len();
    let mut block = Vec::with_capacity(channels.len());
    let mut feed = |meter: &mut Loudness, start: usize, end: usize| {
        block.clear();
        block.extend(channels.iter().map(|channel| &channel[start..end]));
        meter.process(&block);
    };
    for (step, start) in (0..frames).step_by(rate_hz / 100).enumerate() {
        feed(&mut steady, start, (start + rate_hz / 100).min(frames));
        look(step + 1, &steady);
    }
    let mut start = 0;
    for block_frames in BLOCK_FRAMES.into_iter().cycle() {
        let end = (start + block_frames).min(frames);
        feed(&mut changing, start, end);
        start = end;
        if start == frames {
            break;
        }
    }
    assert_eq!(figures(&steady), figures(&changing), "{rate_hz} Hz: blocks of different sizes");
    steady
}

/// A fresh stereo meter that has heard a tone on both sides.
fn measured(rate_hz: usize, parts: &[Part]) -> Loudness {
    let samples = tone(rate_hz, parts);
    play(stereo(rate_hz), rate_hz, &[&samples, &samples], |_, _| {})
}

#[track_caller]
fn assert_lu(reading: f64, expected: f64, tolerance_lu: f64, what: &str) {
    assert!((reading - expected).abs() <= tolerance_lu, "{what}: {reading} instead of {expected}");
}
