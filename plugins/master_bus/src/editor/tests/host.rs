//! A host that writes down what the window does to its parameters.
#![allow(unsafe_code, reason = "a stand-in for the framework's context")]

use std::sync::Mutex;

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::PluginState;

/// What was done to a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Done {
    Begin,
    Set(f32),
    End,
}

/// Listens, and does nothing.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<(ParamPtr, Done)>>);

impl Recorder {
    fn note(&self, parameter: ParamPtr, done: Done) {
        self.0.lock().unwrap().push((parameter, done));
    }

    /// What was done since the last call.
    pub fn take(&self) -> Vec<(ParamPtr, Done)> {
        self.0.lock().unwrap().drain(..).collect()
    }
}

impl GuiContextInner for Recorder {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, parameter: ParamPtr) {
        self.note(parameter, Done::Begin);
    }
    unsafe fn raw_set_parameter_normalized(&self, parameter: ParamPtr, normalized: f32) {
        self.note(parameter, Done::Set(normalized));
    }
    unsafe fn raw_end_set_parameter(&self, parameter: ParamPtr) {
        self.note(parameter, Done::End);
    }
    fn get_state(&self) -> PluginState {
        panic!("the window keeps no state here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}
