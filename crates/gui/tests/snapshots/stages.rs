//! The stages of the sound: equalizer, compressor, limiter.

use dsp::compressor::CompressorSettings;
use dsp::equalizer::{EqualizerSettings, Slope};
use dsp::meter::spectrum;
use egui::vec2;
use gui::compressor_view;
use gui::equalizer_graph::EqualizerGraph;
use gui::equalizer_panel::{BandControls, OnOff};
use gui::meter;
use gui::reduction_history::ReductionHistory;
use gui::timeline::Span;

use super::hands::bands::{NAMES, lend};
use super::hands::{Fake, theme as design};
use super::{Rect, assert_looks_like};

/// A mix as its spectrum is: full below, hats above, and a little of everything between.
fn spectrum(offset_db: f32) -> [f32; spectrum::POINTS] {
    std::array::from_fn(|point| {
        let at = point as f32 / spectrum::POINTS as f32;
        let kick = 9.0 * (-(at - 0.15).powi(2) * 260.0).exp();
        offset_db - 22.0 - 46.0 * at + kick + 2.5 * (40.0 * at).sin() + 1.5 * (97.0 * at).sin()
    })
}

#[test]
fn equalizer_graph() {
    let mut settings = EqualizerSettings::default();
    settings.high_pass.slope = Slope::Db12;
    settings.high_pass.frequency_hz = 28.0;
    settings.low_shelf.on = true;
    (settings.low_shelf.frequency_hz, settings.low_shelf.gain_db) = (110.0, 2.0);
    for (band, (frequency_hz, gain_db, q)) in
        settings.bells.iter_mut().zip([(320.0, -4.0, 1.2), (1_200.0, 0.0, 1.0), (4_200.0, 5.0, 0.9)])
    {
        (band.on, band.frequency_hz, band.gain_db, band.q) = (gain_db != 0.0, frequency_hz, gain_db, q);
    }
    let mut graph = EqualizerGraph::default();
    graph.set_spectra(Some(spectrum(0.0)), Some(spectrum(-2.0)));
    let marks = ["HP", "LS", "1", "2", "3", "HS", "LP"];
    let on = [2.0 / 3.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0];
    assert_looks_like("equalizer_graph", vec2(384.0, 220.0), |ui, place| {
        let controls: [BandControls; 7] = std::array::from_fn(|number| {
            let name = NAMES[number];
            let is_cut = name.ends_with("pass");
            let on = Fake::stepped(name, on[number], if is_cut { 3 } else { 1 });
            BandControls {
                name,
                mark: marks[number],
                on_off: if is_cut { OnOff::Slope(lend(&on)) } else { OnOff::Switch(lend(&on)) },
                frequency: lend(&Fake::hertz("frequency", 0.5)),
                gain: (!is_cut).then(|| lend(&Fake::new("gain", 0.5, 0.5))),
                quality: None,
                placement: None,
            }
        });
        graph.show(ui, &design(), place, &settings, &controls);
    });
}

#[test]
fn compressor_curve() {
    let settings =
        CompressorSettings { on: true, threshold_db: -24.0, ratio: 2.0, knee_db: 6.0, ..CompressorSettings::default() };
    assert_looks_like("compressor_curve", vec2(236.0, 170.0), |ui, place| {
        let (curve, bar) = place.split_left_right_at_x(place.right() - 60.0);
        compressor_view::show(ui, &design(), curve, &settings, 4.2);
        meter::reduction(ui, &design(), bar.with_min_x(bar.left() + 6.0), "Compressor reduction", 4.2, 6.3);
    });
}

/// Six seconds of a beat at 120 beats a minute that is `drive_db` too loud for a stage, every fourth hit more so.
fn beats(history: &mut ReductionHistory, drive_db: f32, has_input: bool) {
    for step in 0..700 {
        let (beat, since) = (step / 50, (step % 50) as f32);
        let fall = f32::exp(-0.07 * since);
        let reduction_db = drive_db * if beat % 4 == 0 { 1.0 } else { 0.5 } * fall;
        let output = Span { low: -0.15 - 0.6 * fall, high: 0.12 + 0.68 * fall };
        let gain = dsp::units::gain_from_db(f64::from(reduction_db)) as f32;
        let input = Span { low: gain * output.low, high: gain * output.high };
        history.push_both(reduction_db, output, if has_input { input } else { Span::NOTHING });
    }
}

fn assert_history_looks_like(name: &'static str, drive_db: f32, has_input: bool) {
    let mut history = ReductionHistory::new("Limiter history");
    beats(&mut history, drive_db, has_input);
    assert_looks_like(name, vec2(384.0, 110.0), |ui, place: Rect| history.show(ui, &design(), place));
}

#[test]
fn limiter_history() {
    assert_history_looks_like("limiter_history", 3.5, true);
}

#[test]
fn compressor_history() {
    assert_history_looks_like("compressor_history", 6.0, false);
}
