//! Field: a value as a number in a well, filled as far as the value goes. Takes little room.

use egui::{Align2, Rect, Ui, Vec2};

use crate::guard_rail::Tone;
use crate::parameter::Parameter;
use crate::theme::{self, Theme};
use crate::{control, entry};

/// A continuous parameter as a field. Drag, wheel and double-click as everywhere; a click opens it for typing.
pub struct Field<'a> {
    /// What it holds.
    pub parameter: &'a dyn Parameter,
    /// What it does to the sound.
    pub tip: &'a str,
    /// How usual the value is.
    pub tone: Tone,
    /// Whether what it belongs to is in the path; otherwise it is drawn quietly.
    pub active: bool,
}

impl Field<'_> {
    /// Shows it in a rectangle.
    pub fn show(self, ui: &mut Ui, theme: &Theme, rect: Rect) {
        let held = control::hold(ui, theme, self.parameter, rect, self.tip);
        if entry::is_open(ui, self.parameter) {
            entry::show(ui, theme, self.parameter, rect, theme::VALUE - 1.0);
            return;
        }
        let lit = held.hovered() || held.dragged();
        let painter = ui.painter();
        painter.rect_filled(rect, theme.rounding(), if lit { theme::RAISED } else { theme::WELL });
        let height = theme.points(2.5);
        let way = Rect::from_min_max(rect.left_bottom() - Vec2::new(0.0, height), rect.max);
        let at = |normalized: f32| way.left() + way.width() * normalized;
        let (origin, value) = (at(self.parameter.default_normalized()), at(self.parameter.normalized()));
        let mark = if self.active { theme::ACCENT } else { theme::LINE };
        painter.rect_filled(Rect::from_x_y_ranges(origin.min(value)..=origin.max(value), way.y_range()), 0.0, mark);
        painter.rect_filled(
            Rect::from_center_size(egui::pos2(value, way.center().y), Vec2::splat(2.0 * height)),
            0.0,
            mark,
        );

        let text = self.tone.marked(&self.parameter.text(self.parameter.normalized()));
        let color = match (self.tone, self.active) {
            (Tone::Usual, false) => theme::QUIET_TEXT,
            (tone, _) => tone.color(),
        };
        theme.write(
            painter,
            rect.translate(Vec2::new(0.0, -0.5 * height)),
            Align2::CENTER_CENTER,
            &text,
            theme::VALUE - 1.0,
            color,
        );
        if held.clicked() && !held.double_clicked() {
            entry::open(ui, self.parameter);
        }
    }
}
