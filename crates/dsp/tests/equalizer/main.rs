//! The equalizer, measured.

mod changes;
mod curves;
mod placement;
mod precision;
mod response;

use dsp::{
    equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Placement, Slope},
    format::Format,
    svf,
};
use testkit::{allocations::Counting, blocks::in_blocks, contract, rulers, signals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Contracted(Equalizer);

impl contract::Processor for Contracted {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.0.process(block);
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn latency_frames(&self) -> usize {
        self.0.latency_frames()
    }

    fn largest_jump_step(&self) -> f64 {
        0.001
    }

    fn set_neutral(&mut self) {
        self.0.set(&EqualizerSettings::default());
    }

    fn set_busy(&mut self) {
        self.0.set(&busy());
    }
}

fn cut(slope: Slope, frequency_hz: f32) -> CutSettings {
    CutSettings { slope, frequency_hz, placement: Placement::Stereo }
}

fn band(frequency_hz: f32, gain_db: f32, q: f32) -> BandSettings {
    BandSettings { on: true, frequency_hz, gain_db, q, placement: Placement::Stereo }
}

/// Every band on.
fn busy() -> EqualizerSettings {
    EqualizerSettings {
        high_pass: cut(Slope::Db24, 35.0),
        low_shelf: band(120.0, 2.0, 0.71),
        bells: [
            band(300.0, -4.0, 2.0),
            BandSettings { placement: Placement::Mid, ..band(2_000.0, 3.0, 0.8) },
            BandSettings { placement: Placement::Side, ..band(9_000.0, 6.0, 1.5) },
        ],
        high_shelf: band(12_000.0, -3.0, 0.6),
        low_pass: cut(Slope::Db12, 19_000.0),
    }
}

/// One filter alone.
fn with_high_pass(slope: Slope, frequency_hz: f32) -> EqualizerSettings {
    EqualizerSettings { high_pass: cut(slope, frequency_hz), ..Default::default() }
}

fn with_low_pass(slope: Slope, frequency_hz: f32) -> EqualizerSettings {
    EqualizerSettings { low_pass: cut(slope, frequency_hz), ..Default::default() }
}

fn with_low_shelf(low_shelf: BandSettings) -> EqualizerSettings {
    EqualizerSettings { low_shelf, ..Default::default() }
}

fn with_high_shelf(high_shelf: BandSettings) -> EqualizerSettings {
    EqualizerSettings { high_shelf, ..Default::default() }
}

const SLOPES: [Slope; 3] = [Slope::Db6, Slope::Db12, Slope::Db24];

fn with_bell(bell: BandSettings) -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.bells[1] = bell;
    settings
}

fn mono(sample_rate_hz: f64, settings: EqualizerSettings) -> Equalizer {
    let mut equalizer = Equalizer::new(Format::mono(sample_rate_hz));
    equalizer.set(&settings);
    equalizer
}

#[test]
fn equalizer_keeps_the_contract() {
    contract::check(&|sample_rate_hz, channels| {
        Box::new(Contracted(Equalizer::new(Format { sample_rate_hz, channels })))
    });
}
