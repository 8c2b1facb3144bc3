//! Filters that sound like their analogue models up to the Nyquist frequency.
//!
//! The poles are those of the analogue filter, mapped exactly (z = e^(s/rate)); the zeros follow from the gain wanted at
//! a few frequencies. At low frequency this is the classic bilinear design; near Nyquist the classic design is off by
//! up to 4 dB and this one by tenths. Left open: phase, which is that of a minimum-phase filter with this gain.
//!
//! After: M. Vicanek, "Matched Second Order Digital Filters" (2016), here in terms of tan²(ω/2) instead of z. The
//! analogue models are those of R. Bristow-Johnson's "Audio EQ Cookbook".

use super::Coefficients;
use crate::units;
use std::f64::consts::{PI, TAU};

/// Highest frequency of a pole or of a centre, as a share of the Nyquist frequency: beyond it, nothing could be heard
/// of the band, and the design would lose its footing.
const HIGHEST_SHARE: f64 = 0.95;

/// Where a shelf's gain is matched at the latest, as a share of the Nyquist frequency. Above, the match at Nyquist
/// governs, and matching in the steep part of the transform would bend the curve below (found by a scan of 2–20 kHz).
const SHELF_MATCH_SHARE: f64 = 0.6;

/// The poles of a design: `tuning` and `damping` of [`Coefficients`].
#[derive(Clone, Copy)]
struct Poles {
    tuning: f64,
    damping: f64,
}

impl Poles {
    /// The poles of the analogue filter with this natural frequency (radians per frame) and quality factor.
    fn matched(angle: f64, q: f64) -> Self {
        let ratio = 0.5 / q;
        let decay = ratio * angle;
        let (tuning_squared, product) = if ratio < 1.0 {
            let turn = (1.0 - ratio * ratio).sqrt() * angle;
            let scale = (0.5 * decay).sinh().powi(2) + (0.5 * turn).cos().powi(2);
            (((0.5 * decay).sinh().powi(2) + (0.5 * turn).sin().powi(2)) / scale, decay.sinh() / scale)
        } else {
            // Two real poles, each tanh(pole / 2); written so that the slow one keeps its digits.
            let spread = ratio + (ratio * ratio - 1.0).sqrt();
            let (fast, slow) = ((0.5 * angle * spread).tanh(), (0.5 * angle / spread).tanh());
            (fast * slow, fast + slow)
        };
        let tuning = tuning_squared.sqrt();
        Self { tuning, damping: product / tuning }
    }

    /// tan²(ω/2) in units of the poles' tuning: the square of the analogue frequency the filter sees.
    fn warped_square(&self, angle: f64) -> f64 {
        ((0.5 * angle).tan() / self.tuning).powi(2)
    }

    /// |s² + damping·s + 1|² at a [`Poles::warped_square`].
    fn power(&self, warped_square: f64) -> f64 {
        (1.0 - warped_square).powi(2) + self.damping * self.damping * warped_square
    }

    /// The filter with these poles, these gains at 0 Hz and Nyquist, and this power gain at `angle`.
    fn through(self, low: f64, high: f64, angle: f64, power_gain: f64) -> Coefficients {
        let y = self.warped_square(angle);
        let middle = (power_gain * self.power(y) - low * low - high * high * y * y) / y;
        let band = (middle + 2.0 * low * high).max(0.0).sqrt();
        Coefficients { tuning: self.tuning, damping: self.damping, high, band, low }
    }
}

/// Radians per frame of a frequency that a pole may have.
fn angle_from_hz(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    (TAU * frequency_hz / sample_rate_hz).min(HIGHEST_SHARE * PI)
}

