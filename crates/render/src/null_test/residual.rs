//! What is left when the sum of the stems is taken from the reference, and how much that is.

use dsp::units::{SILENCE_DB, db_from_gain, db_from_power};
use serde::Serialize;

use super::case::{Sides, energy, part};
use super::spectrum::{Spectrum, thirds};
use crate::report::Reading;

/// How much is left of a null test.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Residual {
    /// The largest sample, in dBFS.
    pub peak_dbfs: Reading,
    /// When that was, in seconds.
    pub peak_at_s: f64,
    /// RMS of the loudest 400 ms, in dBFS.
    pub worst_rms_dbfs: Reading,
    /// When these began, in seconds.
    pub worst_at_s: f64,
    /// RMS of the middle one of all 400 ms in which the reference sounds, in dBFS.
    pub median_rms_dbfs: Reading,
    /// The worst 400 ms relative to the reference's RMS where it sounds, in dB: what is judged.
    pub worst_relative_db: Reading,
    /// The middle one relative to the same, in dB.
    pub median_relative_db: Reading,
}

/// What is left in one octave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The middle of the octave.
    pub center_hz: f64,
    /// What is left there over the whole song, in dBFS.
    pub residual_dbfs: Reading,
    /// The same relative to what the reference has there, in dB.
    pub relative_db: Reading,
}

/// How much is left, and of how much, in one moment of the song.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// When it begins, in seconds; it lasts 400 ms.
    pub at_s: f64,
    /// RMS of what is left, in dBFS.
    pub residual_dbfs: Reading,
    /// RMS of the reference, in dBFS.
    pub reference_dbfs: Reading,
}

/// How a third of an octave of the sum compares with the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelMatch {
    /// The middle of the band.
    pub center_hz: f64,
    /// RMS of the sum over that of the reference, in dB.
    pub difference_db: Reading,
}

/// A block of 400 ms counts as sounding above this.
const SOUNDING_POWER: f64 = 1e-7;
const BLOCK_MS: f64 = 400.0;
/// Blocks start every 100 ms.
const BLOCK_HOPS: usize = 4;

impl Residual {
    /// Measures what is left of a reference. `[main]`
    pub fn measure(residual: Sides, reference: Sides, sample_rate_hz: f64) -> Self {
        let hop_frames = ((BLOCK_MS * 0.001 * sample_rate_hz) as usize / BLOCK_HOPS).max(1);
        let left = block_powers(residual, hop_frames);
        let whole = block_powers(reference, hop_frames);
        let sounding: Vec<usize> = (0..whole.len()).filter(|&block| whole[block] > SOUNDING_POWER).collect();
        let mean = |powers: &mut dyn Iterator<Item = f64>, count: usize| powers.sum::<f64>() / count.max(1) as f64;
        let reference_power = mean(&mut sounding.iter().map(|&block| whole[block]), sounding.len());
        let mut heard: Vec<f64> = sounding.iter().map(|&block| left[block]).collect();
        heard.sort_by(f64::total_cmp);
        let median = heard.get(heard.len() / 2).copied().unwrap_or(0.0);
        let worst = (0..left.len()).max_by(|&a, &b| left[a].total_cmp(&left[b])).unwrap_or(0);
        let worst_power = left.get(worst).copied().unwrap_or(0.0);
        let relative = |power: f64| match (power > 0.0, reference_power > 0.0) {
            (false, _) => Reading::NONE,
            (true, false) => Reading::new(0.0),
            (true, true) => Reading::new(db_from_power(power) - db_from_power(reference_power)),
        };
        let (peak_frame, peak) = peak(residual);
        Self {
            peak_dbfs: Reading::new(db_from_gain(peak)),
            peak_at_s: peak_frame as f64 / sample_rate_hz,
            worst_rms_dbfs: Reading::new(db_from_power(worst_power)),
            worst_at_s: (worst * hop_frames) as f64 / sample_rate_hz,
            median_rms_dbfs: Reading::new(db_from_power(median)),
            worst_relative_db: relative(worst_power),
            median_relative_db: relative(median),
        }
    }
}

/// What is left, moment by moment. `[main]`
pub fn moments(residual: Sides, reference: Sides, sample_rate_hz: f64) -> Vec<Moment> {
    let frames = (BLOCK_MS * 0.001 * sample_rate_hz) as usize;
    let level = |signal: Sides, start: usize| {
        let moment = part(signal, start, frames);
        Reading::new(db_from_power(energy(moment) / (2 * moment[0].len()).max(1) as f64))
    };
    let starts = (0..residual[0].len()).step_by(frames.max(1));
    let moment = |start: usize| Moment {
        at_s: start as f64 / sample_rate_hz,
        residual_dbfs: level(residual, start),
        reference_dbfs: level(reference, start),
    };
    starts.map(moment).collect()
}

/// Frame and size of the largest sample of either side.
pub fn peak(signal: Sides) -> (usize, f64) {
    let mut largest = (0, 0.0);
    for side in signal {
        for (frame, x) in side.iter().enumerate().map(|(frame, &x)| (frame, f64::from(x).abs())) {
            if x > largest.1 {
                largest = (frame, x);
            }
        }
    }
    largest
}

/// Mean square over both sides of every 400 ms, from 100 ms to 100 ms; a shorter signal is one block.
fn block_powers(signal: Sides, hop_frames: usize) -> Vec<f64> {
    let energy = |start: usize| energy(part(signal, start, hop_frames));
    let hops: Vec<f64> = (0..signal[0].len()).step_by(hop_frames).map(energy).collect();
    let samples = (2 * BLOCK_HOPS * hop_frames) as f64;
    if hops.len() < BLOCK_HOPS {
        return vec![hops.iter().sum::<f64>() / samples];
    }
    hops.windows(BLOCK_HOPS).map(|block| block.iter().sum::<f64>() / samples).collect()
}

/// What is left in every octave from 31.5 Hz to 16 kHz. `[main]`
pub fn bands(residual: &Spectrum, reference: &Spectrum) -> Vec<Band> {
    let half = 2f64.sqrt();
    (0..10)
        .map(|octave| {
            let center_hz = 31.25 * f64::from(1 << octave);
            let left = residual.power(center_hz / half, center_hz * half);
            let whole = reference.power(center_hz / half, center_hz * half);
            let relative =
                if left > 0.0 && whole > 0.0 { db_from_power(left) - db_from_power(whole) } else { SILENCE_DB };
            Band { center_hz, residual_dbfs: Reading::new(db_from_power(left)), relative_db: Reading::new(relative) }
        })
        .collect()
}

/// How every third of an octave of the sum compares with the reference, 25 Hz to 20 kHz, where both sound. `[main]`
pub fn level_matches(sum: &Spectrum, reference: &Spectrum) -> Vec<LevelMatch> {
    thirds()
        .filter_map(|center_hz| {
            let [a, b] = [sum, reference].map(|spectrum| spectrum.third_power(center_hz));
            // −100 dBFS: below lies noise, which need not match.
            let sounds = a > 1e-10 && b > 1e-10;
            sounds.then(|| LevelMatch { center_hz, difference_db: Reading::new(db_from_power(a) - db_from_power(b)) })
        })
        .collect()
}
