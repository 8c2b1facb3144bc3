//! Stem list: every stem of the session side by side, held from afar, and the mix measured beside them.

use dsp::units::{SILENCE_DB, power_from_lufs};
use egui::{Align2, Rect, Sense, Ui, Vec2};

use crate::stem_row::{self, COLUMNS, ROW_HEIGHT, StemEdit, StemRow, column};
use crate::theme::{self, Theme};
use crate::wheel;

/// Each stem's part of the power of all, over the last 3 s; stems whose figures are old, or of another place of the song, have none. Not a part of the
/// mix: what stems share adds up there, or cancels.
pub fn shares(stems: &[StemRow]) -> impl Iterator<Item = Option<f64>> {
    let power = |stem: &StemRow| {
        let is_heard = stem.state.is_current() && stem.is_aligned && stem.short_term_lufs > SILENCE_DB;
        is_heard.then(|| power_from_lufs(stem.short_term_lufs))
    };
    let total: f64 = stems.iter().filter_map(power).sum();
    stems.iter().map(move |stem| power(stem).map(|power| power / total))
}

/// Shows the names of the columns, the stems, and below them the mix, which no hand holds. Answers with what hands asked
/// of which stem, counted from 0.
pub fn show(ui: &mut Ui, theme: &Theme, rect: Rect, stems: &[StemRow], mix: &StemRow) -> Vec<(usize, StemEdit)> {
    let (head, rest) = rect.split_top_bottom_at_y(rect.top() + theme.points(20.0));
    let (list, foot) = rest.split_top_bottom_at_y(rest.bottom() - theme.points(ROW_HEIGHT + 4.0));
    let wanted: f32 = stems.iter().map(stem_row::height).sum();
    let list = theme.whole_rows(list, ROW_HEIGHT, wanted);
    show_head(ui, theme, head);
    if stems.is_empty() {
        let text = "No stem yet. Put Stem Trim on each stem bus; stems appear here by themselves.";
        theme.write(ui.painter(), list, Align2::CENTER_CENTER, text, theme::VALUE, theme::QUIET_TEXT);
    }
    let mut edits = Vec::new();
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(list).id_salt("stems"));
    let scrolled = egui::ScrollArea::vertical().auto_shrink(false).min_scrolled_height(0.0).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing = Vec2::ZERO;
        for (number, (stem, share)) in stems.iter().zip(shares(stems)).enumerate() {
            let size = Vec2::new(list.width(), theme.points(stem_row::height(stem)));
            let (_, line) = ui.allocate_space(size);
            ui.push_id(stem.key, |ui| {
                let mut edit = |edit| edits.push((number, edit));
                stem_row::show(ui, theme, line, stem, share, &mut edit);
            });
        }
    });
    wheel::note_list(ui, scrolled.id, scrolled.state.clamped_offset().y);
    ui.painter().hline(foot.x_range(), foot.top(), theme.stroke(1.0, theme::LINE));
    let line = foot.with_min_y(foot.top() + theme.points(4.0));
    ui.push_id("mix", |ui| stem_row::show(ui, theme, line, mix, None, &mut |_| {}));
    edits
}

fn show_head(ui: &Ui, theme: &Theme, head: Rect) {
    for (name, from_right, width, tip) in COLUMNS {
        let cell = column(theme, head, from_right, width);
        theme.write(ui.painter(), cell, Align2::RIGHT_CENTER, name, theme::LABEL, theme::QUIET_TEXT);
        let _ = ui.interact(cell, ui.scope_id().with(("column", name)), Sense::hover()).on_hover_text(tip);
    }
}
