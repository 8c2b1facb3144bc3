//! The stems as a set: whether they are of one kind, leave the master room, and have the tone of the mix.

use audio_file::{Audio, SourceBits};

use super::{Finding, Severity, StemCheck, most_common};
use crate::null_test::NullTest;
use crate::report::{Figures, Reading};

/// Stems of one mix, usually.
const USUAL_STEMS: std::ops::RangeInclusive<usize> = 4..=8;
/// The sum of a mix that was left for mastering stays below this.
const HEADROOM_DBFS: f64 = -6.0;
/// How far the level of a third of an octave may be off.
pub const LEVEL_MATCH_DB: f64 = 0.1;

/// What does not fit together. `[main]`
pub fn together(stems: &[StemCheck], sample_rate_hz: u32, audios: &[Audio]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |severity, sentence| findings.push(Finding::of_all(severity, sentence));
    if !USUAL_STEMS.contains(&stems.len()) {
        let (few, many) = (USUAL_STEMS.start(), USUAL_STEMS.end());
        find(Severity::Note, format!("there are {} stems; {few} to {many} are usual.", stems.len()));
    }
    let frames = most_common(stems.iter().map(|stem| stem.frames));
    let bits = most_common(audios.iter().map(|audio| bits(audio.source_bits)));
    for (stem, audio) in stems.iter().zip(audios) {
        let mut odd = |severity, sentence| findings.push(Finding::of(&stem.name, severity, sentence));
        if stem.sample_rate_hz != sample_rate_hz {
            let got = stem.sample_rate_hz;
            odd(Severity::Fail, format!("has {got} Hz, the others {sample_rate_hz} Hz: export all at one rate."));
        } else if stem.frames != frames {
            let (difference, length) =
                (stem.frames.abs_diff(frames), if stem.frames > frames { "longer" } else { "shorter" });
            let sentence = format!(
                "is {difference} frames {length} than the others: export all from the same start to the same end."
            );
            odd(Severity::Warn, sentence);
        }
        if self::bits(audio.source_bits) != bits {
            odd(Severity::Warn, format!("has {}, the others have not: export all alike.", stem.samples));
        }
    }
    findings
}

/// Bits, floats told apart from whole numbers.
fn bits(source: SourceBits) -> (bool, u32) {
    match source {
        SourceBits::Integer(bits) => (false, bits),
        SourceBits::Float(bits) => (true, bits),
        SourceBits::Lossy => (true, 0),
    }
}

/// Whether there is room left for the master. `[main]`
pub fn headroom(sum: &Figures) -> Option<Finding> {
    let peak = sum.sample_peak_dbfs.value().filter(|&peak| peak > HEADROOM_DBFS)?;
    let sentence = if peak > 0.0 {
        format!("the sum of the stems peaks at {peak:.1} dBFS: a file of it would clip. Turn all stems down alike.")
    } else {
        format!("the sum of the stems peaks at {peak:.1} dBFS; {HEADROOM_DBFS:.0} dBFS leave the master room.")
    };
    Some(Finding::of_all(if peak > 0.0 { Severity::Warn } else { Severity::Note }, sentence))
}

/// Whether the sum has the tone of the mix. `[main]`
pub fn level_match(test: &NullTest) -> Option<Finding> {
    let off = |db: Option<f64>| db.filter(|db| db.abs() > LEVEL_MATCH_DB);
    let differing =
        test.level_matches.iter().filter_map(|band| Some((band.center_hz, off(band.difference_db.value())?)));
    let differing: Vec<(f64, f64)> = differing.collect();
    let worst = differing.iter().copied().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let (count, all) = (differing.len(), test.level_matches.len());
    let most = Reading::new(worst.1).signed_text(2);
    let sentence = format!(
        "the level of the sum is off by more than {LEVEL_MATCH_DB} dB in {count} of {all} thirds of an octave, most at \
         {:.0} Hz: {most} dB.",
        worst.0
    );
    Some(Finding::of_all(Severity::Note, sentence))
}
