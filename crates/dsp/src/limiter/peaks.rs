//! Peaks: the highest reading any meter will show.

use crate::{delay::Delay, oversample::PeakInterpolator};

/// The union of four peak detectors for one channel: the sample, and three interpolators that miss different peaks.
///
/// A limiter that satisfies one meter exceeds on the next; one that satisfies their union holds on all of them.
#[derive(Clone, Debug)]
pub struct UnionPeak {
    sharp: PeakInterpolator,
    itu: PeakInterpolator,
    libebur128_like: PeakInterpolator,
    /// The other detectors answer earlier than the sharp one: these make them speak of the same frame.
    to_itu: Delay,
    to_libebur128_like: Delay,
    to_sample: Delay,
    /// The highest point between the frame before and the current one.
    before: f32,
}

impl UnionPeak {
    /// Silent detectors. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Self {
        let sharp = PeakInterpolator::sharp(sample_rate_hz);
        let itu = PeakInterpolator::itu();
        let libebur128_like = PeakInterpolator::libebur128_like(sample_rate_hz);
        let latency_frames = sharp.latency_frames();
        Self {
            to_itu: Delay::new(latency_frames - itu.latency_frames()),
            to_libebur128_like: Delay::new(latency_frames - libebur128_like.latency_frames()),
            to_sample: Delay::new(latency_frames),
            sharp,
            itu,
            libebur128_like,
            before: 0.0,
        }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.sharp.reset();
        self.itu.reset();
        self.libebur128_like.reset();
        self.to_itu.reset();
        self.to_libebur128_like.reset();
        self.to_sample.reset();
        self.before = 0.0;
    }

    /// Takes a sample; returns the peak of the one [`UnionPeak::latency_frames`] earlier: its own height, and with
    /// `between_samples` that of the wave up to its neighbours on both sides. `[audio]`
    #[inline]
    pub fn next(&mut self, sample: f32, between_samples: bool) -> f32 {
        let after = self
            .sharp
            .next(sample)
            .max(self.itu.next(self.to_itu.next(sample)))
            .max(self.libebur128_like.next(self.to_libebur128_like.next(sample)));
        let sample_peak = self.to_sample.next(sample).abs();
        let before = std::mem::replace(&mut self.before, after);
        if between_samples { sample_peak.max(before).max(after) } else { sample_peak }
    }

    /// How long after a sample its peak is known. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.sharp.latency_frames()
    }
}
