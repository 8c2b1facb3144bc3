//! The whole window at every size: nothing crosses, nothing is cut, every text fits.

use gui::contrast_check;
use gui::layout_check::faults;
use gui::timeline::Span;
use plugin_kit::membership::Notice;
use session::member::Activity;

use super::super::seen::SeenStem;
use super::stems::{playing, stem, stems};
use super::*;

/// A name as long as one travels.
const LONGEST: &str = "Backing vocals of the second chorus, doubled and panned, take 12";

/// The usual amount, with everything that can be said of stems.
fn five() -> Vec<SeenStem> {
    let mut stems = stems(5);
    stems[0].refused = session::command::Answer::Refused.reason();
    stems[1].view.position.run.muted = true;
    stems[2].view.activity = Activity::Stale { seconds: 124.0 };
    stems[3].view.silenced = true;
    stems[4].is_pending = true;
    stems
}

fn faults_at(percent: u32, seen: Seen) -> Vec<String> {
    faults_in(DESIGN * (percent as f32 / 100.0), seen)
}

fn opened(size: Vec2, seen: Seen) -> Opened {
    let mut memory = Memory::default();
    for step in 0..1_000 {
        let beat = f32::exp(-((step % 50) as f32) * 0.08);
        memory.limiter.push_both(6.0 * beat, Span { low: -0.8, high: 0.8 }, Span { low: -0.9, high: 0.95 });
    }
    open_with(seen, size, memory)
}

fn faults_in(size: Vec2, seen: Seen) -> Vec<String> {
    let opened = opened(size, seen);
    let names = names(&opened.harness);
    let name_of = |id: egui::Id| names.get(&id.value()).cloned();
    // Nodes lie where the music wants them.
    let faults = faults(&opened.harness.ctx, opened.harness.output(), &name_of, &|name| name.ends_with(" node"));
    // A name of any length is told in full under the pointer; where it is typed, it scrolls.
    let is_fault =
        |fault: &String| !(fault.contains(LONGEST) && (fault.ends_with("shortened") || fault.contains("is cut off")));
    faults.into_iter().filter(is_fault).collect()
}

fn assert_fits(name: &str, seen: &Seen) {
    for percent in [75, 100, 150, 200, 300] {
        let faults = faults_at(percent, seen.clone());
        assert!(faults.is_empty(), "{name} at {percent} %:\n{}", faults.join("\n"));
    }
}

#[test]
fn an_empty_session_fits_at_every_scale() {
    assert_fits("no stem", &Seen::default());
}

#[test]
fn a_usual_session_fits_at_every_scale() {
    assert_fits("five stems", &playing(five()));
}

#[test]
fn the_longest_names_of_sixteen_stems_fit_at_every_scale() {
    let stems: Vec<_> = (0..16).map(|slot| stem(slot, LONGEST)).collect();
    let notices = vec![
        Notice::AnotherMaster { host_name: "REAPER".to_owned() },
        Notice::Waiting { session_name: LONGEST.to_owned(), more: 2, stem_count: 12 },
        Notice::Undecided { stem_count: 2 },
        Notice::Solo { name: "Drums".to_owned() },
    ];
    let seen = Seen { notices, session_name: LONGEST.to_owned(), undecided_stem_count: 2, ..playing(stems) };
    assert_fits("sixteen stems", &seen);
}

#[test]
fn sixty_four_stems_scroll() {
    assert_fits("sixty-four stems", &playing(stems(64)));
}

#[test]
fn every_text_can_be_read_on_what_lies_behind_it() {
    for seen in [Seen::default(), playing(five())] {
        let opened = opened(DESIGN, seen);
        let faults = contrast_check::faults(&opened.harness.ctx, opened.harness.output());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn a_window_of_any_shape_fits() {
    for size in [egui::vec2(1_100.0, 1_500.0), egui::vec2(2_600.0, 950.0), DESIGN * 0.75, egui::vec2(1_380.0, 700.0)] {
        let faults = faults_in(size, playing(five()));
        assert!(faults.is_empty(), "{size}:\n{}", faults.join("\n"));
    }
}
