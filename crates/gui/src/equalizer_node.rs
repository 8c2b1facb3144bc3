//! Equalizer node: a band of the equalizer as a point that a hand can move.
//!
//! Drag for frequency and gain, with Shift finely; the wheel is Q, or the slope of a cut; a double-click switches the
//! band; a right click opens its menu. With the focus: arrows for frequency and gain, Page Up and Down for Q or slope,
//! Space switches, Enter types the frequency, Delete restores the defaults.

use dsp::equalizer::Placement;
use egui::{Align2, CursorIcon, Key, Pos2, Rect, Response, Sense, Ui, Vec2, WidgetInfo};

use crate::equalizer_panel::{BandControls, OnOff};
use crate::graph_scale::GraphScale;
use crate::keyboard::{self, ARROW, FINE, PAGE};
use crate::parameter::{Parameter, change, snapped};
use crate::theme::{self, Theme};
use crate::{entry, value_menu, wheel};

/// What the graph knows of a band.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    /// Centre, midpoint or corner.
    pub frequency_hz: f32,
    /// Gain; 0 of a cut.
    pub gain_db: f32,
    /// What it hears.
    pub placement: Placement,
    /// Whether it is in the path.
    pub on: bool,
}

/// Share of its range that a notch of the wheel moves Q.
const NOTCH: f32 = 0.02;

/// Shows a band; true while a hand or the focus is on it.
pub fn show(ui: &mut Ui, theme: &Theme, scale: &GraphScale, controls: &BandControls, band: &Band) -> bool {
    let center = scale.place(band.frequency_hz, band.gain_db);
    let radius = theme.points(10.0);
    let id = ui.scope_id().with((controls.name, "node"));
    let response = ui.interact(Rect::from_center_size(center, Vec2::splat(2.0 * radius)), id, Sense::click_and_drag());
    let on = controls.is_on();
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(reading(controls)),
        ..WidgetInfo::selected(egui::Role::Button, true, on, format!("{} node", controls.name))
    });
    let (third, step) = third(controls);
    if let Some(third) = third {
        wheel::turn(ui, &response, third, step);
    }
    drag(ui, &response, scale, controls, center);
    if response.double_clicked() {
        controls.toggle();
    }
    let focused = keyboard::focus(ui, theme, &response);
    if focused {
        keys(ui, &response, controls);
    }
    let by_keys = value_menu::opened_by_keys(ui, &response);
    value_menu::popup(&response, by_keys).width(theme.points(170.0)).show(|ui| menu(ui, controls));

    let held = response.hovered() || response.dragged();
    draw(ui, theme, controls, band, center, radius, held);
    let does = match (controls.mark, &controls.gain) {
        ("HP", None) => "removes what is below",
        (_, None) => "removes what is above",
        ("LS", _) => "lifts or lowers what is below",
        ("HS", _) => "lifts or lowers what is above",
        _ => "lifts or lowers what is around it",
    };
    let (drag, wheel) = if controls.gain.is_some() { ("frequency and gain", "Q") } else { ("frequency", "slope") };
    response.on_hover_and_drag_cursor(CursorIcon::Grab).on_hover_text(format!(
        "{} ({}): {does}.\nDrag for {drag}, Shift for fine, wheel for {wheel}, double-click to switch, right click for more.",
        controls.name,
        if on { "on" } else { "off" },
    ));
    held || focused
}

/// A band in figures.
pub fn reading(controls: &BandControls) -> String {
    let text = |parameter: &dyn Parameter| parameter.text(parameter.normalized());
    let mut reading = format!("{}  {}", controls.name, text(&*controls.frequency));
    if let Some(gain) = &controls.gain {
        reading += &format!("  {}", text(&**gain));
    }
    if let Some(quality) = &controls.quality {
        reading += &format!("  Q {}", text(&**quality));
    }
    match &controls.on_off {
        OnOff::Slope(slope) => reading += &format!("  {}", text(&**slope)),
        OnOff::Switch(_) if !controls.is_on() => reading += "  off",
        OnOff::Switch(_) => {}
    }
    reading
}

/// Brings a band into the path at a place, in one gesture of each parameter.
pub fn bring(controls: &BandControls, scale: &GraphScale, at: Pos2) {
    held(controls).for_each(Parameter::begin);
    place(controls, scale, at);
    held(controls).for_each(Parameter::end);
    if !controls.is_on() {
        controls.toggle();
    }
}

/// What a hand on the node moves.
fn held<'a>(controls: &'a BandControls) -> impl Iterator<Item = &'a dyn Parameter> {
    [Some(&*controls.frequency), controls.gain.as_deref()].into_iter().flatten()
}

/// What the wheel turns, and by how much for a notch.
fn third<'a>(controls: &'a BandControls) -> (Option<&'a dyn Parameter>, f32) {
    match (&controls.quality, &controls.on_off) {
        (Some(quality), _) => (Some(&**quality), NOTCH),
        (None, OnOff::Slope(slope)) => (Some(&**slope), 1.0 / slope.steps().unwrap_or(1).max(1) as f32),
        (None, OnOff::Switch(_)) => (None, 0.0),
    }
}

