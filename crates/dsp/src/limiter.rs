//! Limiter: keeps every peak, also those between the samples, under a ceiling.

mod band_edge;
pub mod envelope;
mod fine_peak;
mod peaks;
mod running_mean;
pub mod trace;
mod whole_band;

use std::ops::Range;

use crate::{
    delay::Delay,
    fir::PIECE_FRAMES,
    format::{Format, MAX_CHANNELS},
    smooth::Ramp,
    units::{db_from_gain, gain_from_db},
};

use band_edge::BandEdge;
use envelope::{Envelope, EnvelopeSettings};
use peaks::UnionPeak;
use trace::Trace;
use whole_band::WholeBand;

/// What the limiter does. The default holds −1 dBTP and drives nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterSettings {
    /// Gain into the limiter, 0…+24 dB.
    pub drive_db: f32,
    /// The level no peak exceeds, −12…0 dBTP.
    pub ceiling_dbtp: f32,
    /// Lets the programme choose the release.
    pub auto_release: bool,
    /// Time constant of the release when not automatic, 5–1 000 ms: 63 % of the way back to the gain of one, as a
    /// factor and not in dB, after a hold of 10 ms (up to 25 ms while the reduction lasts).
    pub release_ms: f32,
    /// How early the gain starts to fall, 1–5 ms; the latency is that of the longest. What the filters leave of it is
    /// 3.3 ms at 44.1 kHz, 4.6 ms at 192 kHz: longer ones are cut to that.
    pub lookahead_ms: f32,
    /// Whether peaks between the samples count.
    pub true_peak: bool,
    /// 0 (each channel for itself) … 1 (one gain for both, the image stays put).
    pub stereo_link: f32,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            drive_db: 0.0,
            ceiling_dbtp: -1.0,
            auto_release: true,
            release_ms: 100.0,
            lookahead_ms: 3.0,
            true_peak: true,
            stereo_link: 1.0,
        }
    }
}

/// Keeps every peak, also those between the samples, under a ceiling.
///
/// Looks ahead by [`Limiter::latency_frames`], finds the highest peak in that window on four detectors at once, and
/// fades the gain down before the peak arrives. With full link left and right share one gain, so the image stays put.
/// Meant for the last 1–4 dB of a master; for colour, compress first.
///
/// Guaranteed: no sample exceeds the ceiling in force when it entered, to the bit, whatever the input and however the
/// settings move. Below the ceiling and without drive the output is the delayed input, to the bit: programme from
/// 0.1 dB below on, and from 0.3 dB below on even a tone on which the ITU's filter reads high, or noise whose height
/// at half the sample rate nobody can tell within 5 ms.
///
/// Measured, over the ceiling: the ITU's meter and libebur128 0.00 dB; the wave itself 0.015 dB on programme up to
/// 20 kHz and 0.08 dB on noise, impulses and tones up to half the sample rate driven by 6 dB or more. Full-band noise
/// that exceeds the ceiling by less than 4 dB may leave with up to 0.5 dB: peaks that only its outermost edge makes
/// can be estimated, not known.
///
/// After: sliding maximum + box smoothing (G. Luff); true peak per ITU-R BS.1770-5 annex 2.
#[derive(Clone, Debug)]
pub struct Limiter {
    format: Format,
    latency_frames: usize,
    drive_gain: Ramp,
    ceiling: Ramp,
    stereo_link: Ramp,
    true_peak: bool,
    /// Nothing has been heard since reset: settings apply at once.
    unheard: bool,
    channels: Box<[Channel]>,
    ceiling_to_peaks: Delay,
    ceiling_to_output: Delay,

    gain: f64,
    lowest_gain: f64,
    frames: u64,
    reducing_frames: u64,
    trace: Trace,
}

/// What the limiter did to one frame of one channel: enough to do it again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterGain {
    /// The factor, drive not included, 0…1.
    pub gain: f64,
    /// The share of the outermost edge of the band (from 0.44 of the sample rate up) that was taken out, 0…1.
    pub edge_removed: f32,
}

impl Default for LimiterGain {
    /// Nothing was done.
    fn default() -> Self {
        Self { gain: 1.0, edge_removed: 0.0 }
    }
}

/// The path of one channel.
#[derive(Clone, Debug)]
struct Channel {
    band_edge: BandEdge,
    peaks: UnionPeak,
    whole_band: WholeBand,
    envelope: Envelope,
    to_output: Delay,
}

