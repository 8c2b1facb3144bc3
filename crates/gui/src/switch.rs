//! Switch: something that is on or off, and an action.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::parameter::{Parameter, change, is_on};
use crate::theme::{self, Theme};
use crate::{control, keyboard, value_menu};

/// Shows a parameter with two values as a button that says what it switches; on, it is bright and has a filled mark,
/// off, dark and an open one. `color` is that of "on". A click switches, and Space and Enter where the focus is. The
/// wheel does not: it would switch whatever the pointer rests on.
pub fn show(ui: &mut Ui, theme: &Theme, parameter: &dyn Parameter, rect: Rect, label: &str, tip: &str, color: Color32) {
    let response = ui.interact(rect, control::id(ui, parameter), Sense::click());
    if response.clicked() {
        change(parameter, if is_on(parameter) { 0.0 } else { 1.0 });
    }
    keyboard::focus(ui, theme, &response);
    keyboard::act(ui, &response, parameter, 1.0);
    value_menu::show(ui, theme, &response, parameter);
    let on = is_on(parameter);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, parameter.name()));
    draw(ui, theme, &response, label, on, color);
    response.on_hover_text(told(tip, on));
}

/// The same for what is no parameter of the host's, such as a solo; its label is its name. True when a hand switches it.
pub fn toggle(ui: &Ui, theme: &Theme, rect: Rect, label: &str, on: bool, tip: &str) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(label.to_owned()), Sense::click());
    keyboard::focus(ui, theme, &response);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, label));
    draw(ui, theme, &response, label, on, theme::ACCENT);
    let clicked = response.clicked();
    response.on_hover_text(told(tip, on));
    clicked
}

fn told(tip: &str, on: bool) -> String {
    format!("{tip}\n{}.", if on { "On" } else { "Off" })
}

/// The mark tells by its shape what the colour tells.
fn draw(ui: &Ui, theme: &Theme, response: &Response, label: &str, on: bool, color: Color32) {
    let rect = response.rect;
    let (fill, text) = match (on, response.hovered()) {
        (true, _) => (color, theme::TEXT_ON_BRIGHT),
        (false, true) => (theme::LINE, theme::TEXT),
        (false, false) => (theme::RAISED, theme::TEXT),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme.rounding(), fill);
    let radius = theme.points(3.0);
    let center = rect.left_center() + Vec2::new(theme.points(8.0), 0.0);
    if on {
        painter.circle_filled(center, radius, text);
    } else {
        painter.circle_stroke(center, radius, theme.stroke(1.2, theme::QUIET_TEXT));
    }
    let rest = rect.with_min_x(rect.left() + theme.points(15.0)).with_max_x(rect.right() - theme.points(2.0));
    theme.write_fitting(painter, rest, label, 12.5, text);
}

/// Shows a small button with a letter, a switch when `on` says which way it stands: on, it is bright, underlined and
/// says so to screen readers. True when it was clicked.
pub fn letter(ui: &Ui, theme: &Theme, rect: Rect, letter: &str, name: &str, on: Option<bool>, color: Color32) -> bool {
    letter_with(ui, theme, rect, letter, name, "", on, color)
}

/// The same with a tip that says what it does to the sound.
#[allow(clippy::too_many_arguments, reason = "what a button is")]
pub fn letter_with(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    letter: &str,
    name: &str,
    tip: &str,
    on: Option<bool>,
    color: Color32,
) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), Sense::click());
    response.widget_info(|| match on {
        Some(on) => WidgetInfo::selected(Role::CheckBox, true, on, name),
        None => WidgetInfo::labeled(Role::Button, true, name),
    });
    let is_on = on == Some(true);
    let (fill, text) = match (is_on, response.hovered()) {
        (true, _) => (color, theme::TEXT_ON_BRIGHT),
        (false, true) => (theme::LINE, theme::TEXT),
        (false, false) => (theme::RAISED, theme::TEXT),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme.rounding(), fill);
    theme.write(painter, rect, Align2::CENTER_CENTER, letter, 13.0, text);
    if is_on {
        let line = rect.shrink2(Vec2::new(theme.points(6.0), theme.points(2.5)));
        painter.hline(line.x_range(), line.bottom(), theme.stroke(2.0, text));
    }
    keyboard::focus(ui, theme, &response);
    let state = match on {
        Some(true) => "\nOn.",
        Some(false) => "\nOff.",
        None => "",
    };
    let clicked = response.clicked();
    let gap = if tip.is_empty() { "" } else { "\n" };
    response.on_hover_text(format!("{name}{gap}{tip}{state}"));
    clicked
}

/// Shows a button that does something at once; `clicked()` of the answer says when.
pub fn action(ui: &mut Ui, theme: &Theme, rect: Rect, label: &str, tip: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(label.to_owned()), Sense::click());
    keyboard::focus(ui, theme, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let fill = if response.is_pointer_button_down_on() {
        theme::WELL
    } else if response.hovered() {
        theme::LINE
    } else {
        theme::RAISED
    };
    ui.painter().rect_filled(rect, theme.rounding(), fill);
    theme.write(ui.painter(), rect, Align2::CENTER_CENTER, label, 13.0, theme::TEXT);
    response.on_hover_text(tip)
}

/// How long a pulse lasts: longer than any block of audio, so that none is missed.
const PULSE_S: f64 = 0.25;

/// Shows a parameter that acts when it is switched on as a button: a click switches it on and, a moment later, off
/// again, as one gesture.
pub fn pulse(ui: &mut Ui, theme: &Theme, parameter: &dyn Parameter, rect: Rect, label: &str, tip: &str) {
    let started = control::id(ui, parameter).with("pulse");
    let response = action(ui, theme, rect, label, tip);
    let now_s = ui.input(|input| input.time);
    match ui.data(|data| data.get_temp::<f64>(started)) {
        Some(start_s) if now_s - start_s >= PULSE_S => {
            parameter.set(0.0);
            parameter.end();
            ui.data_mut(|data| data.remove::<f64>(started));
        }
        Some(_) => ui.ctx().request_repaint(),
        None if response.clicked() => {
            parameter.begin();
            parameter.set(1.0);
            ui.data_mut(|data| data.insert_temp(started, now_s));
            ui.ctx().request_repaint();
        }
        None => {}
    }
}
