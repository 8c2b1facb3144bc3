//! Why a null test leaves something: each explanation is tried, and the one that leaves least is named.

use serde::Serialize;

use super::fit::{self, Freedom, Placement, Window};
use super::lag::LagFinder;
use super::residual::{self, Residual, Spectrum};
use super::{Sides, minus};
use crate::report::Reading;

/// What is wrong with a delivery. Stems are named by their index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The mix has a stem (or, without an index, all of them) louder or softer.
    Gain {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// What it would have to be turned up by.
        gain_db: f64,
    },
    /// A stem is upside down.
    Polarity {
        /// Which stem; all if none.
        stem: Option<usize>,
    },
    /// A stem is later (positive) or earlier in the mix.
    Delay {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// By how much it would have to be delayed.
        delay_frames: f64,
    },
    /// A stem and the mix were recorded by different clocks.
    Drift {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// By how many millionths the mix runs slower than the stem.
        drift_ppm: f64,
    },
    /// What one stem plays is also in another one.
    Duplicate {
        /// The stem.
        stem: usize,
        /// The one that contains it as well.
        within: usize,
    },
    /// A stem is not in the mix.
    Extra {
        /// Which stem.
        stem: usize,
    },
    /// A stem is in the mix twice.
    Doubled {
        /// Which stem.
        stem: usize,
    },
    /// The mix contains what no stem plays.
    Missing {
        /// RMS of the loudest 400 ms of it.
        level_dbfs: f64,
    },
    /// A stem was made mono.
    Mono {
        /// Which stem; one of several if none.
        stem: Option<usize>,
    },
    /// A compressor or limiter worked on the mix, or on all stems together.
    BusDynamics {
        /// How far its gain moved.
        depth_db: f64,
    },
    /// An equalizer worked on the mix.
    BusEqualizer {
        /// Where it changed most.
        center_hz: f64,
        /// What the mix has there that the sum has not.
        gain_db: f64,
    },
    /// Mix or stems were converted from another sample rate: only the top of the band differs.
    RateConversion {
        /// Where the difference begins.
        above_hz: f64,
    },
    /// A click or a few.
    Click {
        /// When, in seconds.
        at_s: f64,
        /// How high.
        peak_dbfs: f64,
        /// The stem that holds it, if one does.
        stem: Option<usize>,
    },
}

/// What is known when the search begins.
pub struct Case<'a> {
    /// All stems.
    pub stems: &'a [Sides],
    /// The mix.
    pub reference: &'a Sides,
    /// The stems together.
    pub sum: &'a Sides,
    /// What is left.
    pub difference: &'a Sides,
    /// The same as a spectrum.
    pub difference_spectrum: &'a Spectrum,
    /// How much that is.
    pub residual: &'a Residual,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

/// What a residual relative to the mix may have and be the rounding of 16 bits: nobody need look for a cause.
const CLEAN_DB: f64 = -62.0;
/// An explanation must take this away to be one.
const EXPLAINED_DB: f64 = 12.0;
/// A richer explanation must take away this much more than a simpler one.
const RICHER_DB: f64 = 6.0;

/// Names what is wrong, and what would be left without it. `[main]`
pub fn find(case: &Case) -> (Vec<Cause>, Option<Residual>) {
    let relative_db = case.residual.worst_relative_db.value();
    let (clicks, rest_db) = clicks(case);
    if let (Some(cause), true) = (clicks, rest_db < CLEAN_DB) {
        return (vec![cause], None);
    }
    if relative_db.is_none_or(|db| db < CLEAN_DB) {
        return (Vec::new(), None);
    }
    if let Some(cause) = rate_conversion(case) {
        return (vec![cause], None);
    }
    if let Some(cause) = mono(case) {
        return (vec![cause], None);
    }
    if let Some((cause, repaired)) = copy(case) {
        return (vec![cause], Some(repaired));
    }
    let placements = place(case);
    let placed = fit::sum(case.stems, &placements);
    let left = minus(case.reference, &placed);
    let gained_db = db_over(energy(case.difference), energy(&left));
    let dynamics = dynamics(case);
    if let Some((cause, dynamic_gained_db)) = dynamics
        && dynamic_gained_db > gained_db + RICHER_DB
    {
        return (vec![cause], None);
    }
    if gained_db > EXPLAINED_DB {
        let causes = wrong_places(case, &placements);
        let repaired = Residual::measure(&left, case.reference, case.sample_rate_hz);
        return (causes, Some(repaired));
    }
    if let Some(cause) = equalizer(case) {
        return (vec![cause], None);
    }
    let missing = case.residual.worst_rms_dbfs.value().filter(|_| relative_db.is_some_and(|db| db > super::FAIL_DB));
    (missing.map(|level_dbfs| Cause::Missing { level_dbfs }).into_iter().collect(), None)
}

