//! How loud a master plays on a platform, and what is done to it on the way.

use crate::table::{Direction, Kind, Target};

/// What a platform does to a master. `None` is unknown, or nothing to say; never a guess.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// The gain the platform applies, in dB.
    pub gain_db: Option<f64>,
    /// The loudness the listener hears, in LUFS.
    pub plays_at_lufs: Option<f64>,
    /// By how much the platform's limiter reduces the highest peak, in dB; 0 when it stays idle or there is none.
    pub limiter_engages_db: f64,
    /// The same as a sentence for the musician.
    pub sentence: String,
}

/// Quieter than this nothing was measured (the absolute gate of ITU-R BS.1770).
const NOTHING_MEASURED_LUFS: f64 = -70.0;
/// What is shown with one decimal and rounds to zero is "unchanged".
const UNCHANGED_DB: f64 = 0.05;

/// Predicts the playback of a master of this integrated loudness and true peak. `[main]`
pub fn playback(target: &Target, integrated_lufs: f64, true_peak_dbtp: f64) -> Playback {
    let silent = |sentence: &str| Playback {
        gain_db: None,
        plays_at_lufs: None,
        limiter_engages_db: 0.0,
        sentence: sentence.to_owned(),
    };
    if is_nothing(integrated_lufs) {
        return silent("Nothing measured yet.");
    }
    match target.kind {
        Kind::Medium => return unchanged(integrated_lufs, "No rule of loudness: it plays as it is mastered."),
        Kind::Delivery => return unchanged(integrated_lufs, "Nobody changes the gain: it is delivered as it is."),
        Kind::Playback => {}
    }
    let Some(loudness_lufs) = target.loudness_lufs else {
        return silent("The reference loudness is unknown.");
    };

    let wanted_db = loudness_lufs - integrated_lufs;
    match target.direction {
        Direction::No => changed(integrated_lufs, wanted_db.min(0.0), wanted_db, "it is never turned up"),
        Direction::PeakConstrained => {
            let room_db = -target.headroom_db - true_peak_dbtp;
            changed(integrated_lufs, wanted_db.min(room_db), wanted_db, "its peaks leave no more room")
        }
        Direction::Limiter => {
            let mut playback = changed(integrated_lufs, wanted_db, wanted_db, "");
            playback.limiter_engages_db = (true_peak_dbtp + wanted_db + target.headroom_db).max(0.0);
            if playback.limiter_engages_db > UNCHANGED_DB {
                playback.sentence += &format!(" The player limits its peaks by {:.1} dB.", playback.limiter_engages_db);
            }
            playback
        }
        // Louder than the reference is turned down everywhere; only "up" is in doubt.
        Direction::Unknown if wanted_db <= UNCHANGED_DB => changed(integrated_lufs, wanted_db, wanted_db, ""),
        Direction::Unknown => {
            silent(&format!("{wanted_db:.1} dB below the reference; whether it is turned up is unknown."))
        }
    }
}

/// Whether a loudness stands for "nothing measured"; so does what is not a number.
pub(crate) fn is_nothing(loudness_lufs: f64) -> bool {
    !(loudness_lufs > NOTHING_MEASURED_LUFS && loudness_lufs.is_finite())
}

fn unchanged(integrated_lufs: f64, sentence: &str) -> Playback {
    Playback {
        gain_db: Some(0.0),
        plays_at_lufs: Some(integrated_lufs),
        limiter_engages_db: 0.0,
        sentence: sentence.to_owned(),
    }
}

/// A gain and what it leads to; `reason` says why it is less than wanted.
fn changed(integrated_lufs: f64, gain_db: f64, wanted_db: f64, reason: &str) -> Playback {
    let plays_at_lufs = integrated_lufs + gain_db;
    let action = if gain_db > UNCHANGED_DB {
        format!("Turned up by {gain_db:.1} dB")
    } else if gain_db < -UNCHANGED_DB {
        format!("Turned down by {:.1} dB", -gain_db)
    } else {
        "Left as it is".to_owned()
    };
    let missing_db = wanted_db - gain_db;
    let shortfall = if missing_db > UNCHANGED_DB {
        format!(", {missing_db:.1} dB below the reference because {reason}")
    } else {
        String::new()
    };
    Playback {
        gain_db: Some(gain_db),
        plays_at_lufs: Some(plays_at_lufs),
        limiter_engages_db: 0.0,
        sentence: format!("{action}: plays at {plays_at_lufs:.1} LUFS{shortfall}."),
    }
}
