//! What parts of the window look like, compared with the pictures beside this file: see `cargo xtask snapshots`.

use std::path::Path;

use egui::{Rect, pos2};
use testkit::snapshot::{Picture, assert_same};

use super::super::DESIGN;
use super::super::seen::Place;
use super::stage::Stage;

/// Red, green and blue of a part of the window.
fn drawn(stage: &Stage, part: Rect) -> Vec<u8> {
    let window = gui::picture::picture(&stage.harness.ctx, stage.harness.output());
    let part = window.region(&part, None);
    part.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect()
}

fn assert_looks_like(name: &str, width: f32, rgb: Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/editor/tests/snapshots");
    assert_same(&Picture { width: width as usize, rgb }, &folder.join(name).with_extension("png"));
}

#[test]
fn trim_panel_of_a_stem_that_is_moved_too_far() {
    let mut stage = Stage::new();
    // Lead vocals, 2.6 dB down, muted.
    for (name, normalized) in [("Role", 0.4), ("Trim", 21.4 / 36.0), ("Mute", 1.0), ("Balance", 0.6)] {
        stage.set(name, normalized);
    }
    stage.harness.run_steps(3);
    assert_looks_like("trim", 180.0, drawn(&stage, Rect::from_min_max(pos2(8.0, 52.0), pos2(188.0, 482.0))));
}

#[test]
fn link_that_stands_and_one_that_needs_an_answer() {
    let linked = Place { sentence: "Linked to Album".to_owned(), ..Place::default() };
    let open = Place {
        sentence: "Not linked: choose one of 2 sessions".to_owned(),
        needs_answer: true,
        notices: vec!["Drums is soloed: a bounce has all stems.".to_owned()],
        ..Place::default()
    };
    let line = Rect::from_min_max(pos2(8.0, DESIGN.y - 44.0), pos2(568.0, DESIGN.y - 8.0));
    let lines = [linked, open].map(|place| drawn(&Stage::of_size(DESIGN, place), line));
    assert_looks_like("link", 560.0, lines.concat());
}
