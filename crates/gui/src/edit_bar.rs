//! Edit bar: two sets of settings to compare, steps back and forward, and presets by name.

use egui::{
    Align, Align2, Button, Key, Layout, Modifiers, Popup, Rect, Role, ScrollArea, Sense, StrokeKind, Ui, UiBuilder,
    Vec2, WidgetInfo, pos2,
};

use crate::theme::{self, Theme};
use crate::{choice, keyboard, switch};

/// One of two sets of settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

impl Slot {
    /// The other of the two.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// What the bar shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditBar<'a> {
    /// The set in force.
    pub slot: Slot,
    /// What would be undone, in a word or two; `None`: nothing.
    pub undo: Option<&'a str>,
    /// What would be done again.
    pub redo: Option<&'a str>,
    /// The preset that was loaded last.
    pub preset: Option<&'a str>,
    /// Its line in the menu, if it has one still.
    pub line: Option<usize>,
    /// Whether anything was moved since.
    pub is_changed: bool,
    /// Every preset, in the order of the menu.
    pub presets: &'a [String],
    /// How many of them come with the plugin; the user's own follow.
    pub factory_count: usize,
}

/// What a hand asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarEdit {
    /// One step back.
    Undo,
    /// One step forward again.
    Redo,
    /// The other set of settings in force.
    Compare(Slot),
    /// The set in force also as the other one.
    CopyToOther,
    /// The menu of presets has been opened: the list should be read anew.
    Browse,
    /// The preset of this number in force.
    Load(usize),
    /// The settings in force as a preset; the window asks for a name.
    Save,
    /// Another name for the preset of this number; the window asks for it.
    Rename(usize),
    /// The preset of this number out of the menu.
    Delete(usize),
}

