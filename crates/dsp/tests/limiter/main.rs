//! What the limiter promises, measured.
//!
//! `material` is what it is fed with; the other modules are one kind of promise each.

mod automation;
mod ceiling;
mod material;
mod release;
mod sound;
mod threshold;
mod torture;
mod trace;

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
    oversample::PeakInterpolator,
};
use ebur128::{EbuR128, Mode};
use testkit::{
    contract,
    rulers::{db, peak, true_peak},
};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;
const CEILING_DBTP: f64 = -1.0;

struct UnderTest(Limiter);

impl contract::Processor for UnderTest {
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
        self.0.set(&LimiterSettings::default());
    }
    fn set_busy(&mut self) {
        self.0.set(&LimiterSettings {
            drive_db: 18.0,
            ceiling_dbtp: -3.0,
            auto_release: false,
            release_ms: 50.0,
            lookahead_ms: 1.5,
            stereo_link: 0.5,
            ..LimiterSettings::default()
        });
    }
}

/// Block sizes from 1 to 4 096 give the same bits: what follows may be measured at one of them.
#[test]
fn limiter_keeps_the_promises_of_every_processor() {
    contract::check(&|sample_rate_hz, channels| Box::new(UnderTest(Limiter::new(Format { sample_rate_hz, channels }))));
}

#[test]
fn the_latency_is_five_milliseconds_at_every_rate() {
    for (sample_rate_hz, latency_frames) in
        [(44_100.0, 220), (48_000.0, 240), (88_200.0, 441), (96_000.0, 480), (176_400.0, 882), (192_000.0, 960)]
    {
        assert_eq!(Limiter::new(Format::stereo(sample_rate_hz)).latency_frames(), latency_frames);
    }
}

/// What leaves a mono limiter, from the first frame of the input to the last, so that both lie side by side.
fn limited(settings: &LimiterSettings, sample_rate_hz: f64, input: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new(Format::mono(sample_rate_hz));
    limiter.set(settings);
    let latency_frames = limiter.latency_frames();
    let mut output = input.to_vec();
    output.resize(input.len() + latency_frames, 0.0);
    limiter.process(&mut [&mut output]);
    output.split_off(latency_frames)
}

fn driven(drive_db: f32) -> LimiterSettings {
    LimiterSettings { drive_db, ..LimiterSettings::default() }
}

fn gain(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}

/// With silence after it, for what the filters of limiter and meters still hold: a cut would ring.
fn with_tail(signal: &[f32]) -> Vec<f32> {
    let tail = std::iter::repeat_n(0.0, 200);
    signal.iter().copied().chain(tail).collect()
}

/// By how many dB a signal exceeds the ceiling of −1 dBTP, for everybody who may measure it.
#[derive(Debug)]
struct Over {
    sample_db: f64,
    itu_db: f64,
    libebur128_db: f64,
    /// The band-limited wave itself, 64 × oversampled.
    wave_db: f64,
}

impl Over {
    fn of(signal: &[f32], sample_rate_hz: f64) -> Self {
        let mut itu = PeakInterpolator::itu();
        let itu_peak = f64::from(itu.largest_of(signal));
        let mut meter = EbuR128::new(1, sample_rate_hz as u32, Mode::TRUE_PEAK).expect("a legal format");
        meter.add_frames_f32(signal).expect("whole frames");
        Self {
            sample_db: db(peak(signal)) - CEILING_DBTP,
            itu_db: db(itu_peak) - CEILING_DBTP,
            libebur128_db: db(meter.true_peak(0).expect("channel 0 exists")) - CEILING_DBTP,
            wave_db: db(true_peak(signal)) - CEILING_DBTP,
        }
    }

    /// Meters may read 0.01 dB more: they see a little of the wave before and after a peak, under another gain.
    fn assert_within(&self, wave_tolerance_db: f64, what: &str) {
        // Bit by bit in `ceiling`; here the logarithm rounds.
        assert!(self.sample_db < 1e-9, "{what}: {self:?}");
        assert!(self.itu_db <= 0.01 && self.libebur128_db <= 0.01, "{what}: {self:?}");
        assert!(self.wave_db <= wave_tolerance_db, "{what}: {self:?}");
    }
}
