//! What happens to the sum: input gain, equalizer, compressor, limiter, output gain, dither, bypass, meters.

use crate::bypass::{Bypass, BypassSettings};
use crate::compressor::{Compressor, CompressorSettings};
use crate::dither::{Dither, WordLength};
use crate::equalizer::{Equalizer, EqualizerSettings};
use crate::format::Format;
use crate::limiter::{Limiter, LimiterSettings, trace::Trace};
use crate::meter::loudness::Loudness;
use crate::meter::null::{NullMeter, NullReadings};
use crate::meter::peak::PeakMeter;
use crate::meter::{Meter, Readings};
use crate::trim::{Trim, TrimSettings};
use crate::units;

/// Everything the master's chain can be told. The default only holds −1 dBTP.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MasterSettings {
    /// Gain before everything, −12…+12 dB.
    pub input_gain_db: f32,
    /// The equalizer's bands.
    pub equalizer: EqualizerSettings,
    /// The compressor.
    pub compressor: CompressorSettings,
    /// The limiter.
    pub limiter: LimiterSettings,
    /// The word length of the file to come. The ceiling holds after it too; chosen while sound plays, 25 ms later.
    pub dither: WordLength,
    /// Gain after the limiter for listening at a matched level, −24…0 dB: only down, so that the ceiling holds.
    pub output_gain_db: f32,
    /// Passes the input through, as late as the processed signal.
    pub bypass: bool,
    /// While bypassed: plays the input as loud as the processed signal was when the bypass was switched on.
    pub matched_bypass: bool,
}

/// What the master's chain says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MasterReadings {
    /// What leaves the chain.
    pub meter: Readings,
    /// Reduction of the compressor now, in dB, 0 or more.
    pub compressor_reduction_db: f64,
    /// The largest reduction of the compressor since the measurement began, in dB.
    pub max_compressor_reduction_db: f64,
    /// Reduction of the limiter now, in dB, 0 or more.
    pub limiter_reduction_db: f64,
    /// The largest reduction of the limiter since the measurement began, in dB.
    pub max_limiter_reduction_db: f64,
    /// How much of the time the limiter has reduced, 0…1.
    pub limiter_reducing_share: f64,
    /// The input against the reference mix, while there is one.
    pub null: Option<NullReadings>,
}

/// Masters the sum of the stems and measures what leaves. Stereo; equally late under every setting.
pub struct MasterChain {
    input_gain: Trim,
    equalizer: Equalizer,
    compressor: Compressor,
    limiter: Limiter,
    output_gain: Trim,
    dither: Dither,
    bypass: Bypass,
    settings: MasterSettings,
    /// Gain of the input while bypassed.
    bypass_gain_db: f32,
    input_loudness: Loudness,
    input_peak: PeakMeter,
    processed_loudness: Loudness,
    null: NullMeter,
    meter: Meter,
}

impl MasterChain {
    /// A chain that only holds −1 dBTP. `[setup]`
    pub fn new(format: Format) -> Self {
        let limiter = Limiter::new(format);
        Self {
            input_gain: Trim::new(format),
            equalizer: Equalizer::new(format),
            compressor: Compressor::new(format),
            output_gain: Trim::new(format),
            dither: Dither::new(format),
            bypass: Bypass::new(format, limiter.latency_frames()),
            limiter,
            settings: MasterSettings::default(),
            bypass_gain_db: 0.0,
            input_loudness: Loudness::new(format),
            input_peak: PeakMeter::new(format),
            processed_loudness: Loudness::new(format),
            null: NullMeter::new(format),
            meter: Meter::new(format),
        }
    }

