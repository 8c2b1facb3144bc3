//! A window on a stage: a host that writes down what hands do, and a harness to be the hands.
#![allow(unsafe_code, reason = "a stand-in for the framework's context, and the framework's list of parameters")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dsp::format::Format;
use egui::{Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use gui::equalizer_graph::EqualizerGraph;
use gui::theme::Theme;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{Params, PluginState};
use plugin_kit::controls::Hand;
use plugin_kit::door::Link;
use plugin_kit::edits::Edits;
use plugin_kit::feed::Tap;
use session::member::Candidate;

use super::super::seen::{Place, Seen};
use super::super::window::Window;
use crate::params::{PRODUCT, StemParams};
use crate::session_link::StemSession;

/// What a hand did to a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Begin,
    Set,
    End,
}

/// A host that does what it is told and writes it down.
#[derive(Default)]
struct Notes(Mutex<Vec<(String, Told)>>);

impl Notes {
    fn note(&self, parameter: ParamPtr, told: Told) {
        // SAFETY: the parameters live as long as the stage.
        let name = unsafe { parameter.name() }.to_owned();
        self.0.lock().expect("nobody panics").push((name, told));
    }
}

impl GuiContextInner for Notes {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, parameter: ParamPtr) {
        self.note(parameter, Told::Begin);
    }
    unsafe fn raw_set_parameter_normalized(&self, parameter: ParamPtr, normalized: f32) {
        self.note(parameter, Told::Set);
        // SAFETY: the parameters live as long as the stage.
        unsafe { parameter._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, parameter: ParamPtr) {
        self.note(parameter, Told::End);
    }
    fn get_state(&self) -> PluginState {
        panic!("the window keeps no state here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

/// A plugin with an open window.
pub struct Stage {
    pub params: Arc<StemParams>,
    pub session: Arc<StemSession>,
    pub seen: Arc<Seen>,
    pub tap: Tap<1>,
    pub harness: Harness<'static>,
    /// Keeps the door open.
    _link: Arc<Link>,
    notes: Arc<Notes>,
}

impl Stage {
    /// In the size of the design.
    pub fn new() -> Self {
        Self::of_size(super::super::DESIGN, Place::default())
    }

    /// In any size, at any place in the session.
    pub fn of_size(size: Vec2, place: Place) -> Self {
        let params = Arc::new(StemParams::default());
        let link = Link::new(params.clone());
        let (session, _readings) = StemSession::new(params.clone(), &link);
        let seen = Arc::new(Seen::new());
        let tap = session.feed.open(Format::stereo(48_000.0), 480);
        session.feed.watch(true);
        let notes = Arc::new(Notes::default());
        let host = Hand::new(GuiContext::new(notes.clone()));
        let theme = Theme::fitting(super::super::DESIGN, size);
        let mut graph = EqualizerGraph::default();
        let mut edits = Edits::new(params.clone(), params.compare.clone(), &PRODUCT);
        let (shown, heard, linked) = (Arc::clone(&params), Arc::clone(&seen), Arc::clone(&session));
        let mut harness = Harness::builder().with_size(size).with_step_dt(1.0 / 60.0).build_ui(move |ui| {
            let (params, session, seen) = (&*shown, &*linked, &*heard);
            Window { theme: &theme, host: &host, params, session, seen, place: &place }
                .show(ui, &mut graph, &mut edits);
        });
        theme.apply(&harness.ctx);
        harness.run_steps(3);
        Self { params, session, seen, tap, harness, _link: link, notes }
    }

    /// Names of all parameters, with a way to read their values.
    pub fn parameters(&self) -> Vec<(String, impl Fn() -> f32 + use<>)> {
        let named = |(_, parameter, _): (String, ParamPtr, String)| {
            // SAFETY: `params` is alive.
            let name = unsafe { parameter.name() }.to_owned();
            // SAFETY: as before.
            (name, move || unsafe { parameter.unmodulated_normalized_value() })
        };
        self.params.param_map().into_iter().map(named).collect()
    }

    /// Sets a parameter as the host would.
    pub fn set(&self, name: &str, normalized: f32) {
        for (_, parameter, _) in self.params.param_map() {
            // SAFETY: `params` is alive.
            unsafe {
                if parameter.name() == name {
                    parameter._internal_set_normalized_value(normalized);
                    return;
                }
            }
        }
        panic!("no parameter is called {name:?}");
    }

    /// What hands have done since this was asked last.
    pub fn told(&self) -> Vec<(String, Told)> {
        std::mem::take(&mut *self.notes.0.lock().expect("nobody panics"))
    }

    /// Fails unless hands have made exactly one gesture, with this parameter.
    pub fn assert_one_gesture(&self, name: &str) {
        let told = self.told();
        let kinds: Vec<Told> = told.iter().map(|(_, told)| *told).collect();
        let is_one = matches!(kinds.as_slice(), [Told::Begin, middle @ .., Told::End]
            if !middle.is_empty() && middle.iter().all(|told| *told == Told::Set));
        assert!(is_one && told.iter().all(|(of, _)| of == name), "{name}: {told:?}");
    }

    /// What screen readers call each widget.
    pub fn names(&self) -> HashMap<u64, String> {
        let mut names = HashMap::new();
        let mut waiting = vec![self.harness.root()];
        while let Some(node) = waiting.pop() {
            let access = node.accesskit_node();
            if let Some(label) = access.label() {
                names.insert(access.locate().0.0, label);
            }
            waiting.extend(node.children());
        }
        names
    }

    /// A sound of one second, and a reduction of 3 dB in its second half.
    pub fn play(&mut self) {
        for block in 0..100 {
            let wave = |gain: f64, hertz: f64| {
                let time_s = |frame: usize| (block * 480 + frame) as f64 / 48_000.0;
                let sample = |frame| (gain * (std::f64::consts::TAU * hertz * time_s(frame)).sin()) as f32;
                (0..480).map(sample).collect::<Vec<_>>()
            };
            let (mut left, mut right) = (wave(0.5, 110.0), wave(0.3, 1_234.0));
            self.tap.before(&[&mut left, &mut right]);
            self.tap.after(&[&mut left, &mut right], || [if block < 50 { 0.0 } else { 3.0 }]);
            self.seen.heard().listen(&self.session.feed);
        }
        self.harness.run_steps(2);
    }
}

/// A session the stem could be in.
pub fn candidate(number: u32, session_name: &str) -> Candidate {
    Candidate {
        session: format!("{number:032x}").parse().expect("it is one"),
        session_name: session_name.to_owned(),
        host_name: "REAPER".to_owned(),
        stem_count: 8,
        has_master: true,
    }
}

/// Half a step to each side of the design.
pub fn shapes() -> Vec<Vec2> {
    let design = super::super::DESIGN;
    let scaled = [75, 100, 150, 200, 300].map(|percent| design * (percent as f32 / 100.0));
    let free = [vec2(1_500.0, 780.0), vec2(1_120.0, 1_100.0), vec2(1_900.0, 1_000.0)];
    scaled.into_iter().chain(free).collect()
}
