//! Peaks: the highest reading any meter will show.

use crate::oversample::{KAISER_SHAPE, PeakInterpolator};

use super::fine_peak::FinePeak;

/// The union of four peak detectors for one channel: the sample, and three interpolators that miss different peaks.
///
/// A limiter that satisfies one meter exceeds on the next; one that satisfies their union holds on all of them.
#[derive(Clone, Debug)]
pub struct UnionPeak {
    sharp: Box<FinePeak<SHARP_HALF_FRAMES>>,
    itu: PeakInterpolator,
    libebur128_like: PeakInterpolator,
    /// The highest point between the frame before and the current one.
    before: f32,
}

/// Flat to 0.455 of the sample rate: the band edge is out above that whenever it matters.
const SHARP_HALF_FRAMES: usize = 24;

impl UnionPeak {
    /// Silent detectors. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            sharp: Box::new(FinePeak::new(KAISER_SHAPE)),
            itu: PeakInterpolator::itu(),
            libebur128_like: PeakInterpolator::libebur128_like(sample_rate_hz),
            before: 0.0,
        }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.sharp.reset();
        self.itu.reset();
        self.libebur128_like.reset();
        self.before = 0.0;
    }

    /// Takes a sample; returns the peak of the one [`UnionPeak::latency_frames`] earlier: its own height, and with
    /// `between_samples` that of the wave up to its neighbours on both sides. `[audio]`
    #[inline]
    pub fn next(&mut self, sample: f32, between_samples: bool) -> f32 {
        let sharp = self.sharp.next(sample);
        // The others answer earlier: they get their samples later, to speak of the same frame.
        let later = |early_frames: usize| self.sharp.sample_before(self.sharp.latency_frames() - early_frames);
        let itu = self.itu.next(later(self.itu.latency_frames()));
        let libebur128_like = self.libebur128_like.next(later(self.libebur128_like.latency_frames()));
        let sample_peak = later(0).abs();

        let after = sharp.max(itu).max(libebur128_like);
        let before = std::mem::replace(&mut self.before, after);
        if between_samples { sample_peak.max(before).max(after) } else { sample_peak }
    }

    /// How long after a sample its peak is known. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.sharp.latency_frames()
    }
}
