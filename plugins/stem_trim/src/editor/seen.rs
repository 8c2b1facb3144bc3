//! Seen: what the window shows of the sound and the session, and whether it would look any different now.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dsp::role::Role;
use dsp::stem_chain::{StemReadings, StemSettings};
use dsp::units::SILENCE_DB;
use gui::shown::Shown;
use plugin_kit::edits::compare;
use plugin_kit::heard::Heard;
use plugin_kit::membership::Notice;
use session::member::{Candidate, Link, Member};

use crate::params::StemParams;
use crate::session_link::StemSession;

/// Below this a bar shows nothing, dBFS.
const LOWEST_DB: f64 = -61.0;

/// What the window hears and sees beside the parameters.
pub struct Seen {
    /// Spectra, input level and the compressor's reduction over time.
    pub heard: Mutex<Heard<1>>,
}

/// The session as a line at the foot of the window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Whom the stem is linked to, or why not.
    pub sentence: String,
    /// The stem is in no session although it could be.
    pub needs_answer: bool,
    /// The sessions it could be in instead.
    pub candidates: Vec<Candidate>,
    /// What else is to be known, one sentence each.
    pub notices: Vec<String>,
}

impl Seen {
    /// Nothing seen yet. `[setup]`
    pub fn new() -> Self {
        Self { heard: Mutex::new(Heard::new(["Reduction over time"])) }
    }

    /// What was heard. `[main]`, and the thread that looks
    pub fn heard(&self) -> MutexGuard<'_, Heard<1>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens, and notes everything that is drawn. The thread that looks
    pub fn look(&self, shown: &mut Shown, params: &StemParams, session: &StemSession) {
        let mut heard = self.heard();
        heard.listen(&session.feed);
        shown.exactly(heard.revision());
        shown.exactly(heard.is_at_rest());
        let mut bar = |level_db: f64| shown.bar(level_db.max(LOWEST_DB));
        heard.input_rms_dbfs().into_iter().chain(heard.input_peak_dbfs()).for_each(&mut bar);
        let largest_input_dbfs = heard.largest_input_dbfs();
        let readings = resting(session.readings(), heard.is_at_rest());
        drop(heard);
        let meter = &readings.meter;
        meter.rms_dbfs.into_iter().chain(meter.peak_dbfs).for_each(&mut bar);
        for figure in [
            largest_input_dbfs,
            meter.true_peak_dbtp,
            meter.momentary_lufs,
            meter.short_term_lufs,
            meter.integrated_lufs,
            readings.reduction_db,
            readings.max_reduction_db,
        ] {
            shown.figure(figure);
        }
        shown.share(meter.correlation);
        let settings: StemSettings = params.settings();
        shown.exactly(format!("{settings:?}"));
        shown.exactly(Role::from(params.role.value()));
        shown.exactly((session.name(), session.color_argb(), session.is_soloed()));
        shown.share(f64::from(session.flash()));
        shown.exactly(place(params));
        shown.exactly(compare::shown(&params.compare));
    }
}

/// The readings as they are shown: of a host that does not call the plugin, what was last is not there any more.
pub fn resting(readings: StemReadings, is_at_rest: bool) -> StemReadings {
    let mut shown = readings;
    if is_at_rest {
        shown.reduction_db = 0.0;
        let meter = &mut shown.meter;
        (meter.rms_dbfs, meter.peak_dbfs) = ([SILENCE_DB; 2], [SILENCE_DB; 2]);
        (meter.momentary_lufs, meter.short_term_lufs, meter.correlation) = (SILENCE_DB, SILENCE_DB, 0.0);
    }
    shown
}

/// Where the stem is in the session. `[main]`, and the thread that looks
pub fn place(params: &StemParams) -> Place {
    let membership = &params.membership;
    let link = membership.with_member(Member::link);
    let needs_answer = matches!(link, Some(Link::Choose { .. } | Link::Apart { .. } | Link::Full));
    let candidates = membership.candidates();
    // None asks a stem.
    let notices = membership.notices(&membership.stems(), &candidates, 0);
    Place {
        sentence: membership.link_sentence(),
        needs_answer,
        candidates,
        notices: notices.iter().map(Notice::to_string).collect(),
    }
}
