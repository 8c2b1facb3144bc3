//! The window of Master Bus in the hands of a test.

mod arrangement;
mod controls;
pub mod host;
mod looks;
mod requests;
mod snapshots;
pub mod stems;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use egui::Vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use gui::theme::Theme;
use nice_plug::context::gui::GuiContext;

use super::request::Request;
use super::window::Memory;
use super::*;
use host::Recorder;

/// A window that was opened, and what came of it.
pub struct Opened {
    pub harness: Harness<'static>,
    pub params: Arc<MasterParams>,
    pub host: Arc<Recorder>,
    pub requests: Arc<Mutex<Vec<Request>>>,
    /// What is shown; a test may change it.
    pub seen: Arc<Mutex<Seen>>,
}

/// Opens a window of a size.
pub fn open(seen: Seen, size: Vec2) -> Opened {
    open_with(seen, size, Memory::default())
}

/// Opens a window that remembers something.
pub fn open_with(seen: Seen, size: Vec2, mut memory: Memory) -> Opened {
    let (params, host) = (Arc::new(MasterParams::default()), Arc::new(Recorder::default()));
    let (seen, requests) = (Arc::new(Mutex::new(seen)), Arc::new(Mutex::new(Vec::new())));
    let hand = Hand::new(GuiContext::new(host.clone()));
    let theme = Theme::fitting(DESIGN, size);
    let (shown, held, asked) = (Arc::clone(&seen), Arc::clone(&params), Arc::clone(&requests));
    let mut edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
    let draw = move |ui: &mut egui::Ui| {
        let seen = shown.lock().unwrap();
        let window = Window { theme: &theme, host: &hand, params: &held, seen: &seen };
        asked.lock().unwrap().extend(window.show(ui, &mut memory));
        edits.show(ui, &theme, header::edit_bar(&theme, ui.max_rect()), &hand, None);
    };
    let mut harness = Harness::builder().with_size(size).with_step_dt(1.0 / 60.0).build_ui(draw);
    theme.apply(&harness.ctx);
    harness.run_steps(3);
    Opened { harness, params, host, requests, seen }
}

impl Opened {
    /// What hands have asked for since the last call.
    pub fn asked(&self) -> Vec<Request> {
        self.requests.lock().unwrap().drain(..).collect()
    }
}

/// What screen readers call each widget.
pub fn names(harness: &Harness) -> HashMap<u64, String> {
    let mut names = HashMap::new();
    let mut waiting = vec![harness.root()];
    while let Some(node) = waiting.pop() {
        let access = node.accesskit_node();
        if let Some(label) = access.label() {
            names.insert(access.locate().0.0, label);
        }
        waiting.extend(node.children());
    }
    names
}
