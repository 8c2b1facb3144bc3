//! Spectrum: how much of each frequency there is, as the eye wants to see it.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::{audible, sides};
use crate::format::{Format, MAX_CHANNELS};
use crate::units::{db_from_power, power_from_db};

/// Points of the curve, evenly spread over the octaves from [`LOWEST_HZ`] to [`HIGHEST_HZ`].
pub const POINTS: usize = 256;
/// Bands of the coarse picture that fits into a session record.
pub const BANDS: usize = 64;
/// The first point, Hz.
pub const LOWEST_HZ: f64 = 20.0;
/// The last point, Hz.
pub const HIGHEST_HZ: f64 = 20_000.0;

/// Shows which frequencies a signal is made of, quickly rising and slowly falling.
///
/// A sine shows its level (full scale is 0 dB, one channel of two −3 dB) at its frequency, noise its density: white
/// noise is a level line. Not for the audio thread: feed it from the main thread with what the audio thread has put
/// aside. It costs one transform for every [`Spectrum::step_frames`]; in lasting silence nothing is computed and
/// [`Spectrum::revision`] rests.
///
/// Blackman–Harris window (F. J. Harris, 1978), 85 ms long, a new one every quarter.
pub struct Spectrum {
    channels: usize,
    transform: Arc<dyn RealToComplex<f64>>,
    window: Box<[f64]>,
    /// The last frames of each channel, written in a circle.
    recent: [Box<[f64]>; MAX_CHANNELS],
    position: usize,
    /// Frames until the next look.
    countdown_frames: usize,
    /// Frames since one that was not silent.
    silent_frames: usize,
    windowed: Box<[f64]>,
    bins: Box<[Complex<f64>]>,
    scratch: Box<[Complex<f64>]>,
    /// Power of each bin, both channels, a sine of full scale counts 1 over its main lobe.
    power: Box<[f64]>,
    /// The same summed from the first bin on, one entry longer.
    sums: Box<[f64]>,
    /// Where each point looks, in bins.
    places: Box<[Place]>,
    rise: f64,
    fall_db: f64,
    /// Smoothed power at each point.
    levels: [f64; POINTS],
    revision: u64,
}

/// The bins that a point stands for.
#[derive(Clone, Copy, Debug)]
struct Place {
    center_bins: f64,
    first: usize,
    last: usize,
}

/// Frames of a window at 48 kHz.
const WINDOW_FRAMES: f64 = 4_096.0;
/// Windows that share a frame.
const OVERLAP: usize = 4;
/// A sine lies within this many bins to each side of its own.
const LOBE: usize = 3;
/// Time constant of the rise, s.
const RISE_S: f64 = 0.08;
/// Fall, dB/s.
const FALL_DB_PER_S: f64 = 18.0;
/// What has fallen below this is gone.
const FLOOR_DB: f64 = -160.0;

