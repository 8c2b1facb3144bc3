//! Preset dialog: asks for the name of a preset, and says what became of one.

use egui::{Align2, Area, Frame, Key, Margin, Order, Rect, TextEdit, Ui, UiBuilder, Vec2};

use crate::switch;
use crate::theme::{self, Theme};

/// What a hand answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Save it under this name.
    Save,
    /// Leave it.
    Cancel,
}

/// What the dialog shows beside the name.
#[derive(Clone, Copy, Debug)]
pub struct PresetDialog<'a> {
    /// What saving is called: "Save" or "Replace".
    pub verb: &'a str,
    /// Whether the name can be taken.
    pub is_possible: bool,
    /// What is to be said about the name; may be empty.
    pub sentence: &'a str,
}

/// Size of the dialog's inside, and of a sentence, in design points.
const SIZE: Vec2 = Vec2::new(300.0, 80.0);
const SENTENCE: Vec2 = Vec2::new(340.0, 44.0);

impl PresetDialog<'_> {
    /// Shows it below the edit bar. Enter answers as the button with the verb, Escape as "Cancel".
    pub fn show(&self, ui: &Ui, theme: &Theme, bar: Rect, name: &mut String) -> Option<Answer> {
        let mut answer = None;
        below(ui, theme, bar, "preset dialog", SIZE, |ui, inside| {
            let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
            let id = ui.scope_id().with("name");
            let entry = TextEdit::singleline(name)
                .id(id)
                .hint_text("Name of the preset")
                .font(theme.font(14.0))
                .align(Align2::LEFT_CENTER)
                .margin(Vec2::splat(theme.points(3.0)))
                .char_limit(64);
            let response = ui.put(at(0.0, 0.0, SIZE.x, 24.0), entry).accessible_name("Preset name");
            let was_open = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, false), true));
            if !was_open {
                response.request_focus();
            }
            let color = if self.is_possible { theme::QUIET_TEXT } else { theme::UNUSUAL };
            theme.write_wrapped(ui.painter(), at(0.0, 30.0, 130.0, 50.0), self.sentence, 12.0, color);
            if self.is_possible && switch::action(ui, theme, at(140.0, 54.0, 80.0, 24.0), self.verb, "").clicked()
                || self.is_possible && response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
            {
                answer = Some(Answer::Save);
            } else if switch::action(ui, theme, at(226.0, 54.0, 74.0, 24.0), "Cancel", "").clicked()
                || ui.input(|input| input.key_pressed(Key::Escape))
            {
                answer = Some(Answer::Cancel);
            }
            if answer.is_some() {
                ui.data_mut(|data| data.remove::<bool>(id));
            }
        });
        answer
    }
}

/// Shows a sentence below the edit bar; true when a hand has put it away.
pub fn show_sentence(ui: &Ui, theme: &Theme, bar: Rect, sentence: &str) -> bool {
    let mut is_read = false;
    below(ui, theme, bar, "preset sentence", SENTENCE, |ui, inside| {
        let width = SENTENCE.x - 64.0;
        let words = theme.place(inside.min, 0.0, 0.0, width, SENTENCE.y);
        theme.write_wrapped(ui.painter(), words, sentence, 12.0, theme::TEXT);
        let button = theme.place(inside.min, width + 12.0, 10.0, 52.0, 24.0);
        is_read = switch::action(ui, theme, button, "Close", "").clicked()
            || ui.input(|input| input.key_pressed(Key::Escape));
    });
    is_read
}

/// A frame over the window, hung on the right end of the bar.
fn below(ui: &Ui, theme: &Theme, bar: Rect, name: &str, size: Vec2, show: impl FnOnce(&mut Ui, Rect)) {
    let margin = theme.points(10.0);
    let size = size * theme.points(1.0);
    let corner = bar.right_bottom() + Vec2::new(-size.x - 2.0 * margin, theme.points(4.0));
    let id = ui.scope_id().with(name.to_owned());
    Area::new(id).order(Order::Foreground).fixed_pos(corner).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::same(margin as i8)).show(ui, |ui| {
            let (inside, _) = ui.allocate_exact_size(size, egui::Sense::click());
            let mut ui = ui.new_child(UiBuilder::new().max_rect(inside));
            show(&mut ui, inside);
        });
    });
}
