//! What is measured: levels, loudness, platforms, the null test.

use dsp::meter::Readings;
use dsp::meter::null::NullReadings;
use egui::vec2;
use gui::loudness_history::LoudnessHistory;
use gui::null_panel::NullView;
use gui::platform_table::PlatformTable;
use gui::{loudness_panel, meter};
use targets::Targets;

use super::assert_looks_like;
use super::hands::demo::readings;
use super::hands::{Fake, theme as design};

#[test]
fn level_meters() {
    let quiet = Readings { true_peak_dbtp: -0.4, peak_dbfs: [-0.6, -7.2], rms_dbfs: [-16.0, -21.0], ..readings() };
    assert_looks_like("level_meters", vec2(222.0, 234.0), |ui, place| {
        let theme = design();
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(place.min, x, y, width, height);
        let _ = meter::input(ui, &theme, at(0.0, 0.0, 66.0, 200.0), "Input", [-22.0, -26.0], [-12.0, -15.0], -9.3);
        let _ = meter::stereo(ui, &theme, at(78.0, 0.0, 66.0, 200.0), "Hot", &quiet);
        let _ = meter::stereo(ui, &theme, at(156.0, 0.0, 66.0, 200.0), "Over", &readings());
        meter::correlation(ui, &theme, at(0.0, 210.0, 222.0, 24.0), -0.42);
    });
}

#[test]
fn loudness_panel_over_its_target() {
    let targets = Targets::built_in();
    let target = targets.all().first();
    let readings = Readings { integrated_lufs: -12.6, itu_true_peak_dbtp: 0.24, correlation: 0.71, ..readings() };
    assert_looks_like("loudness_panel", vec2(384.0, 248.0), |ui, place| {
        let _ = loudness_panel::show(ui, &design(), place, &readings, target);
    });
}

#[test]
fn loudness_history() {
    let mut history = LoudnessHistory::default();
    for step in 0..700_u32 {
        // A verse, a chorus from 0:30 on.
        let lift = if step < 300 { 0.0 } else { 5.0 };
        let swing = (f64::from(step) * 0.05).sin();
        let readings = Readings {
            measured_frames: u64::from(step + 1) * 4_800 + 10,
            momentary_lufs: -19.0 + lift + 2.5 * (f64::from(step) * 0.9).sin() + swing,
            short_term_lufs: -18.5 + lift + swing,
            integrated_lufs: -18.5 + 0.5 * lift * (f64::from(step) - 250.0).max(0.0) / 250.0,
            ..Readings::default()
        };
        history.update(&readings, 48_000.0);
    }
    assert_looks_like("loudness_history", vec2(384.0, 110.0), |ui, place| {
        history.show(ui, &design(), place, Some(-14.0));
    });
}

#[test]
fn platform_table() {
    let targets = Targets::built_in();
    let chosen = Fake::stepped("Target", 2.0 / (targets.all().len() - 1) as f32, targets.all().len() - 1);
    let readings = Readings { integrated_lufs: -15.2, true_peak_dbtp: -0.6, ..readings() };
    let mut table = PlatformTable::default();
    assert_looks_like("platform_table", vec2(384.0, 194.0), |ui, place| {
        table.show(ui, &design(), place, targets.all(), &chosen, &readings);
    });
}

#[test]
fn null_panel() {
    let view = |residual_dbfs: f64, relative_db: f64, offset_frames: i64| NullView {
        readings: Some(NullReadings {
            residual_dbfs,
            relative_db: Some(relative_db),
            worst_residual_dbfs: residual_dbfs + 1.2,
            worst_relative_db: Some(relative_db + 1.0),
            worst_song_frames: 48_000 * 83,
            peak_dbfs: residual_dbfs + 9.0,
            offset_frames,
        }),
        sample_rate_hz: 48_000.0,
    };
    let views = [view(-101.2, -88.8, 0), view(-66.0, -52.0, 37), view(-38.0, -24.0, -37)];
    assert_looks_like("null_panel", vec2(260.0, 276.0), |ui, place| {
        for (number, view) in views.iter().enumerate() {
            let theme = design();
            ui.push_id(number, |ui| {
                view.show(ui, &theme, theme.place(place.min, 0.0, 94.0 * number as f32, 260.0, 84.0))
            });
        }
    });
}
