//! What hands do: every control by its name, one gesture each.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use gui::edit_bar::Slot;
use gui::layout_check::tip;
use gui::shown::Shown;
use nice_plug::params::persist::PersistentField;
use plugin_kit::edits::compare;
use plugin_kit::edits::presets::Preset;
use session::command::{Answer, Command};

use super::super::DESIGN;
use super::super::seen::Place;
use super::stage::{Stage, candidate};

/// What a hand can act on, and what an eye reads.
const CONTROLS: [Role; 5] = [Role::Slider, Role::CheckBox, Role::ComboBox, Role::Button, Role::TextInput];
const VIEWS: [Role; 2] = [Role::Meter, Role::GraphicsObject];

/// Names and kinds of everything of some kinds.
fn of_kinds(stage: &Stage, kinds: &[Role]) -> Vec<(String, Role)> {
    let mut found = Vec::new();
    let mut waiting = vec![stage.harness.root()];
    while let Some(node) = waiting.pop() {
        let access = node.accesskit_node();
        if kinds.contains(&access.role()) {
            found.push((access.label().unwrap_or_default(), access.role()));
        }
        waiting.extend(node.children());
    }
    found
}

fn controls(stage: &Stage) -> Vec<(String, Role)> {
    of_kinds(stage, &CONTROLS)
}

#[test]
fn every_parameter_is_in_the_window_under_its_name() {
    let stage = Stage::new();
    let controls = controls(&stage);
    assert!(controls.iter().all(|(name, _)| !name.is_empty()), "a control has no name: {controls:?}");
    let names: BTreeSet<&str> = controls.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), controls.len(), "two controls share a name: {controls:?}");
    for (name, _) in stage.parameters() {
        assert!(names.contains(name.as_str()), "no control is called {name:?}");
    }
}

#[test]
fn every_parameter_moves_by_its_control_in_one_gesture() {
    let mut stage = Stage::new();
    let controls = controls(&stage);
    for (name, value) in stage.parameters() {
        let (_, role) = controls.iter().find(|(control, _)| *control == name).expect("it is in the window");
        let before = value();
        stage.told();
        // At an end of its range a value moves one way only.
        let key = match role {
            Role::CheckBox => Key::Space,
            Role::ComboBox if before > 0.5 => Key::ArrowUp,
            Role::ComboBox => Key::ArrowDown,
            _ if before > 0.5 => Key::ArrowDown,
            _ => Key::ArrowUp,
        };
        stage.harness.get_by_role_and_label(*role, &name).focus();
        stage.harness.run_steps(2);
        stage.harness.key_press(key);
        stage.harness.run_steps(3);
        assert_ne!(value(), before, "{name} stayed");
        stage.assert_one_gesture(&name);
    }
}

#[test]
fn a_drag_of_the_trim_is_one_gesture_and_with_shift_a_fine_one() {
    let mut ways = Vec::new();
    for modifiers in [Modifiers::NONE, Modifiers::SHIFT] {
        let mut stage = Stage::new();
        let from = stage.harness.get_by_role_and_label(Role::Slider, "Trim").rect().center();
        stage.harness.event(Event::PointerMoved(from));
        stage.harness.event(Event::ModifiersChanged(modifiers));
        stage.harness.step();
        let press = |pos, pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers };
        stage.harness.event(press(from, true));
        stage.harness.step();
        for step in 1..=10 {
            stage.harness.event(Event::PointerMoved(from - vec2(0.0, 2.0 * step as f32)));
            stage.harness.step();
        }
        stage.harness.event(press(from - vec2(0.0, 20.0), false));
        stage.harness.run_steps(2);
        stage.assert_one_gesture("Trim");
        ways.push(stage.params.trim.trim.value());
    }
    // 20 of 220 points, of 36 dB, less what could still have been a click.
    assert!((2.0..3.3).contains(&ways[0]), "{ways:?}");
    assert!((ways[1] / ways[0] - 0.1).abs() < 0.02, "{ways:?}");
}

