//! Peaks: the highest reading any meter will show.

use crate::fir::PIECE_FRAMES;
use crate::oversample::{KAISER_SHAPE, PeakInterpolator};

use super::fine_peak::FinePeak;

/// The union of four peak detectors for one channel: the sample, and three interpolators that miss different peaks.
///
/// A limiter that satisfies one meter exceeds on the next; one that satisfies their union holds on all of them.
#[derive(Clone, Debug)]
pub struct UnionPeak {
    sharp: FinePeak,
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
            sharp: FinePeak::new(SHARP_HALF_FRAMES, KAISER_SHAPE),
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

    /// Takes a piece; for each sample the peak of the one [`UnionPeak::latency_frames`] earlier: its own height, and
    /// with `between_samples` that of the wave up to its neighbours on both sides. `[audio]`
    pub fn process(&mut self, piece: &[f32], between_samples: bool, peaks: &mut [f32]) {
        let (mut itu, mut libebur128_like) = ([0.0; PIECE_FRAMES], [0.0; PIECE_FRAMES]);
        self.sharp.process(piece, peaks);
        // The others answer earlier: they get their samples later, to speak of the same frame.
        let latency_frames = self.sharp.latency_frames();
        for (other, readings) in [(&mut self.itu, &mut itu), (&mut self.libebur128_like, &mut libebur128_like)] {
            other.each_of(self.sharp.delayed(latency_frames - other.latency_frames()), readings);
        }
        let readings = itu.iter().zip(&libebur128_like).zip(self.sharp.delayed(latency_frames));
        for (peak, ((&itu, &libebur128_like), sample)) in peaks.iter_mut().zip(readings) {
            let after = peak.max(itu).max(libebur128_like);
            let before = std::mem::replace(&mut self.before, after);
            let sample_peak = sample.abs();
            *peak = if between_samples { sample_peak.max(before).max(after) } else { sample_peak };
        }
    }

    /// How long after a sample its peak is known. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.sharp.latency_frames()
    }
}
