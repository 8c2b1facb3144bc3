//! The drive that makes a master as loud as it is to be, found in a few passes; or why there is none.

use dsp::meter::grid::STEPS_PER_SECOND;
use dsp::meter::loudness::MOMENTARY_STEPS;
use dsp::units::SILENCE_DB;

/// A drive and what it leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Gain into the limiter, a whole number of hundredths of a decibel: as a control shows it.
    pub drive_db: f64,
    /// The loudness it gives.
    pub integrated_lufs: f64,
    /// Every pass of the limiter: drive in dB and loudness in LUFS, from little drive to much.
    pub passes: Vec<(f64, f64)>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As loud as wanted.
    Reached,
    /// Louder than wanted without any drive: it has to be turned down.
    TooLoud,
    /// The wall: another decibel into the limiter gives less than [`WORTHWHILE_LU`].
    Wall,
    /// The drive has come to the end of its range.
    EndOfRange,
    /// The passes ran out.
    OutOfPasses,
    /// There is nothing to be heard.
    Silent,
    /// Shorter than [`SHORTEST_SECONDS`].
    TooShort,
}

/// The most times the limiter is run.
pub const MOST_PASSES: usize = 8;
/// As near as a loudness has to be: half of the tenth that meters show.
pub const CLOSE_ENOUGH_LU: f64 = 0.05;
/// A decibel of drive that gives less than this only distorts.
pub const WORTHWHILE_LU: f64 = 0.2;
/// What is shorter has no integrated loudness: it is measured over gating blocks of this length.
pub const SHORTEST_SECONDS: f64 = MOMENTARY_STEPS as f64 / STEPS_PER_SECOND as f64;
/// The end of the drive's range.
pub const MOST_DRIVE_DB: f64 = 24.0;
/// How far the search dares to go beyond what it has heard.
const LONGEST_STEP_DB: f64 = 8.0;
/// So many passes may follow the prediction; who has missed that often does not know this master.
const TRUSTED_PASSES: usize = 3;

/// Searches the drive for a loudness; `loudness_at` runs the limiter with a drive and says how loud it came out, and
/// `predicted_at` says so roughly without running it. `[main]`
///
/// Begins where the prediction leads, and takes it to be off by the same amount near there: that is usually the second
/// pass. When it is not, straight lines go on: more drive never makes a master quieter, and each further decibel gives
/// less than the one before, so a line through two passes never overestimates the drive by much, and where the line gets
/// flat, it stays flat.
pub fn search(aim_lufs: f64, predicted_at: impl Fn(f64) -> f64, mut loudness_at: impl FnMut(f64) -> f64) -> Found {
    let mut heard: Vec<(f64, f64)> = Vec::new();
    let mut drive_db = predicted_drive(aim_lufs, &predicted_at);
    loop {
        let last = (drive_db, loudness_at(drive_db));
        heard.push(last);
        heard.sort_by(|a, b| a.0.total_cmp(&b.0));
        if last.1 <= SILENCE_DB {
            return found(last, Outcome::Silent, heard);
        }
        if (last.1 - aim_lufs).abs() <= CLOSE_ENOUGH_LU {
            return found(last, Outcome::Reached, heard);
        }
        if drive_db == 0.0 && last.1 > aim_lufs {
            return found(last, Outcome::TooLoud, heard);
        }
        let below = heard.iter().rposition(|(_, lufs)| *lufs < aim_lufs);
        let (low, high) = (below.map(|at| heard[at]), heard.get(below.map_or(0, |at| at + 1)).copied());
        let before = below.and_then(|at| at.checked_sub(1)).map(|at| heard[at]);
        if let (Some(low), Some(before), None) = (low, before, high) {
            if slope(before, low) < WORTHWHILE_LU {
                return foot_of_the_wall(heard, loudness_at);
            }
            if low.0 >= MOST_DRIVE_DB {
                return found(low, Outcome::EndOfRange, heard);
            }
        }
        let off_lu = last.1 - predicted_at(last.0);
        let corrected_db = predicted_drive(aim_lufs - off_lu, &predicted_at);
        let next_db = match (low, high) {
            _ if heard.len() <= TRUSTED_PASSES && is_between(corrected_db, low, high) => corrected_db,
            (Some(low), Some(high)) => between(low, high, aim_lufs),
            (Some(low), None) => beyond(before, low, aim_lufs),
            (None, _) => 0.0,
        };
        // A hundredth of a decibel cannot be divided.
        if heard.len() == MOST_PASSES || heard.iter().any(|(heard_db, _)| *heard_db == next_db) {
            return nearest(heard, aim_lufs);
        }
        drive_db = next_db;
    }
}

