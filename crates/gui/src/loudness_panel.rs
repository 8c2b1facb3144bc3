//! Loudness panel: how loud the master is, in one figure for the far side of the room and a dozen for the near one.

use dsp::meter::Readings;
use egui::{Align2, Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo};
use targets::Target;

use crate::theme::{self, Theme};
use crate::{figure, meter};

/// Shows every figure of the measurement; `target` is what the distance is counted from.
pub fn show(ui: &Ui, theme: &Theme, rect: Rect, readings: &Readings, target: Option<&Target>) {
    let response = ui.interact(rect, ui.scope_id().with("loudness"), Sense::hover());
    let integrated = figure::level(readings.integrated_lufs);
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{integrated} LUFS")),
        ..WidgetInfo::labeled(Role::Meter, true, "Integrated loudness")
    });
    let painter = ui.painter();
    let width = theme.design_size(rect).x;
    let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);

    // The one figure.
    theme.write(
        painter,
        at(0.0, -6.0, 168.0, 66.0),
        Align2::RIGHT_CENTER,
        &integrated,
        theme::LARGEST_FIGURE,
        theme::TEXT,
    );
    let beside = at(180.0, 2.0, width - 180.0, 56.0);
    theme.write(painter, beside, Align2::LEFT_TOP, "LUFS integrated", theme::VALUE, theme::QUIET_TEXT);
    let target_lufs = target.and_then(|target| target.loudness_lufs);
    if let (Some(target), Some(target_lufs)) = (target, target_lufs) {
        let is_measured = readings.integrated_lufs > -70.0;
        let distance = figure::difference(is_measured.then_some(readings.integrated_lufs - target_lufs));
        theme.write(painter, beside, Align2::LEFT_CENTER, &format!("{distance} LU"), 20.0, theme::TEXT);
        let to = format!("from {} {}", target.title(), figure::level(target_lufs));
        let line = beside.with_min_y(beside.bottom() - theme.points(14.0));
        theme.write_fitting(painter, line, &to, theme::LABEL, theme::QUIET_TEXT);
    }

    let bar = |y: f32| at(0.0, y, width, 26.0);
    meter::loudness(painter, theme, bar(66.0), "M", readings.momentary_lufs, readings.max_momentary_lufs, target_lufs);
    meter::loudness(
        painter,
        theme,
        bar(92.0),
        "S",
        readings.short_term_lufs,
        readings.max_short_term_lufs,
        target_lufs,
    );

    let range_note = if readings.range_is_stable { "LU" } else { "LU, not stable" };
    let true_peak_note = format!("dBTP  {}", meter::peak_word(readings.true_peak_dbtp));
    let clips = format!("dBFS  {} clipped", readings.clip_count);
    let sample_note = if readings.clip_count > 0 { clips.as_str() } else { "dBFS" };
    let peak = meter::peak_color(readings.true_peak_dbtp);
    let figures: [(&str, String, &str, Color32); 8] = [
        ("True peak", figure::level(readings.true_peak_dbtp), &true_peak_note, peak),
        (
            "Sample peak",
            figure::level(readings.sample_peak_dbfs),
            sample_note,
            meter::peak_color(readings.sample_peak_dbfs),
        ),
        ("Range (LRA)", figure::range(readings.range_lu), range_note, theme::TEXT),
        ("Correlation", figure::correlation(readings.correlation), "", correlation_color(readings.correlation)),
        ("Max M", figure::level(readings.max_momentary_lufs), "LUFS", theme::TEXT),
        ("Max S", figure::level(readings.max_short_term_lufs), "LUFS", theme::TEXT),
        ("PLR", figure::range(readings.plr_lu), "LU", theme::TEXT),
        ("PSR", figure::range(readings.psr_lu), "LU", theme::TEXT),
    ];
    let column = width / 4.0;
    for (number, (label, figure, note, color)) in figures.iter().enumerate() {
        let (row, place) = (number / 4, number % 4);
        let cell = at(place as f32 * column, 128.0 + row as f32 * 63.0, column, 58.0);
        theme.write(painter, cell, Align2::LEFT_TOP, label, theme::LABEL, theme::QUIET_TEXT);
        theme.write(painter, cell, Align2::LEFT_CENTER, figure, theme::FIGURE, *color);
        let line = Rect::from_min_max(cell.left_bottom() - Vec2::new(0.0, theme.points(14.0)), cell.max);
        theme.write_fitting(painter, line, note, 11.0, if *color == theme::TEXT { theme::QUIET_TEXT } else { *color });
    }
    response.on_hover_text(
        "What leaves the plugin, by ITU-R BS.1770 and EBU R 128, since the measurement began.\n\
         M: last 400 ms, S: last 3 s, from −40 to 0 LUFS; the white line is the largest, the amber line the target.\n\
         PLR: true peak over integrated loudness; PSR: the same over the last 3 s.",
    );
}

/// Below zero a mono sum loses level.
fn correlation_color(correlation: f64) -> Color32 {
    if correlation < 0.0 { theme::UNUSUAL } else { theme::TEXT }
}
