//! Time axis: which part of a history is seen, and the hands that move it.
//!
//! The wheel zooms around the pointer, a drag moves, a double-click goes back to now. With the focus: up and down zoom,
//! left and right move, Home shows all, End goes to now.

use egui::{Align2, CursorIcon, Key, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::theme::{self, Theme};
use crate::{keyboard, wheel};

/// The part of a history that is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeAxis {
    /// How much is seen, s.
    pub shown_s: f64,
    /// The end of what is seen; `None` follows the measurement.
    pub end_s: Option<f64>,
    usual_s: f64,
}

/// What is known, from the earliest to the latest, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The earliest that is still known.
    pub start_s: f64,
    /// Now.
    pub end_s: f64,
}

/// The least that can be seen, s.
const SHORTEST_S: f64 = 2.0;
/// A notch of the wheel or a press of an arrow shows so much more or less.
const ZOOM: f64 = 1.25;
/// A press of an arrow moves by this share of what is seen.
const STEP: f64 = 0.1;

impl TimeAxis {
    /// Follows the measurement and shows its last seconds.
    pub fn new(usual_s: f64) -> Self {
        Self { shown_s: usual_s, end_s: None, usual_s }
    }

    /// The first and the last second that are seen.
    pub fn seen_s(&self, known: Known) -> (f64, f64) {
        let end_s = self.end_s.unwrap_or(known.end_s).min(known.end_s.max(self.shown_s));
        let end_s = end_s.max(self.shown_s.min(known.end_s));
        (end_s - self.shown_s, end_s)
    }

    /// Lets hands move and zoom what is seen of a history, and says to screen readers what it is called and reads.
    pub fn hold(&mut self, ui: &Ui, theme: &Theme, rect: Rect, known: Known, name: &str, value: &str) -> Response {
        let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(value.to_owned()),
            ..WidgetInfo::labeled(Role::GraphicsObject, true, name)
        });
        let (_, seen_end_s) = self.seen_s(known);
        let seconds_per_point = self.shown_s / f64::from(rect.width().max(1.0));
        let notches = wheel::notches(ui, &response);
        if notches != 0.0 {
            ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
            let right = response.hover_pos().map_or(0.0, |at| f64::from(rect.right() - at.x) * seconds_per_point);
            self.zoom(ZOOM.powf(f64::from(-notches)), seen_end_s - right, known);
        }
        if response.dragged() {
            self.go_to(seen_end_s - f64::from(response.drag_delta().x) * seconds_per_point, known);
        }
        if response.double_clicked() {
            *self = Self::new(self.usual_s);
        }
        if keyboard::focus(ui, theme, &response) {
            let arrows = keyboard::arrows(ui);
            if arrows.y != 0.0 {
                self.zoom(ZOOM.powf(f64::from(-arrows.y)), seen_end_s, known);
            }
            if arrows.x != 0.0 {
                self.go_to(seen_end_s + f64::from(arrows.x) * STEP * self.shown_s, known);
            }
            if keyboard::presses(ui, Key::Home) > 0.0 {
                *self = Self { shown_s: (known.end_s - known.start_s).max(SHORTEST_S), end_s: None, ..*self };
            }
            if keyboard::presses(ui, Key::End) > 0.0 {
                self.end_s = None;
            }
        }
        response.on_hover_cursor(CursorIcon::Crosshair)
    }

    /// Shows more or less, and leaves a time where it is.
    fn zoom(&mut self, factor: f64, fixed_s: f64, known: Known) {
        let (_, end_s) = self.seen_s(known);
        let longest_s = (known.end_s - known.start_s).max(self.usual_s);
        let shown_s = (self.shown_s * factor).clamp(SHORTEST_S, longest_s);
        let share = (end_s - fixed_s) / self.shown_s;
        self.shown_s = shown_s;
        if self.end_s.is_some() || share > 0.05 {
            self.go_to(fixed_s + share * shown_s, known);
        }
    }

    /// Moves the end of what is seen; at the end of what is known it follows again.
    fn go_to(&mut self, end_s: f64, known: Known) {
        let earliest_s = (known.start_s + self.shown_s).min(known.end_s);
        self.end_s = (end_s < known.end_s).then_some(end_s.max(earliest_s));
    }

    /// Draws the times at the foot of a history.
    pub fn draw(&self, ui: &Ui, theme: &Theme, rect: Rect, known: Known) {
        const STEPS_S: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0];
        let (start_s, end_s) = self.seen_s(known);
        let room = f64::from(theme.points(64.0)) * self.shown_s / f64::from(rect.width().max(1.0));
        let step_s = STEPS_S.into_iter().find(|step_s| *step_s >= room).unwrap_or(14_400.0);
        let mut time_s = (start_s.max(0.0) / step_s).ceil() * step_s;
        while time_s < end_s {
            let x = rect.left() + rect.width() * ((time_s - start_s) / self.shown_s) as f32;
            ui.painter().vline(x, rect.y_range(), theme.stroke(0.6, theme::RAISED));
            let foot = rect.with_min_x(x + theme.points(3.0)).with_max_x(x + theme.points(60.0));
            // A number that would not fit is left out.
            if foot.right() <= rect.right() {
                theme.write_over(ui.painter(), foot, Align2::LEFT_BOTTOM, &clock(time_s), 11.0, theme::QUIET_TEXT);
            }
            time_s += step_s;
        }
        if self.end_s.is_some() {
            let corner = rect.shrink(theme.points(4.0));
            let text = "held: double-click for now";
            theme.write_over(ui.painter(), corner, Align2::RIGHT_TOP, text, 11.0, theme::UNUSUAL);
        }
    }
}

/// A time as hours, minutes and seconds.
pub fn clock(time_s: f64) -> String {
    let seconds = time_s.max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_a_clock() {
        assert_eq!((clock(0.9).as_str(), clock(83.2).as_str(), clock(3_725.0).as_str()), ("0:00", "1:23", "1:02:05"));
    }

    #[test]
    fn zooming_leaves_the_time_under_the_pointer_where_it_is() {
        let known = Known { start_s: 0.0, end_s: 600.0 };
        let mut axis = TimeAxis::new(60.0);
        axis.go_to(300.0, known);
        // A quarter from the left.
        axis.zoom(0.5, 255.0, known);
        let (start_s, end_s) = axis.seen_s(known);
        assert!((end_s - start_s - 30.0).abs() < 1e-9 && (start_s + 7.5 - 255.0).abs() < 1e-9, "{start_s}–{end_s}");
    }

    #[test]
    fn nothing_before_the_beginning_or_after_now_is_seen() {
        let known = Known { start_s: 100.0, end_s: 600.0 };
        let mut axis = TimeAxis::new(60.0);
        axis.go_to(0.0, known);
        assert_eq!(axis.seen_s(known), (100.0, 160.0));
        axis.go_to(900.0, known);
        assert_eq!((axis.end_s, axis.seen_s(known)), (None, (540.0, 600.0)));
    }
}
