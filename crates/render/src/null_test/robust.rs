//! The gain and the delay of each stem in a mix that also contains what no stem plays.
//!
//! Least squares would share the stranger out among the stems. But music is mostly gaps: in some moments, at some
//! frequencies, the stranger is silent, and there the stems must make the mix exactly. The gains are those that are
//! exact in most places, and never mind by how much the others are off.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::case::{Case, Sides};
use super::fit::{Placement, Window};
use super::place::own_delays;

/// Frames of a piece: short beside notes, long beside the period of a bass.
const PIECE_FRAMES: usize = 2_048;
/// Bins that are looked at: below them windows leak, above them most music is noise.
const BINS: std::ops::Range<usize> = 3..600;
/// So many numbers are looked at in all, however many stems there are.
const MOST_NUMBERS: usize = 6_000_000;
/// Each step believes places that are half as far off as the step before did: 90 dB in all.
const STEPS: usize = 30;
/// How much better a gain must explain a place than none, and the other way about.
const CLEARLY_BETTER: f64 = 0.25;
/// In so large a share of the places of a stem its gain must be clearly better, and in so many times as many as it is
/// clearly worse.
const SHARE: f64 = 0.03;
const TIMES: usize = 5;

/// What is left of a place that counts as exact, as a share of the loudest stem's energy: −30 dB.
const EXACT: f64 = 1e-3;
/// A delay must make so many times as many places of its stem exact, and so large a share of them.
const CLEARLY_MORE: f64 = 1.5;
const LEAST_EXACT: f64 = 0.01;
/// Nearer than this to one, to none or to upside down a gain is just that: 0.05 dB.
const PLAIN: f64 = 0.006;

/// What stems and mix have at one time and frequency, the mix at the end.
type Place = [Complex<f32>];

/// Where the stems lie, as far as it differs beyond doubt from where they should: gains, and delays by whole frames.
/// `[main]`
pub fn place(case: &Case, windows: &[Window]) -> Vec<Placement> {
    let mut best = Gains::find(case, windows, vec![Placement::NEUTRAL; case.stems.len()]);
    for (stem, delay_frames) in own_delays(case).into_iter().enumerate() {
        let Some(delay_frames) = delay_frames.filter(|&frames| frames != 0.0) else { continue };
        let mut start = best.start.clone();
        start[stem].delay_frames = delay_frames;
        let moved = Gains::find(case, windows, start);
        if moved.exact_shares[stem] > (CLEARLY_MORE * best.exact_shares[stem]).max(LEAST_EXACT) {
            best = moved;
        }
    }
    best.placements
}

/// The gains of stems that lie somewhere.
struct Gains {
    /// Where they were taken to lie.
    start: Vec<Placement>,
    /// The same with the gains, where these are known.
    placements: Vec<Placement>,
    /// For each stem, in how many of the places in which it is the loudest all together make the mix.
    exact_shares: Vec<f64>,
}

impl Gains {
    fn find(case: &Case, windows: &[Window], start: Vec<Placement>) -> Self {
        let count = case.stems.len();
        let numbers = numbers(case, windows, &start);
        let places: Vec<&Place> = numbers.chunks_exact(count + 1).collect();
        let mut gains = vec![1.0; count];
        let energy: f64 = places.iter().map(|place| left(place, &gains).norm_sqr()).sum();
        let mut believed = energy / places.len().max(1) as f64;
        for _ in 0..STEPS {
            let Some(change) = step(&places, &gains, believed) else { break };
            gains.iter_mut().zip(change.iter()).for_each(|(gain, change)| *gain += change);
            believed *= 0.5;
        }
        // What is as good as nothing wrong, or as upside down, or as not there at all, is that.
        let is_plain = |stem: usize, plain: f64| {
            (gains[stem] - plain).abs() < PLAIN || !is_clearly_better(&places, &gains, stem, plain)
        };
        let plain = |stem: usize| [1.0, -1.0, 0.0].into_iter().find(|&plain| is_plain(stem, plain));
        let known = (0..count).map(|stem| plain(stem).unwrap_or(gains[stem]));
        let placements = start.iter().zip(known).map(|(placement, gain)| Placement { gain, ..*placement }).collect();
        let exact_share = |stem: usize| {
            let (mut all, mut exact) = (0u32, 0u32);
            for place in places.iter().filter(|place| is_loudest(place, stem, count)) {
                all += 1;
                exact += u32::from(left(place, &gains).norm_sqr() < EXACT * f64::from(place[stem].norm_sqr()));
            }
            f64::from(exact) / f64::from(all.max(1))
        };
        let exact_shares = (0..count).map(exact_share).collect();
        Self { start, placements, exact_shares }
    }
}

