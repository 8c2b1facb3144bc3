//! The window: how the parts stand, and what a hand on a control does.

mod header;
mod measured;
mod request;
mod seen;
mod stages;
mod stems;
#[cfg(test)]
mod tests;
mod window;
mod wishes;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gui::parameter::{change, is_on};
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
use plugin_kit::controls::{self, Hand};
use plugin_kit::edits::{Edits, compare};
use plugin_kit::first_drawing;
use plugin_kit::heard::Heard;
use plugin_kit::watch::{POLL_INTERVAL, Watch};

use crate::params::{MasterParams, PRODUCT};
use crate::session_link::MasterSession;
use seen::Seen;
use window::{DESIGN, Memory, Window};

/// What the host opens.
pub type Editor = EguiEditor<App>;

/// What is drawn.
pub struct App {
    params: Arc<MasterParams>,
    session: Arc<MasterSession>,
    /// Where edits go: of the window that is open, or was last.
    hand: Option<Hand>,
    /// What is known of the sound before and after the chain; the watch listens.
    spectra: Arc<Mutex<Heard<0>>>,
    /// Asks for a drawing, from any thread.
    waker: Option<WindowWaker>,
    memory: Memory,
    /// What can be undone, compared and loaded.
    edits: Edits,
    /// The scale egui's own parts have.
    styled: Option<Theme>,
    /// Nobody looks for what is new: the system had no thread to give.
    is_unwatched: bool,
    /// Whether the window has taken the size the project remembers.
    is_restored: bool,
}

/// The window of a plugin. `[main]`
pub fn create(params: Arc<MasterParams>, session: Arc<MasterSession>) -> Option<Editor> {
    let size = |scale: f32| LogicalSize::new(DESIGN.x * scale, DESIGN.y * scale);
    let resize_hint =
        ResizeHint::RESIZABLE.with_min_max_logical_size(Some(size(*SCALES.start())), Some(size(*SCALES.end())));
    let state = EguiEditorState::from_size(LogicalSize::new(DESIGN.x, DESIGN.y), 1.0);
    let mut settings = EguiNiceSettings::new().with_tile("Master Bus").with_resize_hint(resize_hint);
    settings.repaint_poll_interval = POLL_INTERVAL;
    let edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
    let app = App {
        params,
        session,
        hand: None,
        spectra: Arc::new(Mutex::new(Heard::new([]))),
        waker: None,
        memory: Memory::default(),
        edits,
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
        if let Some(last) = self.hand.replace(Hand::new(host)) {
            // What the last window was closed in the middle of.
            self.edits.record(&last);
        }
        self.styled = None;
        self.is_restored = false;
        self.edits.read_presets();
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        let window = ui.max_rect();
        if !self.is_restored {
            self.open(ui.ctx());
        }
        self.keep_size(ui, window.size());
        let theme = Theme::fitting(DESIGN, window.size());
        if self.styled != Some(theme) {
            theme.apply(ui.ctx());
            self.styled = Some(theme);
        }
        let seen = Seen::look(&self.session, &self.params);
        self.memory.update(&seen, self.session.limiter_feed());
        let [before_db, after_db] = listened(&self.spectra).spectra_db();
        self.memory.graph.set_spectra(before_db, after_db);
        if let Some(hand) = &self.hand {
            let window = Window { theme: &theme, host: hand, params: &self.params, seen: &seen };
            for request in window.show(ui, &mut self.memory) {
                request.fulfil(&self.params, &self.session);
            }
            let bar = header::edit_bar(&theme, ui.max_rect());
            self.edits.show(ui, &theme, bar, hand, self.session.link().as_deref());
        }
        if self.is_unwatched {
            listened(&self.spectra).listen(self.session.feed());
            ui.ctx().request_repaint_after(UNWATCHED);
        }
    }
}

/// Ends what a hand has begun, when the window goes away.
fn let_go(hand: &Hand, params: &MasterParams) {
    let reset = controls::hold(hand, &params.measure.reset);
    if is_on(&*reset) {
        // Its button was let go by the closing window, not by the hand; held down it could not be pressed again.
        change(&*reset, 0.0);
    }
    hand.let_go();
}

fn listened(spectra: &Mutex<Heard<0>>) -> MutexGuard<'_, Heard<0>> {
    spectra.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Listens and looks from the first drawing on, until the window goes away. Not earlier: see [`POLL_INTERVAL`].
    fn open(&mut self, ctx: &egui::Context) {
        first_drawing::is_done(ctx);
        let Some(hand) = self.hand.clone() else { return };
        self.session.limiter_feed().watch(true);
        self.session.feed().watch(true);
        let watch = self.watch();
        self.is_unwatched = watch.is_none();
        let (session, params) = (Arc::clone(&self.session), Arc::clone(&self.params));
        when_closed(ctx, move || {
            drop(watch);
            session.limiter_feed().watch(false);
            session.feed().watch(false);
            let_go(&hand, &params);
        });
    }

    /// Looks for what is new, and has the window drawn when there is something.
    fn watch(&self) -> Option<Watch> {
        let (session, params) = (Arc::clone(&self.session), Arc::clone(&self.params));
        let (spectra, loudness) = (Arc::clone(&self.spectra), Arc::clone(&self.memory.loudness));
        let waker = self.waker.clone();
        let mut shown = Shown::default();
        Watch::start(move || {
            let mut spectra = listened(&spectra);
            spectra.listen(session.feed());
            let both = spectra.spectra_db();
            drop(spectra);
            for level_db in both.iter().flatten().flatten() {
                shown.bar(f64::from(*level_db));
            }
            let seen = Seen::look(&session, &params);
            window::listen(&loudness, &seen);
            seen.note(&mut shown);
            let measure = &params.measure;
            shown.exactly(format!("{:?} {:?} {:?}", params.settings(), measure.target, measure.reset_policy));
            shown.exactly(compare::shown(&params.compare));
            if shown.is_new() {
                waker.iter().for_each(WindowWaker::request_redraw);
            }
        })
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
