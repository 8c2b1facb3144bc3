//! The window: how the parts stand, and what a hand on a control does.

#[cfg(test)]
mod tests;
mod window;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dsp::stem_chain::StemReadings;
use gui::equalizer_graph::EqualizerGraph;
use gui::theme::{self, SCALES, Theme};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::ResizeHint;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use plugin_kit::controls::Hand;
use plugin_kit::edits::Edits;

use crate::params::{PRODUCT, StemParams};
use crate::session_link::StemSession;

/// What the host opens.
pub type Editor = EguiEditor<App>;

/// The size the window is drawn for, in logical pixels. The window may have any other.
const DESIGN: egui::Vec2 = egui::vec2(800.0, 600.0);

/// What is drawn.
pub struct App {
    params: Arc<StemParams>,
    session: Arc<StemSession>,
    /// Where edits go, while the window is open.
    hand: Option<Hand>,
    /// What can be undone, compared and loaded.
    edits: Edits,
    graph: EqualizerGraph,
    /// The scale egui's own parts have.
    styled: Option<Theme>,
    /// What was shown last.
    shown: StemReadings,
    /// Whether the window has taken the size the project remembers.
    is_restored: bool,
}

/// The window of a plugin. `[main]`
pub fn create(params: Arc<StemParams>, session: Arc<StemSession>) -> Option<Editor> {
    let size = |scale: f32| LogicalSize::new(DESIGN.x * scale, DESIGN.y * scale);
    let resize_hint =
        ResizeHint::RESIZABLE.with_min_max_logical_size(Some(size(*SCALES.start())), Some(size(*SCALES.end())));
    let state = EguiEditorState::from_size(LogicalSize::new(DESIGN.x, DESIGN.y), 1.0);
    let settings = EguiNiceSettings::new().with_tile("Stem Trim").with_resize_hint(resize_hint);
    let edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
    let app = App {
        params,
        session,
        hand: None,
        edits,
        graph: EqualizerGraph::default(),
        styled: None,
        shown: StemReadings::default(),
        is_restored: false,
    };
    create_egui_editor(state, RepaintNotifier::new(), settings, app)
}

/// Between two looks at readings that move, and at readings that do not.
const QUICK: Duration = Duration::from_millis(33);
const CALM: Duration = Duration::from_millis(100);

impl NiceEguiApp for App {
    fn build(&mut self, _ctx: egui::Context, host: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        frame.set_clear_color(theme::BACKGROUND.into());
        self.hand = Some(Hand::new(host));
        self.styled = None;
        self.is_restored = false;
        self.edits.read_presets();
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        let window = ui.max_rect();
        self.keep_size(ui, window.size());
        let theme = Theme::fitting(DESIGN, window.size());
        if self.styled != Some(theme) {
            theme.apply(ui.ctx());
            self.styled = Some(theme);
        }
        self.params.membership.with_member(session::member::Member::request_fast);
        let readings = self.session.readings();
        if let Some(hand) = self.hand.clone() {
            let bar = theme.place(window.min, 8.0, 8.0, 520.0, 26.0);
            let link = self.session.link();
            self.edits.show(ui, &theme, bar, &hand, link.as_deref());
            let rest = window.with_min_y(bar.bottom());
            let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rest));
            if window::show(&mut ui, &theme, &hand, &self.params, &self.session, &mut self.graph, &readings) {
                let start = StemParams::starting_point(self.params.role.value().into());
                self.edits.change("Starting point", &start, &hand, link.as_deref());
            }
        }
        ui.ctx().request_repaint_after(if readings == self.shown { CALM } else { QUICK });
        self.shown = readings;
    }

    fn editor_closed(&mut self) {
        if let Some(hand) = self.hand.take() {
            hand.let_go();
            self.edits.record(&hand);
        }
    }
}

impl App {
    /// Asks the host once for the size the project remembers; from then on the project remembers the size there is.
    fn keep_size(&mut self, ui: &egui::Ui, size: egui::Vec2) {
        let mut remembered = self.params.window_size.write().unwrap_or_else(PoisonError::into_inner);
        let asked = std::mem::replace(&mut self.is_restored, true);
        let wanted = egui::vec2(remembered[0], remembered[1]);
        if !asked && wanted.min_elem() >= 1.0 && (wanted - size).abs().max_elem() > 1.0 {
            let wanted = wanted.clamp(DESIGN * *SCALES.start(), DESIGN * *SCALES.end());
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::InnerSize(wanted));
        } else {
            *remembered = size.into();
        }
    }
}
