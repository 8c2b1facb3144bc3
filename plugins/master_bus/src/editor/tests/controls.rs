//! Every parameter has a control under the host's name, and a hand on it is one gesture.
#![allow(unsafe_code, reason = "the framework's list of parameters")]

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Event, Modifiers, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::kittest::Queryable;
use gui::layout_check::tip;
use nice_plug::prelude::Params;

use super::host::Done;
use super::stems::{playing, stems};
use super::*;

/// What a hand can act on, and what an eye reads.
const CONTROLS: [Role; 6] =
    [Role::Slider, Role::CheckBox, Role::ComboBox, Role::Button, Role::TextInput, Role::RadioButton];
const VIEWS: [Role; 3] = [Role::Meter, Role::GraphicsObject, Role::Row];

/// Names and kinds of everything of some kinds.
fn of_kinds(harness: &Harness, kinds: &[Role]) -> Vec<(String, Role)> {
    let mut found = Vec::new();
    let mut waiting = vec![harness.root()];
    while let Some(node) = waiting.pop() {
        let access = node.accesskit_node();
        if kinds.contains(&access.role()) {
            found.push((access.label().unwrap_or_default(), access.role()));
        }
        waiting.extend(node.children());
    }
    found
}

/// Names of everything a hand can act on.
fn acting(harness: &Harness) -> Vec<String> {
    of_kinds(harness, &CONTROLS).into_iter().map(|(name, _)| name).collect()
}

/// The graph says in itself what a hand can do: a tip would lie on the values below while the pointer rests there.
const WITHOUT_TIP: [&str; 1] = ["Equalizer graph"];

#[test]
fn every_control_and_every_view_says_what_it_does() {
    let mut harness = open(playing(stems(2)), DESIGN).harness;
    for (name, role) in of_kinds(&harness, &[&CONTROLS[..], &VIEWS].concat()) {
        let rect = harness.get_by_role_and_label(role, &name).rect();
        // In the middle of a stem's line are its buttons.
        let at = if role == Role::Row { rect.left_center() + vec2(40.0, 0.0) } else { rect.center() };
        harness.event(Event::PointerMoved(at));
        harness.run_steps(40);
        let tip = tip(&harness.ctx, harness.output());
        // At least three words that are neither its name nor its state.
        let said = tip.replace(&name, "");
        let said = said.trim_end_matches("On.").trim_end_matches("Off.").split_whitespace().count();
        let is_told = said >= 3 || WITHOUT_TIP.contains(&name.as_str());
        assert!(is_told, "{name} says {tip:?}");
    }
}

#[test]
fn every_control_has_a_name_of_its_own() {
    let opened = open(playing(stems(3)), DESIGN);
    let controls = acting(&opened.harness);
    assert!(controls.iter().all(|name| !name.is_empty()), "a control has no name: {controls:?}");
    let names: BTreeSet<&str> = controls.iter().map(String::as_str).collect();
    assert_eq!(names.len(), controls.len(), "two controls share a name: {controls:?}");
}

#[test]
fn a_hand_on_a_control_is_one_gesture_on_the_parameter_of_that_name() {
    let mut opened = open(playing(Vec::new()), DESIGN);
    let parameters: Vec<(String, _, String)> = opened
        .params
        .param_map()
        .into_iter()
        // SAFETY: the parameters are alive.
        .map(|(id, parameter, _)| (id, parameter, unsafe { parameter.name() }.to_owned()))
        // Chosen by a click in the table of platforms: see below.
        .filter(|(id, ..)| id != "target")
        .collect();
    let Opened { harness, host, .. } = &mut opened;
    for (id, parameter, name) in parameters {
        host.take();
        let node = harness.get_by_label(&name);
        let (role, center) = (node.accesskit_node().role(), node.rect().center());
        match role {
            Role::CheckBox | Role::Button => node.click(),
            Role::Slider | Role::ComboBox => {
                harness.event(Event::PointerMoved(center));
                harness.step();
                // Down where up is the end: the first line of a menu, the highest value.
                for delta in [1.0, -1.0] {
                    harness.event(Event::MouseWheel {
                        unit: MouseWheelUnit::Line,
                        delta: vec2(0.0, delta),
                        phase: TouchPhase::Move,
                        modifiers: Modifiers::NONE,
                        source: egui::MouseWheelSource::Unknown,
                    });
                    harness.step();
                }
            }
            other => panic!("{id}: {name:?} is a {other:?}"),
        }
        // A turn of the wheel and a pulse end a moment later.
        harness.run_steps(40);
        let done = host.take();
        assert!(done.iter().all(|(other, _)| *other == parameter), "{id}: {name:?} moves something else: {done:?}");
        let kinds: Vec<Done> = done.into_iter().map(|(_, done)| done).collect();
        assert!(kinds.len() >= 3, "{id}: {kinds:?}");
        assert_eq!((kinds[0], kinds[kinds.len() - 1]), (Done::Begin, Done::End), "{id}");
        let inner = &kinds[1..kinds.len() - 1];
        assert!(inner.iter().all(|done| matches!(done, Done::Set(_))), "{id}: more than one gesture: {kinds:?}");
    }
}

#[test]
fn a_click_on_a_platform_makes_it_the_target() {
    let mut opened = open(playing(Vec::new()), DESIGN);
    opened.harness.get_by_label("Apple Music (Sound Check)").click();
    opened.harness.run_steps(3);
    let done: Vec<Done> = opened.host.take().into_iter().map(|(_, done)| done).collect();
    let last = opened.params.platforms.all().len() as f32 - 1.0;
    let number = opened.params.platforms.number_of("apple_music").expect("in the table") as f32;
    assert_eq!(done.len(), 3);
    assert!(matches!(done[1], Done::Set(value) if (value - number / last).abs() < 1e-6), "{done:?}");
}

#[test]
fn a_click_on_the_lamp_presses_reset_in_one_gesture() {
    let mut opened = open(playing(Vec::new()), DESIGN);
    opened.harness.get_by_label("Output level over").click();
    opened.harness.run_steps(3);
    let done: Vec<Done> = opened.host.take().into_iter().map(|(_, done)| done).collect();
    assert_eq!(done, [Done::Begin, Done::Set(1.0), Done::Set(0.0), Done::End]);
}

#[test]
fn a_ceiling_is_set_for_where_the_master_goes() {
    let mut opened = open(playing(Vec::new()), DESIGN);
    opened.harness.get_by_label("Broadcast").click();
    opened.harness.run_steps(3);
    let done: Vec<Done> = opened.host.take().into_iter().map(|(_, done)| done).collect();
    // −2 of −12…0.
    assert!(
        matches!(done[..], [Done::Begin, Done::Set(value), Done::End] if (value - 10.0 / 12.0).abs() < 1e-5),
        "{done:?}"
    );
}
