//! K-weighting: hears as ITU-R BS.1770 does, less bass and a little more treble.

use biquad::{Biquad, Coefficients, DirectForm2Transposed};
use std::f64::consts::PI;

/// The two filters every loudness in LUFS is measured through: a high shelf for the head, a high-pass for the ear.
///
/// The standard prints coefficients for 48 kHz and asks for "the same frequency response" elsewhere. Here the analogue
/// filters behind them are transformed for each rate, and the gain at high frequencies is held at that of 48 kHz,
/// without which 44.1 kHz would read 0.004 LU high and 192 kHz 0.032 LU low.
///
/// Source: ITU-R BS.1770-5 annex 1, tables 1 and 2; parameters as found by libebur128.
#[derive(Clone, Copy, Debug)]
pub struct KWeighting {
    shelf: DirectForm2Transposed<f64>,
    high_pass: DirectForm2Transposed<f64>,
}

impl KWeighting {
    /// The filters at rest. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            shelf: DirectForm2Transposed::new(shelf(sample_rate_hz)),
            high_pass: DirectForm2Transposed::new(high_pass(sample_rate_hz)),
        }
    }

    /// Forgets the sound. `[audio]`
    pub fn reset(&mut self) {
        self.shelf.reset_state();
        self.high_pass.reset_state();
    }

    /// One sample of one channel, weighted. Give it finite samples only. `[audio]`
    #[inline]
    pub fn next(&mut self, sample: f64) -> f64 {
        self.high_pass.run(self.shelf.run(sample))
    }
}

/// The rate for which the standard prints its coefficients.
const STANDARD_RATE_HZ: f64 = 48_000.0;

const SHELF_HZ: f64 = 1_681.974450955533;
const SHELF_GAIN_DB: f64 = 3.999843853973347;
const SHELF_Q: f64 = 0.7071752369554196;
/// The gain at the shelf's corner is its full gain to this power, not quite its root.
const SHELF_MIDDLE_EXPONENT: f64 = 0.4996667741545416;

const HIGH_PASS_HZ: f64 = 38.13547087602444;
const HIGH_PASS_Q: f64 = 0.5003270373238773;

fn shelf(sample_rate_hz: f64) -> Coefficients<f64> {
    let high_gain = crate::units::gain_from_db(SHELF_GAIN_DB);
    let middle_gain = high_gain.powf(SHELF_MIDDLE_EXPONENT);
    // At rates that have no room for the shelf it stands at the end of the band: wrong, but stable.
    let warped = (PI * (SHELF_HZ / sample_rate_hz).min(0.45)).tan();
    let (damping, square) = (warped / SHELF_Q, warped * warped);
    let scale = 1.0 / (1.0 + damping + square);
    Coefficients {
        b0: (high_gain + middle_gain * damping + square) * scale,
        b1: 2.0 * (square - high_gain) * scale,
        b2: (high_gain - middle_gain * damping + square) * scale,
        a1: 2.0 * (square - 1.0) * scale,
        a2: (1.0 - damping + square) * scale,
    }
}

fn high_pass(sample_rate_hz: f64) -> Coefficients<f64> {
    let denominator = |rate_hz: f64| {
        let warped = (PI * HIGH_PASS_HZ / rate_hz).tan();
        (warped, 1.0 + warped / HIGH_PASS_Q + warped * warped)
    };
    let (warped, sum) = denominator(sample_rate_hz);
    // The standard's numerator is a bare 1, −2, 1: a gain of `sum` at 48 kHz, kept at every rate.
    let gain = denominator(STANDARD_RATE_HZ).1 / sum;
    Coefficients {
        b0: gain,
        b1: -2.0 * gain,
        b2: gain,
        a1: 2.0 * (warped * warped - 1.0) / sum,
        a2: (1.0 - warped / HIGH_PASS_Q + warped * warped) / sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_at_48_khz_are_the_printed_ones() {
        let printed_shelf =
            [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
        let printed_high_pass = [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621];
        for (ours, printed) in
            [(shelf(STANDARD_RATE_HZ), printed_shelf), (high_pass(STANDARD_RATE_HZ), printed_high_pass)]
        {
            for (value, expected) in [ours.b0, ours.b1, ours.b2, ours.a1, ours.a2].into_iter().zip(printed) {
                assert!((value - expected).abs() < 1e-10, "{value} instead of {expected}");
            }
        }
    }
}
