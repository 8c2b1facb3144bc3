//! Clicks: something short that is left while the rest is silent.

use dsp::units::db_from_gain;

use super::case::{Case, Sides, db_over, energy, part};
use super::cause::Cause;
use super::residual;

/// Frames that a click may last.
const CLICK_FRAMES: usize = 64;
/// More clicks than this are no clicks.
const MOST_CLICKS: usize = 20;

/// The largest click, and how loud the rest is relative to the mix without the few loudest moments.
pub fn clicks(case: &Case) -> (Option<Cause>, f64) {
    let frames = case.difference[0].len();
    let moments = frames.div_ceil(CLICK_FRAMES);
    let mut energies: Vec<f64> =
        (0..moments).map(|moment| energy(part(case.difference, moment * CLICK_FRAMES, CLICK_FRAMES))).collect();
    energies.sort_by(|a, b| b.total_cmp(a));
    let few = (2 * MOST_CLICKS).min(energies.len());
    let (loud, rest) = energies.split_at(few);
    let rest_energy: f64 = rest.iter().sum();
    let rest_db = db_over(rest_energy, energy(case.reference));
    let loud_energy: f64 = loud.iter().sum();
    if loud_energy <= 100.0 * rest_energy {
        return (None, rest_db);
    }
    let (frame, size) = residual::peak(case.difference);
    let cause = Cause::Click {
        at_s: frame as f64 / case.sample_rate_hz,
        peak_dbfs: db_from_gain(size),
        stem: clicking_stem(case, frame),
    };
    (Some(cause), rest_db)
}

/// The stem that has the same sharp corner as the difference.
fn clicking_stem(case: &Case, frame: usize) -> Option<usize> {
    // The second difference hears a corner and hardly any music.
    let corner = |signal: Sides| {
        let sharpness = |side: &&[f32]| {
            let [a, b, c] = [frame.checked_sub(1)?, frame, frame + 1].map(|i| side.get(i).copied().map(f64::from));
            Some(a? - 2.0 * b? + c?)
        };
        signal.iter().filter_map(sharpness).max_by(|a, b| a.abs().total_cmp(&b.abs()))
    };
    // The difference is reference − sum: what a stem has too much has the other sign there.
    let wanted = -corner(case.difference)?;
    let off = |stem: &Sides| corner(*stem).map_or(f64::INFINITY, |found| (found / wanted - 1.0).abs());
    let offs: Vec<f64> = case.stems.iter().map(off).collect();
    let best = (0..offs.len()).min_by(|&a, &b| offs[a].total_cmp(&offs[b]))?;
    (offs[best] < 0.3).then_some(best)
}
