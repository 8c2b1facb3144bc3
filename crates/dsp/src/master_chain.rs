//! What happens to the sum: input gain, equalizer, compressor, limiter, output gain, dither, bypass, meters.

use crate::bypass::{Bypass, BypassSettings};
use crate::compressor::{Compressor, CompressorSettings};
use crate::dither::{Dither, WordLength};
use crate::equalizer::{Equalizer, EqualizerSettings};
use crate::format::Format;
use crate::limiter::{Limiter, LimiterSettings, trace::Trace};
use crate::master_gains::MasterGains;
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

    /// Says where in the song the next block begins; without that the song runs on. `[audio]`
    pub fn locate(&mut self, song_frames: i64) {
        self.null.locate(song_frames);
    }

    /// Takes the input to come this much later than the reference mix: see [`NullMeter::set_offset_frames`]. `[audio]`
    pub fn set_reference_offset_frames(&mut self, offset_frames: i64) {
        self.null.set_offset_frames(offset_frames);
    }

    /// Works on a block in place; `reference` is the mix the input is compared with, where there is one. `[audio]`
    pub fn process<Reference: AsRef<[f32]>>(&mut self, block: &mut [&mut [f32]], reference: Option<&[Reference]>) {
        self.null.process(block, reference);
        self.run(block, Dynamics::Own);
    }

    /// Works on a block of at most [`MasterGains::capacity_frames`] in place, to the bit as [`MasterChain::process`]
    /// does, and notes the gains of the dynamics. `[audio]`
    pub fn process_noting(&mut self, block: &mut [&mut [f32]], gains: &mut MasterGains) {
        self.run(block, Dynamics::Noted(gains));
    }

    /// Works on a block in place with the gains another chain, of the same settings, has noted for it. `[audio]`
    ///
    /// Parts of a sum that follow the gains of the sum add up to its master, as far as 32-bit samples can and dither
    /// aside. A part may exceed the ceiling: the gains were made for the whole. For chains that follow from the first
    /// frame on; the readings of the dynamics stay at none.
    pub fn process_following(&mut self, block: &mut [&mut [f32]], gains: &MasterGains) {
        self.run(block, Dynamics::Followed(gains));
    }

    /// Works on a block as far as the limiter: what a search for its drive needs to hear only once. Not late; nothing is
    /// measured, and a bypass is not obeyed. `[audio]`
    pub fn process_before_limiter(&mut self, block: &mut [&mut [f32]]) {
        self.input_gain.process(block);
        self.equalizer.process(block);
        self.compressor.process(block);
    }

    /// Works on a block of at most [`MasterGains::capacity_frames`] in place with the limiter alone, and notes its gains.
    /// Late as the chain is; nothing is measured, and a bypass is not obeyed. `[audio]`
    pub fn process_limiter(&mut self, block: &mut [&mut [f32]], gains: &mut MasterGains) {
        self.limiter.process_noting(block, &mut gains.limiter);
    }

    /// Works on a block in place with what follows the limiter: after [`MasterChain::process_before_limiter`] and
    /// [`MasterChain::process_limiter`] it is, to the bit, what [`MasterChain::process`] makes without a bypass. Not
    /// late; nothing is measured. `[audio]`
    pub fn process_after_limiter(&mut self, block: &mut [&mut [f32]]) {
        self.output_gain.process(block);
        self.dither.process(block);
    }

    fn run(&mut self, block: &mut [&mut [f32]], mut dynamics: Dynamics) {
        self.input_loudness.process(block);
        self.input_peak.process(block);
        let Self {
            input_gain, equalizer, compressor, limiter, output_gain, dither, bypass, processed_loudness, ..
        } = self;
        let mut start = 0;
        bypass.process(block, |piece| {
            input_gain.process(piece);
            equalizer.process(piece);
            match &mut dynamics {
                Dynamics::Own => {
                    compressor.process(piece);
                    limiter.process(piece);
                }
                Dynamics::Noted(gains) => {
                    compressor.process_noting(piece, gains.compressor.get_mut(start..).unwrap_or_default());
                    limiter.process_noting(piece, gains.limiter.get_mut(start..).unwrap_or_default());
                }
                Dynamics::Followed(gains) => {
                    compressor.process_following(piece, gains.compressor.get(start..).unwrap_or_default());
                    limiter.process_following(piece, gains.limiter.get(start..).unwrap_or_default());
                }
            }
            output_gain.process(piece);
            dither.process(piece);
            processed_loudness.process(piece);
            start += piece.first().map_or(0, |channel| channel.len());
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

/// Where the gains of compressor and limiter come from.
enum Dynamics<'a> {
    /// From the signal.
    Own,
    /// From the signal, and they are written down.
    Noted(&'a mut MasterGains),
    /// From another chain.
    Followed(&'a MasterGains),
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
