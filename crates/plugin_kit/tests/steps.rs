//! Steps back and forward, two sets of settings, presets: what a hand did in a window, and how it is taken back.

#![allow(unsafe_code, reason = "a stand-in for the framework's context")]

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use gui::edit_bar::{BarEdit, Slot};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Param, ParamPtr, Params, PluginState};
use plugin_kit::controls::{Hand, Move, hold};
use plugin_kit::edits::compare::{Compare, Compared};
use plugin_kit::edits::history::{History, MAX_STEPS, Step};
use plugin_kit::edits::presets::{Existing, NotSaved};
use plugin_kit::edits::settings::{Scope, Setting};
use plugin_kit::edits::{Edits, Product};
use plugin_kit::text;

#[derive(Enum, Clone, Copy, Debug, PartialEq)]
enum Detector {
    #[id = "peak"]
    Peak,
    #[id = "rms"]
    #[name = "RMS"]
    Rms,
}

#[derive(Params)]
struct Parameters {
    #[id = "gain"]
    gain: FloatParam,
    #[id = "frequency"]
    frequency: FloatParam,
    #[id = "detector"]
    detector: EnumParam<Detector>,
    #[id = "on"]
    on: BoolParam,
    #[id = "role"]
    role: BoolParam,
    #[id = "mute"]
    mute: BoolParam,
}

/// The settings of the small plugin as a hand finds them: gain, frequency, detector, on, role, mute.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Values(f32, f32, Detector, bool, bool, bool);

const PRODUCT: Product = Product {
    id: "org.stemma.small",
    name: "Small",
    factory: r#"
        [[preset]]
        name = "Loud"
        settings = { gain = 6.0, detector = "RMS", on = true }
        [[preset]]
        name = "Neutral"
        settings = {}
        [[preset]]
        name = "Broken"
        settings = { gain = "loud", on = true }
    "#,
    scope: Scope { moment: &["mute"], place: &["role"] },
};

/// A host that sets what it is told at once, and notes what it hears.
#[derive(Default)]
struct Host(Mutex<Vec<&'static str>>);

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _parameter: ParamPtr) {
        self.0.lock().expect("nobody panics").push("begin");
    }
    unsafe fn raw_set_parameter_normalized(&self, parameter: ParamPtr, normalized: f32) {
        self.0.lock().expect("nobody panics").push("set");
        // SAFETY: the test keeps the parameters.
        unsafe { parameter._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, _parameter: ParamPtr) {
        self.0.lock().expect("nobody panics").push("end");
    }
    fn get_state(&self) -> PluginState {
        panic!("no state is asked for here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

/// A window that is open.
struct Window {
    params: Arc<Parameters>,
    compare: Compare,
    host: Arc<Host>,
    hand: Hand,
    edits: Edits,
}

/// One folder for all tests of the process, gone with it.
fn use_own_folder() {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("the system has a folder for tests");
        // SAFETY: every test waits here before it reads the environment.
        unsafe { std::env::set_var("STEMMA_CONFIG_DIR", folder.path()) };
        folder
    });
}

impl Window {
    fn open() -> Self {
        use_own_folder();
        let params = Arc::new(Parameters {
            gain: text::decibels("Gain", 0.0, -24.0, 12.0),
            frequency: text::hertz("Frequency", 1_000.0, 20.0, 20_000.0),
            detector: EnumParam::new("Detector", Detector::Peak),
            on: BoolParam::new("On", false),
            role: BoolParam::new("Role", false),
            mute: BoolParam::new("Mute", false),
        });
        let compare = Compare::default();
        let host = Arc::new(Host::default());
        let hand = Hand::new(GuiContext::new(host.clone()));
        let mut edits = Edits::new(params.clone(), compare.clone(), &PRODUCT);
        edits.read_presets();
        Self { params, compare, host, hand, edits }
    }

    /// A hand on the bar.
    fn ask(&mut self, edit: BarEdit) {
        self.edits.apply(edit, &self.hand, None);
    }

    /// A hand drags a parameter over several frames.
    fn drag<P: Param>(&mut self, parameter: fn(&Parameters) -> &P, way: &[f32]) {
        let params = self.params.clone();
        let control = hold(&self.hand, parameter(&params));
        control.begin();
        for normalized in way {
            self.edits.record(&self.hand);
            control.set(*normalized);
        }
        control.end();
        self.edits.record(&self.hand);
    }

    fn load(&mut self, name: &str) {
        let number = self.edits.preset_names().iter().position(|preset| preset == name);
        self.ask(BarEdit::Load(number.expect("the menu has it")));
    }

    fn values(&self) -> Values {
        let params = &self.params;
        let (detector, role) = (params.detector.value(), params.role.value());
        Values(params.gain.value(), params.frequency.value(), detector, params.on.value(), role, params.mute.value())
    }

    /// What the host has heard since this was asked last.
    fn heard(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.host.0.lock().expect("nobody panics"))
    }
}

