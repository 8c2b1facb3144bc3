//! Band edge: what lies so close to half the sample rate that no meter's filter sees how high it rises.

use crate::{
    delay::Delay,
    format::Format,
    oversample::{KAISER_SHAPE, PeakInterpolator, kaiser_low_pass},
};

use super::running_mean::{ONE, RunningMean};

/// Takes the outermost edge of the band out of a signal that is about to be limited.
///
/// Interpolating filters of any affordable length are blind above 0.9 of half the sample rate, yet a wave there rises
/// far above its samples. Where a peak exceeds the ceiling and the edge is loud enough to matter, this fades it out
/// before the peak arrives and back in afterwards; everything else passes untouched, to the bit. At 44.1 kHz the edge
/// begins at 19.5 kHz.
#[derive(Clone, Debug)]
pub struct BandEdge {
    /// A linear-phase low-pass, newest sample first, padded with zeros to a whole number of lanes.
    low_pass: Box<[[f32; LANES]]>,
    /// The last samples twice, so that they always lie in one piece.
    history: Box<[f32]>,
    newest: usize,

    /// A rough look at the peaks, at the time of the filter's middle.
    peak: PeakInterpolator,
    peak_hold: f32,
    edge_hold: f32,
    hold_keep: f32,

    /// Frames for which the edge stays out after the last danger.
    stay_frames: usize,
    stay_left_frames: usize,
    fade: RunningMean,
    /// Share of the edge taken out, 0…1.
    removed: f32,
    return_keep: f32,
    edge_to_output: Delay,
}

const LANES: usize = 8;
/// Taps of the low-pass; odd, so that its delay is a whole number of frames.
const TAPS: usize = 65;
const PADDED_TAPS: usize = TAPS.next_multiple_of(LANES);
const FILTER_DELAY_FRAMES: usize = TAPS / 2;
/// Where the low-pass is 6 dB down, as a share of the sample rate.
const CUTOFF: f64 = 0.4625;
/// Frames over which the edge fades out.
const FADE_FRAMES: usize = 16;
/// An edge this far below the ceiling (−54 dB) moves no peak by more than 0.02 dB.
const HARMLESS_EDGE: f32 = 0.002;
/// How far apart a peak and the edge may lie and still be taken to meet.
const HOLD_MS: f64 = 1.0;
/// How long the edge stays out after the last danger.
const STAY_MS: f64 = 30.0;
/// How slowly it returns: 63 %.
const RETURN_MS: f64 = 40.0;

impl BandEdge {
    /// A silent filter. `[setup]`
    pub fn new(format: Format) -> Self {
        let mut low_pass = vec![[0.0; LANES]; PADDED_TAPS / LANES].into_boxed_slice();
        for (tap, coefficient) in low_pass.as_flattened_mut().iter_mut().take(TAPS).enumerate() {
            *coefficient = kaiser_low_pass(
                tap as f64 - FILTER_DELAY_FRAMES as f64,
                FILTER_DELAY_FRAMES as f64 + 1.0,
                CUTOFF,
                KAISER_SHAPE,
            ) as f32;
        }
        let sum: f32 = low_pass.as_flattened().iter().sum();
        low_pass.as_flattened_mut().iter_mut().for_each(|coefficient| *coefficient /= sum);
        let keep = |time_ms: f64| (-1.0 / format.frames_from_ms(time_ms).max(1) as f64).exp() as f32;
        Self {
            low_pass,
            history: vec![0.0; 2 * PADDED_TAPS].into_boxed_slice(),
            newest: 0,
            peak: PeakInterpolator::itu(),
            peak_hold: 0.0,
            edge_hold: 0.0,
            hold_keep: keep(HOLD_MS),
            stay_frames: format.frames_from_ms(STAY_MS),
            stay_left_frames: 0,
            fade: RunningMean::new(FADE_FRAMES),
            removed: 0.0,
            return_keep: keep(RETURN_MS),
            edge_to_output: Delay::new(FADE_FRAMES),
        }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.history.fill(0.0);
        self.newest = 0;
        self.peak.reset();
        (self.peak_hold, self.edge_hold) = (0.0, 0.0);
        self.stay_left_frames = 0;
        self.fade.reset();
        self.removed = 0.0;
        self.edge_to_output.reset();
    }

