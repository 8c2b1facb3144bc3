//! The sheet every figure is drawn on: one size, one palette, one way to draw axes, so that all read alike.
//!
//! White, so that it can be read on a page of any colour.

use plotters::{
    element::DashedPathElement,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::axis::Axis;

/// Points of a sheet; the drawing is finer by [`FINENESS`], since the backend knows whole points only.
const SIZE: (f64, f64) = (900.0, 520.0);
const FINENESS: f64 = 4.0;

/// The hues of the report's curves, dark enough for white paper.
pub const BLUE: RGBColor = RGBColor(0x2a, 0x6f, 0xb0);
pub const CYAN: RGBColor = RGBColor(0x12, 0x9a, 0xa8);
pub const AMBER: RGBColor = RGBColor(0xc7, 0x82, 0x00);
pub const CORAL: RGBColor = RGBColor(0xdd, 0x5a, 0x34);
pub const VIOLET: RGBColor = RGBColor(0x7b, 0x58, 0xb4);
pub const GREY: RGBColor = RGBColor(0x8d, 0x97, 0xa3);
/// What was promised.
const PROMISE: RGBColor = RGBColor(0xb4, 0x1f, 0x3c);
/// Words, and what is to stand out from every colour.
pub const DARK: RGBColor = RGBColor(0x24, 0x2a, 0x31);
const FAINT: RGBColor = RGBColor(0x5b, 0x66, 0x72);
const GRID: RGBColor = RGBColor(0xe3, 0xe7, 0xeb);
const FRAME: RGBColor = RGBColor(0x9a, 0xa4, 0xae);

const TITLE_SIZE: f64 = 17.0;
const LABEL_SIZE: f64 = 13.0;
/// Of names that stand close beside each other.
const SMALL_SIZE: f64 = 11.0;
const LINE_HEIGHT: f64 = 1.4;
/// Width of an average letter as a share of its size; the fonts of the reader are not known.
const LETTER_WIDTH: f64 = 0.56;

/// How a series is drawn.
#[derive(Clone, Copy)]
pub enum Ink {
    Line(RGBColor),
    ThinLine(RGBColor),
    Dashes(RGBColor),
    Dots(RGBColor),
    Bars(RGBColor),
}

/// Where a note stands from its point.
#[derive(Clone, Copy)]
pub enum Side {
    Left,
    Right,
    Above,
    Below,
}

enum Mark {
    Series(Ink, Vec<(f64, f64)>),
    Bar { color: RGBColor, x: (f64, f64), y: (f64, f64) },
    Promise { from: f64, to: f64, y: f64, text: String, side: Side },
    Note { at: (f64, f64), side: Side, color: RGBColor, text: String },
    List { at: (f64, f64), side: Side, lines: Vec<(RGBColor, String)> },
}

/// Two axes and what is drawn between them.
pub struct Panel {
    title: String,
    x: Axis,
    y: Axis,
    marks: Vec<Mark>,
}

impl Panel {
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        Self { title: title.to_owned(), x, y, marks: Vec::new() }
    }

    /// A curve or a cloud; what lies outside the panel is cut off.
    pub fn series(&mut self, ink: Ink, points: impl IntoIterator<Item = (f64, f64)>) {
        self.marks.push(Mark::Series(ink, points.into_iter().collect()));
    }

    /// From one corner to the other.
    pub fn bar(&mut self, color: RGBColor, x: (f64, f64), y: (f64, f64)) {
        self.marks.push(Mark::Bar { color, x, y });
    }

    /// A line nothing may cross; its text stands at the right end, above or below it.
    pub fn promise(&mut self, y: f64, text: &str, side: Side) {
        self.promise_between((self.x.start(), self.x.end()), y, text, side);
    }

    /// The same for a part of the panel.
    pub fn promise_between(&mut self, (from, to): (f64, f64), y: f64, text: &str, side: Side) {
        self.marks.push(Mark::Promise { from, to, y, text: text.to_owned(), side });
    }

    /// Words beside a point.
    pub fn note(&mut self, at: (f64, f64), side: Side, color: RGBColor, text: &str) {
        self.marks.push(Mark::Note { at, side, color, text: text.to_owned() });
    }

    /// Lines of words, the first at the point, for a corner without curves.
    pub fn list(&mut self, at: (f64, f64), side: Side, lines: impl IntoIterator<Item = (RGBColor, String)>) {
        self.marks.push(Mark::List { at, side, lines: lines.into_iter().collect() });
    }
}

