//! The window: how the parts stand, and what a hand on a control does.

mod measured;
#[cfg(test)]
mod tests;
mod window;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dsp::master_chain::MasterReadings;
use gui::equalizer_graph::EqualizerGraph;
use gui::parameter::{change, is_on};
use gui::platform_table::PlatformTable;
use gui::theme::{self, SCALES, Theme};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::ResizeHint;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use plugin_kit::controls::{self, Hand};
use plugin_kit::edits::Edits;
use session::member::{Member, StemView};

use crate::params::{MasterParams, PRODUCT};
use crate::session_link::MasterSession;
use window::Window;

/// What the host opens.
pub type Editor = EguiEditor<App>;

/// The size the window is drawn for, in logical pixels. The window may have any other.
const DESIGN: egui::Vec2 = egui::vec2(1220.0, 800.0);

/// What is drawn.
pub struct App {
    params: Arc<MasterParams>,
    session: Arc<MasterSession>,
    /// Where edits go, while the window is open.
    hand: Option<Hand>,
    /// What can be undone, compared and loaded.
    edits: Edits,
    graph: EqualizerGraph,
    platforms: PlatformTable,
    /// The scale egui's own parts have.
    styled: Option<Theme>,
    /// What was shown last.
    shown: (MasterReadings, Vec<StemView>),
    /// Whether the window has taken the size the project remembers.
    is_restored: bool,
}

/// The window of a plugin. `[main]`
pub fn create(params: Arc<MasterParams>, session: Arc<MasterSession>) -> Option<Editor> {
    let size = |scale: f32| LogicalSize::new(DESIGN.x * scale, DESIGN.y * scale);
    let resize_hint =
        ResizeHint::RESIZABLE.with_min_max_logical_size(Some(size(*SCALES.start())), Some(size(*SCALES.end())));
    let state = EguiEditorState::from_size(LogicalSize::new(DESIGN.x, DESIGN.y), 1.0);
    let settings = EguiNiceSettings::new().with_tile("Master Bus").with_resize_hint(resize_hint);
    let edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
    let app = App {
        params,
        session,
        hand: None,
        edits,
        graph: EqualizerGraph::default(),
        platforms: PlatformTable::default(),
        styled: None,
        shown: (MasterReadings::default(), Vec::new()),
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
        self.params.membership.with_member(Member::request_fast);
        let seen = (self.session.readings(), self.session.stems());
        if let Some(hand) = self.hand.clone() {
            let panel = Window { theme: &theme, host: &hand, params: &self.params, readings: &seen.0, stems: &seen.1 };
            let bar = theme.place(window.min, 8.0, 8.0, 520.0, 26.0);
            let link = self.session.link();
            self.edits.show(ui, &theme, bar, &hand, link.as_deref());
            let rest = window.with_min_y(bar.bottom());
            let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rest));
            panel.show(&mut ui, &mut self.graph, &mut self.platforms);
        }
        ui.ctx().request_repaint_after(if seen == self.shown { CALM } else { QUICK });
        self.shown = seen;
    }

    fn editor_closed(&mut self) {
        let Some(hand) = self.hand.take() else { return };
        let reset = controls::hold(&hand, &self.params.measure.reset);
        if is_on(&*reset) {
            // Its button was let go by the closing window, not by the hand; held down it could not be pressed again.
            change(&*reset, 0.0);
        }
        hand.let_go();
        self.edits.record(&hand);
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
