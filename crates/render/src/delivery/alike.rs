//! Stems beside each other: one track that was put into two of them.

use audio_file::Audio;
use rayon::prelude::*;

use super::stem::StemCheck;
use super::{Finding, Severity};

/// Moments of the song in which stems are compared, and their length.
const MOMENTS: usize = 16;
const MOMENT_S: f64 = 0.5;
/// In so many of them a stem must sound.
const LEAST_MOMENTS: usize = 4;
/// How near to ±1 the share of one stem in another must be, and how steady.
const NEAR: f64 = 0.08;
const STEADY: f64 = 0.3;

/// Says which stem is contained in another one. `[main]`
///
/// Two instruments that play the same notes are alike for a moment, never all the time: what counts is how much of one
/// stem is in the other in many moments of the song.
pub fn findings(checks: &[StemCheck], audios: &[&Audio]) -> Vec<Finding> {
    let changes: Vec<Changes> = audios.par_iter().map(|audio| Changes::of(audio)).collect();
    let of_stem = |index: usize| -> Vec<Finding> {
        let others = (0..changes.len()).filter(|&other| other != index);
        let found = others.filter_map(|other| {
            let share = changes[index].share_in(audios[other])?;
            let same = changes[other].share_in(audios[index]).is_some();
            // Of two that are the same, the later one says so.
            if same && other > index {
                return None;
            }
            let what = match (same, share > 0.0) {
                (true, true) => "is the same as",
                (true, false) => "is the same, upside down, as",
                (false, true) => "is also contained in",
                (false, false) => "is also contained, upside down, in",
            };
            let sentence = format!("{what} {}: the sum has it twice.", checks[other].name);
            Some(Finding::of(&checks[index].name, Severity::Fail, sentence))
        });
        found.collect()
    };
    (0..changes.len()).into_par_iter().map(of_stem).collect::<Vec<_>>().concat()
}

/// The loudest moments of a stem, as changes from frame to frame: so that bass, which all instruments share, does not
/// decide.
struct Changes {
    /// First frame, and the changes of each side.
    moments: Vec<(usize, [Vec<f32>; 2])>,
}

impl Changes {
    fn of(audio: &Audio) -> Self {
        let length = (MOMENT_S * f64::from(audio.sample_rate_hz)) as usize;
        let starts: Vec<usize> = (0..audio.frames() / length.max(1)).map(|moment| moment * length).collect();
        let energy = |start: usize| -> f64 {
            audio.channels.iter().flat_map(|row| &row[start..start + length]).map(|&x| f64::from(x * x)).sum()
        };
        let energies: Vec<(usize, f64)> = starts.iter().map(|&start| (start, energy(start))).collect();
        let loudest = |part: &[(usize, f64)]| part.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        let chosen = energies.chunks(energies.len().div_ceil(MOMENTS).max(1)).filter_map(loudest);
        // Below −70 dBFS there is nothing to compare.
        let sounding = chosen.filter(|&(_, energy)| energy > 1e-7 * length as f64);
        let moments = sounding.map(|(start, _)| (start, [0, 1].map(|side| changes(audio, side, start, length))));
        Self { moments: moments.collect() }
    }

    /// How often another stem contains this one; none if it does not.
    fn share_in(&self, other: &Audio) -> Option<f64> {
        let share = |(start, own): &(usize, [Vec<f32>; 2])| {
            let theirs = [0, 1].map(|side| changes(other, side, *start, own[0].len() + 1));
            let product = |a: &[Vec<f32>; 2], b: &[Vec<f32>; 2]| -> f64 {
                a.iter().flatten().zip(b.iter().flatten()).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
            };
            product(own, &theirs) / product(own, own).max(1e-30)
        };
        let mut shares: Vec<f64> = self.moments.iter().map(share).collect();
        shares.sort_by(f64::total_cmp);
        if shares.len() < LEAST_MOMENTS {
            return None;
        }
        let quantile = |part: f64| shares[((shares.len() - 1) as f64 * part).round() as usize];
        let (middle, spread) = (quantile(0.5), quantile(0.75) - quantile(0.25));
        ((middle.abs() - 1.0).abs() < NEAR && spread < STEADY).then_some(middle)
    }
}

/// One less than `frames` changes from frame to frame; silence follows the end.
fn changes(audio: &Audio, side: usize, start: usize, frames: usize) -> Vec<f32> {
    let row = audio.channels.get(side).or(audio.channels.first()).map_or(&[][..], Vec::as_slice);
    let sample = |frame: usize| row.get(frame).copied().unwrap_or(0.0);
    (start + 1..start + frames).map(|frame| sample(frame) - sample(frame - 1)).collect()
}