/// The least drive that is predicted to reach a loudness; where none does, or none that is worth it, the one after which
/// a further decibel no longer is. None without need.
fn predicted_drive(aim_lufs: f64, predicted_at: impl Fn(f64) -> f64) -> f64 {
    const STEP_DB: f64 = 1.0;
    let mut low = (0.0, predicted_at(0.0));
    if low.1 >= aim_lufs || low.1 <= SILENCE_DB {
        return 0.0;
    }
    while low.0 < MOST_DRIVE_DB {
        let high_db = low.0 + STEP_DB;
        let high = (high_db, predicted_at(high_db));
        if slope(low, high) < WORTHWHILE_LU {
            return low.0;
        }
        if high.1 >= aim_lufs {
            let (mut low_db, mut high_db) = (low.0, high.0);
            while high_db - low_db > 0.01 {
                let middle_db = 0.5 * (low_db + high_db);
                *(if predicted_at(middle_db) < aim_lufs { &mut low_db } else { &mut high_db }) = middle_db;
            }
            return hundredths(high_db);
        }
        low = high;
    }
    MOST_DRIVE_DB
}

/// Whether a drive lies between two that were heard, where both were.
fn is_between(drive_db: f64, low: Option<(f64, f64)>, high: Option<(f64, f64)>) -> bool {
    low.is_none_or(|low| low.0 < drive_db) && high.is_none_or(|high| drive_db < high.0)
}

fn found((drive_db, integrated_lufs): (f64, f64), outcome: Outcome, passes: Vec<(f64, f64)>) -> Found {
    Found { drive_db, integrated_lufs, passes, outcome }
}

/// Gain of loudness for a decibel of drive.
fn slope((from_db, from_lufs): (f64, f64), (to_db, to_lufs): (f64, f64)) -> f64 {
    (to_lufs - from_lufs) / (to_db - from_db)
}

/// The straight line between two passes, but always well inside: on a bent line the nearer end would only creep.
fn between(low: (f64, f64), high: (f64, f64), aim_lufs: f64) -> f64 {
    let share = (aim_lufs - low.1) / (high.1 - low.1);
    hundredths(low.0 + share.clamp(0.1, 0.9) * (high.0 - low.0))
}

/// The straight line through the last two passes, or with one pass a line of one for one; at the end of the range a step
/// back, to see how flat the line is there.
fn beyond(before: Option<(f64, f64)>, last: (f64, f64), aim_lufs: f64) -> f64 {
    let Some(before) = before else {
        let step_db = if last.0 < MOST_DRIVE_DB { (aim_lufs - last.1).min(LONGEST_STEP_DB) } else { -LONGEST_STEP_DB };
        return hundredths((last.0 + step_db).min(MOST_DRIVE_DB));
    };
    // The line gets flatter: a little further is nearer.
    let step_db = 1.1 * (aim_lufs - last.1) / slope(before, last).clamp(WORTHWHILE_LU, 1.0);
    hundredths((last.0 + step_db.min(LONGEST_STEP_DB)).min(MOST_DRIVE_DB))
}

/// Where the drive stops being worth it: the best compromise of loudness and [`WORTHWHILE_LU`] for each decibel.
fn foot_of_the_wall(mut heard: Vec<(f64, f64)>, mut loudness_at: impl FnMut(f64) -> f64) -> Found {
    let worth = |(drive_db, lufs): (f64, f64)| lufs - WORTHWHILE_LU * drive_db;
    loop {
        let best = (0..heard.len()).max_by(|&a, &b| worth(heard[a]).total_cmp(&worth(heard[b]))).unwrap_or(0);
        // The foot lies on one of the two sides of the best so far; the wider one is the less known.
        let gap = |low_db: f64, high_db: f64| (high_db - low_db, hundredths(0.5 * (low_db + high_db)));
        let below_db = best.checked_sub(1).map_or(0.0, |below| heard[below].0);
        let gaps = [Some(gap(below_db, heard[best].0)), heard.get(best + 1).map(|above| gap(heard[best].0, above.0))];
        let widest = gaps.into_iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0));
        match widest {
            Some((width_db, middle_db)) if width_db > 0.5 && heard.len() < MOST_PASSES => {
                heard.push((middle_db, loudness_at(middle_db)));
                heard.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
            _ => {
                return found(heard[best], Outcome::Wall, heard);
            }
        }
    }
}

fn nearest(heard: Vec<(f64, f64)>, aim_lufs: f64) -> Found {
    let distance = |(_, lufs): &(f64, f64)| (lufs - aim_lufs).abs();
    let best = heard.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).copied().unwrap_or_default();
    let outcome = if distance(&best) <= 2.0 * CLOSE_ENOUGH_LU { Outcome::Reached } else { Outcome::OutOfPasses };
    found(best, outcome, heard)
}

