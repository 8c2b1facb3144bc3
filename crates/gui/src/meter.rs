//! Meter: levels as bars, with their numbers.

use dsp::meter::Readings;
use dsp::units::SILENCE_DB;
use egui::{Align2, Color32, Painter, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::theme::{self, Theme};
use crate::{figure, keyboard, peak};

/// The lowest level a bar shows, dBFS or LUFS.
const LOWEST_DB: f64 = -60.0;
/// The highest.
const HIGHEST_DB: f64 = 3.0;
/// Levels with a line and a number.
const MARKS_DB: [f64; 6] = [0.0, -6.0, -12.0, -24.0, -36.0, -48.0];

/// Where a level lies on a bar, 0…1.
fn share(level_db: f64) -> f32 {
    ((level_db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)).clamp(0.0, 1.0) as f32
}

/// A correlation with its mark.
pub fn correlation_text(correlation: f64) -> String {
    figure::correlation(correlation) + if correlation < 0.0 { " !" } else { "" }
}

/// The colour of a correlation: below zero a mono sum loses level.
pub fn correlation_color(correlation: f64) -> Color32 {
    if correlation < 0.0 { theme::UNUSUAL } else { theme::TEXT }
}

/// The level of left and right: RMS as the filled part, the held peak as a line, and above them the largest true peak
/// since reset as a lamp with the word "OVER" beyond full scale. True when the lamp was clicked: the measurement shall
/// begin again. `name` is what is measured, such as "Output level".
pub fn stereo(ui: &Ui, theme: &Theme, rect: Rect, name: &str, readings: &Readings) -> bool {
    let lamp = Lamp {
        largest_db: readings.true_peak_dbtp,
        kind: "true peak",
        unit: "dBTP",
        tip: "The largest true peak since the measurement began. A click begins again.",
    };
    show(ui, theme, rect, name, readings.rms_dbfs, readings.peak_dbfs, &lamp)
}

/// The same of what comes in, without true peaks: sample peaks tell how a stem arrives. True when the lamp was clicked.
pub fn input(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    name: &str,
    rms_dbfs: [f64; 2],
    peak_dbfs: [f64; 2],
    largest_dbfs: f64,
) -> bool {
    let tip = "The largest sample since the window was opened. A click begins again.";
    show(
        ui,
        theme,
        rect,
        name,
        rms_dbfs,
        peak_dbfs,
        &Lamp { largest_db: largest_dbfs, kind: "peak", unit: "dBFS", tip },
    )
}

/// The largest peak since reset.
struct Lamp<'a> {
    largest_db: f64,
    kind: &'a str,
    unit: &'a str,
    tip: &'a str,
}

fn show(ui: &Ui, theme: &Theme, rect: Rect, name: &str, rms_dbfs: [f64; 2], peak_dbfs: [f64; 2], lamp: &Lamp) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{} {} {}", lamp.kind, figure::level(lamp.largest_db), lamp.unit)),
        ..WidgetInfo::labeled(Role::Meter, true, name)
    });
    response.on_hover_text("Left and right: RMS filled, held sample peak as a line.");
    let (above, bars) = rect.split_top_bottom_at_y(rect.top() + theme.points(40.0));
    let clicked = lamp.show(ui, theme, above, name);

    let painter = ui.painter();
    let scale = theme.points(24.0);
    let wells = bars.with_max_x(bars.right() - scale);
    let width = 0.5 * (wells.width() - theme.points(3.0));
    for (channel, x) in [(0, wells.left()), (1, wells.right() - width)] {
        let well = Rect::from_min_size(egui::pos2(x, wells.top()), Vec2::new(width, wells.height()));
        vertical(painter, theme, well, rms_dbfs[channel], peak_dbfs[channel]);
    }
    for mark_db in MARKS_DB {
        let y = bars.bottom() - bars.height() * share(mark_db);
        let line = Rect::from_min_max(egui::pos2(wells.right(), y - 6.0), egui::pos2(bars.right(), y + 6.0));
        painter.hline(wells.x_range(), y, theme.stroke(0.5, theme::LINE));
        theme.write(painter, line, Align2::RIGHT_CENTER, &format!("{:.0}", mark_db.abs()), 11.0, theme::QUIET_TEXT);
    }
    clicked
}

