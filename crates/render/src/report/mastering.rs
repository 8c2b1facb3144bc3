//! What mastering has done to reach its aim, and what it has cost.

use dsp::master_chain::MasterSettings;
use serde::Serialize;

use super::{Figures, Reading};
use crate::drive::{CLOSE_ENOUGH_LU, Found, Outcome, SHORTEST_SECONDS, WORTHWHILE_LU};
use crate::reduction::Reduction;

/// How a master came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mastering {
    /// The platform aimed at; empty when it is only a loudness, or nothing.
    pub target: String,
    /// The loudness aimed at.
    pub aim_lufs: Reading,
    /// Whether aim and ceiling are kept; true without an aim.
    pub reached: bool,
    /// Gain into the limiter.
    pub drive_db: f64,
    /// Gain after the limiter, 0 or less.
    pub output_gain_db: f64,
    /// What no true peak was to exceed.
    pub ceiling_dbtp: f64,
    /// Every run of the limiter to find the drive: drive in dB and loudness in LUFS, from little drive to much.
    pub passes: Vec<(f64, f64)>,
    /// What the limiter took.
    pub limiter: Reduction,
    /// All of this in words: what was done, what is missing and why, what it cost.
    pub sentence: String,
}

/// How far the loudness of the file may be from the aim.
const TOLERANCE_LU: f64 = 2.0 * CLOSE_ENOUGH_LU;
/// How far a meter may read above the ceiling: the limiter's own promise for the true wave.
const TOLERANCE_DB: f64 = 0.05;
/// The most limiting that a limiter is meant for, in dB; beyond, say so.
const FOR_LIMITERS_DB: f64 = 4.0;

impl Mastering {
    /// What is to be said of a master finished with these settings; `aim` is the target in words and its loudness, `found`
    /// the search for it. `[main]`
    pub fn new(
        aim: Option<(String, f64)>,
        found: Option<&Found>,
        settings: &MasterSettings,
        master: &Figures,
        limiter: Reduction,
    ) -> Self {
        let ceiling_dbtp = f64::from(settings.limiter.ceiling_dbtp);
        let (target, aim_lufs) = aim.map_or((String::new(), None), |(target, lufs)| (target, Some(lufs)));
        let missing_lu =
            aim_lufs.map(|aim_lufs| aim_lufs - master.integrated_lufs.value().unwrap_or(f64::NEG_INFINITY));
        let loud_enough = missing_lu.is_none_or(|missing_lu| missing_lu.abs() <= TOLERANCE_LU);
        let over_db = master.true_peak_dbtp.value().map_or(0.0, |peak_dbtp| peak_dbtp - ceiling_dbtp);
        let mut mastering = Self {
            target,
            aim_lufs: aim_lufs.into(),
            reached: loud_enough && over_db <= TOLERANCE_DB,
            drive_db: settings.limiter.drive_db.into(),
            output_gain_db: settings.output_gain_db.into(),
            ceiling_dbtp,
            passes: found.map_or_else(Vec::new, |found| found.passes.clone()),
            limiter,
            sentence: String::new(),
        };
        let mut sentences = vec![mastering.loudness_sentence(master, found.map(|found| found.outcome), loud_enough)];
        sentences.push(mastering.cost_sentence());
        if over_db > TOLERANCE_DB {
            sentences.push(format!("The true peak is {over_db:.2} dB above the ceiling of {ceiling_dbtp:.1} dBTP."));
        }
        mastering.sentence = sentences.join(" ");
        mastering
    }

    fn loudness_sentence(&self, master: &Figures, outcome: Option<Outcome>, loud_enough: bool) -> String {
        let reached = master.integrated_lufs.text(1);
        let (Some(aim_lufs), Some(outcome)) = (self.aim_lufs.value(), outcome) else {
            return format!("Mastered as the session says: {reached} LUFS.");
        };
        let Self { target, drive_db, output_gain_db, ceiling_dbtp, passes, .. } = self;
        let aim = if target.is_empty() { String::new() } else { format!("{target}: ") };
        if loud_enough {
            let how = match (*drive_db, *output_gain_db) {
                (_, gain_db) if gain_db < 0.0 => format!(
                    "the mix is louder than that by itself, so it was turned down by {:.2} dB after the limiter",
                    -gain_db
                ),
                (0.0, _) => "without any drive".to_owned(),
                (drive_db, _) => format!(
                    "with {drive_db:.2} dB of drive, found in {} {}",
                    passes.len(),
                    if passes.len() == 1 { "pass" } else { "passes" }
                ),
            };
            return format!("{aim}{reached} LUFS reached, {how}.");
        }
        let missed = format!("{aim}{aim_lufs:.1} LUFS is not reached");
        let wall = format!("The ceiling of {ceiling_dbtp:.1} dBTP is the wall");
        match outcome {
            Outcome::Silent => format!("{missed}. There is nothing to be heard."),
            Outcome::TooShort => {
                format!("{missed}. The song is too short to measure: loudness needs {:.0} ms.", 1e3 * SHORTEST_SECONDS)
            }
            Outcome::TooLoud => format!(
                "{missed}, the master has {reached}. It cannot be turned down by more than {:.0} dB.",
                -output_gain_db
            ),
            Outcome::EndOfRange => format!(
                "{missed}, only {reached}. The drive is at the end of its range, {drive_db:.0} dB, and its last decibels \
                 gave {:.2} LU each.",
                last_slope(passes)
            ),
            Outcome::Wall => format!(
                "{missed}, only {reached} with {drive_db:.2} dB of drive. {wall}: from here on another decibel of limiting \
                 gives less than {WORTHWHILE_LU:.1} LU and only distorts. A denser mix, more compression or a lower aim \
                 would help."
            ),
            Outcome::Reached | Outcome::OutOfPasses => {
                format!(
                    "{missed}, but {reached} with {drive_db:.2} dB of drive, the nearest of {} passes.",
                    passes.len()
                )
            }
        }
    }

    fn cost_sentence(&self) -> String {
        let Reduction { max_db, typical_db, working_share } = self.limiter;
        if working_share == 0.0 && max_db < 0.05 {
            return "The limiter had nothing to do.".to_owned();
        }
        let cost = format!(
            "The limiter took up to {max_db:.1} dB, typically {typical_db:.1} dB, in {:.0} % of the time.",
            100.0 * working_share
        );
        if typical_db <= FOR_LIMITERS_DB {
            return cost;
        }
        format!("{cost} That is more than a limiter does unheard: expect distortion, or compress before it.")
    }
}

/// What a decibel of drive has given at the end of the passes.
fn last_slope(passes: &[(f64, f64)]) -> f64 {
    match passes {
        [.., before, last] => (last.1 - before.1) / (last.0 - before.0),
        _ => 0.0,
    }
}
