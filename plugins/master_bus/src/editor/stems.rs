//! Stems: every stem of the session side by side, held from here, and the mix they make.

use std::hash::{DefaultHasher, Hash, Hasher};

use dsp::role::Role;
use egui::{Color32, Rect, Ui};
use gui::guard_rail::Tone;
use gui::stem_list;
use gui::stem_row::{Remote, StemEdit, StemRow, StemState};
use gui::theme;
use session::command::Command;
use session::member::Activity;

use super::request::Request;
use super::seen::SeenStem;
use super::window::Window;
use super::wishes::{Held, Wishes};

impl Window<'_> {
    /// The stems, and the mix below them.
    pub fn show_stems(&self, ui: &mut Ui, rect: Rect, wishes: &mut Wishes, requests: &mut Vec<Request>) {
        let (theme, stems) = (self.theme, &self.seen.stems);
        let title = match stems.len() {
            0 => "Stems".to_owned(),
            1 => "1 stem, and the mix".to_owned(),
            count => format!("{count} stems, and the mix they make"),
        };
        let inside = theme.panel(ui.painter(), rect, &title);
        // The names of the columns stand in the line of the title.
        let list = inside.with_min_y(inside.top() - theme.points(20.0));
        wishes.keep(stems);
        let rows: Vec<StemRow> = stems.iter().map(|stem| stem_row(stem, wishes.shown(stem))).collect();
        for (number, edit) in stem_list::show(ui, theme, list, &rows, &self.mix_row()) {
            wishes.make(&stems[number], edit);
            requests.push(Request::Ask(stems[number].view.id, command(edit)));
        }
    }

    /// The mix as a line below its stems.
    fn mix_row(&self) -> StemRow {
        let readings = &self.seen.measured.readings;
        let meter = &readings.meter;
        StemRow {
            trim_db: f64::from(self.params.input_gain.value()),
            reduction_db: readings.compressor_reduction_db + readings.limiter_reduction_db,
            momentary_lufs: meter.momentary_lufs,
            short_term_lufs: meter.short_term_lufs,
            integrated_lufs: meter.integrated_lufs,
            true_peak_dbtp: meter.true_peak_dbtp,
            state: if self.params.bypass.value() { StemState::Bypassed } else { StemState::Live },
            ..StemRow::named("Mix", "what leaves", theme::TEXT)
        }
    }
}

/// What to ask of a stem.
fn command(edit: StemEdit) -> Command {
    match edit {
        StemEdit::Trim(trim_db) => Command::Trim { trim_db },
        StemEdit::Mute(on) => Command::Mute(on),
        StemEdit::Solo(on) => Command::Solo(on),
        StemEdit::Identify => Command::Identify,
        StemEdit::Color(color) => {
            let [red, green, blue, _] = color.to_array();
            Command::Color { color_argb: u32::from_be_bytes([0xff, red, green, blue]) }
        }
    }
}

fn stem_row(stem: &SeenStem, held: Held) -> StemRow {
    let view = &stem.view;
    let role = Role::ALL.get(usize::from(view.info.role)).copied().unwrap_or_default();
    let color = match view.info.color_argb.to_be_bytes() {
        [0, 0, 0, 0] => theme::role_color(role),
        [_, red, green, blue] => Color32::from_rgb(red, green, blue),
    };
    let run = view.position.run;
    let state = match view.activity {
        Activity::Live if run.muted => StemState::Muted,
        Activity::Live if view.silenced => StemState::Silenced,
        Activity::Live if run.bypassed => StemState::Bypassed,
        Activity::Live => StemState::Live,
        Activity::Idle => StemState::Idle,
        Activity::Stale { seconds } => StemState::Stale(seconds),
    };
    let mut key = DefaultHasher::new();
    (view.instance, view.id).hash(&mut key);
    // What stems do at one place of the song can be compared; what they do anywhere else is only their own.
    let meters = &view.meters;
    let own = (meters.gain_reduction_db, meters.momentary_lufs, meters.short_term_lufs);
    let (reduction_db, momentary_lufs, short_term_lufs) =
        view.moment.map_or(own, |moment| (moment.gain_reduction_db, moment.momentary_lufs, moment.short_term_lufs));
    StemRow {
        key: key.finish(),
        color,
        name: view.info.name.clone(),
        role: role.name(),
        trim_db: meters.trim_db,
        trim_tone: Tone::of_trim(held.trim_db, &role.guard_rails().trim_db),
        reduction_db,
        momentary_lufs,
        short_term_lufs,
        integrated_lufs: meters.integrated_lufs,
        true_peak_dbtp: meters.max_true_peak_dbtp,
        is_aligned: view.moment.is_some(),
        state,
        remote: Some(Remote {
            trim_db: held.trim_db,
            muted: held.muted,
            soloed: held.soloed,
            is_pending: stem.is_pending,
            refused: stem.refused.map(str::to_owned),
        }),
    }
}
