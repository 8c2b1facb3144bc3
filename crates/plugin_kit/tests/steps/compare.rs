//! Two sets of settings: what is in each, and what the project keeps of them.

use gui::edit_bar::{BarEdit, Slot};
use plugin_kit::edits::compare::Compared;

use super::{Values, Window, automate};

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