impl EditBar<'_> {
    /// Shows it in a rectangle, best about 520 × 26 design points. Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) undo and redo
    /// while something in the window has the focus but no text is being typed; without the focus they are the host's.
    pub fn show(&self, ui: &mut Ui, theme: &Theme, rect: Rect) -> Option<BarEdit> {
        let height = theme.design_size(rect).y;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 0.0, width, height);
        let mut edit = self.by_keys(ui);

        for (slot, x) in [(Slot::A, 0.0), (Slot::B, 32.0)] {
            let name = format!("Settings {}", slot.letter());
            let on = Some(self.slot == slot);
            let tip = "One of two sets of settings, to hear one against the other.";
            let place = at(x, 30.0);
            if switch::letter_with(ui, theme, place, slot.letter(), &name, tip, on, theme::ACCENT) && self.slot != slot
            {
                edit = Some(BarEdit::Compare(slot));
            }
        }
        let copy = format!("Copy to {}", self.slot.other().letter());
        if button(ui, theme, at(66.0, 72.0), &copy, "Copy to the other settings", true, "both sets are alike then.") {
            edit = Some(BarEdit::CopyToOther);
        }
        let tip = self.undo.map_or("nothing to take back.".to_owned(), |step| format!("takes back {step}."));
        if button(ui, theme, at(146.0, 54.0), "Undo", "Undo", self.undo.is_some(), &tip) {
            edit = Some(BarEdit::Undo);
        }
        let tip = self.redo.map_or("nothing was taken back.".to_owned(), |step| format!("does {step} again."));
        if button(ui, theme, at(204.0, 54.0), "Redo", "Redo", self.redo.is_some(), &tip) {
            edit = Some(BarEdit::Redo);
        }
        let presets = at(266.0, 0.0).with_max_x(rect.right());
        self.show_presets(ui, theme, presets).or(edit)
    }

    fn by_keys(&self, ui: &Ui) -> Option<BarEdit> {
        let focused = ui.memory(|memory| memory.focused()).is_some() && !ui.ctx().text_edit_focused();
        if !focused {
            return None;
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        // The more special first: Shift beside the others would be ignored.
        let redo = pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y);
        let undo = pressed(Modifiers::COMMAND, Key::Z);
        if redo {
            self.redo.map(|_| BarEdit::Redo)
        } else if undo {
            self.undo.map(|_| BarEdit::Undo)
        } else {
            None
        }
    }

    fn show_presets(&self, ui: &mut Ui, theme: &Theme, rect: Rect) -> Option<BarEdit> {
        let response = ui.interact(rect, ui.scope_id().with("presets"), Sense::click());
        let name = self.preset.unwrap_or("No preset");
        let text = if self.is_changed { format!("{name} (changed)") } else { name.to_owned() };
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(text.clone()),
            ..WidgetInfo::labeled(Role::ComboBox, true, "Preset")
        });
        let painter = ui.painter();
        painter.rect_filled(rect, theme.rounding(), if response.hovered() { theme::LINE } else { theme::RAISED });
        let inside = rect.shrink2(Vec2::new(theme.points(8.0), 0.0));
        theme.write_fitting(painter, inside.with_max_x(inside.right() - theme.points(14.0)), &text, 13.0, theme::TEXT);
        choice::draw_arrow(painter, theme, inside);
        keyboard::focus(ui, theme, &response);

        let response = response.on_hover_text("Every setting at once, by its name. Undo brings back what was.");
        let mut edit = response.clicked().then_some(BarEdit::Browse);
        Popup::menu(&response).width(rect.width().max(theme.points(MENU_WIDTH))).show(|ui| {
            let line = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
            ScrollArea::vertical().max_height(MENU_LINES * line).show(ui, |ui| {
                for (number, preset) in self.presets.iter().enumerate() {
                    if number == self.factory_count && number > 0 {
                        ui.separator();
                    }
                    if let Some(picked) = self.show_line(ui, theme, number, preset) {
                        edit = Some(picked);
                        ui.close();
                    }
                }
            });
            ui.separator();
            let save = ui.button("Save as …");
            if save.clicked() {
                edit = Some(BarEdit::Save);
            }
            save.on_hover_text("The settings in force as a preset of your own.");
        });
        edit
    }

    /// A line of the menu; the user's own presets can be renamed and deleted there.
    fn show_line(&self, ui: &mut Ui, theme: &Theme, number: usize, preset: &str) -> Option<BarEdit> {
        let height = ui.spacing().interact_size.y;
        let line = ui.allocate_exact_size(Vec2::new(ui.available_width(), height), Sense::hover()).0;
        // The bar of a long list lies at its right.
        let line = line.with_max_x(line.right() - ui.spacing().scroll.bar_width);
        let is_own = number >= self.factory_count;
        let (button, gap) = (theme.points(56.0), theme.points(4.0));
        let end = if is_own { line.right() - 2.0 * (button + gap) } else { line.right() };
        let place = UiBuilder::new().max_rect(line.with_max_x(end)).layout(Layout::top_down_justified(Align::Min));
        let name = Button::selectable(self.line == Some(number), preset).truncate();
        let name = ui.scope_builder(place, |ui| ui.add(name)).inner;
        let mut edit = name.clicked().then_some(BarEdit::Load(number));
        name.on_hover_text(format!("Load {preset}"));
        if is_own {
            let at = |x: f32| Rect::from_min_size(pos2(x, line.top()), Vec2::new(button, line.height()));
            let (rename, delete) = (format!("Rename {preset}"), format!("Delete {preset}"));
            let (first, second) = (at(end + gap), at(end + 2.0 * gap + button));
            if switch::letter_with(ui, theme, first, "Rename", &rename, "Asks for the name.", None, theme::ACCENT) {
                edit = Some(BarEdit::Rename(number));
            }
            let tip = "Puts its file aside; it can be brought back.";
            if switch::letter_with(ui, theme, second, "Delete", &delete, tip, None, theme::ACCENT) {
                edit = Some(BarEdit::Delete(number));
            }
        }
        edit
    }
}

/// The least width of the menu, in design points, and the most lines it shows at once.
const MENU_WIDTH: f32 = 370.0;
const MENU_LINES: f32 = 20.0;

/// A button that may have nothing to do; true when it was clicked.
fn button(ui: &Ui, theme: &Theme, rect: Rect, text: &str, name: &str, enabled: bool, tip: &str) -> bool {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    keyboard::focus(ui, theme, &response);
    let painter = ui.painter();
    if enabled {
        painter.rect_filled(rect, theme.rounding(), if response.hovered() { theme::LINE } else { theme::RAISED });
    } else {
        painter.rect_stroke(rect, theme.rounding(), theme.stroke(1.0, theme::RAISED), StrokeKind::Inside);
    }
    let color = if enabled { theme::TEXT } else { theme::QUIET_TEXT };
    theme.write(painter, rect, Align2::CENTER_CENTER, text, 13.0, color);
    let clicked = response.clicked();
    if !tip.is_empty() {
        response.on_hover_text(format!("{name}: {tip}"));
    }
    clicked
}
