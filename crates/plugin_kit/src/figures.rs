//! Figures: readings as JSON, for whoever asks the plugin what it knows.

use dsp::units::SILENCE_DB;
use serde::Serialize;
use session::meters::Meters;

/// What was measured of a signal, under the names every report of Stemma uses. Silence is `null`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the names say what they mean; `dsp::meter::Readings` explains them")]
pub struct Figures {
    pub integrated_lufs: Option<f64>,
    pub range_lu: Option<f64>,
    pub max_momentary_lufs: Option<f64>,
    pub max_short_term_lufs: Option<f64>,
    pub true_peak_dbtp: Option<f64>,
    pub itu_true_peak_dbtp: Option<f64>,
    pub sample_peak_dbfs: Option<f64>,
    pub plr_lu: Option<f64>,
    pub correlation: Option<f64>,
    pub max_gain_reduction_db: Option<f64>,
}

impl From<&Meters> for Figures {
    fn from(meters: &Meters) -> Self {
        Self {
            integrated_lufs: audible(meters.integrated_lufs),
            range_lu: audible(meters.range_lu),
            max_momentary_lufs: audible(meters.max_momentary_lufs),
            max_short_term_lufs: audible(meters.max_short_term_lufs),
            true_peak_dbtp: audible(meters.max_true_peak_dbtp),
            // Does not travel through the session: whoever has it adds it.
            itu_true_peak_dbtp: None,
            sample_peak_dbfs: audible(meters.max_sample_peak_db),
            plr_lu: audible(meters.integrated_lufs).map(|integrated_lufs| meters.max_true_peak_dbtp - integrated_lufs),
            correlation: Some(meters.correlation),
            max_gain_reduction_db: Some(meters.max_gain_reduction_db),
        }
    }
}

/// The figure, or nothing where nothing was heard.
pub fn audible(figure: f64) -> Option<f64> {
    (figure > SILENCE_DB).then_some(figure)
}
