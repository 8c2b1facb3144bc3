//! Presets that are loaded: what they set, what is told of them, and what the project keeps.

use gui::edit_bar::{BarEdit, Slot};
use nice_plug::prelude::Param;
use plugin_kit::edits::compare::Compared;
use plugin_kit::edits::presets::{Existing, NotSaved};

use super::{Detector, Values, Window, automate};

/// What the bar says of a preset whose settings are in force.
fn loaded(name: &str) -> Option<(String, bool)> {
    Some((name.to_owned(), false))
}

/// What it says when something has been moved since.
fn changed(name: &str) -> Option<(String, bool)> {
    Some((name.to_owned(), true))
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
    assert_eq!((window.values(), window.edits.preset()), (loud, loaded("Loud")));
    window.drag(|params| &params.gain, &[0.5]);
    assert_eq!(window.edits.preset(), changed("Loud"));
    window.ask(BarEdit::Undo);
    assert_eq!(window.edits.preset(), loaded("Loud"));
    window.ask(BarEdit::Undo);
    assert_eq!((window.values(), window.edits.preset()), (before, None));
    window.ask(BarEdit::Redo);
    assert_eq!((window.values(), window.edits.preset()), (loud, loaded("Loud")));
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
fn a_saved_preset_brings_back_every_bit() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.123_456]);
    window.drag(|params| &params.frequency, &[0.654_321]);
    window.drag(|params| &params.detector, &[1.0]);
    let saved = window.values();
    window.edits.save("Every bit", Existing::Keep).expect("it can be saved");
    assert_eq!(window.edits.preset(), loaded("Every bit"));
    assert!(matches!(window.edits.save("every bit ", Existing::Keep), Err(NotSaved::Exists(_))));

    let mut other = Window::open();
    other.load("Every bit");
    assert_eq!(other.values(), saved);
    let mut again = reopened(&window);
    again.load("Every bit");
    assert_eq!((again.values(), again.edits.steps()), (saved, [None, None]), "it is loaded already");
}

#[test]
fn loading_what_is_loaded_already_is_no_step() {
    let mut window = Window::open();
    window.load("Loud");
    window.ask(BarEdit::Undo);
    window.load("Neutral");
    window.heard();
    window.load("Neutral");
    assert_eq!((window.heard().len(), window.edits.steps()), (0, [Some("Neutral"), None]));
    window.ask(BarEdit::Undo);
    assert_eq!(window.edits.steps(), [None, Some("Neutral")]);
}

/// The project is saved and opened again in another window.
fn reopened(window: &Window) -> Window {
    let saved = serde_json::to_string(&*window.compare.read().expect("nobody panics")).expect("it is text");
    let again = Window::open();
    *again.compare.write().expect("nobody panics") = serde_json::from_str(&saved).expect("it is what was saved");
    automate(&again.params.gain, window.params.gain.unmodulated_normalized_value());
    automate(&again.params.frequency, window.params.frequency.unmodulated_normalized_value());
    automate(&again.params.detector, window.params.detector.unmodulated_normalized_value());
    automate(&again.params.on, window.params.on.unmodulated_normalized_value());
    again
}

#[test]
fn the_project_knows_the_preset_of_each_set_and_whether_it_was_changed() {
    let mut window = Window::open();
    window.load("Loud");
    window.ask(BarEdit::Compare(Slot::B));
    assert_eq!(window.edits.preset(), loaded("Loud"), "both sets begin alike");
    window.load("Neutral");
    window.drag(|params| &params.gain, &[0.1]);
    let mut again = reopened(&window);
    assert_eq!(again.edits.preset(), changed("Neutral"));
    again.ask(BarEdit::Compare(Slot::A));
    assert_eq!(again.edits.preset(), loaded("Loud"));
}

#[test]
fn the_project_knows_a_preset_whose_file_is_gone() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.1]);
    window.edits.save("On another computer", Existing::Keep).expect("it can be saved");
    let number = window.number("On another computer");
    window.ask(BarEdit::Delete(number));
    let mut again = reopened(&window);
    assert!(!again.edits.preset_names().contains(&"On another computer".to_owned()));
    assert_eq!(again.edits.preset(), loaded("On another computer"));
    again.drag(|params| &params.gain, &[0.2]);
    assert_eq!(again.edits.preset(), changed("On another computer"));
}

#[test]
fn a_project_without_a_preset_says_nothing_of_one() {
    let text = serde_json::to_string(&Compared::default()).expect("it is text");
    assert_eq!(text, r#"{"is_b":false,"other":{}}"#, "as versions before this one wrote it");
    assert_eq!(Window::open().edits.preset(), None);
}

#[test]
fn a_preset_of_a_later_version_sets_what_is_known_and_says_what_is_not() {
    let mut window = Window::open();
    let text = "format = 1\nplugin = 'org.stemma.small'\nname = 'From 2031'\nmood = 'good'\n\
                settings = { gain = 6.0, sparkle = 3.0, air = 'lots', role = true }\n";
    super::write_preset("From 2031.toml", text);
    window.ask(BarEdit::Browse);
    let before = window.values();
    window.load("From 2031");
    assert_eq!(window.values(), Values { 0: 6.0, ..before }, "what the instance is for stays");
    let sentence = "From 2031 is loaded without air and 2 more: this version has no such setting.";
    assert_eq!(window.edits.sentence(), Some(sentence));
    assert_eq!(window.edits.preset(), loaded("From 2031"));
}