/// The latency, all filters included.
const LATENCY_MS: f64 = 5.0;
/// Shortest path through the filters that leaves room for a fade; longer than [`LATENCY_MS`] below 24 kHz.
const SHORTEST_LATENCY_FRAMES: usize = 120;
/// The fade ends this much before the peak: a meter's filter sees the wave before and after the peak as well, under
/// the same gain.
const EARLY_FRAMES: usize = 16;
/// Keeps the ratio of peak and ceiling finite, whatever is asked for.
const LOWEST_CEILING_DBTP: f64 = -60.0;
const GLIDE_MS: f64 = 20.0;
/// What a wave of more than +120 dBFS is cut to: no such sound exists, and arithmetic stays finite.
const LARGEST_SAMPLE: f64 = 1e6;

impl Limiter {
    /// A silent limiter with the default settings. `[setup]`
    pub fn new(format: Format) -> Self {
        let settings = LimiterSettings::default();
        let glide_frames = format.frames_from_ms(GLIDE_MS);
        let latency_frames =
            ((LATENCY_MS * 0.001 * format.sample_rate_hz).floor() as usize).max(SHORTEST_LATENCY_FRAMES);

        let band_edge = BandEdge::new(format);
        let peaks = UnionPeak::new(format.sample_rate_hz);
        let known_after_frames = band_edge.latency_frames() + peaks.latency_frames();
        let channel = Channel {
            envelope: Envelope::new(format, latency_frames - known_after_frames - EARLY_FRAMES),
            to_output: Delay::new(latency_frames - band_edge.latency_frames()),
            whole_band: WholeBand::new(band_edge.latency_frames(), peaks.latency_frames()),
            band_edge,
            peaks,
        };
        let mut limiter = Self {
            format,
            latency_frames,
            drive_gain: Ramp::new(1.0, glide_frames),
            ceiling: Ramp::new(1.0, glide_frames),
            stereo_link: Ramp::new(1.0, glide_frames),
            true_peak: true,
            unheard: true,
            channels: vec![channel; format.channels.clamp(1, MAX_CHANNELS)].into_boxed_slice(),
            ceiling_to_peaks: Delay::new(known_after_frames),
            ceiling_to_output: Delay::new(latency_frames - known_after_frames),
            gain: 1.0,
            lowest_gain: 1.0,
            frames: 0,
            reducing_frames: 0,
            trace: Trace::new(format.sample_rate_hz),
        };
        limiter.set(&settings);
        limiter.reset();
        limiter
    }

    /// Takes the settings: level and link glide within 20 ms, the rest follows without a click. `[audio]`
    pub fn set(&mut self, settings: &LimiterSettings) {
        self.drive_gain.set(gain_from_db(settings.drive_db.into()));
        self.ceiling.set(gain_from_db(f64::from(settings.ceiling_dbtp).clamp(LOWEST_CEILING_DBTP, 0.0)));
        self.stereo_link.set(f64::from(settings.stereo_link).clamp(0.0, 1.0));
        self.true_peak = settings.true_peak;
        let envelope = EnvelopeSettings {
            attack_frames: self.format.frames_from_ms(settings.lookahead_ms.into()),
            auto_release: settings.auto_release,
            release_ms: settings.release_ms.into(),
        };
        for channel in &mut self.channels {
            channel.envelope.set(&envelope);
        }
        if self.unheard {
            self.reset();
        }
    }

    /// Forgets the sound, keeps the settings and the readings. `[audio]`
    pub fn reset(&mut self) {
        self.drive_gain.settle();
        self.ceiling.settle();
        self.stereo_link.settle();
        for channel in &mut self.channels {
            channel.band_edge.reset();
            channel.peaks.reset();
            channel.whole_band.reset();
            channel.envelope.reset();
            channel.to_output.reset();
        }
        // The frames "before" the first one are under the same ceiling.
        let ceiling = rounded_down(self.ceiling.value());
        for delay in [&mut self.ceiling_to_peaks, &mut self.ceiling_to_output] {
            for _ in 0..delay.latency_frames() {
                delay.next(ceiling);
            }
        }
        self.unheard = true;
        self.gain = 1.0;
    }

