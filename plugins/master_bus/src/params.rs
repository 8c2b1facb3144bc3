//! What the host sees of Master Bus: its parameters and what else the project file keeps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use dsp::dither::WordLength;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::MasterSettings;
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, IntParam, IntRange, Params};
use plugin_kit::compressor_params::CompressorParams;
use plugin_kit::edits::Product;
use plugin_kit::edits::compare::Compare;
use plugin_kit::edits::settings::Scope;
use plugin_kit::equalizer_params::{EqualizerParams, PlacementParams};
use plugin_kit::membership::Membership;
use plugin_kit::text;
use session::identity::Kind;
use targets::{Target, Targets};

/// What the window keeps of edits. Bypasses and the reset are for listening; dither and target belong to the delivery.
pub const PRODUCT: Product = Product {
    id: "org.stemma.master-bus",
    name: "Master Bus",
    factory: include_str!("presets.toml"),
    scope: Scope { moment: &["bypass", "matched_bypass", "reset"], place: &["dither", "target", "reset_policy"] },
};

/// The word length of the file to come, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum DitherChoice {
    #[id = "off"]
    Off,
    #[id = "24"]
    #[name = "24 bit"]
    Bits24,
    #[id = "20"]
    #[name = "20 bit"]
    Bits20,
    #[id = "16"]
    #[name = "16 bit"]
    Bits16,
}

impl From<DitherChoice> for WordLength {
    fn from(choice: DitherChoice) -> Self {
        match choice {
            DitherChoice::Off => WordLength::Off,
            DitherChoice::Bits24 => WordLength::Bits24,
            DitherChoice::Bits20 => WordLength::Bits20,
            DitherChoice::Bits16 => WordLength::Bits16,
        }
    }
}

/// When the measurement starts again by itself, as the host lists it.
#[derive(Enum, Clone, Copy, Debug, PartialEq)]
pub enum ResetPolicy {
    /// Only when asked.
    #[id = "manual"]
    Manual,
    /// When playback starts.
    #[id = "play"]
    #[name = "On play"]
    OnPlay,
    /// When playback starts or jumps.
    #[id = "jump"]
    #[name = "On jump"]
    OnJump,
}

impl From<ResetPolicy> for session::identity::ResetPolicy {
    fn from(policy: ResetPolicy) -> Self {
        match policy {
            ResetPolicy::Manual => Self::Manual,
            ResetPolicy::OnPlay => Self::OnPlay,
            ResetPolicy::OnJump => Self::OnJump,
        }
    }
}

/// The limiter.
#[derive(Params)]
pub struct LimiterParams {
    #[id = "drive"]
    pub drive: FloatParam,
    #[id = "ceiling"]
    pub ceiling: FloatParam,
    #[id = "lim_auto_release"]
    pub auto_release: BoolParam,
    #[id = "lim_release"]
    pub release: FloatParam,
    #[id = "lookahead"]
    pub lookahead: FloatParam,
    #[id = "true_peak"]
    pub true_peak: BoolParam,
    #[id = "lim_link"]
    pub stereo_link: FloatParam,
}

impl Default for LimiterParams {
    fn default() -> Self {
        let default = LimiterSettings::default();
        Self {
            drive: text::decibels("Drive", default.drive_db, 0.0, 24.0),
            ceiling: text::decibels("Ceiling", default.ceiling_dbtp, -12.0, 0.0),
            auto_release: BoolParam::new("Limiter auto release", default.auto_release),
            release: text::milliseconds("Limiter release", default.release_ms, 5.0, 1_000.0),
            lookahead: text::milliseconds("Look-ahead", default.lookahead_ms, 1.0, 5.0),
            true_peak: BoolParam::new("True peak", default.true_peak),
            stereo_link: text::percent("Limiter stereo link", default.stereo_link * 100.0),
        }
    }
}

impl LimiterParams {
    fn settings(&self) -> LimiterSettings {
        LimiterSettings {
            drive_db: self.drive.value(),
            ceiling_dbtp: self.ceiling.value(),
            auto_release: self.auto_release.value(),
            release_ms: self.release.value(),
            lookahead_ms: self.lookahead.value(),
            true_peak: self.true_peak.value(),
            stereo_link: self.stereo_link.value() * 0.01,
        }
    }
}

/// What leaves the plugin.
#[derive(Params)]
pub struct OutputParams {
    #[id = "dither"]
    pub dither: EnumParam<DitherChoice>,
    #[id = "output_gain"]
    pub output_gain: FloatParam,
}

/// What is measured, and against what.
#[derive(Params)]
pub struct MeasureParams {
    /// A platform of the table, by its place in it.
    #[id = "target"]
    pub target: IntParam,
    /// Starts the measurement again when switched on.
    #[id = "reset"]
    pub reset: BoolParam,
    #[id = "reset_policy"]
    pub reset_policy: EnumParam<ResetPolicy>,
}

/// Everything the project file keeps.
#[derive(Params)]
pub struct MasterParams {
    #[id = "input_gain"]
    pub input_gain: FloatParam,
    #[nested(group = "Equalizer")]
    pub equalizer: EqualizerParams,
    #[nested(group = "Equalizer")]
    pub placements: PlacementParams,
    #[nested(id_prefix = "comp", group = "Compressor")]
    pub compressor: CompressorParams,
    #[nested(group = "Limiter")]
    pub limiter: LimiterParams,
    #[nested(group = "Output")]
    pub output: OutputParams,
    #[nested(group = "Measure")]
    pub measure: MeasureParams,
    #[id = "bypass"]
    pub bypass: BoolParam,
    #[id = "matched_bypass"]
    pub matched_bypass: BoolParam,