/// All places, one after the other.
fn numbers(case: &Case, windows: &[Window], start: &[Placement]) -> Vec<Complex<f32>> {
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(PIECE_FRAMES);
    let fade: Vec<f64> =
        (0..PIECE_FRAMES).map(|frame| (PI * (frame as f64 + 0.5) / PIECE_FRAMES as f64).sin().powi(2)).collect();
    let (mut piece, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
    let mut transformed = |side: &[f32], first: i64| -> Vec<Complex<f64>> {
        for (frame, (cell, weight)) in piece.iter_mut().zip(&fade).enumerate() {
            let sample = usize::try_from(first + frame as i64).ok().and_then(|frame| side.get(frame));
            *cell = weight * sample.map_or(0.0, |&x| f64::from(x));
        }
        // Fails only for wrong lengths, and these are its own.
        let _ = forward.process(&mut piece, &mut bins);
        bins.clone()
    };
    let pieces: Vec<usize> =
        windows.iter().flat_map(|&(first, frames)| (first..first + frames).step_by(PIECE_FRAMES)).collect();
    let each = 2 * BINS.len() * (case.stems.len() + 1);
    let every = (pieces.len() * each).div_ceil(MOST_NUMBERS).max(1);
    let mut numbers = Vec::new();
    for &first in pieces.iter().step_by(every) {
        for side in 0..2 {
            let mut spectra: Vec<_> = case
                .stems
                .iter()
                .zip(start)
                .map(|(stem, placement): (&Sides, _)| {
                    transformed(stem[side], first as i64 - placement.delay_frames as i64)
                })
                .collect();
            spectra.push(transformed(case.reference[side], first as i64));
            let place = |bin: usize| spectra.iter().map(move |bins| bins[bin]);
            numbers.extend(BINS.flat_map(place).map(|bin| Complex::new(bin.re as f32, bin.im as f32)));
        }
    }
    numbers
}

/// What the stems with their gains leave of the mix.
fn left(place: &Place, gains: &[f64]) -> Complex<f64> {
    let wide = |number: &Complex<f32>| Complex::new(f64::from(number.re), f64::from(number.im));
    let (stems, mix) = place.split_at(gains.len());
    stems
        .iter()
        .zip(gains)
        .fold(mix.first().map(wide).unwrap_or_default(), |left, (stem, gain)| left - wide(stem) * gain)
}

/// The change of the gains that leaves least in the places that are believed (S. Geman and D. McClure, 1987).
fn step(places: &[&Place], gains: &[f64], believed: f64) -> Option<DVector<f64>> {
    let count = gains.len();
    let mut products = DMatrix::<f64>::zeros(count, count);
    let mut right = DVector::<f64>::zeros(count);
    let mut energies = vec![0.0; count];
    for place in places {
        let left = left(place, gains);
        let weight = (believed / (believed + left.norm_sqr()).max(1e-30)).powi(2);
        for row in 0..count {
            let own = (f64::from(place[row].re), f64::from(place[row].im));
            right[row] += weight * (own.0 * left.re + own.1 * left.im);
            energies[row] += own.0 * own.0 + own.1 * own.1;
            for column in 0..=row {
                let other = (f64::from(place[column].re), f64::from(place[column].im));
                products[(row, column)] += weight * (own.0 * other.0 + own.1 * other.1);
            }
        }
    }
    for row in 0..count {
        // A stem that sounds where nothing is believed keeps its gain.
        products[(row, row)] += 1e-9 * energies[row] + 1e-30;
    }
    // Only the lower half is looked at.
    Some(products.cholesky()?.solve(&right))
}

/// Whether a stem sounds there, and no other is louder.
fn is_loudest(place: &Place, stem: usize, count: usize) -> bool {
    let own = place[stem].norm_sqr();
    own > 0.0 && place[..count].iter().all(|other| other.norm_sqr() <= own)
}

/// Whether its gain, and not another one, makes the places exact in which a stem is the loudest.
fn is_clearly_better(places: &[&Place], gains: &[f64], stem: usize, other_gain: f64) -> bool {
    let (mut all, mut better, mut worse) = (0, 0, 0);
    for place in places {
        if !is_loudest(place, stem, gains.len()) {
            continue;
        }
        all += 1;
        let with = left(place, gains);
        let own = Complex::new(f64::from(place[stem].re), f64::from(place[stem].im));
        let without = with + own * (gains[stem] - other_gain);
        better += usize::from(with.norm() < CLEARLY_BETTER * without.norm());
        worse += usize::from(without.norm() < CLEARLY_BETTER * with.norm());
    }
    better as f64 > SHARE * all as f64 && better > TIMES * worse
}
