//! What a hand on a control makes of it: every act is one gesture, begun once and ended once.

mod hands;

use egui::{Key, Modifiers, Rect, Ui, pos2, vec2};
use egui_kittest::kittest::Queryable;
use gui::field::Field;
use gui::guard_rail::Tone;
use gui::knob::Knob;
use gui::{choice, switch, theme};
use hands::{Fake, center, click, drag, number_of, theme as design, wheel, window};

fn place() -> Rect {
    Rect::from_min_size(pos2(40.0, 40.0), vec2(80.0, 90.0))
}

fn knob(ui: &mut Ui, parameter: &Fake) {
    Knob::new(parameter, "Trim", "Level of the stem.").show(ui, &design(), place());
}

fn field(ui: &mut Ui, parameter: &Fake) {
    let field = Field { parameter, tip: "Level of the stem.", tone: Tone::Usual, active: true };
    field.show(ui, &design(), Rect::from_min_size(pos2(40.0, 40.0), vec2(80.0, 26.0)));
}

const CONTINUOUS: [fn(&mut Ui, &Fake); 2] = [knob, field];

#[test]
fn a_drag_is_one_gesture_and_up_is_more() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        let from = center(&harness, "Trim");
        drag(&mut harness, from, vec2(0.0, -50.0), Modifiers::NONE);
        let values = trim.one_gesture();
        assert!(values.len() > 3 && values.is_sorted(), "{values:?}");
        // 220 points are the whole way; the first few decide that it is a drag.
        assert!((0.65..=0.75).contains(&trim.value.get()), "{}", trim.value.get());
    }
}

#[test]
fn a_drag_to_the_right_is_more_too() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    let from = center(&harness, "Trim");
    drag(&mut harness, from, vec2(50.0, 0.0), Modifiers::NONE);
    assert!(trim.value.get() > 0.65);
}

#[test]
fn shift_drags_ten_times_finer() {
    for show in CONTINUOUS {
        let (coarse, fine) = (Fake::new("Trim", 0.5, 0.5), Fake::new("Trim", 0.5, 0.5));
        for (parameter, modifiers) in [(&coarse, Modifiers::NONE), (&fine, Modifiers::SHIFT)] {
            let mut harness = window(|ui| show(ui, parameter));
            let from = center(&harness, "Trim");
            drag(&mut harness, from, vec2(0.0, -60.0), modifiers);
            parameter.one_gesture();
        }
        let ratio = (coarse.value.get() - 0.5) / (fine.value.get() - 0.5);
        assert!((ratio - 10.0).abs() < 0.1, "{ratio}");
    }
}

#[test]
fn a_drag_stops_at_the_end_of_the_range_and_turns_back_at_once() {
    let trim = Fake::new("Trim", 0.9, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    let from = center(&harness, "Trim");
    drag(&mut harness, from, vec2(0.0, -200.0), Modifiers::NONE);
    assert_eq!(trim.value.get(), 1.0);
    assert!(trim.one_gesture().iter().all(|value| (0.0..=1.0).contains(value)));
}

#[test]
fn a_notch_of_the_wheel_is_one_gesture_of_a_hundredth() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| show(ui, &trim));
        let at = center(&harness, "Trim");
        wheel(&mut harness, at, 1.0);
        assert_eq!(trim.one_gesture().len(), 1);
        assert!((trim.value.get() - 0.51).abs() < 1e-6);
    }
}

#[test]
fn the_wheel_elsewhere_changes_nothing() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness = window(|ui| knob(ui, &trim));
    wheel(&mut harness, pos2(500.0, 500.0), 1.0);
    assert_eq!(trim.told(), []);
}

