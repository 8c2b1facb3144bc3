//! Window: stems above, the stages of the master in the order of the signal below; what is measured on the right.

use dsp::master_chain::MasterReadings;
use dsp::role::GuardRails;
use egui::{Align2, Rect, Ui};
use gui::compressor_panel::CompressorPanel;
use gui::equalizer_graph::EqualizerGraph;
use gui::guard_rail::Tone;
use gui::knob::Knob;
use gui::parameter::change;
use gui::platform_table::PlatformTable;
use gui::theme::{self, Theme};
use gui::{equalizer_panel, figure, meter, switch};
use nice_plug::prelude::Param;
use plugin_kit::controls::{self, Hand, hold};
use session::member::StemView;

use crate::params::MasterParams;

/// What a drawing of the window needs.
pub struct Window<'a> {
    pub theme: &'a Theme,
    pub host: &'a Hand,
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

/// Where a master goes, and the ceiling for it in dBTP.
const CEILINGS: [(&str, f32); 3] = [("Streaming", -1.0), ("Vinyl rip", -0.5), ("Broadcast", -2.0)];

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
        self.show_stems(ui, at(GAP, TOP, left, stems_height));

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
        let bands = controls::bands(self.host, &params.equalizer, Some(&params.placements));
        equalizer_panel::show(ui, theme, rest, graph, &settings, &rails, &bands);
    }

    fn show_compressor(&self, ui: &mut Ui, rect: Rect) {
        let inside = self.theme.panel(ui.painter(), rect, "Compressor");
        let panel = CompressorPanel {
            controls: controls::compressor(self.host, &self.params.compressor),
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
        // In the place of a sixth knob.
        let presets = at(62.0 + 2.0 * column, row, column, row - 4.0);
        theme.write(ui.painter(), presets, Align2::CENTER_TOP, "Ceiling for", theme::LABEL, theme::QUIET_TEXT);
        for (number, (name, ceiling_dbtp)) in CEILINGS.iter().enumerate() {
            let place = theme.place(presets.min, 0.0, 18.0 + 18.0 * number as f32, column, 16.0);
            let tip = format!("Sets the ceiling to {} dBTP.", figure::level(f64::from(*ceiling_dbtp)));
            if switch::action(ui, theme, place, name, &tip).clicked() {
                change(&*ceiling, params.ceiling.preview_normalized(*ceiling_dbtp));
            }
        }
        let cell = |number: f32| at(number * 106.0, size.y - 23.0, 100.0, 23.0);
        let auto = switch_of(&params.auto_release);
        let tip = "Lets the programme choose the release.";
        switch::show(ui, theme, &*auto, cell(0.0), "Auto release", tip, theme::ACCENT);
        let true_peak = switch_of(&params.true_peak);
        let tip = "Whether peaks between the samples count. Off, only the samples stay under the ceiling.";
        switch::show(ui, theme, &*true_peak, cell(1.0), "True peak", tip, theme::ACCENT);
    }
}