/// The host's automation, or a master, moves a parameter.
fn automate(parameter: &impl Param, normalized: f32) {
    // SAFETY: the test keeps the parameters.
    unsafe { parameter.as_ptr()._internal_set_normalized_value(normalized) };
}

#[test]
fn a_drag_is_one_step_and_its_undo_one_gesture() {
    let mut window = Window::open();
    let before = window.values();
    window.drag(|params| &params.gain, &[0.1, 0.2, 0.3]);
    let after = window.values();
    window.heard();
    assert_eq!(window.edits.steps(), [Some("Gain"), None]);
    window.ask(BarEdit::Undo);
    assert_eq!(window.heard(), ["begin", "set", "end"]);
    assert_eq!((window.values(), window.edits.steps()), (before, [None, Some("Gain")]));
    window.ask(BarEdit::Undo);
    assert_eq!(window.heard(), [""; 0], "nothing more to undo");
    window.ask(BarEdit::Redo);
    assert_eq!(window.heard(), ["begin", "set", "end"]);
    assert_eq!((window.values(), window.edits.steps()), (after, [Some("Gain"), None]));
}

#[test]
fn two_parameters_held_at_once_are_one_step() {
    let mut window = Window::open();
    let before = window.values();
    let params = window.params.clone();
    let hand = window.hand.clone();
    let (frequency, gain) = (hold(&hand, &params.frequency), hold(&hand, &params.gain));
    frequency.begin();
    gain.begin();
    frequency.set(0.2);
    gain.set(0.9);
    frequency.end();
    window.edits.record(&window.hand);
    gain.end();
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Frequency and Gain"));
    window.ask(BarEdit::Undo);
    assert_eq!((window.values(), window.edits.steps()[0]), (before, None));
}

#[test]
fn a_new_step_ends_what_could_be_done_again() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.1]);
    window.ask(BarEdit::Undo);
    window.drag(|params| &params.frequency, &[0.1]);
    assert_eq!(window.edits.steps(), [Some("Frequency"), None]);
}

#[test]
fn a_hand_that_moves_nothing_makes_no_step() {
    let mut window = Window::open();
    let at_rest = window.params.gain.unmodulated_normalized_value();
    window.drag(|params| &params.gain, &[0.9, at_rest]);
    window.drag(|params| &params.gain, &[]);
    assert_eq!(window.edits.steps(), [None, None]);
}

#[test]
fn what_belongs_to_the_moment_is_no_step_and_what_the_stem_is_is_one() {
    let mut window = Window::open();
    window.drag(|params| &params.mute, &[1.0]);
    assert_eq!(window.edits.steps(), [None, None]);
    window.drag(|params| &params.role, &[1.0]);
    assert_eq!(window.edits.steps()[0], Some("Role"));
    window.ask(BarEdit::Undo);
    assert_eq!((window.params.role.value(), window.params.mute.value()), (false, true));
}

#[test]
fn what_the_host_moves_is_no_step_and_stays() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.25]);
    automate(&window.params.frequency, 0.75);
    automate(&window.params.on, 1.0);
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Gain"));
    window.ask(BarEdit::Undo);
    let automated = (window.params.frequency.unmodulated_normalized_value(), window.params.on.value());
    assert_eq!((window.params.gain.value(), automated), (0.0, (0.75, true)));
    assert_eq!(window.edits.steps()[0], None);
}

