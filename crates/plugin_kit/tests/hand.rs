//! The user's hand: what a window leaves behind when it closes in the middle of a gesture.

#![allow(unsafe_code, reason = "a stand-in for the framework's context")]

use std::sync::{Arc, Mutex};

use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::prelude::{Param, ParamPtr, PluginState};
use plugin_kit::controls::{Hand, hold};
use plugin_kit::text;

/// Notes what begins and ends.
#[derive(Default)]
struct Notes(Mutex<Vec<(&'static str, ParamPtr)>>);

impl Notes {
    fn note(&self, what: &'static str, parameter: ParamPtr) {
        self.0.lock().expect("nobody panics").push((what, parameter));
    }
}

impl GuiContextInner for Notes {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, parameter: ParamPtr) {
        self.note("begin", parameter);
    }
    unsafe fn raw_set_parameter_normalized(&self, parameter: ParamPtr, _normalized: f32) {
        self.note("set", parameter);
    }
    unsafe fn raw_end_set_parameter(&self, parameter: ParamPtr) {
        self.note("end", parameter);
    }
    fn get_state(&self) -> PluginState {
        panic!("no state is asked for here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

#[test]
fn letting_go_ends_exactly_the_gestures_under_way() {
    let notes = Arc::new(Notes::default());
    let hand = Hand::new(GuiContext::new(notes.clone()));
    let (done, open) = (text::decibels("Done", 0.0, -24.0, 12.0), text::decibels("Open", 0.0, -24.0, 12.0));
    for gain in [&done, &open] {
        hold(&hand, gain).begin();
        hold(&hand, gain).set(0.25);
    }
    hold(&hand, &done).end();
    hand.let_go();
    hand.let_go();
    let heard = notes.0.lock().expect("nobody panics").clone();
    let (done, open) = (done.as_ptr(), open.as_ptr());
    let expected = [("begin", done), ("set", done), ("begin", open), ("set", open), ("end", done), ("end", open)];
    assert_eq!(heard, expected);
}
