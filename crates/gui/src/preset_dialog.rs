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
    /// What it does: "Save", "Replace", "Rename".
    pub verb: &'a str,
    /// Whether the name can be taken.
    pub is_possible: bool,
    /// Whether something would be lost, so that Enter alone is no answer.
    pub asks: bool,
    /// What is to be said about the name; may be empty.
    pub sentence: &'a str,
}

/// What a hand does about a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It has been read.
    Close,
    /// What is offered shall be done.
    Act,
}

/// Size of the dialog's inside, and of a sentence, in design points.
const SIZE: Vec2 = Vec2::new(300.0, 102.0);
const SENTENCE: Vec2 = Vec2::new(340.0, 44.0);

impl PresetDialog<'_> {
    /// Shows it below the edit bar. Enter answers as the button with the verb, Escape as "Cancel"; where the dialog asks,
    /// Enter only goes on to the button.
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
            let enters = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if !was_open || enters && !self.is_possible {
                response.request_focus();
            }
            response.on_hover_text("What the menu calls it. Its file gets a name like it.");
            let color = if self.is_possible && !self.asks { theme::QUIET_TEXT } else { theme::UNUSUAL };
            theme.write_wrapped(ui.painter(), at(0.0, 28.0, SIZE.x, 46.0), self.sentence, 12.0, color);
            if self.is_possible {
                let tip = format!("{} the preset under this name.", self.verb);
                let button = switch::action(ui, theme, at(140.0, 78.0, 80.0, 24.0), self.verb, &tip);
                if button.clicked() || enters && !self.asks {
                    answer = Some(Answer::Save);
                } else if enters {
                    button.request_focus();
                }
            }
            let cancel =
                switch::action(ui, theme, at(226.0, 78.0, 74.0, 24.0), "Cancel", "Leaves everything as it is.");
            if answer.is_none() && (cancel.clicked() || ui.input(|input| input.key_pressed(Key::Escape))) {
                answer = Some(Answer::Cancel);
            }
            if answer.is_some() {
                ui.data_mut(|data| data.remove::<bool>(id));
            }
        });
        answer
    }
}

/// Shows a sentence below the edit bar, and a button for what is offered there.
pub fn show_sentence(ui: &Ui, theme: &Theme, bar: Rect, sentence: &str, offer: Option<&str>) -> Option<Reply> {
    const OFFER_WIDTH: f32 = 92.0;
    let mut reply = None;
    below(ui, theme, bar, "preset sentence", SENTENCE, |ui, inside| {
        let end = SENTENCE.x - 52.0;
        let offer_width = offer.map_or(0.0, |_| OFFER_WIDTH + 6.0);
        let words = theme.place(inside.min, 0.0, 0.0, end - offer_width - 10.0, SENTENCE.y);
        theme.write_wrapped(ui.painter(), words, sentence, 12.0, theme::TEXT);
        let at = |x: f32, width: f32| theme.place(inside.min, x, 10.0, width, 24.0);
        let closes = switch::action(ui, theme, at(end, 52.0), "Close", "Puts this sentence away.").clicked();
        if closes || ui.input(|input| input.key_pressed(Key::Escape)) {
            reply = Some(Reply::Close);
        }
        if let Some(offer) = offer {
            let tip = "Takes back what was just done.";
            if switch::action(ui, theme, at(end - offer_width, OFFER_WIDTH), offer, tip).clicked() {
                reply = Some(Reply::Act);
            }
        }
    });
    reply
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
