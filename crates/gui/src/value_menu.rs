//! Value menu: what a right click on a control offers, and the values it copies.

use egui::{Button, Event, Id, Key, Modifiers, Popup, Response, SetOpenCommand, Ui};

use crate::parameter::{Parameter, change};
use crate::theme::Theme;
use crate::wheel;

/// Shows the menu of a value: reset, copy, paste, and what the host adds ([`Parameter::host_menu`]). Shift+F10 opens it
/// on the control with the focus, where the usual keys copy and paste as well.
pub fn show(ui: &Ui, theme: &Theme, response: &Response, parameter: &dyn Parameter) {
    let by_keys = opened_by_keys(ui, response);
    if response.has_focus() {
        copy_or_paste_by_keys(ui, response, parameter);
    }
    popup(response, by_keys).width(theme.points(190.0)).show(|ui| entries(ui, parameter));
}

/// Whether Shift+F10 asks for the menu of the control that has the focus.
pub fn opened_by_keys(ui: &Ui, response: &Response) -> bool {
    response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::F10))
}

/// The menu below what was clicked with the right button, or of the control with the focus when keys open it.
pub fn popup<'a>(response: &Response, by_keys: bool) -> Popup<'a> {
    let command = if by_keys || response.secondary_clicked() {
        Some(SetOpenCommand::Bool(true))
    } else {
        response.clicked().then_some(SetOpenCommand::Bool(false))
    };
    // A choice has a menu of its own.
    Popup::menu(response).id(response.id.with("value menu")).open_memory(command)
}

/// The entries of a value's menu.
pub fn entries(ui: &mut Ui, parameter: &dyn Parameter) {
    let default = parameter.default_normalized();
    if ui.button(format!("Reset to default ({})", parameter.text(default))).clicked() {
        change(parameter, default);
    }
    if ui.button("Copy value").clicked() {
        copy(ui, parameter);
    }
    let copied = ui.data(|data| data.get_temp::<String>(clipboard()));
    let meaning = copied.as_ref().and_then(|text| parameter.parse(text));
    let label = match &copied {
        Some(text) if meaning.is_some() => format!("Paste value ({text})"),
        _ => "Paste value".to_owned(),
    };
    if ui.add_enabled(meaning.is_some(), Button::new(label)).clicked()
        && let Some(normalized) = meaning
    {
        change(parameter, normalized);
    }
    parameter.host_menu(ui);
}

/// What this window has copied last. A window may put text into the system's clipboard at any time, but gets to read it
/// only when the keys for pasting are pressed.
fn clipboard() -> Id {
    Id::unique("copied value")
}

fn copy(ui: &Ui, parameter: &dyn Parameter) {
    let text = parameter.text(parameter.normalized());
    ui.data_mut(|data| data.insert_temp(clipboard(), text.clone()));
    ui.copy_text(text);
}

fn copy_or_paste_by_keys(ui: &Ui, response: &Response, parameter: &dyn Parameter) {
    let (copies, pasted) = ui.input(|input| {
        let copies = input.events.iter().any(|event| matches!(event, Event::Copy));
        let pasted = input.events.iter().find_map(|event| match event {
            Event::Paste(text) => Some(text.trim().to_owned()),
            // Some systems paste by typing.
            Event::Text(text) if input.modifiers.command => Some(text.trim().to_owned()),
            _ => None,
        });
        (copies, pasted)
    });
    if copies {
        copy(ui, parameter);
    }
    if let Some(normalized) = pasted.and_then(|text| parameter.parse(&text)) {
        wheel::finish(ui, response, parameter);
        change(parameter, normalized);
    }
}
