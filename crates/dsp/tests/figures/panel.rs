//! Panels: two axes and what is drawn between them.

use plotters::style::{RGBColor, text_anchor::HPos};

use super::{
    axis::Axis,
    pen::{DARK, FAINT, FRAME, GRID, Ink, LABEL_SIZE, LIST_LINE_HEIGHT, PROMISE, Pen, SMALL_SIZE},
};

/// On which side of their point words stand.
#[derive(Clone, Copy)]
pub enum Side {
    Left,
    Right,
}

enum Mark {
    Series(Ink, Vec<(f64, f64)>),
    Bar { color: RGBColor, x: (f64, f64), y: (f64, f64) },
    Promise { from: f64, to: f64, y: f64, text: String },
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

    /// A line nothing may cross; its text stands above the right end.
    pub fn promise(&mut self, y: f64, text: &str) {
        self.promise_between((self.x.start(), self.x.end()), y, text);
    }

    /// The same for a part of the panel.
    pub fn promise_between(&mut self, (from, to): (f64, f64), y: f64, text: &str) {
        self.marks.push(Mark::Promise { from, to, y, text: text.to_owned() });
    }

    /// Lines of words, the first beside the point, where there are no curves.
    pub fn list(&mut self, at: (f64, f64), side: Side, lines: impl IntoIterator<Item = (RGBColor, String)>) {
        self.marks.push(Mark::List { at, side, lines: lines.into_iter().collect() });
    }

    /// Draws it between two corners of the sheet.
    pub fn draw(&self, pen: &Pen, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        let has_labels = self.x.ticks.iter().any(|(_, label)| !label.is_empty());
        let below = if !has_labels {
            8.0
        } else if self.x.title.is_empty() {
            LABEL_SIZE * 3.4
        } else {
            48.0
        };
        let frame = Frame {
            left: left + 64.0,
            right: right - 20.0,
            top: top + 30.0,
            bottom: bottom - below,
            x: &self.x,
            y: &self.y,
        };
        self.axes(pen, &frame, left);
        // Bars first: lines and words are to be read in front of them.
        let is_bar = |mark: &&Mark| matches!(mark, Mark::Bar { .. });
        self.marks.iter().filter(is_bar).for_each(|mark| frame.mark(pen, mark));
        frame.lines(pen);
        self.marks.iter().filter(|mark| !is_bar(mark)).for_each(|mark| frame.mark(pen, mark));
    }

    fn axes(&self, pen: &Pen, frame: &Frame, left: f64) {
        pen.text((left + 16.0, frame.top - 16.0), HPos::Left, LABEL_SIZE, FAINT, &self.y.title);
        let middle = 0.5 * (frame.left + frame.right);
        pen.text((frame.right, frame.top - 16.0), HPos::Right, LABEL_SIZE, DARK, &self.title);
        pen.text((middle, frame.bottom + 37.0), HPos::Center, LABEL_SIZE, FAINT, &self.x.title);
        for (value, label) in &self.x.ticks {
            let x = frame.at((*value, frame.y.start())).0;
            if self.x.has_grid {
                pen.line(&[(x, frame.top), (x, frame.bottom)], GRID, 1.0);
            }
            let size = if self.x.has_grid { LABEL_SIZE } else { SMALL_SIZE };
            pen.text((x, frame.bottom + 15.0), HPos::Center, size, DARK, label);
        }
        for (value, label) in &self.y.ticks {
            let y = frame.at((frame.x.start(), *value)).1;
            pen.line(&[(frame.left, y), (frame.right, y)], GRID, 1.0);
            pen.text((frame.left - 7.0, y), HPos::Right, LABEL_SIZE, DARK, label);
        }
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
    fn lines(&self, pen: &Pen) {
        let corners = [
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
            (self.left, self.top),
        ];
        pen.line(&corners, FRAME, 1.0);
        // The zero line carries the bars.
        if !self.x.has_grid && self.y.start() < 0.0 && self.y.end() > 0.0 {
            let y = self.at((0.0, 0.0)).1;
            pen.line(&[(self.left, y), (self.right, y)], FRAME, 1.0);
        }
    }

    fn mark(&self, pen: &Pen, mark: &Mark) {
        match mark {
            Mark::Series(Ink::Dots(color) | Ink::Bars(color), points) => {
                points.iter().filter(|point| self.holds(**point)).for_each(|&point| pen.dot(self.at(point), *color));
            }
            Mark::Series(ink, points) => {
                for piece in self.pieces(points) {
                    match *ink {
                        Ink::ThinLine(color) => pen.line(&piece, color, 1.2),
                        Ink::Dashes(color) => pen.dashes(&piece, color),
                        Ink::Line(color) | Ink::Dots(color) | Ink::Bars(color) => pen.line(&piece, color, 2.5),
                    }
                }
            }
            Mark::Bar { color, x, y } => {
                let within = |y: f64| y.clamp(self.y.start(), self.y.end());
                pen.rectangle(self.at((x.0, within(y.0))), self.at((x.1, within(y.1))), *color);
            }
            Mark::Promise { from, to, y, text } => {
                let (left, right) = (self.at((*from, *y)), self.at((*to, *y)));
                pen.dashes(&[left, right], PROMISE);
                pen.text((right.0 - 6.0, right.1 - 10.0), HPos::Right, LABEL_SIZE, PROMISE, text);
            }
            Mark::List { at, side, lines } => {
                let (x, y) = self.at(*at);
                let (x, anchor) = match side {
                    Side::Left => (x - 8.0, HPos::Right),
                    Side::Right => (x + 8.0, HPos::Left),
                };
                for (line, (color, text)) in lines.iter().enumerate() {
                    pen.text((x, y + line as f64 * LIST_LINE_HEIGHT), anchor, LABEL_SIZE, *color, text);
                }
            }
        }
    }

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