#[test]
fn a_window_that_closes_in_a_drag_keeps_the_step() {
    let mut window = Window::open();
    let (params, hand) = (window.params.clone(), window.hand.clone());
    let control = hold(&hand, &params.gain);
    control.begin();
    control.set(0.1);
    window.ask(BarEdit::Undo);
    assert_eq!(window.edits.steps(), [None, None], "the drag is not over");
    window.hand.let_go();
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Gain"));
}

fn moved(parameter: &FloatParam, before: f32, after: f32) -> Step {
    let moves = vec![Move { parameter: parameter.as_ptr(), before, after }];
    Step { name: "Gain".to_owned(), moves, preset: None }
}

#[test]
fn a_key_that_repeats_makes_one_step_and_a_pause_two() {
    let gain = text::decibels("Gain", 0.0, -24.0, 12.0);
    let mut history = History::default();
    let start = Instant::now();
    for (number, at_ms) in [0, 500, 1_000, 1_700].into_iter().enumerate() {
        let value = number as f32 * 0.1;
        history.record(moved(&gain, value, value + 0.1), true, start + Duration::from_millis(at_ms));
    }
    let last = history.last().expect("there is one");
    assert_eq!((last.moves[0].before, last.moves[0].after), (0.3, 0.4));
    history.went_back();
    let first = history.last().expect("there is one");
    assert_eq!((first.moves[0].before, first.moves[0].after), (0.0, 0.3));
    // Not even at once a drag, nor anything after an undo.
    history.record(moved(&gain, 0.3, 0.5), true, start + Duration::from_millis(1_701));
    history.record(moved(&gain, 0.5, 0.6), false, start + Duration::from_millis(1_702));
    history.went_back();
    history.went_back();
    assert_eq!(history.last().expect("there is one").moves[0].after, 0.3);
}

#[test]
fn the_oldest_step_is_forgotten() {
    let gain = text::decibels("Gain", 0.0, -24.0, 12.0);
    let mut history = History::default();
    for number in 0..MAX_STEPS + 20 {
        history.record(moved(&gain, number as f32, number as f32 + 1.0), false, Instant::now());
    }
    let mut count = 0;
    let mut oldest = 0.0;
    while let Some(step) = history.last() {
        (count, oldest) = (count + 1, step.moves[0].before);
        history.went_back();
    }
    assert_eq!((count, oldest), (MAX_STEPS, 20.0));
}

#[test]
fn comparing_brings_back_every_bit_of_the_other_set_and_leaves_the_moment_alone() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.123_456]);
    let first = window.values();
    window.ask(BarEdit::Compare(Slot::B));
    assert_eq!(window.values(), first, "both begin alike");
    window.drag(|params| &params.gain, &[0.9]);
    window.drag(|params| &params.frequency, &[0.777_777]);
    window.drag(|params| &params.detector, &[1.0]);
    let second = window.values();
    window.ask(BarEdit::Compare(Slot::A));
    assert_eq!(window.values(), first);
    window.drag(|params| &params.mute, &[1.0]);
    window.drag(|params| &params.role, &[1.0]);
    window.ask(BarEdit::Compare(Slot::B));
    assert_eq!(window.values(), Values { 4: true, 5: true, ..second });
}

#[test]
fn each_set_has_its_own_steps() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.1]);
    window.ask(BarEdit::Compare(Slot::B));
    assert_eq!(window.edits.steps(), [None, None]);
    window.drag(|params| &params.frequency, &[0.1]);
    window.ask(BarEdit::Compare(Slot::A));
    assert_eq!(window.edits.steps(), [Some("Gain"), None]);
}

