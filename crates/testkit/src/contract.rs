//! The promises every processor keeps, as one suite.
//!
//! A test binary implements [`Processor`] for what it tests, installs [`crate::allocations::Counting`] and calls
//! [`check`].

use crate::{allocations, blocks::in_blocks, rulers, signals};

/// A processor under test: what the suite needs to know of it. Implementations only forward.
pub trait Processor {
    /// Works in place on one slice per channel.
    fn process(&mut self, block: &mut [&mut [f32]]);
    /// Forgets the sound, keeps the settings.
    fn reset(&mut self);
    /// How late the output is.
    fn latency_frames(&self) -> usize;
    /// The largest step from frame to frame, at 48 kHz, that a change between neutral and busy may add to what the
    /// settings do to a 40 Hz tone at −20 dBFS anyway; linear. A gain that glides by a factor of two over 20 ms adds
    /// 0.0001, one that jumps adds 0.1.
    fn largest_jump_step(&self) -> f64;
    /// Applies settings under which the signal passes unchanged.
    fn set_neutral(&mut self);
    /// Applies settings that keep every part of the processor busy.
    fn set_busy(&mut self);
}

/// Makes a new processor for a sample rate in Hz and a number of channels, with its default settings.
pub type Make<'a> = &'a dyn Fn(f64, usize) -> Box<dyn Processor>;

/// The sample rates every promise is kept at.
pub const SAMPLE_RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];

/// Holds a processor to every promise, mono and stereo, at every rate of [`SAMPLE_RATES_HZ`]; panics with the promise
/// that was broken.
pub fn check(make: Make) {
    assert!(
        allocations::is_counting(),
        "nobody counts allocations: install testkit::allocations::Counting as #[global_allocator]"
    );
    for sample_rate_hz in SAMPLE_RATES_HZ {
        for channels in [1, 2] {
            let case = Case { make, sample_rate_hz, channels };
            case.neutral_leaves_the_signal_alone();
            case.silence_stays_silence();
            case.an_impulse_arrives_exactly_late();
            case.blocks_of_any_length_give_the_same_bits();
            case.reset_equals_new();
            case.nothing_is_allocated();
            case.instances_do_not_disturb_each_other();
            case.broken_input_gives_finite_output();
            if channels == 2 {
                case.broken_input_is_forgotten();
            }
            case.a_settings_jump_makes_no_large_step();
        }
        Case { make, sample_rate_hz, channels: 1 }.tones_are_as_loud_as_at_48_khz();
    }
}

/// One processor at one format.
struct Case<'a> {
    make: Make<'a>,
    sample_rate_hz: f64,
    channels: usize,
}

