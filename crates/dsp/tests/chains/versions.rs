//! Versions: parts of a sum that follow the gains of the whole.

use dsp::format::Format;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::master_gains::MasterGains;
use testkit::signals;

use crate::{NO_REFERENCE, RATE_HZ, busy_master};

const BLOCK_FRAMES: usize = 4_800;

/// Two parts whose sum is loud, with steps in level so that the dynamics move; left and right differ.
fn parts() -> [Vec<Vec<f32>>; 2] {
    [1, 11].map(|seed| {
        let channel = |side: u64| {
            let mut samples = signals::pink_noise(seed + side, 0.3, 96_000);
            samples
                .iter_mut()
                .enumerate()
                .for_each(|(frame, x)| *x *= if (frame / 9_600) % 2 == 0 { 1.0 } else { 0.2 });
            samples
        };
        vec![channel(0), channel(1)]
    })
}

fn sum([first, second]: &[Vec<Vec<f32>>; 2]) -> Vec<Vec<f32>> {
    let add = |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| a + b).collect();
    first.iter().zip(second).map(add).collect()
}

/// 32-bit float: the comparison is of the chain, not of dither.
fn settings() -> MasterSettings {
    let limiter = LimiterSettings { drive_db: 9.0, stereo_link: 0.5, ..LimiterSettings::default() };
    MasterSettings { limiter, dither: Default::default(), output_gain_db: -0.5, ..busy_master() }
}

fn chain() -> MasterChain {
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    chain.set(&settings());
    chain
}

fn in_blocks(channels: &mut [Vec<f32>], mut work: impl FnMut(&mut [&mut [f32]])) {
    let [left, right] = channels else { panic!("stereo") };
    for (left, right) in left.chunks_mut(BLOCK_FRAMES).zip(right.chunks_mut(BLOCK_FRAMES)) {
        work(&mut [left, right]);
    }
}

/// The master of the sum, and each part after it has followed.
fn mastered() -> (Vec<Vec<f32>>, [Vec<Vec<f32>>; 2]) {
    let mut parts = parts();
    let mut master = sum(&parts);
    let (mut whole, mut followers) = (chain(), [chain(), chain()]);
    let mut gains = MasterGains::new(BLOCK_FRAMES);
    let mut noted = Vec::new();
    in_blocks(&mut master, |block| {
        whole.process_noting(block, &mut gains);
        noted.push(gains.clone());
    });
    for (part, follower) in parts.iter_mut().zip(&mut followers) {
        let mut noted = noted.iter();
        in_blocks(part, |block| follower.process_following(block, noted.next().unwrap()));
    }
    assert!(whole.readings().max_limiter_reduction_db > 3.0, "{:?}", whole.readings());
    assert!(whole.readings().max_compressor_reduction_db > 1.0, "{:?}", whole.readings());
    (master, parts)
}

#[test]
fn noting_the_gains_changes_no_bit() {
    let mut plain = sum(&parts());
    let mut chain = chain();
    in_blocks(&mut plain, |block| chain.process(block, NO_REFERENCE));
    assert!(plain == mastered().0);
}

#[test]
fn parts_that_follow_the_gains_of_the_whole_sum_to_the_master() {
    let (master, parts) = mastered();
    let total = sum(&parts);
    let difference = |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let worst = master.iter().zip(&total).map(difference).fold(0.0, f32::max);
    // -120 dBFS: a few roundings of 32-bit samples, each at most -144 dB of a sample.
    assert!(worst < 1e-6, "off by {worst:e}");
}

#[test]
fn following_its_own_gains_is_the_master_itself() {
    let mut master = sum(&parts());
    let mut again = master.clone();
    let (mut whole, mut follower) = (chain(), chain());
    let mut gains = MasterGains::new(BLOCK_FRAMES);
    let mut noted = Vec::new();
    in_blocks(&mut master, |block| {
        whole.process_noting(block, &mut gains);
        noted.push(gains.clone());
    });
    let mut noted = noted.iter();
    in_blocks(&mut again, |block| follower.process_following(block, noted.next().unwrap()));
    assert!(master == again);
}
