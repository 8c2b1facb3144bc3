//! Why a null test leaves something: each explanation is tried, and the one that leaves least is named.

use dsp::units::{db_from_gain, gain_from_db};

use super::case::{Case, Computed, Sides, db_over, energy, minus, view};
use super::cause::Cause;
use super::fit::{self, Fit, Freedom, Placement};
use super::place::{place, windows};
use super::residual::Residual;
use super::spectrum::Spectrum;
use super::{FAIL_DB, PASS_DB, bus, click, robust, stems};

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
    if let Some(cause) = bus::rate_conversion(case).or_else(|| stems::mono(case)) {
        return (vec![cause], None);
    }
    if let Some((stem, within, left)) = stems::copy(case) {
        let silence: &[f32] = &vec![0.0; case.reference[0].len()];
        let stems = case.stems.iter().enumerate();
        let others: Vec<Sides> = stems.map(|(i, own)| if i == stem { [silence; 2] } else { *own }).collect();
        let rest = Rest::of(case, left);
        let (mut causes, repaired) = find(&rest.case(case, &others));
        let repaired = if causes.is_empty() { Some(rest.residual) } else { repaired };
        causes.insert(0, Cause::Duplicate { stem, within });
        return (causes, repaired);
    }
    find_places(case)
}

/// The same, when nothing simple is wrong: stems in wrong places, something on the bus, something missing.
fn find_places(case: &Case) -> (Vec<Cause>, Option<Residual>) {
    let windows = windows(case);
    let fit = Fit::new(case.stems, case.reference, &windows);
    let on_bus = bus::dynamics(case).into_iter().chain(bus::equalizer(case)).max_by(|a, b| a.1.total_cmp(&b.1));
    // What a gain or a filter on the sum explains did not drift.
    let placements = place(case, &fit, if on_bus.is_some() { Freedom::Delay } else { Freedom::Drift });
    let unplaced = vec![Placement::NEUTRAL; case.stems.len()];
    let gained_db = db_over(fit.left_energy(&unplaced), fit.left_energy(&placements));
    if let Some((cause, bus_gained_db)) = on_bus
        && bus_gained_db > gained_db + RICHER_DB
    {
        return (vec![cause], None);
    }
    if gained_db > EXPLAINED_DB {
        let misplaced = misplaced(case, &fit, &placements);
        return with_rest(case, &placements, wrong_places(case, &fit, &placements, &misplaced));
    }
    // Something is there that no stem plays: what can be said of the stems in spite of it?
    let known = robust::place(case, &windows);
    let misplaced: Vec<usize> = (0..known.len()).filter(|&stem| known[stem] != Placement::NEUTRAL).collect();
    with_rest(case, &known, wrong_places(case, &fit, &known, &misplaced))
}

/// Adds to what is wrong about the stems what the rest is, once they are set right.
fn with_rest(case: &Case, placements: &[Placement], mut causes: Vec<Cause>) -> (Vec<Cause>, Option<Residual>) {
    let mut left = minus(case.reference, view(&fit::sum(case.stems, placements)));
    // What a delay has moved out of the song nobody can set right.
    let frames = left[0].len();
    let reach = placements.iter().map(|placement| placement.reach_frames(frames)).max().unwrap_or(0).min(frames / 2);
    for side in &mut left {
        side[..reach].fill(0.0);
        side[frames - reach..].fill(0.0);
    }
    let rest = Rest::of(case, left);
    let between_frames = |placement: &Placement| {
        let frames = placement.delay_frames;
        (frames - frames.round()).abs() > DELAY_FRAMES || placement.drift_ppm.abs() > DRIFT_PPM
    };
    let cause = rest.cause(case, placements.iter().any(between_frames));
    let is_repaired = cause.is_none() && !causes.is_empty();
    causes.extend(cause);
    (causes, is_repaired.then_some(rest.residual))
}

/// What is left when something has been set right.
struct Rest {
    sum: Computed,
    sum_spectrum: Spectrum,
    difference: Computed,
    difference_spectrum: Spectrum,
    residual: Residual,
}

impl Rest {
    fn of(case: &Case, difference: Computed) -> Self {
        let sum = minus(case.reference, view(&difference));
        Self {
            sum_spectrum: Spectrum::measure(view(&sum), case.sample_rate_hz),
            difference_spectrum: Spectrum::measure(view(&difference), case.sample_rate_hz),
            residual: Residual::measure(view(&difference), case.reference, case.sample_rate_hz),
            sum,
            difference,
        }
    }

    fn case<'a>(&'a self, case: &Case<'a>, stems: &'a [Sides<'a>]) -> Case<'a> {
        Case {
            stems,
            sum: view(&self.sum),
            sum_spectrum: &self.sum_spectrum,
            difference: view(&self.difference),
            difference_spectrum: &self.difference_spectrum,
            residual: &self.residual,
            ..*case
        }
    }

    /// What no gain or delay of a stem explains; where stems were moved between frames the top of the band proves nothing.
    fn cause(&self, case: &Case, between_frames: bool) -> Option<Cause> {
        let case = self.case(case, case.stems);
        if case.residual.peak_dbfs.value().is_none_or(|db| db < PASS_DB) {
            return None;
        }
        let (clicks, rest_db) = click::clicks(&case);
        if rest_db < CLEAN_DB {
            return clicks;
        }
        if let Some(cause) = bus::rate_conversion(&case) {
            return (!between_frames).then_some(cause);
        }
        let level_dbfs = case.residual.worst_rms_dbfs.value()?;
        let is_much = case.residual.worst_relative_db.value().is_some_and(|db| db > FAIL_DB);
        is_much.then(|| stems::mono(&case).unwrap_or(Cause::Missing { level_dbfs }))
    }
}

/// Smallest deviations worth a word.
const GAIN_DB: f64 = 0.01;
const DELAY_FRAMES: f64 = 0.02;
const DRIFT_PPM: f64 = 0.3;
/// What a stem's misplacement must have in the difference to be named, as a share of its energy.
const SHARE: f64 = 0.01;
/// Or this many times as much as what is left in the end, where it alone would not pass.
const BEYOND_DOUBT: f64 = 100.0;

/// The stems whose placements have a share in what is wrong.
fn misplaced(case: &Case, fit: &Fit, placements: &[Placement]) -> Vec<usize> {
    let whole = fit.left_energy(&vec![Placement::NEUTRAL; placements.len()]);
    let left = fit.left_energy(placements);
    let nothing = vec![Placement { gain: 0.0, ..Placement::NEUTRAL }; placements.len()];
    let passes = gain_from_db(CLEAN_DB).powi(2) * fit.left_energy(&nothing);
    let has_share = |&stem: &usize| {
        let moved = fit.moved_energy(stem, &placements[stem]);
        energy(case.stems[stem]) > 0.0 && (moved >= SHARE * whole || moved > passes.max(BEYOND_DOUBT * left))
    };
    (0..placements.len()).filter(has_share).collect()
}

/// What the placements of some stems say is wrong.
fn wrong_places(case: &Case, fit: &Fit, placements: &[Placement], misplaced: &[usize]) -> Vec<Cause> {
    let sounding: Vec<usize> = (0..placements.len()).filter(|&stem| energy(case.stems[stem]) > 0.0).collect();
    // What is true of every stem is true of the mix.
    let common = |value: &dyn Fn(&Placement) -> f64, tolerance: f64| {
        let values: Vec<f64> = sounding.iter().map(|&stem| value(&placements[stem])).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
        (values.len() > 1 && high - low < tolerance).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
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
    for &stem in misplaced {
        let placement = placements[stem];
        let share = fit.moved_energy(stem, &placement);
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
