//! An equalizer whose bands write down what hands do to them.

use dsp::equalizer::EqualizerSettings;
use dsp::role::GuardRails;
use egui::{Rect, pos2, vec2};
use egui_kittest::Harness;
use gui::equalizer_graph::EqualizerGraph;
use gui::equalizer_panel::{self, BandControls, OnOff};
use gui::parameter::Parameter;

use super::{Fake, theme, window};

/// What a band of a test holds.
pub struct Band {
    pub on: Fake,
    pub frequency: Fake,
    pub gain: Fake,
    pub quality: Fake,
    pub hears: Fake,
}

pub const NAMES: [&str; 7] = ["High-pass", "Low shelf", "Bell 1", "Bell 2", "Bell 3", "High shelf", "Low-pass"];

pub fn bands() -> [Band; 7] {
    NAMES.map(|name| Band {
        on: Fake::stepped(name, 0.0, if name.ends_with("pass") { 3 } else { 1 }),
        frequency: Fake::hertz(&format!("{name} frequency"), 0.5),
        gain: Fake::new(&format!("{name} gain"), 0.5, 0.5),
        quality: Fake::new(&format!("{name} Q"), 0.3, 0.3),
        hears: Fake::stepped(&format!("{name} placement"), 0.0, 2),
    })
}

pub fn lend(parameter: &Fake) -> Box<dyn Parameter> {
    Box::new(parameter.clone())
}

/// The panel of an equalizer with these settings, at the place of every test.
pub fn equalizer(bands: &[Band; 7]) -> Harness<'_> {
    equalizer_with(bands, EqualizerSettings::default(), EqualizerGraph::default())
}

/// The same with settings and a graph of one's own.
pub fn equalizer_with(bands: &[Band; 7], settings: EqualizerSettings, mut graph: EqualizerGraph) -> Harness<'_> {
    window(move |ui| {
        let mut number = 0;
        let controls = bands.each_ref().map(|band| {
            let is_cut = band.on.steps == Some(3);
            let name = NAMES[number];
            number += 1;
            BandControls {
                name,
                mark: "x",
                on_off: if is_cut { OnOff::Slope(lend(&band.on)) } else { OnOff::Switch(lend(&band.on)) },
                frequency: lend(&band.frequency),
                gain: (!is_cut).then(|| lend(&band.gain)),
                quality: (!is_cut).then(|| lend(&band.quality)),
                placement: Some(lend(&band.hears)),
            }
        });
        let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(760.0, 400.0));
        equalizer_panel::show(ui, &theme(), place, &mut graph, &settings, &GuardRails::master(), &controls);
    })
}
