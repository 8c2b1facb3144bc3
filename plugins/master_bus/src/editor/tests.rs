//! The window holds every parameter, under the name the host shows.
#![allow(unsafe_code, reason = "a stand-in for the framework's context, and the framework's list of parameters")]

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{Params, PluginState};

use super::*;

/// A host that listens to nothing.
struct Deaf;

impl GuiContextInner for Deaf {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, _param: ParamPtr, _normalized: f32) {}
    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        panic!("the window keeps no state here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

/// Names of everything a hand can act on.
fn controls(harness: &Harness) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![harness.root()];
    while let Some(node) = waiting.pop() {
        let access = node.accesskit_node();
        let acts = [Role::Slider, Role::CheckBox, Role::ComboBox, Role::Button, Role::TextInput];
        if acts.contains(&access.role()) {
            names.push(access.label().unwrap_or_default());
        }
        waiting.extend(node.children());
    }
    names
}

#[test]
fn every_parameter_is_in_the_window_under_its_name() {
    let params = Arc::new(MasterParams::default());
    let host = Hand::new(GuiContext::new(Arc::new(Deaf)));
    let (mut graph, mut platforms) = (EqualizerGraph::default(), PlatformTable::default());
    let shown = Arc::clone(&params);
    let mut harness = Harness::builder().with_size(DESIGN).build_ui(move |ui| {
        let theme = Theme::fitting(DESIGN, DESIGN);
        let readings = MasterReadings::default();
        let window = Window { theme: &theme, host: &host, params: &shown, readings: &readings, stems: &[] };
        window.show(ui, &mut graph, &mut platforms);
    });
    harness.run_steps(3);

    let controls = controls(&harness);
    assert!(controls.iter().all(|name| !name.is_empty()), "a control has no name: {controls:?}");
    let names: BTreeSet<&str> = controls.iter().map(String::as_str).collect();
    assert_eq!(names.len(), controls.len(), "two controls share a name: {controls:?}");
    for (id, parameter, _) in params.param_map() {
        // SAFETY: `params` is alive.
        let name = unsafe { parameter.name() };
        if id == "target" {
            // Chosen by a click in the table of platforms.
            continue;
        }
        assert!(names.contains(name), "{id}: no control is called {name:?}");
    }
}
