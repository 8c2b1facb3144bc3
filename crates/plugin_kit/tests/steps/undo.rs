//! Steps: one gesture is one of them, and going back never fights whoever else moves the parameters.

use std::time::{Duration, Instant};

use gui::edit_bar::BarEdit;
use nice_plug::prelude::{FloatParam, Param};
use plugin_kit::controls::{Move, hold};
use plugin_kit::edits::history::{History, MAX_STEPS, Step};
use plugin_kit::edits::settings::Setting;
use plugin_kit::text;

use super::{Values, Window, automate};

#[test]
fn a_drag_is_one_step_and_its_undo_one_gesture() {
    let mut window = Window::open();
    let before = window.values();
    window.drag(|params| &params.gain, &[0.1, 0.2, 0.3]);
    let after = window.values();
    window.heard();
    assert_eq!(window.edits.steps(), [Some("Gain"), None]);
    window.ask(BarEdit::Undo);
    assert_eq!(window.heard(), ["begin", "set", "end"]);
    assert_eq!((window.values(), window.edits.steps()), (before, [None, Some("Gain")]));
    window.ask(BarEdit::Undo);
    assert_eq!(window.heard(), [""; 0], "nothing more to undo");
    window.ask(BarEdit::Redo);
    assert_eq!(window.heard(), ["begin", "set", "end"]);
    assert_eq!((window.values(), window.edits.steps()), (after, [Some("Gain"), None]));
}

#[test]
fn two_parameters_held_at_once_are_one_step() {
    let mut window = Window::open();
    let before = window.values();
    let params = window.params.clone();
    let hand = window.hand.clone();
    let (frequency, gain) = (hold(&hand, &params.frequency), hold(&hand, &params.gain));
    frequency.begin();
    gain.begin();
    frequency.set(0.2);
    gain.set(0.9);
    frequency.end();
    window.edits.record(&window.hand);
    gain.end();
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Frequency and Gain"));
    window.ask(BarEdit::Undo);
    assert_eq!((window.values(), window.edits.steps()[0]), (before, None));
}

#[test]
fn a_new_step_ends_what_could_be_done_again() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.1]);
    window.ask(BarEdit::Undo);
    window.drag(|params| &params.frequency, &[0.1]);
    assert_eq!(window.edits.steps(), [Some("Frequency"), None]);
}

#[test]
fn a_hand_that_moves_nothing_makes_no_step() {
    let mut window = Window::open();
    let at_rest = window.params.gain.unmodulated_normalized_value();
    window.drag(|params| &params.gain, &[0.9, at_rest]);
    window.drag(|params| &params.gain, &[]);
    assert_eq!(window.edits.steps(), [None, None]);
}

#[test]
fn what_belongs_to_the_moment_is_no_step_and_what_the_stem_is_is_one() {
    let mut window = Window::open();
    window.drag(|params| &params.mute, &[1.0]);
    assert_eq!(window.edits.steps(), [None, None]);
    window.drag(|params| &params.role, &[1.0]);
    assert_eq!(window.edits.steps()[0], Some("Role"));
    window.ask(BarEdit::Undo);
    assert_eq!((window.params.role.value(), window.params.mute.value()), (false, true));
}

#[test]
fn what_the_host_moves_is_no_step_and_stays() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.25]);
    automate(&window.params.frequency, 0.75);
    automate(&window.params.on, 1.0);
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Gain"));
    window.ask(BarEdit::Undo);
    let automated = (window.params.frequency.unmodulated_normalized_value(), window.params.on.value());
    assert_eq!((window.params.gain.value(), automated), (0.0, (0.75, true)));
    assert_eq!(window.edits.steps()[0], None);
}

#[test]
fn what_was_moved_since_stays_and_the_rest_of_the_step_goes_back_and_forward() {
    let mut window = Window::open();
    let before = window.values();
    window.load("Loud");
    let loud = window.values();
    automate(&window.params.gain, 0.125);
    let automated = window.params.gain.value();
    window.ask(BarEdit::Undo);
    assert_eq!(window.values(), Values { 0: automated, ..before });
    let sentence = Some("Gain stays: it has been moved since, and not in this window.");
    assert_eq!((window.edits.sentence(), window.edits.steps()), (sentence, [None, Some("Loud")]));
    window.ask(BarEdit::Redo);
    assert_eq!(window.values(), Values { 0: automated, ..loud });
    assert_eq!((window.edits.sentence(), window.edits.steps()), (sentence, [Some("Loud"), None]));
}

