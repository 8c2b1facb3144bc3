//! One figure of a report, which may be missing.

use dsp::units::SILENCE_DB;
use serde::{Deserialize, Serialize};

/// A finite number, or none: silence, something never measured, a rule nobody knows. JSON says `null`, text says "—".
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<f64>", into = "Option<f64>")]
pub struct Reading(Option<f64>);

impl Reading {
    /// Nothing to say.
    pub const NONE: Reading = Reading(None);

    /// The value of a meter; [`SILENCE_DB`] and below, and what is not finite, is [`Reading::NONE`]. `[any]`
    pub fn new(value: f64) -> Self {
        Self((value.is_finite() && value > SILENCE_DB).then_some(value))
    }

    /// The number, if there is one. `[any]`
    pub fn value(self) -> Option<f64> {
        self.0
    }

    /// The number with so many decimals, never "-0.0"; "—" if there is none. `[main]`
    pub fn text(self, decimals: usize) -> String {
        let Some(value) = self.0 else { return "—".to_owned() };
        let text = format!("{value:.decimals$}");
        let zero = text.trim_matches(['-', '0', '.']).is_empty();
        if zero { text.trim_start_matches('-').to_owned() } else { text }
    }

    /// Like [`Reading::text`], with a plus before what is above zero: for distances and gains. `[main]`
    pub fn signed_text(self, decimals: usize) -> String {
        let text = self.text(decimals);
        let rises = self.0.is_some_and(|value| value > 0.0) && text.contains(|c| matches!(c, '1'..='9'));
        if rises { format!("+{text}") } else { text }
    }
}

impl From<f64> for Reading {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<Option<f64>> for Reading {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::NONE, Self::new)
    }
}

impl From<Reading> for Option<f64> {
    fn from(reading: Reading) -> Self {
        reading.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_above_silence_are_readings() {
        for nothing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, SILENCE_DB, -300.0] {
            assert_eq!(Reading::new(nothing), Reading::NONE);
        }
        assert_eq!(Reading::new(-199.9).value(), Some(-199.9));
    }

    #[test]
    fn text_never_says_minus_or_plus_zero() {
        assert_eq!(Reading::new(-0.04).text(1), "0.0");
        assert_eq!(Reading::new(0.04).signed_text(1), "0.0");
        assert_eq!(Reading::new(1.25).signed_text(1), "+1.2");
        assert_eq!(Reading::new(-10.0).text(1), "-10.0");
        assert_eq!(Reading::NONE.signed_text(1), "—");
    }
}
