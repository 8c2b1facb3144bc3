//! What happened to one stem: made mono, delivered twice, contained in another.

use super::case::{Case, Computed, Sides, energy, plus, product, view};
use super::cause::Cause;

/// Whether what is left is what a stem that is mono has lost: only the difference of the sides, or only one of them.
pub fn mono(case: &Case) -> Option<Cause> {
    let mut mid = 0.0;
    let mut side = 0.0;
    for (&left, &right) in case.difference[0].iter().zip(case.difference[1]) {
        let (left, right) = (f64::from(left), f64::from(right));
        mid += (left + right) * (left + right);
        side += (left - right) * (left - right);
    }
    let [left, right] = [0, 1].map(|side: usize| energy([case.difference[side], &[]]));
    let one_sided = left.max(right) > 300.0 * left.min(right);
    if side < 300.0 * mid && !one_sided {
        return None;
    }
    let sounding = |stem: &Sides| energy(*stem) > 0.0;
    let is_mono = |stem: &Sides| {
        let apart: f64 = stem[0].iter().zip(stem[1]).map(|(l, r)| f64::from(l - r) * f64::from(l - r)).sum();
        apart < 1e-6 * energy(*stem)
    };
    let monos: Vec<usize> =
        case.stems.iter().enumerate().filter(|(_, stem)| sounding(stem) && is_mono(stem)).map(|(i, _)| i).collect();
    match monos.as_slice() {
        [] => None,
        &[stem] => Some(Cause::Mono { stem: Some(stem) }),
        _ => Some(Cause::Mono { stem: None }),
    }
}

/// A stem that is there twice, the other one, and what would be left without the copy.
pub fn copy(case: &Case) -> Option<(usize, usize, Computed)> {
    let energies: Vec<f64> = case.stems.iter().map(|stem| energy(*stem)).collect();
    for (stem, &own) in case.stems.iter().enumerate() {
        let is_equal = |other: usize| {
            let most = 1e-6 * energies[stem];
            // Most pairs need not be compared to their end.
            (energies[other] - energies[stem]).abs() <= 0.01 * energies[stem] && is_within(own, case.stems[other], most)
        };
        let Some(within) = (0..stem).find(|&other| energies[stem] > 0.0 && is_equal(other)) else { continue };
        // Taking the copy out of the sum adds it to the difference.
        let left = plus(case.difference, own);
        if energy(view(&left)) < energy(case.difference) {
            return Some((stem, within, left));
        }
    }
    None
}

/// Whether two signals differ by no more than an energy.
fn is_within(a: Sides, b: Sides, most: f64) -> bool {
    let mut differences = a.iter().zip(b).flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)));
    let mut sum = 0.0;
    differences.all(|difference| {
        sum += difference;
        sum < most
    })
}

/// Another stem that plays what this one plays, too.
pub fn container(case: &Case, stem: usize) -> Option<usize> {
    // From frame to frame, so that bass, which all instruments share, does not decide.
    let change = |side: &[f32]| -> Vec<f32> { side.windows(2).map(|pair| pair[1] - pair[0]).collect() };
    let own = case.stems[stem].map(change);
    let likeness = |other: Sides| -> f64 {
        own.iter().zip(other).map(|(own, other)| product(own, &change(other))).sum::<f64>() / energy(view(&own))
    };
    let others = (0..case.stems.len()).filter(|&other| other != stem);
    let offs = others.map(|other| (other, (likeness(case.stems[other]) - 1.0).abs()));
    offs.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|&(_, off)| off < 0.2).map(|(other, _)| other)
}
