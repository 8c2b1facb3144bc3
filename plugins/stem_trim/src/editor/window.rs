//! Window: trim, equalizer and compressor in the order of the signal; on the right what comes in and what leaves.

use dsp::role::Role;
use dsp::stem_chain::{StemReadings, StemSettings};
use egui::{Align2, Rect, StrokeKind, Ui};
use gui::compressor_panel::CompressorPanel;
use gui::equalizer_graph::EqualizerGraph;
use gui::theme::{self, TITLE_HEIGHT, Theme};
use gui::{choice, equalizer_panel, switch};
use plugin_kit::controls::{self, Hand};
use plugin_kit::edits::Edits;
use plugin_kit::membership::candidate_line;

use super::seen::{self, Place, Seen};
use crate::params::StemParams;
use crate::session_link::StemSession;

/// Everything that is shown, and where edits go.
pub struct Window<'a> {
    /// Sizes.
    pub theme: &'a Theme,
    /// Where edits go.
    pub host: &'a Hand,
    /// What the host sees.
    pub params: &'a StemParams,
    /// The session's side.
    pub session: &'a StemSession,
    /// What is heard.
    pub seen: &'a Seen,
    /// Where the stem is in the session.
    pub place: &'a Place,
}

/// Width of the trim's panel in design points.
const TRIM_WIDTH: f32 = 164.0;
/// Width of the levels' panel.
const LEVELS_WIDTH: f32 = 184.0;
/// Height of the compressor's panel.
const COMPRESSOR_HEIGHT: f32 = 232.0;
/// Width of the compressor's controls; what is left of the panel shows its history.
const CONTROLS_WIDTH: f32 = 632.0;
/// Between panels, and around them.
const SPACE: f32 = 8.0;
/// Where the panels begin, and where they end from below.
const TOP: f32 = 52.0;
const FOOT: f32 = 38.0;

