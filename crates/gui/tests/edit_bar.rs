//! Comparing, undoing and presets: what hands and keys ask for.

mod hands;

use std::cell::RefCell;

use egui::{Event, Key, Modifiers, Rect, Ui, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use gui::edit_bar::{BarEdit, EditBar, Slot};
use gui::knob::Knob;
use gui::layout_check::faults;
use gui::preset_dialog::{PresetDialog, show_sentence};
use gui::theme::Theme;
use hands::{Fake, names, pick_line, theme as design, window};

type Edits = RefCell<Vec<BarEdit>>;

/// A bar above a knob, with something to undo and to redo or not.
fn bar<'a>(presets: &'a [String], trim: &'a Fake, edits: &'a Edits, undo: Option<&'a str>) -> Harness<'a> {
    window(move |ui| {
        let bar = EditBar {
            undo,
            redo: undo,
            preset: Some("Glue"),
            line: Some(0),
            is_changed: true,
            presets,
            factory_count: 1,
            slot: Slot::A,
        };
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

#[test]
fn the_users_own_presets_are_renamed_and_deleted_in_the_menu() {
    let (presets, trim, edits) = (presets(), Fake::new("Trim", 0.5, 0.5), Edits::default());
    let mut harness = bar(&presets, &trim, &edits, None);
    pick_line(&mut harness, "Preset", "Rename Loud");
    pick_line(&mut harness, "Preset", "Delete Loud");
    assert_eq!(*edits.borrow(), [BarEdit::Browse, BarEdit::Rename(1), BarEdit::Browse, BarEdit::Delete(1)]);
    harness.get_by_label("Preset").click();
    harness.run_steps(5);
    assert!(harness.query_by_label("Rename Glue").is_none(), "it comes with the plugin");
}

/// What is wrong with something that hangs below the bar, in a window drawn at a scale.
fn faults_below(percent: u32, opens_menu: bool, mut below: impl FnMut(&Ui, &Theme, Rect)) -> Vec<String> {
    let mut presets: Vec<String> = (1..30).map(|number| format!("Preset {number}")).collect();
    presets.push(LONGEST.to_owned());
    let size = vec2(640.0, 700.0) * (percent as f32 / 100.0);
    let theme = Theme::fitting(vec2(640.0, 700.0), size);
    let mut harness = Harness::builder().with_size(size).with_step_dt(1.0 / 60.0).build_ui(|ui| {
        let place = theme.place(ui.max_rect().min, 100.0, 10.0, 520.0, 26.0);
        let bar = EditBar {
            preset: Some("Preset 7"),
            line: Some(7),
            presets: &presets,
            factory_count: 3,
            ..EditBar::default()
        };
        let _ = bar.show(ui, &theme, place);
        below(ui, &theme, place);
    });
    theme.apply(&harness.ctx);
    harness.run_steps(3);
    if opens_menu {
        harness.get_by_label("Preset").click();
        harness.run_steps(5);
    }
    let names = names(&harness);
    let found = faults(&harness.ctx, harness.output(), &|id| names.get(&id.value()).cloned(), &|_| false);
    // A name of any length is told in full under the pointer.
    found.into_iter().filter(|fault| !fault.starts_with(&format!("{LONGEST:?} does not fit"))).collect()
}

/// A name as long as one may be.
const LONGEST: &str = "Bass guitar of the second chorus, doubled, a little warmer and w";

#[test]
fn what_opens_below_the_bar_fits_at_every_scale() {
    for percent in [75, 100, 150, 200, 300] {
        assert_eq!(faults_below(percent, true, |_, _, _| {}), [""; 0], "the menu at {percent} %");
        let sentence = format!("You have a preset {LONGEST} already. Replace it?");
        let mut name = LONGEST.to_owned();
        let found = faults_below(percent, false, |ui, theme, bar| {
            let dialog = PresetDialog { verb: "Replace", is_possible: true, asks: true, sentence: &sentence };
            let _ = dialog.show(ui, theme, bar, &mut name);
        });
        // Where a name is typed, it scrolls.
        let found: Vec<_> =
            found.into_iter().filter(|fault| !fault.starts_with(&format!("{LONGEST:?} is cut"))).collect();
        assert_eq!(found, [""; 0], "the dialog at {percent} %");
        let sentence = format!("{LONGEST} is deleted.");
        let found = faults_below(percent, false, |ui, theme, bar| {
            let _ = show_sentence(ui, theme, bar, &sentence, Some("Bring back"));
        });
        assert_eq!(found, [""; 0], "the sentence at {percent} %");
    }
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