fn energy(signal: &Sides) -> f64 {
    signal.iter().flatten().map(|&x| f64::from(x) * f64::from(x)).sum()
}

/// How much more energy `a` has than `b`, in dB.
fn db_over(a: f64, b: f64) -> f64 {
    dsp::units::db_from_power(a.max(1e-20)) - dsp::units::db_from_power(b.max(1e-20))
}

/// Frames that a click may last.
const CLICK_FRAMES: usize = 64;
/// More clicks than this are no clicks.
const MOST_CLICKS: usize = 20;

/// The largest click, and how loud the rest is relative to the mix without the few loudest moments.
fn clicks(case: &Case) -> (Option<Cause>, f64) {
    let frames = case.difference[0].len();
    let moments = frames.div_ceil(CLICK_FRAMES);
    let mut energies: Vec<f64> = (0..moments)
        .map(|moment| {
            let range = moment * CLICK_FRAMES..((moment + 1) * CLICK_FRAMES).min(frames);
            case.difference.iter().flat_map(|side| &side[range.clone()]).map(|&x| f64::from(x) * f64::from(x)).sum()
        })
        .collect();
    energies.sort_by(|a, b| b.total_cmp(a));
    let few = (2 * MOST_CLICKS).min(energies.len());
    let (loud, rest) = energies.split_at(few);
    let rest_energy: f64 = rest.iter().sum();
    let rest_db = db_over(rest_energy, energy(case.reference));
    if loud.iter().sum::<f64>() < 100.0 * rest_energy {
        return (None, rest_db);
    }
    let (frame, size) = residual::peak(case.difference);
    let cause = Cause::Click {
        at_s: frame as f64 / case.sample_rate_hz,
        peak_dbfs: dsp::units::db_from_gain(size),
        stem: clicking_stem(case, frame),
    };
    (Some(cause), rest_db)
}

/// The stem that has the same sharp corner as the difference.
fn clicking_stem(case: &Case, frame: usize) -> Option<usize> {
    // The second difference hears a corner and hardly any music.
    let corner = |signal: &Sides| {
        let sharpness = |side: &Vec<f32>| {
            let [a, b, c] = [frame.checked_sub(1)?, frame, frame + 1].map(|i| side.get(i).copied().map(f64::from));
            Some(a? - 2.0 * b? + c?)
        };
        signal.iter().filter_map(sharpness).max_by(|a, b| a.abs().total_cmp(&b.abs()))
    };
    // The difference is reference − sum: what a stem has too much has the other sign there.
    let wanted = -corner(case.difference)?;
    let off = |stem: &Sides| corner(stem).map_or(f64::INFINITY, |found| (found / wanted - 1.0).abs());
    let offs: Vec<f64> = case.stems.iter().map(off).collect();
    let best = (0..offs.len()).min_by(|&a, &b| offs[a].total_cmp(&offs[b]))?;
    (offs[best] < 0.3).then_some(best)
}

/// Whether all that is left lies at the top of the band.
fn rate_conversion(case: &Case) -> Option<Cause> {
    let nyquist_hz = 0.5 * case.sample_rate_hz;
    let edge_hz = (0.78 * nyquist_hz).min(18_500.0);
    let spectrum = case.difference_spectrum;
    let (below, above) = (spectrum.power(0.0, edge_hz), spectrum.power(edge_hz, nyquist_hz));
    (above > 20.0 * below).then_some(Cause::RateConversion { above_hz: edge_hz })
}