impl Coefficients {
    /// Lifts or lowers what is around a frequency. At 44.1 kHz and centres up to 18 kHz at most 0.6 dB from the
    /// analogue curve for ±6 dB, 0.35 dB for ±3 dB. A cut undoes the boost of the same size exactly. `[any]`
    pub fn bell(frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> Self {
        if gain_db == 0.0 {
            return Self::UNITY;
        }
        if gain_db < 0.0 {
            return Self::bell(frequency_hz, -gain_db, q, sample_rate_hz).inverse();
        }
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        let power_gain = units::power_from_db(gain_db);
        let poles = Poles::matched(angle, q * units::gain_from_db(0.5 * gain_db));
        // Wanted: gain 1 at 0 Hz; the full gain at the centre, and flat there. With y the warped square, that is
        // 1 + middle·y + high²·y² = power_gain · poles(y), and the same for the derivatives.
        let y = poles.warped_square(angle);
        let high = (power_gain - (power_gain - 1.0) / (y * y)).max(1.0).sqrt();
        let slope = 2.0 * (y - 1.0) + poles.damping * poles.damping;
        let middle = power_gain * slope - 2.0 * high * high * y;
        let band = (middle + 2.0 * high).max(0.0).sqrt();
        Self { tuning: poles.tuning, damping: poles.damping, high, band, low: 1.0 }
    }

    /// Lifts or lowers what is above a frequency, where half the gain (in dB) is reached. At 44.1 kHz and `q` from 0.5
    /// to 1 at most 0.6 dB from the analogue curve for ±6 dB, 0.35 dB for ±3 dB. `[any]`
    pub fn high_shelf(frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> Self {
        if gain_db == 0.0 {
            return Self::UNITY;
        }
        // A cut has its poles below the frequency, where they can be mapped well; a boost is its inverse.
        if gain_db > 0.0 {
            return Self::high_shelf(frequency_hz, -gain_db, q, sample_rate_hz).inverse();
        }
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        // A of the cookbook, and its square root.
        let amplitude = units::gain_from_db(0.5 * gain_db);
        let root = amplitude.sqrt();
        let analogue_power = |at_angle: f64| {
            let y = (at_angle / angle).powi(2);
            let slope = amplitude / (q * q) * y;
            amplitude * amplitude * ((1.0 - amplitude * y).powi(2) + slope) / ((amplitude - y).powi(2) + slope)
        };
        let match_angle = angle.min(SHELF_MATCH_SHARE * PI);
        let high = analogue_power(PI).sqrt();
        Poles::matched(angle * root, q).through(1.0, high, match_angle, analogue_power(match_angle))
    }

    /// Lifts or lowers what is below a frequency, where half the gain (in dB) is reached; as exact as
    /// [`Coefficients::high_shelf`], which it is but for a factor. `[any]`
    pub fn low_shelf(frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> Self {
        Self::high_shelf(frequency_hz, -gain_db, q, sample_rate_hz).scaled(units::gain_from_db(gain_db))
    }

    /// Removes what is below a frequency, 12 dB per octave; the gain there is `q`. `[any]`
    pub fn high_pass(frequency_hz: f64, q: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        let poles = Poles::matched(angle, q);
        let y = poles.warped_square(angle);
        // Both zeros stay at 0 Hz; one gain is left to choose.
        let high = q * poles.power(y).sqrt() / y;
        Self { tuning: poles.tuning, damping: poles.damping, high, band: 0.0, low: 0.0 }
    }

    /// Removes what is above a frequency, 12 dB per octave; the gain there is `q`. `[any]`
    pub fn low_pass(frequency_hz: f64, q: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        let nyquist = (PI / angle).powi(2);
        let high = 1.0 / ((1.0 - nyquist).powi(2) + nyquist / (q * q)).sqrt();
        Poles::matched(angle, q).through(1.0, high, angle, q * q)
    }

    /// Removes what is below a frequency, 6 dB per octave; −3 dB there. `[any]`
    pub fn gentle_high_pass(frequency_hz: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        // One pole, twice, the second time under a zero that removes it.
        let poles = Poles { tuning: (0.5 * angle).tanh(), damping: 2.0 };
        let y = poles.warped_square(angle);
        let high = (0.5 * (1.0 + y) / y).sqrt();
        Self { tuning: poles.tuning, damping: poles.damping, high, band: high, low: 0.0 }
    }

    /// Removes what is above a frequency, 6 dB per octave; −3 dB there. `[any]`
    pub fn gentle_low_pass(frequency_hz: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        let poles = Poles { tuning: (0.5 * angle).tanh(), damping: 2.0 };
        let y = poles.warped_square(angle);
        let high = (0.5 * (y - 1.0) / y).max(0.0).sqrt();
        Self { tuning: poles.tuning, damping: poles.damping, high, band: 1.0 + high, low: 1.0 }
    }
}