/// How the panels of a sheet stand.
#[derive(Clone, Copy)]
pub enum Arrangement {
    Beside,
    Stacked,
}

/// The picture as SVG: a title, a legend, panels.
pub fn draw(title: &str, legend: &[(Ink, &str)], arrangement: Arrangement, panels: &[Panel]) -> String {
    let mut svg = String::new();
    {
        let size = ((SIZE.0 * FINENESS) as u32, (SIZE.1 * FINENESS) as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).expect("text can always be written");
        let pen = Pen { area: &area };
        pen.text((16.0, 24.0), HPos::Left, TITLE_SIZE, DARK, title);
        pen.legend((16.0, 50.0), legend);
        let top = if legend.is_empty() { 40.0 } else { 64.0 };
        let count = panels.len() as f64;
        for (index, panel) in panels.iter().enumerate() {
            let (before, after) = (index as f64 / count, (index + 1) as f64 / count);
            let (left, right, upper, lower) = match arrangement {
                Arrangement::Beside => (before * SIZE.0, after * SIZE.0, top, SIZE.1),
                Arrangement::Stacked => {
                    // The last carries the names of the common axis.
                    let extra = LABEL_SIZE * 2.6;
                    let height = (SIZE.1 - top - extra) / count;
                    let is_last = index + 1 == panels.len();
                    let lower = top + (index + 1) as f64 * height + if is_last { extra } else { 0.0 };
                    (0.0, SIZE.0, top + index as f64 * height, lower)
                }
            };
            pen.panel(panel, (left, upper), (right, lower));
        }
        area.present().expect("text can always be written");
    }
    let fine = format!("width=\"{}\" height=\"{}\"", SIZE.0 * FINENESS, SIZE.1 * FINENESS);
    svg.replacen(&fine, &format!("width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1), 1)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws in points of the sheet.
struct Pen<'a, 'b> {
    area: &'a Area<'b>,
}

fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINENESS).round() as i32, (y * FINENESS).round() as i32)
}

impl Pen<'_, '_> {
    fn line(&self, points: &[(f64, f64)], color: RGBColor, width: f64) {
        let style = color.stroke_width((width * FINENESS).round() as u32);
        let path = PathElement::new(points.iter().copied().map(fine).collect::<Vec<_>>(), style);
        self.area.draw(&path).expect("text can always be written");
    }

    fn dashes(&self, points: &[(f64, f64)], color: RGBColor) {
        let style = color.stroke_width((1.5 * FINENESS) as u32);
        let points: Vec<_> = points.iter().copied().map(fine).collect();
        let (dash, gap) = ((7.0 * FINENESS) as i32, (4.0 * FINENESS) as i32);
        let path = DashedPathElement::new(points.into_iter(), dash, gap, style);
        self.area.draw(&path).expect("text can always be written");
    }

    fn dot(&self, at: (f64, f64), color: RGBColor) {
        let circle = Circle::new(fine(at), (3.2 * FINENESS) as i32, color.filled());
        self.area.draw(&circle).expect("text can always be written");
    }

    fn rectangle(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) {
        let rectangle = Rectangle::new([fine(from), fine(to)], color.filled());
        self.area.draw(&rectangle).expect("text can always be written");
    }

    /// The height of the letters is centred on the point.
    fn text(&self, at: (f64, f64), anchor: HPos, size: f64, color: RGBColor, text: &str) {
        // The backend divides by 1.24 what it calls a size.
        let font = ("sans-serif", size * FINENESS * 1.24).into_font().color(&color);
        let style = font.pos(Pos::new(anchor, VPos::Center));
        for (line, words) in text.lines().enumerate() {
            let at = (at.0, at.1 + line as f64 * size * 1.15);
            self.area.draw(&Text::new(words, fine(at), style.clone())).expect("text can always be written");
        }
    }

