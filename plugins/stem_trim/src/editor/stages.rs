//! Stages: which parameters the panels of equalizer and compressor hold.

use gui::compressor_panel::CompressorControls;
use gui::equalizer_panel::{BandControls, OnOff};
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{EnumParam, FloatParam};
use plugin_kit::compressor_params::CompressorParams;
use plugin_kit::equalizer_params::{BandParams, EqualizerParams, SlopeChoice};

use super::hand::hold;

/// The equalizer's bands, in the order of the signal. `[main]`
pub fn bands<'a>(host: &'a GuiContext, params: &'a EqualizerParams) -> [BandControls<'a>; 7] {
    let cut = |name, mark, slope: &'a EnumParam<SlopeChoice>, frequency: &'a FloatParam| BandControls {
        name,
        mark,
        on_off: OnOff::Slope(hold(host, slope)),
        frequency: hold(host, frequency),
        gain: None,
        quality: None,
        placement: None,
    };
    let band = |name, mark, band: &'a BandParams| BandControls {
        name,
        mark,
        on_off: OnOff::Switch(hold(host, &band.on)),
        frequency: hold(host, &band.frequency),
        gain: Some(hold(host, &band.gain)),
        quality: Some(hold(host, &band.quality)),
        placement: None,
    };
    [
        cut("High-pass", "HP", &params.high_pass_slope, &params.high_pass_frequency),
        band("Low shelf", "LS", &params.low_shelf),
        band("Bell 1", "1", &params.bell_1),
        band("Bell 2", "2", &params.bell_2),
        band("Bell 3", "3", &params.bell_3),
        band("High shelf", "HS", &params.high_shelf),
        cut("Low-pass", "LP", &params.low_pass_slope, &params.low_pass_frequency),
    ]
}

/// The compressor's controls. `[main]`
pub fn compressor<'a>(host: &'a GuiContext, params: &'a CompressorParams) -> CompressorControls<'a> {
    CompressorControls {
        on: hold(host, &params.on),
        threshold: hold(host, &params.threshold),
        ratio: hold(host, &params.ratio),
        knee: hold(host, &params.knee),
        attack: hold(host, &params.attack),
        release: hold(host, &params.release),
        auto_release: hold(host, &params.auto_release),
        sidechain_high_pass: hold(host, &params.sidechain_high_pass),
        detector: hold(host, &params.detector),
        stereo_link: hold(host, &params.stereo_link),
        mix: hold(host, &params.mix),
        makeup: hold(host, &params.makeup),
        auto_makeup: hold(host, &params.auto_makeup),
    }
}
