//! Remote trim: the trim of a stem elsewhere as a value that a control of this window can hold.

use std::cell::Cell;

use crate::figure;
use crate::parameter::Parameter;

/// The trim of another plugin: what it has, and after the control was shown, what a hand wants it to be.
pub struct RemoteTrim {
    name: String,
    trim_db: f32,
    is_pending: bool,
    wanted_db: Cell<Option<f32>>,
}

/// Range of every stem's trim, dB.
const LOWEST_DB: f32 = -24.0;
const HIGHEST_DB: f32 = 12.0;

impl RemoteTrim {
    /// The trim of a stem in dB; pending, it has not answered yet.
    pub fn new(stem: &str, trim_db: f32, is_pending: bool) -> Self {
        Self { name: format!("Trim {stem}"), trim_db, is_pending, wanted_db: Cell::new(None) }
    }

    /// What a hand wants, if one has moved it.
    pub fn wanted_db(&self) -> Option<f32> {
        self.wanted_db.get()
    }
}

impl Parameter for RemoteTrim {
    fn name(&self) -> &str {
        &self.name
    }

    fn normalized(&self) -> f32 {
        let trim_db = self.wanted_db.get().unwrap_or(self.trim_db);
        ((trim_db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)).clamp(0.0, 1.0)
    }

    fn default_normalized(&self) -> f32 {
        -LOWEST_DB / (HIGHEST_DB - LOWEST_DB)
    }

    fn text(&self, normalized: f32) -> String {
        let trim = figure::level(f64::from(LOWEST_DB + normalized * (HIGHEST_DB - LOWEST_DB)));
        format!("{trim} dB{}", if self.is_pending { "…" } else { "" })
    }

    fn parse(&self, text: &str) -> Option<f32> {
        let text = text.trim().trim_end_matches('…').to_lowercase().replace('−', "-").replace(',', ".");
        let trim_db: f32 = text.trim_end_matches("db").trim().parse().ok()?;
        trim_db.is_finite().then(|| ((trim_db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)).clamp(0.0, 1.0))
    }

    fn steps(&self) -> Option<usize> {
        None
    }

    fn begin(&self) {}

    fn set(&self, normalized: f32) {
        self.wanted_db.set(Some(LOWEST_DB + normalized * (HIGHEST_DB - LOWEST_DB)));
    }

    fn end(&self) {}
}
