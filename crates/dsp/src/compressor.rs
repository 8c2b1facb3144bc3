//! Compressor: detector, gain curve, apply.

use crate::{
    detector::Detector,
    format::{Format, MAX_CHANNELS},
    gain_curve::GainCurve,
    smooth::Ramp,
    units::{db_from_gain, gain_from_db},
};

/// How the detector reads a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetectorKind {
    /// The rectified sample.
    #[default]
    Peak,
    /// The mean square over about 10 ms.
    Rms,
}

/// What the compressor does. The default is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompressorSettings {
    /// Whether it is in the path.
    pub on: bool,
    /// Level above which it reduces, −60…0 dBFS.
    pub threshold_db: f32,
    /// Input change over output change above the threshold, 1–10.
    pub ratio: f32,
    /// Width of the soft knee around the threshold, 0–24 dB.
    pub knee_db: f32,
    /// Time for 63 % of a rise of the reduction (in dB), 0.1–200 ms.
    pub attack_ms: f32,
    /// Time for 63 % of a fall of the reduction (in dB), 5–2 000 ms.
    pub release_ms: f32,
    /// Lets the programme choose the release: quick after peaks, slow after sustained reduction.
    pub auto_release: bool,
    /// Corner of the high-pass before the detector, 20–500 Hz; `None` is off.
    pub sidechain_high_pass_hz: Option<f32>,
    /// How the detector reads a level.
    pub detector: DetectorKind,
    /// 0 (each channel for itself) … 1 (one reduction for both).
    pub stereo_link: f32,
    /// Share of the compressed signal, 0 (dry) … 1 (wet); linear, since both are correlated.
    pub mix: f32,
    /// Gain after the reduction, −12…+12 dB.
    pub makeup_db: f32,
    /// Adds half of the static curve's reduction at 0 dBFS to the make-up gain.
    pub auto_makeup: bool,
}

impl Default for CompressorSettings {
    fn default() -> Self {
        Self {
            on: false,
            threshold_db: -18.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 20.0,
            release_ms: 120.0,
            auto_release: false,
            sidechain_high_pass_hz: None,
            detector: DetectorKind::Peak,
            stereo_link: 1.0,
            mix: 1.0,
            makeup_db: 0.0,
            auto_makeup: false,
        }
    }
}

/// Makes loud moments quieter, so that the rest can be louder.
///
/// Feed-forward, in decibels, smoothed after the curve: the attack and release you set are the ones you measure. No
/// look-ahead, so no latency: a fast peak gets through the attack; catching those is the limiter's work.
///
/// With [`DetectorKind::Peak`] the curve is exact for the level of each sample: a sine, which passes through zero
/// twice a period, is reduced a little less than its peak alone would be. [`DetectorKind::Rms`] reads steady sounds.
///
/// Off, it leaves every bit alone.
///
/// After: D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (2012): branching
/// smoothing behind the gain computer.
#[derive(Clone, Debug)]
pub struct Compressor {
    sample_rate_hz: f64,
    threshold_db: Ramp,
    slope: Ramp,
    knee_db: Ramp,
    stereo_link: Ramp,
    makeup_gain: Ramp,
    /// Share of the compressed signal; 0 while off.
    wet: Ramp,
    ballistics: Ballistics,
    channels: Box<[Channel]>,

    /// Lowest gain of both channels in the last frame and since the readings began, without make-up.
    applied_gain: f64,
    lowest_gain: f64,
}

/// What one channel remembers.
#[derive(Clone, Debug)]
struct Channel {
    detector: Detector,
    reduction: Reduction,
}

const GLIDE_MS: f64 = 20.0;

