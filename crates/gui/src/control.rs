//! Control: what a hand on a continuous value does, whatever the value looks like.
//!
//! Drag up or to the right for more, with Shift finely; the wheel steps, with Shift finely; a double-click restores the
//! default; a right click opens the menu of the value; the keys are those of [`crate::keyboard`].

use egui::{CursorIcon, Id, PointerButton, Rect, Response, Sense, Ui, WidgetInfo};

use crate::keyboard::{self, FINE};
use crate::parameter::{Parameter, change};
use crate::theme::Theme;
use crate::{entry, value_menu, wheel};

/// Way of the hand in design points from one end of a range to the other.
const FULL_WAY: f32 = 220.0;
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
    let notch = parameter.steps().map_or(NOTCH * if fine { FINE } else { 1.0 }, |steps| 1.0 / steps.max(1) as f32);
    wheel::turn(ui, &response, parameter, notch);

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
    if keyboard::focus(ui, theme, &response) && keyboard::presses(ui, egui::Key::Enter) > 0.0 {
        wheel::finish(ui, &response, parameter);
        entry::open(ui, parameter);
    }
    keyboard::act(ui, &response, parameter, 1.0);
    value_menu::show(ui, theme, &response, parameter);

    describe(ui, &response, parameter);
    response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical).on_hover_text(tip)
}

/// Tells screen readers what a control is called and reads.
fn describe(ui: &Ui, response: &Response, parameter: &dyn Parameter) {
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(parameter.text(parameter.normalized())),
        ..WidgetInfo::slider(true, f64::from(parameter.normalized()), parameter.name())
    });
    keyboard::offer(ui, response, parameter);
}
