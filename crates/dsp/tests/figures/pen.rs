//! The pen: lines, dots and words in points of the sheet, and the colours they have.

use plotters::{
    element::DashedPathElement,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

/// Points of a sheet; the drawing is finer by [`FINENESS`], since the backend knows whole points only.
pub const SIZE: (f64, f64) = (900.0, 520.0);
const FINENESS: f64 = 4.0;

/// The hues of the report's curves, dark enough for white paper.
pub const BLUE: RGBColor = RGBColor(0x2a, 0x6f, 0xb0);
pub const CYAN: RGBColor = RGBColor(0x12, 0x9a, 0xa8);
pub const AMBER: RGBColor = RGBColor(0xc7, 0x82, 0x00);
pub const CORAL: RGBColor = RGBColor(0xdd, 0x5a, 0x34);
pub const VIOLET: RGBColor = RGBColor(0x7b, 0x58, 0xb4);
pub const GREY: RGBColor = RGBColor(0x8d, 0x97, 0xa3);
/// What was promised.
pub const PROMISE: RGBColor = RGBColor(0xb4, 0x1f, 0x3c);
/// Words, and what is to stand out from every colour.
pub const DARK: RGBColor = RGBColor(0x24, 0x2a, 0x31);
pub const FAINT: RGBColor = RGBColor(0x5b, 0x66, 0x72);
pub const GRID: RGBColor = RGBColor(0xe3, 0xe7, 0xeb);
pub const FRAME: RGBColor = RGBColor(0x9a, 0xa4, 0xae);

pub const TITLE_SIZE: f64 = 17.0;
pub const LABEL_SIZE: f64 = 13.0;
/// Of names that stand close beside each other.
pub const SMALL_SIZE: f64 = 11.0;
pub const LIST_LINE_HEIGHT: f64 = 18.0;
/// Width of an average letter as a share of its size; the fonts of the reader are not known.
pub const LETTER_WIDTH: f64 = 0.56;

/// How a series is drawn.
#[derive(Clone, Copy)]
pub enum Ink {
    Line(RGBColor),
    ThinLine(RGBColor),
    Dashes(RGBColor),
    Dots(RGBColor),
    Bars(RGBColor),
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws in points of the sheet.
pub struct Pen<'a, 'b> {
    area: &'a Area<'b>,
}

/// What a pen draws on white paper.
pub fn svg(draw: impl FnOnce(&Pen)) -> String {
    let mut svg = String::new();
    {
        let size = ((SIZE.0 * FINENESS) as u32, (SIZE.1 * FINENESS) as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).expect(WRITTEN);
        draw(&Pen { area: &area });
        area.present().expect(WRITTEN);
    }
    let fine = format!("width=\"{}\" height=\"{}\"", SIZE.0 * FINENESS, SIZE.1 * FINENESS);
    svg.replacen(&fine, &format!("width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1), 1)
}

/// Why drawing cannot fail.
const WRITTEN: &str = "text can always be written";

fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINENESS).round() as i32, (y * FINENESS).round() as i32)
}

impl Pen<'_, '_> {
    pub fn line(&self, points: &[(f64, f64)], color: RGBColor, width: f64) {
        let style = color.stroke_width((width * FINENESS).round() as u32);
        let path = PathElement::new(points.iter().copied().map(fine).collect::<Vec<_>>(), style);
        self.area.draw(&path).expect(WRITTEN);
    }

    pub fn dashes(&self, points: &[(f64, f64)], color: RGBColor) {
        let style = color.stroke_width((1.5 * FINENESS) as u32);
        let points: Vec<_> = points.iter().copied().map(fine).collect();
        let (dash, gap) = ((7.0 * FINENESS) as i32, (4.0 * FINENESS) as i32);
        let path = DashedPathElement::new(points, dash, gap, style);
        self.area.draw(&path).expect(WRITTEN);
    }

    pub fn dot(&self, at: (f64, f64), color: RGBColor) {
        let circle = Circle::new(fine(at), (3.2 * FINENESS) as i32, color.filled());
        self.area.draw(&circle).expect(WRITTEN);
    }

    pub fn rectangle(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) {
        let rectangle = Rectangle::new([fine(from), fine(to)], color.filled());
        self.area.draw(&rectangle).expect(WRITTEN);
    }

    /// The height of the letters is centred on the point.
    pub fn text(&self, at: (f64, f64), anchor: HPos, size: f64, color: RGBColor, text: &str) {
        // The backend divides by 1.24 what it calls a size.
        let font = ("sans-serif", size * FINENESS * 1.24).into_font().color(&color);
        let style = font.pos(Pos::new(anchor, VPos::Center));
        for (line, words) in text.lines().enumerate() {
            let at = (at.0, at.1 + line as f64 * size * 1.15);
            self.area.draw(&Text::new(words, fine(at), style.clone())).expect(WRITTEN);
        }
    }
}
