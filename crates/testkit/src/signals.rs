//! Test signals: the same bits on every run and every machine.

use std::f64::consts::{PI, TAU};

/// Random numbers from a seed (SplitMix64, S. Vigna): small, and good enough for noise.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence of a seed; neighbouring seeds give unrelated sequences.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 random bits.
    pub fn next_bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from −1 to 1, all equally likely.
    pub fn uniform(&mut self) -> f64 {
        (self.next_bits() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// A number from 0 (included) to `end` (not included).
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_bits() % end as u64) as usize
    }
}

/// A sine of peak `amplitude` that starts at `phase_degrees`.
pub fn sine(frequency_hz: f64, amplitude: f64, phase_degrees: f64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let step = frequency_hz / sample_rate_hz;
    let start = phase_degrees / 360.0;
    // The fraction of the turn first: the sine stays exact however long it lasts.
    (0..frames).map(|frame| (amplitude * (TAU * (frame as f64 * step + start).fract()).sin()) as f32).collect()
}

/// A sine whose frequency rises from `start_hz` to `end_hz`, equally long in every octave.
pub fn log_sweep(start_hz: f64, end_hz: f64, amplitude: f64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let growth = (end_hz / start_hz).ln() / frames as f64;
    let turns_at = |frame: f64| start_hz / sample_rate_hz * ((growth * frame).exp() - 1.0) / growth;
    (0..frames).map(|frame| (amplitude * (TAU * turns_at(frame as f64).fract()).sin()) as f32).collect()
}

/// A naive square wave (not band-limited): its peaks between the samples are higher than its samples.
pub fn square(frequency_hz: f64, amplitude: f64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let step = frequency_hz / sample_rate_hz;
    let sign = |frame: usize| if (frame as f64 * step).fract() < 0.5 { 1.0 } else { -1.0 };
    (0..frames).map(|frame| (amplitude * sign(frame)) as f32).collect()
}

/// Silence but for one sample.
pub fn impulse(at_frame: usize, amplitude: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|frame| if frame == at_frame { amplitude as f32 } else { 0.0 }).collect()
}

/// White noise, uniform between ±`amplitude`.
pub fn white_noise(seed: u64, amplitude: f64, frames: usize) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..frames).map(|_| (amplitude * random.uniform()) as f32).collect()
}

/// Pink noise (−3 dB per octave from about 10 Hz at 48 kHz) of the given RMS level.
///
/// White noise through the six one-poles of P. Kellet's filter, ±0.05 dB above 10 Hz at 44.1 kHz, then scaled.
pub fn pink_noise(seed: u64, rms: f64, frames: usize) -> Vec<f32> {
    const POLES_AND_GAINS: [(f64, f64); 6] = [
        (0.998_86, 0.055_517_9),
        (0.993_32, 0.075_075_9),
        (0.969_00, 0.153_852_0),
        (0.866_50, 0.310_485_6),
        (0.550_00, 0.532_952_2),
        (-0.761_6, -0.016_898_0),
    ];
    let mut random = Random::new(seed);
    let mut states = [0.0; POLES_AND_GAINS.len()];
    let mut earlier_white = 0.0;
    let noise: Vec<f64> = (0..frames)
        .map(|_| {
            let white = random.uniform();
            for (state, (pole, gain)) in states.iter_mut().zip(POLES_AND_GAINS) {
                *state = pole * *state + gain * white;
            }
            let pink = states.iter().sum::<f64>() + earlier_white + 0.536_2 * white;
            earlier_white = 0.115_926 * white;
            pink
        })
        .collect();
    let power = noise.iter().map(|x| x * x).sum::<f64>() / frames.max(1) as f64;
    let gain = if power > 0.0 { rms / power.sqrt() } else { 0.0 };
    noise.iter().map(|x| (gain * x) as f32).collect()
}

/// Independent samples of +`amplitude` or −`amplitude`: the hardest signal for a true-peak limiter.
pub fn random_signs(seed: u64, amplitude: f64, frames: usize) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..frames).map(|_| (if random.next_bits() >> 63 == 0 { amplitude } else { -amplitude }) as f32).collect()
}

/// A band-limited impulse whose peak, of height `amplitude`, lies at `peak_frame`, which may lie between two frames.
pub fn band_limited_impulse(
    peak_frame: f64,
    cutoff_hz: f64,
    amplitude: f64,
    sample_rate_hz: f64,
    frames: usize,
) -> Vec<f32> {
    let bandwidth = 2.0 * cutoff_hz / sample_rate_hz;
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    (0..frames).map(|frame| (amplitude * sinc(bandwidth * (frame as f64 - peak_frame))) as f32).collect()
}

/// `2 × half_frames` samples of alternating sign with one sign repeated in the middle, between `margin_frames` of
/// silence: its true peak is 4/π · Σ 1/(2k+1) for k below `half_frames`, without bound.
pub fn flipped_burst(half_frames: usize, amplitude: f64, margin_frames: usize) -> Vec<f32> {
    let sign = |index: usize| {
        let distance = if index < half_frames { half_frames - 1 - index } else { index - half_frames };
        if distance.is_multiple_of(2) { amplitude } else { -amplitude }
    };
    let margin = std::iter::repeat_n(0.0, margin_frames);
    margin.clone().chain((0..2 * half_frames).map(sign)).chain(margin).map(|x| x as f32).collect()
}
