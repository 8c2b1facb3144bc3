//! Where each stem lies in the mix: the simplest placement that explains what can be explained.

use rayon::prelude::*;

use super::case::{Case, Sides, db_over, energy, part};
use super::fit::{Fit, Freedom, Placement, Window};
use super::lag::{Lag, LagFinder, Spectra};

/// A richer explanation must take away this much more than a simpler one.
const RICHER_DB: f64 = 6.0;
/// What rounding to 24 bits leaves: it cannot be explained any better.
const ROUNDING_DB: f64 = -100.0;

/// The placements that leave least, up to a freedom. `[main]`
pub fn place(case: &Case, fit: &Fit, most: Freedom) -> Vec<Placement> {
    let reference_energy = energy(case.reference);
    let left_db = |placements: &[Placement]| db_over(fit.left_energy(placements), reference_energy);
    let neutral = vec![Placement::NEUTRAL; case.stems.len()];
    let mut best = fit.best(&neutral, Freedom::Gain);
    let mut best_db = left_db(&best);
    for (freedom, find) in [(Freedom::Delay, delays as fn(&Case) -> [Vec<Placement>; 2]), (Freedom::Drift, drifts)] {
        if best_db < ROUNDING_DB || freedom > most {
            break;
        }
        let [each, together] = find(case);
        let starts = if each == together { vec![each] } else { vec![each, together] };
        let is_new = |start: &&Vec<Placement>| freedom == Freedom::Delay || start.iter().any(|p| p.drift_ppm != 0.0);
        for start in starts.iter().filter(is_new) {
            let placements = fit.best(start, freedom);
            let db = left_db(&placements);
            if db < best_db - RICHER_DB {
                (best, best_db) = (placements, db);
            }
        }
    }
    best
}

/// Length of a window of the fit, and how many of that length there are.
const WINDOW_S: f64 = 0.7;
const WINDOWS: usize = 28;

