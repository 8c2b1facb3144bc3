//! Platform table: what each place does to the master, as measured so far.

use dsp::meter::Readings;
use egui::{Align2, Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo};
use targets::{Confidence, Grade, Playback, Target, Verdict};

use crate::figure;
use crate::parameter::{Parameter, change};
use crate::theme::{self, Theme};

/// The predictions, computed again only when the shown figures change.
#[derive(Default)]
pub struct PlatformTable {
    /// Integrated loudness and true peak the lines are for, in hundredths.
    at: Option<(i64, i64)>,
    lines: Vec<(Playback, Verdict)>,
}

/// Right edges of the columns, in design points from the right, and their names.
const COLUMNS: [(&str, f32, f32); 3] = [("Distance", 158.0, 48.0), ("Playback", 68.0, 86.0), ("True peak", 0.0, 66.0)];
const ROW_HEIGHT: f32 = 22.0;

impl PlatformTable {
    /// Shows a line for every target; the chosen one is marked, and a click chooses another.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        rect: Rect,
        targets: &[Target],
        chosen: &dyn Parameter,
        readings: &Readings,
    ) {
        let (integrated_lufs, true_peak_dbtp) = (readings.integrated_lufs, readings.true_peak_dbtp);
        let hundredths = |value: f64| (value * 100.0).round() as i64;
        let at = (hundredths(integrated_lufs), hundredths(true_peak_dbtp));
        if self.at != Some(at) || self.lines.len() != targets.len() {
            self.at = Some(at);
            let line = |target| {
                (
                    targets::playback(target, integrated_lufs, true_peak_dbtp),
                    targets::verdict(target, integrated_lufs, true_peak_dbtp),
                )
            };
            self.lines = targets.iter().map(line).collect();
        }
        let steps = chosen.steps().unwrap_or(1).max(1) as f32;
        let chosen_number = (chosen.normalized() * steps).round() as usize;

        let (head, list) = rect.split_top_bottom_at_y(rect.top() + theme.points(18.0));
        theme.write(ui.painter(), head, Align2::LEFT_CENTER, "Where it goes", theme::LABEL, theme::QUIET_TEXT);
        for (name, from_right, width) in COLUMNS {
            let cell = column(theme, head, from_right, width);
            theme.write(ui.painter(), cell, Align2::RIGHT_CENTER, name, theme::LABEL, theme::QUIET_TEXT);
        }
        let list = theme.whole_rows(list, ROW_HEIGHT, ROW_HEIGHT * targets.len() as f32);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(list).id_salt("platforms"));
        egui::ScrollArea::vertical().auto_shrink(false).min_scrolled_height(0.0).show(&mut child, |ui| {
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            for (number, (target, (playback, verdict))) in targets.iter().zip(&self.lines).enumerate() {
                let (_, line) = ui.allocate_space(Vec2::new(list.width(), theme.points(ROW_HEIGHT)));
                let is_chosen = number == chosen_number;
                if ui.clip_rect().contains(line.center())
                    && show_line(ui, theme, line, target, playback, verdict, is_chosen)
                {
                    change(chosen, number as f32 / steps);
                }
            }
        });
    }
}

/// Shows a line; true when it was clicked.
fn show_line(
    ui: &Ui,
    theme: &Theme,
    line: Rect,
    target: &Target,
    playback: &Playback,
    verdict: &Verdict,
    is_chosen: bool,
) -> bool {
    let response = ui.interact(line, ui.scope_id().with(&target.id), Sense::click());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{} {}", playback.sentence, verdict.true_peak_sentence)),
        ..WidgetInfo::selected(Role::RadioButton, true, is_chosen, target.title())
    });
    let painter = ui.painter();
    if is_chosen || response.hovered() {
        painter.rect_filled(line, theme.rounding(), theme::RAISED);
    }
    if is_chosen {
        // A bar at the edge, so that it is not the shade alone that says it.
        painter.rect_filled(line.with_max_x(line.left() + theme.points(3.0)), 0.0, theme::TEXT);
    }
    let names_end = column(theme, line, COLUMNS[0].1, COLUMNS[0].2).left();
    let name = line.with_min_x(line.left() + theme.points(8.0)).with_max_x(names_end - theme.points(4.0));
    theme.write_fitting(painter, name, &target.title(), 14.0, theme::TEXT);

    let (gain, gain_color) = match playback.gain_db {
        None => ("unknown".to_owned(), theme::QUIET_TEXT),
        Some(gain_db) if gain_db > 0.05 => (format!("up {}", figure::range(gain_db)), theme::TEXT),
        Some(gain_db) if gain_db < -0.05 => (format!("down {}", figure::range(-gain_db)), theme::TEXT),
        Some(_) => ("as it is".to_owned(), theme::TEXT),
    };
    let limits = if playback.limiter_engages_db > 0.05 { ", limits" } else { "" };
    let (peak, peak_color) = match verdict.true_peak {
        Grade::Ok => ("ok", theme::GOOD),
        Grade::Warn => ("! too high", theme::UNUSUAL),
        Grade::Unknown => ("–", theme::QUIET_TEXT),
    };
    let (mark, distance_color) =
        if verdict.loudness == Grade::Warn { (" !", theme::UNUSUAL) } else { ("", theme::TEXT) };
    let cells: [(String, Color32); 3] = [
        (figure::difference(verdict.distance_lu) + mark, distance_color),
        (format!("{gain}{limits}"), gain_color),
        (peak.to_owned(), peak_color),
    ];
    for ((text, color), (_, from_right, width)) in cells.iter().zip(COLUMNS) {
        theme.write(painter, column(theme, line, from_right, width), Align2::RIGHT_CENTER, text, 14.0, *color);
    }
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.label(egui::RichText::new(target.title()).strong());
        for text in [
            &playback.sentence,
            &verdict.loudness_sentence,
            &verdict.true_peak_sentence,
            &target.album_mode,
            &target.note,
        ] {
            if !text.is_empty() {
                ui.label(text);
            }
        }
        ui.small(format!("Source: {}, {}; {}", target.source, target.retrieved, confidence(target.confidence)));
    });
    clicked
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::A => "the service's own words",
        Confidence::B => "several others agree",
        Confidence::C => "one source, or they differ",
    }
}

/// The cell of a line of a width that ends some way before the right edge; both in design points.
fn column(theme: &Theme, line: Rect, from_right: f32, width: f32) -> Rect {
    // The scroll bar needs room.
    let right = line.right() - theme.points(from_right + 12.0);
    line.with_min_x(right - theme.points(width)).with_max_x(right)
}