impl Compressor {
    /// A compressor with the default settings: off. `[setup]`
    pub fn new(format: Format) -> Self {
        let glide = |value: f64| Ramp::new(value, format.frames_from_ms(GLIDE_MS));
        let channel = Channel { detector: Detector::new(format), reduction: Reduction::default() };
        let mut compressor = Self {
            sample_rate_hz: format.sample_rate_hz,
            threshold_db: glide(0.0),
            slope: glide(0.0),
            knee_db: glide(0.0),
            stereo_link: glide(1.0),
            makeup_gain: glide(1.0),
            wet: glide(0.0),
            ballistics: Ballistics::default(),
            channels: vec![channel; format.channels.clamp(1, MAX_CHANNELS)].into_boxed_slice(),
            applied_gain: 1.0,
            lowest_gain: 1.0,
        };
        compressor.set(&CompressorSettings::default());
        compressor
    }

    /// Takes the settings; the curve, the mix and switching on or off glide within 20 ms. `[audio]`
    pub fn set(&mut self, settings: &CompressorSettings) {
        let curve = GainCurve::new(settings.threshold_db.into(), settings.ratio.into(), settings.knee_db.into());
        self.threshold_db.set(curve.threshold_db);
        self.slope.set(curve.slope);
        self.knee_db.set(curve.knee_db);
        self.stereo_link.set(f64::from(settings.stereo_link).clamp(0.0, 1.0));
        let auto_makeup_db = if settings.auto_makeup { curve.auto_makeup_db() } else { 0.0 };
        self.makeup_gain.set(gain_from_db(f64::from(settings.makeup_db) + auto_makeup_db));
        self.wet.set(if settings.on { f64::from(settings.mix).clamp(0.0, 1.0) } else { 0.0 });
        self.ballistics = Ballistics::new(settings, self.sample_rate_hz);
        for channel in &mut self.channels {
            channel.detector.set(settings.detector, settings.sidechain_high_pass_hz);
        }
    }

    /// Forgets the sound, keeps the settings and the readings. `[audio]`
    pub fn reset(&mut self) {
        for ramp in [
            &mut self.threshold_db,
            &mut self.slope,
            &mut self.knee_db,
            &mut self.stereo_link,
            &mut self.makeup_gain,
            &mut self.wet,
        ] {
            ramp.settle();
        }
        self.forget_level();
        self.applied_gain = 1.0;
    }

    fn forget_level(&mut self) {
        for channel in &mut self.channels {
            channel.detector.reset();
            channel.reduction = Reduction::default();
        }
    }

    /// Compresses a block in place. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        let frames = block.iter().map(|samples| samples.len()).min().unwrap_or(0);
        for frame in 0..frames {
            let wet = self.wet.next();
            for samples in block.iter_mut() {
                if !samples[frame].is_finite() {
                    samples[frame] = 0.0;
                }
            }
            if wet == 0.0 {
                self.forget_level();
                self.applied_gain = 1.0;
                continue;
            }

            let target_db = self.measure(block, frame);
            let makeup_gain = self.makeup_gain.next();
            let mut applied_gain = 1.0f64;
            for ((channel, samples), target_db) in self.channels.iter_mut().zip(block.iter_mut()).zip(target_db) {
                let reduction_db = channel.reduction.follow(target_db, &self.ballistics);
                let gain = if reduction_db > 0.0 { gain_from_db(-reduction_db) } else { 1.0 };
                // Written as a departure from one: a wet signal equal to the dry one is unchanged at any mix.
                let mixed_gain = 1.0 + wet * (gain * makeup_gain - 1.0);
                let output = f64::from(samples[frame]) * mixed_gain;
                samples[frame] = output.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
                applied_gain = applied_gain.min(1.0 + wet * (gain - 1.0));
            }
            self.applied_gain = applied_gain;
            self.lowest_gain = self.lowest_gain.min(applied_gain);
        }
    }

    /// The reduction the curve asks of each channel for this frame, in dB, linked.
    #[inline]
    fn measure(&mut self, block: &[&mut [f32]], frame: usize) -> [f64; MAX_CHANNELS] {
        let curve = GainCurve {
            threshold_db: self.threshold_db.next(),
            slope: self.slope.next(),
            knee_db: self.knee_db.next(),
        };
        let stereo_link = self.stereo_link.next();
        let mut target_db = [0.0; MAX_CHANNELS];
        for ((channel, samples), target_db) in self.channels.iter_mut().zip(block).zip(&mut target_db) {
            *target_db = curve.reduction_db(channel.detector.next_db(samples[frame].into()));
        }
        let largest_db = target_db.iter().copied().fold(0.0, f64::max);
        target_db.map(|own_db| own_db + stereo_link * (largest_db - own_db))
    }

    /// None. `[any]`
    pub fn latency_frames(&self) -> usize {
        0
    }

    /// Reduction applied to the last frame in dB, 0 or more, without make-up; the larger of both channels. What the
    /// mix leaves of it. `[audio]`
    pub fn reduction_db(&self) -> f64 {
        db_from_gain(1.0 / self.applied_gain)
    }

    /// Largest reduction since [`Compressor::reset_readings`] in dB, 0 or more. `[audio]`
    pub fn max_reduction_db(&self) -> f64 {
        db_from_gain(1.0 / self.lowest_gain)
    }

    /// Starts the largest reduction anew. `[audio]`
    pub fn reset_readings(&mut self) {
        self.lowest_gain = 1.0;
    }
}

