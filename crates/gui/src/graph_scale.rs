//! Graph scale: where frequencies and gains lie in an equalizer's graph, and the lines that say so.

use dsp::meter::spectrum;
use egui::{Align2, Pos2, Rect, Ui, pos2};

use crate::figure;
use crate::theme::{self, Theme};

/// Frequencies of the graph.
const LOWEST_HZ: f32 = 15.0;
const HIGHEST_HZ: f32 = 26_000.0;
/// Gain at the upper and lower edge, dB.
const EDGE_DB: f32 = 15.0;
/// Levels of a spectrum at the lower and upper edge, dB.
const SPECTRUM_DB: [f32; 2] = [-96.0, 0.0];

/// The place a graph is drawn in.
#[derive(Clone, Copy, Debug)]
pub struct GraphScale {
    /// All of it.
    pub rect: Rect,
}

impl GraphScale {
    /// Frequency of a point of a curve with `points` of them.
    pub fn curve_hz(point: usize, points: usize) -> f32 {
        LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(point as f32 / (points - 1) as f32)
    }

    /// Where a band lies.
    pub fn place(&self, frequency_hz: f32, gain_db: f32) -> Pos2 {
        pos2(self.x_of(frequency_hz), self.y_of(gain_db))
    }

    /// Where a frequency lies.
    pub fn x_of(&self, frequency_hz: f32) -> f32 {
        self.rect.left() + self.rect.width() * (frequency_hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln()
    }

    /// The frequency that lies there.
    pub fn frequency_at(&self, x: f32) -> f32 {
        LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf((x - self.rect.left()) / self.rect.width())
    }

    /// Where a gain lies.
    pub fn y_of(&self, gain_db: f32) -> f32 {
        self.rect.center().y - 0.5 * self.rect.height() * gain_db / EDGE_DB
    }

    /// The gain that lies there.
    pub fn gain_at(&self, y: f32) -> f32 {
        EDGE_DB * (self.rect.center().y - y) / (0.5 * self.rect.height())
    }

    /// Where a point of a spectrum lies, tilted so that music looks level.
    pub fn spectrum_place(&self, point: usize, level_db: f32) -> Pos2 {
        let (first, last) = (self.x_of(spectrum::LOWEST_HZ as f32), self.x_of(spectrum::HIGHEST_HZ as f32));
        let x = first + (last - first) * point as f32 / (spectrum::POINTS - 1) as f32;
        let tilted_db = level_db + spectrum::tilt_db(f64::from(self.frequency_at(x)), TILT_DB_PER_OCTAVE) as f32;
        let [low, high] = SPECTRUM_DB;
        pos2(x, self.rect.bottom() - self.rect.height() * ((tilted_db - low) / (high - low)).clamp(0.0, 1.0))
    }

    /// Draws well and lines.
    pub fn draw_grid(&self, ui: &Ui, theme: &Theme) {
        let (painter, rect) = (ui.painter(), self.rect);
        painter.rect_filled(rect, theme.rounding(), theme::WELL);
        let line = theme.stroke(0.6, theme::RAISED);
        for (frequency_hz, _) in FREQUENCIES_HZ {
            painter.vline(self.x_of(frequency_hz), rect.y_range(), line);
        }
        for gain_db in GAINS_DB {
            let stroke = if gain_db == 0.0 { theme.stroke(1.0, theme::LINE) } else { line };
            painter.hline(rect.x_range(), self.y_of(gain_db), stroke);
        }
    }

    /// Writes the numbers of the lines, over what lies behind the curves.
    pub fn draw_numbers(&self, ui: &Ui, theme: &Theme) {
        let (painter, rect) = (ui.painter(), self.rect);
        for (frequency_hz, label) in FREQUENCIES_HZ {
            let x = self.x_of(frequency_hz);
            // The first and the last keep away from the gains and from the edge.
            let (align, way) = match label {
                "20" => (Align2::LEFT_BOTTOM, 3.0),
                "20k" => (Align2::RIGHT_BOTTOM, -3.0),
                _ => (Align2::CENTER_BOTTOM, 0.0),
            };
            let foot = pos2(x + theme.points(way), rect.bottom() - theme.points(2.0));
            theme.write(painter, Rect::from_pos(foot), align, label, 11.0, theme::QUIET_TEXT);
        }
        for gain_db in GAINS_DB {
            let start = pos2(rect.left() + theme.points(3.0), self.y_of(gain_db));
            let text = figure::gain_mark(gain_db);
            theme.write(painter, Rect::from_pos(start), Align2::LEFT_BOTTOM, &text, 11.0, theme::QUIET_TEXT);
        }
    }
}

/// Slope that makes most music look level.
const TILT_DB_PER_OCTAVE: f64 = 4.5;

/// Gains with a line.
const GAINS_DB: [f32; 5] = [-12.0, -6.0, 0.0, 6.0, 12.0];
/// Frequencies with a line, and how they read.
const FREQUENCIES_HZ: [(f32, &str); 10] = [
    (20.0, "20"),
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1_000.0, "1k"),
    (2_000.0, "2k"),
    (5_000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, "20k"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_mean_the_values_they_show() {
        let scale = GraphScale { rect: Rect::from_min_max(pos2(10.0, 20.0), pos2(610.0, 320.0)) };
        for frequency_hz in [20.0, 997.0, 20_000.0] {
            assert!((scale.frequency_at(scale.x_of(frequency_hz)) / frequency_hz - 1.0).abs() < 1e-4);
        }
        for gain_db in [-12.0, 0.0, 3.5] {
            assert!((scale.gain_at(scale.y_of(gain_db)) - gain_db).abs() < 1e-4);
        }
        assert!((scale.spectrum_place(spectrum::POINTS - 1, 0.0).x - scale.x_of(20_000.0)).abs() < 1e-2);
    }
}