    /// Limits a block in place. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        self.run(block, |_, _| {});
    }

    /// Limits a block in place and notes what was done to each frame and channel as it left; frames beyond the end of
    /// `gains` are not noted. `[audio]`
    pub fn process_noting(&mut self, block: &mut [&mut [f32]], gains: &mut [[LimiterGain; MAX_CHANNELS]]) {
        self.run(block, |frame, applied| {
            if let Some(gain) = gains.get_mut(frame) {
                *gain = applied;
            }
        });
    }

    /// Drives a block and does to it what another limiter has noted, instead of looking for peaks. As late as that one;
    /// the ceiling is not held: it was held for the other signal. `[audio]`
    pub fn process_following(&mut self, block: &mut [&mut [f32]], gains: &[[LimiterGain; MAX_CHANNELS]]) {
        let frames = block.iter().map(|samples| samples.len()).min().unwrap_or(0).min(gains.len());
        for start in (0..frames).step_by(PIECE_FRAMES) {
            let piece = start..frames.min(start + PIECE_FRAMES);
            let drive_gains = row(piece.len(), |_| self.drive_gain.next());
            let gains = &gains[piece.clone()];
            for (index, (channel, samples)) in self.channels.iter_mut().zip(block.iter_mut()).enumerate() {
                let samples = &mut samples[piece.clone()];
                let driven = row(samples.len(), |frame| safe(f64::from(samples[frame]) * drive_gains[frame]));
                let removed = row(samples.len(), |frame| gains[frame][index].edge_removed);
                let mut seen = [0.0; PIECE_FRAMES];
                let seen = &mut seen[..samples.len()];
                channel.band_edge.process_following(&driven[..samples.len()], &removed, seen);
                for ((sample, &mut seen), noted) in samples.iter_mut().zip(seen).zip(gains) {
                    *sample = (f64::from(channel.to_output.next(seen)) * noted[index].gain) as f32;
                }
            }
        }
    }

    fn run(&mut self, block: &mut [&mut [f32]], mut note: impl FnMut(usize, [LimiterGain; MAX_CHANNELS])) {
        let frames = block.iter().map(|samples| samples.len()).min().unwrap_or(0);
        for start in (0..frames).step_by(PIECE_FRAMES) {
            self.unheard = false;
            self.run_piece(block, start..frames.min(start + PIECE_FRAMES), &mut note);
        }
    }

    fn run_piece(
        &mut self,
        block: &mut [&mut [f32]],
        piece: Range<usize>,
        note: &mut impl FnMut(usize, [LimiterGain; MAX_CHANNELS]),
    ) {
        let frames = piece.len();
        let drive_gains = row(frames, |_| self.drive_gain.next());
        let ceilings_in = row(frames, |_| rounded_down(self.ceiling.next()));
        let ceilings_at_peaks = row(frames, |frame| self.ceiling_to_peaks.next(ceilings_in[frame]));
        let ceilings_out = row(frames, |frame| self.ceiling_to_output.next(ceilings_at_peaks[frame]));
        let stereo_links = row(frames, |_| self.stereo_link.next());
        let mut heard = [Heard::default(); MAX_CHANNELS];
        for ((channel, samples), heard) in self.channels.iter_mut().zip(block.iter()).zip(&mut heard) {
            let samples = &samples[piece.clone()];
            let driven = row(frames, |frame| safe(f64::from(samples[frame]) * drive_gains[frame]));
            *heard = channel.hear(&driven[..frames], &ceilings_in, &ceilings_at_peaks, self.true_peak);
        }

        let is_traced = self.trace.is_on();
        for frame in 0..frames {
            let excesses = heard.each_ref().map(|heard| heard.excesses[frame]);
            let largest_excess = excesses.iter().copied().fold(0.0, f64::max);
            let mut lowest_gain = 1.0f64;
            let mut gains = [LimiterGain::default(); MAX_CHANNELS];
            for ((((channel, samples), heard), excess), noted) in
                self.channels.iter_mut().zip(block.iter_mut()).zip(&heard).zip(excesses).zip(&mut gains)
            {
                let linked = excess + stereo_links[frame] * (largest_excess - excess);
                let gain = channel.envelope.next(linked.max(excess));
                lowest_gain = lowest_gain.min(gain);
                *noted = LimiterGain { gain, edge_removed: heard.edges_removed[frame] };
                let (delayed, ceiling) = (heard.delayed[frame], ceilings_out[frame]);
                let sample = &mut samples[piece.start + frame];
                // The gain is rounded down, so this changes nothing; it is the promise, in the last line.
                *sample = ((f64::from(delayed) * gain) as f32).clamp(-ceiling, ceiling);
                if is_traced {
                    self.trace.see(delayed, *sample);
                }
            }
            self.count(lowest_gain);
            if is_traced {
                self.trace.end_frame(lowest_gain);
            }
            note(piece.start + frame, gains);
        }
    }

    /// The delay from input to output, the same for all settings. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.latency_frames
    }

    /// Reduction of the last frame in dB, 0 or more; the larger of both channels. `[audio]`
    pub fn reduction_db(&self) -> f64 {
        db_from_gain(1.0 / self.gain)
    }

    /// Largest reduction since [`Limiter::reset_readings`] in dB. `[audio]`
    pub fn max_reduction_db(&self) -> f64 {
        db_from_gain(1.0 / self.lowest_gain)
    }

    /// Share of the frames since [`Limiter::reset_readings`] that were reduced by more than
    /// 0.01 dB, 0…1. `[audio]`
    pub fn reducing_share(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.reducing_frames as f64 / self.frames as f64 }
    }

    /// What went in and came out, moment by moment, while somebody looks. `[audio]`
    pub fn trace(&mut self) -> &mut Trace {
        &mut self.trace
    }

    /// Starts the largest reduction and the share anew. `[audio]`
    pub fn reset_readings(&mut self) {
        self.lowest_gain = 1.0;
        self.frames = 0;
        self.reducing_frames = 0;
    }

    fn count(&mut self, gain: f64) {
        /// 0.01 dB below one.
        const REDUCING_GAIN: f64 = 0.998_85;
        self.gain = gain;
        self.lowest_gain = self.lowest_gain.min(gain);
        self.frames += 1;
        self.reducing_frames += u64::from(gain < REDUCING_GAIN);
    }
}

