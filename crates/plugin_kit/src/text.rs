//! What a control reads and what may be typed into it: every text a control shows means the same value when typed.

use std::sync::Arc;

use nice_plug::prelude::{FloatParam, FloatRange};

/// A level or gain in decibels, linear on the control.
pub fn decibels(name: &str, default_db: f32, low_db: f32, high_db: f32) -> FloatParam {
    FloatParam::new(name, default_db, FloatRange::Linear { min: low_db, max: high_db })
        .with_value_to_string(Arc::new(|value| format!("{} dB", fixed(value, 2))))
        .with_string_to_value(Arc::new(|text| Some(number_and_unit(text)?.0)))
}

/// A frequency in hertz, low frequencies spread out on the control.
pub fn hertz(name: &str, default_hz: f32, low_hz: f32, high_hz: f32) -> FloatParam {
    FloatParam::new(name, default_hz, spread_low(low_hz, high_hz))
        .with_value_to_string(Arc::new(hertz_text))
        .with_string_to_value(Arc::new(hertz_value))
}

/// A frequency in hertz whose lowest value means "off".
pub fn hertz_or_off(name: &str, off_hz: f32, high_hz: f32) -> FloatParam {
    FloatParam::new(name, off_hz, spread_low(off_hz, high_hz))
        .with_value_to_string(Arc::new(
            move |value| if is_off(value, off_hz) { "Off".to_owned() } else { hertz_text(value) },
        ))
        .with_string_to_value(Arc::new(
            move |text| if text.eq_ignore_ascii_case("off") { Some(off_hz) } else { hertz_value(text) },
        ))
}

/// Whether a control made by [`hertz_or_off`] is off: at its lowest value and wherever it reads the same.
pub fn is_off(value: f32, off_hz: f32) -> bool {
    rounded(value, 1) <= off_hz
}

/// A time in milliseconds, short times spread out on the control.
pub fn milliseconds(name: &str, default_ms: f32, low_ms: f32, high_ms: f32) -> FloatParam {
    FloatParam::new(name, default_ms, spread_low(low_ms, high_ms))
        .with_value_to_string(Arc::new(|value| format!("{} ms", three_digits(value))))
        .with_string_to_value(Arc::new(|text| {
            let (value, unit) = number_and_unit(text)?;
            Some(if unit == "s" { value * 1_000.0 } else { value })
        }))
}

/// A share from 0 to 100 %.
pub fn percent(name: &str, default_percent: f32) -> FloatParam {
    FloatParam::new(name, default_percent, FloatRange::Linear { min: 0.0, max: 100.0 })
        .with_value_to_string(Arc::new(|value| format!("{} %", fixed(value, 1))))
        .with_string_to_value(Arc::new(|text| Some(number_and_unit(text)?.0)))
}

/// A place between left (−100 %) and right (+100 %).
pub fn balance(name: &str) -> FloatParam {
    FloatParam::new(name, 0.0, FloatRange::Linear { min: -100.0, max: 100.0 })
        .with_value_to_string(Arc::new(|value| {
            let amount = fixed(value.abs(), 1);
            match (amount.as_str(), value < 0.0) {
                ("0.0", _) => "C".to_owned(),
                (amount, true) => format!("{amount} % L"),
                (amount, false) => format!("{amount} % R"),
            }
        }))
        .with_string_to_value(Arc::new(|text| {
            if text.eq_ignore_ascii_case("c") {
                return Some(0.0);
            }
            let (value, unit) = number_and_unit(text)?;
            Some(if unit.ends_with('l') { -value.abs() } else { value })
        }))
}

/// A compression ratio to one, low ratios spread out on the control.
pub fn ratio(name: &str, default: f32, low: f32, high: f32) -> FloatParam {
    FloatParam::new(name, default, spread_low(low, high))
        .with_value_to_string(Arc::new(|value| format!("{}:1", fixed(value, 2))))
        .with_string_to_value(Arc::new(|text| Some(number_and_unit(text.trim_end_matches(":1"))?.0)))
}

/// A quality factor, low values spread out on the control.
pub fn quality(name: &str, default: f32) -> FloatParam {
    FloatParam::new(name, default, spread_low(0.1, 10.0))
        .with_value_to_string(Arc::new(|value| fixed(value, 2)))
        .with_string_to_value(Arc::new(|text| Some(number_and_unit(text)?.0)))
}