#[test]
fn a_starting_point_is_one_step_back() {
    let mut stage = Stage::new();
    stage.set("Role", 0.0);
    stage.set("Trim", 0.5);
    stage.harness.get_by_label("Load starting point").click();
    stage.harness.run_steps(3);
    let drums = dsp::role::Role::Drums.starting_point();
    let settings = stage.params.settings();
    assert!(
        settings.compressor.on && (settings.trim.trim_db, settings.compressor.ratio) == (0.0, drums.compressor.ratio)
    );
    stage.harness.get_by_label("Undo").click();
    stage.harness.run_steps(3);
    let settings = stage.params.settings();
    assert!(
        !settings.compressor.on && (settings.trim.trim_db, settings.compressor.ratio) == (-6.0, 2.0),
        "{settings:?}"
    );
}

#[test]
fn what_is_outside_the_range_of_its_role_says_so_in_a_sentence() {
    let mut stage = Stage::new();
    let settings = [("Role", 0.4), ("Compressor on", 1.0), ("Ratio", 0.0), ("Attack", 1.0), ("Bell 1 on", 1.0)];
    settings.into_iter().for_each(|(name, normalized)| stage.set(name, normalized));
    let said = |stage: &mut Stage, about: &str| {
        stage.harness.run_steps(2);
        let name = format!("{about} guard rail");
        let sentence = stage.harness.query_by_label(&name);
        sentence.and_then(|sentence| sentence.value()).unwrap_or_default()
    };
    assert_eq!(said(&mut stage, "Attack"), "Attack: usually 20 to 40 ms");
    assert_eq!((said(&mut stage, "Trim"), said(&mut stage, "Equalizer")), (String::new(), String::new()));
    stage.set("Bell 1 gain", 0.75);
    assert_eq!(said(&mut stage, "Equalizer"), "Bell 1: usually −2 to 2 dB");
    // −24 to +12 dB.
    stage.set("Trim", 26.5 / 36.0);
    assert_eq!(said(&mut stage, "Trim"), "Unusual for Lead vocals: −2 to +2 dB");
    stage.set("Trim", 20.0 / 36.0);
    assert_eq!(said(&mut stage, "Trim"), "A 4.0 dB move belongs in the mix");
}

#[test]
fn a_click_on_a_lamp_measures_anew() {
    let mut stage = Stage::new();
    stage.play();
    assert!((stage.seen.heard().largest_input_dbfs() + 6.02).abs() < 0.01);
    stage.harness.get_by_label("Input level over").click();
    stage.harness.run_steps(2);
    assert_eq!(stage.seen.heard().largest_input_dbfs(), dsp::units::SILENCE_DB);
    stage.harness.get_by_label("Output level over").click();
    stage.harness.run_steps(2);
    assert!(stage.session.takes_new_measurement());
}

#[test]
fn the_window_flashes_when_the_master_asks_which_stem_it_is() {
    let mut stage = Stage::new();
    let has_frame = |stage: &Stage| {
        let window = stage.harness.ctx.content_rect();
        let is_frame = |shape: &egui::Shape| match shape {
            // The harness leaves a margin.
            egui::Shape::Rect(shape) => window.shrink(10.0).width() < shape.rect.width() && shape.stroke.width > 4.0,
            _ => false,
        };
        stage.harness.output().shapes.iter().any(|clipped| is_frame(&clipped.shape))
    };
    assert!(!has_frame(&stage));
    // On a busy machine the two seconds may be over before the window is drawn.
    let mut flashes = || {
        assert_eq!(stage.session.obey_at_rest(Command::Identify), Answer::Applied);
        stage.harness.step();
        has_frame(&stage)
    };
    assert!((0..3).any(|_| flashes()));
}

