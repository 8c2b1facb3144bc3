//! Keyboard: what the keys do to the control that has the focus. Tab moves the focus, and a ring shows where it is.
//!
//! A click does not give the focus: in a host the keys, Space above all, belong to the transport until somebody asks for
//! them with Tab.

use egui::accesskit::{Action, ActionData};
use egui::{EventFilter, Key, Modifiers, Response, StrokeKind, Ui, Vec2};

use crate::parameter::{Parameter, change, snapped};
use crate::theme::{self, Theme};
use crate::wheel;

/// Share of the range that a press of an arrow moves a continuous value; with Shift a tenth of it.
pub const ARROW: f32 = 0.01;
/// Share of the range that a press of Page Up or Page Down moves it.
pub const PAGE: f32 = 0.1;
/// With Shift, hands and keys move this much less.
pub const FINE: f32 = 0.1;

/// Shows which control has the focus, and keeps the arrows for it; egui would move the focus with them.
pub fn focus(ui: &Ui, theme: &Theme, response: &Response) -> bool {
    let focused = response.has_focus();
    if focused {
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let ring = theme.stroke(2.0, theme::TEXT);
        ui.painter().rect_stroke(response.rect, theme.rounding(), ring, StrokeKind::Outside);
    }
    focused
}

/// How often a key was pressed since the last frame; nobody else hears of it.
pub fn presses(ui: &Ui, key: Key) -> f32 {
    ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as f32
}

/// Presses of the arrows, right and up positive; with Shift finely.
pub fn arrows(ui: &Ui) -> Vec2 {
    let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
    let way = |more: Key, less: Key| presses(ui, more) - presses(ui, less);
    fine * Vec2::new(way(Key::ArrowRight, Key::ArrowLeft), way(Key::ArrowUp, Key::ArrowDown))
}

/// Presses of Page Up less those of Page Down.
pub fn pages(ui: &Ui) -> f32 {
    presses(ui, Key::PageUp) - presses(ui, Key::PageDown)
}

/// Whether Delete or Backspace asks for the default.
pub fn wants_default(ui: &Ui) -> bool {
    presses(ui, Key::Delete) + presses(ui, Key::Backspace) > 0.0
}

/// Changes the value of the control that has the focus as keys and screen readers ask for; each press is one gesture.
/// Arrows step, with Shift finely; Page Up and Down make large steps; Home and End go to the ends; Delete restores the
/// default. `up` is −1 where up is less, as in a list.
pub fn act(ui: &Ui, response: &Response, parameter: &dyn Parameter, up: f32) {
    let asked = asked_by_reader(ui, response, parameter);
    let value = parameter.normalized();
    let wanted = if asked.is_some() || !response.has_focus() || response.dragged() {
        asked
    } else if wants_default(ui) {
        Some(parameter.default_normalized())
    } else if presses(ui, Key::Home) > 0.0 {
        Some(0.0)
    } else if presses(ui, Key::End) > 0.0 {
        Some(1.0)
    } else {
        let (arrows, pages) = (arrows(ui), pages(ui));
        let arrows = arrows.x + up * arrows.y;
        let way = match parameter.steps() {
            None => ARROW * arrows + PAGE * up * pages,
            // Half a step would be none.
            Some(steps) => {
                let page = (steps as f32 * PAGE).round().max(1.0);
                (arrows.signum() * arrows.abs().ceil() + up * pages * page) / steps.max(1) as f32
            }
        };
        (way != 0.0).then_some(value + way)
    };
    if let Some(wanted) = wanted {
        let wanted = snapped(parameter, wanted.clamp(0.0, 1.0));
        if wanted != value {
            wheel::finish(ui, response, parameter);
            change(parameter, wanted);
        }
    }
}

/// Tells screen readers what they may ask of a value.
pub fn offer(ui: &Ui, response: &Response, parameter: &dyn Parameter) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.add_action(Action::SetValue);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
        if let Some(steps) = parameter.steps() {
            node.set_numeric_value_step(1.0 / steps.max(1) as f64);
        }
    });
}

fn asked_by_reader(ui: &Ui, response: &Response, parameter: &dyn Parameter) -> Option<f32> {
    let count = |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action)) as f32;
    let steps = count(Action::Increment) - count(Action::Decrement);
    if steps != 0.0 {
        let step = parameter.steps().map_or(ARROW, |steps| 1.0 / steps.max(1) as f32);
        return Some(parameter.normalized() + steps * step);
    }
    let data = ui.input(|input| {
        input.accesskit_action_requests(response.id, Action::SetValue).last().and_then(|request| request.data.clone())
    });
    match data? {
        ActionData::NumericValue(value) => Some(value as f32),
        ActionData::Value(text) => parameter.parse(&text),
        _ => None,
    }
}
