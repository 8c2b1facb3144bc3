//! Comparing, undoing and presets: what hands and keys ask for.

mod hands;

use std::cell::RefCell;

use egui::{Event, Key, Modifiers, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use gui::edit_bar::{BarEdit, EditBar, Slot};
use gui::knob::Knob;
use hands::{Fake, pick_line, theme as design, window};

type Edits = RefCell<Vec<BarEdit>>;

/// A bar above a knob, with something to undo and to redo or not.
fn bar<'a>(presets: &'a [String], trim: &'a Fake, edits: &'a Edits, undo: Option<&'a str>) -> Harness<'a> {
    window(move |ui| {
        let bar = EditBar { undo, redo: undo, preset: Some("Glue"), is_changed: true, presets, slot: Slot::A };
        let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(520.0, 26.0));
        edits.borrow_mut().extend(bar.show(ui, &design(), place));
        let place = Rect::from_min_size(pos2(10.0, 100.0), vec2(80.0, 90.0));
        Knob::new(trim, "Trim", "Level.").show(ui, &design(), place);
    })
}

fn presets() -> Vec<String> {
    vec!["Glue".to_owned(), "Loud".to_owned()]
}

#[test]
fn every_button_asks_for_what_it_says() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, Some("Trim"));
    for (name, expected) in [
        ("Undo", BarEdit::Undo),
        ("Redo", BarEdit::Redo),
        ("Settings B", BarEdit::Compare(Slot::B)),
        ("Copy to the other settings", BarEdit::CopyToOther),
    ] {
        harness.get_by_label(name).click();
        harness.run_steps(3);
        assert_eq!(edits.borrow_mut().drain(..).collect::<Vec<_>>(), [expected]);
    }
    harness.get_by_label("Settings A").click();
    harness.run_steps(3);
    assert_eq!(*edits.borrow(), [], "it is in force");
}

#[test]
fn presets_are_loaded_and_saved_from_the_menu() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, None);
    assert_eq!(harness.get_by_label("Preset").value().as_deref(), Some("Glue (changed)"));
    pick_line(&mut harness, "Preset", "Loud");
    pick_line(&mut harness, "Preset", "Save as …");
    assert_eq!(*edits.borrow(), [BarEdit::Browse, BarEdit::Load(1), BarEdit::Browse, BarEdit::Save]);
}

fn press(harness: &mut Harness, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
}

#[test]
fn the_keys_undo_and_redo_where_the_focus_is_in_the_window() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, Some("Trim"));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*edits.borrow(), [], "without the focus they are the host's");
    harness.get_by_label("Trim").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    press(&mut harness, Modifiers::COMMAND, Key::Y);
    assert_eq!(*edits.borrow(), [BarEdit::Undo, BarEdit::Redo, BarEdit::Redo]);
}

#[test]
fn while_a_number_is_typed_the_keys_are_the_texts() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, Some("Trim"));
    hands::press(&mut harness, "Trim", Modifiers::NONE, Key::Enter);
    harness.event(Event::Text("3".to_owned()));
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*edits.borrow(), []);
}

#[test]
fn nothing_to_undo_asks_for_nothing() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, None);
    harness.get_by_label("Undo").click();
    harness.get_by_label("Trim").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*edits.borrow(), []);
}
