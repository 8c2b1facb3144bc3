//! Window: stems above, the stages of the master in the order of the signal below; what is measured on the right.

use dsp::master_chain::MasterReadings;
use dsp::role::{GuardRails, Role};
use egui::{Align2, Color32, Rect, Ui};
use gui::compressor_panel::CompressorPanel;
use gui::equalizer_graph::EqualizerGraph;
use gui::guard_rail::Tone;
use gui::knob::Knob;
use gui::platform_table::PlatformTable;
use gui::stem_list::{StemRow, StemState};
use gui::theme::{self, Theme};
use gui::{choice, equalizer_panel, figure, loudness_panel, meter, stem_list, switch};
use nice_plug::context::gui::GuiContext;
use session::member::{Activity, StemView};

use super::hand::hold;
use super::stages;
use crate::params::MasterParams;

/// What a drawing of the window needs.
pub struct Window<'a> {
    pub theme: &'a Theme,
    pub host: &'a GuiContext,
    pub params: &'a MasterParams,
    pub readings: &'a MasterReadings,
    pub stems: &'a [StemView],
}

/// Width of what is measured, and heights of what does not grow with the window, in design points.
const RIGHT: f32 = 376.0;
const DYNAMICS: f32 = 206.0;
const STEMS: f32 = 210.0;
const LOUDNESS: f32 = 290.0;
const OUTPUT: f32 = 122.0;
const TOP: f32 = 50.0;
const GAP: f32 = 8.0;

