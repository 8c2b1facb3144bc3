//! How fast the sound is computed: × realtime on one core, and beside the `ebur128` crate in the same run.
//!
//! The candidates take turns, so that whatever else the machine does falls on all of them; the median of the rounds
//! counts. Compare the ratios, not the seconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

use dsp::compressor::CompressorSettings;
use dsp::dither::WordLength;
use dsp::equalizer::{EqualizerSettings, Slope};
use dsp::format::Format;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::meter::Meter;
use dsp::stem_chain::{StemChain, StemSettings};
use ebur128::{EbuR128, Mode};
use testkit::{blocks, signals};

const RATE_HZ: f64 = 48_000.0;
const SECONDS: usize = 5;
const BLOCK_FRAMES: usize = 512;
const ROUNDS: usize = 7;

/// Works on the whole signal once, one vector a channel.
type Work = Box<dyn FnMut(&mut [Vec<f32>])>;

/// Something to be timed.
struct Candidate {
    name: &'static str,
    run: Work,
}

fn main() {
    let mut candidates = candidates();
    let signal = noise();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); candidates.len()];
    for _ in 0..ROUNDS {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let mut channels = signal.clone();
            let start = Instant::now();
            (candidate.run)(&mut channels);
            times.push(start.elapsed());
            black_box(&channels);
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[times.len() / 2].as_secs_f64()
        })
        .collect();
    let yardstick = medians.last().copied().unwrap_or(1.0);
    println!("stereo, {RATE_HZ} Hz, blocks of {BLOCK_FRAMES}, one core, median of {ROUNDS} rounds");
    println!("{:44} {:>12} {:>10} {:>14}", "", "× realtime", "ns/frame", "ebur128 = 1");
    for (candidate, seconds) in candidates.iter().zip(&medians) {
        let frames = SECONDS as f64 * RATE_HZ;
        println!(
            "{:44} {:>12.0} {:>10.1} {:>14.2}",
            candidate.name,
            SECONDS as f64 / seconds,
            seconds / frames * 1e9,
            yardstick / seconds
        );
    }
}

fn candidates() -> Vec<Candidate> {
    let mut stem = StemChain::new(Format::stereo(RATE_HZ));
    stem.set(&StemSettings { equalizer: equalizer(), compressor: compressor(), ..StemSettings::default() });
    let mut neutral_stem = StemChain::new(Format::stereo(RATE_HZ));
    let mut master = MasterChain::new(Format::stereo(RATE_HZ));
    master.set(&MasterSettings {
        equalizer: equalizer(),
        compressor: compressor(),
        limiter: LimiterSettings { drive_db: 6.0, ..LimiterSettings::default() },
        dither: WordLength::Bits24,
        ..MasterSettings::default()
    });
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    let mode = Mode::M | Mode::S | Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK | Mode::HISTOGRAM;
    let mut yardstick = EbuR128::new(2, RATE_HZ as u32, mode).expect("a plain stereo format");
    vec![
        Candidate { name: "Stem Trim, everything on", run: in_blocks(move |block| stem.process(block)) },
        Candidate { name: "Stem Trim, neutral", run: in_blocks(move |block| neutral_stem.process(block)) },
        Candidate {
            name: "Master Bus, everything on, 6 dB of drive",
            run: in_blocks(move |block| master.process(block, None::<&[&[f32]]>)),
        },
        Candidate {
            name: "meters alone (true peak 8 × 32 and ITU)",
            run: in_blocks(move |block| meter.process(block)),
        },
        Candidate {
            name: "ebur128 crate (true peak 4 × 12)",
            run: in_blocks(move |block| {
                let planes: Vec<&[f32]> = block.iter().map(|channel| &**channel).collect();
                yardstick.add_frames_planar_f32(&planes).expect("the format it was made for");
            }),
        },
    ]
}

fn in_blocks(mut process: impl FnMut(&mut [&mut [f32]]) + 'static) -> Work {
    Box::new(move |channels| blocks::in_blocks(channels, &[BLOCK_FRAMES], &mut process))
}

fn equalizer() -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.high_pass.slope = Slope::Db24;
    settings.low_pass.slope = Slope::Db12;
    for band in settings.bells.iter_mut().chain([&mut settings.low_shelf, &mut settings.high_shelf]) {
        band.on = true;
        band.gain_db = 2.0;
    }
    settings
}

fn compressor() -> CompressorSettings {
    CompressorSettings { on: true, ..CompressorSettings::default() }
}

/// Left and right of noise around −12 dBFS.
fn noise() -> Vec<Vec<f32>> {
    let frames = SECONDS * RATE_HZ as usize;
    (1..=2).map(|seed| signals::white_noise(seed, 0.25, frames)).collect()
}
