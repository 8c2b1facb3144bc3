//! Controls: the parameters of the host as the controls of a window hold them.

use crate::compressor_params::CompressorParams;
use crate::equalizer_params::{BandParams, EqualizerParams, PlacementChoice, PlacementParams, SlopeChoice};
use gui::compressor_panel::CompressorControls;
use gui::equalizer_panel::{BandControls, OnOff};
use gui::parameter::Parameter;
use nice_plug::context::gui::{GuiContext, ParamSetter};
use nice_plug::prelude::{EnumParam, FloatParam, Param};

/// A parameter, and the host that is told what a hand does to it.
struct Held<'a, P: Param> {
    parameter: &'a P,
    host: ParamSetter<'a>,
}

/// A parameter for a control. `[main]`
pub fn hold<'a, P: Param>(host: &'a GuiContext, parameter: &'a P) -> Box<dyn Parameter + 'a> {
    Box::new(Held { parameter, host: host.param_setter() })
}

impl<P: Param> Parameter for Held<'_, P> {
    fn name(&self) -> &str {
        self.parameter.name()
    }

    fn normalized(&self) -> f32 {
        self.parameter.unmodulated_normalized_value()
    }

    fn default_normalized(&self) -> f32 {
        self.parameter.default_normalized_value()
    }

    fn text(&self, normalized: f32) -> String {
        self.parameter.normalized_value_to_string(normalized, true)
    }

    fn parse(&self, text: &str) -> Option<f32> {
        self.parameter.string_to_normalized_value(text)
    }

    fn steps(&self) -> Option<usize> {
        self.parameter.step_count()
    }

    fn begin(&self) {
        self.host.begin_set_parameter(self.parameter);
    }

    fn set(&self, normalized: f32) {
        // By way of the plain value, so that the host hears of the step the parameter takes.
        self.host.set_parameter(self.parameter, self.parameter.preview_plain(normalized));
    }

    fn end(&self) {
        self.host.end_set_parameter(self.parameter);
    }
}

/// The equalizer's bands, in the order of the signal; without placements every band hears both channels. `[main]`
pub fn bands<'a>(
    host: &'a GuiContext,
    params: &'a EqualizerParams,
    hears: Option<&'a PlacementParams>,
) -> [BandControls<'a>; 7] {
    type Placement = fn(&PlacementParams) -> &EnumParam<PlacementChoice>;
    let placement = |pick: Placement| hears.map(|hears| hold(host, pick(hears)));
    let cut =
        |name, mark, slope: &'a EnumParam<SlopeChoice>, frequency: &'a FloatParam, hears: Placement| BandControls {
            name,
            mark,
            on_off: OnOff::Slope(hold(host, slope)),
            frequency: hold(host, frequency),
            gain: None,
            quality: None,
            placement: placement(hears),
        };
    let band = |name, mark, band: &'a BandParams, hears: Placement| BandControls {
        name,
        mark,
        on_off: OnOff::Switch(hold(host, &band.on)),
        frequency: hold(host, &band.frequency),
        gain: Some(hold(host, &band.gain)),
        quality: Some(hold(host, &band.quality)),
        placement: placement(hears),
    };
    [
        cut("High-pass", "HP", &params.high_pass_slope, &params.high_pass_frequency, |hears| &hears.high_pass),
        band("Low shelf", "LS", &params.low_shelf, |hears| &hears.low_shelf),
        band("Bell 1", "1", &params.bell_1, |hears| &hears.bell_1),
        band("Bell 2", "2", &params.bell_2, |hears| &hears.bell_2),
        band("Bell 3", "3", &params.bell_3, |hears| &hears.bell_3),
        band("High shelf", "HS", &params.high_shelf, |hears| &hears.high_shelf),
        cut("Low-pass", "LP", &params.low_pass_slope, &params.low_pass_frequency, |hears| &hears.low_pass),
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
