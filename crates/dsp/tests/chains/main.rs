//! What the two chains promise as a whole: the promises of every stage together, latency, bypass, readings.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

mod ceiling;
mod properties;
mod versions;

use dsp::bypass::CHUNK_FRAMES;
use dsp::compressor::CompressorSettings;
use dsp::dither::WordLength;
use dsp::equalizer::{BandSettings, EqualizerSettings, Slope};
use dsp::format::Format;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::{MasterChain, MasterReadings, MasterSettings};
use dsp::stem_chain::{StemChain, StemReadings, StemSettings};
use dsp::trim::TrimSettings;
use testkit::blocks::in_blocks;
use testkit::{contract, rulers, signals};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;
const NO_REFERENCE: Option<&[&[f32]]> = None;

fn equalizer() -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.high_pass.slope = Slope::Db12;
    settings.bells[1] = BandSettings { on: true, gain_db: 3.0, ..settings.bells[1] };
    settings
}

fn busy_stem() -> StemSettings {
    StemSettings {
        trim: TrimSettings { trim_db: -1.5, balance: 0.2, ..TrimSettings::default() },
        equalizer: equalizer(),
        compressor: CompressorSettings { on: true, threshold_db: -30.0, ..CompressorSettings::default() },
        bypass: false,
    }
}

fn busy_master() -> MasterSettings {
    MasterSettings {
        input_gain_db: 1.0,
        equalizer: equalizer(),
        compressor: CompressorSettings { on: true, threshold_db: -30.0, ..CompressorSettings::default() },
        limiter: LimiterSettings { drive_db: 9.0, ..LimiterSettings::default() },
        dither: WordLength::Bits24,
        ..MasterSettings::default()
    }
}

struct Stem(StemChain);

impl contract::Processor for Stem {
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
        self.0.set(&StemSettings::default());
    }
    fn set_busy(&mut self) {
        self.0.set(&busy_stem());
    }
}

struct Master(MasterChain);

impl contract::Processor for Master {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.0.process(block, NO_REFERENCE);
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
        // The suite's signals reach full scale: a ceiling of 0 dBFS leaves them alone.
        let limiter = LimiterSettings { ceiling_dbtp: 0.0, true_peak: false, ..LimiterSettings::default() };
        self.0.set(&MasterSettings { limiter, ..MasterSettings::default() });
    }
    fn set_busy(&mut self) {
        self.0.set(&busy_master());
    }
}

#[test]
fn the_stem_chain_keeps_every_promise() {
    contract::check(&|sample_rate_hz, channels| Box::new(Stem(StemChain::new(Format { sample_rate_hz, channels }))));
}

#[test]
fn the_master_chain_keeps_every_promise() {
    contract::check(&|sample_rate_hz, channels| {
        Box::new(Master(MasterChain::new(Format { sample_rate_hz, channels })))
    });
}

fn music() -> Vec<Vec<f32>> {
    (1..=2).map(|seed| signals::pink_noise(seed, 0.3, 96_000)).collect()
}

fn stem_readings(blocks: &[usize]) -> StemReadings {
    let mut chain = StemChain::new(Format::stereo(RATE_HZ));
    chain.set(&busy_stem());
    in_blocks(&mut music(), blocks, &mut |block| chain.process(block));
    chain.readings()
}

fn master_readings(blocks: &[usize]) -> MasterReadings {
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&busy_master());
    in_blocks(&mut music(), blocks, &mut |block| {
        let reference: Vec<Vec<f32>> = block.iter().map(|channel| channel.to_vec()).collect();
        chain.process(block, Some(&reference));
    });
    chain.readings()
}

#[test]
fn readings_are_the_same_for_every_block_size() {
    for blocks in [&[1][..], &[7, CHUNK_FRAMES, 480], &[4096]] {
        assert_eq!(stem_readings(blocks), stem_readings(&[96_000]));
        assert_eq!(master_readings(blocks), master_readings(&[96_000]));
    }
}

#[test]
fn the_null_test_hears_the_input_before_any_processing() {
    let null = master_readings(&[480]).null.expect("there was a reference all the time");
    assert_eq!(null.worst_residual_dbfs, dsp::units::SILENCE_DB, "the reference was the input itself");
}

#[test]
fn bypass_passes_the_delayed_input_to_the_bit() {
    let input = music();
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&MasterSettings { bypass: true, ..busy_master() });
    let mut output = input.clone();
    in_blocks(&mut output, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    let latency_frames = chain.latency_frames();
    for (input, output) in input.iter().zip(&output) {
        assert_eq!(input[..input.len() - latency_frames], output[latency_frames..]);
    }
}

