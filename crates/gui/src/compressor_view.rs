//! Compressor view: the static curve, and where on it the sound is now.

use dsp::compressor::CompressorSettings;
use dsp::gain_curve::GainCurve;
use egui::{Align2, Pos2, Rect, Role, Sense, Shape, Ui, WidgetInfo, pos2};

use crate::figure;
use crate::theme::{self, Theme};

/// The level at the left and lower edge, dBFS; the other edges are full scale.
const LOWEST_DB: f64 = -60.0;
/// Points of the curve: enough for the knee to look round.
const POINTS: usize = 60;

/// Shows output level against input level, without make-up gain. The dot is where the reduction of this moment lies on
/// the curve; there is none while nothing is reduced.
pub fn show(ui: &Ui, theme: &Theme, rect: Rect, settings: &CompressorSettings, reduction_db: f64) {
    let curve =
        GainCurve::new(f64::from(settings.threshold_db), f64::from(settings.ratio), f64::from(settings.knee_db));
    let response = ui.interact(rect, ui.scope_id().with("compressor curve"), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{} dB", figure::reduction(reduction_db))),
        ..WidgetInfo::labeled(Role::GraphicsObject, true, "Compressor curve")
    });
    let painter = ui.painter();
    let at = |input_db: f64, output_db: f64| -> Pos2 {
        let share = |level_db: f64| (1.0 - level_db / LOWEST_DB).clamp(0.0, 1.0) as f32;
        pos2(rect.left() + rect.width() * share(input_db), rect.bottom() - rect.height() * share(output_db))
    };
    painter.rect_filled(rect, theme.rounding(), theme::WELL);
    let grid = theme.stroke(0.6, theme::RAISED);
    for level_db in [-48.0, -36.0, -24.0, -12.0] {
        painter.vline(at(level_db, 0.0).x, rect.y_range(), grid);
        painter.hline(rect.x_range(), at(0.0, level_db).y, grid);
        let start = Rect::from_pos(at(LOWEST_DB, level_db)).translate(egui::vec2(theme.points(3.0), 0.0));
        theme.write(
            painter,
            start,
            Align2::LEFT_BOTTOM,
            &format!("{level_db:.0}").replace('-', "−"),
            11.0,
            theme::QUIET_TEXT,
        );
    }
    painter.line_segment([at(LOWEST_DB, LOWEST_DB), at(0.0, 0.0)], theme.stroke(1.0, theme::LINE));
    let level_db = |point: usize| LOWEST_DB * (1.0 - point as f64 / POINTS as f64);
    let points = (0..=POINTS).map(|point| at(level_db(point), level_db(point) - curve.reduction_db(level_db(point))));
    let color = if settings.on { theme::ACCENT } else { theme::QUIET_TEXT };
    painter.add(Shape::line(points.collect(), theme.stroke(2.0, color)));
    if !settings.on {
        theme.write(
            painter,
            rect.shrink(theme.points(6.0)),
            Align2::CENTER_TOP,
            "Off",
            theme::VALUE,
            theme::QUIET_TEXT,
        );
    } else if let Some(input_db) = level_reduced_by(&curve, reduction_db) {
        painter.circle(
            at(input_db, input_db - reduction_db),
            theme.points(6.0),
            theme::UNUSUAL,
            theme.stroke(2.0, theme::TEXT),
        );
    }
    response.on_hover_text(
        "Level out against level in, before make-up gain. The dot is where the reduction of this moment lies.",
    );
}

/// The level that the curve reduces by this much; `None` where nothing is reduced, or more than at full scale.
fn level_reduced_by(curve: &GainCurve, reduction_db: f64) -> Option<f64> {
    /// Below this nothing is seen to move.
    const VISIBLE_DB: f64 = 0.05;
    if reduction_db < VISIBLE_DB {
        return None;
    }
    let (mut low_db, mut high_db) = (LOWEST_DB, 0.0);
    if curve.reduction_db(high_db) < reduction_db {
        return (curve.slope > 0.0).then_some(high_db);
    }
    for _ in 0..24 {
        let middle_db = 0.5 * (low_db + high_db);
        if curve.reduction_db(middle_db) < reduction_db { low_db = middle_db } else { high_db = middle_db }
    }
    Some(high_db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_lies_on_the_curve() {
        let curve = GainCurve::new(-24.0, 2.0, 6.0);
        for input_db in [-25.0, -24.0, -12.0, -1.0] {
            let found_db = level_reduced_by(&curve, curve.reduction_db(input_db));
            assert!(found_db.is_some_and(|level_db| (level_db - input_db).abs() < 0.01), "{input_db} {found_db:?}");
        }
        assert_eq!(level_reduced_by(&curve, 0.0), None);
    }
}
