//! What each platform does to a master, as the report says it.

use dsp::units::SILENCE_DB;
use targets::{Grade, Target, Targets, playback, verdict};

use super::{Figures, TargetVerdict, TruePeakVerdict};

/// The verdict of every platform of a table, in its order. `[main]`
pub fn verdicts(platforms: &Targets, master: &Figures) -> Vec<TargetVerdict> {
    platforms.all().iter().map(|target| one(target, master)).collect()
}

fn one(target: &Target, master: &Figures) -> TargetVerdict {
    let integrated_lufs = master.integrated_lufs.value().unwrap_or(SILENCE_DB);
    let true_peak_dbtp = master.true_peak_dbtp.value().unwrap_or(SILENCE_DB);
    let playback = playback(target, integrated_lufs, true_peak_dbtp);
    let verdict = verdict(target, integrated_lufs, true_peak_dbtp);
    let mut sentence = playback.sentence;
    if verdict.true_peak == Grade::Warn {
        sentence = format!("{sentence} {}", verdict.true_peak_sentence);
    }
    TargetVerdict {
        id: target.id.clone(),
        name: target.name.clone(),
        mode: target.mode.clone(),
        loudness_lufs: target.loudness_lufs.into(),
        distance_lu: verdict.distance_lu.into(),
        playback_gain_db: playback.gain_db.into(),
        plays_at_lufs: playback.plays_at_lufs.into(),
        true_peak_verdict: match verdict.true_peak {
            Grade::Ok => TruePeakVerdict::Within,
            Grade::Warn => TruePeakVerdict::Over,
            Grade::Unknown => TruePeakVerdict::Unknown,
        },
        sentence,
        source: target.source.clone(),
        retrieved: target.retrieved.clone(),
        confidence: format!("{:?}", target.confidence),
    }
}
