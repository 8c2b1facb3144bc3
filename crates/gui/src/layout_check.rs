//! Layout check: what is wrong with an arrangement that was drawn, for the tests of windows.
//!
//! Looks at what egui has drawn, not at what was meant: no two controls cross, no two texts lie on or touch each other, no
//! text leaves its place or the window, and none is cut. Texts within graphs count like all others.

use egui::{Context, FullOutput, Id, Order, Rect, Shape, Vec2};

/// A text as it is drawn.
struct Text {
    said: String,
    rect: Rect,
    clip: Rect,
    is_cut: bool,
}

/// A control as it is drawn.
struct Control {
    name: String,
    /// As much of it as a list or the window shows.
    rect: Rect,
    whole: Rect,
}

/// Rounding to the grid of pixels may move an edge by as much, in points.
const ROUNDING: f32 = 1.0;

/// Nearer to each other than this, two texts look like one.
const NEAR: Vec2 = Vec2::new(2.0, 1.0);

/// What is wrong with the last frame, a sentence for each fault. `name_of` says what screen readers call a control: what
/// has no name is the workings of egui. `may_cross` tells what may lie on something else by its nature, such as the nodes
/// of a graph; its own texts are looked at all the same.
pub fn faults(
    ctx: &Context,
    output: &FullOutput,
    name_of: &dyn Fn(Id) -> Option<String>,
    may_cross: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let window = ctx.content_rect();
    let controls = controls(ctx, name_of);
    let texts = texts(output);
    let mut faults = Vec::new();
    for (number, control) in controls.iter().enumerate() {
        let Control { name, rect, whole } = control;
        // What a list has scrolled away shows less than the window would.
        let is_cut_by_window = whole.intersect(window).expand(ROUNDING).contains_rect(*rect)
            && rect.expand(ROUNDING).contains_rect(whole.intersect(window));
        if is_cut_by_window && !window.expand(ROUNDING).contains_rect(*whole) {
            faults.push(format!("{name:?} leaves the window: {whole:?}"));
        }
        if may_cross(name) {
            continue;
        }
        for other in controls.iter().skip(number + 1).filter(|other| !may_cross(&other.name)) {
            if cross(*rect, other.rect) {
                faults.push(format!("{name:?} crosses {:?}: {rect:?}, {:?}", other.name, other.rect));
            }
        }
    }
    for (number, text) in texts.iter().enumerate() {
        let Text { said, rect, clip, is_cut } = text;
        if *is_cut {
            faults.push(format!("{said:?} does not fit and is shortened"));
        }
        // Lists scroll up and down; nothing scrolls sideways.
        let is_cut_by_list = clip.height() < window.height() - ROUNDING;
        let visible = if is_cut_by_list { rect.with_min_y(clip.top()).with_max_y(clip.bottom()) } else { *rect };
        if !clip.intersect(window).expand(ROUNDING).contains_rect(visible) {
            faults.push(format!("{said:?} is cut off: {rect:?} in {clip:?}"));
        }
        for other in texts.iter().skip(number + 1) {
            let [one, two] = [rect.intersect(*clip), other.rect.intersect(other.clip)];
            if one.shrink(ROUNDING).intersects(two) {
                faults.push(format!("{said:?} lies on {:?}: {rect:?}, {:?}", other.said, other.rect));
            } else if one.expand2(NEAR).intersects(two) {
                faults.push(format!("{said:?} touches {:?}: {rect:?}, {:?}", other.said, other.rect));
            }
        }
        for control in controls.iter().filter(|control| !may_cross(&control.name)) {
            if cross(rect.intersect(*clip), control.rect) {
                faults.push(format!("{said:?} crosses the edge of {:?}: {rect:?}, {:?}", control.name, control.rect));
            }
        }
    }
    faults
}

/// The tip under the pointer, line by line; empty while there is none.
pub fn tip(ctx: &Context, output: &FullOutput) -> String {
    let place = ctx.memory(|memory| {
        let tip = memory.areas().visible_layer_ids().into_iter().find(|layer| layer.order == Order::Tooltip);
        tip.and_then(|layer| memory.area_rect(layer.id))
    });
    let Some(place) = place else { return String::new() };
    let mut said: Vec<String> = Vec::new();
    for clipped in &output.shapes {
        visit(&clipped.shape, &mut |shape| match shape {
            // The tip's own frame comes after all that it hides.
            Shape::Rect(shape) if shape.rect.expand(ROUNDING).contains_rect(place.shrink(ROUNDING)) => said.clear(),
            Shape::Text(text) if place.contains(text.pos) => said.push(text.galley.text().to_owned()),
            _ => {}
        });
    }
    said.join("\n")
}

/// Whether two rectangles share more than an edge, and neither holds the other.
fn cross(a: Rect, b: Rect) -> bool {
    let shared = a.intersect(b);
    let is_shared = shared.width() > ROUNDING && shared.height() > ROUNDING;
    is_shared && !a.expand(ROUNDING).contains_rect(b) && !b.expand(ROUNDING).contains_rect(a)
}

/// Everything a hand can act on, as far as it is visible.
fn controls(ctx: &Context, name_of: &dyn Fn(Id) -> Option<String>) -> Vec<Control> {
    ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let mut controls = Vec::new();
        for (_, layer) in widgets.layers() {
            for widget in layer.iter().filter(|widget| widget.sense.interactive() && widget.enabled) {
                if let Some(name) = name_of(widget.id).filter(|_| widget.interact_rect.is_positive()) {
                    controls.push(Control { name, rect: widget.interact_rect, whole: widget.rect });
                }
            }
        }
        controls
    })
}

fn texts(output: &FullOutput) -> Vec<Text> {
    let mut texts = Vec::new();
    for clipped in &output.shapes {
        let clip = clipped.clip_rect;
        visit(&clipped.shape, &mut |shape| {
            let Shape::Text(text) = shape else { return };
            let rect = text.galley.mesh_bounds.translate(text.pos.to_vec2());
            if rect.is_positive() && rect.intersects(clip) {
                let said = text.galley.text().to_owned();
                texts.push(Text { said, rect, clip, is_cut: text.galley.elided });
            }
        });
    }
    texts
}

/// Hands over every shape in the order of drawing.
pub(crate) fn visit(shape: &Shape, see: &mut dyn FnMut(&Shape)) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| visit(shape, see)),
        shape => see(shape),
    }
}
