//! Conversions between decibels, linear gain and loudness: the only home of `log10` and of powers of ten.

use std::f64::consts::LN_10;

/// What stands for "nothing at all" in every figure given in decibels, LUFS or LU: silence, shown as −∞.
///
/// Finite, so that it travels through files, atomics and comparisons; far below what 32-bit float audio can carry.
pub const SILENCE_DB: f64 = -200.0;

/// Linear gain of `db` decibels; [`SILENCE_DB`] and below is exactly zero.
pub fn gain_from_db(db: f64) -> f64 {
    if db <= SILENCE_DB { 0.0 } else { (db * (0.05 * LN_10)).exp() }
}

/// Decibels of a linear gain or amplitude; the sign is ignored, and nothing is below [`SILENCE_DB`].
pub fn db_from_gain(gain: f64) -> f64 {
    db_from_power(gain * gain)
}

/// Decibels of a power or mean square; nothing is below [`SILENCE_DB`].
pub fn db_from_power(power: f64) -> f64 {
    if power > MIN_POWER { 10.0 * power.log10() } else { SILENCE_DB }
}

/// The power of [`SILENCE_DB`].
const MIN_POWER: f64 = 1e-20;

/// Power ratio of `db` decibels.
pub fn power_from_db(db: f64) -> f64 {
    10f64.powf(db * 0.1)
}

/// The offset of BS.1770: a 0 dBFS sine of 997 Hz in one front channel reads −3.01 LKFS.
const LOUDNESS_OFFSET_DB: f64 = -0.691;

/// Loudness in LUFS of a K-weighted mean square summed over the channels (ITU-R BS.1770-5 annex 1).
pub fn lufs_from_power(power: f64) -> f64 {
    let level_db = db_from_power(power);
    if level_db <= SILENCE_DB { SILENCE_DB } else { LOUDNESS_OFFSET_DB + level_db }
}

/// K-weighted mean square of a loudness: the inverse of [`lufs_from_power`].
pub fn power_from_lufs(loudness_lufs: f64) -> f64 {
    power_from_db(loudness_lufs - LOUDNESS_OFFSET_DB)
}

/// Frames in a time, rounded to the nearest.
pub fn frames_from_ms(time_ms: f64, sample_rate_hz: f64) -> usize {
    (time_ms * 0.001 * sample_rate_hz).round().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_inverse() {
        for tenth_db in -1900..400 {
            let db = f64::from(tenth_db) * 0.1;
            assert!((db_from_gain(gain_from_db(db)) - db).abs() < 1e-9);
            assert!((lufs_from_power(power_from_lufs(db)) - db).abs() < 1e-9);
        }
    }

    #[test]
    fn silence_is_finite_and_exactly_zero() {
        assert_eq!(db_from_gain(0.0), SILENCE_DB);
        assert_eq!(gain_from_db(SILENCE_DB), 0.0);
        assert_eq!(lufs_from_power(0.0), SILENCE_DB);
    }

    #[test]
    fn zero_db_is_exactly_one() {
        assert_eq!(gain_from_db(0.0), 1.0);
    }
}
