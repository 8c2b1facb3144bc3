//! Null test of a delivery: do the stems together make the mix they were taken from, and if not, what is wrong?
//!
//! `residual` measures what is left when the sum is taken from the reference · `lag` and `fit` find the gain, delay and
//! drift of each stem under which less is left · `cause` names what that means · `interpolate` reads between samples.
//!
//! Nothing is matched silently: the verdict is that of the plain difference.

mod cause;
mod fit;
mod interpolate;
mod lag;
mod residual;

use audio_file::Audio;
use serde::Serialize;

pub use cause::Cause;
use residual::Spectrum;
pub use residual::{Band, LevelMatch, Residual};

/// Left and right, of equal length.
type Sides = [Vec<f32>; 2];

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

/// What is left below this passes: −60 dB relative to the mix, no peak above −60 dBFS.
pub const PASS_DB: f64 = -60.0;
/// What is left above this fails.
pub const FAIL_DB: f64 = -40.0;

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
    /// about a tenth of the song's length, more when something is wrong.
    pub fn run(stems: &[(&str, &Audio)], reference: &Audio) -> Self {
        let sample_rate_hz = f64::from(reference.sample_rate_hz);
        let frames = stems.iter().map(|(_, audio)| audio.frames()).fold(reference.frames(), usize::min);
        let names: Vec<&str> = stems.iter().map(|(name, _)| *name).collect();
        let stems: Vec<Sides> = stems.iter().map(|(_, audio)| sides(audio, frames)).collect();
        let reference = sides(reference, frames);

        let sum = fit::sum(&stems, &vec![fit::Placement::NEUTRAL; stems.len()]);
        let difference = minus(&reference, &sum);
        let residual = Residual::measure(&difference, &reference, sample_rate_hz);
        let spectra = [&difference, &reference, &sum].map(|signal| Spectrum::measure(signal, sample_rate_hz));
        let [difference_spectrum, reference_spectrum, sum_spectrum] = &spectra;
        let case = cause::Case {
            stems: &stems,
            reference: &reference,
            sum: &sum,
            difference: &difference,
            difference_spectrum,
            residual: &residual,
            sample_rate_hz,
        };
        let (causes, repaired) = cause::find(&case);
        Self {
            verdict: verdict(&residual),
            bands: residual::bands(difference_spectrum, reference_spectrum),
            level_matches: residual::level_matches(sum_spectrum, reference_spectrum),
            sentences: causes.iter().map(|cause| cause.sentence(&names)).collect(),
            causes,
            repaired,
            residual,
        }
    }
}

/// The worse of both measures.
fn verdict(residual: &Residual) -> Verdict {
    let judge = |db: Option<f64>| match db {
        Some(db) if db > FAIL_DB => Verdict::Fail,
        Some(db) if db > PASS_DB => Verdict::Warn,
        _ => Verdict::Pass,
    };
    judge(residual.worst_relative_db.value()).max(judge(residual.peak_dbfs.value()))
}

/// A stereo copy in which nothing is infinite or no number.
fn sides(audio: &Audio, frames: usize) -> Sides {
    [0, 1].map(|side| {
        let row = audio.channels.get(side).or(audio.channels.first());
        row.map_or_else(Vec::new, |row| row[..frames].iter().map(|&x| if x.is_finite() { x } else { 0.0 }).collect())
    })
}

/// What is left of `a` without `b`.
fn minus(a: &Sides, b: &Sides) -> Sides {
    [0, 1].map(|side| a[side].iter().zip(&b[side]).map(|(a, b)| a - b).collect())
}
