//! Filters that sound like their analogue models up to the Nyquist frequency.
//!
//! The poles are those of the analogue filter, mapped exactly (z = e^(s/rate)); the zeros follow from the gain wanted at
//! a few frequencies. At low frequency this is the classic bilinear design; near Nyquist the classic design is off by
//! up to 4 dB and this one by tenths. The phase is what follows from the gain: all filters are minimum-phase.
//!
//! After: M. Vicanek, "Matched Second Order Digital Filters" (2016), here in terms of tan²(ω/2) instead of z. The
//! analogue models are those of R. Bristow-Johnson's "Audio EQ Cookbook".

use super::Coefficients;
use crate::units;
use std::f64::consts::{PI, TAU};

/// Highest frequency of a pole or of a centre, as a share of the Nyquist frequency: beyond it, nothing could be heard
/// of the band, and the design would lose its footing.
const HIGHEST_SHARE: f64 = 0.95;

/// Where the gain is matched besides 0 Hz, as shares of the Nyquist frequency: at the design's own frequency, but at
/// most at the first; and at the second, or at the own frequency if that is higher, but at most at the third. Found by
/// a scan of 2–20 kHz: the matched points hold the curve least far away in between.
const MATCH_SHARES: [f64; 3] = [0.6, 0.85, 0.9];

/// The same for the low-pass, whose curve falls most where the others are flat.
const LOW_PASS_MATCH_SHARES: [f64; 3] = [0.6, 0.875, 0.9];

/// Above this quality factor a shelf has so sharp a dip that it must be met at its own frequency.
const SHARP_SHELF_Q: f64 = 1.2;

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

    /// The filter with these poles that passes everything unchanged, to the bit: a band on its way through 0 dB.
    fn unity(self) -> Coefficients {
        Coefficients { tuning: self.tuning, damping: self.damping, high: 1.0, band: self.damping, low: 1.0 }
    }

    /// The filter with these poles, this gain at 0 Hz, and the power gains of its analogue model at two frequencies.
    fn through(self, low: f64, angles: [f64; 2], analogue_power: impl Fn(f64) -> f64) -> Coefficients {
        let numerator = self.numerator_through(low, angles, &analogue_power);
        // A sharp bell or shelf near Nyquist may ask for less than nothing; it gets half of the analogue power there.
        self.under(low, numerator.at_least(0.5 * analogue_power(PI)))
    }

    fn numerator_through(&self, low: f64, angles: [f64; 2], analogue_power: impl Fn(f64) -> f64) -> Numerator {
        let [first, second] = angles.map(|angle| {
            let y = self.warped_square(angle);
            (y, (analogue_power(angle) * self.power(y) - low * low) / y)
        });
        let high_squared = (second.1 - first.1) / (second.0 - first.0);
        Numerator { first, high_squared }
    }

    /// The filter with these poles and this numerator.
    fn under(self, low: f64, numerator: Numerator) -> Coefficients {
        let high = numerator.high_squared.sqrt();
        let band = (numerator.middle() + 2.0 * low * high).max(0.0).sqrt();
        Coefficients { tuning: self.tuning, damping: self.damping, high, band, low }
    }
}

/// The squared numerator low² + middle·y + high²·y² of a filter, where y is a [`Poles::warped_square`].
#[derive(Clone, Copy)]
struct Numerator {
    /// A y, and middle + high²·y there.
    first: (f64, f64),
    high_squared: f64,
}

impl Numerator {
    fn middle(&self) -> f64 {
        self.first.1 - self.high_squared * self.first.0
    }

    /// The numerator with at least this power at the Nyquist frequency; it still goes through its first point.
    fn at_least(self, power: f64) -> Self {
        Self { high_squared: self.high_squared.max(power), ..self }
    }

    /// What lies between two numerators.
    fn blended(self, other: Self, share: f64) -> Self {
        let between = |a: f64, b: f64| a + share * (b - a);
        let high_squared = between(self.high_squared, other.high_squared);
        let middle = between(self.middle(), other.middle());
        Self { first: (0.0, middle), high_squared }
    }
}

/// Where a design for this frequency follows its model, under [`MATCH_SHARES`] or the like.
fn match_angles(angle: f64, shares: [f64; 3]) -> [f64; 2] {
    let [first, second, last] = shares.map(|share| share * PI);
    [angle.min(first), angle.clamp(second, last)]
}

/// Radians per frame of a frequency that a pole may have.
fn angle_from_hz(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    (TAU * frequency_hz / sample_rate_hz).min(HIGHEST_SHARE * PI)
}

