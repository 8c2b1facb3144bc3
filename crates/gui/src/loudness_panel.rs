//! Loudness panel: how loud the master is, in one figure for the far side of the room and a dozen for the near one.

use dsp::meter::Readings;
use egui::{Align2, Color32, Painter, Rect, Role, Sense, Ui, Vec2, WidgetInfo};
use targets::Target;

use crate::theme::{self, Theme};
use crate::{figure, meter, peak};

/// Width of the level meter with the lamp above it, in design points.
const LEVEL_WIDTH: f32 = 64.0;
/// Size of the one figure: read from two metres.
const INTEGRATED: f32 = 78.0;
/// Where its digits end.
const INTEGRATED_END: f32 = 214.0;

/// Shows every figure of the measurement, best in about 380 × 248 design points; `target` is what the distance is counted
/// from. True when the lamp of the true peak was clicked: the measurement shall begin again.
pub fn show(ui: &Ui, theme: &Theme, rect: Rect, readings: &Readings, target: Option<&Target>) -> bool {
    let (figures, level) = rect.split_left_right_at_x(rect.right() - theme.points(LEVEL_WIDTH));
    let clicked = meter::stereo(ui, theme, level, "Output level", readings);
    let figures = figures.with_max_x(figures.right() - theme.points(12.0));
    let response = ui.interact(figures, ui.scope_id().with("loudness"), Sense::hover());
    let integrated = figure::level(readings.integrated_lufs);
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{integrated} LUFS")),
        ..WidgetInfo::labeled(Role::Meter, true, "Integrated loudness")
    });
    let painter = ui.painter();
    let width = theme.design_size(figures).x;
    let at = |x: f32, y: f32, width: f32, height: f32| theme.place(figures.min, x, y, width, height);

    let one = at(0.0, -4.0, INTEGRATED_END, 74.0);
    theme.write(painter, one, Align2::RIGHT_CENTER, &integrated, INTEGRATED, theme::TEXT);
    let beside = at(INTEGRATED_END + 10.0, 12.0, width - INTEGRATED_END - 10.0, 42.0);
    theme.write(painter, beside, Align2::LEFT_TOP, "LUFS", theme::VALUE, theme::QUIET_TEXT);
    theme.write(painter, beside, Align2::LEFT_BOTTOM, "integrated", theme::VALUE, theme::QUIET_TEXT);
    show_distance(painter, theme, at(0.0, 67.0, width, 22.0), readings, target);

    let target_lufs = target.and_then(|target| target.loudness_lufs);
    let bar = |y: f32| at(0.0, y, width, 26.0);
    meter::loudness(painter, theme, bar(90.0), "M", readings.momentary_lufs, readings.max_momentary_lufs, target_lufs);
    let (now_lufs, max_lufs) = (readings.short_term_lufs, readings.max_short_term_lufs);
    meter::loudness(painter, theme, bar(115.0), "S", now_lufs, max_lufs, target_lufs);
    show_figures(painter, theme, figures.with_min_y(figures.top() + theme.points(145.0)), readings);
    response.on_hover_text(
        "What leaves the plugin, by ITU-R BS.1770 and EBU R 128, since the measurement began.\n\
         M: last 400 ms, S: last 3 s, from −40 to 0 LUFS; the white line is the largest, the amber line the target.\n\
         LRA: how much the loudness moves; it takes a minute to be worth something.\n\
         PLR: true peak over integrated loudness; PSR: the same over the last 3 s.\n\
         True peak: read 8 times as finely as the samples; ITU: the same with the filter of the standard.",
    );
    clicked
}

/// How far the master is from its target.
fn show_distance(painter: &Painter, theme: &Theme, line: Rect, readings: &Readings, target: Option<&Target>) {
    let Some((target, target_lufs)) = target.and_then(|target| target.loudness_lufs.map(|lufs| (target, lufs))) else {
        let text = target.map_or_else(String::new, |target| format!("{}: no reference loudness", target.title()));
        theme.write_fitting(painter, line, &text, theme::LABEL, theme::QUIET_TEXT);
        return;
    };
    let is_measured = readings.integrated_lufs > -70.0;
    let distance = figure::difference(is_measured.then_some(readings.integrated_lufs - target_lufs));
    let text = format!("{distance} LU");
    let written = theme.write(painter, line, Align2::LEFT_CENTER, &text, 18.0, theme::TEXT);
    let to = format!("from {} ({} LUFS)", target.title(), figure::level(target_lufs));
    let rest = line.with_min_x(written.right() + theme.points(10.0));
    theme.write_fitting(painter, rest, &to, 13.0, theme::QUIET_TEXT);
}

/// The rest of the figures, in two rows of four.
fn show_figures(painter: &Painter, theme: &Theme, rect: Rect, readings: &Readings) {
    let range_note = if readings.range_is_stable { "LU" } else { "LU, not stable" };
    let clips = format!("{} clips", readings.clip_count);
    let sample_note = if readings.clip_count > 0 { clips.as_str() } else { "dBFS" };
    let figures: [(&str, String, &str, Color32); 8] = [
        ("Range (LRA)", figure::range(readings.range_lu), range_note, theme::TEXT),
        ("PLR", figure::range(readings.plr_lu), "LU", theme::TEXT),
        ("PSR", figure::range(readings.psr_lu), "LU", theme::TEXT),
        (
            "Correlation",
            meter::correlation_text(readings.correlation),
            "",
            meter::correlation_color(readings.correlation),
        ),
        ("Max M", figure::level(readings.max_momentary_lufs), "LUFS", theme::TEXT),
        ("Max S", figure::level(readings.max_short_term_lufs), "LUFS", theme::TEXT),
        ("True peak, ITU", peak::text(readings.itu_true_peak_dbtp), "dBTP", peak::color(readings.itu_true_peak_dbtp)),
        ("Sample peak", peak::text(readings.sample_peak_dbfs), sample_note, peak::color(readings.sample_peak_dbfs)),
    ];
    let size = theme.design_size(rect);
    let (column, row) = (0.25 * size.x, 0.5 * size.y);
    for (number, (label, figure, note, color)) in figures.iter().enumerate() {
        let (x, y) = ((number % 4) as f32 * column, (number / 4) as f32 * row);
        let cell = theme.place(rect.min, x, y, column - 4.0, row - 2.0);
        theme.write_fitting(painter, cell.with_max_y(cell.top() + theme.points(14.0)), label, 11.0, theme::QUIET_TEXT);
        theme.write(painter, cell, Align2::LEFT_CENTER, figure, 19.0, *color);
        let line = Rect::from_min_max(cell.left_bottom() - Vec2::new(0.0, theme.points(13.0)), cell.max);
        theme.write_fitting(painter, line, note, 11.0, if *color == theme::TEXT { theme::QUIET_TEXT } else { *color });
    }
}
