//! Control: what a hand on a continuous value does, whatever the value looks like.
//!
//! Drag up or to the right for more, with Shift finely; the wheel steps; a double-click restores the default.

use egui::{CursorIcon, Event, Id, MouseWheelUnit, PointerButton, Rect, Response, Sense, Ui, WidgetInfo};

use crate::entry;
use crate::parameter::{Parameter, change};
use crate::theme::Theme;

/// Way of the hand in design points from one end of a range to the other.
const FULL_WAY: f32 = 220.0;
/// With Shift, a hand moves this much less.
const FINE: f32 = 0.1;
/// Share of the range that a notch of the wheel moves a continuous value.
const NOTCH: f32 = 0.01;

/// The identity of a control: its parameter's name.
pub fn id(ui: &Ui, parameter: &dyn Parameter) -> Id {
    ui.scope_id().with(parameter.name().to_owned())
}

/// Lets a hand hold a value within a rectangle, shows the tip under a resting pointer, and names the control to screen
/// readers.
pub fn hold(ui: &Ui, theme: &Theme, parameter: &dyn Parameter, rect: Rect, tip: &str) -> Response {
    let id = id(ui, parameter);
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let fine = ui.input(|input| input.modifiers.shift);

    // Where the hand has moved the value to: the parameter itself may lag behind, or be held to its steps.
    if response.drag_started_by(PointerButton::Primary) {
        parameter.begin();
        ui.data_mut(|data| data.insert_temp(id, parameter.normalized()));
    }
    if response.dragged_by(PointerButton::Primary) {
        let motion = response.drag_delta();
        let way = (motion.x - motion.y) / theme.points(FULL_WAY) * if fine { FINE } else { 1.0 };
        let held = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or_else(|| parameter.normalized());
        let moved = (held + way).clamp(0.0, 1.0);
        if moved != held {
            ui.data_mut(|data| data.insert_temp(id, moved));
            parameter.set(moved);
        }
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        parameter.end();
    }
    // While the number is open for typing, the entry sees to the second click.
    if response.double_clicked() && !entry::is_open(ui, parameter) {
        change(parameter, parameter.default_normalized());
    }
    let notches = wheel_notches(ui, &response);
    if notches != 0.0 && !response.dragged() {
        let notch = parameter.steps().map_or(NOTCH * if fine { FINE } else { 1.0 }, |steps| 1.0 / steps.max(1) as f32);
        change(parameter, (parameter.normalized() + notches * notch).clamp(0.0, 1.0));
    }

    describe(&response, parameter);
    response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical).on_hover_text(tip)
}

/// Tells screen readers what a control is called and reads.
pub fn describe(response: &Response, parameter: &dyn Parameter) {
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(parameter.text(parameter.normalized())),
        ..WidgetInfo::slider(true, f64::from(parameter.normalized()), parameter.name())
    });
}

/// Notches the wheel has turned over a control since the last frame, up is positive.
///
/// From the events themselves: egui's smoothed scrolling would make a gesture in every frame of its glide.
pub fn wheel_notches(ui: &Ui, response: &Response) -> f32 {
    if !response.hovered() {
        return 0.0;
    }
    ui.input(|input| {
        let notches = input.events.iter().map(|event| match event {
            Event::MouseWheel { unit, delta, .. } => {
                // With Shift some systems turn the wheel sideways.
                let way = delta.x + delta.y;
                match unit {
                    MouseWheelUnit::Point => way / 40.0,
                    MouseWheelUnit::Line | MouseWheelUnit::Page => way,
                }
            }
            _ => 0.0,
        });
        notches.sum()
    })
}
