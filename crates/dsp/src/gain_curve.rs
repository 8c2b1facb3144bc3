//! Gain curve: how much a compressor reduces a level.

/// The static curve of a compressor with a soft knee.
///
/// Below the knee nothing happens; above it the level rises by 1/ratio dB for each dB; inside, a parabola joins both
/// without a corner.
///
/// After: D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (2012), eq. 4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainCurve {
    /// Middle of the knee, dBFS.
    pub threshold_db: f64,
    /// dB of reduction for each dB above the knee: 1 − 1/ratio, 0 (none) … 1 (a wall).
    pub slope: f64,
    /// Width of the knee in dB, 0 or more.
    pub knee_db: f64,
}

impl GainCurve {
    /// A curve of `ratio`:1; a ratio below one counts as one. `[any]`
    pub fn new(threshold_db: f64, ratio: f64, knee_db: f64) -> Self {
        Self { threshold_db, slope: 1.0 - 1.0 / ratio.max(1.0), knee_db: knee_db.max(0.0) }
    }

    /// Reduction of a level in dB, 0 or more. `[audio]`
    #[inline]
    pub fn reduction_db(&self, level_db: f64) -> f64 {
        let over_db = level_db - self.threshold_db;
        let into_knee_db = over_db + 0.5 * self.knee_db;
        if into_knee_db <= 0.0 {
            0.0
        } else if into_knee_db >= self.knee_db {
            self.slope * over_db
        } else {
            self.slope * into_knee_db * into_knee_db / (2.0 * self.knee_db)
        }
    }

    /// Make-up gain in dB that gives back half of what a level of 0 dBFS loses: programme below its peaks loses
    /// less than they do. `[any]`
    pub fn auto_makeup_db(&self) -> f64 {
        0.5 * self.reduction_db(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_curve() {
        let (threshold, ratio, knee) = (-20.0, 4.0, 10.0);
        let curve = GainCurve::new(threshold, ratio, knee);
        for half_db in -120..=0 {
            let level = f64::from(half_db) * 0.5;
            // Equation 4 of the paper, output against input.
            let output = if 2.0 * (level - threshold) < -knee {
                level
            } else if 2.0 * (level - threshold).abs() <= knee {
                level + (1.0 / ratio - 1.0) * (level - threshold + knee / 2.0).powi(2) / (2.0 * knee)
            } else {
                threshold + (level - threshold) / ratio
            };
            assert!((level - curve.reduction_db(level) - output).abs() < 1e-12, "at {level} dB");
        }
    }

    #[test]
    fn the_knee_has_no_corner() {
        let curve = GainCurve::new(-18.0, 3.0, 6.0);
        let slope_at = |level_db: f64| (curve.reduction_db(level_db + 1e-6) - curve.reduction_db(level_db)) / 1e-6;
        for end_db in [-21.0, -15.0] {
            assert!((slope_at(end_db + 1e-5) - slope_at(end_db - 1e-5)).abs() < 1e-5, "at {end_db} dB");
        }
    }

    #[test]
    fn a_hard_knee_starts_at_the_threshold() {
        let curve = GainCurve::new(-18.0, 2.0, 0.0);
        assert_eq!(curve.reduction_db(-18.0), 0.0);
        assert_eq!(curve.reduction_db(-8.0), 5.0);
        assert_eq!(curve.auto_makeup_db(), 4.5);
    }
}