#[test]
fn matched_bypass_is_as_loud_as_the_processed_signal() {
    let settings = MasterSettings { matched_bypass: true, ..busy_master() };
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&settings);
    let quiet: Vec<Vec<f32>> = (1..=2).map(|seed| signals::pink_noise(seed, 0.05, 5 * 48_000)).collect();
    let mut processed = quiet.clone();
    in_blocks(&mut processed, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    chain.set(&MasterSettings { bypass: true, ..settings });
    let mut bypassed = quiet.clone();
    in_blocks(&mut bypassed, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    // The same noise twice: the last 3 s of each, after every glide, must be equally loud. Half a tenth is what a
    // compressor makes of noise that is not the same in every second.
    let loudness = |channels: &[Vec<f32>]| {
        let last: Vec<&[f32]> = channels.iter().map(|channel| &channel[2 * 48_000..]).collect();
        testkit::loudness::Loudness::of(&last, RATE_HZ).integrated_lufs()
    };
    let (processed_lufs, bypassed_lufs, input_lufs) = (loudness(&processed), loudness(&bypassed), loudness(&quiet));
    assert!((processed_lufs - bypassed_lufs).abs() < 0.05, "{processed_lufs} against {bypassed_lufs}");
    assert!((processed_lufs - input_lufs).abs() > 3.0, "there was nothing to match");
}

#[test]
fn matched_bypass_never_exceeds_full_scale() {
    let settings = MasterSettings { matched_bypass: true, ..busy_master() };
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&settings);
    let mut spiky = vec![signals::pink_noise(1, 0.02, 4 * 48_000), signals::pink_noise(2, 0.02, 4 * 48_000)];
    spiky[0][1_000] = 0.9;
    let again = spiky.clone();
    in_blocks(&mut spiky, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    chain.set(&MasterSettings { bypass: true, ..settings });
    let mut bypassed = again;
    in_blocks(&mut bypassed, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    let largest = bypassed.iter().map(|channel| rulers::peak(channel)).fold(0.0, f64::max);
    assert!((0.99..=1.000_001).contains(&largest), "{largest}");
}

#[test]
fn a_loud_chorus_after_a_quiet_verse_does_not_hurt_in_matched_bypass() {
    let settings = MasterSettings { matched_bypass: true, ..busy_master() };
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&settings);
    let mut verse: Vec<Vec<f32>> = (1..=2).map(|seed| signals::pink_noise(seed, 0.005, 4 * 48_000)).collect();
    in_blocks(&mut verse, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    chain.set(&MasterSettings { bypass: true, ..settings });
    let mut chorus: Vec<Vec<f32>> = (3..=4).map(|seed| signals::white_noise(seed, 0.9, 48_000)).collect();
    in_blocks(&mut chorus, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    // The verse was lifted by some 10 dB; the chorus would be at +9 dBFS.
    assert_eq!(chorus.iter().map(|channel| rulers::peak(channel)).fold(0.0, f64::max), 1.0);
}

#[test]
fn forgetting_the_sound_keeps_the_measurement() {
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&busy_master());
    in_blocks(&mut music(), &[480], &mut |block| chain.process(block, NO_REFERENCE));
    let before = chain.readings();
    chain.reset();
    let after = chain.readings();
    assert_eq!(after.meter.integrated_lufs, before.meter.integrated_lufs);
    assert_eq!(after.max_limiter_reduction_db, before.max_limiter_reduction_db);
    assert!(before.max_limiter_reduction_db > 1.0 && before.max_compressor_reduction_db > 1.0);
    chain.reset_measurement();
    assert_eq!(chain.readings().max_limiter_reduction_db, 0.0);
    assert_eq!(chain.readings().meter.integrated_lufs, dsp::units::SILENCE_DB);
}

#[test]
fn a_tail_ends_in_silence_and_never_in_denormal_numbers() {
    let mut settings = busy_stem();
    settings.compressor.sidechain_high_pass_hz = Some(20.0);
    settings.compressor.attack_ms = 200.0;
    let mut stem = StemChain::new(Format::stereo(RATE_HZ));
    stem.set(&settings);
    let mut master = MasterChain::new(Format::stereo(RATE_HZ));
    master.set(&MasterSettings { dither: WordLength::Off, ..busy_master() });
    let mut sound: Vec<Vec<f32>> = (1..=2).map(|seed| signals::pink_noise(seed, 0.3, 9_600)).collect();
    sound.iter_mut().for_each(|channel| channel.resize(3 * 48_000, 0.0));
    in_blocks(&mut sound, &[480], &mut |block| {
        stem.process(block);
        master.process(block, NO_REFERENCE);
    });
    for channel in &sound {
        assert_eq!(rulers::denormal_count(channel), 0);
        assert!(channel[2 * 48_000..].iter().all(|&x| x == 0.0));
    }
    assert_eq!(stem.readings().reduction_db, 0.0);
}

#[test]
fn odd_sample_rates_are_as_good_as_any() {
    for sample_rate_hz in [1_000.0, 1_234.57, 8_000.0, 11_025.0, 45_678.9, 384_000.0, 768_000.0, 1_536_000.0] {
        let format = Format::stereo(sample_rate_hz);
        assert!(format.is_supported());
        let mut stem = StemChain::new(format);
        stem.set(&busy_stem());
        let mut master = MasterChain::new(format);
        master.set(&busy_master());
        let frames = sample_rate_hz as usize;
        let mut sound: Vec<Vec<f32>> = (1..=2).map(|seed| signals::pink_noise(seed, 0.3, frames)).collect();
        in_blocks(&mut sound, &[480], &mut |block| {
            stem.process(block);
            master.process(block, NO_REFERENCE);
        });
        assert!(sound.iter().flatten().all(|sample| sample.is_finite() && sample.abs() <= 1.0), "{sample_rate_hz} Hz");
        let readings = master.readings().meter;
        assert!((-60.0..0.0).contains(&readings.integrated_lufs), "{sample_rate_hz} Hz: {readings:?}");
        assert!(rulers::rms(&sound[0]) > 0.01, "{sample_rate_hz} Hz");
    }
}