impl Window<'_> {
    /// Shows everything. The space beyond the design goes to the equalizer. `[main]`
    pub fn show(&self, ui: &mut Ui, graph: &mut EqualizerGraph, edits: &mut Edits) {
        let (theme, window) = (self.theme, ui.max_rect());
        ui.painter().rect_filled(window, 0.0, theme::BACKGROUND);
        let size = theme.design_size(window);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(window.min, x, y, width, height);
        let settings = self.params.settings();
        let readings = seen::resting(self.session.readings(), self.seen.heard().is_at_rest());

        let right = size.x - LEVELS_WIDTH - SPACE;
        let body = size.y - TOP - FOOT;
        let upper = body - COMPRESSOR_HEIGHT - SPACE;
        let equalizer_x = TRIM_WIDTH + 2.0 * SPACE;
        self.show_header(ui, at(SPACE, SPACE, size.x - 2.0 * SPACE, 36.0), edits);
        self.show_trim(ui, at(SPACE, TOP, TRIM_WIDTH, upper));
        self.show_equalizer(ui, at(equalizer_x, TOP, right - equalizer_x - SPACE, upper), graph, &settings);
        let lower = at(SPACE, TOP + upper + SPACE, right - 2.0 * SPACE, COMPRESSOR_HEIGHT);
        self.show_compressor(ui, lower, &settings, &readings);
        self.show_levels(ui, at(right, TOP, LEVELS_WIDTH, body), &readings);
        self.show_place(ui, at(SPACE, size.y - 31.0, size.x - 2.0 * SPACE, 24.0));
        self.show_flash(ui, window);
    }

    /// What the stem is.
    pub fn role(&self) -> Role {
        Role::from(self.params.role.value())
    }

    fn show_equalizer(&self, ui: &mut Ui, rect: Rect, graph: &mut EqualizerGraph, settings: &StemSettings) {
        let inside = self.theme.panel(ui.painter(), rect, "Equalizer");
        {
            let heard = self.seen.heard();
            heard.sample_rate_hz().into_iter().for_each(|rate_hz| graph.set_sample_rate(rate_hz));
            let [before_db, after_db] = heard.spectra_db();
            graph.set_spectra(before_db, after_db);
        }
        let bands = controls::bands(self.host, &self.params.equalizer, None);
        let rails = self.role().guard_rails();
        equalizer_panel::show(ui, self.theme, inside, graph, &settings.equalizer, &rails, &bands);
    }

    fn show_compressor(&self, ui: &mut Ui, rect: Rect, settings: &StemSettings, readings: &StemReadings) {
        let theme = self.theme;
        let inside = theme.panel(ui.painter(), rect, "Compressor");
        let size = theme.design_size(inside);
        let x = CONTROLS_WIDTH + 10.0;
        let history = theme.place(inside.min, x, 0.0, size.x - x, size.y);
        let title = theme.place(inside.min, x, -TITLE_HEIGHT, size.x - x, TITLE_HEIGHT);
        theme.write(ui.painter(), title, Align2::LEFT_CENTER, "Reduction over time", 13.0, theme::QUIET_TEXT);
        self.seen.heard().histories.iter_mut().for_each(|stage| stage.show(ui, theme, history));
        let rails = self.role().guard_rails();
        let panel = CompressorPanel {
            controls: controls::compressor(self.host, &self.params.compressor),
            settings: &settings.compressor,
            rails: &rails,
            reduction_db: readings.reduction_db,
            max_reduction_db: readings.max_reduction_db,
        };
        panel.show(ui, theme, theme.place(inside.min, 0.0, 0.0, CONTROLS_WIDTH, size.y));
    }

    /// Whom the stem is linked to, and what can be done about it.
    fn show_place(&self, ui: &mut Ui, rect: Rect) {
        let (theme, membership) = (self.theme, &self.params.membership);
        let Place { sentence, needs_answer, candidates, notices } = self.place;
        let width = theme.design_size(rect).x;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 0.0, width, 24.0);
        let mut end = width - LINK_WIDTH;
        let across = membership.is_linked_across_applications();
        let tip = "Also links to this session when its Master Bus runs in another application or project. Off, two \
                   projects never mix.";
        if switch::toggle(ui, theme, at(end, LINK_WIDTH), "Link across applications", across, tip) {
            membership.link_across_applications(!across);
            self.session.link().inspect(|link| link.mark_dirty());
        }
        if !candidates.is_empty() {
            const CHOOSE_WIDTH: f32 = 150.0;
            end -= CHOOSE_WIDTH + SPACE;
            let lines: Vec<String> = candidates.iter().map(candidate_line).collect();
            let tip = "Links the stem to another Master Bus. The project keeps it. Changes no sound.";
            let chosen = choice::menu(ui, theme, at(end, CHOOSE_WIDTH), "Choose a session", &lines, tip);
            if let Some(candidate) = chosen.and_then(|number| candidates.get(number)) {
                membership.choose(candidate);
                self.session.link().inspect(|link| link.mark_dirty());
            }
        }
        let color = if *needs_answer || !notices.is_empty() { theme::UNUSUAL } else { theme::QUIET_TEXT };
        let mark = if *needs_answer { "! " } else { "" };
        let text = [&[format!("{mark}{sentence}")], notices.as_slice()].concat().join("  ·  ");
        theme.write_fitting(ui.painter(), at(2.0, end - SPACE - 2.0), &text, 13.0, color);
    }

    /// The master asks which stem this is: a frame around all of it, fading.
    fn show_flash(&self, ui: &Ui, window: Rect) {
        let flash = self.session.flash();
        if flash > 0.0 {
            let stroke = self.theme.stroke(8.0, self.color().gamma_multiply(flash));
            ui.painter().rect_stroke(window, 0.0, stroke, StrokeKind::Inside);
        }
    }
}

/// Width of the switch for other applications.
const LINK_WIDTH: f32 = 178.0;
