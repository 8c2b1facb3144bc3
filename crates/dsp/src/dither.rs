//! Dither: the last step before a file of fewer bits.

use crate::format::{Format, MAX_CHANNELS};

/// The word length the signal is prepared for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordLength {
    /// The signal is left alone.
    #[default]
    Off,
    /// 24 bit, TPDF.
    Bits24,
    /// 20 bit, TPDF.
    Bits20,
    /// 16 bit, TPDF with noise shaping.
    Bits16,
}

impl WordLength {
    /// Steps from 0 to full scale; none while the signal is left alone.
    fn steps(self) -> Option<f64> {
        let bits = match self {
            WordLength::Off => return None,
            WordLength::Bits24 => 24,
            WordLength::Bits20 => 20,
            WordLength::Bits16 => 16,
        };
        Some(f64::from(1u32 << (bits - 1)))
    }
}

/// Rounds the signal to a word length, and turns the error of rounding into an even, harmless noise.
///
/// Triangular noise two steps wide is added before rounding (TPDF): the noise then does not depend on the signal, and
/// sounds below the last bit survive. At 16 bit the noise is also moved to where the ear is least sensitive, at 44.1
/// and 48 kHz; at higher rates half of it and more lies above hearing anyway, and it stays even. The last stage of all:
/// anything after it would undo it.
///
/// After: S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and Dither", JAES 40 (1992); shaping by the
/// five-tap filter of their "Minimally Audible Noise Shaping", JAES 39 (1991).
#[derive(Clone, Debug)]
pub struct Dither {
    word_length: WordLength,
    /// Whether the ear's threshold lies where the shaping filter thinks.
    shapes_at_16_bits: bool,
    channels: Box<[Channel]>,
}

#[derive(Clone, Debug)]
struct Channel {
    random: Random,
    /// Errors of the last frames in steps, newest first; their sum is what the shaping filter gives back.
    errors: [f64; SHAPING.len()],
}

/// Feedback of the last errors, newest first: "modified E-weighted", made for 44.1 kHz.
const SHAPING: [f64; 5] = [2.033, -2.165, 1.959, -1.590, 0.614_9];

/// Where [`SHAPING`] does what it was made for.
const SHAPED_RATES_HZ: std::ops::RangeInclusive<f64> = 40_000.0..=50_000.0;

impl Dither {
    /// A dither that is off. `[setup]`
    pub fn new(format: Format) -> Self {
        let channels = (0..format.channels.clamp(1, MAX_CHANNELS)).map(Channel::new).collect();
        Self {
            word_length: WordLength::default(),
            shapes_at_16_bits: SHAPED_RATES_HZ.contains(&format.sample_rate_hz),
            channels,
        }
    }

    /// Chooses the word length, from the next frame on. `[audio]`
    pub fn set(&mut self, word_length: WordLength) {
        self.word_length = word_length;
    }

    /// Forgets the errors and starts the noise anew. `[audio]`
    pub fn reset(&mut self) {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            *channel = Channel::new(index);
        }
    }

    /// Rounds a block in place. `[audio]`
    ///
    /// The result is a whole number of steps, from −1 to one step below +1.
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        let Some(steps) = self.word_length.steps() else {
            for sample in block.iter_mut().flat_map(|samples| samples.iter_mut()) {
                if !sample.is_finite() {
                    *sample = 0.0;
                }
            }
            return;
        };
        let shaped = self.shapes();
        for (channel, samples) in self.channels.iter_mut().zip(block) {
            for sample in samples.iter_mut() {
                let input = if sample.is_finite() { f64::from(*sample) } else { 0.0 };
                let rounded = channel.round(input * steps, shaped);
                *sample = (rounded.clamp(-steps, steps - 1.0) / steps) as f32;
            }
        }
    }

    fn shapes(&self) -> bool {
        self.word_length == WordLength::Bits16 && self.shapes_at_16_bits
    }

    /// The farthest a sample may land from where it was, linear, with the word length in force: what a ceiling before
    /// this stage must leave free. `[any]`
    pub fn largest_error(&self) -> f64 {
        let Some(steps) = self.word_length.steps() else { return 0.0 };
        // One step of noise and half a step of rounding, and what is given back of such errors before.
        let shaping: f64 = if self.shapes() { SHAPING.iter().map(|c| c.abs()).sum() } else { 0.0 };
        1.5 * (1.0 + shaping) / steps
    }

    /// None. `[any]`
    pub fn latency_frames(&self) -> usize {
        0
    }
}

impl Channel {
    fn new(index: usize) -> Self {
        Self { random: Random { state: index as u64 * CHANNEL_SEED_DISTANCE }, errors: [0.0; SHAPING.len()] }
    }

    /// Rounds a value in steps to a whole one.
    #[inline]
    fn round(&mut self, value: f64, shaped: bool) -> f64 {
        let fed_back: f64 =
            if shaped { SHAPING.iter().zip(&self.errors).map(|(c, error)| c * error).sum() } else { 0.0 };
        let wanted = value - fed_back;
        let rounded = (wanted + self.random.next_triangular()).round_ties_even();
        self.errors.rotate_right(1);
        self.errors[0] = rounded - wanted;
        rounded
    }
}

/// Random numbers (SplitMix64, S. Vigna): every 64-bit number once before they repeat.
#[derive(Clone, Debug)]
struct Random {
    state: u64,
}

/// Puts the channels' sequences more than ten thousand years apart.
const CHANNEL_SEED_DISTANCE: u64 = 1 << 62;

impl Random {
    /// The sum of two independent numbers, each evenly spread over −0.5…0.5.
    #[inline]
    fn next_triangular(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        let (high, low) = (bits >> 32, bits & 0xFFFF_FFFF);
        // Half a unit more on each makes the mean exactly zero.
        ((high + low) as f64 + 1.0) / 4_294_967_296.0 - 1.0
    }
}
