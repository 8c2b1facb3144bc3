//! The window: how the parts stand, and what a hand on a control does.

use std::sync::Arc;

use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, create_egui_editor,
};

use crate::params::StemParams;
use crate::session_link::StemSession;

/// What the host opens.
pub type Editor = EguiEditor<App>;

/// What is drawn.
pub struct App {
    params: Arc<StemParams>,
    session: Arc<StemSession>,
}

/// The window of a plugin. `[main]`
pub fn create(params: Arc<StemParams>, session: Arc<StemSession>) -> Option<Editor> {
    let state = EguiEditorState::from_size(LogicalSize::new(520.0, 320.0), 1.0);
    create_egui_editor(state, RepaintNotifier::new(), EguiNiceSettings::new(), App { params, session })
}

impl NiceEguiApp for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        ui.label(self.params.membership.link_sentence());
        ui.label(format!("{:.1} LUFS", self.session.readings().meter.integrated_lufs));
    }
}