impl Window<'_> {
    /// Shows everything. `[main]`
    pub fn show(&self, ui: &mut Ui, graph: &mut EqualizerGraph, platforms: &mut PlatformTable) {
        let (theme, params) = (self.theme, self.params);
        let window = ui.max_rect();
        ui.painter().rect_filled(window, 0.0, theme::BACKGROUND);
        let size = theme.design_size(window);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(window.min, x, y, width, height);
        self.show_header(ui, at(GAP, GAP, size.x - 2.0 * GAP, 34.0));

        let (left, bottom) = (size.x - RIGHT - 3.0 * GAP, size.y - GAP);
        // What the window is higher than its design goes to stems and equalizer alike.
        let stems_height = STEMS + 0.5 * (size.y - super::DESIGN.y).max(0.0);
        let stems = theme.panel(ui.painter(), at(GAP, TOP, left, stems_height), "Stems, and the mix they make");
        let rows: Vec<StemRow> = self.stems.iter().map(stem_row).collect();
        stem_list::show(ui, theme, stems, &rows, &self.mix_row());

        let (y, dynamics_y) = (TOP + stems_height + GAP, bottom - DYNAMICS);
        self.show_equalizer(ui, at(GAP, y, left, dynamics_y - GAP - y), graph);
        let limiter_width = 284.0;
        self.show_compressor(ui, at(GAP, dynamics_y, left - limiter_width - GAP, DYNAMICS));
        self.show_limiter(ui, at(left - limiter_width + GAP, dynamics_y, limiter_width, DYNAMICS));

        let x = left + 2.0 * GAP;
        self.show_loudness(ui, at(x, TOP, RIGHT, LOUDNESS));
        let y = TOP + LOUDNESS + GAP;
        let table = theme.panel(ui.painter(), at(x, y, RIGHT, bottom - OUTPUT - GAP - y), "Platforms");
        let meter = &self.readings.meter;
        let target = hold(self.host, &params.measure.target);
        let targets = params.platforms.all();
        platforms.show(ui, theme, table, targets, &*target, meter);
        self.show_output(ui, at(x, bottom - OUTPUT, RIGHT, OUTPUT));
    }

    fn show_header(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, self.params);
        let width = theme.design_size(rect).x;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 2.0, width, 30.0);
        theme.write(ui.painter(), at(4.0, 130.0), Align2::LEFT_CENTER, "Master Bus", 19.0, theme::TEXT);
        let sentence = params.membership.link_sentence();
        theme.write_fitting(ui.painter(), at(134.0, width - 134.0 - 312.0), &sentence, 13.0, theme::QUIET_TEXT);
        let matched = hold(self.host, &params.matched_bypass);
        let tip = "While bypassed, plays the input as loud as the master was: so that louder does not win by itself.";
        switch::show(ui, theme, &*matched, at(width - 296.0, 186.0), "Bypass at equal loudness", tip, theme::ACCENT);
        let bypass = hold(self.host, &params.bypass);
        let tip = "Passes the mix through untouched, as late as the master.";
        switch::show(ui, theme, &*bypass, at(width - 104.0, 104.0), "Bypass", tip, theme::UNUSUAL);
    }

    fn show_equalizer(&self, ui: &mut Ui, rect: Rect, graph: &mut EqualizerGraph) {
        let (theme, params) = (self.theme, self.params);
        let inside = theme.panel(ui.painter(), rect, "Input and equalizer");
        let (input, rest) = inside.split_left_right_at_x(inside.left() + theme.points(80.0));
        let rails = GuardRails::master();
        let tone = Tone::of_trim(params.input_gain.value(), &rails.trim_db);
        let gain = hold(self.host, &params.input_gain);
        let place = theme.place(input.min, 0.0, 0.0, 74.0, 108.0);
        Knob::new(&*gain, "Input gain", "Level of the mix before everything.").tone(tone).show(ui, theme, place);
        let settings = params.settings().equalizer;
        let bands = stages::bands(self.host, &params.equalizer, &params.placements);
        equalizer_panel::show(ui, theme, rest, graph, &settings, &rails, &bands);
    }

    fn show_compressor(&self, ui: &mut Ui, rect: Rect) {
        let inside = self.theme.panel(ui.painter(), rect, "Compressor");
        let panel = CompressorPanel {
            controls: stages::compressor(self.host, &self.params.compressor),
            settings: &self.params.settings().compressor,
            rails: &GuardRails::master(),
            reduction_db: self.readings.compressor_reduction_db,
            max_reduction_db: self.readings.max_compressor_reduction_db,
        };
        panel.show(ui, self.theme, inside);
    }

    fn show_limiter(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params, readings) = (self.theme, &self.params.limiter, self.readings);
        let inside = theme.panel(ui.painter(), rect, "Limiter");
        let size = theme.design_size(inside);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        let (now_db, max_db) = (readings.limiter_reduction_db, readings.max_limiter_reduction_db);
        let above = size.y - 29.0;
        meter::reduction(ui, theme, at(0.0, 0.0, 54.0, above - 18.0), "Limiter reduction", now_db, max_db);
        let share = format!("{} of time", figure::percent(readings.limiter_reducing_share));
        theme.write(
            ui.painter(),
            at(0.0, above - 18.0, 62.0, 18.0),
            Align2::LEFT_CENTER,
            &share,
            11.0,
            theme::QUIET_TEXT,
        );

        let (knob, switch_of) = (|parameter| hold(self.host, parameter), |parameter| hold(self.host, parameter));
        let (drive, ceiling, release) = (knob(&params.drive), knob(&params.ceiling), knob(&params.release));
        let (lookahead, link) = (knob(&params.lookahead), knob(&params.stereo_link));
        let knobs = [
            Knob::new(
                &*drive,
                "Drive",
                "Gain into the limiter: louder, and more reduction. Meant for the last 1 to 4 dB.",
            ),
            Knob::new(&*ceiling, "Ceiling", "The level no peak exceeds. −1 dBTP for streaming, −2 for broadcast."),
            Knob::new(&*release, "Release", "How fast the gain comes back (63 %), when not automatic."),
            Knob::new(
                &*lookahead,
                "Look-ahead",
                "How early the gain starts to fall: long is gentler. The latency does not change.",
            ),
            Knob::new(
                &*link,
                "Stereo link",
                "100 %: left and right get one gain, so the image stays put. 0 %: each its own.",
            ),
        ];
        let (column, row) = ((size.x - 62.0) / 3.0, 0.5 * above);
        for (number, knob) in knobs.into_iter().enumerate() {
            let (x, y) = (62.0 + (number % 3) as f32 * column, (number / 3) as f32 * row);
            knob.show(ui, theme, at(x, y, column, row - 4.0));
        }
        let cell = |number: f32| at(number * 106.0, size.y - 23.0, 100.0, 23.0);
        let auto = switch_of(&params.auto_release);
        let tip = "Lets the programme choose the release.";
        switch::show(ui, theme, &*auto, cell(0.0), "Auto release", tip, theme::ACCENT);
        let true_peak = switch_of(&params.true_peak);
        let tip = "Whether peaks between the samples count. Off, only the samples stay under the ceiling.";
        switch::show(ui, theme, &*true_peak, cell(1.0), "True peak", tip, theme::ACCENT);
    }

    fn show_loudness(&self, ui: &mut Ui, rect: Rect) {
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

    fn show_output(&self, ui: &mut Ui, rect: Rect) {
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
            reduction_db: self.readings.compressor_reduction_db + self.readings.limiter_reduction_db,
            momentary_lufs: meter.momentary_lufs,
            short_term_lufs: meter.short_term_lufs,
            integrated_lufs: meter.integrated_lufs,
            true_peak_dbtp: meter.true_peak_dbtp,
            state: if self.params.bypass.value() { StemState::Bypassed } else { StemState::Live },
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
        reduction_db: stem.meters.gain_reduction_db,
        momentary_lufs: stem.meters.momentary_lufs,
        short_term_lufs: stem.meters.short_term_lufs,
        integrated_lufs: stem.meters.integrated_lufs,
        true_peak_dbtp: stem.meters.max_true_peak_dbtp,
        state,
    }
}
