//! The drive that makes a master as loud as it is to be, found in a few passes; or why there is none.

use dsp::format::Format;
use dsp::limiter::{Limiter, LimiterSettings};
use dsp::meter::loudness::Loudness;
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
}

/// The most times the limiter is run.
pub const MOST_PASSES: usize = 8;
/// As near as a loudness has to be: half of the tenth that meters show.
pub const CLOSE_ENOUGH_LU: f64 = 0.05;
/// A decibel of drive that gives less than this only distorts.
pub const WORTHWHILE_LU: f64 = 0.2;
/// The end of the drive's range.
pub const MOST_DRIVE_DB: f64 = 24.0;
/// How far the search dares to go beyond what it has heard.
const LONGEST_STEP_DB: f64 = 8.0;

/// Searches the drive for a loudness; `loudness_at` runs the limiter with a drive and says how loud it came out. `[main]`
///
/// More drive never makes a master quieter, and each further decibel gives less than the one before: so a straight line
/// through two passes never overestimates the drive by much, and where the line gets flat, it stays flat.
pub fn search(aim_lufs: f64, mut loudness_at: impl FnMut(f64) -> f64) -> Found {
    let mut heard: Vec<(f64, f64)> = Vec::new();
    let mut drive_db = 0.0;
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
        let below = heard.iter().rposition(|(_, lufs)| *lufs < aim_lufs).unwrap_or(0);
        let (low, high) = (heard[below], heard.get(below + 1).copied());
        let before = below.checked_sub(1).map(|before| heard[before]);
        if high.is_none() && before.is_some_and(|before| slope(before, low) < WORTHWHILE_LU) {
            return foot_of_the_wall(heard, loudness_at);
        }
        if high.is_none() && low.0 >= MOST_DRIVE_DB {
            return found(low, Outcome::EndOfRange, heard);
        }
        let next_db = match high {
            Some(high) => between(low, high, aim_lufs),
            None => beyond(before, low, aim_lufs),
        };
        // A hundredth of a decibel cannot be divided.
        if heard.len() == MOST_PASSES || heard.iter().any(|(heard_db, _)| *heard_db == next_db) {
            return nearest(heard, aim_lufs);
        }
        drive_db = next_db;
    }
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

/// The straight line through the last two passes, or with one pass a line of one for one.
fn beyond(before: Option<(f64, f64)>, last: (f64, f64), aim_lufs: f64) -> f64 {
    let slope = before.map_or(1.0, |before| slope(before, last)).clamp(WORTHWHILE_LU, 1.0);
    // The line gets flatter: a little further is nearer.
    let further = if before.is_some() { 1.1 } else { 1.0 };
    let first_step = before.is_none();
    let step_db = further * (aim_lufs - last.1) / slope;
    let step_db = if first_step { step_db } else { step_db.min(LONGEST_STEP_DB) };
    hundredths((last.0 + step_db).min(MOST_DRIVE_DB))
}

