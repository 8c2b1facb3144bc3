//! Why a null test leaves something: each explanation is tried, and the one that leaves least is named.

use dsp::units::db_from_gain;

use super::case::{Case, db_over, energy, minus, view};
use super::cause::Cause;
use super::fit::{self, Fit, Placement};
use super::place::{place, windows};
use super::residual::Residual;
use super::{FAIL_DB, bus, click, stems};

/// What a residual relative to the mix may have and be the rounding of 16 bits: nobody need look for a cause.
const CLEAN_DB: f64 = -62.0;
/// An explanation must take this away to be one.
pub const EXPLAINED_DB: f64 = 12.0;
/// A richer explanation must take away this much more than a simpler one.
const RICHER_DB: f64 = 6.0;

/// Names what is wrong, and what would be left without it. `[main]`
pub fn find(case: &Case) -> (Vec<Cause>, Option<Residual>) {
    let relative_db = case.residual.worst_relative_db.value();
    let (clicks, rest_db) = click::clicks(case);
    if let (Some(cause), true) = (clicks, rest_db < CLEAN_DB) {
        return (vec![cause], None);
    }
    if relative_db.is_none_or(|db| db < CLEAN_DB) {
        return (Vec::new(), None);
    }
    if let Some(cause) = bus::rate_conversion(case) {
        return (vec![cause], None);
    }
    if let Some(cause) = stems::mono(case) {
        return (vec![cause], None);
    }
    if let Some((cause, repaired)) = stems::copy(case) {
        return (vec![cause], Some(repaired));
    }
    let windows = windows(case);
    let fit = Fit::new(case.stems, case.reference, &windows);
    let placements = place(case, &fit);
    let unplaced = vec![Placement::NEUTRAL; case.stems.len()];
    let gained_db = db_over(fit.left_energy(&unplaced), fit.left_energy(&placements));
    if let Some((cause, dynamic_gained_db)) = bus::dynamics(case)
        && dynamic_gained_db > gained_db + RICHER_DB
    {
        return (vec![cause], None);
    }
    if gained_db > EXPLAINED_DB {
        let causes = wrong_places(case, &fit, &placements);
        let left = minus(case.reference, view(&fit::sum(case.stems, &placements)));
        let repaired = Residual::measure(view(&left), case.reference, case.sample_rate_hz);
        return (causes, Some(repaired));
    }
    if let Some(cause) = bus::equalizer(case) {
        return (vec![cause], None);
    }
    let missing = case.residual.worst_rms_dbfs.value().filter(|_| relative_db.is_some_and(|db| db > FAIL_DB));
    (missing.map(|level_dbfs| Cause::Missing { level_dbfs }).into_iter().collect(), None)
}

/// Smallest deviations worth a word.
const GAIN_DB: f64 = 0.01;
const DELAY_FRAMES: f64 = 0.02;
const DRIFT_PPM: f64 = 0.3;
/// What a stem's misplacement must have in the difference to be named, as a share of its energy.
const SHARE: f64 = 0.01;

/// What the placements say is wrong.
fn wrong_places(case: &Case, fit: &Fit, placements: &[Placement]) -> Vec<Cause> {
    let sounding: Vec<usize> = (0..placements.len()).filter(|&stem| energy(case.stems[stem]) > 0.0).collect();
    // What is true of every stem is true of the mix.
    let common = |value: &dyn Fn(&Placement) -> f64, tolerance: f64| {
        let values: Vec<f64> = sounding.iter().map(|&stem| value(&placements[stem])).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
        (values.len() > 1 && high - low < tolerance).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let left_energy = fit.left_energy(&vec![Placement::NEUTRAL; placements.len()]).max(1e-20);
    let mut causes = Vec::new();
    let common_gain = common(&|p| db_from_gain(p.gain), 0.05).filter(|db| db.abs() > GAIN_DB);
    let common_delay = common(&|p| p.delay_frames, 0.2).filter(|frames| frames.abs() > DELAY_FRAMES);
    let common_drift = common(&|p| p.drift_ppm, 1.0).filter(|ppm| ppm.abs() > DRIFT_PPM);
    let all_upside_down = sounding.len() > 1 && sounding.iter().all(|&stem| placements[stem].gain < 0.0);
    if all_upside_down {
        causes.push(Cause::Polarity { stem: None });
    }
    causes.extend(common_gain.map(|gain_db| Cause::Gain { stem: None, gain_db }));
    causes.extend(common_delay.map(|delay_frames| Cause::Delay { stem: None, delay_frames }));
    causes.extend(common_drift.map(|drift_ppm| Cause::Drift { stem: None, drift_ppm }));

    let mut of_stems: Vec<(f64, Vec<Cause>)> = Vec::new();
    for &stem in &sounding {
        let placement = placements[stem];
        let share = fit.moved_energy(stem, &placement) / left_energy;
        if share < SHARE {
            continue;
        }
        let mut own = Vec::new();
        if placement.gain.abs() < 0.1 {
            own.push(match stems::container(case, stem) {
                Some(within) => Cause::Duplicate { stem, within },
                None => Cause::Extra { stem },
            });
        } else {
            if placement.gain < 0.0 && !all_upside_down {
                own.push(Cause::Polarity { stem: Some(stem) });
            }
            let gain_db = db_from_gain(placement.gain);
            if (placement.gain.abs() - 2.0).abs() < 0.01 {
                own.push(Cause::Doubled { stem });
            } else if common_gain.is_none() && gain_db.abs() > GAIN_DB {
                own.push(Cause::Gain { stem: Some(stem), gain_db });
            }
            if common_delay.is_none() && placement.delay_frames.abs() > DELAY_FRAMES {
                own.push(Cause::Delay { stem: Some(stem), delay_frames: placement.delay_frames });
            }
            if common_drift.is_none() && placement.drift_ppm.abs() > DRIFT_PPM {
                own.push(Cause::Drift { stem: Some(stem), drift_ppm: placement.drift_ppm });
            }
        }
        of_stems.push((share, own));
    }
    of_stems.sort_by(|a, b| b.0.total_cmp(&a.0));
    causes.extend(of_stems.into_iter().flat_map(|(_, own)| own));
    causes
}
