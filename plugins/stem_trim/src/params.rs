//! What the host sees of Stem Trim: its parameters and what else the project file keeps.

use std::sync::RwLock;
use std::sync::atomic::AtomicU32;

use dsp::role::Role;
use dsp::stem_chain::StemSettings;
use dsp::trim::{Polarity, TrimSettings};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Params};
use plugin_kit::compressor_params::CompressorParams;
use plugin_kit::door::Link;
use plugin_kit::equalizer_params::EqualizerParams;
use plugin_kit::membership::Membership;
use plugin_kit::text;
use session::identity::Kind;

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
            window_size: RwLock::default(),
        }
    }
}

impl StemParams {
    /// Sets trim and compressor to where a role starts from. The host hears of all of it in one block. `[main]`
    pub fn load_starting_point(&self, role: Role, link: &Link) {
        let (start, compressor) = (role.starting_point(), &self.compressor);
        link.edit(&self.trim.trim, start.trim.trim_db);
        link.edit(&compressor.on, start.compressor.on);
        link.edit(&compressor.threshold, start.compressor.threshold_db);
        link.edit(&compressor.ratio, start.compressor.ratio);
        link.edit(&compressor.knee, start.compressor.knee_db);
        link.edit(&compressor.attack, start.compressor.attack_ms);
        link.edit(&compressor.release, start.compressor.release_ms);
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
