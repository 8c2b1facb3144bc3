//! Reduction history: what was taken away, moment by moment, over the waveform it was taken from.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Ui, Vec2, pos2};

use crate::figure;
use crate::theme::{self, Theme};
use crate::time_axis::{Known, TimeAxis, clock};
use crate::timeline::{Span, Timeline};

/// The gain reduction of a stage and the waveforms at its output and input, a hundred times a second for an hour.
pub struct ReductionHistory {
    name: &'static str,
    timeline: Timeline<3>,
    axis: TimeAxis,
}

/// Time between two measurements, s.
pub const STEP_S: f64 = 0.01;
const KEEP_S: f64 = 3_600.0;
/// What reaches the lower edge, dB.
const FULL_DB: f32 = 12.0;
/// The waveforms: what the stage left stands before what it got.
const BEFORE: Color32 = Color32::from_rgb(0xc0, 0x6a, 0x5e);
const AFTER: Color32 = Color32::from_rgb(0x46, 0x5c, 0x6c);
/// What was taken away, as a shade over both.
const TAKEN: Color32 = Color32::from_rgba_premultiplied(0x4c, 0x39, 0x19, 0x4c);

impl ReductionHistory {
    /// The history of a stage, which gives it its name.
    pub fn new(name: &'static str) -> Self {
        Self { name, timeline: Timeline::new(STEP_S, KEEP_S), axis: TimeAxis::new(6.0) }
    }

    /// Adds the next [`STEP_S`]: the largest reduction in dB, 0 or more, and the lowest and highest sample;
    /// [`Span::NOTHING`] when there is no waveform to show. `[main]`
    pub fn push(&mut self, reduction_db: f32, waveform: Span) {
        self.push_both(reduction_db, waveform, Span::NOTHING);
    }

    /// Adds the next [`STEP_S`] with the waveform before the stage, too: what it stands out by is what was taken away.
    /// `[main]`
    pub fn push_both(&mut self, reduction_db: f32, output: Span, input: Span) {
        self.timeline.push([Span::of(reduction_db), output, input]);
    }

    /// Forgets everything. `[main]`
    pub fn reset(&mut self) {
        self.timeline.reset();
        self.axis.end_s = None;
    }

    /// The reduction in dB and the waveform between two times, s; [`Span::NOTHING`] where nothing is known. `[main]`
    pub fn between(&self, from_s: f64, to_s: f64) -> [Span; 2] {
        let [reduction, output, _] = self.timeline.between(from_s, to_s);
        [reduction, output]
    }

    /// Shows the waveforms, and the reduction as it hangs from above; under the pointer the reduction of that time.
    pub fn show(&mut self, ui: &Ui, theme: &Theme, rect: Rect) {
        let known = Known { start_s: self.timeline.start_s(), end_s: self.timeline.end_s() };
        let [now, ..] = self.timeline.between(known.end_s - STEP_S, known.end_s);
        let value = format!("{} dB", reading(now));
        let response = self.axis.hold(ui, theme, rect, known, self.name, &value);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme.rounding(), theme::WELL);
        const LINES_DB: [f32; 3] = [3.0, 6.0, 9.0];
        for reduction_db in LINES_DB {
            painter.hline(rect.x_range(), y_of(rect, reduction_db), theme.stroke(0.6, theme::RAISED));
        }
        self.draw(&painter, theme, rect, known);
        for reduction_db in LINES_DB {
            let start = Rect::from_pos(pos2(rect.left() + theme.points(4.0), y_of(rect, reduction_db)));
            let text = figure::gain_mark(-reduction_db);
            theme.write_over(&painter, start, Align2::LEFT_CENTER, &text, 11.0, theme::QUIET_TEXT);
        }
        self.axis.draw(ui, theme, rect, known);
        let response = response.on_hover_text(
            "What was taken away, hanging from above in dB, over the sound that left; red is what stood out before.\n\
             The wheel zooms, a drag moves, a double-click goes back to now.",
        );
        let Some(at) = response.hover_pos() else { return };
        let (start_s, _) = self.axis.seen_s(known);
        let time_s = start_s + f64::from((at.x - rect.left()) / rect.width()) * self.axis.shown_s;
        let [reduction, ..] = self.timeline.between(time_s, time_s + STEP_S);
        painter.vline(at.x, rect.y_range(), theme.stroke(1.0, theme::QUIET_TEXT));
        let text = format!("{}   {} dB", clock(time_s), reading(reduction));
        let line = rect.shrink2(Vec2::new(theme.points(30.0), theme.points(4.0)));
        theme.write_over(&painter, line, Align2::LEFT_TOP, &text, theme::VALUE, theme::TEXT);
    }

    fn draw(&self, painter: &Painter, theme: &Theme, rect: Rect, known: Known) {
        let (start_s, _) = self.axis.seen_s(known);
        let columns = (rect.width() as usize).max(1);
        let column_s = self.axis.shown_s / columns as f64;
        let (mut waveforms, mut hanging) = (Mesh::default(), Mesh::default());
        let mut reduction: Vec<Pos2> = Vec::with_capacity(columns);
        for column in 0..columns {
            let from_s = start_s + column as f64 * column_s;
            if from_s < 0.0 || from_s >= known.end_s {
                continue;
            }
            let [taken, output, input] = self.timeline.between(from_s, from_s + column_s);
            let x = rect.left() + column as f32;
            for (samples, color) in [(input, BEFORE), (output, AFTER)] {
                if !samples.is_nothing() {
                    let y = |sample: f32| rect.center().y - 0.5 * rect.height() * sample.clamp(-1.0, 1.0);
                    let bar = Rect::from_min_max(pos2(x, y(samples.high) - 0.5), pos2(x + 1.0, y(samples.low) + 0.5));
                    add_bar(&mut waveforms, bar, color);
                }
            }
            if !taken.is_nothing() {
                let end = pos2(x, y_of(rect, taken.high));
                add_bar(&mut hanging, Rect::from_min_max(pos2(x, rect.top()), end + Vec2::new(1.0, 0.0)), TAKEN);
                reduction.push(end);
            }
        }
        painter.add(Shape::mesh(waveforms));
        painter.add(Shape::mesh(hanging));
        painter.add(Shape::line(reduction, theme.stroke(1.6, theme::UNUSUAL)));
    }
}

fn add_bar(mesh: &mut Mesh, bar: Rect, color: Color32) {
    let first = mesh.vertices.len() as u32;
    for pos in [bar.left_top(), bar.right_top(), bar.left_bottom(), bar.right_bottom()] {
        mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color });
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first + 1, first + 2, first + 3);
}

/// A moment's reduction.
fn reading(span: Span) -> String {
    if span.is_nothing() { "–".to_owned() } else { figure::reduction(f64::from(span.high)) }
}

fn y_of(rect: Rect, reduction_db: f32) -> f32 {
    rect.top() + rect.height() * (reduction_db / FULL_DB).clamp(0.0, 1.0)
}