/// The parts of the song the fit looks at: all of a short one; of a long one those where most happens, for every stem
/// some.
pub fn windows(case: &Case) -> Vec<Window> {
    let frames = case.reference[0].len();
    let each = (WINDOWS / case.stems.len().max(1)).max(2);
    // However many stems there are, so much is looked at in all.
    let share = (WINDOWS as f64 / (each * case.stems.len()) as f64).min(1.0);
    let length = ((WINDOW_S * share * case.sample_rate_hz) as usize).clamp(1, frames.max(1));
    let all: Vec<Window> = (0..frames / length).map(|i| (i * length, length)).collect();
    if all.len() <= WINDOWS {
        return all;
    }
    let of_stem = |stem: &Sides| -> Vec<Window> {
        let energies: Vec<f64> = all.iter().map(|&(first, frames)| energy(part(*stem, first, frames))).collect();
        let windows: Vec<usize> = (0..all.len()).collect();
        // From every part of the song the window in which this stem is loudest: far apart, so that drift shows.
        let loudest = |part: &[usize]| part.iter().copied().max_by(|&a, &b| energies[a].total_cmp(&energies[b]));
        windows.chunks(all.len().div_ceil(each)).filter_map(loudest).map(|window| all[window]).collect()
    };
    let mut chosen: Vec<Window> = case.stems.par_iter().flat_map(of_stem).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Frames of a piece in which lags are looked for: up to ±1.3 s at 48 kHz.
const LAG_FRAMES: usize = 1 << 18;
/// For drift, pieces are shorter: within one nothing must move by more than a frame or two.
const DRIFT_FRAMES: usize = 1 << 16;
/// Pieces in which drift is looked for.
const DRIFT_PIECES: usize = 24;
/// How much clearer than anything else a lag must be.
const CLEAR: f64 = 1.6;

/// The lag of a stem in the mix without all others: only that one should be in it.
fn own_lag(finder: &LagFinder, stem: &Spectra, difference: &Spectra) -> Option<Lag> {
    let alone = [0, 1].map(|side| stem[side].iter().zip(&difference[side]).map(|(own, left)| own + left).collect());
    finder.find(stem, &alone).filter(|lag| lag.clarity > CLEAR)
}

/// Whole-frame delays to begin with: of each stem by itself, and those without a clear one like all together.
fn delays(case: &Case) -> [Vec<Placement>; 2] {
    let finder = LagFinder::new(LAG_FRAMES);
    let start = loudest_start(case.sum, LAG_FRAMES);
    let [sum, reference] = [case.sum, case.reference].map(|signal| finder.spectra(signal, start));
    let together =
        finder.find(&sum, &reference).filter(|lag| lag.clarity > CLEAR).map_or(0.0, |lag| lag.frames.round());
    let own = own_delays(case);
    let late = |delay_frames: f64| Placement { delay_frames, ..Placement::NEUTRAL };
    [0.0, together].map(|else_frames| own.iter().map(|lag| late(lag.unwrap_or(else_frames))).collect())
}

/// The whole-frame delay of each stem that has a clear one. `[main]`
pub fn own_delays(case: &Case) -> Vec<Option<f64>> {
    let finder = LagFinder::new(LAG_FRAMES);
    let own = |stem: &Sides| {
        let start = loudest_start(*stem, LAG_FRAMES);
        let [stem, difference] = [*stem, case.difference].map(|signal| finder.spectra(signal, start));
        own_lag(&finder, &stem, &difference).map(|lag| lag.frames.round())
    };
    case.stems.par_iter().map(own).collect()
}

/// Delays at several times of the song, and a line through them: for each stem by itself, and for all together.
fn drifts(case: &Case) -> [Vec<Placement>; 2] {
    let finder = LagFinder::new(DRIFT_FRAMES);
    let frames = case.reference[0].len();
    let step = (frames / DRIFT_PIECES).max(DRIFT_FRAMES / 2);
    let starts: Vec<usize> = (0..frames).step_by(step).collect();
    // A row for each piece: the lag of every stem, at the end that of all together.
    let lags = |&start: &usize| -> Vec<Option<Lag>> {
        let spectra = |signal| finder.spectra(signal, start);
        let difference = spectra(case.difference);
        let own = case.stems.iter().map(|stem| own_lag(&finder, &spectra(*stem), &difference));
        let together = || finder.find(&spectra(case.sum), &spectra(case.reference)).filter(|lag| lag.clarity > CLEAR);
        own.chain(std::iter::once_with(together)).collect()
    };
    let lags: Vec<Vec<Option<Lag>>> = starts.par_iter().map(lags).collect();
    let middle = |start: usize| (start + DRIFT_FRAMES / 2) as f64 - frames as f64 * 0.5;
    let placement = |column: usize| {
        let points = starts.iter().zip(&lags).filter_map(|(&start, row)| Some((middle(start), row[column]?.frames)));
        let (slope, delay_frames) = line(&points.collect::<Vec<_>>());
        Placement { delay_frames, drift_ppm: slope * 1e6, ..Placement::NEUTRAL }
    };
    let count = case.stems.len();
    [(0..count).map(placement).collect(), vec![placement(count); count]]
}

/// Slope and height at zero of the line through points, whatever some of them say (Theil and Sen).
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    let slopes =
        points.iter().enumerate().flat_map(|(i, a)| points[..i].iter().map(move |b| (a.1 - b.1) / (a.0 - b.0)));
    let slope = median(slopes.collect());
    (slope, median(points.iter().map(|(x, y)| y - slope * x).collect()))
}

/// The start of the piece in which a signal has most energy.
fn loudest_start(signal: Sides, frames: usize) -> usize {
    let step = (frames / 4).max(1);
    let starts = (0..signal[0].len().saturating_sub(frames / 2).max(1)).step_by(step);
    let energies = starts.map(|start| (start, energy(part(signal, start, frames))));
    energies.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(start, _)| start)
}
