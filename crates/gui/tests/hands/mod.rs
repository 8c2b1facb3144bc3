//! A parameter that writes down what hands do to it, and hands to do it with.
#![allow(dead_code, reason = "not every test needs every hand")]

pub mod bands;
pub mod demo;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Ui, Vec2, pos2, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::compressor_panel::CompressorControls;
use gui::parameter::Parameter;
use gui::theme::Theme;

/// What a parameter was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Begin,
    Set(f32),
    End,
    /// An entry of the host's own was picked.
    Host,
}

/// A parameter from −10 to +10 dB or from 20 to 20 020 Hz, or with steps. Copies are the same parameter.
#[derive(Clone)]
pub struct Fake {
    pub name: String,
    pub value: Rc<Cell<f32>>,
    pub default: f32,
    pub steps: Option<usize>,
    pub told: Rc<RefCell<Vec<Told>>>,
    /// Unit, lowest value and range.
    scale: (&'static str, f32, f32),
}

impl Fake {
    pub fn new(name: &str, value: f32, default: f32) -> Self {
        let (value, told) = (Rc::new(Cell::new(value)), Rc::default());
        Self { name: name.to_owned(), value, default, steps: None, told, scale: ("dB", -10.0, 20.0) }
    }

    pub fn hertz(name: &str, value: f32) -> Self {
        Self { scale: ("Hz", 20.0, 20_000.0), ..Self::new(name, value, value) }
    }

    pub fn stepped(name: &str, value: f32, steps: usize) -> Self {
        Self { steps: Some(steps), ..Self::new(name, value, 0.0) }
    }

    /// Forgets what it was told, and goes to a value.
    pub fn again(&self, value: f32) {
        self.told.borrow_mut().clear();
        self.value.set(value);
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.borrow().clone()
    }

    /// The values of the only gesture there was; fails when there was none, more than one, or one left open.
    pub fn one_gesture(&self) -> Vec<f32> {
        let told = self.told();
        assert_eq!(told.first(), Some(&Told::Begin), "{told:?}");
        assert_eq!(told.last(), Some(&Told::End), "{told:?}");
        let inner = &told[1..told.len() - 1];
        inner
            .iter()
            .map(|told| if let Told::Set(value) = told { *value } else { panic!("two gestures: {inner:?}") })
            .collect()
    }
}

impl Parameter for Fake {
    fn name(&self) -> &str {
        &self.name
    }
    fn normalized(&self) -> f32 {
        self.value.get()
    }
    fn default_normalized(&self) -> f32 {
        self.default
    }
    fn text(&self, normalized: f32) -> String {
        match self.steps {
            Some(steps) => format!("step {}", (normalized * steps as f32).round()),
            None => format!("{:.2} {}", self.scale.1 + normalized * self.scale.2, self.scale.0),
        }
    }
    fn parse(&self, text: &str) -> Option<f32> {
        let number: f32 = text.trim_end_matches(self.scale.0).trim().parse().ok()?;
        Some(((number - self.scale.1) / self.scale.2).clamp(0.0, 1.0))
    }
    fn steps(&self) -> Option<usize> {
        self.steps
    }
    fn begin(&self) {
        self.told.borrow_mut().push(Told::Begin);
    }
    fn set(&self, normalized: f32) {
        self.value.set(normalized);
        self.told.borrow_mut().push(Told::Set(normalized));
    }
    fn end(&self) {
        self.told.borrow_mut().push(Told::End);
    }
    fn host_menu(&self, ui: &mut Ui) {
        if ui.button("Learn from the host").clicked() {
            self.told.borrow_mut().push(Told::Host);
        }
    }
}

/// The theme at the size of the design.
pub fn theme() -> Theme {
    Theme::fitting(vec2(100.0, 100.0), vec2(100.0, 100.0))
}

/// A window of 800 × 600 points.
pub fn window<'a>(draw: impl FnMut(&mut Ui) + 'a) -> Harness<'a> {
    let mut harness = Harness::builder().with_size(vec2(800.0, 600.0)).with_step_dt(1.0 / 60.0).build_ui(draw);
    theme().apply(&harness.ctx);
    harness.run();
    harness
}

