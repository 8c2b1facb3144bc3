//! Bypass: the input instead of the output, without a click and equally late.

use crate::{
    delay::Delay,
    format::{Format, MAX_CHANNELS},
    smooth::Ramp,
    sum::{finite, sample},
    units,
};

/// How long the change between input and output takes.
const FADE_MS: f64 = 10.0;

/// How long a change of the input's gain takes.
const GLIDE_MS: f64 = 20.0;

/// Frames worked on at once; blocks of any length are cut into pieces of at most this many.
pub const CHUNK_FRAMES: usize = 64;

/// Which of the two is heard. The default is the processed signal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BypassSettings {
    /// Whether the input is heard.
    pub on: bool,
    /// Gain of the input while it is heard, −60…+60 dB: for comparing at equal loudness. It lifts no sample beyond full
    /// scale: a chorus after a quiet verse must not hurt.
    pub input_gain_db: f32,
}

/// Lets the listener compare what goes into a chain of processors with what comes out.
///
/// It owns neither: [`Bypass::process`] keeps the input, lets the caller work on the block, and mixes. The chain keeps
/// working while bypassed, so that nothing jumps on the way back. Fully on, the output is the delayed input to the bit
/// (at a gain of 0 dB); fully off, it is what the chain made.
#[derive(Clone, Debug)]
pub struct Bypass {
    /// Makes the input as late as the chain's output.
    delays: [Delay; MAX_CHANNELS],
    /// The delayed input of the piece being worked on.
    input: [[f32; CHUNK_FRAMES]; MAX_CHANNELS],
    /// Share of the processed signal: 0 is bypassed, 1 is not. Linear, since both are correlated.
    processed_share: Ramp,
    /// Linear gain of the input.
    input_gain: Ramp,
}

impl Bypass {
    /// Off, for a chain that is `latency_frames` late. `[setup]`
    pub fn new(format: Format, latency_frames: usize) -> Self {
        Self {
            delays: [Delay::new(latency_frames), Delay::new(latency_frames)],
            input: [[0.0; CHUNK_FRAMES]; MAX_CHANNELS],
            processed_share: Ramp::new(1.0, format.frames_from_ms(FADE_MS)),
            input_gain: Ramp::new(1.0, format.frames_from_ms(GLIDE_MS)),
        }
    }

    /// Applies settings. `[audio]`
    pub fn set(&mut self, settings: &BypassSettings) {
        self.processed_share.set(if settings.on { 0.0 } else { 1.0 });
        let gain_db = settings.input_gain_db;
        // No number at all counts as neutral.
        let gain_db = if gain_db.is_nan() { 0.0 } else { gain_db.clamp(-60.0, 60.0) };
        self.input_gain.set(units::gain_from_db(f64::from(gain_db)));
    }

    /// Forgets the input; a change on its way is complete. `[audio]`
    pub fn reset(&mut self) {
        self.delays.iter_mut().for_each(Delay::reset);
        self.processed_share.settle();
        self.input_gain.settle();
    }

    /// Runs `chain` on the block, in place, in pieces of at most [`CHUNK_FRAMES`], and replaces its output by the input
    /// as far as bypassed. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]], mut chain: impl FnMut(&mut [&mut [f32]])) {
        match block {
            [mono] => {
                for piece in mono.chunks_mut(CHUNK_FRAMES) {
                    self.process_piece(&mut [piece], &mut chain);
                }
            }
            [left, right] => {
                for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
                    self.process_piece(&mut [left, right], &mut chain);
                }
            }
            _ => {}
        }
    }

    fn process_piece(&mut self, piece: &mut [&mut [f32]], chain: &mut impl FnMut(&mut [&mut [f32]])) {
        self.keep_input(piece);
        chain(piece);
        self.mix(piece);
    }

    fn keep_input(&mut self, piece: &[&mut [f32]]) {
        for ((channel, delay), kept) in piece.iter().zip(&mut self.delays).zip(&mut self.input) {
            for (x, kept) in channel.iter().zip(kept) {
                *kept = delay.next(*x);
            }
        }
    }

    fn mix(&mut self, piece: &mut [&mut [f32]]) {
        let frames = piece.first().map_or(0, |channel| channel.len());
        for frame in 0..frames {
            let (share, gain) = (self.processed_share.next(), self.input_gain.next());
            if share == 1.0 {
                continue;
            }
            for (channel, input) in piece.iter_mut().zip(&self.input) {
                if let (Some(x), Some(&kept)) = (channel.get_mut(frame), input.get(frame)) {
                    let input = finite(kept);
                    let largest = input.abs().max(1.0);
                    let input = (gain * input).clamp(-largest, largest);
                    *x = sample(input + share * (finite(*x) - input));
                }
            }
        }
    }

    /// How late the input is when bypassed: as late as the chain. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.delays.first().map_or(0, Delay::latency_frames)
    }
}