#[test]
fn copying_over_the_other_set_can_be_undone_there() {
    let mut window = Window::open();
    window.ask(BarEdit::Compare(Slot::B));
    window.drag(|params| &params.gain, &[0.9]);
    let second = window.values();
    window.ask(BarEdit::Compare(Slot::A));
    window.drag(|params| &params.frequency, &[0.1]);
    let first = window.values();
    window.ask(BarEdit::CopyToOther);
    window.ask(BarEdit::Compare(Slot::B));
    assert_eq!((window.values(), window.edits.steps()[0]), (first, Some("Copy from A")));
    window.ask(BarEdit::Undo);
    assert_eq!((window.values(), window.edits.steps()[0]), (second, Some("Gain")));
}

#[test]
fn the_project_keeps_both_sets() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.123_456]);
    let first = window.values();
    window.ask(BarEdit::Compare(Slot::B));
    window.drag(|params| &params.gain, &[0.9]);
    let saved = serde_json::to_string(&*window.compare.read().expect("nobody panics")).expect("it is text");

    let mut again = Window::open();
    let kept: Compared = serde_json::from_str(&saved).expect("it is what was saved");
    *again.compare.write().expect("nobody panics") = kept;
    automate(&again.params.gain, 0.9);
    again.ask(BarEdit::Compare(Slot::A));
    assert_eq!(again.values(), first);
    // What an older version saved, and what a later one may add.
    for text in ["{}", r#"{"is_b":true,"mood":3}"#] {
        serde_json::from_str::<Compared>(text).expect("it can be read");
    }
}

#[test]
fn loading_a_preset_is_one_step_and_sets_what_it_does_not_name_to_its_default() {
    let mut window = Window::open();
    window.drag(|params| &params.frequency, &[0.1]);
    window.drag(|params| &params.role, &[1.0]);
    window.drag(|params| &params.mute, &[1.0]);
    let before = window.values();
    window.heard();
    window.load("Loud");
    assert_eq!(window.heard().len(), 3 * 4, "one gesture for each parameter that changed");
    let loud = Values(6.0, 1_000.0, Detector::Rms, true, true, true);
    assert_eq!((window.values(), window.edits.preset()), (loud, Some(("Loud", false))));
    window.drag(|params| &params.gain, &[0.5]);
    assert_eq!(window.edits.preset(), Some(("Loud", true)));
    window.ask(BarEdit::Undo);
    assert_eq!(window.edits.preset(), Some(("Loud", false)));
    window.ask(BarEdit::Undo);
    assert_eq!((window.values(), window.edits.preset()), (before, None));
    window.ask(BarEdit::Redo);
    assert_eq!((window.values(), window.edits.preset()), (loud, Some(("Loud", false))));
}

#[test]
fn a_preset_with_a_value_that_is_none_changes_nothing_and_says_so() {
    let mut window = Window::open();
    let before = window.values();
    window.load("Broken");
    assert_eq!((window.values(), window.edits.steps()[0]), (before, None));
    assert_eq!(window.edits.sentence(), Some("Broken is not loaded: its value for Gain is none."));
}

#[test]
fn a_starting_point_is_one_step_and_leaves_the_rest_alone() {
    let mut window = Window::open();
    window.drag(|params| &params.frequency, &[0.1]);
    let before = window.values();
    let start = [("gain", Setting::from(-3.0)), ("on", Setting::from(true)), ("role", Setting::from(true))];
    let start = start.map(|(id, setting)| (id.to_owned(), setting)).into();
    window.edits.change("Starting point", &start, &window.hand, None);
    assert_eq!(window.values(), Values { 0: -3.0, 3: true, ..before });
    assert_eq!(window.edits.steps()[0], Some("Starting point"));
    window.ask(BarEdit::Undo);
    assert_eq!(window.values(), before);
}

#[test]
fn a_saved_preset_brings_back_every_bit() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.123_456]);
    window.drag(|params| &params.frequency, &[0.654_321]);
    window.drag(|params| &params.detector, &[1.0]);
    let saved = window.values();
    window.edits.save("Every bit", Existing::Keep).expect("it can be saved");
    assert_eq!(window.edits.preset(), Some(("Every bit", false)));
    assert!(matches!(window.edits.save("every bit ", Existing::Keep), Err(NotSaved::Exists(_))));

    let mut other = Window::open();
    other.load("Every bit");
    assert_eq!(other.values(), saved);
}
