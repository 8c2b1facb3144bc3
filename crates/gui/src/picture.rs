//! Picture: a window as pixels without a graphics card, for the tests of windows.
//!
//! Paints what egui has drawn, triangle by triangle, as the plugins' own painter does: colours blended in gamma space,
//! glyphs from the texture of the fonts. Corners lie on a fixed grid, which makes every decision about a pixel a whole
//! number: the picture is the same on every machine.

use egui::epaint::{ClippedPrimitive, ClippedShape, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Context, FullOutput, Pos2, Rect, Shape};

/// Steps of a corner's place within a pixel.
const GRID: i64 = 256;

/// The last frame, a pixel for each of the screen's. `[main]`
pub fn picture(ctx: &Context, output: &FullOutput) -> ColorImage {
    paint_all(ctx, output.shapes.clone(), output.pixels_per_point)
}

/// The same without its texts: what they are written on. `[main]`
pub fn ground(ctx: &Context, output: &FullOutput) -> ColorImage {
    fn without_texts(shape: Shape) -> Shape {
        match shape {
            Shape::Text(_) => Shape::Noop,
            Shape::Vec(shapes) => Shape::Vec(shapes.into_iter().map(without_texts).collect()),
            shape => shape,
        }
    }
    let mut shapes = output.shapes.clone();
    shapes
        .iter_mut()
        .for_each(|clipped| clipped.shape = without_texts(std::mem::replace(&mut clipped.shape, Shape::Noop)));
    paint_all(ctx, shapes, output.pixels_per_point)
}

fn paint_all(ctx: &Context, shapes: Vec<ClippedShape>, scale: f32) -> ColorImage {
    let size = (ctx.content_rect().size() * scale).round();
    let mut picture = ColorImage::filled([size.x as usize, size.y as usize], Color32::BLACK);
    let fonts = ctx.fonts(|fonts| fonts.image());
    for ClippedPrimitive { clip_rect, primitive } in ctx.tessellate(shapes, scale) {
        // Nothing of ours paints by itself.
        let Primitive::Mesh(mesh) = primitive else { continue };
        let clip = Pixels::of(clip_rect, scale, picture.size);
        for corners in triangles(&mesh) {
            paint(&mut picture, corners, &fonts, clip, scale);
        }
    }
    picture
}

/// Columns and rows, from the first to before the end.
#[derive(Clone, Copy)]
struct Pixels {
    x: [i64; 2],
    y: [i64; 2],
}

impl Pixels {
    fn of(rect: Rect, scale: f32, [width, height]: [usize; 2]) -> Self {
        let within = |way: f32, end: usize| ((way * scale).round() as i64).clamp(0, end as i64);
        Self {
            x: [within(rect.left(), width), within(rect.right(), width)],
            y: [within(rect.top(), height), within(rect.bottom(), height)],
        }
    }
}

fn triangles(mesh: &Mesh) -> impl Iterator<Item = [Vertex; 3]> + '_ {
    mesh.triangles().map(|corners| corners.map(|corner| mesh.vertices[corner as usize]))
}

fn paint(picture: &mut ColorImage, mut corners: [Vertex; 3], fonts: &ColorImage, clip: Pixels, scale: f32) {
    let on_grid = |vertex: &Vertex| {
        let steps = |way: f32| (f64::from(way * scale) * GRID as f64).round() as i64;
        [steps(vertex.pos.x), steps(vertex.pos.y)]
    };
    let mut places = corners.each_ref().map(on_grid);
    let area = side(places[0], places[1], places[2]);
    if area == 0 {
        return;
    }
    if area < 0 {
        corners.swap(1, 2);
        places.swap(1, 2);
    }
    let [a, b, c] = places;
    let edges = [(b, c), (c, a), (a, b)];
    let area = area.abs() as f32;
    let [columns, rows] = [0, 1].map(|axis| {
        let along = places.map(|place| place[axis]);
        let first = along.into_iter().min().unwrap_or_default().div_euclid(GRID);
        first..along.into_iter().max().unwrap_or_default().div_euclid(GRID) + 1
    });
    for y in rows.start.max(clip.y[0])..rows.end.min(clip.y[1]) {
        for x in columns.start.max(clip.x[0])..columns.end.min(clip.x[1]) {
            let middle = [x * GRID + GRID / 2, y * GRID + GRID / 2];
            let ways = edges.map(|(from, to)| side(from, to, middle));
            let is_inside =
                |(way, (from, to)): (&i64, &([i64; 2], [i64; 2]))| *way > 0 || *way == 0 && owns(*from, *to);
            if !ways.iter().zip(&edges).all(is_inside) {
                continue;
            }
            let shares = ways.map(|way| way as f32 / area);
            let mix = |of: &dyn Fn(&Vertex) -> f32| -> f32 {
                shares.iter().zip(&corners).map(|(share, corner)| share * of(corner)).sum()
            };
            let texel = sample(fonts, Pos2::new(mix(&|corner| corner.uv.x), mix(&|corner| corner.uv.y)));
            let channel = |number: usize| mix(&|corner| f32::from(corner.color.to_array()[number])) * texel[number];
            blend(&mut picture[(x as usize, y as usize)], [0, 1, 2, 3].map(channel));
        }
    }
}

/// Twice the area to the right of a way, as far as a place.
fn side(from: [i64; 2], to: [i64; 2], place: [i64; 2]) -> i64 {
    (to[0] - from[0]) * (place[1] - from[1]) - (to[1] - from[1]) * (place[0] - from[0])
}

/// Whether an edge keeps the middles of pixels that lie on it: of two triangles that share it, one does.
fn owns(from: [i64; 2], to: [i64; 2]) -> bool {
    to[1] < from[1] || to[1] == from[1] && to[0] > from[0]
}

/// The texture at a place, 0…1 of its sides, between its four nearest texels; channels 0…1.
fn sample(texture: &ColorImage, at: Pos2) -> [f32; 4] {
    let along = |way: f32, count: usize| {
        let way = (way * count as f32 - 0.5).clamp(0.0, (count - 1) as f32);
        let first = way as usize;
        (first, (first + 1).min(count - 1), way - first as f32)
    };
    let (left, right, x) = along(at.x, texture.width());
    let (top, bottom, y) = along(at.y, texture.height());
    let texel = |column, row| texture[(column, row)].to_array().map(f32::from);
    let [a, b, c, d] = [texel(left, top), texel(right, top), texel(left, bottom), texel(right, bottom)];
    [0, 1, 2, 3].map(|number| {
        let above = a[number] + (b[number] - a[number]) * x;
        let below = c[number] + (d[number] - c[number]) * x;
        (above + (below - above) * y) / 255.0
    })
}

/// Lays a colour over a pixel; its channels, 0…255, are premultiplied with its opacity.
fn blend(pixel: &mut Color32, [red, green, blue, opacity]: [f32; 4]) {
    let [under_red, under_green, under_blue, _] = pixel.to_array().map(f32::from);
    let over = |channel: f32, under: f32| (channel + under * (1.0 - opacity / 255.0)).round() as u8;
    *pixel = Color32::from_rgb(over(red, under_red), over(green, under_green), over(blue, under_blue));
}
