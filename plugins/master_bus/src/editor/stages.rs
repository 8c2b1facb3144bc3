//! Stages: which parameters the panels of equalizer and compressor hold.

use gui::compressor_panel::CompressorControls;
use gui::equalizer_panel::{BandControls, OnOff};
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{EnumParam, FloatParam};
use plugin_kit::compressor_params::CompressorParams;
use plugin_kit::equalizer_params::{BandParams, EqualizerParams, PlacementChoice, PlacementParams, SlopeChoice};

use super::hand::hold;

/// The equalizer's bands, in the order of the signal. `[main]`
pub fn bands<'a>(
    host: &'a GuiContext,
    params: &'a EqualizerParams,
    hears: &'a PlacementParams,
) -> [BandControls<'a>; 7] {
    type Placement = EnumParam<PlacementChoice>;
    let cut =
        |name, mark, slope: &'a EnumParam<SlopeChoice>, frequency: &'a FloatParam, hears: &'a Placement| BandControls {
            name,
            mark,
            on_off: OnOff::Slope(hold(host, slope)),
            frequency: hold(host, frequency),
            gain: None,
            quality: None,
            placement: Some(hold(host, hears)),
        };
    let band = |name, mark, band: &'a BandParams, hears: &'a Placement| BandControls {
        name,
        mark,
        on_off: OnOff::Switch(hold(host, &band.on)),
        frequency: hold(host, &band.frequency),
        gain: Some(hold(host, &band.gain)),
        quality: Some(hold(host, &band.quality)),
        placement: Some(hold(host, hears)),
    };
    [
        cut("High-pass", "HP", &params.high_pass_slope, &params.high_pass_frequency, &hears.high_pass),
        band("Low shelf", "LS", &params.low_shelf, &hears.low_shelf),
        band("Bell 1", "1", &params.bell_1, &hears.bell_1),
        band("Bell 2", "2", &params.bell_2, &hears.bell_2),
        band("Bell 3", "3", &params.bell_3, &hears.bell_3),
        band("High shelf", "HS", &params.high_shelf, &hears.high_shelf),
        cut("Low-pass", "LP", &params.low_pass_slope, &params.low_pass_frequency, &hears.low_pass),
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
