//! Trim, measured.

use dsp::{
    format::Format,
    trim::{Polarity, Trim, TrimSettings},
};
use testkit::{allocations::Counting, contract, rulers, signals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Contracted(Trim);

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
        self.0.set(&TrimSettings::default());
    }

    fn set_busy(&mut self) {
        self.0.set(&TrimSettings { trim_db: -4.5, polarity: Polarity::Left, balance: 0.3, mute: false });
    }
}

#[test]
fn trim_keeps_the_contract() {
    contract::check(&|sample_rate_hz, channels| Box::new(Contracted(Trim::new(Format { sample_rate_hz, channels }))));
}

const RATE_HZ: f64 = 48_000.0;

/// The linear gains of left and right under settings.
fn gains(settings: TrimSettings) -> [f32; 2] {
    let mut trim = Trim::new(Format::stereo(RATE_HZ));
    trim.set(&settings);
    let (mut left, mut right) = ([0.5; 8], [0.25; 8]);
    trim.process(&mut [&mut left, &mut right]);
    [left[0] / 0.5, right[0] / 0.25]
}

#[test]
fn trim_changes_the_level_by_its_decibels() {
    for trim_db in [-24.0, -3.0, 0.0, 6.0, 12.0] {
        let [left, right] = gains(TrimSettings { trim_db, ..Default::default() });
        // The rounding of a 32-bit float.
        assert!((rulers::db(f64::from(left)) - f64::from(trim_db)).abs() < 1e-6);
        assert_eq!(left, right);
    }
}

#[test]
fn polarity_turns_the_chosen_sides() {
    for (polarity, expected) in [
        (Polarity::Normal, [1.0, 1.0]),
        (Polarity::Left, [-1.0, 1.0]),
        (Polarity::Right, [1.0, -1.0]),
        (Polarity::Both, [-1.0, -1.0]),
    ] {
        assert_eq!(gains(TrimSettings { polarity, ..Default::default() }), expected);
    }
}

#[test]
fn balance_turns_the_other_side_down_and_nothing_up() {
    for (balance, expected) in [(-1.0, [1.0, 0.0]), (-0.5, [1.0, 0.5]), (0.25, [0.75, 1.0]), (1.0, [0.0, 1.0])] {
        assert_eq!(gains(TrimSettings { balance, ..Default::default() }), expected);
    }
}

#[test]
fn a_mono_signal_ignores_balance_and_is_inverted_by_either_side() {
    let mut trim = Trim::new(Format::mono(RATE_HZ));
    trim.set(&TrimSettings { balance: 1.0, polarity: Polarity::Right, ..Default::default() });
    let mut mono = [0.5; 4];
    trim.process(&mut [&mut mono]);
    assert_eq!(mono, [-0.5; 4]);
}

#[test]
fn mute_is_silence() {
    assert_eq!(gains(TrimSettings { mute: true, ..Default::default() }), [0.0, 0.0]);
}

#[test]
fn changes_glide_for_twenty_milliseconds_and_arrive_exactly() {
    let mut trim = Trim::new(Format::mono(RATE_HZ));
    let mut signal = vec![1.0; 2_000];
    trim.process(&mut [&mut signal[..100]]);
    trim.set(&TrimSettings { mute: true, ..Default::default() });
    trim.process(&mut [&mut signal[100..]]);
    let largest_step = signal.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    // A straight line from 1 to 0 over 960 frames, plus the rounding of the samples.
    assert!(largest_step < 1.0 / 960.0 + 1e-6, "a step of {largest_step}");
    assert!(signal[100 + 958] > 0.0);
    assert_eq!(signal[100 + 959..], vec![0.0; 2_000 - 1_059]);
}

#[test]
fn back_at_unity_the_signal_passes_to_the_bit() {
    let mut trim = Trim::new(Format::mono(RATE_HZ));
    let input = signals::white_noise(1, 0.9, 3_000);
    let mut output = input.clone();
    trim.process(&mut [&mut output[..50]]);
    trim.set(&TrimSettings { trim_db: -7.3, polarity: Polarity::Both, ..Default::default() });
    trim.process(&mut [&mut output[50..700]]);
    trim.set(&TrimSettings::default());
    trim.process(&mut [&mut output[700..]]);
    assert_eq!(output[700 + 960..], input[700 + 960..]);
    assert_ne!(output[700..1_000], input[700..1_000]);
}

#[test]
fn settings_without_meaning_are_held_to_their_ranges() {
    assert_eq!(gains(TrimSettings { trim_db: f32::NAN, balance: f32::NAN, ..Default::default() }), [1.0, 1.0]);
    let most = gains(TrimSettings { trim_db: f32::INFINITY, ..Default::default() });
    assert_eq!(most, gains(TrimSettings { trim_db: 12.0, ..Default::default() }));
}

#[test]
fn what_is_not_finite_becomes_silence() {
    let mut signal = [0.5, f32::INFINITY, f32::NAN, f32::NEG_INFINITY, 0.5];
    Trim::new(Format::mono(RATE_HZ)).process(&mut [&mut signal]);
    assert_eq!(signal, [0.5, 0.0, 0.0, 0.0, 0.5]);
}

#[test]
fn a_glide_is_monotone() {
    for (from_db, to_db) in [(0.0, -24.0), (-24.0, 12.0)] {
        let mut trim = Trim::new(Format::mono(RATE_HZ));
        trim.set(&TrimSettings { trim_db: from_db, ..Default::default() });
        let mut signal = vec![0.1f32; 2_000];
        trim.process(&mut [&mut signal[..500]]);
        trim.set(&TrimSettings { trim_db: to_db, ..Default::default() });
        trim.process(&mut [&mut signal[500..]]);
        let rises = to_db > from_db;
        assert!(signal[500..1_460].windows(2).all(|pair| if rises { pair[1] > pair[0] } else { pair[1] < pair[0] }));
        assert!(signal[1_460..].windows(2).all(|pair| pair[1] == pair[0]));
    }
}

#[test]
fn a_fader_move_makes_no_zipper_noise() {
    // Twenty moves of 1 dB, one a block, as a hand makes them: stairs of 512 frames would leave the tone's image around
    // each multiple of 94 Hz, at −60 dB here.
    let mut trim = Trim::new(Format::mono(RATE_HZ));
    let mut signal = signals::sine(1_000.0, 0.5, 0.0, RATE_HZ, 20 * 512);
    for (turn, block) in (0_u8..).zip(signal.chunks_mut(512)) {
        trim.set(&TrimSettings { trim_db: -f32::from(turn), ..Default::default() });
        trim.process(&mut [block]);
    }
    let zipper_db = rulers::db(rulers::amplitude_at(&signal, 8_000.0, RATE_HZ) / 0.5);
    println!("{zipper_db:.1} dB");
    assert!(zipper_db < -100.0, "{zipper_db} dB");
}
