//! Entry: a click on a number, or Enter on the control that has the focus, opens it for typing.

use egui::text::{CCursor, CCursorRange};
use egui::{Align2, Id, Key, PointerButton, Rect, TextEdit, Ui, Vec2};

use crate::control;
use crate::parameter::{Parameter, change};
use crate::theme::{self, Theme};

/// What is being typed.
#[derive(Clone, Debug, Default)]
struct Typing {
    text: String,
    opened_s: f64,
    /// The control had the focus, and gets it back.
    by_keys: bool,
}

/// A second click within this time was meant as a double-click on the number.
const DOUBLE_CLICK_S: f64 = 0.4;

/// Whether the value of a parameter is being typed.
pub fn is_open(ui: &Ui, parameter: &dyn Parameter) -> bool {
    ui.data(|data| data.get_temp::<Typing>(entry_id(ui, parameter)).is_some())
}

/// Opens the value for typing, with all of it selected.
pub fn open(ui: &Ui, parameter: &dyn Parameter) {
    let id = entry_id(ui, parameter);
    let text = parameter.text(parameter.normalized());
    let mut state = egui::text_edit::TextEditState::default();
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
    let by_keys = ui.memory(|memory| memory.has_focus(control::id(ui, parameter)));
    ui.memory_mut(|memory| memory.request_focus(id));
    let opened_s = ui.input(|input| input.time);
    ui.data_mut(|data| data.insert_temp(id, Typing { text, opened_s, by_keys }));
}

/// Shows the open entry. Enter or a click elsewhere takes the text if it is understood, Escape leaves the value alone;
/// while the text is not understood its frame is red and thick.
pub fn show(ui: &mut Ui, theme: &Theme, parameter: &dyn Parameter, rect: Rect, size: f32) {
    let id = entry_id(ui, parameter);
    let Some(mut typing) = ui.data(|data| data.get_temp::<Typing>(id)) else { return };
    let edit = TextEdit::singleline(&mut typing.text)
        .id(id)
        .font(theme.font(size))
        .align(Align2::CENTER_CENTER)
        .margin(Vec2::splat(theme.points(1.0)))
        .frame(egui::Frame::NONE.fill(theme::WELL));
    let response = ui.put(rect, edit).accessible_name(format!("{} entry", parameter.name()));
    let meaning = parameter.parse(typing.text.trim());
    let (width, color) = if meaning.is_some() { (1.0, theme::ACCENT) } else { (2.5, theme::SEVERE) };
    ui.painter().rect_stroke(rect, theme.rounding(), theme.stroke(width, color), egui::StrokeKind::Outside);

    let now_s = ui.input(|input| input.time);
    let second_click = ui.input(|input| input.pointer.button_double_clicked(PointerButton::Primary))
        && now_s - typing.opened_s < DOUBLE_CLICK_S;
    let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
    let closed = second_click || cancelled || response.lost_focus();
    if second_click {
        change(parameter, parameter.default_normalized());
    } else if response.lost_focus()
        && !cancelled
        && let Some(normalized) = meaning
    {
        change(parameter, normalized);
    }
    if closed {
        ui.data_mut(|data| data.remove_temp::<Typing>(id));
        ui.memory_mut(|memory| memory.surrender_focus(id));
        if typing.by_keys && ui.input(|input| input.key_pressed(Key::Enter) || cancelled) {
            ui.memory_mut(|memory| memory.request_focus(control::id(ui, parameter)));
        }
    } else {
        ui.data_mut(|data| data.insert_temp(id, typing));
    }
}

fn entry_id(ui: &Ui, parameter: &dyn Parameter) -> Id {
    control::id(ui, parameter).with("entry")
}
