//! Stages: equalizer, compressor, limiter and output, in the order of the signal.

use dsp::role::GuardRails;
use egui::{Align2, Rect, Ui};
use gui::compressor_panel::CompressorPanel;
use gui::equalizer_graph::EqualizerGraph;
use gui::guard_rail::{self, Tone};
use gui::knob::Knob;
use gui::parameter::change;
use gui::reduction_history::ReductionHistory;
use gui::theme::{self, GAP};
use gui::{choice, equalizer_panel, figure, meter, switch};
use nice_plug::prelude::Param;
use plugin_kit::controls::{self, hold};

use super::window::Window;

/// Where a master goes, and the ceiling for it in dBTP.
const CEILINGS: [(&str, f32); 3] = [("Streaming", -1.0), ("Vinyl rip", -0.5), ("Broadcast", -2.0)];

/// Heights of the limiter's knobs and of its switches, in design points.
const KNOBS: f32 = 78.0;
const SWITCHES: f32 = 23.0;

impl Window<'_> {
    /// The gain of the mix, and the equalizer.
    pub fn show_equalizer(&self, ui: &mut Ui, rect: Rect, graph: &mut EqualizerGraph) {
        let (theme, params) = (self.theme, self.params);
        let inside = theme.panel(ui.painter(), rect, "Input and equalizer");
        let (input, rest) = inside.split_left_right_at_x(inside.left() + theme.points(84.0));
        let rails = GuardRails::master();
        let tone = Tone::of_trim(params.input_gain.value(), &rails.trim_db);
        let gain = hold(self.host, &params.input_gain);
        let place = theme.place(input.min, 0.0, 0.0, 76.0, 108.0);
        Knob::new(&*gain, "Input gain", "Level of the mix before everything.").tone(tone).show(ui, theme, place);
        let settings = params.settings().equalizer;
        let bands = controls::bands(self.host, &params.equalizer, Some(&params.placements));
        graph.set_sample_rate(self.seen.sample_rate_hz);
        equalizer_panel::show(ui, theme, rest, graph, &settings, &rails, &bands);
    }

    /// The compressor.
    pub fn show_compressor(&self, ui: &mut Ui, rect: Rect) {
        let inside = self.theme.panel(ui.painter(), rect, "Compressor");
        let readings = &self.seen.measured.readings;
        let panel = CompressorPanel {
            controls: controls::compressor(self.host, &self.params.compressor),
            settings: &self.params.settings().compressor,
            rails: &GuardRails::master(),
            reduction_db: readings.compressor_reduction_db,
            max_reduction_db: readings.max_compressor_reduction_db,
        };
        panel.show(ui, self.theme, inside);
    }

    /// The limiter: what it took away above, what it is told below.
    pub fn show_limiter(&self, ui: &mut Ui, rect: Rect, history: &mut ReductionHistory) {
        let (theme, params, readings) = (self.theme, &self.params.limiter, &self.seen.measured.readings);
        let inside = theme.panel(ui.painter(), rect, "Limiter");
        let size = theme.design_size(inside);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        // In the line of the title.
        let share = format!("reduces {} of the time", figure::percent(readings.limiter_reducing_share));
        let line = at(0.0, -theme::TITLE_HEIGHT, size.x, theme::TITLE_HEIGHT);
        theme.write(ui.painter(), line, Align2::RIGHT_CENTER, &share, theme::LABEL, theme::QUIET_TEXT);

        let above = size.y - KNOBS - SWITCHES - 2.0 * GAP;
        let (now_db, max_db) = (readings.limiter_reduction_db, readings.max_limiter_reduction_db);
        meter::reduction(ui, theme, at(0.0, 0.0, 54.0, above), "Limiter reduction", now_db, max_db);
        history.show(ui, theme, at(54.0 + GAP, 0.0, size.x - 54.0 - GAP, above));
        self.show_limiter_knobs(ui, at(0.0, above + GAP, size.x, KNOBS));

        let cell = |number: f32| at(number * 106.0, size.y - SWITCHES, 100.0, SWITCHES);
        let auto = hold(self.host, &params.auto_release);
        let tip = "Lets the programme choose the release: quick after peaks, slow after long reduction.";
        switch::show(ui, theme, &*auto, cell(0.0), "Auto release", tip, theme::ACCENT);
        let true_peak = hold(self.host, &params.true_peak);
        let tip = "Whether peaks between the samples count. Off, only the samples stay under the ceiling.";
        switch::show(ui, theme, &*true_peak, cell(1.0), "True peak", tip, theme::ACCENT);
    }

    fn show_limiter_knobs(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.limiter);
        let knob = |parameter| hold(self.host, parameter);
        let (drive, ceiling, release) = (knob(&params.drive), knob(&params.ceiling), knob(&params.release));
        let (lookahead, link) = (knob(&params.lookahead), knob(&params.stereo_link));
        let tips = [
            (&drive, "Drive", "Gain into the limiter: louder, and more reduction. Meant for the last 1 to 4 dB."),
            (&ceiling, "Ceiling", "The level no peak exceeds. −1 dBTP for streaming, −2 for broadcast."),
            (&release, "Release", "How fast the gain comes back (63 %), when not automatic."),
            (&lookahead, "Look-ahead", "How early the gain starts to fall: long is gentler. The latency stays."),
            (&link, "Link", "100 %: left and right get one gain, so the image stays put. 0 %: each its own."),
        ];
        let size = theme.design_size(rect);
        let column = (size.x - 76.0) / tips.len() as f32;
        for (number, (parameter, label, tip)) in tips.into_iter().enumerate() {
            let place = theme.place(rect.min, number as f32 * column, 0.0, column, size.y);
            Knob::new(&**parameter, label, tip).show(ui, theme, place);
        }
        let presets = theme.place(rect.min, size.x - 72.0, 0.0, 72.0, size.y);
        theme.write(ui.painter(), presets, Align2::CENTER_TOP, "Ceiling for", theme::LABEL, theme::QUIET_TEXT);
        for (number, (name, ceiling_dbtp)) in CEILINGS.iter().enumerate() {
            let place = theme.place(presets.min, 0.0, 18.0 + 20.0 * number as f32, 72.0, 18.0);
            let tip = format!("Sets the ceiling to {} dBTP.", figure::level(f64::from(*ceiling_dbtp)));
            if switch::action(ui, theme, place, name, &tip).clicked() {
                change(&*ceiling, params.ceiling.preview_normalized(*ceiling_dbtp));
            }
        }
    }

    /// What happens last.
    pub fn show_output(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.output);
        let inside = theme.panel(ui.painter(), rect, "Output");
        let size = theme.design_size(inside);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        let gain = hold(self.host, &params.output_gain);
        let tip = "Gain after the limiter, only down: to listen at a matched level.";
        let tone = if params.output_gain.value() < 0.0 { Tone::Unusual } else { Tone::Usual };
        Knob::new(&*gain, "Output gain", tip).tone(tone).show(ui, theme, at(0.0, 0.0, 84.0, size.y));
        let label = at(100.0, 0.0, 84.0, 16.0);
        theme.write(ui.painter(), label, Align2::LEFT_CENTER, "Dither", theme::LABEL, theme::QUIET_TEXT);
        let dither = hold(self.host, &params.dither);
        let tip = "Noise for the word length of the file to come, instead of distortion. Off for 32-bit float files.";
        choice::show(ui, theme, &*dither, at(100.0, 18.0, 84.0, 26.0), tip);
        let beside = at(200.0, 2.0, size.x - 200.0, size.y - 4.0);
        let sentence = "For listening: back to 0 dB before the bounce.";
        guard_rail::show(ui, theme, beside, "Output gain", tone, sentence);
    }
}
