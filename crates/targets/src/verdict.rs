//! What to think of a master for a platform: its distance from the reference, and whether its peaks survive.

use crate::playback::is_nothing;
use crate::table::{Kind, Target};

/// Good, worth a look, or nothing to judge by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// As the platform wants it.
    Ok,
    /// Not as the platform wants it; the sentence says what to do.
    Warn,
    /// There is no advice, or nothing was measured.
    Unknown,
}

/// A judgement of one master for one platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How far the master is above (+) or below (−) the reference, in LU; `None` without a reference or a measurement.
    pub distance_lu: Option<f64>,
    /// Of the loudness. Where the gain is changed on playback every loudness is in order.
    pub loudness: Grade,
    /// About the loudness, for the musician.
    pub loudness_sentence: String,
    /// Of the true peak.
    pub true_peak: Grade,
    /// About the true peak, for the musician.
    pub true_peak_sentence: String,
}

/// What rounds to the allowed tenth is allowed: meters show one decimal (EBU Tech 3341).
const ROUNDING_DB: f64 = 0.05;

/// Judges a master of this integrated loudness and true peak. `[main]`
pub fn verdict(target: &Target, integrated_lufs: f64, true_peak_dbtp: f64) -> Verdict {
    let measured = !is_nothing(integrated_lufs);
    let distance_lu = target.loudness_lufs.filter(|_| measured).map(|loudness_lufs| integrated_lufs - loudness_lufs);
    let (loudness, loudness_sentence) = judge_loudness(target, distance_lu, measured);
    let (true_peak, true_peak_sentence) = judge_true_peak(target, true_peak_dbtp, measured);
    Verdict { distance_lu, loudness, loudness_sentence, true_peak, true_peak_sentence }
}

fn judge_loudness(target: &Target, distance_lu: Option<f64>, measured: bool) -> (Grade, String) {
    if !measured {
        return (Grade::Unknown, "Nothing measured yet.".to_owned());
    }
    let Some(distance_lu) = distance_lu else {
        return (Grade::Unknown, "No reference loudness to compare with.".to_owned());
    };
    let place = if distance_lu > ROUNDING_DB {
        format!("{distance_lu:.1} LU above the reference")
    } else if distance_lu < -ROUNDING_DB {
        format!("{:.1} LU below the reference", -distance_lu)
    } else {
        "At the reference".to_owned()
    };
    match (target.kind, target.tolerance_lu) {
        (Kind::Delivery, Some(tolerance_lu)) if distance_lu.abs() > tolerance_lu + ROUNDING_DB => {
            (Grade::Warn, format!("{place}; {tolerance_lu:.1} LU are allowed: it may be sent back."))
        }
        (Kind::Delivery, Some(tolerance_lu)) => (Grade::Ok, format!("{place}; {tolerance_lu:.1} LU are allowed.")),
        _ => (Grade::Ok, format!("{place}.")),
    }
}

fn judge_true_peak(target: &Target, true_peak_dbtp: f64, measured: bool) -> (Grade, String) {
    if !measured || !true_peak_dbtp.is_finite() {
        return (Grade::Unknown, "Nothing measured yet.".to_owned());
    }
    let Some(advice_dbtp) = target.true_peak_dbtp else {
        return (Grade::Unknown, "No advice about true peak.".to_owned());
    };
    let over_db = true_peak_dbtp - advice_dbtp;
    if over_db > ROUNDING_DB {
        let advised = format!("{over_db:.1} dB above the advised {advice_dbtp:.1} dBTP");
        (Grade::Warn, format!("{advised}: lower the ceiling, or lossy coding may clip."))
    } else {
        (Grade::Ok, format!("Within the advised {advice_dbtp:.1} dBTP."))
    }
}
