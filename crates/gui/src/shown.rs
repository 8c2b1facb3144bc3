//! Shown: whether drawing again would show anything new.

use std::hash::{DefaultHasher, Hash, Hasher};

/// What a window would show now, as coarsely as it can be read, and what it showed last.
///
/// A window at rest gives the same figures in every look at them, but for decimals nobody sees. Note everything that is
/// drawn, then ask once: while the answer is no, the window need not be drawn again.
#[derive(Debug, Default)]
pub struct Shown {
    now: DefaultHasher,
    last: Option<u64>,
}

/// The finest step of a figure with one decimal, and of a bar a few hundred points long.
const FIGURE_STEP: f64 = 0.1;
const BAR_STEP: f64 = 0.2;

impl Shown {
    /// A figure that reads with one decimal.
    pub fn figure(&mut self, value: f64) {
        self.quantized(value, FIGURE_STEP);
    }

    /// A level that is shown as a bar.
    pub fn bar(&mut self, level_db: f64) {
        self.quantized(level_db, BAR_STEP);
    }

    /// A share of one that is shown in per cent, or a correlation with two decimals.
    pub fn share(&mut self, share: f64) {
        self.quantized(share, 0.01);
    }

    /// Anything else that is shown as it is: a text, a state, the revision of a spectrum.
    pub fn exactly(&mut self, value: impl Hash) {
        value.hash(&mut self.now);
    }

    /// Whether what was noted since the last question is new.
    pub fn is_new(&mut self) -> bool {
        let now = std::mem::take(&mut self.now).finish();
        self.last.replace(now) != Some(now)
    }

    fn quantized(&mut self, value: f64, step: f64) {
        ((value / step).round() as i64).hash(&mut self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_nobody_sees_are_not_new() {
        let mut shown = Shown::default();
        let mut note = |value: f64, name: &str| {
            shown.figure(value);
            shown.exactly(name);
            shown.is_new()
        };
        assert!(note(-14.02, "Drums"), "the first look");
        assert!(!note(-14.04, "Drums"));
        assert!(note(-14.06, "Drums"));
        assert!(note(-14.06, "Bass"));
        assert!(!note(-14.06, "Bass"));
    }
}
