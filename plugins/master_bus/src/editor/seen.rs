//! Seen: what the window shows beside the parameters, as it is at a moment.

use gui::shown::Shown;
use plugin_kit::membership::Notice;
use session::member::{Activity, Candidate, Member, StemView};

use crate::params::MasterParams;
use crate::session_link::{MasterSession, Measured};

/// A stem, and how far what was asked of it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenStem {
    pub view: StemView,
    /// It has still to answer.
    pub is_pending: bool,
    /// Why it has not done what it was asked, in a sentence.
    pub refused: Option<&'static str>,
}

/// Everything at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    pub measured: Measured,
    pub sample_rate_hz: f64,
    /// Steps of the limiter's trace that ever came.
    pub limiter_steps: u64,
    pub stems: Vec<SeenStem>,
    /// Whom the master is linked to, or why only this process is.
    pub link: String,
    /// Only instances of this process can be linked.
    pub is_local_only: bool,
    pub session_name: String,
    pub links_across_applications: bool,
    /// The sessions the master could be in instead.
    pub candidates: Vec<Candidate>,
    /// Stems that ask which session they belong to.
    pub undecided_stem_count: usize,
    pub notices: Vec<Notice>,
}

impl Seen {
    /// Looks, and asks the session to be quick while somebody does. `[main]` and the window's own thread.
    pub fn look(session: &MasterSession, params: &MasterParams) -> Self {
        let membership = &params.membership;
        membership.with_member(Member::request_fast);
        let stem = |view: StemView| SeenStem {
            is_pending: membership.is_pending(view.id),
            refused: membership.reason(view.id),
            view,
        };
        let (stems, candidates) = (session.stems(), membership.candidates());
        let undecided_stem_count = membership.undecided_stem_count();
        Self {
            measured: session.measured(),
            sample_rate_hz: session.sample_rate_hz(),
            limiter_steps: session.limiter_feed().count(),
            link: membership.link_sentence(),
            is_local_only: membership.with_member(Member::local_only).flatten().is_some(),
            session_name: membership.session_name(),
            links_across_applications: membership.is_linked_across_applications(),
            notices: membership.notices(&stems, &candidates, undecided_stem_count),
            stems: stems.into_iter().map(stem).collect(),
            candidates,
            undecided_stem_count,
        }
    }

    /// Notes all of it as coarsely as it can be read.
    pub fn note(&self, shown: &mut Shown) {
        self.note_measured(shown);
        for stem in &self.stems {
            stem.note(shown);
        }
        shown.exactly((self.limiter_steps, &self.link, &self.session_name, self.links_across_applications));
        shown.exactly((&self.candidates, self.undecided_stem_count));
        for notice in &self.notices {
            shown.exactly(notice.to_string());
        }
    }

    fn note_measured(&self, shown: &mut Shown) {
        let Measured { readings, is_playing } = &self.measured;
        let meter = &readings.meter;
        for loudness in [
            meter.momentary_lufs,
            meter.short_term_lufs,
            meter.integrated_lufs,
            meter.max_momentary_lufs,
            meter.max_short_term_lufs,
            meter.range_lu,
            meter.plr_lu,
            meter.psr_lu,
            meter.true_peak_dbtp,
            meter.itu_true_peak_dbtp,
            meter.sample_peak_dbfs,
            readings.compressor_reduction_db,
            readings.max_compressor_reduction_db,
            readings.limiter_reduction_db,
            readings.max_limiter_reduction_db,
        ] {
            shown.figure(loudness);
        }
        meter.peak_dbfs.iter().chain(&meter.rms_dbfs).for_each(|level_db| shown.bar(*level_db));
        shown.share(meter.correlation);
        shown.share(readings.limiter_reducing_share);
        shown.exactly((meter.range_is_stable, meter.clip_count, is_playing));
        if let Some(null) = readings.null {
            for level_db in [null.residual_dbfs, null.worst_residual_dbfs, null.peak_dbfs] {
                shown.figure(level_db);
            }
            null.relative_db.into_iter().chain(null.worst_relative_db).for_each(|db| shown.figure(db));
            let which = (null.relative_db.is_some(), null.worst_relative_db.is_some());
            shown.exactly((which, null.worst_song_frames, null.offset_frames));
        }
    }
}

impl SeenStem {
    fn note(&self, shown: &mut Shown) {
        let StemView { instance, info, meters, position, moment, activity, soloed, silenced, .. } = &self.view;
        shown.exactly((instance.to_string(), &info.name, info.role, info.color_argb));
        shown.exactly((position.run.muted, position.run.bypassed, soloed, silenced, self.is_pending, self.refused));
        shown.exactly(match activity {
            Activity::Live => None,
            Activity::Idle => Some(-1),
            Activity::Stale { seconds } => Some(seconds.round() as i64),
        });
        for figure in [
            meters.trim_db,
            meters.gain_reduction_db,
            meters.momentary_lufs,
            meters.short_term_lufs,
            meters.integrated_lufs,
            meters.max_true_peak_dbtp,
        ] {
            shown.figure(figure);
        }
        shown.exactly(moment.is_some());
        if let Some(moment) = moment {
            let figures = [moment.momentary_lufs, moment.short_term_lufs, moment.gain_reduction_db];
            figures.into_iter().for_each(|figure| shown.figure(figure));
        }
    }
}
