//! The habits every control shares: wheel, keys, menu and screen reader, on knob, field, choice and switch alike.

mod hands;

use egui::{Event, Key, Modifiers, Rect, Ui, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::field::Field;
use gui::guard_rail::Tone;
use gui::knob::Knob;
use gui::{choice, switch, theme};
use hands::{Fake, Told, center, pick, press, theme as design, turn, wheel, window};

fn place() -> Rect {
    Rect::from_min_size(pos2(40.0, 40.0), vec2(80.0, 90.0))
}

fn knob(ui: &mut Ui, parameter: &Fake) {
    Knob::new(parameter, "Level", "Level of the stem.").show(ui, &design(), place());
}

fn field(ui: &mut Ui, parameter: &Fake) {
    let field = Field { parameter, tip: "Level of the stem.", tone: Tone::Usual, active: true };
    field.show(ui, &design(), Rect::from_min_size(pos2(40.0, 40.0), vec2(80.0, 26.0)));
}

fn choose(ui: &mut Ui, parameter: &Fake) {
    choice::show(ui, &design(), parameter, place(), "How steep.");
}

fn switch_over(ui: &mut Ui, parameter: &Fake) {
    switch::show(ui, &design(), parameter, place(), "M", "Silences.", theme::ACCENT);
}

type Show = fn(&mut Ui, &Fake);
const CONTINUOUS: [Show; 2] = [knob, field];

/// Every control with a parameter that suits it, at the value it starts from.
fn every() -> [(Show, Fake); 4] {
    [
        (knob, Fake::new("Trim", 0.5, 0.25)),
        (field, Fake::new("Trim", 0.5, 0.25)),
        (choose, Fake::stepped("Trim", 0.75, 4)),
        (switch_over, Fake::stepped("Trim", 1.0, 1)),
    ]
}

fn assert_near(values: &[f32], expected: f32, what: &str) {
    let [value] = values else { panic!("{what}: {values:?}") };
    assert!((value - expected).abs() < 1e-6, "{what}: {value}");
}

#[test]
fn notches_in_quick_succession_are_one_gesture() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        let at = center(&harness, "Trim");
        for _ in 0..5 {
            turn(&mut harness, at, 1.0);
            harness.run_steps(6);
        }
        assert_eq!(trim.told().iter().filter(|told| **told == Told::End).count(), 0, "still turning");
        harness.run_steps(30);
        assert_eq!(trim.one_gesture().len(), 5);
        assert!((trim.value.get() - 0.55).abs() < 1e-6);
    }
}

#[test]
fn a_turn_ends_when_the_pointer_leaves() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    let at = center(&harness, "Trim");
    turn(&mut harness, at, 1.0);
    harness.event(Event::PointerMoved(pos2(700.0, 500.0)));
    harness.run_steps(2);
    assert_eq!(trim.one_gesture().len(), 1);
}

#[test]
fn with_shift_the_wheel_is_ten_times_finer() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        let at = center(&harness, "Trim");
        harness.event(Event::ModifiersChanged(Modifiers::SHIFT));
        wheel(&mut harness, at, 1.0);
        assert_near(&trim.one_gesture(), 0.501, "a notch");
    }
}

#[test]
fn small_scrolls_of_a_touchpad_add_up_to_a_step() {
    let slope = Fake::stepped("Trim", 0.5, 4);
    let mut harness = window(|ui| choose(ui, &slope));
    let at = center(&harness, "Trim");
    for _ in 0..4 {
        turn(&mut harness, at, 0.25);
    }
    harness.run_steps(30);
    assert_eq!(slope.one_gesture(), [0.25], "one line up");
}

#[test]
fn tab_moves_the_focus_from_control_to_control() {
    let (first, second) = (Fake::new("First", 0.5, 0.5), Fake::new("Second", 0.5, 0.5));
    let mut harness = window(|ui| {
        knob(ui, &first);
        Knob::new(&second, "Pan", "Place of the stem.").show(ui, &design(), place().translate(vec2(100.0, 0.0)));
    });
    for name in ["First", "Second"] {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert!(harness.get_by_label(name).is_focused(), "{name}");
    }
    harness.key_press(Key::ArrowUp);
    harness.run_steps(2);
    assert_eq!((first.told().len(), second.one_gesture().len()), (0, 1), "arrows go where the focus is");
}