    /// Applies settings; costs next to nothing when they are those in force. `[audio]`
    pub fn set(&mut self, settings: &MasterSettings) {
        if *settings == self.settings {
            return;
        }
        let previous = std::mem::replace(&mut self.settings, *settings);
        self.input_gain.set(&TrimSettings { trim_db: settings.input_gain_db, ..TrimSettings::default() });
        self.equalizer.set(&settings.equalizer);
        self.compressor.set(&settings.compressor);
        self.dither.set(settings.dither);
        self.limiter.set(&under_dither(&settings.limiter, self.dither.largest_error()));
        self.output_gain.set(&TrimSettings { trim_db: settings.output_gain_db, ..TrimSettings::default() });
        let matched = settings.bypass && settings.matched_bypass;
        if matched != (previous.bypass && previous.matched_bypass) {
            self.bypass_gain_db = if matched { self.matching_gain_db() } else { 0.0 };
        }
        self.bypass.set(&BypassSettings { on: settings.bypass, input_gain_db: self.bypass_gain_db });
    }

    /// Forgets the sound, but not what has been measured. `[audio]`
    pub fn reset(&mut self) {
        self.input_gain.reset();
        self.equalizer.reset();
        self.compressor.reset();
        self.limiter.reset();
        self.output_gain.reset();
        self.dither.reset();
        self.bypass.reset();
    }

    /// Starts the measurement again. `[audio]`
    pub fn reset_measurement(&mut self) {
        self.meter.reset();
        self.null.reset();
        self.compressor.reset_readings();
        self.limiter.reset_readings();
    }

    /// Works on a block in place; `reference` is the mix the input is compared with, where there is one. `[audio]`
    pub fn process<Reference: AsRef<[f32]>>(&mut self, block: &mut [&mut [f32]], reference: Option<&[Reference]>) {
        self.null.process(block, reference);
        self.input_loudness.process(block);
        self.input_peak.process(block);
        let Self {
            input_gain, equalizer, compressor, limiter, output_gain, dither, bypass, processed_loudness, ..
        } = self;
        bypass.process(block, |piece| {
            input_gain.process(piece);
            equalizer.process(piece);
            compressor.process(piece);
            limiter.process(piece);
            output_gain.process(piece);
            dither.process(piece);
            processed_loudness.process(piece);
        });
        self.meter.process(block);
    }

    /// How late the output is, under every setting. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.limiter.latency_frames()
    }

    /// What goes into the limiter and comes out, while somebody looks. `[audio]`
    pub fn limiter_trace(&mut self) -> &mut Trace {
        self.limiter.trace()
    }

    /// What has been measured. `[audio]`
    pub fn readings(&self) -> MasterReadings {
        MasterReadings {
            meter: self.meter.readings(),
            compressor_reduction_db: self.compressor.reduction_db(),
            max_compressor_reduction_db: self.compressor.max_reduction_db(),
            limiter_reduction_db: self.limiter.reduction_db(),
            max_limiter_reduction_db: self.limiter.max_reduction_db(),
            limiter_reducing_share: self.limiter.reducing_share(),
            null: self.null.readings(),
        }
    }

    /// The gain that makes the input as loud as the processed signal over the last 3 s, but never lets a peak heard so
    /// far exceed full scale: a comparison must not hurt.
    fn matching_gain_db(&self) -> f32 {
        let input_lufs = self.input_loudness.short_term_lufs();
        let processed_lufs = self.processed_loudness.short_term_lufs();
        if input_lufs.min(processed_lufs) < AUDIBLE_LUFS {
            return 0.0;
        }
        let headroom_db = -self.input_peak.max_peak_dbfs();
        (processed_lufs - input_lufs).min(headroom_db.max(0.0)) as f32
    }
}

/// The limiter's settings with a ceiling so much lower that what comes after it, off by at most `largest_error`, does not
/// exceed the ceiling asked for: 0.004 dB at −1 dBTP and 16 bit shaped, nothing without dither.
fn under_dither(limiter: &LimiterSettings, largest_error: f64) -> LimiterSettings {
    if largest_error == 0.0 {
        return *limiter;
    }
    let ceiling = units::gain_from_db(limiter.ceiling_dbtp.min(0.0).into()) - largest_error;
    LimiterSettings { ceiling_dbtp: (units::db_from_gain(ceiling) as f32).next_down(), ..*limiter }
}

/// Below this there is nothing to match: the absolute gate of BS.1770.
const AUDIBLE_LUFS: f64 = -70.0;