/// What a channel knows of a piece before its gain is decided.
#[derive(Clone, Copy, Debug)]
struct Heard {
    /// Peak over ceiling, for the frames that the peak detectors speak of.
    excesses: [f64; PIECE_FRAMES],
    /// What leaves, before its gain.
    delayed: [f32; PIECE_FRAMES],
    /// The share of the edge taken out, for the frames that leave the edge filter.
    edges_removed: [f32; PIECE_FRAMES],
}

impl Default for Heard {
    fn default() -> Self {
        Self { excesses: [0.0; PIECE_FRAMES], delayed: [0.0; PIECE_FRAMES], edges_removed: [0.0; PIECE_FRAMES] }
    }
}

impl Channel {
    /// Takes a driven piece and the ceilings (linear) of its frames and of those the peak detectors speak of.
    fn hear(&mut self, driven: &[f32], ceilings_in: &[f32], ceilings_at_peaks: &[f32], true_peak: bool) -> Heard {
        let frames = driven.len();
        let mut heard = Heard::default();
        let (mut seen, mut peaks) = ([0.0; PIECE_FRAMES], [0.0; PIECE_FRAMES]);
        let removed = &mut heard.edges_removed[..frames];
        self.band_edge.process(driven, ceilings_in, true_peak, &mut seen[..frames], removed);
        self.peaks.process(&seen[..frames], true_peak, &mut peaks[..frames]);
        let mut all_peaks = peaks;
        let kept = heard.edges_removed.map(|removed| 1.0 - removed);
        self.whole_band.process(driven, &kept, ceilings_at_peaks, &mut all_peaks[..frames]);
        let peaks = if true_peak { all_peaks } else { peaks };
        for frame in 0..frames {
            heard.excesses[frame] = f64::from(peaks[frame]) / f64::from(ceilings_at_peaks[frame]);
            heard.delayed[frame] = self.to_output.next(seen[frame]);
        }
        heard
    }
}

/// A value for each frame of a piece.
#[inline]
fn row<Value: Copy + Default>(frames: usize, mut value: impl FnMut(usize) -> Value) -> [Value; PIECE_FRAMES] {
    let mut row = [Value::default(); PIECE_FRAMES];
    for (frame, slot) in row.iter_mut().enumerate().take(frames) {
        *slot = value(frame);
    }
    row
}

/// A sample that arithmetic survives; what is no number is silence.
fn safe(sample: f64) -> f32 {
    if sample.is_finite() { sample.clamp(-LARGEST_SAMPLE, LARGEST_SAMPLE) as f32 } else { 0.0 }
}

/// The nearest sample value that is not above.
fn rounded_down(value: f64) -> f32 {
    let nearest = value as f32;
    if f64::from(nearest) > value { nearest.next_down() } else { nearest }
}