impl Lamp<'_> {
    /// Lit and with a word from full scale on. True when it was clicked.
    fn show(&self, ui: &Ui, theme: &Theme, rect: Rect, name: &str) -> bool {
        let label = format!("{name} over");
        let response =
            ui.interact(rect.shrink(theme.points(1.0)), ui.scope_id().with((name.to_owned(), "over")), Sense::click());
        let over = self.largest_db >= 0.0;
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, over, label.clone()));
        keyboard::focus(ui, theme, &response);
        let (figures, words) = rect.split_top_bottom_at_fraction(0.6);
        let painter = ui.painter();
        let (text, quiet) = match (over, response.hovered()) {
            (true, _) => {
                painter.rect_filled(response.rect, theme.rounding(), theme::SEVERE);
                (theme::TEXT_ON_BRIGHT, theme::TEXT_ON_BRIGHT)
            }
            (false, hovered) => {
                if hovered {
                    painter.rect_filled(response.rect, theme.rounding(), theme::RAISED);
                }
                (peak::color(self.largest_db), theme::QUIET_TEXT)
            }
        };
        let figure = if over { figure::level(self.largest_db) } else { peak::text(self.largest_db) };
        theme.write(painter, figures, Align2::CENTER_CENTER, &figure, 20.0, text);
        let word = if over { "OVER".to_owned() } else { format!("{} max", self.unit) };
        theme.write(painter, words, Align2::CENTER_CENTER, &word, theme::LABEL, quiet);
        let clicked = response.clicked();
        response.on_hover_text(self.tip);
        clicked
    }
}

/// A figure on a line of its own: what it is and over what it counts, small, and how much, large. `unit` is for screen
/// readers and the tip.
#[allow(clippy::too_many_arguments, reason = "a line is made of as many parts")]
pub fn figure(ui: &Ui, theme: &Theme, rect: Rect, name: &str, over: &str, value: &str, unit: &str, tip: &str) {
    let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{value} {unit}")),
        ..WidgetInfo::labeled(Role::Meter, true, name)
    });
    let painter = ui.painter();
    let (above, below) = rect.shrink2(Vec2::new(0.0, theme.points(2.0))).split_top_bottom_at_fraction(0.5);
    theme.write(painter, above, Align2::LEFT_CENTER, name, 13.0, theme::QUIET_TEXT);
    theme.write(painter, below, Align2::LEFT_CENTER, over, 11.0, theme::QUIET_TEXT);
    theme.write(painter, rect, Align2::RIGHT_CENTER, value, theme::FIGURE, theme::TEXT);
    response.on_hover_text(tip);
}

/// How alike left and right are, as a needle from −1 (gone in mono) over 0 to +1 (mono), with its number.
pub fn correlation(ui: &Ui, theme: &Theme, rect: Rect, correlation: f64) {
    let response = ui.interact(rect, ui.scope_id().with("correlation"), Sense::hover());
    let figure = figure::correlation(correlation);
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(figure.clone()),
        ..WidgetInfo::labeled(Role::Meter, true, "Correlation")
    });
    let painter = ui.painter();
    let (scale, number) = rect.split_left_right_at_x(rect.right() - theme.points(46.0));
    let bar = scale.shrink2(Vec2::new(theme.points(16.0), theme.points(6.0)));
    painter.rect_filled(bar, 0.0, theme::WELL);
    let x = |value: f64| bar.left() + bar.width() * (0.5 + 0.5 * value.clamp(-1.0, 1.0)) as f32;
    let (zero, needle) = (x(0.0), x(correlation));
    let color = correlation_color(correlation);
    painter.rect_filled(Rect::from_x_y_ranges(zero.min(needle)..=zero.max(needle), bar.y_range()), 0.0, theme::LINE);
    painter.vline(zero, bar.y_range(), theme.stroke(1.0, theme::LINE));
    painter.vline(needle, bar.expand(theme.points(2.0)).y_range(), theme.stroke(2.5, color));
    theme.write(painter, scale, Align2::LEFT_CENTER, "−1", 11.0, theme::QUIET_TEXT);
    theme.write(painter, scale, Align2::RIGHT_CENTER, "+1", 11.0, theme::QUIET_TEXT);
    theme.write(painter, number, Align2::RIGHT_CENTER, &correlation_text(correlation), 14.0, color);
    response.on_hover_text("How alike left and right are over the last 300 ms. Below 0 a mono sum loses level.");
}