/// Everything drawn as a line around a rectangle, in the colour of the ring.
fn has_ring(harness: &Harness, around: Rect) -> bool {
    harness.output().shapes.iter().any(|clipped| match &clipped.shape {
        egui::Shape::Rect(shape) => shape.stroke.color == theme::TEXT && shape.rect == around,
        _ => false,
    })
}

#[test]
fn the_focus_is_visible() {
    for (show, parameter) in every() {
        let mut harness = window(|ui| show(ui, &parameter));
        let rect = harness.get_by_label("Trim").rect();
        assert!(!has_ring(&harness, rect));
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert!(has_ring(&harness, rect));
    }
}

#[test]
fn a_click_leaves_the_keys_to_the_host() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    let at = center(&harness, "Trim");
    hands::click(&mut harness, at, 1);
    harness.run_steps(3);
    assert!(!harness.get_by_label("Trim").is_focused());
}

#[test]
fn each_press_of_an_arrow_is_a_gesture_of_a_step() {
    let keys = [
        (Key::ArrowUp, Modifiers::NONE, 0.51),
        (Key::ArrowRight, Modifiers::NONE, 0.51),
        (Key::ArrowDown, Modifiers::NONE, 0.49),
        (Key::ArrowLeft, Modifiers::NONE, 0.49),
        (Key::ArrowUp, Modifiers::SHIFT, 0.501),
        (Key::PageUp, Modifiers::NONE, 0.6),
        (Key::PageDown, Modifiers::NONE, 0.4),
        (Key::Home, Modifiers::NONE, 0.0),
        (Key::End, Modifiers::NONE, 1.0),
        (Key::Delete, Modifiers::NONE, 0.25),
    ];
    for show in CONTINUOUS {
        for (key, modifiers, expected) in keys {
            let trim = Fake::new("Trim", 0.5, 0.25);
            let mut harness = window(|ui| show(ui, &trim));
            press(&mut harness, "Trim", modifiers, key);
            assert_near(&trim.one_gesture(), expected, &format!("{key:?} {modifiers:?}"));
            assert!(harness.get_by_label("Trim").is_focused(), "{key:?} keeps the focus");
        }
    }
}

#[test]
fn arrows_walk_through_the_lines_of_a_choice() {
    for (key, expected) in
        [(Key::ArrowUp, 0.5), (Key::ArrowDown, 1.0), (Key::ArrowRight, 1.0), (Key::Home, 0.0), (Key::Delete, 0.0)]
    {
        let slope = Fake::stepped("Trim", 0.75, 4);
        let mut harness = window(|ui| choose(ui, &slope));
        press(&mut harness, "Trim", Modifiers::NONE, key);
        assert_near(&slope.one_gesture(), expected, &format!("{key:?}"));
    }
}

#[test]
fn a_switch_obeys_space_enter_and_arrows() {
    for (from, key, expected) in [
        (0.0, Key::Space, 1.0),
        (1.0, Key::Enter, 0.0),
        (0.0, Key::ArrowRight, 1.0),
        (1.0, Key::ArrowDown, 0.0),
        (1.0, Key::Delete, 0.0),
    ] {
        let mute = Fake::stepped("Trim", from, 1);
        let mut harness = window(|ui| switch_over(ui, &mute));
        press(&mut harness, "Trim", Modifiers::NONE, key);
        assert_near(&mute.one_gesture(), expected, &format!("{key:?}"));
    }
}