    /// Who the instance is in the session.
    #[persist = "session"]
    pub membership: Membership,
    /// Two sets of settings to compare.
    #[persist = "compare"]
    pub compare: Compare,
    /// Width and height of the window in logical pixels; 0 until it was open.
    #[persist = "window"]
    pub window_size: RwLock<[f32; 2]>,
    /// The platforms `target` chooses from.
    pub platforms: Arc<Targets>,
    /// Reset has been switched on since the audio thread looked last.
    reset_requested: Arc<AtomicBool>,
}

impl Default for MasterParams {
    fn default() -> Self {
        let platforms = Arc::new(Targets::built_in());
        let reset_requested = Arc::new(AtomicBool::new(false));
        Self {
            input_gain: text::decibels("Input gain", 0.0, -12.0, 12.0),
            equalizer: EqualizerParams::default(),
            placements: PlacementParams::default(),
            compressor: CompressorParams::default(),
            limiter: LimiterParams::default(),
            output: OutputParams {
                dither: EnumParam::new("Dither", DitherChoice::Off),
                output_gain: text::decibels("Output gain", 0.0, -24.0, 0.0),
            },
            measure: MeasureParams {
                target: target_param(&platforms),
                reset: reset_param(&reset_requested),
                reset_policy: EnumParam::new("Reset policy", ResetPolicy::OnPlay),
            },
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            matched_bypass: BoolParam::new("Matched bypass", false),
            membership: Membership::new(Kind::Master),
            compare: Compare::default(),
            window_size: RwLock::default(),
            platforms,
            reset_requested,
        }
    }
}

/// A button: what counts is that it goes on, however short and whether or not a block runs meanwhile.
fn reset_param(requested: &Arc<AtomicBool>) -> BoolParam {
    let requested = Arc::clone(requested);
    BoolParam::new("Reset", false).with_callback(Arc::new(move |on| {
        if on {
            requested.store(true, Ordering::Relaxed);
        }
    }))
}

/// A platform, by its number. Not automatable: the table may grow, and then an automation lane would point elsewhere.
fn target_param(platforms: &Arc<Targets>) -> IntParam {
    let last = platforms.all().len().saturating_sub(1) as i32;
    let (shown, typed) = (Arc::clone(platforms), Arc::clone(platforms));
    IntParam::new("Target", 0, IntRange::Linear { min: 0, max: last })
        .with_value_to_string(Arc::new(move |number| {
            usize::try_from(number)
                .ok()
                .and_then(|number| shown.all().get(number))
                .map(Target::title)
                .unwrap_or_default()
        }))
        .with_string_to_value(Arc::new(move |text| {
            let is_named =
                |target: &Target| target.title().eq_ignore_ascii_case(text) || target.id.eq_ignore_ascii_case(text);
            typed.all().iter().position(is_named).map(|number| number as i32)
        }))
        .non_automatable()
}

impl MasterParams {
    /// Whether a reset has been asked for since this was called last. `[audio]`
    pub fn take_reset_request(&self) -> bool {
        self.reset_requested.swap(false, Ordering::Relaxed)
    }

    /// The one place where the host's parameters become the sound's settings. `[audio]`
    pub fn settings(&self) -> MasterSettings {
        MasterSettings {
            input_gain_db: self.input_gain.value(),
            equalizer: self.equalizer.settings(Some(&self.placements)),
            compressor: self.compressor.settings(),
            limiter: self.limiter.settings(),
            dither: self.output.dither.value().into(),
            output_gain_db: self.output.output_gain.value(),
            bypass: self.bypass.value(),
            matched_bypass: self.matched_bypass.value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dsp::role::GuardRails;
    use plugin_kit::edits::presets::Presets;
    use plugin_kit::edits::settings::{Parameters, Setting, normalized_of};

    use super::*;

    #[test]
    fn the_presets_name_real_values_inside_what_is_usual_for_a_master() {
        let mut presets = Presets::in_folder(PRODUCT.id, PRODUCT.factory, None);
        presets.read();
        let parameters = Parameters::new(Arc::new(MasterParams::default()), PRODUCT.scope);
        let all: Vec<_> = (0..).map_while(|number| presets.get(number).cloned()).collect();
        assert!(all.len() >= 8, "{:?}", presets.names());
        let rails = GuardRails::master();
        for preset in &all {
            for (id, setting) in &preset.settings {
                let about = format!("{}: {id} = {setting:?}", preset.name);
                let parameter = parameters.find(id).unwrap_or_else(|| panic!("{about}: no parameter of the sound"));
                assert!(normalized_of(parameter, setting).is_some(), "{about}");
                let Setting::Number(value) = setting else { continue };
                let value = *value as f32;
                let is_usual = match id.as_str() {
                    "input_gain" => rails.trim_db.contains(&value),
                    "comp_ratio" => rails.ratio.contains(&value),
                    "comp_attack" => rails.attack_ms.contains(&value),
                    "comp_release" => rails.release_ms.contains(&value),
                    // The last 1 to 4 dB of a master.
                    "drive" => (0.0..=4.0).contains(&value),
                    // None lets a peak reach full scale.
                    "ceiling" => (-2.0..=-0.5).contains(&value),
                    id if id.ends_with("_gain") => rails.equalizer_gain_db.contains(&value),
                    _ => true,
                };
                assert!(is_usual, "{about}");
            }
        }
    }
}
