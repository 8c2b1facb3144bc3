//! What the compressor promises, measured.

mod curve;
mod purity;
mod stereo;
mod times;

use dsp::{
    compressor::{Compressor, CompressorSettings, DetectorKind},
    format::Format,
};
use testkit::{contract, rulers::db, signals};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

struct UnderTest(Compressor);

impl contract::Processor for UnderTest {
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
        self.0.set(&CompressorSettings::default());
    }
    fn set_busy(&mut self) {
        self.0.set(&CompressorSettings {
            threshold_db: -40.0,
            auto_release: true,
            sidechain_high_pass_hz: Some(100.0),
            detector: DetectorKind::Rms,
            stereo_link: 0.5,
            mix: 0.7,
            auto_makeup: true,
            ..on()
        });
    }
}

#[test]
fn compressor_keeps_the_promises_of_every_processor() {
    contract::check(&|sample_rate_hz, channels| {
        Box::new(UnderTest(Compressor::new(Format { sample_rate_hz, channels })))
    });
}

fn on() -> CompressorSettings {
    CompressorSettings { on: true, ..CompressorSettings::default() }
}

fn mono(settings: &CompressorSettings, sample_rate_hz: f64) -> Compressor {
    let mut compressor = Compressor::new(Format::mono(sample_rate_hz));
    compressor.set(settings);
    compressor
}

fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// A square wave of 500 Hz: its rectified level is the same in every frame.
fn square(level_db: f64, sample_rate_hz: f64, seconds: f64) -> Vec<f32> {
    signals::square(500.0, gain(level_db), sample_rate_hz, (seconds * sample_rate_hz) as usize)
}

/// A sine that starts at its crest.
fn cosine(frequency_hz: f64, level_db: f64, sample_rate_hz: f64, seconds: f64) -> Vec<f32> {
    signals::sine(frequency_hz, gain(level_db), 90.0, sample_rate_hz, (seconds * sample_rate_hz) as usize)
}

/// Gain of every frame in dB.
fn gains_db(input: &[f32], output: &[f32]) -> Vec<f64> {
    input.iter().zip(output).map(|(&x, &y)| db(f64::from(y) / f64::from(x))).collect()
}

fn compressed(compressor: &mut Compressor, input: &[f32]) -> Vec<f32> {
    let mut output = input.to_vec();
    compressor.process(&mut [&mut output]);
    output
}

/// The reduction the compressor reports after each frame of an input.
fn readings_db(compressor: &mut Compressor, input: &[f32]) -> Vec<f64> {
    input
        .iter()
        .map(|&x| {
            compressor.process(&mut [&mut [x]]);
            compressor.reduction_db()
        })
        .collect()
}

#[test]
fn values_out_of_range_are_held_to_it() {
    let input = signals::white_noise(1, 1.0, 4_800);
    let play = |settings: CompressorSettings| compressed(&mut mono(&settings, RATE_HZ), &input);
    let (nan, huge) = (f32::NAN, f32::INFINITY);
    for (asked, held) in [
        (CompressorSettings { threshold_db: -huge, ..on() }, CompressorSettings { threshold_db: -60.0, ..on() }),
        (CompressorSettings { threshold_db: nan, knee_db: nan, makeup_db: nan, mix: nan, ..on() }, on()),
        (
            CompressorSettings { ratio: huge, knee_db: huge, attack_ms: -1.0, release_ms: 0.0, ..on() },
            CompressorSettings { ratio: 10.0, knee_db: 24.0, attack_ms: 0.1, release_ms: 5.0, ..on() },
        ),
        (
            CompressorSettings { sidechain_high_pass_hz: Some(nan), makeup_db: huge, ..on() },
            CompressorSettings { sidechain_high_pass_hz: Some(20.0), makeup_db: 12.0, ..on() },
        ),
    ] {
        assert_eq!(play(asked), play(held), "{asked:?}");
    }
}