#[test]
fn a_key_at_the_end_of_the_range_tells_nobody() {
    let trim = Fake::new("Trim", 1.0, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    press(&mut harness, "Trim", Modifiers::NONE, Key::ArrowUp);
    assert_eq!(trim.told(), []);
}

#[test]
fn enter_opens_the_number_and_gives_the_focus_back() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        press(&mut harness, "Trim", Modifiers::NONE, Key::Enter);
        harness.get_by_label("Trim entry").type_text("-5 dB");
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert_near(&trim.one_gesture(), 0.25, "typed");
        assert!(harness.query_by_label("Trim entry").is_none());
        assert!(harness.get_by_label("Trim").is_focused());
    }
}

#[test]
fn the_menu_resets_every_control() {
    for (show, parameter) in every() {
        let mut harness = window(|ui| show(ui, &parameter));
        let line = format!("Reset to default ({})", gui::parameter::Parameter::text(&parameter, parameter.default));
        pick(&mut harness, "Trim", &line);
        assert_eq!(parameter.one_gesture(), [parameter.default]);
    }
}

#[test]
fn a_value_copied_from_one_control_can_be_pasted_into_another() {
    let (first, second) = (Fake::new("First", 0.75, 0.5), Fake::new("Second", 0.5, 0.5));
    let mut harness = window(|ui| {
        knob(ui, &first);
        Knob::new(&second, "Pan", "Place of the stem.").show(ui, &design(), place().translate(vec2(100.0, 0.0)));
    });
    pick(&mut harness, "First", "Copy value");
    let copied = harness.ctx.data(|data| data.get_temp::<String>(egui::Id::unique("copied value")));
    assert_eq!(copied.as_deref(), Some("5.00 dB"));
    pick(&mut harness, "Second", "Paste value (5.00 dB)");
    assert_eq!(first.told(), []);
    assert_near(&second.one_gesture(), 0.75, "pasted");
}

#[test]
fn the_usual_keys_paste_a_value_with_its_unit() {
    for pasted in [Event::Paste("-5 dB\n".to_owned()), Event::Text("-5 dB".to_owned())] {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| knob(ui, &trim));
        harness.get_by_label("Trim").focus();
        harness.run_steps(2);
        harness.event(Event::ModifiersChanged(Modifiers::COMMAND));
        harness.event(pasted);
        harness.run_steps(2);
        assert_near(&trim.one_gesture(), 0.25, "pasted");
    }
}

#[test]
fn nothing_to_paste_cannot_be_pasted() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    pick(&mut harness, "Trim", "Paste value");
    assert_eq!(trim.told(), []);
}

#[test]
fn the_host_has_a_place_in_the_menu() {
    for (show, parameter) in every() {
        let mut harness = window(|ui| show(ui, &parameter));
        pick(&mut harness, "Trim", "Learn from the host");
        assert_eq!(parameter.told(), [Told::Host]);
    }
}

#[test]
fn the_menu_opens_by_keys_too() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    press(&mut harness, "Trim", Modifiers::SHIFT, Key::F10);
    assert!(harness.query_by_label("Copy value").is_some());
}

#[test]
fn a_screen_reader_reads_name_and_value_of_every_control() {
    for (show, parameter) in every() {
        let harness = window(|ui| show(ui, &parameter));
        let node = harness.get_by_label("Trim");
        let is_switch = parameter.steps == Some(1);
        if is_switch {
            assert!(node.accesskit_node().toggled().is_some());
        } else {
            let text = gui::parameter::Parameter::text(&parameter, parameter.value.get());
            assert_eq!(node.value(), Some(text));
        }
    }
}

#[test]
fn a_screen_reader_moves_a_value_in_one_gesture() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        harness.get_by_label("Trim").increment_accesskit();
        harness.run_steps(2);
        assert_near(&trim.one_gesture(), 0.51, "more");
        trim.again(0.5);
        harness.get_by_label("Trim").decrement_accesskit();
        harness.run_steps(2);
        assert_near(&trim.one_gesture(), 0.49, "less");
        trim.again(0.5);
        harness.get_by_label("Trim").set_value_accesskit(0.8);
        harness.run_steps(2);
        assert_near(&trim.one_gesture(), 0.8, "set");
    }
}