#[test]
fn a_step_that_was_moved_past_is_not_in_the_way_of_the_one_before_it() {
    let mut window = Window::open();
    window.drag(|params| &params.frequency, &[0.25]);
    window.drag(|params| &params.gain, &[0.25]);
    automate(&window.params.gain, 0.125);
    let automated = window.params.gain.value();
    window.heard();
    window.ask(BarEdit::Undo);
    assert_eq!((window.heard().len(), window.params.gain.value()), (0, automated), "no fight");
    window.ask(BarEdit::Undo);
    assert_eq!((window.params.frequency.value(), window.params.gain.value()), (1_000.0, automated));
    assert_eq!((window.edits.sentence(), window.edits.steps()), (None, [None, Some("Frequency")]));
}

#[test]
fn a_value_the_host_gives_back_a_little_rounded_can_still_be_undone() {
    let mut window = Window::open();
    window.drag(|params| &params.gain, &[0.25]);
    automate(&window.params.gain, 0.25 + 1.0 / 16_384.0);
    window.ask(BarEdit::Undo);
    assert_eq!((window.params.gain.value(), window.edits.sentence()), (0.0, None));
}

#[test]
fn a_window_that_closes_in_a_drag_keeps_the_step() {
    let mut window = Window::open();
    let (params, hand) = (window.params.clone(), window.hand.clone());
    let control = hold(&hand, &params.gain);
    control.begin();
    control.set(0.1);
    window.ask(BarEdit::Undo);
    assert_eq!(window.edits.steps(), [None, None], "the drag is not over");
    window.hand.let_go();
    window.edits.record(&window.hand);
    assert_eq!(window.edits.steps()[0], Some("Gain"));
}

fn moved(parameter: &FloatParam, before: f32, after: f32) -> Step {
    let moves = vec![Move { parameter: parameter.as_ptr(), before, after }];
    Step { name: "Gain".to_owned(), moves, preset: None }
}

#[test]
fn a_key_that_repeats_makes_one_step_and_a_pause_two() {
    let gain = text::decibels("Gain", 0.0, -24.0, 12.0);
    let mut history = History::default();
    let start = Instant::now();
    for (number, at_ms) in [0, 500, 1_000, 1_700].into_iter().enumerate() {
        let value = number as f32 * 0.1;
        history.record(moved(&gain, value, value + 0.1), true, start + Duration::from_millis(at_ms));
    }
    let last = history.last().expect("there is one");
    assert_eq!((last.moves[0].before, last.moves[0].after), (0.3, 0.4));
    history.went_back();
    let first = history.last().expect("there is one");
    assert_eq!((first.moves[0].before, first.moves[0].after), (0.0, 0.3));
    // Not even at once a drag, nor anything after an undo.
    history.record(moved(&gain, 0.3, 0.5), true, start + Duration::from_millis(1_701));
    history.record(moved(&gain, 0.5, 0.6), false, start + Duration::from_millis(1_702));
    // Nor a key with a drag just before it.
    history.record(moved(&gain, 0.6, 0.7), true, start + Duration::from_millis(1_703));
    for after in [0.6, 0.5, 0.3] {
        history.went_back();
        assert_eq!(history.last().expect("there is one").moves[0].after, after);
    }
}

#[test]
fn a_key_does_not_go_on_with_a_step_that_somebody_else_has_moved_past() {
    let gain = text::decibels("Gain", 0.0, -24.0, 12.0);
    let mut history = History::default();
    let start = Instant::now();
    history.record(moved(&gain, 0.1, 0.2), true, start);
    history.record(moved(&gain, 0.7, 0.8), true, start + Duration::from_millis(100));
    assert_eq!(history.last().expect("there is one").moves[0].before, 0.7);
    history.went_back();
    assert_eq!(history.last().expect("there is one").moves[0].after, 0.2);
}

#[test]
fn the_oldest_step_is_forgotten() {
    let gain = text::decibels("Gain", 0.0, -24.0, 12.0);
    let mut history = History::default();
    for number in 0..MAX_STEPS + 20 {
        history.record(moved(&gain, number as f32, number as f32 + 1.0), false, Instant::now());
    }
    let mut count = 0;
    let mut oldest = 0.0;
    while let Some(step) = history.last() {
        (count, oldest) = (count + 1, step.moves[0].before);
        history.went_back();
    }
    assert_eq!((count, oldest), (MAX_STEPS, 20.0));
}

#[test]
fn a_starting_point_is_one_step_and_leaves_the_rest_alone() {
    let mut window = Window::open();
    window.drag(|params| &params.frequency, &[0.1]);
    let before = window.values();
    let start = [("gain", Setting::from(-3.0)), ("on", Setting::from(true)), ("role", Setting::from(true))];
    let start = start.map(|(id, setting)| (id.to_owned(), setting)).into();
    window.edits.change("Starting point", &start, &window.hand, None);
    assert_eq!(window.values(), Values { 0: -3.0, 3: true, ..before });
    assert_eq!(window.edits.steps()[0], Some("Starting point"));
    window.ask(BarEdit::Undo);
    assert_eq!(window.values(), before);
}
