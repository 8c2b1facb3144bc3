//! Loudness history: how loud it was over hours, against where it should be.

use dsp::meter::Readings;
use dsp::units::SILENCE_DB;
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Ui, pos2};

use crate::figure;
use crate::theme::{self, Theme};
use crate::time_axis::{Known, TimeAxis, clock};
use crate::timeline::{Span, Timeline};

/// Momentary, short-term and integrated loudness, ten times a second for twelve hours, and which part is seen.
pub struct LoudnessHistory {
    timeline: Timeline<3>,
    axis: TimeAxis,
    /// Steps at rest, which are left out.
    rested: u64,
}

/// Time between two measurements, s.
const STEP_S: f64 = 0.1;
const KEEP_S: f64 = 12.0 * 3_600.0;
/// Loudness at the lower and upper edge, LUFS.
const EDGES_LUFS: [f32; 2] = [-40.0, 0.0];
/// The line that moves most, and is looked at least.
const MOMENTARY: Color32 = Color32::from_rgb(0x6b, 0x77, 0x83);
/// The lines, back to front.
const LINES: [(&str, Color32, f32); 3] = [("M", MOMENTARY, 1.0), ("S", theme::ACCENT, 1.6), ("I", theme::TEXT, 2.2)];

impl Default for LoudnessHistory {
    fn default() -> Self {
        Self { timeline: Timeline::new(STEP_S, KEEP_S), axis: TimeAxis::new(60.0), rested: 0 }
    }
}

impl LoudnessHistory {
    /// Adds what was measured. Counts by the time measured, so it may be called at any moment: what is not due is left
    /// out, what was missed (the window was closed) stays empty, and a measurement that began again empties all. `[main]`
    pub fn update(&mut self, readings: &Readings, sample_rate_hz: f64) {
        let measured = (readings.measured_frames as f64 / sample_rate_hz / STEP_S) as u64;
        let have = (self.timeline.end_s() / STEP_S).round() as u64;
        if measured < have + self.rested {
            self.timeline.reset();
            self.axis.end_s = None;
            self.rested = 0;
        }
        let due = measured - self.rested;
        let have = have.min(due);
        let figures = [readings.momentary_lufs, readings.short_term_lufs, readings.integrated_lufs];
        let figures = figures.map(|value| if value <= SILENCE_DB { Span::NOTHING } else { Span::of(value as f32) });
        for step in have..due {
            // Between two looks at the figures only the last of them is known.
            let is_known = step + 3 >= due;
            self.timeline.push(if is_known { figures } else { [Span::NOTHING; 3] });
        }
    }

    /// Leaves out the time until now: the transport rests, and what was heard before stays in view. `[main]`
    pub fn rest(&mut self, readings: &Readings, sample_rate_hz: f64) {
        let measured = (readings.measured_frames as f64 / sample_rate_hz / STEP_S) as u64;
        let have = (self.timeline.end_s() / STEP_S).round() as u64;
        if measured < have + self.rested {
            self.update(readings, sample_rate_hz);
        } else {
            self.rested = measured - have;
        }
    }

