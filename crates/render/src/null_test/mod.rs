//! Null test of a delivery: do the stems together make the mix they were taken from, and if not, what is wrong?
//!
//! `case` is what is compared · `residual` measures what is left when the sum is taken from the reference · `lag`,
//! `fit` and `place` find the gain, delay and drift of each stem under which less is left, `interpolate` reads between
//! samples · `spectrum` is the tone of a signal · `robust` finds gains in spite of what no
//! stem plays · `click`, `bus` and `stems` know other faults · `search` tries all of them · `cause` says what was found.
//!
//! Nothing is matched silently: the verdict is that of the plain difference.

mod bus;
mod case;
mod cause;
mod click;
mod fit;
mod interpolate;
mod lag;
mod place;
mod residual;
mod robust;
mod search;
mod spectrum;
mod stems;

use std::borrow::Cow;

use audio_file::Audio;
use dsp::meter::null::NullVerdict;
use rayon::prelude::*;
use serde::Serialize;

pub use dsp::meter::null::{FAIL_DB, PASS_DB};

use case::{Case, Sides, minus, view};
pub use cause::Cause;
pub use residual::{Band, LevelMatch, Moment, Residual};
pub use spectrum::{Spectrum, thirds};

/// Whether a delivery nulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What is left is inaudible.
    Pass,
    /// Something small is different.
    Warn,
    /// The stems are not this mix.
    Fail,
}

impl From<NullVerdict> for Verdict {
    fn from(verdict: NullVerdict) -> Self {
        match verdict {
            NullVerdict::Pass => Self::Pass,
            NullVerdict::Warn => Self::Warn,
            NullVerdict::Fail => Self::Fail,
        }
    }
}

/// What a null test found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NullTest {
    /// By the worst 400 ms relative to the mix, and by the largest sample.
    pub verdict: Verdict,
    /// What is left of reference − sum, nothing matched.
    pub residual: Residual,
    /// The same per octave.
    pub bands: Vec<Band>,
    /// How the level of the sum compares with the reference, a third of an octave each.
    pub level_matches: Vec<LevelMatch>,
    /// What is left from 400 ms to 400 ms.
    pub moments: Vec<Moment>,
    /// What is wrong, the most likely first; empty when nothing is, or when nobody can tell.
    pub causes: Vec<Cause>,
    /// The causes as sentences.
    pub sentences: Vec<String>,
    /// What would be left if what can be set right (gain, polarity, delay, drift, a stem too many) were.
    pub repaired: Option<Residual>,
}

impl NullTest {
    /// Takes the sum of the stems from the reference and looks for the reason of what is left. `[main]`
    ///
    /// All must have one sample rate; what is longer than the shortest is not looked at. Mono sounds on both sides. Takes
    /// a few hundredths of the song's length, more when something is wrong and with many stems.
    pub fn run(stems: &[(&str, &Audio)], reference: &Audio) -> Self {
        let sample_rate_hz = f64::from(reference.sample_rate_hz);
        let frames = stems.iter().map(|(_, audio)| audio.frames()).fold(reference.frames(), usize::min);
        let names: Vec<&str> = stems.iter().map(|(name, _)| *name).collect();
        let finite: Vec<[Cow<[f32]>; 2]> = stems.iter().map(|(_, audio)| sides(audio, frames)).collect();
        let stems: Vec<Sides> = finite.iter().map(|stem| stem.each_ref().map(AsRef::as_ref)).collect();
        let reference = sides(reference, frames);
        let reference: Sides = reference.each_ref().map(AsRef::as_ref);

        let sum = fit::sum(&stems, &vec![fit::Placement::NEUTRAL; stems.len()]);
        let sum = view(&sum);
        let difference = minus(reference, sum);
        let difference = view(&difference);
        let residual = Residual::measure(difference, reference, sample_rate_hz);
        let spectrum = |signal: &Sides| Spectrum::measure(*signal, sample_rate_hz);
        let spectra: Vec<Spectrum> = [difference, reference, sum].par_iter().map(spectrum).collect();
        let [difference_spectrum, reference_spectrum, sum_spectrum] = [&spectra[0], &spectra[1], &spectra[2]];
        let case = Case {
            stems: &stems,
            reference,
            sum,
            difference,
            difference_spectrum,
            reference_spectrum,
            sum_spectrum,
            residual: &residual,
            sample_rate_hz,
        };
        let (causes, repaired) = search::find(&case);
        Self {
            verdict: verdict(&residual),
            bands: residual::bands(difference_spectrum, reference_spectrum),
            level_matches: residual::level_matches(sum_spectrum, reference_spectrum),
            moments: residual::moments(difference, reference, sample_rate_hz),
            sentences: causes.iter().map(|cause| cause.sentence(&names)).collect(),
            causes,
            repaired,
            residual,
        }
    }
}

/// The worse of both measures, by the rule of Master Bus.
fn verdict(residual: &Residual) -> Verdict {
    let judge = |db: Option<f64>| db.map_or(Verdict::Pass, |db| NullVerdict::of(db).into());
    judge(residual.worst_relative_db.value()).max(judge(residual.peak_dbfs.value()))
}

/// Left and right, in which nothing is infinite or no number.
fn sides(audio: &Audio, frames: usize) -> [Cow<'_, [f32]>; 2] {
    [0, 1].map(|side| {
        let row = audio.channels.get(side).or(audio.channels.first()).map_or(&[][..], |row| &row[..frames]);
        if row.iter().all(|x| x.is_finite()) {
            return Cow::Borrowed(row);
        }
        row.iter().map(|&x| if x.is_finite() { x } else { 0.0 }).collect()
    })
}