impl Coefficients {
    /// Lifts or lowers what is around a frequency. At 44.1 kHz at most 0.4 dB from the analogue curve for ±6 dB, 0.2 dB
    /// for ±3 dB. A cut undoes the boost of the same size exactly. `[any]`
    pub fn bell(frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> Self {
        if gain_db < 0.0 {
            return Self::bell(frequency_hz, -gain_db, q, sample_rate_hz).inverse();
        }
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        if gain_db == 0.0 {
            return Poles::matched(angle, q).unity();
        }
        let amplitude = units::gain_from_db(0.5 * gain_db);
        Poles::matched(angle, q * amplitude).through(1.0, match_angles(angle, MATCH_SHARES), |at_angle| {
            let y = (at_angle / angle).powi(2);
            let slope = y / (q * q);
            ((1.0 - y).powi(2) + amplitude * amplitude * slope) / ((1.0 - y).powi(2) + slope / (amplitude * amplitude))
        })
    }

    /// Lifts or lowers what is above a frequency, where half the gain (in dB) is reached. At 44.1 kHz at most 0.2 dB
    /// from the analogue curve for ±6 dB and `q` up to 1.5; 0.6 dB up to 2.5, 1.5 dB up to 5: two poles and two zeros
    /// cannot follow a sharper resonance near Nyquist. `[any]`
    pub fn high_shelf(frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> Self {
        // A cut has its poles below the frequency, where they can be mapped well; a boost is its inverse.
        if gain_db > 0.0 {
            return Self::high_shelf(frequency_hz, -gain_db, q, sample_rate_hz).inverse();
        }
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        if gain_db == 0.0 {
            return Poles::matched(angle, q).unity();
        }
        let amplitude = units::gain_from_db(0.5 * gain_db);
        let root = amplitude.sqrt();
        let analogue_power = |at_angle: f64| {
            let y = (at_angle / angle).powi(2);
            let slope = amplitude / (q * q) * y;
            amplitude * amplitude * ((1.0 - amplitude * y).powi(2) + slope) / ((amplitude - y).powi(2) + slope)
        };
        let poles = Poles::matched(angle * root, q);
        let least = analogue_power(PI);
        let even = poles.numerator_through(1.0, match_angles(angle, MATCH_SHARES), analogue_power);
        let even = even.at_least(0.5 * least);
        if q <= SHARP_SHELF_Q {
            return poles.under(1.0, even);
        }
        // The dip of a sharp shelf: its zeros lie as far above the frequency as its poles lie below.
        let dip = (angle / root).min(MATCH_SHARES[2] * PI);
        let sharp = poles.numerator_through(1.0, [0.999 * dip, 1.001 * dip], analogue_power).at_least(0.25 * least);
        poles.under(1.0, even.blended(sharp, 1.0 - SHARP_SHELF_Q / q))
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

    /// Removes what is above a frequency, 12 dB per octave; the gain there is `q`. At most 0.3 dB from the analogue curve
    /// down to −24 dB. `[any]`
    pub fn low_pass(frequency_hz: f64, q: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        // The poles stop short of Nyquist, the curve does not.
        let wanted_angle = TAU * frequency_hz / sample_rate_hz;
        Poles::matched(angle, q).through(1.0, match_angles(angle, LOW_PASS_MATCH_SHARES), |at_angle| {
            let y = (at_angle / wanted_angle).powi(2);
            1.0 / ((1.0 - y).powi(2) + y / (q * q))
        })
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

    /// Removes what is above a frequency, 6 dB per octave; −3 dB there. At most 0.4 dB from the analogue curve. `[any]`
    pub fn gentle_low_pass(frequency_hz: f64, sample_rate_hz: f64) -> Self {
        let angle = angle_from_hz(frequency_hz, sample_rate_hz);
        // (1 + zero·x) / (1 + pole·x), with x = tan²(ω/2), through two points of the analogue 1 / (1 + ω²/angle²).
        let [first, second] = match_angles(angle, MATCH_SHARES).map(|at_angle| {
            let power = 1.0 / (1.0 + (at_angle / angle).powi(2));
            ((0.5 * at_angle).tan().powi(2), power)
        });
        let loss = |(x, power): (f64, f64)| (1.0 - power) / x;
        let pole = (loss(first) - loss(second)) / (first.1 - second.1);
        let zero = first.1 * pole - loss(first);
        let high = (zero / pole).max(0.0).sqrt();
        Self { tuning: pole.sqrt().recip(), damping: 2.0, high, band: 1.0 + high, low: 1.0 }
    }
}