    /// Takes a sample, returns the one [`BandEdge::latency_frames`] earlier, without the edge where it is dangerous
    /// under this ceiling (linear). `[audio]`
    #[inline]
    pub fn next(&mut self, sample: f32, ceiling: f32, on: bool) -> f32 {
        let edge = self.edge(sample);
        self.watch(edge, ceiling, on);
        self.without(edge)
    }

    /// The same with a share of the edge, 0…1, that another signal's peaks have decided about. `[audio]`
    #[inline]
    pub fn next_following(&mut self, sample: f32, removed: f32) -> f32 {
        let edge = self.edge(sample);
        self.removed = removed;
        self.without(edge)
    }

    /// Takes a sample, returns the edge of the one [`FILTER_DELAY_FRAMES`] earlier.
    #[inline]
    fn edge(&mut self, sample: f32) -> f32 {
        let low = self.filter(sample);
        self.sample_before(FILTER_DELAY_FRAMES) - low
    }

    /// Decides how much of the edge has to go.
    #[inline]
    fn watch(&mut self, edge: f32, ceiling: f32, on: bool) {
        let middle = self.sample_before(FILTER_DELAY_FRAMES);
        let peak_sample = self.sample_before(FILTER_DELAY_FRAMES - self.peak.latency_frames());
        let peak = self.peak.next(peak_sample).max(middle.abs());
        self.peak_hold = peak.max(self.peak_hold * self.hold_keep);
        self.edge_hold = edge.abs().max(self.edge_hold * self.hold_keep);
        let dangerous = on && self.peak_hold > ceiling && self.edge_hold > HARMLESS_EDGE * ceiling;
        self.stay_left_frames = if dangerous { self.stay_frames } else { self.stay_left_frames.saturating_sub(1) };

        let kept = self.fade.next(if self.stay_left_frames > 0 { 0 } else { ONE });
        self.removed = (1.0 - kept as f32 / ONE as f32).max(self.removed * self.return_keep);
        if self.removed < 1e-6 {
            self.removed = 0.0;
        }
    }

    /// The sample that leaves, less its share of the edge.
    #[inline]
    fn without(&mut self, edge: f32) -> f32 {
        let edge = self.edge_to_output.next(edge);
        let output = self.sample_before(FILTER_DELAY_FRAMES + FADE_FRAMES);
        if self.removed > 0.0 { output - self.removed * edge } else { output }
    }

    /// The share of the edge taken out of the sample last returned, 0…1. `[audio]`
    pub fn removed(&self) -> f32 {
        self.removed
    }

    /// The constant delay. `[any]`
    pub fn latency_frames(&self) -> usize {
        FILTER_DELAY_FRAMES + FADE_FRAMES
    }

    /// The sample that entered this many frames before the newest.
    #[inline]
    fn sample_before(&self, frames: usize) -> f32 {
        self.history[self.newest + frames]
    }

    /// The low-passed sample of [`FILTER_DELAY_FRAMES`] earlier.
    #[inline]
    fn filter(&mut self, sample: f32) -> f32 {
        self.newest = if self.newest == 0 { PADDED_TAPS - 1 } else { self.newest - 1 };
        self.history[self.newest] = sample;
        self.history[self.newest + PADDED_TAPS] = sample;
        let mut lanes = [0.0f32; LANES];
        let samples = self.history[self.newest..self.newest + PADDED_TAPS].as_chunks::<LANES>().0;
        for (coefficients, samples) in self.low_pass.iter().zip(samples) {
            for lane in 0..LANES {
                lanes[lane] += coefficients[lane] * samples[lane];
            }
        }
        lanes.iter().sum()
    }
}
