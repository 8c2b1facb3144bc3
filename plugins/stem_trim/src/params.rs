//! What the host sees of Stem Trim: its parameters and what else the project file keeps.

use std::sync::RwLock;
use std::sync::atomic::AtomicU32;

use dsp::role::Role;
use dsp::stem_chain::StemSettings;
use dsp::trim::{Polarity, TrimSettings};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Params};
use plugin_kit::compressor_params::CompressorParams;
use plugin_kit::edits::Product;
use plugin_kit::edits::compare::Compare;
use plugin_kit::edits::settings::{Scope, Setting, Settings};
use plugin_kit::equalizer_params::EqualizerParams;
use plugin_kit::membership::Membership;
use plugin_kit::text;
use session::identity::Kind;

/// What the window keeps of edits. Mute and bypass are for listening; a role says what the stem is.
pub const PRODUCT: Product = Product {
    id: "org.stemma.stem-trim",
    name: "Stem Trim",
    factory: include_str!("presets.toml"),
    scope: Scope { moment: &["bypass", "mute"], place: &["role"] },
};

/// The role of the stem, as the host lists it; the order is that of [`Role::ALL`].
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum RoleChoice {
    #[id = "drums"]
    Drums,
    #[id = "bass"]
    Bass,
    #[id = "sub"]
    Sub,
    #[id = "instruments"]
    Instruments,
    #[id = "lead_vocals"]
    #[name = "Lead vocals"]
    LeadVocals,
    #[id = "backing_vocals"]
    #[name = "Backing vocals"]
    BackingVocals,
    #[id = "fx"]
    #[name = "FX"]
    Fx,
    #[id = "music"]
    Music,
    #[id = "dialogue"]
    Dialogue,
    #[id = "film_effects"]
    #[name = "Effects (film)"]
    FilmEffects,
    #[id = "other"]
    Other,
}

impl From<RoleChoice> for Role {
    fn from(choice: RoleChoice) -> Self {
        Role::ALL.get(choice.to_index()).copied().unwrap_or_default()
    }
}

/// Which channels are inverted, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum PolarityChoice {
    #[id = "off"]
    Off,
    #[id = "left"]
    Left,
    #[id = "right"]
    Right,
    #[id = "both"]
    Both,
}

impl From<PolarityChoice> for Polarity {
    fn from(choice: PolarityChoice) -> Self {
        match choice {
            PolarityChoice::Off => Polarity::Normal,
            PolarityChoice::Left => Polarity::Left,
            PolarityChoice::Right => Polarity::Right,
            PolarityChoice::Both => Polarity::Both,
        }
    }
}

/// The stem's level and place.
#[derive(Params)]
pub struct TrimParams {
    #[id = "trim"]
    pub trim: FloatParam,
    #[id = "polarity"]
    pub polarity: EnumParam<PolarityChoice>,
    #[id = "balance"]
    pub balance: FloatParam,
    #[id = "mute"]
    pub mute: BoolParam,
}

/// Everything the project file keeps.
#[derive(Params)]
pub struct StemParams {
    #[id = "role"]
    pub role: EnumParam<RoleChoice>,
    #[nested(group = "Trim")]
    pub trim: TrimParams,
    #[nested(group = "Equalizer")]
    pub equalizer: EqualizerParams,
    #[nested(id_prefix = "comp", group = "Compressor")]
    pub compressor: CompressorParams,
    #[id = "bypass"]
    pub bypass: BoolParam,

    /// The name the user gave the stem; empty until then, and the host's track name stands in.
    #[persist = "name"]
    pub name: RwLock<String>,
    /// The stem's colour as 0xAARRGGBB; 0 is none, and the host's colour of the track goes before it.
    #[persist = "color"]
    pub color_argb: AtomicU32,
    /// Who the instance is in the session.
    #[persist = "session"]
    pub membership: Membership,
    /// Two sets of settings to compare.
    #[persist = "compare"]
    pub compare: Compare,
    /// Width and height of the window in logical pixels; 0 until it was open.
    #[persist = "window"]
    pub window_size: RwLock<[f32; 2]>,
}

