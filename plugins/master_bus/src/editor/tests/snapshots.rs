//! What parts of the window look like, compared with the pictures beside this file: see `cargo xtask snapshots`.

use std::path::Path;

use egui::{Rect, pos2};
use plugin_kit::membership::Notice;
use testkit::snapshot::{Picture, assert_same};

use super::stems::{playing, stems};
use super::*;

#[test]
fn header_of_a_session_with_something_to_say() {
    let seen = Seen {
        session_name: "Album".to_owned(),
        link: "Linked to Album (this plugin in this process only: no shared memory)".to_owned(),
        is_local_only: true,
        notices: vec![Notice::Solo { name: "Drums".to_owned() }],
        ..playing(stems(2))
    };
    let opened = open(seen, DESIGN);
    let window = gui::picture::picture(&opened.harness.ctx, opened.harness.output());
    let part = window.region(&Rect::from_min_max(pos2(8.0, 8.0), pos2(568.0, 96.0)), None);
    let rgb = part.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let approved = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/editor/tests/snapshots/header.png");
    assert_same(&Picture { width: part.width(), rgb }, &approved);
}
