//! Histories: hours in fixed memory, every peak kept, and hands that move through them.

mod hands;

use dsp::meter::Readings;
use egui::{Event, Key, Modifiers, Rect, Shape, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use gui::loudness_history::LoudnessHistory;
use gui::reduction_history::ReductionHistory;
use gui::timeline::{Span, Timeline};
use hands::{center, click, drag, press, theme as design, wheel, window};

const STEP_S: f64 = 0.1;

fn twelve_hours() -> Timeline<1> {
    Timeline::new(STEP_S, 12.0 * 3_600.0)
}

#[test]
fn the_last_minutes_are_kept_to_the_step() {
    let mut timeline = twelve_hours();
    (0..10_000).for_each(|step| timeline.push([Span::of(step as f32)]));
    for step in [9_999_u32, 9_000, 8_000] {
        let from_s = f64::from(step) * STEP_S + 0.01;
        assert_eq!(timeline.between(from_s, from_s + 0.05), [Span::of(step as f32)]);
    }
}

#[test]
fn a_single_peak_hours_ago_is_still_there_at_every_zoom() {
    let mut timeline = twelve_hours();
    let steps = 12 * 36_000;
    (0..steps).for_each(|step| timeline.push([Span::of(if step == 1_234 { 5.0 } else { -20.0 })]));
    for shown_s in [10.0, 60.0, 600.0, 3_600.0, 43_200.0] {
        let from_s = (123.4_f64 / shown_s).floor() * shown_s;
        let [span] = timeline.between(from_s, from_s + shown_s);
        assert_eq!((span.low, span.high), (-20.0, 5.0), "{shown_s} s");
    }
    assert_eq!(timeline.start_s(), 0.0, "twelve hours are kept");
}

#[test]
fn columns_of_any_width_hold_what_a_look_at_every_step_holds() {
    let mut timeline = twelve_hours();
    // Numbers that go up and down without a pattern.
    let value = |step: usize| ((step * 7_919) % 1_009) as f32;
    let steps = 60_000;
    (0..steps).for_each(|step| timeline.push([Span::of(value(step))]));
    for column_steps in [1, 3, 16, 100, 700, 5_000] {
        for column in [0, 3, 11] {
            let last = steps - column * column_steps;
            let first = last - column_steps;
            let [span] = timeline.between(first as f64 * STEP_S + 1e-6, last as f64 * STEP_S - 1e-6);
            let all = (first..last).map(value);
            let (low, high) = (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max));
            // A coarse column may look over its edges, never leave something out.
            assert!(span.low <= low && span.high >= high, "{first}..{last}: {span:?}, {low} to {high}");
        }
    }
}

#[test]
fn nothing_is_known_before_the_beginning_after_the_end_and_after_a_reset() {
    let mut timeline = twelve_hours();
    (0..100).for_each(|_| timeline.push([Span::of(1.0)]));
    assert!(timeline.between(10.1, 11.0)[0].is_nothing());
    timeline.reset();
    assert!(timeline.between(0.0, 10.0)[0].is_nothing());
    timeline.push([Span::of(2.0)]);
    assert_eq!(timeline.between(0.0, 10.0), [Span::of(2.0)], "nothing of what was before");
}

#[test]
fn the_oldest_is_forgotten_and_nothing_newer() {
    let mut timeline = Timeline::<1>::new(1.0, 4_000.0);
    let steps = 30_000;
    (0..steps).for_each(|step| timeline.push([Span::of(step as f32)]));
    let start_s = timeline.start_s();
    assert!((steps as f64 - start_s) >= 4_000.0);
    assert!(!timeline.between(start_s + 4.0, start_s + 8.0)[0].is_nothing());
    let [all] = timeline.between(0.0, steps as f64);
    assert!(f64::from(all.low) >= start_s - 4.0, "{all:?}");
}

const RATE_HZ: f64 = 48_000.0;

fn measured(seconds: f64) -> Readings {
    Readings {
        measured_frames: (seconds * RATE_HZ) as u64,
        momentary_lufs: -12.0,
        short_term_lufs: -14.0,
        integrated_lufs: -16.0,
        ..Readings::default()
    }
}

/// A history of so many seconds, the last of which was looked at.
fn history(seconds: f64) -> LoudnessHistory {
    let mut history = LoudnessHistory::default();
    let mut now_s = 0.0;
    while now_s < seconds {
        now_s += 0.1;
        history.update(&measured(now_s + 0.01), RATE_HZ);
    }
    history
}

