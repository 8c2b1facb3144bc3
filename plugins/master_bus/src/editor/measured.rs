//! Measured: the stems and the mix they make, the loudness, and what leaves the plugin.

use dsp::role::Role;
use egui::{Align2, Color32, Rect, Ui};
use gui::guard_rail::Tone;
use gui::knob::Knob;
use gui::stem_row::{StemRow, StemState};
use gui::theme;
use gui::{choice, figure, loudness_panel, stem_list, switch};
use plugin_kit::controls::hold;
use session::member::{Activity, StemView};

use super::window::Window;

impl Window<'_> {
    /// The stems side by side, and the mix.
    pub fn show_stems(&self, ui: &mut Ui, rect: Rect) {
        let inside = self.theme.panel(ui.painter(), rect, "Stems, and the mix they make");
        let rows: Vec<StemRow> = self.stems.iter().map(stem_row).collect();
        let _ = stem_list::show(ui, self.theme, inside, &rows, &self.mix_row());
    }

    /// The figures of the measurement, and what starts it again.
    pub fn show_loudness(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.measure);
        let inside = theme.panel(ui.painter(), rect, "Loudness");
        let width = theme.design_size(rect).x;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 4.0, width, 23.0);
        let reset = hold(self.host, &params.reset);
        let tip = "Starts the measurement again, here and in every stem.";
        switch::pulse(ui, theme, &*reset, at(width - 188.0, 70.0), "Reset", tip);
        let policy = hold(self.host, &params.reset_policy);
        let tip = "When the measurement starts again by itself: never, when playback starts, or also when it jumps.";
        choice::show(ui, theme, &*policy, at(width - 112.0, 104.0), tip);
        let target =
            usize::try_from(params.target.value()).ok().and_then(|number| self.params.platforms.all().get(number));
        let below = inside.with_min_y(inside.top() + theme.points(8.0));
        loudness_panel::show(ui, theme, below, &self.readings.meter, target);
    }

    /// What happens last, and the proof that the stems are the mix.
    pub fn show_output(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.output);
        let inside = theme.panel(ui.painter(), rect, "Output");
        let width = theme.design_size(inside).x;
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        let gain = hold(self.host, &params.output_gain);
        let tip = "Gain after the limiter, only down: to listen at a matched level. Back to 0 dB before the bounce.";
        let tone = if params.output_gain.value() < 0.0 { Tone::Unusual } else { Tone::Usual };
        Knob::new(&*gain, "Output gain", tip).tone(tone).show(ui, theme, at(0.0, 0.0, 82.0, 88.0));
        theme.write(
            ui.painter(),
            at(96.0, 0.0, 70.0, 16.0),
            Align2::LEFT_CENTER,
            "Dither",
            theme::LABEL,
            theme::QUIET_TEXT,
        );
        let dither = hold(self.host, &params.dither);
        let tip = "Noise for the word length of the file to come, instead of distortion. Off for 32-bit float files.";
        choice::show(ui, theme, &*dither, at(96.0, 18.0, 80.0, 26.0), tip);

        let text = match self.readings.null {
            None => "Null test: no reference mix on the side-chain".to_owned(),
            Some(null) if null.relative_db.is_none() => "Null test: the reference mix is silent".to_owned(),
            Some(null) => format!(
                "Null test: {} dBFS is left, at worst {}",
                figure::level(null.residual_dbfs),
                figure::level(null.worst_residual_dbfs)
            ),
        };
        theme.write_wrapped(ui.painter(), at(190.0, 0.0, width - 190.0, 84.0), &text, 13.0, theme::QUIET_TEXT);
    }

    /// The mix as a line below its stems.
    fn mix_row(&self) -> StemRow {
        let meter = &self.readings.meter;
        StemRow {
            color: theme::TEXT,
            name: "Mix".to_owned(),
            role: "what leaves",
            trim_db: f64::from(self.params.input_gain.value()),
            trim_tone: Tone::Usual,
            reduction_db: self.readings.compressor_reduction_db + self.readings.limiter_reduction_db,
            momentary_lufs: meter.momentary_lufs,
            short_term_lufs: meter.short_term_lufs,
            integrated_lufs: meter.integrated_lufs,
            true_peak_dbtp: meter.true_peak_dbtp,
            state: if self.params.bypass.value() { StemState::Bypassed } else { StemState::Live },
            remote: None,
        }
    }
}

fn stem_row(stem: &StemView) -> StemRow {
    let role = Role::ALL.get(usize::from(stem.info.role)).copied().unwrap_or_default();
    let color = match stem.info.color_argb.to_be_bytes() {
        [0, 0, 0, 0] => theme::role_color(role),
        [_, red, green, blue] => Color32::from_rgb(red, green, blue),
    };
    let run = stem.position.run;
    let state = match stem.activity {
        Activity::Live if run.muted => StemState::Muted,
        Activity::Live if run.bypassed => StemState::Bypassed,
        Activity::Live => StemState::Live,
        Activity::Idle => StemState::Idle,
        Activity::Stale { seconds } => StemState::Stale(seconds),
    };
    StemRow {
        color,
        name: stem.info.name.clone(),
        role: role.name(),
        trim_db: stem.meters.trim_db,
        trim_tone: Tone::Usual,
        reduction_db: stem.meters.gain_reduction_db,
        momentary_lufs: stem.meters.momentary_lufs,
        short_term_lufs: stem.meters.short_term_lufs,
        integrated_lufs: stem.meters.integrated_lufs,
        true_peak_dbtp: stem.meters.max_true_peak_dbtp,
        state,
        remote: None,
    }
}