/// Where the drive stops being worth it: the best compromise of loudness and [`WORTHWHILE_LU`] for each decibel.
fn foot_of_the_wall(mut heard: Vec<(f64, f64)>, mut loudness_at: impl FnMut(f64) -> f64) -> Found {
    let worth = |(drive_db, lufs): (f64, f64)| lufs - WORTHWHILE_LU * drive_db;
    loop {
        let best = (0..heard.len()).max_by(|&a, &b| worth(heard[a]).total_cmp(&worth(heard[b]))).unwrap_or(0);
        // The foot lies on one of the two sides of the best so far; the wider one is the less known.
        let gap = |from: Option<usize>| {
            let (low, high) = (heard.get(from?)?, heard.get(from? + 1)?);
            Some((high.0 - low.0, hundredths(0.5 * (low.0 + high.0))))
        };
        let gaps = [gap(best.checked_sub(1)), gap(Some(best))];
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

/// The loudness of a sound, left and right, after the limiter; `advance` hears how many more frames are done. `[main]`
pub fn limited_lufs(
    sound: &[Vec<f32>; 2],
    settings: &LimiterSettings,
    sample_rate_hz: u32,
    advance: &mut dyn FnMut(usize),
) -> f64 {
    const BLOCK_FRAMES: usize = 4_096;
    let format = Format::stereo(sample_rate_hz.into());
    let (mut limiter, mut loudness) = (Limiter::new(format), Loudness::new(format));
    limiter.set(settings);
    let [left, right] = sound;
    let end = left.len() + limiter.latency_frames();
    let mut skip_frames = limiter.latency_frames();
    let mut block = [[0.0; BLOCK_FRAMES]; 2];
    for start in (0..end).step_by(BLOCK_FRAMES) {
        let frames = BLOCK_FRAMES.min(end - start);
        for (channel, samples) in block.iter_mut().zip([left, right]) {
            let here = samples.get(start.min(samples.len())..(start + frames).min(samples.len())).unwrap_or_default();
            channel[..here.len()].copy_from_slice(here);
            channel[here.len()..].fill(0.0);
        }
        let [left, right] = &mut block;
        limiter.process(&mut [&mut left[..frames], &mut right[..frames]]);
        // The measurement begins with the first frame of the file, as it does for whoever measures the file.
        let skipped = skip_frames.min(frames);
        skip_frames -= skipped;
        loudness.process(&[&left[skipped..frames], &right[skipped..frames]]);
        advance(frames);
    }
    loudness.integrated_lufs()
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

    #[test]
    fn every_reachable_loudness_is_reached_in_eight_passes() {
        for start_lufs in [-40.0, -23.0, -18.3, -14.2] {
            for aim_lufs in [-16.0, -14.0, -11.0, -9.0] {
                for (knee_db, share) in [(24.0, 1.0), (0.0, 0.9), (6.0, 0.6), (3.0, 0.3), (9.7, 0.25)] {
                    let curve = bent(start_lufs, knee_db, share);
                    let found = search(aim_lufs, &curve);
                    if curve(0.0) < aim_lufs && curve(MOST_DRIVE_DB) > aim_lufs {
                        assert_eq!(
                            found.outcome,
                            Outcome::Reached,
                            "{start_lufs} {aim_lufs} {knee_db} {share}: {found:?}"
                        );
                        assert!((curve(found.drive_db) - aim_lufs).abs() <= 0.1 && found.passes.len() <= MOST_PASSES);
                    }
                }
                let curve = saturating(start_lufs, 20.0);
                if curve(0.0) < aim_lufs && curve(MOST_DRIVE_DB) > aim_lufs {
                    let found = search(aim_lufs, &curve);
                    assert_eq!(found.outcome, Outcome::Reached, "{start_lufs} {aim_lufs}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn at_the_wall_the_search_stops_at_its_foot() {
        // A steady tone: it cannot get louder than the ceiling.
        let found = search(-2.0, bent(-20.0, 15.0, 0.0));
        assert_eq!(found.outcome, Outcome::Wall);
        assert!((found.drive_db - 15.0).abs() < 1.0 && found.passes.len() <= MOST_PASSES, "{found:?}");
        // 7 LU to be had at most: the slope falls below 0.2 at 7 · ln 5 = 11.3 dB.
        let found = search(-9.0, saturating(-20.0, 7.0));
        assert_eq!(found.outcome, Outcome::Wall);
        assert!((found.drive_db - 11.3).abs() < 2.5, "{found:?}");
    }

    #[test]
    fn what_needs_no_drive_gets_none() {
        assert_eq!(search(-14.0, bent(-12.0, 5.0, 0.5)).outcome, Outcome::TooLoud);
        assert_eq!(search(-14.0, |_| SILENCE_DB).outcome, Outcome::Silent);
        let found = search(-14.0, bent(-14.03, 5.0, 0.5));
        assert_eq!((found.outcome, found.drive_db, found.passes.len()), (Outcome::Reached, 0.0, 1));
    }

    #[test]
    fn a_whisper_ends_at_the_end_of_the_range() {
        let found = search(-9.0, bent(-50.0, 24.0, 1.0));
        assert_eq!((found.outcome, found.drive_db), (Outcome::EndOfRange, MOST_DRIVE_DB));
    }
}