fn vertical(painter: &Painter, theme: &Theme, well: Rect, filled_db: f64, line_db: f64) {
    painter.rect_filled(well, 0.0, theme::WELL);
    let y = |level_db: f64| well.bottom() - well.height() * share(level_db);
    painter.rect_filled(well.with_min_y(y(filled_db)), 0.0, theme::GOOD.gamma_multiply(0.8));
    if line_db > LOWEST_DB {
        painter.hline(well.x_range(), y(line_db), theme.stroke(2.0, peak::color(line_db)));
    }
}

/// A loudness as a horizontal bar with a label, its number, and a mark at the largest since reset; `target_lufs` is a
/// line across.
pub fn loudness(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    label: &str,
    loudness_lufs: f64,
    max_lufs: f64,
    target_lufs: Option<f64>,
) {
    let (name, rest) = rect.split_left_right_at_x(rect.left() + theme.points(26.0));
    let (bar, number) = rest.split_left_right_at_x(rest.right() - theme.points(60.0));
    theme.write(painter, name, Align2::LEFT_CENTER, label, theme::VALUE, theme::QUIET_TEXT);
    theme.write(painter, number, Align2::RIGHT_CENTER, &figure::loudness(loudness_lufs), 20.0, theme::TEXT);
    let bar = bar.shrink2(Vec2::new(0.0, theme.points(5.0)));
    painter.rect_filled(bar, 0.0, theme::WELL);
    let x = |level_db: f64| bar.left() + bar.width() * ((level_db + 40.0) / 40.0).clamp(0.0, 1.0) as f32;
    painter.rect_filled(bar.with_max_x(x(loudness_lufs)), 0.0, theme::ACCENT);
    if max_lufs > SILENCE_DB {
        painter.vline(x(max_lufs), bar.y_range(), theme.stroke(2.0, theme::TEXT));
    }
    if let Some(target_lufs) = target_lufs {
        let beyond = bar.expand2(Vec2::new(0.0, theme.points(3.0)));
        painter.vline(x(target_lufs), beyond.y_range(), theme.stroke(1.5, theme::UNUSUAL));
    }
}

/// A gain reduction as a bar that grows from the top, with a mark at the largest since reset, and both numbers.
pub fn reduction(ui: &Ui, theme: &Theme, rect: Rect, name: &str, now_db: f64, max_db: f64) {
    /// What a full bar shows, dB.
    const FULL_DB: f64 = 12.0;
    let response = ui.interact(rect, ui.scope_id().with(name.to_owned()), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{} dB", figure::reduction(now_db))),
        ..WidgetInfo::labeled(Role::Meter, true, name)
    });
    let painter = ui.painter();
    let (top, rest) = rect.split_top_bottom_at_y(rect.top() + theme.points(20.0));
    let (bar, bottom) = rest.split_top_bottom_at_y(rest.bottom() - theme.points(18.0));
    theme.write(painter, top, Align2::CENTER_CENTER, &figure::reduction(now_db), 17.0, theme::TEXT);
    theme.write(
        painter,
        bottom,
        Align2::CENTER_CENTER,
        &format!("max {}", figure::reduction(max_db)),
        11.0,
        theme::QUIET_TEXT,
    );
    let bar = Rect::from_center_size(bar.center(), Vec2::new(theme.points(16.0).min(bar.width()), bar.height()));
    painter.rect_filled(bar, 0.0, theme::WELL);
    let y = |reduction_db: f64| bar.top() + bar.height() * (reduction_db / FULL_DB).clamp(0.0, 1.0) as f32;
    painter.rect_filled(bar.with_max_y(y(now_db)), 0.0, theme::UNUSUAL);
    for mark_db in [3.0, 6.0, 9.0] {
        painter.hline(bar.x_range(), y(mark_db), theme.stroke(0.5, theme::LINE));
    }
    if max_db > 0.05 {
        painter.hline(bar.expand(theme.points(2.0)).x_range(), y(max_db), theme.stroke(2.0, theme::TEXT));
    }
    response.on_hover_text(format!(
        "{name} in dB: now, and the largest since the measurement began. A full bar is {FULL_DB:.0} dB."
    ));
}