#[test]
fn a_double_click_restores_the_default_in_one_gesture() {
    for show in CONTINUOUS {
        let trim = Fake::new("Trim", 0.8, 0.25);
        let mut harness = window(|ui| show(ui, &trim));
        let at = center(&harness, "Trim");
        click(&mut harness, at, 2);
        harness.run_steps(5);
        assert_eq!(trim.one_gesture(), [0.25]);
        assert!(harness.query_by_label("Trim entry").is_none(), "nothing is left open for typing");
    }
}

#[test]
fn a_double_click_on_the_number_restores_the_default_too() {
    let trim = Fake::new("Trim", 0.8, 0.25);
    let mut harness = window(|ui| knob(ui, &trim));
    let at = number_of(&harness, "Trim");
    click(&mut harness, at, 2);
    harness.run_steps(5);
    assert_eq!(trim.one_gesture(), [0.25]);
    assert!(harness.query_by_label("Trim entry").is_none());
}

#[test]
fn a_click_on_the_number_lets_a_value_be_typed_with_or_without_unit() {
    for show in CONTINUOUS {
        for text in ["5 dB", "5"] {
            let trim = Fake::new("Trim", 0.5, 0.5);
            let mut harness = window(|ui| show(ui, &trim));
            let at = number_of(&harness, "Trim");
            click(&mut harness, at, 1);
            harness.run_steps(3);
            // All of it is selected: typing replaces it.
            harness.get_by_label("Trim entry").type_text(text);
            harness.run_steps(2);
            harness.key_press(Key::Enter);
            harness.run_steps(3);
            assert_eq!(trim.one_gesture(), [0.75], "{text}");
            assert!(harness.query_by_label("Trim entry").is_none());
        }
    }
}

#[test]
fn escape_and_nonsense_leave_the_value_alone() {
    for (text, key) in [("7", Key::Escape), ("loud", Key::Enter)] {
        let trim = Fake::new("Trim", 0.5, 0.5);
        let mut harness = window(|ui| knob(ui, &trim));
        let at = number_of(&harness, "Trim");
        click(&mut harness, at, 1);
        harness.run_steps(3);
        harness.get_by_label("Trim entry").type_text(text);
        harness.run_steps(2);
        harness.key_press(key);
        harness.run_steps(3);
        assert_eq!(trim.told(), [], "{text}");
        assert!(harness.query_by_label("Trim entry").is_none());
    }
}

#[test]
fn a_switch_is_switched_by_a_click() {
    let mute = Fake::stepped("Mute", 0.0, 1);
    let mut harness = window(|ui| switch::show(ui, &design(), &mute, place(), "Mute", "Silences.", theme::ACCENT));
    for expected in [1.0, 0.0] {
        mute.told.borrow_mut().clear();
        harness.get_by_label("Mute").click();
        harness.run_steps(30);
        assert_eq!(mute.one_gesture(), [expected]);
    }
}

#[test]
fn a_pulse_stays_on_longer_than_a_block_and_is_one_gesture() {
    let reset = Fake::stepped("Reset measurement", 0.0, 1);
    let mut harness = window(|ui| switch::pulse(ui, &design(), &reset, place(), "Reset", "Starts again."));
    harness.get_by_label("Reset").click();
    harness.run_steps(2);
    assert_eq!(reset.value.get(), 1.0);
    harness.run_steps(60);
    assert_eq!(reset.one_gesture(), [1.0, 0.0]);
}

#[test]
fn a_choice_is_made_from_the_menu_or_by_the_wheel() {
    let slope = Fake::stepped("High-pass", 0.0, 3);
    let mut harness = window(|ui| choice::show(ui, &design(), &slope, place(), "How steep."));
    harness.get_by_label("High-pass").click();
    harness.run_steps(5);
    harness.get_by_label("step 2").click();
    harness.run_steps(5);
    assert_eq!(slope.one_gesture(), [2.0 / 3.0]);

    slope.told.borrow_mut().clear();
    let at = center(&harness, "High-pass");
    wheel(&mut harness, at, 1.0);
    assert_eq!(slope.one_gesture(), [1.0 / 3.0], "up is the line above");
}
