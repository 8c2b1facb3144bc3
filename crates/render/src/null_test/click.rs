//! Clicks: something short that is left, once or like a metronome, while the rest is silent.

use dsp::units::db_from_gain;

use super::case::{Case, Sides, db_over, energy, part, product};
use super::cause::Cause;
use super::residual;

/// The moments in which clicks are looked for.
const MOMENT_FRAMES: usize = 64;
/// Clicks take up no more of the song than this share, or this many moments.
const SHARE: f64 = 0.05;
const FEW_MOMENTS: usize = 40;
/// In the loud moments there must be so much more energy than in the rest.
const LOUD: f64 = 50.0;
/// Moments no further apart belong to one click.
const ONE_CLICK_S: f64 = 0.05;

/// The clicks, and how loud the rest is relative to the mix without them. `[main]`
pub fn clicks(case: &Case) -> (Option<Cause>, f64) {
    let count = case.difference[0].len().div_ceil(MOMENT_FRAMES);
    let energies: Vec<f64> =
        (0..count).map(|moment| energy(part(case.difference, moment * MOMENT_FRAMES, MOMENT_FRAMES))).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| energies[b].total_cmp(&energies[a]));
    let few = FEW_MOMENTS.max((count as f64 * SHARE) as usize).min(count);
    let (loud, rest) = order.split_at(few);
    let sum = |moments: &[usize]| moments.iter().map(|&moment| energies[moment]).sum::<f64>();
    let (loud_energy, rest_energy) = (sum(loud), sum(rest));
    let rest_db = db_over(rest_energy, energy(case.reference));
    if loud_energy <= LOUD * rest_energy {
        return (None, rest_db);
    }
    // What is as soft as the rest is no click.
    let noise = LOUD * rest_energy / rest.len().max(1) as f64;
    let least = noise.max(energies[order[0]] * 1e-3);
    let mut clicking: Vec<usize> = loud.iter().copied().filter(|&moment| energies[moment] > least).collect();
    clicking.sort_unstable();
    let moment_s = MOMENT_FRAMES as f64 / case.sample_rate_hz;
    let begins = clicking.chunk_by(|a, b| ((b - a) as f64) * moment_s < ONE_CLICK_S);
    let begins: Vec<f64> = begins.filter_map(|click| click.first()).map(|&moment| moment as f64 * moment_s).collect();
    let (frame, size) = residual::peak(case.difference);
    let cause = Cause::Click {
        at_s: frame as f64 / case.sample_rate_hz,
        peak_dbfs: db_from_gain(size),
        count: begins.len(),
        every_s: period(&begins),
        stem: clicking_stem(case, &clicking),
    };
    (Some(cause), rest_db)
}

/// The time from click to click, if most come in one time: a metronome.
fn period(begins: &[f64]) -> Option<f64> {
    let mut gaps: Vec<f64> = begins.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let middle = gaps.get(gaps.len() / 2).copied().filter(|_| gaps.len() >= 3)?;
    let regular = gaps.iter().filter(|&gap| (gap - middle).abs() < 0.02 * middle).count();
    (regular * 4 >= gaps.len() * 3).then_some(middle)
}

/// The stem that has the same sharp corners as the difference.
fn clicking_stem(case: &Case, moments: &[usize]) -> Option<usize> {
    // The second difference hears a corner and hardly any music.
    let corners = |signal: Sides| -> Vec<f32> {
        let mut corners = Vec::new();
        for moment in moments {
            for side in part(signal, (moment * MOMENT_FRAMES).saturating_sub(1), MOMENT_FRAMES + 2) {
                corners.extend(side.windows(3).map(|around| around[0] - 2.0 * around[1] + around[2]));
            }
        }
        corners
    };
    let wanted = corners(case.difference);
    // The difference is reference − sum: what a stem has too much has the other sign there.
    let off = |stem: &Sides| (product(&corners(*stem), &wanted) / product(&wanted, &wanted).max(1e-30) + 1.0).abs();
    let offs: Vec<f64> = case.stems.iter().map(off).collect();
    let best = (0..offs.len()).min_by(|&a, &b| offs[a].total_cmp(&offs[b]))?;
    (offs[best] < 0.3).then_some(best)
}