/// A range whose lower values take more of the control's way.
fn spread_low(min: f32, max: f32) -> FloatRange {
    FloatRange::Skewed { min, max, factor: FloatRange::skew_factor(-2.0) }
}

fn hertz_text(value: f32) -> String {
    // The unit follows from the rounded value, or 999.96 Hz would read "1000.0 Hz" and, typed again, "1.00 kHz".
    if rounded(value, 1) < 1_000.0 {
        format!("{} Hz", fixed(value, 1))
    } else {
        format!("{} kHz", fixed(value * 0.001, 2))
    }
}

fn hertz_value(text: &str) -> Option<f32> {
    let (value, unit) = number_and_unit(text)?;
    Some(if unit.starts_with('k') { value * 1_000.0 } else { value })
}

/// As many decimals as make three digits, chosen after rounding for the reason given in `hertz_text`.
fn three_digits(value: f32) -> String {
    let decimals = (0..=2).rev().find(|&decimals| rounded(value, decimals) < 10f32.powi(3 - decimals)).unwrap_or(0);
    fixed(value, decimals)
}

fn rounded(value: f32, decimals: i32) -> f32 {
    let scale = 10f32.powi(decimals);
    (value * scale).round() / scale
}

/// A number with a fixed count of decimals that is never "-0.00".
fn fixed(value: f32, decimals: i32) -> String {
    let text = format!("{value:.*}", decimals.unsigned_abs() as usize);
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        _ => text,
    }
}

/// Splits "−3,5 dB" into −3.5 and "db". A comma is a decimal point, a typographic minus a minus.
fn number_and_unit(text: &str) -> Option<(f32, String)> {
    let text = text.trim().replace('−', "-").replace(',', ".").to_lowercase();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let value: f32 = number.parse().ok()?;
    value.is_finite().then(|| (value, unit.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nice_plug::prelude::Param;

    /// Every text must mean a value that reads the same again, over the whole range.
    fn round_trips(parameter: &FloatParam) {
        for step in 0..=20_000 {
            let text = parameter.normalized_value_to_string(step as f32 / 20_000.0, true);
            let value =
                parameter.string_to_normalized_value(&text).unwrap_or_else(|| panic!("{text} is not understood"));
            assert_eq!(parameter.normalized_value_to_string(value, true), text, "{}", parameter.name());
            assert!(!text.starts_with("-0.0 ") && !text.starts_with("-0.00"), "{text}");
        }
    }

    #[test]
    fn every_text_means_the_value_it_shows() {
        round_trips(&decibels("Trim", 0.0, -24.0, 12.0));
        round_trips(&hertz("Frequency", 1_000.0, 20.0, 20_000.0));
        round_trips(&hertz_or_off("Side-chain high-pass", 20.0, 500.0));
        round_trips(&milliseconds("Attack", 20.0, 0.1, 200.0));
        round_trips(&milliseconds("Release", 120.0, 5.0, 2_000.0));
        round_trips(&percent("Mix", 100.0));
        round_trips(&balance("Balance"));
        round_trips(&ratio("Ratio", 2.0, 1.0, 10.0));
        round_trips(&quality("Q", 1.0));
    }

    #[test]
    fn people_type_what_they_like() {
        let typed = |parameter: &FloatParam, text: &str| {
            parameter.string_to_normalized_value(text).map(|normalized| parameter.preview_plain(normalized))
        };
        let near = |value: Option<f32>, expected: f32| value.is_some_and(|value| (value / expected - 1.0).abs() < 1e-3);
        let (frequency, time) = (hertz("F", 1_000.0, 20.0, 20_000.0), milliseconds("T", 20.0, 5.0, 2_000.0));
        assert!(near(typed(&frequency, "2.5k"), 2_500.0));
        assert!(near(typed(&frequency, "2,5 kHz"), 2_500.0));
        assert!(near(typed(&frequency, "440"), 440.0));
        assert!(near(typed(&time, "1.5 s"), 1_500.0));
        assert!(near(typed(&decibels("G", 0.0, -24.0, 12.0), "−3"), -3.0));
        assert!(near(typed(&balance("B"), "30 l"), -30.0));
        assert_eq!(typed(&frequency, "nan"), None);
        assert_eq!(typed(&frequency, "loud"), None);
    }
}
