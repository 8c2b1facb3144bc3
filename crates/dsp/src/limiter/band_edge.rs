//! Band edge: what lies so close to half the sample rate that no meter's filter sees how high it rises.

use crate::{
    delay::Delay,
    fir::{self, PIECE_FRAMES, Past},
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
    /// A linear-phase low-pass: the taps on one side of the middle, the outermost first, and the one in the middle.
    low_pass: Box<[f32]>,
    low_pass_middle: f32,
    samples: Past,

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

/// Half of the low-pass, whose taps are odd in number: its delay is a whole number of frames.
const FILTER_DELAY_FRAMES: usize = 32;
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
        let tap = |from_middle: usize| {
            let half_length = FILTER_DELAY_FRAMES as f64 + 1.0;
            kaiser_low_pass(from_middle as f64, half_length, CUTOFF, KAISER_SHAPE)
        };
        // A steady signal passes as it is.
        let sum = tap(0) + 2.0 * (1..=FILTER_DELAY_FRAMES).map(tap).sum::<f64>();
        let tap = |from_middle: usize| (tap(from_middle) / sum) as f32;
        let keep = |time_ms: f64| (-1.0 / format.frames_from_ms(time_ms).max(1) as f64).exp() as f32;
        Self {
            low_pass: (1..=FILTER_DELAY_FRAMES).rev().map(tap).collect(),
            low_pass_middle: tap(0),
            samples: Past::new(2 * FILTER_DELAY_FRAMES),
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
        self.samples.reset();
        self.peak.reset();
        (self.peak_hold, self.edge_hold) = (0.0, 0.0);
        self.stay_left_frames = 0;
        self.fade.reset();
        self.removed = 0.0;
        self.edge_to_output.reset();
    }

    /// Takes a piece and the ceiling (linear) of each frame; answers with the samples of
    /// [`BandEdge::latency_frames`] earlier, without the edge where it is dangerous, and how much of it (0…1) was taken
    /// out of each. `[audio]`
    pub fn process(&mut self, piece: &[f32], ceilings: &[f32], on: bool, seen: &mut [f32], removed: &mut [f32]) {
        let (mut edges, mut peaks) = ([0.0; PIECE_FRAMES], [0.0; PIECE_FRAMES]);
        self.edges(piece, &mut edges[..piece.len()]);
        let early_frames = FILTER_DELAY_FRAMES - self.peak.latency_frames();
        self.peak.each_of(&self.samples.delayed(early_frames)[..piece.len()], &mut peaks);
        for (frame, removed) in removed.iter_mut().enumerate().take(piece.len()) {
            let middle = self.samples.delayed(FILTER_DELAY_FRAMES)[frame];
            self.watch(peaks[frame].max(middle.abs()), edges[frame], ceilings[frame], on);
            *removed = self.removed;
        }
        self.without(&edges, removed, seen);
    }

    /// The same with shares of the edge that another signal's peaks have decided about. `[audio]`
    pub fn process_following(&mut self, piece: &[f32], removed: &[f32], seen: &mut [f32]) {
        let mut edges = [0.0; PIECE_FRAMES];
        self.edges(piece, &mut edges[..piece.len()]);
        self.without(&edges, removed, seen);
    }

    /// Takes a piece; the edges of the samples [`FILTER_DELAY_FRAMES`] earlier.
    fn edges(&mut self, piece: &[f32], edges: &mut [f32]) {
        self.samples.push(piece);
        let span_frames = 2 * FILTER_DELAY_FRAMES;
        fir::symmetric(&self.low_pass, span_frames, self.samples.delayed(span_frames), edges);
        for (edge, middle) in edges.iter_mut().zip(self.samples.delayed(FILTER_DELAY_FRAMES)) {
            let low = *edge + self.low_pass_middle * middle;
            *edge = middle - low;
        }
    }

    /// Decides how much of the edge has to go.
    #[inline]
    fn watch(&mut self, peak: f32, edge: f32, ceiling: f32, on: bool) {
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

    /// The samples that leave, each less its share of the edge.
    fn without(&mut self, edges: &[f32], removed: &[f32], seen: &mut [f32]) {
        let leaving = self.samples.delayed(FILTER_DELAY_FRAMES + FADE_FRAMES);
        for (((seen, &sample), &edge), &removed) in seen.iter_mut().zip(leaving).zip(edges).zip(removed) {
            let edge = self.edge_to_output.next(edge);
            *seen = if removed > 0.0 { sample - removed * edge } else { sample };
        }
    }

    /// The constant delay. `[any]`
    pub fn latency_frames(&self) -> usize {
        FILTER_DELAY_FRAMES + FADE_FRAMES
    }
}
