//! The equalizer's parameters, the same in both plugins.

use dsp::equalizer::{BandSettings, CutSettings, EqualizerSettings, Placement, Slope};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, Params};

use crate::text;

/// How steeply a cut filter falls, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum SlopeChoice {
    /// Out of the path.
    #[id = "off"]
    Off,
    /// First order.
    #[id = "6"]
    #[name = "6 dB/oct"]
    Db6,
    /// Second order.
    #[id = "12"]
    #[name = "12 dB/oct"]
    Db12,
    /// Fourth order.
    #[id = "24"]
    #[name = "24 dB/oct"]
    Db24,
}

impl From<SlopeChoice> for Slope {
    fn from(choice: SlopeChoice) -> Self {
        match choice {
            SlopeChoice::Off => Slope::Off,
            SlopeChoice::Db6 => Slope::Db6,
            SlopeChoice::Db12 => Slope::Db12,
            SlopeChoice::Db24 => Slope::Db24,
        }
    }
}

/// What a band hears, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum PlacementChoice {
    /// Left and right alike.
    #[id = "stereo"]
    Stereo,
    /// What both channels share.
    #[id = "mid"]
    Mid,
    /// What differs.
    #[id = "side"]
    Side,
}

impl From<PlacementChoice> for Placement {
    fn from(choice: PlacementChoice) -> Self {
        match choice {
            PlacementChoice::Stereo => Placement::Stereo,
            PlacementChoice::Mid => Placement::Mid,
            PlacementChoice::Side => Placement::Side,
        }
    }
}

/// A shelf or a bell.
#[derive(Params)]
#[allow(missing_docs, reason = "the names and ids are the documentation of a parameter")]
pub struct BandParams {
    #[id = "on"]
    pub on: BoolParam,
    #[id = "freq"]
    pub frequency: FloatParam,
    #[id = "gain"]
    pub gain: FloatParam,
    #[id = "q"]
    pub quality: FloatParam,
}

impl BandParams {
    fn new(name: &str, default: &BandSettings) -> Self {
        Self {
            on: BoolParam::new(format!("{name} on"), default.on),
            frequency: text::hertz(&format!("{name} frequency"), default.frequency_hz, 20.0, 20_000.0),
            gain: text::decibels(&format!("{name} gain"), default.gain_db, -12.0, 12.0),
            quality: text::quality(&format!("{name} Q"), default.q),
        }
    }

    fn settings(&self, placement: Placement) -> BandSettings {
        BandSettings {
            on: self.on.value(),
            frequency_hz: self.frequency.value(),
            gain_db: self.gain.value(),
            q: self.quality.value(),
            placement,
        }
    }
}

/// All bands.
#[derive(Params)]
#[allow(missing_docs, reason = "the names and ids are the documentation of a parameter")]
pub struct EqualizerParams {
    #[id = "hp"]
    pub high_pass_slope: EnumParam<SlopeChoice>,
    #[id = "hp_freq"]
    pub high_pass_frequency: FloatParam,
    #[nested(id_prefix = "ls", group = "Low shelf")]
    pub low_shelf: BandParams,
    #[nested(id_prefix = "b1", group = "Bell 1")]
    pub bell_1: BandParams,
    #[nested(id_prefix = "b2", group = "Bell 2")]
    pub bell_2: BandParams,
    #[nested(id_prefix = "b3", group = "Bell 3")]
    pub bell_3: BandParams,
    #[nested(id_prefix = "hs", group = "High shelf")]
    pub high_shelf: BandParams,
    #[id = "lp"]
    pub low_pass_slope: EnumParam<SlopeChoice>,
    #[id = "lp_freq"]
    pub low_pass_frequency: FloatParam,
}

impl Default for EqualizerParams {
    fn default() -> Self {
        let default = EqualizerSettings::default();
        let [bell_1, bell_2, bell_3] = &default.bells;
        Self {
            high_pass_slope: EnumParam::new("High-pass", SlopeChoice::Off),
            high_pass_frequency: text::hertz("High-pass frequency", default.high_pass.frequency_hz, 10.0, 500.0),
            low_shelf: BandParams::new("Low shelf", &default.low_shelf),
            bell_1: BandParams::new("Bell 1", bell_1),
            bell_2: BandParams::new("Bell 2", bell_2),
            bell_3: BandParams::new("Bell 3", bell_3),
            high_shelf: BandParams::new("High shelf", &default.high_shelf),
            low_pass_slope: EnumParam::new("Low-pass", SlopeChoice::Off),
            low_pass_frequency: text::hertz("Low-pass frequency", default.low_pass.frequency_hz, 1_000.0, 22_000.0),
        }
    }
}

impl EqualizerParams {
    /// What the sound is told; bands without a placement of their own hear both channels. `[audio]`
    pub fn settings(&self, placements: Option<&PlacementParams>) -> EqualizerSettings {
        let placement = |parameter: fn(&PlacementParams) -> &EnumParam<PlacementChoice>| {
            placements.map_or(Placement::Stereo, |placements| parameter(placements).value().into())
        };
        EqualizerSettings {
            high_pass: CutSettings {
                slope: self.high_pass_slope.value().into(),
                frequency_hz: self.high_pass_frequency.value(),
                placement: placement(|p| &p.high_pass),
            },
            low_shelf: self.low_shelf.settings(placement(|p| &p.low_shelf)),
            bells: [
                self.bell_1.settings(placement(|p| &p.bell_1)),
                self.bell_2.settings(placement(|p| &p.bell_2)),
                self.bell_3.settings(placement(|p| &p.bell_3)),
            ],
            high_shelf: self.high_shelf.settings(placement(|p| &p.high_shelf)),
            low_pass: CutSettings {
                slope: self.low_pass_slope.value().into(),
                frequency_hz: self.low_pass_frequency.value(),
                placement: placement(|p| &p.low_pass),
            },
        }
    }
}

/// What each band hears.
#[derive(Params)]
#[allow(missing_docs, reason = "the names and ids are the documentation of a parameter")]
pub struct PlacementParams {
    #[id = "hp_ms"]
    pub high_pass: EnumParam<PlacementChoice>,
    #[id = "ls_ms"]
    pub low_shelf: EnumParam<PlacementChoice>,
    #[id = "b1_ms"]
    pub bell_1: EnumParam<PlacementChoice>,
    #[id = "b2_ms"]
    pub bell_2: EnumParam<PlacementChoice>,
    #[id = "b3_ms"]
    pub bell_3: EnumParam<PlacementChoice>,
    #[id = "hs_ms"]
    pub high_shelf: EnumParam<PlacementChoice>,
    #[id = "lp_ms"]
    pub low_pass: EnumParam<PlacementChoice>,
}

impl Default for PlacementParams {
    fn default() -> Self {
        let placement = |band: &str| EnumParam::new(format!("{band} placement"), PlacementChoice::Stereo);
        Self {
            high_pass: placement("High-pass"),
            low_shelf: placement("Low shelf"),
            bell_1: placement("Bell 1"),
            bell_2: placement("Bell 2"),
            bell_3: placement("Bell 3"),
            high_shelf: placement("High shelf"),
            low_pass: placement("Low-pass"),
        }
    }
}
