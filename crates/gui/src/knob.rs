//! Knob: a value as the angle of an arc, its label above and its number below.

use std::f32::consts::TAU;
use std::ops::RangeInclusive;

use egui::{Align2, CursorIcon, Painter, Pos2, Rect, Stroke, Ui, Vec2};

use crate::guard_rail::Tone;
use crate::parameter::Parameter;
use crate::theme::{self, Theme};
use crate::{control, entry};

/// A continuous parameter as a knob. Drag, wheel and double-click act on all of it; a click on the number opens it for
/// typing.
pub struct Knob<'a> {
    /// What it holds.
    pub parameter: &'a dyn Parameter,
    /// What is written above; short.
    pub label: &'a str,
    /// What it does to the sound.
    pub tip: &'a str,
    /// How usual the value is.
    pub tone: Tone,
    /// Where it usually stays, normalized: a band along the arc.
    pub usual: Option<RangeInclusive<f32>>,
    /// Size of the number in design points.
    pub value_size: f32,
}

/// Height of the label in design points.
const LABEL_HEIGHT: f32 = 16.0;
/// The gap of the arc at the bottom, as a share of a turn.
const GAP_TURNS: f32 = 0.25;

impl<'a> Knob<'a> {
    /// A knob of the usual size.
    pub fn new(parameter: &'a dyn Parameter, label: &'a str, tip: &'a str) -> Self {
        Self { parameter, label, tip, tone: Tone::Usual, usual: None, value_size: theme::VALUE }
    }

    /// Marks the value as usual or not.
    pub fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// Shows where the value usually stays, in the parameter's own unit.
    pub fn usual(self, usual: &RangeInclusive<f32>) -> Self {
        let place = |value: &f32| self.parameter.parse(&value.to_string());
        let usual = place(usual.start()).zip(place(usual.end())).map(|(start, end)| start..=end);
        Self { usual, ..self }
    }

    /// Shows it in a rectangle.
    pub fn show(self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let value_height = theme.points(self.value_size + 5.0);
        let label = Rect::from_min_size(rect.min, Vec2::new(rect.width(), theme.points(LABEL_HEIGHT)));
        let number = Rect::from_min_max(rect.left_bottom() - Vec2::new(0.0, value_height), rect.max);
        let dial = Rect::from_min_max(label.left_bottom(), number.right_top());

        let held = control::hold(ui, theme, self.parameter, rect, self.tip);
        theme.write(ui.painter(), label, Align2::CENTER_CENTER, self.label, theme::LABEL, theme::QUIET_TEXT);
        self.draw_dial(ui.painter(), theme, dial, held.hovered() || held.dragged());

        if entry::is_open(ui, self.parameter) {
            entry::show(ui, theme, self.parameter, number, self.value_size);
            return;
        }
        let text = self.tone.marked(&self.parameter.text(self.parameter.normalized()));
        // The number lies over the knob: what is not a click falls through to it.
        let clicked = held.clicked() && held.interact_pointer_pos().is_some_and(|at| number.contains(at));
        if held.hover_pos().is_some_and(|at| number.contains(at)) {
            ui.set_cursor_icon(CursorIcon::Text);
        }
        theme.write(ui.painter(), number, Align2::CENTER_CENTER, &text, self.value_size, self.tone.color());
        if clicked && !held.double_clicked() {
            entry::open(ui, self.parameter);
        }
    }

    fn draw_dial(&self, painter: &Painter, theme: &Theme, rect: Rect, lit: bool) {
        let width = theme.points(4.0);
        let band = theme.points(2.0);
        let room = if self.usual.is_some() { width + 1.5 * band } else { width };
        let radius = 0.5 * rect.width().min(rect.height() * 1.12) - room;
        // The gap leaves room below, so the circle may hang over the lower edge a little.
        let center = Pos2::new(rect.center().x, rect.top() + radius + room);
        let turn = |normalized: f32| TAU * (0.25 + 0.5 * GAP_TURNS + normalized * (1.0 - GAP_TURNS));
        let at = |normalized: f32, radius: f32| center + radius * Vec2::angled(turn(normalized));
        let arc_at = |radius: f32, from: f32, to: f32, stroke: Stroke| {
            let points = (0..=32).map(|step| at(from + (to - from) * step as f32 / 32.0, radius)).collect();
            painter.line(points, stroke);
        };
        let arc = |from: f32, to: f32, stroke: Stroke| arc_at(radius, from, to, stroke);
        if let Some(usual) = &self.usual {
            arc_at(radius + 0.5 * width + band, *usual.start(), *usual.end(), Stroke::new(band, theme::GOOD));
        }
        let value = self.parameter.normalized();
        let origin = self.parameter.default_normalized();
        let color = if self.tone == Tone::Usual { theme::ACCENT } else { self.tone.color() };
        arc(0.0, 1.0, Stroke::new(width, if lit { theme::LINE } else { theme::RAISED }));
        if value != origin {
            arc(origin.min(value), origin.max(value), Stroke::new(width, color));
        }
        painter.line_segment(
            [at(origin, radius - width), at(origin, radius + 0.5 * width)],
            theme.stroke(1.5, theme::QUIET_TEXT),
        );
        painter
            .line_segment([at(value, 0.35 * radius), at(value, radius + 0.5 * width)], theme.stroke(3.0, theme::TEXT));
    }
}