impl Spectrum {
    /// An analyser that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let wanted_frames = WINDOW_FRAMES * format.sample_rate_hz / 48_000.0;
        // The nearest power of two, so that 44.1 kHz gets the same as 48 kHz.
        let frames = 1usize << wanted_frames.log2().round().max(6.0) as u32;
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(frames);
        let window = blackman_harris(frames);
        let bin_hz = format.sample_rate_hz / frames as f64;
        let step_s = (frames / OVERLAP) as f64 / format.sample_rate_hz;
        let mut spectrum = Self {
            channels: format.channels,
            window,
            recent: std::array::from_fn(|_| vec![0.0; frames].into()),
            position: 0,
            countdown_frames: 0,
            silent_frames: 0,
            windowed: transform.make_input_vec().into(),
            bins: transform.make_output_vec().into(),
            scratch: transform.make_scratch_vec().into(),
            power: vec![0.0; frames / 2 + 1].into(),
            sums: vec![0.0; frames / 2 + 2].into(),
            places: (0..POINTS).map(|point| place(point, bin_hz, frames / 2)).collect(),
            transform,
            rise: 1.0 - (-step_s / RISE_S).exp(),
            fall_db: FALL_DB_PER_S * step_s,
            levels: [0.0; POINTS],
            revision: 0,
        };
        spectrum.reset();
        spectrum
    }

    /// Forgets everything. `[any]`
    pub fn reset(&mut self) {
        self.recent.iter_mut().for_each(|channel| channel.fill(0.0));
        self.position = 0;
        self.countdown_frames = self.step_frames();
        self.silent_frames = self.window.len();
        self.levels.fill(0.0);
        self.revision += 1;
    }

    /// Frames between two looks.
    pub fn step_frames(&self) -> usize {
        self.window.len() / OVERLAP
    }

    /// Looks at a block. Any partition of a signal into blocks gives the same. `[main]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let (left, right) = sides(block, self.channels);
        for (left, right) in left.iter().zip(right) {
            let (left, right) = (f64::from(audible(*left)), f64::from(audible(*right)));
            self.silent_frames = if left == 0.0 && right == 0.0 { self.silent_frames.saturating_add(1) } else { 0 };
            for (channel, sample) in self.recent.iter_mut().zip([left, right]) {
                if let Some(slot) = channel.get_mut(self.position) {
                    *slot = sample;
                }
            }
            self.position = (self.position + 1) % self.window.len();
            self.countdown_frames -= 1;
            if self.countdown_frames == 0 {
                self.countdown_frames = self.step_frames();
                self.look();
            }
        }
    }

    /// Every point in dB, as of the last look. `[main]`
    pub fn points_db(&self) -> [f32; POINTS] {
        self.levels.map(|power| db_from_power(power) as f32)
    }

    /// The largest point of each of [`BANDS`] bands in dB. `[main]`
    pub fn bands_db(&self) -> [f32; BANDS] {
        const EACH: usize = POINTS / BANDS;
        std::array::from_fn(|band| {
            let points = self.levels.iter().skip(band * EACH).take(EACH);
            db_from_power(points.copied().fold(0.0, f64::max)) as f32
        })
    }

    /// Changes whenever a point does: a picture of the same revision need not be drawn again. `[main]`
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn look(&mut self) {
        let is_silent = self.silent_frames >= self.window.len();
        if is_silent && self.levels.iter().all(|level| *level == 0.0) {
            return;
        }
        self.revision += 1;
        self.power.fill(0.0);
        if !is_silent {
            let channels = if self.channels > 1 { 2 } else { 1 };
            for channel in 0..channels {
                self.add_power(channel, 1.0 / channels as f64);
            }
        }
        let mut sum = 0.0;
        for (after, power) in self.sums.iter_mut().skip(1).zip(&self.power) {
            sum += power;
            *after = sum;
        }
        let fall = power_from_db(-self.fall_db);
        let floor = power_from_db(FLOOR_DB);
        for point in 0..POINTS {
            let now = self.reading(self.places[point]);
            let level = &mut self.levels[point];
            *level = if now > *level { *level + self.rise * (now - *level) } else { now.max(*level * fall) };
            if *level < floor {
                *level = 0.0;
            }
        }
    }

    fn add_power(&mut self, channel: usize, share: f64) {
        let (newer, older) = self.recent[channel].split_at(self.position);
        for ((slot, sample), weight) in self.windowed.iter_mut().zip(older.iter().chain(newer)).zip(&self.window) {
            *slot = sample * weight;
        }
        // Fails only for buffers of a wrong length; these are the transform's own.
        let done = self.transform.process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch);
        if done.is_ok() {
            for (power, bin) in self.power.iter_mut().zip(&self.bins) {
                *power += share * bin.norm_sqr();
            }
        }
    }

    /// What a point shows: a tone, its whole level, however narrow it is beside the point; noise, its mean.
    fn reading(&self, place: Place) -> f64 {
        let last = self.power.len() - 1;
        if place.last - place.first <= 2 * LOBE {
            // Narrower than a tone: between the two nearest bins.
            let below = (place.center_bins.floor() as usize).min(last);
            let share = place.center_bins - below as f64;
            return self.lobe(below) * (1.0 - share) + self.lobe((below + 1).min(last)) * share;
        }
        let (mut peak, mut peak_bin, mut sum) = (0.0, place.first, 0.0);
        for bin in place.first..=place.last {
            let lobe = self.lobe(bin);
            sum += lobe;
            if lobe > peak {
                (peak, peak_bin) = (lobe, bin);
            }
        }
        let mean = sum / (place.last - place.first + 1) as f64;

        // Around the largest there is noise, or nothing: then it is a tone.
        const AROUND: usize = 24;
        let clear = |bin: usize| bin.abs_diff(peak_bin) > 3 * LOBE;
        let around = place.first.saturating_sub(AROUND)..=(place.last + AROUND).min(last);
        let (count, noise) = around
            .filter(|bin| clear(*bin))
            .fold((0, 0.0), |(count, sum), bin| (count + 1, sum + self.power.get(bin).copied().unwrap_or(0.0)));
        let noise = noise / f64::from(count.max(1)) * (2 * LOBE + 1) as f64;
        // The largest of some dozens of noisy bins is up to 6 dB above their mean; from 9 dB on it is a tone.
        let tone = ((peak - 4.0 * noise) / (4.0 * noise + f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        mean + tone * (peak - mean).max(0.0)
    }

    /// Power around a bin, as wide as a tone.
    fn lobe(&self, bin: usize) -> f64 {
        let last = self.power.len() - 1;
        let (first, last) = (bin.saturating_sub(LOBE), (bin + LOBE).min(last));
        let sum = |end: usize| self.sums.get(end).copied().unwrap_or(0.0);
        (sum(last + 1) - sum(first)).max(0.0)
    }
}

/// The frequency of a point of the curve.
pub fn point_hz(point: usize) -> f64 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(point as f64 / (POINTS - 1) as f64)
}

/// The gain that makes music look level: `slope_db` for each octave above 1 kHz, as much less below. 4.5 dB suits most.
pub fn tilt_db(frequency_hz: f64, slope_db: f64) -> f64 {
    slope_db * (frequency_hz / 1_000.0).log2()
}

/// The bins between the middles to the neighbouring points.
fn place(point: usize, bin_hz: f64, last: usize) -> Place {
    let half_way = (HIGHEST_HZ / LOWEST_HZ).powf(0.5 / (POINTS - 1) as f64);
    let center_bins = (point_hz(point) / bin_hz).min(last as f64);
    let first = ((center_bins / half_way).ceil() as usize).min(last);
    Place { center_bins, first, last: ((center_bins * half_way).floor() as usize).clamp(first, last) }
}

/// Scaled so that the power of a sine of full scale, summed over its main lobe, is 1.
fn blackman_harris(frames: usize) -> Box<[f64]> {
    let weight = |frame: usize| {
        let phase = std::f64::consts::TAU * frame as f64 / frames as f64;
        0.35875 - 0.48829 * phase.cos() + 0.14128 * (2.0 * phase).cos() - 0.01168 * (3.0 * phase).cos()
    };
    let energy: f64 = (0..frames).map(|frame| weight(frame).powi(2)).sum();
    // A sine of amplitude 1 puts a quarter of (frames · energy) into the bins of positive frequency.
    let scale = (frames as f64 * energy * 0.25).sqrt().recip();
    (0..frames).map(|frame| scale * weight(frame)).collect()
}
