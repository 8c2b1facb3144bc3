//! Bypass, measured around a chain that is late and loud.

use dsp::{
    bypass::{Bypass, BypassSettings, CHUNK_FRAMES},
    delay::Delay,
    format::Format,
};
use testkit::{allocations::Counting, contract, rulers, signals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RATE_HZ: f64 = 48_000.0;
const LATENCY_FRAMES: usize = 37;

/// A chain that delays, and multiplies by `gain`.
struct Chain {
    bypass: Bypass,
    delays: [Delay; 2],
    gain: f32,
}

impl Chain {
    fn new(format: Format, gain: f32) -> Self {
        let delay = Delay::new(LATENCY_FRAMES);
        Self { bypass: Bypass::new(format, LATENCY_FRAMES), delays: [delay.clone(), delay], gain }
    }

    fn process(&mut self, block: &mut [&mut [f32]]) {
        let (delays, gain) = (&mut self.delays, self.gain);
        self.bypass.process(block, |piece| {
            assert!(piece[0].len() <= CHUNK_FRAMES);
            for (channel, delay) in piece.iter_mut().zip(delays.iter_mut()) {
                channel.iter_mut().for_each(|x| *x = gain * delay.next(if x.is_finite() { *x } else { 0.0 }));
            }
        });
    }
}

impl contract::Processor for Chain {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.process(block);
    }

    fn reset(&mut self) {
        self.bypass.reset();
        self.delays.iter_mut().for_each(Delay::reset);
    }

    fn latency_frames(&self) -> usize {
        self.bypass.latency_frames()
    }

    fn largest_jump_step(&self) -> f64 {
        0.001
    }

    fn set_neutral(&mut self) {
        self.bypass.set(&BypassSettings { on: true, input_gain_db: 0.0 });
    }

    fn set_busy(&mut self) {
        self.bypass.set(&BypassSettings { on: true, input_gain_db: -3.0 });
    }
}

#[test]
fn bypass_keeps_the_contract() {
    contract::check(&|sample_rate_hz, channels| Box::new(Chain::new(Format { sample_rate_hz, channels }, 2.0)));
}

fn late(input: &[f32], gain: f32) -> Vec<f32> {
    std::iter::repeat_n(0.0, LATENCY_FRAMES).chain(input.iter().map(|x| gain * x)).take(input.len()).collect()
}

#[test]
fn off_is_the_processed_signal_to_the_bit() {
    let input = signals::white_noise(1, 0.9, 1_000);
    let mut output = input.clone();
    Chain::new(Format::mono(RATE_HZ), 0.7).process(&mut [&mut output]);
    assert_eq!(output, late(&input, 0.7));
}

#[test]
fn switching_fades_for_ten_milliseconds_without_a_click() {
    let input = signals::sine(100.0, 0.5, 0.0, RATE_HZ, 6_000);
    let (mut left, mut right) = (input.clone(), signals::sine(130.0, 0.5, 0.0, RATE_HZ, 6_000));
    let right_input = right.clone();
    let mut chain = Chain::new(Format::stereo(RATE_HZ), 0.25);
    chain.process(&mut [&mut left[..3_000], &mut right[..3_000]]);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: 0.0 });
    chain.process(&mut [&mut left[3_000..], &mut right[3_000..]]);

    assert_eq!(left[..3_000], late(&input, 0.25)[..3_000]);
    assert_eq!(left[3_000 + 479..], late(&input, 1.0)[3_000 + 479..]);
    assert_eq!(right[3_000 + 479..], late(&right_input, 1.0)[3_000 + 479..]);
    assert_ne!(left[3_000 + 478], late(&input, 1.0)[3_000 + 478]);
    let largest_step =
        |signal: &[f32]| signal.windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs())).fold(0.0, f64::max);
    // The sine's own steepest step, and the fade of at most 0.75 · 0.5 over 480 frames.
    assert!(largest_step(&left[1_000..]) < largest_step(&input) + 0.375 / 480.0 + 1e-6);
}

#[test]
fn the_input_is_heard_at_the_gain_asked_for() {
    let input = signals::white_noise(1, 0.5, 20_000);
    let mut output = input.clone();
    let mut chain = Chain::new(Format::mono(RATE_HZ), 2.0);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: 6.0 });
    chain.process(&mut [&mut output[..10_000]]);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: -3.0 });
    chain.process(&mut [&mut output[10_000..]]);
    let expected = late(&input, 1.0);
    let gain_db = |frames: std::ops::Range<usize>| {
        rulers::db(rulers::rms(&output[frames.clone()]) / rulers::rms(&expected[frames]))
    };
    // The rounding of 32-bit floats.
    assert!((gain_db(100..10_000) - 6.0).abs() < 1e-5);
    assert!((gain_db(10_960..20_000) + 3.0).abs() < 1e-5);
}

#[test]
fn a_gain_lifts_no_sample_beyond_full_scale() {
    let input = signals::pink_noise(1, 0.4, 20_000);
    assert!(rulers::peak(&input) > 1.0);
    let mut output = input.clone();
    let mut chain = Chain::new(Format::mono(RATE_HZ), 1.0);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: 12.0 });
    chain.process(&mut [&mut output]);
    for (x, y) in late(&input, 1.0).iter().zip(&output) {
        // What comes in beyond full scale stays as it is.
        assert!(y.abs() <= x.abs().max(1.0) && y.abs() >= x.abs().min(1.0));
    }
}

#[test]
fn equal_sounds_cross_without_a_bump() {
    // Both sides of the fade are the same sound: a crossfade for unrelated sounds would lift it by 3 dB half way.
    let input = signals::sine(997.0, 0.5, 0.0, RATE_HZ, 4_000);
    let mut output = input.clone();
    let mut chain = Chain::new(Format::mono(RATE_HZ), 1.0);
    chain.process(&mut [&mut output[..1_000]]);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: 0.0 });
    chain.process(&mut [&mut output[1_000..]]);
    for (expected, got) in late(&input, 1.0).iter().zip(&output) {
        assert_eq!(expected, got);
    }
}

#[test]
fn a_fade_between_two_levels_only_falls() {
    // Constant sound: each sample shows the fade itself.
    let mut output = vec![0.5f32; 3_000];
    let mut chain = Chain::new(Format::mono(RATE_HZ), 2.0);
    chain.process(&mut [&mut output[..1_000]]);
    chain.bypass.set(&BypassSettings { on: true, input_gain_db: 0.0 });
    chain.process(&mut [&mut output[1_000..]]);
    let fade = &output[1_000..1_480];
    assert!(fade.windows(2).all(|pair| pair[1] < pair[0]));
    // Half way it is half way: linear.
    assert!((fade[239] - 0.75).abs() < 1e-6, "{}", fade[239]);
    assert!(output[1_480..].iter().all(|&x| x == 0.5));
}

#[test]
fn a_change_of_mind_turns_the_fade_around_without_a_step() {
    let mut output = vec![0.5f32; 4_000];
    let mut chain = Chain::new(Format::mono(RATE_HZ), 2.0);
    let mut start = 1_000;
    chain.process(&mut [&mut output[..start]]);
    for (on, frames) in [(true, 100), (false, 50), (true, 300), (false, 2_550)] {
        chain.bypass.set(&BypassSettings { on, input_gain_db: 0.0 });
        chain.process(&mut [&mut output[start..start + frames]]);
        start += frames;
    }
    // Never faster than the whole way (0.5) in 480 frames.
    assert!(rulers::largest_step(&output[LATENCY_FRAMES..]) <= 0.5 / 480.0 + 1e-7);
    assert_eq!(output[3_999], 1.0);
}
