//! What happened to the mix as a whole: a compressor, an equalizer, a conversion of the rate.

use dsp::units::db_from_gain;

use super::case::{Case, Computed, db_over, energy, product, view};
use super::cause::Cause;
use super::residual::{self, LevelMatch};
use super::spectrum::left_by_a_filter;

/// Whether all that is left lies at the top of the band.
pub fn rate_conversion(case: &Case) -> Option<Cause> {
    let nyquist_hz = 0.5 * case.sample_rate_hz;
    let edge_hz = (0.78 * nyquist_hz).min(18_500.0);
    let spectrum = case.difference_spectrum;
    let (below, above) = (spectrum.power(0.0, edge_hz), spectrum.power(edge_hz, nyquist_hz));
    (above > 20.0 * below).then_some(Cause::RateConversion { above_hz: edge_hz })
}

/// Length of a piece with one gain: short beside any compressor's attack and release.
const GAIN_MS: f64 = 10.0;

/// A gain that moves and is the same for all stems, and by how many dB less is left with it.
pub fn dynamics(case: &Case) -> Option<(Cause, f64)> {
    let piece = (GAIN_MS * 0.001 * case.sample_rate_hz) as usize;
    let frames = case.sum[0].len();
    let count = frames / piece.max(1);
    let mut gains = Vec::with_capacity(count);
    for index in 0..count {
        let range = index * piece..(index + 1) * piece;
        let (mut both, mut power) = (0.0, 0.0);
        for (sum, reference) in case.sum.iter().zip(case.reference) {
            both += product(&sum[range.clone()], &reference[range.clone()]);
            power += product(&sum[range.clone()], &sum[range.clone()]);
        }
        // Below −80 dBFS a gain cannot be told, and does not matter.
        let sounds = power > 1e-8 * 2.0 * piece as f64;
        gains.push(if sounds { both / power } else { gains.last().copied().unwrap_or(1.0) });
    }
    let gain_at = |frame: usize| {
        let place = (frame as f64 + 0.5) / piece as f64 - 0.5;
        let before = (place.max(0.0) as usize).min(count.saturating_sub(2));
        gains[before] + (place - before as f64).clamp(0.0, 1.0) * (gains[before + 1] - gains[before])
    };
    if count < 2 {
        return None;
    }
    let left: Computed = [0, 1].map(|side| {
        let pairs = case.reference[side].iter().zip(case.sum[side]).enumerate();
        pairs.map(|(frame, (&b, &a))| (f64::from(b) - gain_at(frame) * f64::from(a)) as f32).collect()
    });
    let gained_db = db_over(energy(case.difference), energy(view(&left)));
    let mut sorted: Vec<f64> = gains.iter().map(|&gain| db_from_gain(gain.max(1e-3))).collect();
    sorted.sort_by(f64::total_cmp);
    let quantile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let depth_db = quantile(0.98) - quantile(0.02);
    (gained_db > super::search::EXPLAINED_DB && depth_db > 0.05).then_some((Cause::BusDynamics { depth_db }, gained_db))
}

/// What an equalizer does never moves, and is the same for all stems; and by how many dB less is left with it.
pub fn equalizer(case: &Case) -> Option<(Cause, f64)> {
    let (before, after) = left_by_a_filter(case.sum, case.reference);
    let gained_db = db_over(before, after);
    let change = |band: &LevelMatch| Some((band.center_hz, -band.difference_db.value()?));
    let bands = residual::level_matches(case.sum_spectrum, case.reference_spectrum);
    let most = bands.iter().filter_map(change).max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let is_one = gained_db > super::search::EXPLAINED_DB && most.1.abs() > 0.1;
    is_one.then_some((Cause::BusEqualizer { center_hz: most.0, gain_db: most.1 }, gained_db))
}
