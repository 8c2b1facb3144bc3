//! Contrast check: which texts cannot be read on what they are written on, for the tests of windows.
//!
//! Looks at the pixels behind each text, so that it holds for graphs, waveforms and coloured buttons alike.

use egui::epaint::TextShape;
use egui::{Color32, ColorImage, Context, FullOutput, Rect};

use crate::layout_check::visit;
use crate::picture::{ground, picture};
use crate::theme::contrast;

/// Text of any size (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f32 = 4.5;
/// Share of the pixels behind a text that may be too alike: a curve that runs through it hides no word.
const CROSSED: f32 = 0.25;
/// Share of the pixels of a text's place that differ when it is written; of thin letters it is about a third.
const INK: f32 = 0.05;

/// What cannot be read in the last frame, a sentence for each text.
pub fn faults(ctx: &Context, output: &FullOutput) -> Vec<String> {
    let (ground, picture) = (ground(ctx, output), picture(ctx, output));
    let scale = output.pixels_per_point;
    let mut faults = Vec::new();
    for clipped in &output.shapes {
        visit(&clipped.shape, &mut |shape| {
            let egui::Shape::Text(text) = shape else { return };
            let place = text.galley.mesh_bounds.translate(text.pos.to_vec2());
            let visible = place.intersect(clipped.clip_rect).intersect(ctx.content_rect());
            if visible.is_positive() {
                let pixels = pixels(&ground, visible * scale);
                faults.extend(fault(text, &ground, &picture, &pixels));
            }
        });
    }
    faults
}

/// The pixels of a place.
fn pixels(picture: &ColorImage, place: Rect) -> Vec<(usize, usize)> {
    let within = |way: f32, end: usize| (way.round().max(0.0) as usize).min(end);
    let columns = within(place.left(), picture.width())..within(place.right(), picture.width());
    let rows = within(place.top(), picture.height())..within(place.bottom(), picture.height());
    rows.flat_map(|y| columns.clone().map(move |x| (x, y))).collect()
}

fn fault(text: &TextShape, ground: &ColorImage, picture: &ColorImage, pixels: &[(usize, usize)]) -> Option<String> {
    let said = text.galley.text();
    let color = color_of(text);
    let share = |is: &dyn Fn(&(usize, usize)) -> bool| {
        pixels.iter().filter(|pixel| is(pixel)).count() as f32 / pixels.len().max(1) as f32
    };
    let seen = |on: Color32| contrast(on.blend(color), on);
    if share(&|pixel| seen(ground[*pixel]) < READABLE) > CROSSED {
        let mut all: Vec<f32> = pixels.iter().map(|pixel| seen(ground[*pixel])).collect();
        all.sort_by(f32::total_cmp);
        return Some(format!("{said:?} has a contrast of {:.1}", all[all.len() / 2]));
    }
    (share(&|pixel| ground[*pixel] != picture[*pixel]) < INK).then(|| format!("{said:?} is hidden"))
}

/// The colour of a text's first letter, faded where what it belongs to is disabled.
fn color_of(text: &TextShape) -> Color32 {
    let mut rows = text.galley.rows.iter().map(|row| &row.visuals);
    let letter = rows.find_map(|row| row.mesh.vertices.get(row.glyph_vertex_range.start));
    let own = letter.map_or(Color32::PLACEHOLDER, |vertex| vertex.color);
    let own = if own == Color32::PLACEHOLDER { text.fallback_color } else { own };
    text.override_text_color.unwrap_or(own).gamma_multiply(text.opacity_factor)
}