/// Whether what is left is what a stem that is mono has lost: only the difference of the sides, or only one of them.
fn mono(case: &Case) -> Option<Cause> {
    let mut mid = 0.0;
    let mut side = 0.0;
    for (&left, &right) in case.difference[0].iter().zip(&case.difference[1]) {
        let (left, right) = (f64::from(left), f64::from(right));
        mid += (left + right) * (left + right);
        side += (left - right) * (left - right);
    }
    let [left, right] = [0, 1].map(|side: usize| energy(&[case.difference[side].clone(), Vec::new()]));
    let one_sided = left.max(right) > 300.0 * left.min(right);
    if side < 300.0 * mid && !one_sided {
        return None;
    }
    let sounding = |stem: &&Sides| energy(stem) > 0.0;
    let is_mono = |stem: &Sides| {
        let apart: f64 = stem[0].iter().zip(&stem[1]).map(|(l, r)| f64::from(l - r) * f64::from(l - r)).sum();
        apart < 1e-6 * energy(stem)
    };
    let monos: Vec<usize> =
        case.stems.iter().enumerate().filter(|(_, stem)| sounding(stem) && is_mono(stem)).map(|(i, _)| i).collect();
    match monos.as_slice() {
        [] => None,
        &[stem] => Some(Cause::Mono { stem: Some(stem) }),
        _ => Some(Cause::Mono { stem: None }),
    }
}

/// A stem that is there twice: without its copy, what is left goes.
fn copy(case: &Case) -> Option<(Cause, Residual)> {
    for (stem, own) in case.stems.iter().enumerate() {
        let is_equal = |other: &Sides| energy(&minus(own, other)) < 1e-6 * energy(own);
        let Some(within) = case.stems[..stem].iter().position(is_equal) else { continue };
        // Taking the copy out of the sum adds it to the difference.
        let left = alone(case, stem);
        if db_over(energy(case.difference), energy(&left)) > EXPLAINED_DB {
            let repaired = Residual::measure(&left, case.reference, case.sample_rate_hz);
            return Some((Cause::Duplicate { stem, within }, repaired));
        }
    }
    None
}

/// Where each stem lies in the mix: the simplest placement that explains what can be explained.
fn place(case: &Case) -> Vec<Placement> {
    let neutral = vec![Placement::NEUTRAL; case.stems.len()];
    let windows = windows(case);
    let left_db = |placements: &[Placement]| {
        let left = minus(case.reference, &fit::sum(case.stems, placements));
        db_over(energy(&left), energy(case.reference))
    };
    let fitted = |start: &[Placement], freedom| fit::fit(case.stems, case.reference, &windows, start, freedom);

    let mut best = fitted(&neutral, Freedom::Gain);
    let mut best_db = left_db(&best);
    // What rounding to 24 bits leaves cannot be explained any better.
    for freedom in [Freedom::Delay, Freedom::Drift] {
        if best_db < CLEAN_DB - 40.0 {
            break;
        }
        let start = match freedom {
            Freedom::Drift => drifts(case),
            _ => delays(case),
        };
        let placements = fitted(&start, freedom);
        let db = left_db(&placements);
        if db < best_db - RICHER_DB {
            (best, best_db) = (placements, db);
        }
    }
    best
}

/// Length of a window of the fit, and how many there are at most.
const WINDOW_S: f64 = 0.7;
const MOST_WINDOWS: usize = 28;

