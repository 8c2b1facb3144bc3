//! Families of signals that are hard on whatever deals with peaks between the samples.
//!
//! *Programme* ends at 20 kHz, as music does that has been through a converter or a resampler; *torture* is what no
//! programme does, up to half the sample rate.

use crate::signals;
use std::f64::consts::{PI, TAU};

/// One signal of a family.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is, in a few words.
    pub name: &'static str,
    /// Mono, at most a quarter of a second, peaks around full scale.
    pub samples: Vec<f32>,
}

/// Signals that end at 20 kHz.
pub fn programme(sample_rate_hz: f64) -> Vec<Member> {
    let frames = (0.25 * sample_rate_hz) as usize;
    let pink = clipped(&signals::pink_noise(1, 1.0, frames));
    let up_to_20_khz = |signal: &[f32]| band_limited(signal, 19_600.0, sample_rate_hz);
    vec![
        member("music", up_to_20_khz(&beat(3, sample_rate_hz, frames))),
        member("clipped pink", up_to_20_khz(&pink)),
        member("impulse", signals::band_limited_impulse(2_000.3, 20_000.0, 1.0, sample_rate_hz, 4_000)),
        member("sine at ¼ rate", signals::sine(0.25 * sample_rate_hz, 1.0, 45.0, sample_rate_hz, 4_000)),
    ]
}

/// Signals that reach up to half the sample rate.
pub fn torture(sample_rate_hz: f64) -> Vec<Member> {
    let frames = (0.25 * sample_rate_hz) as usize;
    let silence = || std::iter::repeat_n(0.0, 200);
    let sines = [(1.0, 3.0), (2.0, 5.0), (3.0, 8.0), (5.0, 12.0), (3.0, 7.0), (4.0, 9.0), (9.0, 20.0)]
        .into_iter()
        .flat_map(|(p, q)| signals::sine(p / q, 1.0, 90.0 / q, 1.0, 1_000).into_iter().chain(silence()))
        .collect();
    let bursts = [1, 2, 4, 8, 32].into_iter().flat_map(|half| signals::flipped_burst(half, 1.0, 2_000)).collect();
    let full_band_impulse = signals::band_limited_impulse(2_000.5, 0.5 * sample_rate_hz, 1.0, sample_rate_hz, 4_000);
    vec![
        member("random signs", signals::random_signs(5, 1.0, frames)),
        member("clipped pink", clipped(&signals::pink_noise(1, 1.0, frames))),
        member("clipped white", clipped(&signals::white_noise(4, 3.0, frames))),
        member("naive square", signals::square(997.0, 1.0, sample_rate_hz, frames)),
        member("music", beat(3, sample_rate_hz, frames)),
        member("locked sines", sines),
        member("flipped bursts", bursts),
        member("impulse", full_band_impulse),
    ]
}

fn member(name: &'static str, samples: Vec<f32>) -> Member {
    Member { name, samples }
}

fn clipped(signal: &[f32]) -> Vec<f32> {
    signal.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

/// Kick, bass, noise and hats, eight beats a second.
fn beat(seed: u64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let pink = signals::pink_noise(seed, 0.12, frames);
    let hiss = signals::white_noise(seed + 1, 0.8, frames);
    let bass = signals::sine(55.0, 0.3, 0.0, sample_rate_hz, frames);
    let beat_frames = (0.125 * sample_rate_hz) as usize;
    (0..frames)
        .map(|frame| {
            let seconds = (frame % beat_frames) as f64 / sample_rate_hz;
            let kick_phase = TAU * (50.0 * seconds + 8.0 * (1.0 - (-seconds / 0.03).exp()));
            let kick = 0.7 * (-seconds / 0.08).exp() * kick_phase.sin();
            pink[frame] + bass[frame] + kick as f32 + hiss[frame] * (-seconds / 0.01).exp() as f32
        })
        .collect()
}

/// Nothing above `cutoff_hz`: a sinc of 401 taps under a Hann window, 80 dB down after 1/100 of the rate.
fn band_limited(signal: &[f32], cutoff_hz: f64, sample_rate_hz: f64) -> Vec<f32> {
    const HALF: usize = 200;
    let cutoff = cutoff_hz / sample_rate_hz;
    let taps: Vec<f64> = (0..=2 * HALF)
        .map(|tap| {
            let turn = PI * (tap as f64 - HALF as f64);
            let sinc = if turn == 0.0 { 2.0 * cutoff } else { (2.0 * cutoff * turn).sin() / turn };
            sinc * (0.5 + 0.5 * (turn / (HALF as f64 + 1.0)).cos())
        })
        .collect();
    let margin = std::iter::repeat_n(0.0, HALF);
    let padded: Vec<f32> = margin.clone().chain(signal.iter().copied()).chain(margin).collect();
    let at = |window: &[f32]| window.iter().zip(&taps).map(|(&x, tap)| f64::from(x) * tap).sum::<f64>() as f32;
    padded.windows(2 * HALF + 1).map(at).collect()
}