    fn legend(&self, (mut x, y): (f64, f64), legend: &[(Ink, &str)]) {
        for &(ink, name) in legend {
            match ink {
                Ink::Line(color) => self.line(&[(x, y), (x + 22.0, y)], color, 2.5),
                Ink::ThinLine(color) => self.line(&[(x, y), (x + 22.0, y)], color, 1.2),
                Ink::Dashes(color) => self.dashes(&[(x, y), (x + 22.0, y)], color),
                Ink::Dots(color) => self.dot((x + 11.0, y), color),
                Ink::Bars(color) => self.rectangle((x + 6.0, y - 6.0), (x + 18.0, y + 6.0), color),
            }
            self.text((x + 28.0, y), HPos::Left, LABEL_SIZE, DARK, name);
            x += 28.0 + name.chars().count() as f64 * LABEL_SIZE * LETTER_WIDTH + 18.0;
        }
    }

    fn panel(&self, panel: &Panel, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        let has_labels = panel.x.ticks.iter().any(|(_, label)| !label.is_empty());
        let below = if !has_labels {
            8.0
        } else if panel.x.title.is_empty() {
            LABEL_SIZE * 3.4
        } else {
            48.0
        };
        let frame = Frame {
            left: left + 64.0,
            right: right - 20.0,
            top: top + 30.0,
            bottom: bottom - below,
            x: &panel.x,
            y: &panel.y,
        };
        self.axes(panel, &frame, left);
        // Bars first: lines and words are to be read in front of them.
        let is_bar = |mark: &&Mark| matches!(mark, Mark::Bar { .. });
        panel.marks.iter().filter(is_bar).for_each(|mark| self.mark(mark, &frame));
        self.frame_lines(&frame);
        panel.marks.iter().filter(|mark| !is_bar(mark)).for_each(|mark| self.mark(mark, &frame));
    }

    fn axes(&self, panel: &Panel, frame: &Frame, left: f64) {
        self.text((left + 16.0, frame.top - 16.0), HPos::Left, LABEL_SIZE, FAINT, &panel.y.title);
        let middle = 0.5 * (frame.left + frame.right);
        self.text((frame.right, frame.top - 16.0), HPos::Right, LABEL_SIZE, DARK, &panel.title);
        self.text((middle, frame.bottom + 37.0), HPos::Center, LABEL_SIZE, FAINT, &panel.x.title);
        for (value, label) in &panel.x.ticks {
            let x = frame.at((*value, frame.y.start())).0;
            if panel.x.has_grid {
                self.line(&[(x, frame.top), (x, frame.bottom)], GRID, 1.0);
            }
            let size = if panel.x.has_grid { LABEL_SIZE } else { SMALL_SIZE };
            self.text((x, frame.bottom + 15.0), HPos::Center, size, DARK, label);
        }
        for (value, label) in &panel.y.ticks {
            let y = frame.at((frame.x.start(), *value)).1;
            self.line(&[(frame.left, y), (frame.right, y)], GRID, 1.0);
            self.text((frame.left - 7.0, y), HPos::Right, LABEL_SIZE, DARK, label);
        }
    }

    fn frame_lines(&self, frame: &Frame) {
        let corners = [
            (frame.left, frame.top),
            (frame.right, frame.top),
            (frame.right, frame.bottom),
            (frame.left, frame.bottom),
            (frame.left, frame.top),
        ];
        self.line(&corners, FRAME, 1.0);
        // The zero line carries the bars.
        if !frame.x.has_grid && frame.y.start() < 0.0 && frame.y.end() > 0.0 {
            let y = frame.at((0.0, 0.0)).1;
            self.line(&[(frame.left, y), (frame.right, y)], FRAME, 1.0);
        }
    }

