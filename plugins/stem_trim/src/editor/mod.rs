//! The window: what opens and closes it, and when it is drawn.

mod header;
mod levels;
mod seen;
#[cfg(test)]
mod tests;
mod trim;
mod window;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use gui::equalizer_graph::EqualizerGraph;
use gui::shown::Shown;
use gui::theme::{self, SCALES, Theme};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::ResizeHint;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::baseview::{HandlerError, WindowWaker};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use plugin_kit::closing::when_closed;
use plugin_kit::controls::Hand;
use plugin_kit::edits::Edits;
use plugin_kit::first_drawing;
use plugin_kit::watch::{POLL_INTERVAL, Watch};

use crate::params::{PRODUCT, StemParams};
use crate::session_link::StemSession;
use seen::Seen;
use window::Window;

/// What the host opens.
pub type Editor = EguiEditor<App>;

/// The size the window is drawn for, in logical pixels. The window may have any other.
const DESIGN: egui::Vec2 = egui::vec2(1120.0, 760.0);

/// What is drawn.
pub struct App {
    params: Arc<StemParams>,
    session: Arc<StemSession>,
    seen: Arc<Seen>,
    /// Asks for a drawing, from any thread.
    waker: Option<WindowWaker>,
    /// Where edits go, while the window is open.
    hand: Option<Hand>,
    /// What can be undone, compared and loaded.
    edits: Edits,
    graph: EqualizerGraph,
    /// The scale egui's own parts have.
    styled: Option<Theme>,
    /// Nobody looks whether there is something new to draw.
    is_unwatched: bool,
    /// Whether the window has taken the size the project remembers.
    is_restored: bool,
}

/// The window of a plugin. `[main]`
pub fn create(params: Arc<StemParams>, session: Arc<StemSession>) -> Option<Editor> {
    let size = |scale: f32| LogicalSize::new(DESIGN.x * scale, DESIGN.y * scale);
    let resize_hint =
        ResizeHint::RESIZABLE.with_min_max_logical_size(Some(size(*SCALES.start())), Some(size(*SCALES.end())));
    let state = EguiEditorState::from_size(LogicalSize::new(DESIGN.x, DESIGN.y), 1.0);
    let mut settings = EguiNiceSettings::new().with_tile("Stem Trim").with_resize_hint(resize_hint);
    settings.repaint_poll_interval = POLL_INTERVAL;
    let edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
    let app = App {
        params,
        session,
        seen: Arc::new(Seen::new()),
        waker: None,
        hand: None,
        edits,
        graph: EqualizerGraph::default(),
        styled: None,
        is_unwatched: false,
        is_restored: false,
    };
    create_egui_editor(state, RepaintNotifier::new(), settings, app)
}

/// Between two drawings when nobody looks whether they differ.
const UNWATCHED: Duration = Duration::from_millis(50);

impl NiceEguiApp for App {
    fn build(&mut self, ctx: egui::Context, host: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        frame.set_clear_color(theme::BACKGROUND.into());
        self.waker = Some(frame.baseview_window().waker());
        first_drawing::ask(&ctx, frame.baseview_window());
        if let Some(earlier) = self.hand.replace(Hand::new(host)) {
            // What was under way when the window closed was let go then.
            self.edits.record(&earlier);
        }
        self.edits.read_presets();
        self.styled = None;
        self.is_restored = false;
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        let size = ui.max_rect().size();
        if !self.is_restored {
            self.open(ui.ctx());
        }
        self.keep_size(ui, size);
        let theme = Theme::fitting(DESIGN, size);
        if self.styled != Some(theme) {
            theme.apply(ui.ctx());
            self.styled = Some(theme);
        }
        let Some(hand) = self.hand.clone() else { return };
        let place = seen::place(&self.params);
        let (params, session, seen) = (&*self.params, &*self.session, &*self.seen);
        let window = Window { theme: &theme, host: &hand, params, session, seen, place: &place };
        window.show(ui, &mut self.graph, &mut self.edits);
        if self.is_unwatched {
            ui.ctx().request_repaint_after(UNWATCHED);
        }
    }
}

impl App {
    /// Listens and looks from the first drawing on, until the window goes away. Not earlier: see [`POLL_INTERVAL`].
    fn open(&mut self, ctx: &egui::Context) {
        first_drawing::is_done(ctx);
        let Some(hand) = self.hand.clone() else { return };
        let (params, session, seen) = (Arc::clone(&self.params), Arc::clone(&self.session), Arc::clone(&self.seen));
        let waker = self.waker.clone();
        let mut shown = Shown::default();
        session.feed.watch(true);
        let watch = Watch::start(move || {
            seen.look(&mut shown, &params, &session);
            if shown.is_new() {
                waker.iter().for_each(WindowWaker::request_redraw);
            }
        });
        self.is_unwatched = watch.is_none();
        let session = Arc::clone(&self.session);
        when_closed(ctx, move || {
            drop(watch);
            session.feed.watch(false);
            hand.let_go();
        });
    }

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
