//! The stems in the hands of the master: what is asked of them, and what they answer in words.

mod hands;

use std::cell::RefCell;

use egui::{Event, Key, Modifiers, MouseWheelUnit, Rect, TouchPhase, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::stem_color;
use gui::stem_list;
use gui::stem_row::{Remote, StemEdit, StemRow};
use gui::theme;
use hands::{center, click, drag, grab, pick, pick_line, press, theme as design, wheel, window};

fn stem(name: &str, remote: Remote) -> StemRow {
    StemRow { remote: Some(remote), ..StemRow::named(name, "Other", theme::ACCENT) }
}

type Edits = RefCell<Vec<(usize, StemEdit)>>;

/// A list 200 points high that writes down what hands ask.
fn list<'a>(stems: &'a [StemRow], edits: &'a Edits) -> Harness<'a> {
    let mix = StemRow::named("Mix", "what leaves", theme::TEXT);
    window(move |ui| {
        let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(780.0, 200.0));
        edits.borrow_mut().extend(stem_list::show(ui, &design(), place, stems, &mix));
    })
}

fn two() -> [StemRow; 2] {
    [stem("Drums", Remote { muted: true, ..Remote::default() }), stem("Bass", Remote::default())]
}

#[test]
fn mute_solo_and_identify_ask_the_stem_they_stand_beside() {
    let (stems, edits) = (two(), Edits::default());
    let mut harness = list(&stems, &edits);
    for (name, expected) in [
        ("Mute Drums", (0, StemEdit::Mute(false))),
        ("Mute Bass", (1, StemEdit::Mute(true))),
        ("Solo Bass", (1, StemEdit::Solo(true))),
        ("Identify Drums", (0, StemEdit::Identify)),
    ] {
        harness.get_by_label(name).click();
        harness.run_steps(3);
        assert_eq!(edits.borrow_mut().drain(..).collect::<Vec<_>>(), [expected], "{name}");
    }
}

#[test]
fn a_trim_is_dragged_typed_turned_and_reset_from_afar() {
    let (stems, edits) = (two(), Edits::default());
    let mut harness = list(&stems, &edits);
    let trims = || -> Vec<f32> {
        let trim = |(stem, edit)| match edit {
            StemEdit::Trim(trim_db) if stem == 1 => trim_db,
            other => panic!("{other:?} of stem {stem}"),
        };
        edits.borrow_mut().drain(..).map(trim).collect()
    };
    let at = center(&harness, "Trim Bass");
    drag(&mut harness, at, vec2(0.0, -22.0), Modifiers::NONE);
    let dragged = trims();
    // 220 points are 36 dB; the first few decide that it is a drag.
    assert!(dragged.is_sorted() && dragged.last().is_some_and(|last| (1.5..=3.7).contains(last)), "{dragged:?}");

    wheel(&mut harness, at, -1.0);
    assert!(trims().iter().all(|trim_db| (trim_db + 0.36).abs() < 1e-4));

    press(&mut harness, "Trim Bass", Modifiers::NONE, Key::Enter);
    harness.get_by_label("Trim Bass entry").type_text("−1,5 dB");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(trims().iter().all(|trim_db| (trim_db + 1.5).abs() < 1e-4));

    pick(&mut harness, "Trim Bass", "Reset to default (0.0 dB)");
    assert!(trims().iter().all(|trim_db| trim_db.abs() < 1e-4));
}

#[test]
fn a_pending_trim_carries_a_mark() {
    let stems = [stem("Drums", Remote { trim_db: -2.0, is_pending: true, ..Remote::default() })];
    let edits = Edits::default();
    let harness = list(&stems, &edits);
    assert_eq!(harness.get_by_label("Trim Drums").value().as_deref(), Some("−2.0 dB…"));
}

#[test]
fn a_refusal_is_a_sentence_below_the_stem() {
    let sentence = "The stem plays in another project.";
    let refused = Remote { refused: Some(sentence.to_owned()), ..Remote::default() };
    let (stems, edits) = ([stem("Drums", refused), stem("Bass", Remote::default())], Edits::default());
    let harness = list(&stems, &edits);
    let said = harness.get_by_label("Drums, Other").value().unwrap_or_default();
    assert!(said.ends_with(sentence), "{said}");
    let (drums, bass) = (harness.get_by_label("Drums, Other").rect(), harness.get_by_label("Bass, Other").rect());
    assert!(drums.height() > bass.height() && drums.bottom() <= bass.top());
}