    /// Shows the lines, the target across them, and under the pointer the figures of that time.
    pub fn show(&mut self, ui: &Ui, theme: &Theme, rect: Rect, target_lufs: Option<f64>) {
        let known = Known { start_s: self.timeline.start_s(), end_s: self.timeline.end_s() };
        let now = self.timeline.between(known.end_s - STEP_S, known.end_s);
        let value = format!("{} LUFS short-term at {}", reading(now[1]), clock(known.end_s));
        let response = self.axis.hold(ui, theme, rect, known, "Loudness history", &value);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme.rounding(), theme::WELL);
        const LINES_LUFS: [f32; 3] = [-30.0, -20.0, -10.0];
        for loudness_lufs in LINES_LUFS {
            painter.hline(rect.x_range(), y_of(rect, loudness_lufs), theme.stroke(0.6, theme::RAISED));
        }
        let (start_s, end_s) = self.axis.seen_s(known);
        for (figure, (_, color, width)) in LINES.iter().enumerate() {
            self.draw_line(&painter, theme, rect, start_s, end_s, (figure, *color, *width));
        }
        for loudness_lufs in LINES_LUFS {
            let start = Rect::from_pos(pos2(rect.left() + theme.points(4.0), y_of(rect, loudness_lufs)));
            let text = figure::gain_mark(loudness_lufs);
            theme.write_over(&painter, start, Align2::LEFT_CENTER, &text, 11.0, theme::QUIET_TEXT);
        }
        self.axis.draw(ui, theme, rect, known);
        if let Some(target_lufs) = target_lufs {
            let y = y_of(rect, target_lufs as f32);
            painter.add(Shape::dashed_line(
                &[pos2(rect.left(), y), pos2(rect.right(), y)],
                theme.stroke(1.5, theme::UNUSUAL),
                theme.points(6.0),
                theme.points(4.0),
            ));
            let line = rect.with_max_x(rect.right() - theme.points(4.0)).with_max_y(y);
            let text = format!("target {}", figure::level(target_lufs));
            theme.write_over(&painter, line, Align2::RIGHT_BOTTOM, &text, 11.0, theme::UNUSUAL);
        }
        let response = response.on_hover_text(
            "Loudness in LUFS of the last 400 ms (M), of the last 3 s (S), and since the measurement began (I).\n\
             The wheel zooms, a drag moves, a double-click goes back to now.",
        );
        if let Some(at) = response.hover_pos() {
            self.draw_pointer(&painter, theme, rect, start_s, at);
        } else {
            draw_legend(&painter, theme, rect);
        }
    }

    fn draw_line(
        &self,
        painter: &Painter,
        theme: &Theme,
        rect: Rect,
        start_s: f64,
        end_s: f64,
        (figure, color, width): (usize, Color32, f32),
    ) {
        let columns = (rect.width() as usize).max(1);
        let column_s = (end_s - start_s) / columns as f64;
        let mut points: Vec<Pos2> = Vec::with_capacity(2 * columns);
        for column in 0..=columns {
            let from_s = start_s + column as f64 * column_s;
            let span = if column < columns && from_s >= 0.0 {
                self.timeline.between(from_s, from_s + column_s)[figure]
            } else {
                Span::NOTHING
            };
            if span.is_nothing() {
                // A pause, or the end.
                if points.len() > 1 {
                    painter.add(Shape::line(std::mem::take(&mut points), theme.stroke(width, color)));
                }
                points.clear();
                continue;
            }
            let x = rect.left() + column as f32;
            points.push(pos2(x, y_of(rect, span.low)));
            if span.high > span.low {
                points.push(pos2(x, y_of(rect, span.high)));
            }
        }
    }

    fn draw_pointer(&self, painter: &Painter, theme: &Theme, rect: Rect, start_s: f64, at: Pos2) {
        let time_s = start_s + f64::from((at.x - rect.left()) / rect.width()) * self.axis.shown_s;
        painter.vline(at.x, rect.y_range(), theme.stroke(1.0, theme::QUIET_TEXT));
        let spans = self.timeline.between(time_s, time_s + STEP_S);
        let [momentary, short_term, integrated] = spans.map(reading);
        let text = format!("{}   M {momentary}   S {short_term}   I {integrated}", clock(time_s));
        let line = rect.shrink2(egui::Vec2::new(theme.points(34.0), theme.points(4.0)));
        theme.write_over(painter, line, Align2::LEFT_TOP, &text, theme::VALUE, theme::TEXT);
    }
}

/// Which line is which, by its weight and colour.
fn draw_legend(painter: &Painter, theme: &Theme, rect: Rect) {
    for (number, (name, color, width)) in LINES.into_iter().enumerate() {
        let left = rect.left() + theme.points(40.0 + 36.0 * number as f32);
        let middle = pos2(left, rect.top() + theme.points(10.0));
        painter.hline(left..=left + theme.points(14.0), middle.y, theme.stroke(width, color));
        let word = Rect::from_pos(middle + egui::Vec2::new(theme.points(18.0), 0.0));
        theme.write_over(painter, word, Align2::LEFT_CENTER, name, 11.0, theme::QUIET_TEXT);
    }
}

/// A moment's figure.
fn reading(span: Span) -> String {
    if span.is_nothing() { "–".to_owned() } else { figure::loudness(f64::from(span.high)) }
}

fn y_of(rect: Rect, loudness_lufs: f32) -> f32 {
    let [low, high] = EDGES_LUFS;
    rect.bottom() - rect.height() * ((loudness_lufs - low) / (high - low)).clamp(0.0, 1.0)
}