impl Default for StemParams {
    fn default() -> Self {
        Self {
            role: EnumParam::new("Role", RoleChoice::Other),
            trim: TrimParams {
                trim: text::decibels("Trim", 0.0, -24.0, 12.0),
                polarity: EnumParam::new("Polarity", PolarityChoice::Off),
                balance: text::balance("Balance"),
                mute: BoolParam::new("Mute", false),
            },
            equalizer: EqualizerParams::default(),
            compressor: CompressorParams::default(),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            name: RwLock::default(),
            color_argb: AtomicU32::new(0),
            membership: Membership::new(Kind::Stem),
            compare: Compare::default(),
            window_size: RwLock::default(),
        }
    }
}

impl StemParams {
    /// Where a role starts from: trim and compressor. `[main]`
    pub fn starting_point(role: Role) -> Settings {
        let (trim, compressor) = (role.starting_point().trim, role.starting_point().compressor);
        let settings: [(&str, Setting); 7] = [
            ("trim", trim.trim_db.into()),
            ("comp_on", compressor.on.into()),
            ("comp_threshold", compressor.threshold_db.into()),
            ("comp_ratio", compressor.ratio.into()),
            ("comp_knee", compressor.knee_db.into()),
            ("comp_attack", compressor.attack_ms.into()),
            ("comp_release", compressor.release_ms.into()),
        ];
        settings.map(|(id, setting)| (id.to_owned(), setting)).into()
    }

    /// The one place where the host's parameters become the sound's settings. `[audio]`
    pub fn settings(&self) -> StemSettings {
        StemSettings {
            trim: TrimSettings {
                trim_db: self.trim.trim.value(),
                polarity: self.trim.polarity.value().into(),
                balance: self.trim.balance.value() * 0.01,
                mute: self.trim.mute.value(),
            },
            equalizer: self.equalizer.settings(None),
            compressor: self.compressor.settings(),
            bypass: self.bypass.value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dsp::role::SEVERE_RATIO;
    use plugin_kit::edits::presets::{Preset, Presets};
    use plugin_kit::edits::settings::{Parameters, normalized_of};

    use super::*;

    #[test]
    fn every_starting_point_names_parameters_and_values_there_are() {
        let parameters = Parameters::new(Arc::new(StemParams::default()), PRODUCT.scope);
        for role in Role::ALL {
            for (id, setting) in StemParams::starting_point(role) {
                let parameter = parameters.find(&id).unwrap_or_else(|| panic!("{id} is no parameter of the sound"));
                assert!(normalized_of(parameter, &setting).is_some(), "{}: {id} = {setting:?}", role.name());
            }
        }
    }

    /// The role a preset is for, by the beginning of its name.
    fn role(preset: &Preset) -> Role {
        let is_meant = |role: &Role| preset.name.starts_with(role.name());
        Role::ALL.into_iter().find(is_meant).unwrap_or_default()
    }

    #[test]
    fn the_presets_name_real_values_inside_what_is_usual_for_their_role() {
        let mut presets = Presets::in_folder(PRODUCT.id, PRODUCT.factory, None);
        presets.read();
        let parameters = Parameters::new(Arc::new(StemParams::default()), PRODUCT.scope);
        let all: Vec<_> = (0..).map_while(|number| presets.get(number).cloned()).collect();
        for preset in &all {
            let rails = role(preset).guard_rails();
            for (id, setting) in &preset.settings {
                let about = format!("{}: {id} = {setting:?}", preset.name);
                let parameter = parameters.find(id).unwrap_or_else(|| panic!("{about}: no parameter of the sound"));
                assert!(normalized_of(parameter, setting).is_some(), "{about}");
                let Setting::Number(value) = setting else { continue };
                let value = *value as f32;
                let is_usual = match id.as_str() {
                    "trim" => rails.trim_db.contains(&value),
                    "comp_ratio" => value < SEVERE_RATIO && rails.ratio.contains(&value),
                    "comp_attack" => rails.attack_ms.contains(&value),
                    "comp_release" => rails.release_ms.contains(&value),
                    id if id.ends_with("_gain") => rails.equalizer_gain_db.contains(&value),
                    _ => true,
                };
                assert!(is_usual, "{about} is unusual for {}", role(preset).name());
            }
        }
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Other) {
            assert!(all.iter().any(|preset| preset.name.starts_with(role.name())), "nothing for {}", role.name());
        }
    }
}