#[test]
fn what_is_no_parameter_can_be_set_as_well() {
    let mut stage = Stage::new();
    stage.harness.get_by_label("Solo").click();
    stage.harness.run_steps(3);
    assert!(stage.session.is_soloed());
    stage.harness.get_by_label("Link across applications").click();
    stage.harness.run_steps(3);
    assert!(stage.params.membership.is_linked_across_applications());
    stage.harness.get_by_label("Stem name").focus();
    stage.harness.run_steps(2);
    stage.harness.get_by_label("Stem name").type_text("Choir");
    stage.harness.run_steps(3);
    assert_eq!(*stage.params.name.read().unwrap_or_else(PoisonError::into_inner), "Choir");
}

/// The graph says in itself what a hand can do: a tip would lie on the values below while the pointer rests there.
const WITHOUT_TIP: [&str; 1] = ["Equalizer graph"];

#[test]
fn another_session_is_chosen_at_the_foot() {
    let candidates = vec![candidate(1, "Album"), candidate(2, "Single")];
    let place = Place { sentence: "Linked to Demo".to_owned(), candidates, ..Place::default() };
    let mut stage = Stage::of_size(DESIGN, place);
    stage.harness.get_by_label("Choose a session").click();
    stage.harness.run_steps(5);
    stage.harness.get_by_label("Single (REAPER, 8 stems)").click();
    stage.harness.run_steps(3);
    let kept = stage.params.membership.map(|saved| serde_json::to_value(saved).expect("it is text"));
    assert_eq!(kept["session_name"], "Single");
    assert_eq!(kept["session"], candidate(2, "").session.to_string(), "and the project keeps it");
}

#[test]
fn without_another_session_there_is_nothing_to_choose() {
    let stage = Stage::new();
    assert!(stage.harness.query_by_label("Choose a session").is_none());
}

#[test]
fn every_control_and_every_view_says_what_it_does() {
    let place = Place { candidates: vec![candidate(1, "Album")], ..Place::default() };
    let mut stage = Stage::of_size(DESIGN, place);
    stage.play();
    let nodes = of_kinds(&stage, &[&CONTROLS[..], &VIEWS].concat());
    for (name, role) in nodes {
        let at = stage.harness.get_by_role_and_label(role, &name).rect().center();
        stage.harness.event(Event::PointerMoved(at));
        stage.harness.run_steps(40);
        let tip = tip(&stage.harness.ctx, stage.harness.output());
        // At least three words that are neither its name nor its state.
        let said = tip.replace(&name, "");
        let said = said.trim_end_matches("On.").trim_end_matches("Off.").split_whitespace().count();
        let is_told = said >= 3 || WITHOUT_TIP.contains(&name.as_str());
        assert!(is_told, "{name} says {tip:?}");
    }
}

#[test]
fn nothing_is_drawn_again_while_nothing_moves() {
    let mut stage = Stage::new();
    let mut shown = Shown::default();
    let mut looks_new = |stage: &Stage| {
        stage.seen.look(&mut shown, &stage.params, &stage.session);
        shown.is_new()
    };
    assert!(looks_new(&stage), "the first look");
    assert!(!looks_new(&stage));
    stage.set("Trim", 0.5);
    assert!(looks_new(&stage), "a parameter");
    stage.session.set_solo(true);
    assert!(looks_new(&stage), "the solo");
    let preset = Preset { name: "Warm".to_owned(), settings: [].into(), path: None };
    compare::set_preset(&stage.params.compare, Slot::A, Some(preset.into()));
    assert!(looks_new(&stage), "the preset of a state that is loaded");
    stage.play();
    assert!(looks_new(&stage), "a sound");
    // Its spectrum falls, and the history stops, within a while of silence.
    let silence = |stage: &mut Stage| {
        for _ in 0..10 {
            stage.tap.before(&[&mut [0.0; 480], &mut [0.0; 480]]);
            stage.tap.after(&[&mut [0.0; 480], &mut [0.0; 480]], || [0.0]);
        }
    };
    for _ in 0..120 {
        silence(&mut stage);
        looks_new(&stage);
    }
    silence(&mut stage);
    assert!(!looks_new(&stage), "silence");
}