/// The middle of what is called by this name.
pub fn center(harness: &Harness, label: &str) -> Pos2 {
    harness.get_by_label(label).rect().center()
}

fn button(harness: &Harness, at: Pos2, pressed: bool) {
    harness.event(Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
}

/// Presses at a place, moves in steps, and lets go.
pub fn drag(harness: &mut Harness, from: Pos2, way: Vec2, modifiers: Modifiers) {
    const STEPS: usize = 10;
    harness.event(Event::PointerMoved(from));
    harness.event(Event::ModifiersChanged(modifiers));
    harness.step();
    button(harness, from, true);
    harness.step();
    for step in 1..=STEPS {
        harness.event(Event::PointerMoved(from + way * step as f32 / STEPS as f32));
        harness.step();
    }
    button(harness, from + way, false);
    harness.step();
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
}

/// Presses at a place, and holds on.
pub fn grab(harness: &mut Harness, at: Pos2) {
    harness.event(Event::PointerMoved(at));
    harness.step();
    button(harness, at, true);
    harness.step();
}

/// Clicks at a place so many times in quick succession.
pub fn click(harness: &mut Harness, at: Pos2, times: usize) {
    harness.event(Event::PointerMoved(at));
    harness.step();
    for _ in 0..times {
        button(harness, at, true);
        harness.step();
        button(harness, at, false);
        harness.step();
    }
}

/// Turns the wheel over a place, and waits until the turn is over.
pub fn wheel(harness: &mut Harness, at: Pos2, notches: f32) {
    turn(harness, at, notches);
    harness.run_steps(30);
}

/// Turns the wheel over a place.
pub fn turn(harness: &mut Harness, at: Pos2, notches: f32) {
    harness.event(Event::PointerMoved(at));
    harness.step();
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: MouseWheelSource::Unknown,
    });
    harness.step();
}

/// Presses a key on what is called by this name, after the focus was moved there.
pub fn press(harness: &mut Harness, label: &str, modifiers: Modifiers, key: Key) {
    harness.get_by_label(label).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

/// Opens the menu of what is called by this name, and clicks on a line of it.
pub fn pick_line(harness: &mut Harness, label: &str, line: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(5);
    harness.get_by_label(line).click();
    harness.run_steps(5);
}

/// Clicks with the right button on what is called by this name, and then on a line of its menu.
pub fn pick(harness: &mut Harness, label: &str, line: &str) {
    harness.get_by_label(label).click_secondary();
    harness.run_steps(5);
    harness.get_by_label(line).click();
    harness.run_steps(5);
}

/// A place in the lower part of what is called by this name: where a knob has its number.
pub fn number_of(harness: &Harness, label: &str) -> Pos2 {
    let rect = harness.get_by_label(label).rect();
    pos2(rect.center().x, rect.bottom() - 8.0)
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

/// The parameters of a compressor.
pub fn compressor_fakes() -> [Fake; 13] {
    let names = [
        "Compressor on",
        "Threshold",
        "Ratio",
        "Knee",
        "Attack",
        "Release",
        "Auto release",
        "Side-chain high-pass",
        "Detector",
        "Compressor stereo link",
        "Compressor mix",
        "Make-up",
        "Auto make-up",
    ];
    names.map(|name| Fake::new(name, 0.4, 0.5))
}

/// The same as the controls of a panel.
pub fn compressor_controls(fakes: &[Fake; 13]) -> CompressorControls<'static> {
    let [
        on,
        threshold,
        ratio,
        knee,
        attack,
        release,
        auto_release,
        sidechain_high_pass,
        detector,
        stereo_link,
        mix,
        makeup,
        auto_makeup,
    ] = fakes.each_ref().map(bands::lend);
    CompressorControls {
        on,
        threshold,
        ratio,
        knee,
        attack,
        release,
        auto_release,
        sidechain_high_pass,
        detector,
        stereo_link,
        mix,
        makeup,
        auto_makeup,
    }
}
