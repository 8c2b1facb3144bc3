//! Wheel: notches over a control, and the gesture they make together.

use egui::{Event, Id, MouseWheelUnit, Response, Ui, Vec2};

use crate::parameter::{Parameter, snapped};

/// A turn of the wheel under way.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// Where the wheel has moved the value to: the parameter itself may lag behind, or be held to its steps.
    held: f32,
    /// When it is over, unless another notch comes.
    until_s: f64,
}

/// Notches that follow each other within this time are one turn, and one gesture.
const PAUSE_S: f64 = 0.3;

/// Notches the wheel has turned over a control since the last frame, up is positive.
///
/// From the events themselves: egui's smoothed scrolling would go on after the hand has stopped.
pub fn notches(ui: &Ui, response: &Response) -> f32 {
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

/// Lets the wheel turn a value by `notch` (normalized, may be negative) for each notch over a control.
///
/// A turn is one gesture: it ends a moment after the last notch, or as soon as the pointer leaves or presses. A list
/// that scrolls does not move meanwhile.
pub fn turn(ui: &Ui, response: &Response, parameter: &dyn Parameter, notch: f32) {
    let id = response.id.with("wheel");
    let (now_s, pressed) = ui.input(|input| (input.time, input.pointer.any_pressed()));
    let under_way = ui.data(|data| data.get_temp::<Turn>(id));
    if under_way.is_some_and(|turn| now_s >= turn.until_s || pressed || !response.hovered()) {
        finish(ui, response, parameter);
    }
    let under_way = ui.data(|data| data.get_temp::<Turn>(id));
    let is_scrolling = under_way.is_none() && now_s < ui.data(|data| data.get_temp(scrolling())).unwrap_or(0.0);
    let notches = if response.dragged() || is_scrolling { 0.0 } else { notches(ui, response) };
    if under_way.is_some() || notches != 0.0 {
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
        ui.ctx().request_repaint_after_secs(PAUSE_S as f32);
    }
    if notches == 0.0 {
        return;
    }
    let held = under_way.map_or_else(|| parameter.normalized(), |turn| turn.held);
    let moved = (held + notches * notch).clamp(0.0, 1.0);
    if under_way.is_none() {
        if moved == held {
            return;
        }
        parameter.begin();
    }
    ui.data_mut(|data| data.insert_temp(id, Turn { held: moved, until_s: now_s + PAUSE_S }));
    let target = snapped(parameter, moved);
    if target != snapped(parameter, held) {
        parameter.set(target);
    }
}

/// Ends a turn that is under way, before another gesture begins.
pub fn finish(ui: &Ui, response: &Response, parameter: &dyn Parameter) {
    let id = response.id.with("wheel");
    if ui.data_mut(|data| data.remove_temp::<Turn>(id)).is_some() {
        parameter.end();
    }
}

/// Notes how far a list is scrolled. While it moves, and a moment longer, its wheel does not begin to turn a control that
/// has come under the pointer.
pub fn note_list(ui: &Ui, list: Id, offset: f32) {
    let id = list.with("noted offset");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, offset), offset));
    if before != offset {
        let until_s = ui.input(|input| input.time) + PAUSE_S;
        ui.data_mut(|data| data.insert_temp(scrolling(), until_s));
    }
}

/// Until when a list is being scrolled, s.
fn scrolling() -> Id {
    Id::unique("list is scrolling")
}
