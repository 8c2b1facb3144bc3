//! Settings: values of parameters by their stable ids, as presets and projects keep them, and the parameters they mean.

#![allow(unsafe_code, reason = "the framework's list of parameters names them without their types")]

use std::collections::BTreeMap;
use std::sync::Arc;

use nice_plug::prelude::{ParamPtr, Params};
use serde::{Deserialize, Serialize};

/// The value of one parameter, readable for people and exact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// On or off.
    Switch(bool),
    /// A number in the parameter's own unit.
    Number(f64),
    /// One of several, by the name the control shows.
    Choice(String),
}

impl From<bool> for Setting {
    fn from(on: bool) -> Self {
        Self::Switch(on)
    }
}

impl From<f32> for Setting {
    fn from(value: f32) -> Self {
        // The shortest number that means the same, so that 0.2 does not become 0.200000003.
        Self::Number(value.to_string().parse().unwrap_or(f64::from(value)))
    }
}

/// Values by the ids of their parameters.
pub type Settings = BTreeMap<String, Setting>;

/// What each parameter is part of beside the project. Parameters in neither list make the sound: they belong to
/// presets, to both sets of settings that are compared, and to the steps back.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Ids of what belongs to the moment (bypass, a reset): not even a step back.
    pub moment: &'static [&'static str],
    /// Ids of what says what the instance is for (a role, a word length): a step back, but in no preset.
    pub place: &'static [&'static str],
}

/// A plugin's parameters by their ids. `[main]`
pub struct Parameters {
    /// Keeps the parameters alive.
    _params: Arc<dyn Params>,
    sound: BTreeMap<String, ParamPtr>,
    place: BTreeMap<String, ParamPtr>,
}

impl Parameters {
    /// The parameters of a plugin.
    pub fn new(params: Arc<dyn Params>, scope: Scope) -> Self {
        let all = params.param_map().into_iter().map(|(id, parameter, _group)| (id, parameter));
        let edited = all.filter(|(id, _)| !scope.moment.contains(&id.as_str()));
        let (place, sound) = edited.partition(|(id, _)| scope.place.contains(&id.as_str()));
        Self { _params: params, sound, place }
    }

    /// Every parameter that makes the sound, and its id.
    pub fn sound(&self) -> impl Iterator<Item = (&str, ParamPtr)> {
        self.sound.iter().map(|(id, parameter)| (id.as_str(), *parameter))
    }

    /// The parameter of an id, if it makes the sound.
    pub fn find(&self, id: &str) -> Option<ParamPtr> {
        self.sound.get(id).copied()
    }

    /// Whether a change of a parameter is a step that can be taken back.
    pub fn is_edited(&self, parameter: ParamPtr) -> bool {
        self.sound.values().chain(self.place.values()).any(|edited| *edited == parameter)
    }

    /// What makes the sound now.
    pub fn settings(&self) -> Settings {
        self.sound().map(|(id, parameter)| (id.to_owned(), setting(parameter))).collect()
    }
}

/// The name of a parameter.
pub fn name(parameter: ParamPtr) -> String {
    // SAFETY: here and below, a parameter of the plugin that calls, which keeps its parameters while it lives.
    unsafe { parameter.name() }.to_owned()
}

/// The value of a parameter without what modulates it, normalized.
pub fn normalized(parameter: ParamPtr) -> f32 {
    // SAFETY: see `name`.
    unsafe { parameter.unmodulated_normalized_value() }
}

/// The default of a parameter, normalized.
pub fn default_normalized(parameter: ParamPtr) -> f32 {
    // SAFETY: see `name`.
    unsafe { parameter.default_normalized_value() }
}

/// Whether two normalized values are the same but for what converting between a number and the way of its control makes.
pub fn is_same(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-6
}

/// Whether two normalized values are the same but for what a host may have rounded off on the way: far less than anybody
/// moves a control on purpose.
pub fn is_near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-4
}

/// The normalized value a setting means for a parameter, held at the end of its range; `None` where it means none.
pub fn normalized_of(parameter: ParamPtr, setting: &Setting) -> Option<f32> {
    // SAFETY: see `name`.
    unsafe {
        match (parameter, setting) {
            (ParamPtr::BoolParam(_), Setting::Switch(on)) => Some(f32::from(u8::from(*on))),
            (ParamPtr::FloatParam(_) | ParamPtr::IntParam(_), Setting::Number(plain)) if plain.is_finite() => {
                Some(parameter.preview_normalized(*plain as f32).clamp(0.0, 1.0))
            }
            (ParamPtr::EnumParam(_), Setting::Choice(name)) => parameter.string_to_normalized_value(name),
            _ => None,
        }
    }
}

fn setting(parameter: ParamPtr) -> Setting {
    let normalized = normalized(parameter);
    // SAFETY: see `name`.
    unsafe {
        match parameter {
            ParamPtr::BoolParam(_) => Setting::Switch(normalized > 0.5),
            ParamPtr::FloatParam(_) | ParamPtr::IntParam(_) => parameter.unmodulated_plain_value().into(),
            ParamPtr::EnumParam(_) => Setting::Choice(parameter.normalized_value_to_string(normalized, true)),
        }
    }
}
