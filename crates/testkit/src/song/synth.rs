//! The instruments' common parts: chance, oscillators, a filter, pitch and panorama.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

/// Random numbers that are the same on every machine.
///
/// After: SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Seeded; `stream` keeps instruments with the same seed apart.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95));
        random.bits();
        random
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Evenly in 0…1, one excluded.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly in −1…+1: white noise when called once a frame.
    pub fn bipolar(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// A whole number in `0..count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

/// A saw or square oscillator whose edges are rounded over two samples, which keeps aliases low (PolyBLEP).
#[derive(Clone, Copy, Debug)]
pub struct Oscillator {
    /// Position in the cycle, 0…1.
    phase: f64,
}

impl Oscillator {
    /// Starts at a position in the cycle, 0…1.
    pub fn new(phase: f64) -> Self {
        Self { phase }
    }

    fn advance(&mut self, cycles_per_frame: f64) -> f64 {
        let phase = self.phase;
        let next = phase + cycles_per_frame;
        self.phase = if next < 1.0 { next } else { next - 1.0 };
        phase
    }

    /// The next sample of a falling-edge saw, ±1.
    pub fn saw(&mut self, cycles_per_frame: f64) -> f64 {
        let phase = self.advance(cycles_per_frame);
        2.0 * phase - 1.0 - rounded_edge(phase, cycles_per_frame)
    }

    /// The next sample of a square, ±1.
    pub fn square(&mut self, cycles_per_frame: f64) -> f64 {
        let phase = self.advance(cycles_per_frame);
        let level = if phase < 0.5 { 1.0 } else { -1.0 };
        level + rounded_edge(phase, cycles_per_frame)
            - rounded_edge(if phase < 0.5 { phase + 0.5 } else { phase - 0.5 }, cycles_per_frame)
    }

    /// The next sample of a sine, ±1.
    pub fn sine(&mut self, cycles_per_frame: f64) -> f64 {
        sine(self.advance(cycles_per_frame))
    }
}

/// What must be taken from a unit step at phase 0 so that it has no corner.
fn rounded_edge(phase: f64, width: f64) -> f64 {
    if phase < width {
        let x = phase / width;
        2.0 * x - x * x - 1.0
    } else if phase > 1.0 - width {
        let x = (phase - 1.0) / width;
        x * x + 2.0 * x + 1.0
    } else {
        0.0
    }
}

/// A state-variable filter that may be swept at will (trapezoidal, after A. Simper).
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    sample_rate_hz: f64,
    warped: f64,
    damping: f64,
    states: [f64; 2],
}

impl Filter {
    /// A filter at `cutoff_hz` with quality factor `q` (0.707 has no hump).
    pub fn new(cutoff_hz: f64, q: f64, sample_rate_hz: f64) -> Self {
        let mut filter = Self { sample_rate_hz, warped: 0.0, damping: 1.0 / q, states: [0.0; 2] };
        filter.tune(cutoff_hz);
        filter
    }

    /// Moves the cutoff; held below the Nyquist frequency.
    pub fn tune(&mut self, cutoff_hz: f64) {
        self.warped = (PI * (cutoff_hz / self.sample_rate_hz).clamp(1e-5, 0.45)).tan();
    }

    /// The next sample of the low-pass, band-pass (unity at its centre) and high-pass outputs.
    pub fn next(&mut self, input: f64) -> [f64; 3] {
        let [first, second] = self.states;
        let g = self.warped;
        let high = (input - (self.damping + g) * first - second) / (1.0 + g * (g + self.damping));
        let band = first + g * high;
        let low = second + g * band;
        self.states = [band + g * high, low + g * band];
        [low, self.damping * band, high]
    }

    /// The next low-pass sample.
    pub fn low(&mut self, input: f64) -> f64 {
        self.next(input)[0]
    }

    /// The next band-pass sample.
    pub fn band(&mut self, input: f64) -> f64 {
        self.next(input)[1]
    }

    /// The next high-pass sample.
    pub fn high(&mut self, input: f64) -> f64 {
        self.next(input)[2]
    }
}

/// The sine of an angle counted in cycles, within 4·10⁻⁶; much quicker than the mathematics library's.
pub fn sine(cycles: f64) -> f64 {
    let from_crest = cycles - 0.25;
    // Adding and taking away 1.5·2⁵² rounds to the nearest whole number.
    let nearest_crest = (from_crest + 6_755_399_441_055_744.0) - 6_755_399_441_055_744.0;
    // Folded to a quarter turn either side of zero, where nine powers of the series are enough.
    let angle = TAU * (0.25 - (from_crest - nearest_crest).abs());
    let square = angle * angle;
    let series = [1.0 / 362_880.0, -1.0 / 5_040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0];
    angle * series.into_iter().fold(0.0, |sum, coefficient| sum * square + coefficient)
}

/// The frequency of a MIDI note number (69 is 440 Hz); fractions are cents.
pub fn pitch_hz(note: f64) -> f64 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// What is left of 1 after `time_s` when it falls to 37 % in `decay_s`; zero before the start.
pub fn decay(time_s: f64, decay_s: f64) -> f64 {
    if time_s < 0.0 { 0.0 } else { (-time_s / decay_s).exp() }
}

/// A straight fade from 0 to 1 in `rise_s`, and back to 0 in the last `fall_s` of `duration_s`.
pub fn fade(time_s: f64, duration_s: f64, rise_s: f64, fall_s: f64) -> f64 {
    (time_s / rise_s).min((duration_s - time_s) / fall_s).clamp(0.0, 1.0)
}

/// Left and right gain of a position, −1 (left) … +1 (right), at constant power.
pub fn panorama(position: f64) -> [f64; 2] {
    let angle = FRAC_PI_4 * (1.0 + position);
    [angle.cos(), angle.sin()]
}