impl Case<'_> {
    fn make(&self) -> Box<dyn Processor> {
        (self.make)(self.sample_rate_hz, self.channels)
    }

    fn make_neutral(&self) -> Box<dyn Processor> {
        let mut processor = self.make();
        processor.set_neutral();
        processor
    }

    fn make_busy(&self) -> Box<dyn Processor> {
        let mut processor = self.make();
        processor.set_busy();
        processor
    }

    fn frames(&self, seconds: f64) -> usize {
        (seconds * self.sample_rate_hz) as usize
    }

    /// Noise, different on each channel; −14 dBFS at its peaks, so that nothing has a reason to touch it.
    fn noise(&self, seed: u64, seconds: f64) -> Vec<Vec<f32>> {
        let frames = self.frames(seconds);
        (0..self.channels as u64).map(|channel| signals::white_noise(seed * 2 + channel, 0.2, frames)).collect()
    }

    /// Fails with the name of the promise and where it was broken.
    fn promise(&self, kept: bool, promise: &str, detail: impl FnOnce() -> String) {
        assert!(kept, "{promise} ({} Hz, {} channels): {}", self.sample_rate_hz, self.channels, detail());
    }

    /// Two signals must have the same bits; the detail tells the first difference.
    fn same_bits(&self, expected: &[Vec<f32>], got: &[Vec<f32>], promise: &str, detail: &str) {
        for (channel, (expected, got)) in expected.iter().zip(got).enumerate() {
            let difference = expected.iter().zip(got).position(|(a, b)| a.to_bits() != b.to_bits());
            self.promise(difference.is_none() && expected.len() == got.len(), promise, || {
                let frame = difference.unwrap_or_default();
                let (a, b) = (expected.get(frame), got.get(frame));
                format!("{detail}, channel {channel}, frame {frame}: expected {a:?}, got {b:?}")
            });
        }
    }

    fn neutral_leaves_the_signal_alone(&self) {
        let mut processor = self.make_neutral();
        let latency_frames = processor.latency_frames();
        let input = self.noise(1, 0.2);
        let output = run(&mut *processor, &input, &[512]);
        let expected: Vec<Vec<f32>> = input
            .iter()
            .map(|channel| {
                let late = std::iter::repeat_n(0.0, latency_frames).chain(channel.iter().copied());
                late.take(channel.len()).collect()
            })
            .collect();
        self.same_bits(&expected, &output, "neutral settings leave the signal alone", "noise");
    }

    fn silence_stays_silence(&self) {
        let silence = vec![vec![0.0; self.frames(0.1)]; self.channels];
        let output = run(&mut *self.make_neutral(), &silence, &[512]);
        self.promise(output.iter().flatten().all(|&x| x == 0.0), "silence stays silence", || "neutral".into());
        // What is busy may dither, but no more.
        let loudest = run(&mut *self.make_busy(), &silence, &[512]).iter().map(|x| rulers::peak(x)).fold(0.0, f64::max);
        self.promise(loudest < 0.001, "silence stays silence", || format!("busy, a peak of {loudest}"));
    }

    fn an_impulse_arrives_exactly_late(&self) {
        let promise = "an impulse arrives exactly latency_frames late";
        let mut processor = self.make_neutral();
        let latency_frames = processor.latency_frames();
        let impulse = signals::impulse(100, 0.5, latency_frames + 300);
        let output = run(&mut *processor, &vec![impulse.clone(); self.channels], &[64]);
        for channel in &output {
            let delay_frames = rulers::impulse_delay_frames(&impulse, channel);
            self.promise(delay_frames == latency_frames as isize, promise, || {
                format!("it says {latency_frames} and takes {delay_frames}")
            });
        }
        processor.set_busy();
        self.promise(processor.latency_frames() == latency_frames, promise, || {
            format!("the latency changes with the settings, {latency_frames} to {}", processor.latency_frames())
        });
    }

    fn blocks_of_any_length_give_the_same_bits(&self) {
        let promise = "blocks of any length give the same bits";
        let input = self.noise(2, 0.15);
        let expected = run(&mut *self.make_busy(), &input, &[input[0].len()]);
        for block_frames in [1, 7, 64, 480] {
            let output = run(&mut *self.make_busy(), &input, &[block_frames]);
            self.same_bits(&expected, &output, promise, &format!("blocks of {block_frames}"));
        }
        let mut processor = self.make_busy();
        let mut output = input;
        in_blocks(&mut output, &[0, 1, 480, 7, 0, 3, 1_000, 64, 15, 17], &mut |block| {
            processor.set_busy(); // Nothing changed, so nothing may change.
            processor.process(block);
        });
        self.same_bits(&expected, &output, promise, "mixed blocks, the same settings before each");
    }

    fn reset_equals_new(&self) {
        let mut processor = self.make_busy();
        run(&mut *processor, &self.noise(3, 0.1), &[333]);
        processor.set_neutral();
        run(&mut *processor, &self.noise(4, 0.003), &[64]);
        processor.set_busy();
        run(&mut *processor, &self.noise(5, 0.003), &[64]);
        processor.reset();
        let input = self.noise(6, 0.1);
        let expected = run(&mut *self.make_busy(), &input, &[64]);
        let output = run(&mut *processor, &input, &[64]);
        self.same_bits(&expected, &output, "reset equals new", "after noise and changing settings");
    }

    fn nothing_is_allocated(&self) {
        let mut processor = self.make_busy();
        let mut signal = self.noise(7, 0.1);
        let calls = allocations::count(|| {
            let mut blocks = 0;
            in_blocks(&mut signal, &[64, 1, 480], &mut |block| {
                match blocks % 3 {
                    0 => processor.set_neutral(),
                    1 => processor.set_busy(),
                    _ => {}
                }
                blocks += 1;
                processor.process(block);
            });
            processor.reset();
        });
        self.promise(calls == 0, "set, reset and process allocate nothing", || format!("{calls} allocator calls"));
    }

    fn broken_input_gives_finite_output(&self) {
        for (settings, mut processor) in [("neutral", self.make_neutral()), ("busy", self.make_busy())] {
            let output = run(&mut *processor, &self.broken(), &[64]);
            self.promise(output.iter().flatten().all(|x| x.is_finite()), "what comes out is finite", || {
                format!("{settings} settings, NaN, infinities and denormals in")
            });
        }
    }

    fn broken_input_is_forgotten(&self) {
        let (mut broken, mut clean) = (self.make_busy(), self.make_busy());
        run(&mut *broken, &self.broken(), &[64]);
        run(&mut *clean, &self.noise(8, 0.05), &[64]);
        let input = self.noise(9, 2.0);
        let after_broken = run(&mut *broken, &input, &[512]);
        let after_clean = run(&mut *clean, &input, &[512]);
        let end = input[0].len() - self.frames(0.1)..;
        for (expected, got) in after_clean.iter().zip(&after_broken) {
            let residual_db = rulers::residual_db(&expected[end.clone()], &got[end.clone()]);
            // A tenth of a percent: room for the memory of slow detectors, not for a stuck one.
            self.promise(residual_db < -60.0, "it recovers from broken input within two seconds", || {
                format!("still {residual_db:.1} dB away")
            });
        }
    }

    fn instances_do_not_disturb_each_other(&self) {
        let input = self.noise(10, 0.05);
        let expected = run(&mut *self.make_busy(), &input, &[64]);
        let (mut processor, mut other) = (self.make_busy(), (self.make)(88_200.0, 3 - self.channels));
        let mut others_signal = vec![signals::white_noise(11, 0.2, 64); 3 - self.channels];
        let mut output = input;
        in_blocks(&mut output, &[64], &mut |block| {
            other.set_busy();
            in_blocks(&mut others_signal, &[64], &mut |block| other.process(block));
            processor.process(block);
            other.set_neutral();
            other.reset();
        });
        self.same_bits(&expected, &output, "two instances do not disturb each other", "interleaved");
    }

    /// A change of settings, also in the middle of another, is a glide.
    fn a_settings_jump_makes_no_large_step(&self) {
        let tone: Vec<Vec<f32>> = (0..self.channels)
            .map(|channel| signals::sine(40.0, 0.1, 60.0 * channel as f64, self.sample_rate_hz, self.frames(0.3)))
            .collect();
        let largest_step = |signal: &[Vec<f32>], from: usize| {
            signal.iter().map(|channel| rulers::largest_step(&channel[from..])).fold(0.0, f64::max)
        };
        let settled = self.frames(0.1);
        let steady_step = largest_step(&run(&mut *self.make_neutral(), &tone, &[512]), settled)
            .max(largest_step(&run(&mut *self.make_busy(), &tone, &[512]), settled));

        let mut processor = self.make_neutral();
        let mut output = tone;
        let blocks = [0.035, 0.045, 0.004, 0.004, 0.002, 0.05].map(|seconds| self.frames(seconds));
        let mut busy = false;
        in_blocks(&mut output, &blocks, &mut |block| {
            processor.process(block);
            busy = !busy;
            if busy { processor.set_busy() } else { processor.set_neutral() }
        });
        let added = largest_step(&output, self.frames(0.03)) - steady_step;
        let stated = processor.largest_jump_step() * 48_000.0 / self.sample_rate_hz;
        self.promise(added <= stated, "a settings jump makes no step larger than stated", || {
            format!("{added:.6} above the steady {steady_step:.6}, stated are {stated:.6}")
        });
    }

    /// Times, levels and frequencies are those of the settings, not of the rate.
    fn tones_are_as_loud_as_at_48_khz(&self) {
        let reference = Case { make: self.make, sample_rate_hz: 48_000.0, channels: self.channels };
        for frequency_hz in [100.0, 1_000.0] {
            let difference_db = self.busy_gain_db(frequency_hz) - reference.busy_gain_db(frequency_hz);
            // What a filter near 20 kHz may leave at 1 kHz, and the noise of a dither.
            self.promise(difference_db.abs() < 0.05, "the same dB at every rate", || {
                format!("{difference_db:.3} dB from 48 kHz at {frequency_hz} Hz")
            });
        }
    }

    /// What busy settings make of a tone at −20 dBFS, once settled.
    fn busy_gain_db(&self, frequency_hz: f64) -> f64 {
        let tone = signals::sine(frequency_hz, 0.1, 0.0, self.sample_rate_hz, self.frames(0.6));
        let output = run(&mut *self.make_busy(), std::slice::from_ref(&tone), &[512]);
        let settled = self.frames(0.4)..;
        let level_of =
            |signal: &[f32]| rulers::amplitude_at(&signal[settled.clone()], frequency_hz, self.sample_rate_hz);
        rulers::db(level_of(&output[0]) / level_of(&tone))
    }

    /// Noise with NaN, infinities and denormals in it.
    fn broken(&self) -> Vec<Vec<f32>> {
        let broken = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE / 2.0, -f32::from_bits(1)];
        let mut signal = self.noise(8, 0.05);
        for (channel, samples) in signal.iter_mut().enumerate() {
            for (index, &value) in broken.iter().cycle().take(40).enumerate() {
                samples[100 + 31 * index + 7 * channel] = value;
            }
        }
        signal
    }
}

/// The output for an input cut into blocks.
fn run(processor: &mut dyn Processor, input: &[Vec<f32>], block_frames: &[usize]) -> Vec<Vec<f32>> {
    let mut signal = input.to_vec();
    in_blocks(&mut signal, block_frames, &mut |block| processor.process(block));
    signal
}
