//! Controls: the parameters of the host as the controls of a window hold them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gui::compressor_panel::CompressorControls;
use gui::equalizer_panel::{BandControls, OnOff};
use gui::parameter::Parameter;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{EnumParam, FloatParam, Param, ParamPtr};

use crate::compressor_params::CompressorParams;
use crate::equalizer_params::{BandParams, EqualizerParams, PlacementChoice, PlacementParams, SlopeChoice};

/// What the user's hand in a window does to the host's parameters. It knows which gestures are under way, so that a
/// window that closes in the middle of one can end it: the host would wait for that for ever. And it remembers the
/// finished ones for who keeps the steps back.
#[derive(Clone)]
pub struct Hand {
    host: GuiContext,
    gestures: Arc<Mutex<Gestures>>,
}

/// A parameter the hand has moved, from where to where, normalized.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// The parameter.
    pub parameter: ParamPtr,
    /// The value when the hand took hold.
    pub before: f32,
    /// The value the hand gave it last.
    pub after: f32,
}

/// Everything a hand moved from taking hold of a first parameter to letting go of the last: a node of the equalizer
/// holds two at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gesture {
    /// One for each parameter held.
    pub moves: Vec<Move>,
    /// It lasted from one look at the gestures to another: a drag, not a click or a key.
    pub is_held: bool,
}

#[derive(Default)]
struct Gestures {
    under_way: Vec<Move>,
    /// What is over of the gesture under way.
    gesture: Gesture,
    finished: Vec<Gesture>,
}

impl Gestures {
    fn end(&mut self, parameter: ParamPtr) {
        let is_ended = |held: &Move| held.parameter == parameter;
        self.gesture.moves.extend(self.under_way.iter().copied().filter(is_ended));
        self.under_way.retain(|held| !is_ended(held));
        if self.under_way.is_empty() && !self.gesture.moves.is_empty() {
            self.finished.push(std::mem::take(&mut self.gesture));
        }
    }
}

impl Hand {
    /// A hand that does nothing yet. `[main]`
    pub fn new(host: GuiContext) -> Self {
        Self { host, gestures: Arc::default() }
    }

    /// Ends every gesture that is under way. `[main]`
    pub fn let_go(&self) {
        for parameter in self.held() {
            self.end(parameter);
        }
    }

    /// What the hand holds. `[main]`
    pub fn held(&self) -> Vec<ParamPtr> {
        self.gestures().under_way.iter().map(|held| held.parameter).collect()
    }

    /// What the hand has done since this was called last. `[main]`
    pub fn take_gestures(&self) -> Vec<Gesture> {
        let mut gestures = self.gestures();
        gestures.gesture.is_held = !gestures.under_way.is_empty();
        std::mem::take(&mut gestures.finished)
    }

    /// Whether the hand holds something. `[main]`
    pub fn is_busy(&self) -> bool {
        !self.gestures().under_way.is_empty()
    }

    /// Sets a parameter to a normalized value in one gesture that is not among [`Hand::take_gestures`]. `[main]`
    #[allow(unsafe_code, reason = "the framework's way to name a parameter without its type")]
    pub(crate) fn write(&self, parameter: ParamPtr, normalized: f32) {
        // SAFETY: a parameter of the plugin whose window this is; the framework looks it up before it uses it.
        unsafe {
            self.host.raw_begin_set_parameter(parameter);
            self.host.raw_set_parameter_normalized(parameter, normalized);
            self.host.raw_end_set_parameter(parameter);
        }
    }

    #[allow(unsafe_code, reason = "the framework's way to name a parameter without its type")]
    fn end(&self, parameter: ParamPtr) {
        self.gestures().end(parameter);
        // SAFETY: as for `write`.
        unsafe { self.host.raw_end_set_parameter(parameter) };
    }

    fn gestures(&self) -> MutexGuard<'_, Gestures> {
        self.gestures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A parameter, and the hand that may move it.
struct Held<'a, P: Param> {
    parameter: &'a P,
    hand: &'a Hand,
}

/// A parameter for a control. `[main]`
pub fn hold<'a, P: Param>(hand: &'a Hand, parameter: &'a P) -> Box<dyn Parameter + 'a> {
    Box::new(Held { parameter, hand })
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
        let value = self.normalized();
        let held = Move { parameter: self.parameter.as_ptr(), before: value, after: value };
        self.hand.gestures().under_way.push(held);
        self.hand.host.param_setter().begin_set_parameter(self.parameter);
    }

    fn set(&self, normalized: f32) {
        // By way of the plain value, so that the host hears of the step the parameter takes.
        let parameter = self.parameter.as_ptr();
        let after = self.parameter.preview_normalized(self.parameter.preview_plain(normalized));
        for held in self.hand.gestures().under_way.iter_mut().filter(|held| held.parameter == parameter) {
            held.after = after;
        }
        self.hand.host.param_setter().set_parameter_normalized(self.parameter, after);
    }

    fn end(&self) {
        self.hand.end(self.parameter.as_ptr());
    }
}

/// The equalizer's bands, in the order of the signal; without placements every band hears both channels. `[main]`
pub fn bands<'a>(
    hand: &'a Hand,
    params: &'a EqualizerParams,
    hears: Option<&'a PlacementParams>,
) -> [BandControls<'a>; 7] {
    type Placement = fn(&PlacementParams) -> &EnumParam<PlacementChoice>;
    let placement = |pick: Placement| hears.map(|hears| hold(hand, pick(hears)));
    let cut =
        |name, mark, slope: &'a EnumParam<SlopeChoice>, frequency: &'a FloatParam, hears: Placement| BandControls {
            name,
            mark,
            on_off: OnOff::Slope(hold(hand, slope)),
            frequency: hold(hand, frequency),
            gain: None,
            quality: None,
            placement: placement(hears),
        };
    let band = |name, mark, band: &'a BandParams, hears: Placement| BandControls {
        name,
        mark,
        on_off: OnOff::Switch(hold(hand, &band.on)),
        frequency: hold(hand, &band.frequency),
        gain: Some(hold(hand, &band.gain)),
        quality: Some(hold(hand, &band.quality)),
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
pub fn compressor<'a>(hand: &'a Hand, params: &'a CompressorParams) -> CompressorControls<'a> {
    CompressorControls {
        on: hold(hand, &params.on),
        threshold: hold(hand, &params.threshold),
        ratio: hold(hand, &params.ratio),
        knee: hold(hand, &params.knee),
        attack: hold(hand, &params.attack),
        release: hold(hand, &params.release),
        auto_release: hold(hand, &params.auto_release),
        sidechain_high_pass: hold(hand, &params.sidechain_high_pass),
        detector: hold(hand, &params.detector),
        stereo_link: hold(hand, &params.stereo_link),
        mix: hold(hand, &params.mix),
        makeup: hold(hand, &params.makeup),
        auto_makeup: hold(hand, &params.auto_makeup),
    }
}
