//! What happens to a stem: trim, equalizer, compressor, bypass, meter.

use crate::bypass::{Bypass, BypassSettings};
use crate::compressor::{Compressor, CompressorSettings};
use crate::equalizer::{Equalizer, EqualizerSettings};
use crate::format::Format;
use crate::meter::{Meter, Readings};
use crate::trim::{Trim, TrimSettings};

/// Everything a stem's chain can be told. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StemSettings {
    /// Level, polarity, balance, mute.
    pub trim: TrimSettings,
    /// The equalizer's bands.
    pub equalizer: EqualizerSettings,
    /// The compressor.
    pub compressor: CompressorSettings,
    /// Passes the input through.
    pub bypass: bool,
}

/// What a stem's chain says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StemReadings {
    /// What leaves the chain.
    pub meter: Readings,
    /// Reduction of the compressor now, in dB, 0 or more.
    pub reduction_db: f64,
    /// The largest reduction since the measurement began, in dB.
    pub max_reduction_db: f64,
}

/// Corrects a stem a little and measures what it sends to the mix. Mono or stereo; never late.
pub struct StemChain {
    trim: Trim,
    equalizer: Equalizer,
    compressor: Compressor,
    bypass: Bypass,
    meter: Meter,
    settings: StemSettings,
}

impl StemChain {
    /// A chain that leaves the signal alone. `[setup]`
    pub fn new(format: Format) -> Self {
        Self {
            trim: Trim::new(format),
            equalizer: Equalizer::new(format),
            compressor: Compressor::new(format),
            bypass: Bypass::new(format, 0),
            meter: Meter::new(format),
            settings: StemSettings::default(),
        }
    }

    /// Applies settings; costs next to nothing when they are those in force. `[audio]`
    pub fn set(&mut self, settings: &StemSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.trim.set(&settings.trim);
        self.equalizer.set(&settings.equalizer);
        self.compressor.set(&settings.compressor);
        self.bypass.set(&BypassSettings { on: settings.bypass, input_gain_db: 0.0 });
    }

    /// Forgets the sound, but not what has been measured. `[audio]`
    pub fn reset(&mut self) {
        self.trim.reset();
        self.equalizer.reset();
        self.compressor.reset();
        self.bypass.reset();
    }

    /// Starts the measurement again. `[audio]`
    pub fn reset_measurement(&mut self) {
        self.meter.reset();
        self.compressor.reset_readings();
    }

    /// Works on a block in place. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        self.process_unmeasured(block);
        self.meter.process(block);
    }

    /// The same for whoever measures the sound at another time. `[audio]`
    pub fn process_unmeasured(&mut self, block: &mut [&mut [f32]]) {
        let Self { trim, equalizer, compressor, bypass, .. } = self;
        bypass.process(block, |piece| {
            trim.process(piece);
            equalizer.process(piece);
            compressor.process(piece);
        });
    }

    /// How late the output is: never. `[any]`
    pub fn latency_frames(&self) -> usize {
        0
    }

    /// Reduction of the compressor now, in dB, 0 or more. `[audio]`
    pub fn reduction_db(&self) -> f64 {
        self.compressor.reduction_db()
    }

    /// What has been measured. `[audio]`
    pub fn readings(&self) -> StemReadings {
        StemReadings {
            meter: self.meter.readings(),
            reduction_db: self.compressor.reduction_db(),
            max_reduction_db: self.compressor.max_reduction_db(),
        }
    }
}
