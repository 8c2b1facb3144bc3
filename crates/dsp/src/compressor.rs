//! Compressor: detector, gain curve, apply.

mod ballistics;

use crate::{
    detector::Detector,
    format::{Format, MAX_CHANNELS},
    gain_curve::GainCurve,
    smooth::Ramp,
    sum::{finite, sample},
    units::{db_from_gain, gain_from_db},
};
use ballistics::{Ballistics, Reduction};

/// How the detector reads a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetectorKind {
    /// The largest sample, regardless of sign, of the last few milliseconds: see [`Compressor`].
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
    /// Time for 63 % of a fall of the reduction (in dB), 5–2 000 ms; the moment for which a peak is held is part of it.
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

impl CompressorSettings {
    /// Every value within its range; the default in place of what is no number.
    fn held(&self) -> Self {
        let default = Self::default();
        let held = |value: f32, default: f32, lowest: f32, highest: f32| {
            if value.is_nan() { default } else { value.clamp(lowest, highest) }
        };
        Self {
            threshold_db: held(self.threshold_db, default.threshold_db, -60.0, 0.0),
            ratio: held(self.ratio, default.ratio, 1.0, 10.0),
            knee_db: held(self.knee_db, default.knee_db, 0.0, 24.0),
            attack_ms: held(self.attack_ms, default.attack_ms, 0.1, 200.0),
            release_ms: held(self.release_ms, default.release_ms, 5.0, 2_000.0),
            sidechain_high_pass_hz: self.sidechain_high_pass_hz.map(|corner_hz| held(corner_hz, 20.0, 20.0, 500.0)),
            stereo_link: held(self.stereo_link, default.stereo_link, 0.0, 1.0),
            mix: held(self.mix, default.mix, 0.0, 1.0),
            makeup_db: held(self.makeup_db, default.makeup_db, -12.0, 12.0),
            ..*self
        }
    }
}

/// Makes loud moments quieter, so that the rest can be louder.
///
/// Feed-forward, in decibels, smoothed after the curve: the attack and release you set are the ones you measure. No
/// look-ahead, so no latency: a fast peak gets through the attack; catching those is the limiter's work.
///
/// With [`DetectorKind::Peak`] a steady sound is reduced by what the curve says of its peak, and evenly: a peak is held
/// for 10 ms, half a period of 50 Hz. Under a short attack or release the hold is shorter (half of the attack, a quarter
/// of the release), so that a click weighs no more than it should; below the frequency of which it is half a period, the
/// reduction then follows the wave a little. [`DetectorKind::Rms`] reads the power of the last 10 ms, 3 dB less for a
/// sine; this averaging adds to attack and release.
///
/// Off, it leaves every bit alone.
///
/// After: D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (2012): smoothing in
/// decibels behind the gain computer, branching. Branching alone reads a tone too low, by more the closer attack and
/// release lie (1 dB of 6 at 20 and 120 ms); their decoupled form reads it right but adds the attack to the release. The
/// hold gives both: the level of the one, the times of the other.
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

    /// Takes the settings, held to their ranges; the curve, the mix and switching on or off glide within 20 ms.
    /// `[audio]`
    pub fn set(&mut self, settings: &CompressorSettings) {
        let settings = &settings.held();
        let curve = GainCurve::new(settings.threshold_db.into(), settings.ratio.into(), settings.knee_db.into());
        self.threshold_db.set(curve.threshold_db);
        self.slope.set(curve.slope);
        self.knee_db.set(curve.knee_db);
        self.stereo_link.set(settings.stereo_link.into());
        let auto_makeup_db = if settings.auto_makeup { curve.auto_makeup_db() } else { 0.0 };
        self.makeup_gain.set(gain_from_db(f64::from(settings.makeup_db) + auto_makeup_db));
        self.wet.set(if settings.on { settings.mix.into() } else { 0.0 });
        self.ballistics = Ballistics::new(settings, self.sample_rate_hz);
        for channel in &mut self.channels {
            channel.detector.set(settings.detector, self.ballistics.hold_frames, settings.sidechain_high_pass_hz);
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
        self.run(block, |_, _| {});
    }

    /// Compresses a block in place and notes the gain of each frame and channel, make-up and mix included; frames beyond
    /// the end of `gains` are not noted. `[audio]`
    pub fn process_noting(&mut self, block: &mut [&mut [f32]], gains: &mut [[f64; MAX_CHANNELS]]) {
        self.run(block, |frame, applied| {
            if let Some(gain) = gains.get_mut(frame) {
                *gain = applied;
            }
        });
    }

    /// Gives each frame of a block the gain another compressor has noted, instead of measuring. `[audio]`
    pub fn process_following(&mut self, block: &mut [&mut [f32]], gains: &[[f64; MAX_CHANNELS]]) {
        for (channel, samples) in block.iter_mut().enumerate().take(MAX_CHANNELS) {
            for (x, gains) in samples.iter_mut().zip(gains) {
                *x = sample(finite(*x) * gains[channel]);
            }
        }
    }

    fn run(&mut self, block: &mut [&mut [f32]], mut note: impl FnMut(usize, [f64; MAX_CHANNELS])) {
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
                note(frame, [1.0; MAX_CHANNELS]);
                continue;
            }

            let target_db = self.measure(block, frame);
            let makeup_gain = self.makeup_gain.next();
            let mut applied_gain = 1.0f64;
            let mut gains = [1.0; MAX_CHANNELS];
            // Linked channels are reduced alike: the second need not compute what the first has.
            let mut known = (0.0, 1.0);
            for (((channel, samples), target_db), noted) in
                self.channels.iter_mut().zip(block.iter_mut()).zip(target_db).zip(&mut gains)
            {
                let reduction_db = channel.reduction.follow(target_db, &self.ballistics);
                if reduction_db != known.0 {
                    known = (reduction_db, gain_from_db(-reduction_db));
                }
                let gain = known.1;
                // Written as a departure from one: a wet signal equal to the dry one is unchanged at any mix.
                let mixed_gain = 1.0 + wet * (gain * makeup_gain - 1.0);
                let output = f64::from(samples[frame]) * mixed_gain;
                samples[frame] = output.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
                applied_gain = applied_gain.min(1.0 + wet * (gain - 1.0));
                *noted = mixed_gain;
            }
            note(frame, gains);
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
