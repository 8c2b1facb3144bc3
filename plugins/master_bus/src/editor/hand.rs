//! Hand: a parameter of the host as the controls of the window hold it.

use gui::parameter::Parameter;
use nice_plug::context::gui::{GuiContext, ParamSetter};
use nice_plug::prelude::Param;

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