fn drag(ui: &Ui, response: &Response, scale: &GraphScale, controls: &BandControls, center: Pos2) {
    let id = response.id;
    if response.drag_started_by(egui::PointerButton::Primary) {
        held(controls).for_each(Parameter::begin);
        ui.data_mut(|data| data.insert_temp(id, center));
    }
    if response.dragged_by(egui::PointerButton::Primary) && response.drag_delta() != Vec2::ZERO {
        let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
        let from = ui.data(|data| data.get_temp::<Pos2>(id)).unwrap_or(center);
        let to = (from + fine * response.drag_delta()).clamp(scale.rect.min, scale.rect.max);
        ui.data_mut(|data| data.insert_temp(id, to));
        place(controls, scale, to);
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        held(controls).for_each(Parameter::end);
    }
}

fn place(controls: &BandControls, scale: &GraphScale, at: Pos2) {
    set_plain(&*controls.frequency, scale.frequency_at(at.x));
    if let Some(gain) = &controls.gain {
        set_plain(&**gain, scale.gain_at(at.y));
    }
}

/// Sets a parameter to a value in its own unit.
fn set_plain(parameter: &dyn Parameter, value: f32) {
    if let Some(normalized) = parameter.parse(&value.to_string()) {
        parameter.set(normalized);
    }
}

fn keys(ui: &Ui, response: &Response, controls: &BandControls) {
    let (arrows, pages) = (keyboard::arrows(ui), keyboard::pages(ui));
    move_by(&*controls.frequency, ARROW * arrows.x);
    if let Some(gain) = &controls.gain {
        move_by(&**gain, ARROW * arrows.y);
    }
    if let (Some(third), step) = third(controls)
        && pages != 0.0
    {
        wheel::finish(ui, response, third);
        move_by(third, pages * if third.steps().is_some() { step } else { PAGE });
    }
    if keyboard::presses(ui, Key::Space) > 0.0 {
        controls.toggle();
    }
    if keyboard::wants_default(ui) {
        reset(controls);
    }
    if keyboard::presses(ui, Key::Enter) > 0.0 {
        entry::open(ui, &*controls.frequency);
    }
}

fn move_by(parameter: &dyn Parameter, way: f32) {
    let wanted = snapped(parameter, (parameter.normalized() + way).clamp(0.0, 1.0));
    if way != 0.0 && wanted != parameter.normalized() {
        change(parameter, wanted);
    }
}

/// Frequency, gain and Q at their defaults; what does not move is not told.
fn reset(controls: &BandControls) {
    for parameter in held(controls).chain(controls.quality.as_deref()) {
        if parameter.normalized() != parameter.default_normalized() {
            change(parameter, parameter.default_normalized());
        }
    }
}

fn menu(ui: &mut Ui, controls: &BandControls) {
    match &controls.on_off {
        OnOff::Switch(_) => {
            if ui.button(if controls.is_on() { "Switch off" } else { "Switch on" }).clicked() {
                controls.toggle();
            }
        }
        OnOff::Slope(slope) => lines(ui, &**slope),
    }
    if let Some(placement) = &controls.placement {
        ui.separator();
        lines(ui, &**placement);
    }
    ui.separator();
    if ui.button("Reset band").clicked() {
        reset(controls);
    }
    let values = [Some(&controls.frequency), controls.gain.as_ref(), controls.quality.as_ref()];
    for parameter in values.into_iter().flatten() {
        ui.menu_button(parameter.name().to_owned(), |ui| value_menu::entries(ui, &**parameter));
    }
}

/// Every value of a parameter with steps.
fn lines(ui: &mut Ui, parameter: &dyn Parameter) {
    let steps = parameter.steps().unwrap_or(1).max(1);
    let chosen = (parameter.normalized() * steps as f32).round() as usize;
    for number in 0..=steps {
        let normalized = number as f32 / steps as f32;
        if ui.selectable_label(number == chosen, parameter.text(normalized)).clicked() && number != chosen {
            change(parameter, normalized);
        }
    }
}

fn draw(ui: &Ui, theme: &Theme, controls: &BandControls, band: &Band, center: Pos2, radius: f32, held: bool) {
    let painter = ui.painter();
    let on = controls.is_on();
    let ring = theme.stroke(if held { 2.5 } else { 1.5 }, theme::TEXT);
    let (fill, text) = if on { (theme::ACCENT, theme::TEXT_ON_BRIGHT) } else { (theme::WELL, theme::QUIET_TEXT) };
    painter.circle(center, radius, fill, if on { ring } else { theme.stroke(ring.width.min(1.5), theme::QUIET_TEXT) });
    theme.write(painter, Rect::from_center_size(center, Vec2::ZERO), Align2::CENTER_CENTER, controls.mark, 11.0, text);
    let heard = match band.placement {
        Placement::Stereo => return,
        Placement::Mid => "Mid",
        Placement::Side => "Side",
    };
    let below = Rect::from_center_size(center + Vec2::new(0.0, radius), Vec2::ZERO);
    theme.write(painter, below, Align2::CENTER_TOP, heard, 10.0, theme::QUIET_TEXT);
}