/// The parts of the song the fit looks at: all of a short one; of a long one those where most happens, for every stem
/// some.
fn windows(case: &Case) -> Vec<Window> {
    let frames = case.reference[0].len();
    let length = ((WINDOW_S * case.sample_rate_hz) as usize).clamp(1, frames.max(1));
    let all: Vec<Window> = (0..frames / length).map(|i| (i * length, length)).collect();
    if all.len() <= MOST_WINDOWS {
        return all;
    }
    let loudness = |stem: &Sides, &(first, frames): &Window| -> f64 {
        stem.iter().flat_map(|side| &side[first..first + frames]).map(|&x| f64::from(x) * f64::from(x)).sum()
    };
    let each = (MOST_WINDOWS / case.stems.len().max(1)).max(2);
    let mut chosen = Vec::new();
    for stem in case.stems {
        // From every part of the song the window in which this stem is loudest: far apart, so that drift shows.
        let loudest =
            |part: &[Window]| part.iter().copied().max_by(|a, b| loudness(stem, a).total_cmp(&loudness(stem, b)));
        chosen.extend(all.chunks(all.len().div_ceil(each)).filter_map(loudest));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Frames of a piece in which lags are looked for: up to ±1.3 s at 48 kHz.
const LAG_FRAMES: usize = 1 << 18;
/// For drift, pieces are shorter: within one nothing must move by more than a frame or two.
const DRIFT_FRAMES: usize = 1 << 16;
/// How much clearer than anything else a lag must be.
const CLEAR: f64 = 1.6;

/// The mix without all stems but one: only that one should be in it.
fn alone(case: &Case, stem: usize) -> Sides {
    [0, 1].map(|side| case.difference[side].iter().zip(&case.stems[stem][side]).map(|(left, own)| left + own).collect())
}

/// Whole-frame delays to begin with.
fn delays(case: &Case) -> Vec<Placement> {
    let mut finder = LagFinder::new(LAG_FRAMES);
    let together =
        finder.find(case.sum, case.reference, loudest_start(case.sum, LAG_FRAMES)).filter(|lag| lag.clarity > CLEAR);
    let placement = |(index, stem): (usize, &Sides)| {
        let own =
            finder.find(stem, &alone(case, index), loudest_start(stem, LAG_FRAMES)).filter(|lag| lag.clarity > CLEAR);
        let lag = own.or(together).map_or(0.0, |lag| lag.frames.round());
        Placement { delay_frames: lag, ..Placement::NEUTRAL }
    };
    case.stems.iter().enumerate().map(placement).collect()
}

/// Delays at several times of the song, and a line through them.
fn drifts(case: &Case) -> Vec<Placement> {
    let mut finder = LagFinder::new(DRIFT_FRAMES);
    let frames = case.reference[0].len();
    let middle = frames as f64 * 0.5;
    let placement = |(index, stem): (usize, &Sides)| {
        let target = alone(case, index);
        let mut points = Vec::new();
        for start in (0..frames).step_by(DRIFT_FRAMES / 2) {
            // Either way round one of both is clear: the stem alone, or all of them together.
            for (earlier, later) in [(stem, &target), (case.sum, case.reference)] {
                if let Some(lag) = finder.find(earlier, later, start as i64).filter(|lag| lag.clarity > CLEAR) {
                    points.push(((start + DRIFT_FRAMES / 2) as f64 - middle, lag.frames));
                    break;
                }
            }
        }
        let (slope, delay_frames) = line(&points);
        Placement { delay_frames, drift_ppm: slope * 1e6, ..Placement::NEUTRAL }
    };
    case.stems.iter().enumerate().map(placement).collect()
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
fn loudest_start(signal: &Sides, frames: usize) -> i64 {
    let step = (frames / 4).max(1);
    let energy_of = |start: usize| -> f64 {
        let piece = signal.iter().flat_map(|side| &side[start.min(side.len())..(start + frames).min(side.len())]);
        piece.map(|&x| f64::from(x) * f64::from(x)).sum()
    };
    let starts = (0..signal[0].len().saturating_sub(frames / 2).max(1)).step_by(step);
    starts
        .map(|start| (start, energy_of(start)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(start, _)| start as i64)
}

/// Smallest deviations worth a word.
const GAIN_DB: f64 = 0.01;
const DELAY_FRAMES: f64 = 0.02;
const DRIFT_PPM: f64 = 0.3;
/// What a stem's misplacement must have in the difference to be named, as a share of its energy.
const SHARE: f64 = 0.01;

/// What the placements say is wrong.
fn wrong_places(case: &Case, placements: &[Placement]) -> Vec<Cause> {
    let sounding: Vec<usize> = (0..placements.len()).filter(|&stem| energy(&case.stems[stem]) > 0.0).collect();
    // What is true of every stem is true of the mix.
    let common = |value: &dyn Fn(&Placement) -> f64, tolerance: f64| {
        let values: Vec<f64> = sounding.iter().map(|&stem| value(&placements[stem])).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
        (values.len() > 1 && high - low < tolerance).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let neutral = |index: usize, replaced: Placement| {
        let mut all = vec![Placement::NEUTRAL; placements.len()];
        all[index] = replaced;
        all
    };
    let mut causes = Vec::new();
    let common_gain = common(&|p| gain_db(p.gain), 0.05).filter(|db| db.abs() > GAIN_DB);
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
        let moved = fit::sum(case.stems, &neutral(stem, placement));
        let share = energy(&minus(&moved, case.sum)) / energy(case.difference).max(1e-20);
        if share < SHARE {
            continue;
        }
        let mut own = Vec::new();
        if placement.gain.abs() < 0.1 {
            own.push(match container(case, stem) {
                Some(within) => Cause::Duplicate { stem, within },
                None => Cause::Extra { stem },
            });
        } else {
            if placement.gain < 0.0 && !all_upside_down {
                own.push(Cause::Polarity { stem: Some(stem) });
            }
            let gain_db = gain_db(placement.gain);
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

fn gain_db(gain: f64) -> f64 {
    dsp::units::db_from_gain(gain)
}

/// Another stem that plays what this one plays, too.
fn container(case: &Case, stem: usize) -> Option<usize> {
    // From frame to frame, so that bass, which all instruments share, does not decide.
    let change = |side: &[f32], frame: usize| f64::from(side[frame]) - f64::from(side[frame - 1]);
    let product = |a: &Sides, b: &Sides| -> f64 {
        let side =
            |side: usize| (1..a[0].len()).map(|frame| change(&a[side], frame) * change(&b[side], frame)).sum::<f64>();
        side(0) + side(1)
    };
    let own = &case.stems[stem];
    let power = product(own, own);
    (0..case.stems.len())
        .filter(|&other| other != stem)
        .map(|other| (other, (product(&case.stems[other], own) / power - 1.0).abs()))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|&(_, off)| off < 0.2)
        .map(|(other, _)| other)
}

/// Length of a piece with one gain: short beside any compressor's attack and release.
const GAIN_MS: f64 = 10.0;

/// A gain that moves and is the same for all stems, and by how many dB less is left with it.
fn dynamics(case: &Case) -> Option<(Cause, f64)> {
    let piece = (GAIN_MS * 0.001 * case.sample_rate_hz) as usize;
    let frames = case.sum[0].len();
    let count = frames / piece.max(1);
    let mut gains = Vec::with_capacity(count);
    for index in 0..count {
        let range = index * piece..(index + 1) * piece;
        let (mut product, mut power) = (0.0, 0.0);
        for (sum, reference) in case.sum.iter().zip(case.reference) {
            for (&a, &b) in sum[range.clone()].iter().zip(&reference[range.clone()]) {
                product += f64::from(a) * f64::from(b);
                power += f64::from(a) * f64::from(a);
            }
        }
        // Below −80 dBFS a gain cannot be told, and does not matter.
        let sounds = power > 1e-8 * 2.0 * piece as f64;
        gains.push(if sounds { product / power } else { gains.last().copied().unwrap_or(1.0) });
    }
    let gain_at = |frame: usize| {
        let place = (frame as f64 + 0.5) / piece as f64 - 0.5;
        let before = (place.max(0.0) as usize).min(count.saturating_sub(2));
        gains[before] + (place - before as f64).clamp(0.0, 1.0) * (gains[before + 1] - gains[before])
    };
    if count < 2 {
        return None;
    }
    let left: Sides = [0, 1].map(|side| {
        let pairs = case.reference[side].iter().zip(&case.sum[side]).enumerate();
        pairs.map(|(frame, (&b, &a))| (f64::from(b) - gain_at(frame) * f64::from(a)) as f32).collect()
    });
    let gained_db = db_over(energy(case.difference), energy(&left));
    let mut sorted: Vec<f64> = gains.iter().map(|&gain| gain_db(gain.max(1e-3))).collect();
    sorted.sort_by(f64::total_cmp);
    let quantile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let depth_db = quantile(0.98) - quantile(0.02);
    (gained_db > EXPLAINED_DB && depth_db > 0.05).then_some((Cause::BusDynamics { depth_db }, gained_db))
}

/// What an equalizer changes is, band by band, one gain.
fn equalizer(case: &Case) -> Option<Cause> {
    let spectra = [case.sum, case.reference].map(|signal| Spectrum::measure(signal, case.sample_rate_hz));
    let matches = residual::level_matches(&spectra[0], &spectra[1]);
    let sixth = 2f64.powf(1.0 / 6.0);
    let mut unexplained = 0.0;
    let mut most = (0.0, 0.0);
    for band in &matches {
        let Some(difference_db) = band.difference_db.value() else { continue };
        let (low, high) = (band.center_hz / sixth, band.center_hz * sixth);
        let left = case.difference_spectrum.power(low, high);
        let of_gain = spectra[0].power(low, high) * (dsp::units::gain_from_db(-difference_db) - 1.0).powi(2);
        unexplained += (left - of_gain).abs();
        if difference_db.abs() > f64::abs(most.1) {
            most = (band.center_hz, -difference_db);
        }
    }
    let whole = case.difference_spectrum.power(0.0, 0.5 * case.sample_rate_hz);
    // A filter turns phases as well: half of what is left may be that.
    (unexplained < 0.5 * whole && most.1.abs() > 0.1)
        .then_some(Cause::BusEqualizer { center_hz: most.0, gain_db: most.1 })
}

impl Cause {
    /// What to tell the engineer, with the names of the stems. `[main]`
    pub fn sentence(&self, names: &[&str]) -> String {
        let name = |stem: &usize| names.get(*stem).copied().unwrap_or("a stem").to_owned();
        let subject = |stem: &Option<usize>| stem.as_ref().map_or("the whole sum".to_owned(), name);
        let db = |value: f64| Reading::new(value).signed_text(2);
        match self {
            Self::Gain { stem, gain_db } => format!("would null if {} were {} dB", subject(stem), db(*gain_db)),
            Self::Polarity { stem } => format!("{} is upside down: invert its polarity", subject(stem)),
            Self::Delay { stem, delay_frames } => {
                let direction = if *delay_frames > 0.0 { "early" } else { "late" };
                format!("{} is {:.2} samples too {direction}", subject(stem), delay_frames.abs())
            }
            Self::Drift { stem, drift_ppm } => {
                format!(
                    "{} drifts by {} ppm: two clocks, or a speed change",
                    subject(stem),
                    Reading::new(*drift_ppm).signed_text(1)
                )
            }
            Self::Duplicate { stem, within } => {
                format!("{} is also contained in {}: the sum has it twice", name(stem), name(within))
            }
            Self::Extra { stem } => format!("{} is not in the reference", name(stem)),
            Self::Doubled { stem } => format!("the reference contains {} twice", name(stem)),
            Self::Missing { level_dbfs } => {
                format!(
                    "the reference contains something that no stem has, up to {level_dbfs:.1} dBFS: a stem is missing"
                )
            }
            Self::Mono { stem } => match stem {
                Some(stem) => format!("{} is mono, but stereo in the reference", name(stem)),
                None => "stems are mono that are stereo in the reference".to_owned(),
            },
            Self::BusDynamics { depth_db } => {
                format!("a compressor or limiter was left on the mix bus: its gain moves by {depth_db:.1} dB")
            }
            Self::BusEqualizer { center_hz, gain_db } => {
                format!("an equalizer was left on the mix bus: {} dB at {center_hz:.0} Hz", db(*gain_db))
            }
            Self::RateConversion { above_hz } => {
                format!(
                    "only frequencies above {:.1} kHz differ: stems or reference were converted from another sample rate",
                    above_hz / 1_000.0
                )
            }
            Self::Click { at_s, peak_dbfs, stem } => {
                let place = stem.as_ref().map_or("the difference".to_owned(), name);
                format!("a click of {peak_dbfs:.1} dBFS in {place} at {}", crate::report::minutes(*at_s))
            }
        }
    }
}
