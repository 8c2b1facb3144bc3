//! What the views look like: small pictures, compared pixel by pixel with those beside this file.
//!
//! A view that was changed on purpose is approved with `cargo xtask snapshots`; look at the pictures before they are
//! committed.

#[path = "../hands/mod.rs"]
mod hands;
mod measured;
mod session;
mod stages;

use std::path::Path;

use egui::{Rect, Ui, Vec2};
use egui_kittest::Harness;
use gui::theme;
use hands::theme as design;
use testkit::snapshot::{Picture, assert_same};

/// Space around a view in its picture.
const MARGIN: f32 = 8.0;

/// Draws a view of a size on a panel, at the scale of the design, and compares it with the picture of this name.
fn assert_looks_like(name: &str, size: Vec2, mut draw: impl FnMut(&mut Ui, Rect)) {
    let mut harness = Harness::builder().with_size(size + Vec2::splat(2.0 * MARGIN)).build_ui(|ui| {
        let window = ui.ctx().content_rect();
        ui.set_clip_rect(window);
        ui.painter().rect_filled(window, 0.0, theme::PANEL);
        draw(ui, window.shrink(MARGIN));
    });
    design().apply(&harness.ctx);
    harness.run_steps(3);
    let drawn = gui::picture::picture(&harness.ctx, harness.output());
    let rgb = drawn.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let approved = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name).with_extension("png");
    assert_same(&Picture { width: drawn.width(), rgb }, &approved);
}
