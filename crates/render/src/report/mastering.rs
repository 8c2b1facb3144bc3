//! What mastering has done to reach its aim, and what it has cost.

use dsp::master_chain::MasterSettings;
use serde::Serialize;

use super::{Figures, Reading};
use crate::drive::{CLOSE_ENOUGH_LU, Found, Outcome, WORTHWHILE_LU};
use crate::reduction::Reduction;

/// How a master came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mastering {
    /// The platform or loudness aimed at, in words; empty without an aim.
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
    /// How often the limiter was run to find the drive.
    pub passes: usize,
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
            passes: found.map_or(0, |found| found.passes),
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
        let Self { target, drive_db, output_gain_db, ceiling_dbtp, .. } = self;
        match outcome {
            _ if loud_enough && *output_gain_db < 0.0 => format!(
                "{target}: {reached} LUFS reached. The mix is louder than that by itself, so it was turned down by {:.2} \
                 dB after the limiter.",
                -output_gain_db
            ),
            _ if loud_enough && *drive_db == 0.0 => format!("{target}: {reached} LUFS reached, without any drive."),
            _ if loud_enough => format!("{target}: {reached} LUFS reached, with {drive_db:.2} dB of drive."),
            Outcome::Silent => format!("{target}: {aim_lufs:.1} LUFS is not reached. There is nothing to be heard."),
            Outcome::EndOfRange => format!(
                "{target}: {aim_lufs:.1} LUFS is not reached, only {reached}. The drive is at the end of its range \
                 ({drive_db:.0} dB): the mix is very quiet; raise the stems or the input gain."
            ),
            Outcome::TooLoud => format!(
                "{target}: {aim_lufs:.1} LUFS is not reached, the master has {reached}. It cannot be turned down further \
                 than by {:.0} dB.",
                -output_gain_db
            ),
            _ => format!(
                "{target}: {aim_lufs:.1} LUFS is not reached, only {reached} with {drive_db:.2} dB of drive. There is the \
                 wall: under a true peak of {ceiling_dbtp:.1} dBTP another dB of limiting gives less than \
                 {WORTHWHILE_LU:.1} LU and only distorts. A denser mix, more compression or a lower aim would help."
            ),
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
