//! The sheet every figure is drawn on: one size, one palette, one way to draw axes, so that all read alike.
//!
//! White, so that it can be read on a page of any colour.

use plotters::style::text_anchor::HPos;

use super::{
    panel::Panel,
    pen::{self, DARK, Ink, LABEL_SIZE, LETTER_WIDTH, Pen, SIZE, TITLE_SIZE},
};

/// How the panels of a sheet stand.
#[derive(Clone, Copy)]
pub enum Arrangement {
    Beside,
    Stacked,
}

/// The picture as SVG: a title, a legend, panels.
pub fn draw(title: &str, legend: &[(Ink, &str)], arrangement: Arrangement, panels: &[Panel]) -> String {
    pen::svg(|pen| {
        pen.text((16.0, 24.0), HPos::Left, TITLE_SIZE, DARK, title);
        write_legend(pen, (16.0, 50.0), legend);
        let top = 64.0;
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
            panel.draw(pen, (left, upper), (right, lower));
        }
    })
}

fn write_legend(pen: &Pen, (mut x, y): (f64, f64), legend: &[(Ink, &str)]) {
    for &(ink, name) in legend {
        match ink {
            Ink::Line(color) => pen.line(&[(x, y), (x + 22.0, y)], color, 2.5),
            Ink::ThinLine(color) => pen.line(&[(x, y), (x + 22.0, y)], color, 1.2),
            Ink::Dashes(color) => pen.dashes(&[(x, y), (x + 22.0, y)], color),
            Ink::Dots(color) => pen.dot((x + 11.0, y), color),
            Ink::Bars(color) => pen.rectangle((x + 6.0, y - 6.0), (x + 18.0, y + 6.0), color),
        }
        pen.text((x + 28.0, y), HPos::Left, LABEL_SIZE, DARK, name);
        x += 28.0 + name.chars().count() as f64 * LABEL_SIZE * LETTER_WIDTH + 18.0;
    }
}
