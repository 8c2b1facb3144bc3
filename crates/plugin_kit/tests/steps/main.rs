//! Steps back and forward, two sets of settings, presets: what a hand did in a window, and how it is taken back.
//!
//! Here is the window of a small plugin, and a host that does what it is told; the modules are what they promise.

#![allow(unsafe_code, reason = "a stand-in for the framework's context")]

mod compare;
mod loaded;
mod naming;
mod undo;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use gui::edit_bar::BarEdit;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Param, ParamPtr, Params, PluginState};
use plugin_kit::controls::{Hand, hold};
use plugin_kit::edits::compare::Compare;
use plugin_kit::edits::settings::Scope;
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

/// One folder for all tests of the process.
fn own_folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("the system has a folder for tests");
        // SAFETY: every test waits here before it reads the environment.
        unsafe { std::env::set_var("STEMMA_CONFIG_DIR", folder.path()) };
        folder
    });
    folder.path()
}

/// Puts a file among the user's presets.
fn write_preset(file: &str, text: &str) {
    let folder = own_folder().join("presets").join(PRODUCT.name);
    std::fs::create_dir_all(&folder).expect("it can be made");
    std::fs::write(folder.join(file), text).expect("it can be written");
}

impl Window {
    fn open() -> Self {
        own_folder();
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
        self.ask(BarEdit::Load(self.number(name)));
    }

    /// The line of a preset in the menu.
    fn number(&self, name: &str) -> usize {
        self.edits.preset_names().iter().position(|preset| preset == name).expect("the menu has it")
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