/// The gain after the limiter that makes a master without drive as quiet as it is to be, 0 or less: a whole number of
/// hundredths of a decibel, at most to the end of the control's range. `[any]`
pub fn turned_down_db(aim_lufs: f64, integrated_lufs: f64) -> f64 {
    hundredths((aim_lufs - integrated_lufs).clamp(-24.0, 0.0))
}

/// To what a control can show.
fn hundredths(value_db: f64) -> f64 {
    (value_db * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A limiter on paper: up to `knee_db` each decibel counts, then a share of it.
    fn bent(start_lufs: f64, knee_db: f64, share: f64) -> impl Fn(f64) -> f64 {
        move |drive_db: f64| start_lufs + drive_db.min(knee_db) + share * (drive_db - knee_db).max(0.0)
    }

    /// Gives less with every decibel.
    fn saturating(start_lufs: f64, most_lu: f64) -> impl Fn(f64) -> f64 {
        move |drive_db: f64| start_lufs + most_lu * (1.0 - (-drive_db / most_lu).exp())
    }

    /// Predictions: exact, wrong by a constant, and of a limiter that takes nothing.
    fn predictions<'a>(start_lufs: f64, curve: &'a dyn Fn(f64) -> f64) -> [Box<dyn Fn(f64) -> f64 + 'a>; 4] {
        [
            Box::new(curve),
            Box::new(move |drive_db| curve(drive_db) + 0.7),
            Box::new(move |drive_db| curve(drive_db) - 0.7),
            Box::new(move |drive_db| start_lufs + drive_db),
        ]
    }

    #[test]
    fn every_reachable_loudness_is_reached_in_eight_passes_whatever_was_predicted() {
        for start_lufs in [-40.0, -23.0, -18.3, -14.2] {
            for aim_lufs in [-16.0, -14.0, -11.0, -9.0] {
                let bends = [(24.0, 1.0), (0.0, 0.9), (6.0, 0.6), (3.0, 0.3), (9.7, 0.25)];
                let bent =
                    bends.map(|(knee_db, share)| Box::new(bent(start_lufs, knee_db, share)) as Box<dyn Fn(f64) -> f64>);
                for curve in bent.into_iter().chain([Box::new(saturating(start_lufs, 20.0)) as Box<dyn Fn(f64) -> f64>])
                {
                    if curve(0.0) >= aim_lufs || curve(MOST_DRIVE_DB) <= aim_lufs {
                        continue;
                    }
                    for (index, predicted) in predictions(start_lufs, &curve).iter().enumerate() {
                        let found = search(aim_lufs, predicted, &curve);
                        let what = format!("{start_lufs} to {aim_lufs}, prediction {index}: {found:?}");
                        assert_eq!(found.outcome, Outcome::Reached, "{what}");
                        assert!((curve(found.drive_db) - aim_lufs).abs() <= 0.1, "{what}");
                        assert!(found.passes.len() <= if index == 0 { 1 } else { MOST_PASSES }, "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn at_the_wall_the_search_stops_at_its_foot() {
        // A steady tone: it cannot get louder than the ceiling.
        let curve = bent(-20.0, 15.0, 0.0);
        for predicted in predictions(-20.0, &curve) {
            let found = search(-2.0, predicted, &curve);
            assert_eq!(found.outcome, Outcome::Wall);
            assert!((found.drive_db - 15.0).abs() < 1.0 && found.passes.len() <= MOST_PASSES, "{found:?}");
        }
        // 7 LU to be had at most: the slope falls below 0.2 at 7 · ln 5 = 11.3 dB.
        let curve = saturating(-20.0, 7.0);
        for predicted in predictions(-20.0, &curve) {
            let found = search(-9.0, predicted, &curve);
            assert_eq!(found.outcome, Outcome::Wall);
            assert!((found.drive_db - 11.3).abs() < 2.5, "{found:?}");
        }
    }

    #[test]
    fn what_needs_no_drive_gets_none() {
        let curve = bent(-12.0, 5.0, 0.5);
        for predicted in predictions(-12.0, &curve) {
            assert_eq!(search(-14.0, predicted, &curve).outcome, Outcome::TooLoud);
        }
        assert_eq!(search(-14.0, |_| SILENCE_DB, |_| SILENCE_DB).outcome, Outcome::Silent);
        let curve = bent(-14.03, 5.0, 0.5);
        let found = search(-14.0, &curve, &curve);
        assert_eq!((found.outcome, found.passes.len()), (Outcome::Reached, 1));
        assert!(found.drive_db <= 0.04, "{found:?}");
    }

    #[test]
    fn a_whisper_ends_at_the_end_of_the_range() {
        let curve = bent(-50.0, 24.0, 1.0);
        for predicted in predictions(-50.0, &curve) {
            let found = search(-9.0, predicted, &curve);
            assert_eq!((found.outcome, found.drive_db), (Outcome::EndOfRange, MOST_DRIVE_DB));
        }
    }
}