    fn mark(&self, mark: &Mark, frame: &Frame) {
        match mark {
            Mark::Series(Ink::Dots(color) | Ink::Bars(color), points) => {
                points.iter().filter(|point| frame.holds(**point)).for_each(|&point| self.dot(frame.at(point), *color));
            }
            Mark::Series(ink, points) => {
                for piece in frame.pieces(points) {
                    match *ink {
                        Ink::ThinLine(color) => self.line(&piece, color, 1.2),
                        Ink::Dashes(color) => self.dashes(&piece, color),
                        Ink::Line(color) | Ink::Dots(color) | Ink::Bars(color) => self.line(&piece, color, 2.5),
                    }
                }
            }
            Mark::Bar { color, x, y } => {
                let within = |y: f64| y.clamp(frame.y.start(), frame.y.end());
                self.rectangle(frame.at((x.0, within(y.0))), frame.at((x.1, within(y.1))), *color);
            }
            Mark::Promise { from, to, y, text, side } => {
                let (left, right) = (frame.at((*from, *y)), frame.at((*to, *y)));
                self.dashes(&[left, right], PROMISE);
                let beside = if matches!(side, Side::Below) { 11.0 } else { -10.0 };
                self.text((right.0 - 6.0, right.1 + beside), HPos::Right, LABEL_SIZE, PROMISE, text);
            }
            Mark::Note { at, side, color, text } => self.words(frame.at(*at), *side, *color, text),
            Mark::List { at, side, lines } => {
                let (x, y) = frame.at(*at);
                for (line, (color, text)) in lines.iter().enumerate() {
                    self.words((x, y + line as f64 * LABEL_SIZE * LINE_HEIGHT), *side, *color, text);
                }
            }
        }
    }

    fn words(&self, (x, y): (f64, f64), side: Side, color: RGBColor, text: &str) {
        let (at, anchor) = match side {
            Side::Left => ((x - 8.0, y), HPos::Right),
            Side::Right => ((x + 8.0, y), HPos::Left),
            Side::Above => ((x, y - 13.0), HPos::Center),
            Side::Below => ((x, y + 14.0), HPos::Center),
        };
        self.text(at, anchor, LABEL_SIZE, color, text);
    }
}

/// The inside of a panel.
struct Frame<'a> {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: &'a Axis,
    y: &'a Axis,
}

impl Frame<'_> {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = self.left + self.x.share(x) * (self.right - self.left);
        (across, self.bottom - self.y.share(y) * (self.bottom - self.top))
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
        inside(self.x.share(x)) && inside(self.y.share(y))
    }

    /// The parts of a curve inside the panel, cut where it crosses an edge.
    fn pieces(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut piece: Vec<(f64, f64)> = Vec::new();
        let placed: Vec<(f64, f64)> = points.iter().map(|&point| self.at(point)).collect();
        let inside = |(x, y): (f64, f64)| {
            (self.left - 0.5..=self.right + 0.5).contains(&x) && (self.top - 0.5..=self.bottom + 0.5).contains(&y)
        };
        for (index, &point) in placed.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| placed.get(index)).copied();
            match (before, inside(point)) {
                (Some(before), true) if !inside(before) => piece.extend([self.exit(point, before), point]),
                (_, true) => piece.push(point),
                (Some(before), false) if inside(before) => {
                    piece.push(self.exit(before, point));
                    pieces.push(std::mem::take(&mut piece));
                }
                (_, false) => {}
            }
        }
        pieces.push(piece);
        pieces.retain(|piece| piece.len() > 1);
        pieces
    }

    /// Where the way from a place inside to one outside leaves the panel.
    fn exit(&self, inner: (f64, f64), outer: (f64, f64)) -> (f64, f64) {
        let share = |inner: f64, outer: f64, low: f64, high: f64| {
            let edge = outer.clamp(low.min(inner), high.max(inner));
            if outer == edge { 1.0 } else { (edge - inner) / (outer - inner) }
        };
        let share = share(inner.0, outer.0, self.left, self.right).min(share(inner.1, outer.1, self.top, self.bottom));
        (inner.0 + share * (outer.0 - inner.0), inner.1 + share * (outer.1 - inner.1))
    }
}