#[test]
fn a_switch_of_a_stem_says_which_way_it_stands() {
    let (stems, edits) = (two(), Edits::default());
    let harness = list(&stems, &edits);
    let toggled = |name: &str| harness.get_by_label(name).accesskit_node().toggled();
    assert_eq!(toggled("Mute Drums"), Some(egui::accesskit::Toggled::True));
    assert_eq!(toggled("Mute Bass"), Some(egui::accesskit::Toggled::False));
}

fn sixteen() -> Vec<StemRow> {
    (1..=16).map(|number| stem(&format!("Stem {number}"), Remote::default())).collect()
}

fn scroll(harness: &mut Harness, notches: f32) {
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(6);
}

#[test]
fn sixteen_stems_scroll_and_the_last_can_be_held() {
    let (stems, edits) = (sixteen(), Edits::default());
    let mut harness = list(&stems, &edits);
    let at = center(&harness, "Stem 2, Other").with_x_offset(-300.0);
    harness.event(Event::PointerMoved(at));
    for _ in 0..20 {
        scroll(&mut harness, -1.0);
    }
    harness.run_steps(60);
    let last = center(&harness, "Mute Stem 16");
    assert!((10.0..190.0).contains(&last.y), "{last:?}");
    click(&mut harness, last, 1);
    harness.run_steps(2);
    assert_eq!(*edits.borrow(), [(15, StemEdit::Mute(true))]);
}

#[test]
fn scrolling_over_the_trims_moves_none_of_them() {
    let (stems, edits) = (sixteen(), Edits::default());
    let mut harness = list(&stems, &edits);
    let beside = center(&harness, "Stem 2, Other").with_x_offset(-300.0);
    harness.event(Event::PointerMoved(beside));
    scroll(&mut harness, -1.0);
    // The hand goes on turning while the pointer comes over a trim.
    let over = pos2(center(&harness, "Trim Stem 2").x, 100.0);
    harness.event(Event::PointerMoved(over));
    scroll(&mut harness, -1.0);
    scroll(&mut harness, -1.0);
    assert_eq!(*edits.borrow(), []);
}

/// A place some way to the side.
trait Offset {
    fn with_x_offset(self, way: f32) -> Self;
}

impl Offset for egui::Pos2 {
    fn with_x_offset(self, way: f32) -> Self {
        self + vec2(way, 0.0)
    }
}

#[test]
fn a_colour_is_picked_from_the_mark_of_a_stem() {
    let (stems, edits) = (two(), Edits::default());
    let mut harness = list(&stems, &edits);
    pick_line(&mut harness, "Colour of Bass", "Violet");
    let violet = stem_color::COLORS.iter().find(|(name, _)| *name == "Violet").expect("in the list").1;
    assert_eq!(*edits.borrow(), [(1, StemEdit::Color(violet))]);
}

#[test]
fn a_drag_stays_with_its_stem_when_another_one_comes_before_it() {
    let edits = Edits::default();
    let stems = RefCell::new(vec![stem("Drums", Remote::default())]);
    let mix = StemRow::named("Mix", "what leaves", theme::TEXT);
    let mut harness = window(|ui| {
        let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(780.0, 200.0));
        edits.borrow_mut().extend(stem_list::show(ui, &design(), place, &stems.borrow(), &mix));
    });
    let at = center(&harness, "Trim Drums");
    grab(&mut harness, at);
    harness.event(Event::PointerMoved(at - vec2(0.0, 20.0)));
    harness.run_steps(2);
    stems.borrow_mut().insert(0, stem("Bass", Remote::default()));
    edits.borrow_mut().clear();
    harness.event(Event::PointerMoved(at - vec2(0.0, 40.0)));
    harness.run_steps(2);
    let edits = edits.borrow();
    assert!(!edits.is_empty() && edits.iter().all(|(number, _)| *number == 1), "{edits:?}");
}
