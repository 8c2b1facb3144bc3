//! What the plugins report, as a report for people.

use dsp::role::Role;
use render::report::{Curves, Figures, Report, StemFigures, verdicts};
use serde::Deserialize;
use targets::Targets;

use super::song::Song;
use super::studio::Take;

/// What Master Bus writes when it is asked what it knows.
#[derive(Clone, Debug, Deserialize)]
pub struct MasterReport {
    /// Whom it is linked to.
    pub link: String,
    /// The master's figures.
    pub figures: Figures,
    /// Loudness now.
    pub momentary_lufs: Option<f64>,
    /// Loudness of the last 3 s.
    pub short_term_lufs: Option<f64>,
    /// Reduction of the limiter now.
    pub limiter_reduction_db: f64,
    /// The most the limiter reduced.
    pub max_limiter_reduction_db: f64,
    /// Worst difference from the reference mix.
    pub null_residual_dbfs: Option<f64>,
    /// The stems as the master received them through the session.
    pub stems: Vec<StemReport>,
}

/// A stem as the master knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct StemReport {
    /// Its name.
    pub name: String,
    /// The name of its role.
    pub role: String,
    /// Loudness now.
    pub momentary_lufs: Option<f64>,
    /// Its figures.
    pub figures: Figures,
}

impl MasterReport {
    /// Notes where the meters stand at a moment of the song.
    pub fn add_to(&self, curves: &mut Curves, time_s: f64) {
        let mut add = |curve: fn(&mut Curves) -> &mut Vec<(f64, f64)>, value: Option<f64>| {
            curve(curves).extend(value.map(|value| (time_s, value)));
        };
        add(|curves| &mut curves.momentary_lufs, self.momentary_lufs);
        add(|curves| &mut curves.short_term_lufs, self.short_term_lufs);
        add(|curves| &mut curves.limiter_reduction_db, Some(self.limiter_reduction_db));
    }
}

/// The whole report of a take.
pub fn report(song: &Song, take: &Take, platforms: &Targets, notes: Vec<String>) -> Report {
    let stems = take.master.stems.iter().map(|stem| StemFigures {
        name: stem.name.clone(),
        role: Role::ALL.into_iter().find(|role| role.name() == stem.role).unwrap_or_default(),
        figures: stem.figures,
    });
    Report {
        generator: "Stemma".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sample_rate_hz: f64::from(song.sample_rate_hz),
        duration_s: song.seconds(),
        master: take.master.figures,
        stems: stems.collect(),
        targets: verdicts(platforms, &take.master.figures),
        events: take.events.clone(),
        notes,
        ..Report::default()
    }
}