fn place() -> Rect {
    Rect::from_min_size(pos2(50.0, 50.0), vec2(600.0, 200.0))
}

fn shown(mut history: LoudnessHistory) -> Harness<'static> {
    window(move |ui| history.show(ui, &design(), place(), Some(-14.0)))
}

fn texts(harness: &Harness) -> String {
    let text = |shape: &Shape| if let Shape::Text(text) = shape { Some(text.galley.text().to_owned()) } else { None };
    let all: Vec<_> = harness.output().shapes.iter().filter_map(|clipped| text(&clipped.shape)).collect();
    all.join("\n")
}

#[test]
fn the_pointer_reads_time_and_values() {
    let mut harness = shown(history(90.0));
    // A minute is seen, from 0:30 on; a quarter of it is 0:45.
    harness.event(Event::PointerMoved(place().lerp_inside(vec2(0.255, 0.5))));
    harness.run_steps(2);
    let texts = texts(&harness);
    assert!(texts.contains("0:45   M −12.0   S −14.0   I −16.0"), "{texts}");
    assert!(texts.contains("target −14.0"), "{texts}");
}

#[test]
fn a_drag_holds_the_view_and_a_double_click_goes_back_to_now() {
    let mut harness = shown(history(200.0));
    assert!(!texts(&harness).contains("held"));
    let at = center(&harness, "Loudness history");
    drag(&mut harness, at, vec2(100.0, 0.0), Modifiers::NONE);
    assert!(texts(&harness).contains("held"));
    harness.run_steps(60);
    click(&mut harness, at, 2);
    harness.run_steps(3);
    assert!(!texts(&harness).contains("held"));
}

#[test]
fn wheel_and_keys_zoom() {
    let mut harness = shown(history(300.0));
    // A minute has marks every ten seconds, five minutes every minute.
    assert!(texts(&harness).contains("4:10"));
    let right = place().lerp_inside(vec2(0.99, 0.5));
    for _ in 0..9 {
        wheel(&mut harness, right, -1.0);
    }
    assert!(texts(&harness).contains("1:00") && !texts(&harness).contains("4:10"), "{}", texts(&harness));
    press(&mut harness, "Loudness history", Modifiers::NONE, Key::Home);
    assert!(texts(&harness).contains("1:00"));
    for _ in 0..12 {
        press(&mut harness, "Loudness history", Modifiers::NONE, Key::ArrowUp);
    }
    assert!(texts(&harness).contains("4:5"), "{}", texts(&harness));
}

#[test]
fn a_measurement_that_begins_again_empties_the_history() {
    let mut begun = history(60.0);
    begun.update(&measured(0.3), RATE_HZ);
    let harness = shown(begun);
    let said = harness.get_by_label("Loudness history").value().unwrap_or_default();
    assert!(said.ends_with("at 0:00"), "{said}");
}

#[test]
fn a_reduction_history_says_what_is_reduced_now() {
    let mut history = ReductionHistory::new("Limiter history");
    for step in 0..1_000 {
        history.push(if step < 990 { 0.0 } else { 2.5 }, Span { low: -0.5, high: 0.25 });
    }
    let harness = window(move |ui| history.show(ui, &design(), place()));
    assert_eq!(harness.get_by_label("Limiter history").value().as_deref(), Some("−2.5 dB"));
    // The line of the reduction: at the top, and at its end at 2.5 of 12 dB.
    let line = harness.output().shapes.iter().find_map(|clipped| match &clipped.shape {
        Shape::Path(path) => Some(path.points.clone()),
        _ => None,
    });
    let line = line.expect("a line");
    assert!((line[0].y - 50.0).abs() < 0.1);
    assert!(line.last().is_some_and(|last| (last.y - (50.0 + 200.0 * 2.5 / 12.0)).abs() < 0.1), "{:?}", line.last());
}

#[test]
fn while_the_transport_rests_what_was_heard_stays_in_view() {
    let mut rested = history(60.0);
    rested.rest(&measured(360.0), RATE_HZ);
    rested.update(&measured(361.01), RATE_HZ);
    let harness = shown(rested);
    let said = harness.get_by_label("Loudness history").value().unwrap_or_default();
    assert!(said.ends_with("at 1:01"), "{said}");
}
