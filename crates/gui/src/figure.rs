//! Figures: how a measured number reads.

use dsp::units::SILENCE_DB;

/// A level or loudness with one decimal; silence reads "−∞".
pub fn level(value: f64) -> String {
    if value <= SILENCE_DB { "−∞".to_owned() } else { signed(value, false) }
}

/// A loudness with one decimal; what nobody hears, below −99.9 LUFS, reads "−∞" as silence does.
pub fn loudness(value_lufs: f64) -> String {
    if value_lufs < -99.9 { level(SILENCE_DB) } else { level(value_lufs) }
}

/// A difference with one decimal and its sign; none reads "–".
pub fn difference(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| signed(value, true))
}

/// A figure without a sign (a range, a ratio) with one decimal; what is not known yet reads "–".
pub fn range(value: f64) -> String {
    if value <= SILENCE_DB { "–".to_owned() } else { signed(value, false) }
}

/// A gain reduction: 0 or more, read as what is taken away.
pub fn reduction(value_db: f64) -> String {
    signed(-value_db.max(0.0), false)
}

/// A correlation, −1…+1, with its sign.
pub fn correlation(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { "0.00".to_owned() } else { format!("{rounded:+.2}").replace('-', "−") }
}

/// A share of one in per cent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A gain at a grid line: no decimals, with its sign.
pub fn gain_mark(gain_db: f32) -> String {
    if gain_db == 0.0 { "0".to_owned() } else { format!("{gain_db:+.0}").replace('-', "−") }
}

/// One decimal, a true minus sign, and never "−0.0".
fn signed(value: f64, with_plus: bool) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    let sign = if rounded < 0.0 {
        "−"
    } else if with_plus && rounded > 0.0 {
        "+"
    } else {
        ""
    };
    format!("{sign}{:.1}", rounded.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign_and_silence_is_no_number() {
        assert_eq!(level(-0.04), "0.0");
        assert_eq!(reduction(0.0), "0.0");
        assert_eq!(reduction(2.34), "−2.3");
        assert_eq!(level(-14.25), "−14.3");
        assert_eq!(level(SILENCE_DB), "−∞");
        assert_eq!((loudness(-194.9).as_str(), loudness(-99.9).as_str()), ("−∞", "−99.9"));
        assert_eq!(range(SILENCE_DB), "–");
        assert_eq!(difference(Some(0.25)), "+0.3");
        assert_eq!(difference(None), "–");
        assert_eq!((correlation(-0.001).as_str(), correlation(-0.5).as_str()), ("0.00", "−0.50"));
    }
}
