//! Naming presets: what hands do in the menu and in the dialog below the bar, and what becomes of the files.

use std::cell::RefCell;

use egui::{Event, Key, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::theme::Theme;

use super::{Window, own_folder, write_preset};

type Opened<'a> = (&'a RefCell<Window>, Harness<'a>);

/// The bar of a window in the hands of a test.
fn open(window: &RefCell<Window>) -> Opened<'_> {
    let size = vec2(800.0, 600.0);
    let theme = Theme::fitting(size, size);
    let harness = Harness::builder().with_size(size).with_step_dt(1.0 / 60.0).build_ui(move |ui| {
        let Window { hand, edits, .. } = &mut *window.borrow_mut();
        edits.show(ui, &theme, Rect::from_min_size(pos2(200.0, 10.0), vec2(520.0, 26.0)), hand, None);
    });
    theme.apply(&harness.ctx);
    (window, harness)
}

fn click(harness: &mut Harness, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn press(harness: &mut Harness, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

/// Types over the name that is being asked for.
fn type_name(harness: &mut Harness, name: &str) {
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(Event::Text(name.to_owned()));
    harness.run_steps(3);
}

/// Saves the settings in force under a name that is free.
fn save_as(harness: &mut Harness, name: &str) {
    click(harness, "Preset");
    click(harness, "Save as …");
    type_name(harness, name);
    press(harness, Key::Enter);
    assert!(harness.query_by_label("Preset name").is_none(), "{name} is saved");
}

/// The text of a preset's file, if it is there.
fn file(name: &str) -> Option<String> {
    std::fs::read_to_string(own_folder().join("presets").join("Small").join(name)).ok()
}

fn has(window: &RefCell<Window>, name: &str) -> bool {
    window.borrow().edits.preset_names().iter().any(|preset| preset == name)
}

#[test]
fn a_preset_of_the_same_name_is_replaced_only_by_the_button_that_says_so() {
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    save_as(&mut harness, "Twice");
    let first = file("Twice.toml").expect("it is saved");
    window.borrow_mut().drag(|params| &params.gain, &[0.1]);
    click(&mut harness, "Preset");
    click(&mut harness, "Save as …");
    type_name(&mut harness, "twice");
    press(&mut harness, Key::Enter);
    assert_eq!(file("Twice.toml").as_ref(), Some(&first), "Enter alone is no answer");
    assert!(harness.query_by_label("Save").is_none());
    click(&mut harness, "Cancel");
    assert_eq!(file("Twice.toml").as_ref(), Some(&first));
    click(&mut harness, "Preset");
    click(&mut harness, "Save as …");
    type_name(&mut harness, "Twice");
    click(&mut harness, "Replace");
    let second = file("Twice.toml").expect("it is saved");
    assert!(second.contains("gain") && second != first, "{second}");
}

#[test]
fn a_name_of_the_plugins_own_cannot_be_taken() {
    let window = RefCell::new(Window::open());
    let (_, mut harness) = open(&window);
    click(&mut harness, "Preset");
    click(&mut harness, "Save as …");
    type_name(&mut harness, "loud");
    assert!(harness.query_by_label("Save").is_none() && harness.query_by_label("Replace").is_none());
    press(&mut harness, Key::Enter);
    assert!(file("loud.toml").is_none());
}

#[test]
fn a_preset_is_renamed_in_the_menu_and_on_the_disk() {
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    save_as(&mut harness, "Before");
    click(&mut harness, "Preset");
    click(&mut harness, "Rename Before");
    type_name(&mut harness, "After: a while");
    press(&mut harness, Key::Enter);
    assert!(has(window, "After: a while") && !has(window, "Before"));
    assert!(file("After_ a while.toml").is_some_and(|text| text.contains("After: a while")));
    assert!(file("Before.toml").is_none());
    assert_eq!(harness.get_by_label("Preset").value().as_deref(), Some("After: a while"));
}

#[test]
fn a_renamed_preset_is_called_so_wherever_it_was_loaded() {
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    let bar = |harness: &Harness| harness.get_by_label("Preset").value().unwrap_or_default();
    save_as(&mut harness, "Old name");
    click(&mut harness, "Settings B");
    window.borrow_mut().load("Loud");
    click(&mut harness, "Preset");
    click(&mut harness, "Rename Old name");
    type_name(&mut harness, "New name");
    click(&mut harness, "Rename");
    assert_eq!(bar(&harness), "Loud");
    click(&mut harness, "Undo");
    assert_eq!(bar(&harness), "New name", "what a step brings back");
    click(&mut harness, "Settings A");
    assert_eq!(bar(&harness), "New name", "what the other set has");
}

#[test]
fn a_preset_of_the_same_name_keeps_it_when_another_is_renamed() {
    let text = "format = 1\nplugin = 'org.stemma.small'\nname = 'Loud'\nsettings = { gain = 3.0 }\n";
    write_preset("mine.toml", text);
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    let bar = |harness: &Harness| harness.get_by_label("Preset").value().unwrap_or_default();
    let is_marked = |harness: &Harness, line| {
        harness.get_by_label(line).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    window.borrow_mut().load("Loud");
    click(&mut harness, "Settings B");
    window.borrow_mut().load("Loud (mine.toml)");
    click(&mut harness, "Preset");
    assert!(is_marked(&harness, "Loud (mine.toml)") && !is_marked(&harness, "Loud"));
    click(&mut harness, "Rename Loud (mine.toml)");
    type_name(&mut harness, "Not so loud");
    press(&mut harness, Key::Enter);
    assert_eq!(bar(&harness), "Not so loud");
    click(&mut harness, "Undo");
    assert_eq!(bar(&harness), "Loud", "what a step brings back");
    click(&mut harness, "Settings A");
    assert_eq!(bar(&harness), "Loud", "what the other set has");
}

#[test]
fn a_preset_is_not_renamed_over_another() {
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    save_as(&mut harness, "Mine");
    save_as(&mut harness, "Yours");
    click(&mut harness, "Preset");
    click(&mut harness, "Rename Yours");
    type_name(&mut harness, "mine");
    assert!(harness.query_by_label("Rename").is_none(), "there is nothing to click");
    press(&mut harness, Key::Enter);
    assert!(has(window, "Mine") && has(window, "Yours"));
    // Its own name in other letters is none of another.
    type_name(&mut harness, "YOURS");
    click(&mut harness, "Rename");
    assert!(has(window, "YOURS") && !has(window, "Yours"));
}

#[test]
fn a_deleted_preset_can_be_brought_back() {
    let window = RefCell::new(Window::open());
    let (window, mut harness) = open(&window);
    save_as(&mut harness, "Doubtful");
    let text = file("Doubtful.toml");
    click(&mut harness, "Preset");
    click(&mut harness, "Delete Doubtful");
    assert!(!has(window, "Doubtful") && file("Doubtful.toml").is_none());
    assert_eq!(file("deleted/Doubtful.toml"), text);
    click(&mut harness, "Bring back");
    assert!(has(window, "Doubtful") && file("deleted/Doubtful.toml").is_none());
    assert_eq!(file("Doubtful.toml"), text);
    assert!(harness.query_by_label("Bring back").is_none(), "once is enough");
}

#[test]
fn what_comes_with_the_plugin_is_neither_renamed_nor_deleted() {
    let window = RefCell::new(Window::open());
    let (_, mut harness) = open(&window);
    click(&mut harness, "Preset");
    assert!(harness.query_by_label("Loud").is_some());
    assert!(harness.query_by_label("Rename Loud").is_none() && harness.query_by_label("Delete Loud").is_none());
}