/// How fast the reduction moves: what is left of a distance after one frame.
#[derive(Clone, Copy, Debug, Default)]
struct Ballistics {
    attack_keep: f64,
    release_keep: f64,
    auto_release: bool,
    lasting_rise_keep: f64,
    lasting_fall_keep: f64,
}

/// Release after a short peak when the programme chooses.
const QUICK_RELEASE_MS: f64 = 60.0;
/// How long a reduction must last to be called lasting.
const LASTING_RISE_MS: f64 = 500.0;
/// Release of a lasting reduction.
const LASTING_FALL_MS: f64 = 1_000.0;

impl Ballistics {
    fn new(settings: &CompressorSettings, sample_rate_hz: f64) -> Self {
        let keep = |time_ms: f64| (-1.0 / (time_ms.max(0.01) * 0.001 * sample_rate_hz)).exp();
        let release_ms = if settings.auto_release { QUICK_RELEASE_MS } else { settings.release_ms.into() };
        Self {
            attack_keep: keep(settings.attack_ms.into()),
            release_keep: keep(release_ms),
            auto_release: settings.auto_release,
            lasting_rise_keep: keep(LASTING_RISE_MS),
            lasting_fall_keep: keep(LASTING_FALL_MS),
        }
    }
}

/// The reduction of one channel as it moves, in dB.
#[derive(Clone, Copy, Debug, Default)]
struct Reduction {
    quick_db: f64,
    lasting_db: f64,
}

/// A reduction this small is over: the signal passes to the bit again.
const NO_REDUCTION_DB: f64 = 1e-6;

impl Reduction {
    /// Moves towards the target by one frame.
    #[inline]
    fn follow(&mut self, target_db: f64, ballistics: &Ballistics) -> f64 {
        let keep = if target_db > self.quick_db { ballistics.attack_keep } else { ballistics.release_keep };
        self.quick_db = target_db + (self.quick_db - target_db) * keep;
        if self.quick_db < NO_REDUCTION_DB {
            self.quick_db = 0.0;
        }
        if !ballistics.auto_release {
            self.lasting_db = 0.0;
            return self.quick_db;
        }
        let rising = self.quick_db > self.lasting_db;
        let keep = if rising { ballistics.lasting_rise_keep } else { ballistics.lasting_fall_keep };
        self.lasting_db = self.quick_db + (self.lasting_db - self.quick_db) * keep;
        if self.lasting_db < NO_REDUCTION_DB {
            self.lasting_db = 0.0;
        }
        self.quick_db.max(self.lasting_db)
    }
}
