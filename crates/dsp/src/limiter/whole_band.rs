//! Whole band: a later and longer look at a signal whose edge was left in.

use crate::delay::Delay;
use crate::fir::PIECE_FRAMES;

use super::fine_peak::FinePeak;

/// The peaks that the edge of the band makes and no short filter sees.
///
/// The edge filter decides early, and so with a short look, whether the edge of the band is dangerous. What it left in
/// has since had time to show how high it rises. The filter here has no window: for noise up to half the sample rate
/// it is then the best estimate from the samples there are, off by some 5 % of the noise's RMS in either direction.
#[derive(Clone, Debug)]
pub struct WholeBand {
    peak: FinePeak,
    kept_to_peak: Delay,
    /// The highest point between the frame before and the current one.
    before: f32,
}

/// All that is known of the future when a peak has to be told.
const HALF_FRAMES: usize = 72;
/// An estimate so little (0.1 dB) above the ceiling may as well be an error: what fits under the ceiling must pass
/// untouched.
const BENEFIT_OF_THE_DOUBT: f32 = 1.0116;

impl WholeBand {
    /// A silent look, beside a path of an edge filter and peak detectors with these latencies. `[setup]`
    pub fn new(edge_latency_frames: usize, peaks_latency_frames: usize) -> Self {
        let peak = FinePeak::new(HALF_FRAMES, 0.0);
        debug_assert_eq!(edge_latency_frames + peaks_latency_frames, peak.latency_frames());
        Self { peak, kept_to_peak: Delay::new(peaks_latency_frames), before: 0.0 }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        self.peak.reset();
        self.kept_to_peak.reset();
        self.before = 0.0;
    }

    /// Takes a piece of the whole band, and for each sample the share of its edge (0…1) that the sample now leaving the
    /// edge filter kept, and the ceiling (linear) of the sample that the peak detectors speak of; raises `peaks` to the
    /// peak around that one. Where the edge is partly out, what rises above the ceiling counts in part. `[audio]`
    pub fn process(&mut self, piece: &[f32], kept: &[f32], ceilings: &[f32], peaks: &mut [f32]) {
        let mut found = [0.0; PIECE_FRAMES];
        self.peak.process(piece, &mut found[..piece.len()]);
        for (((&after, &kept), &ceiling), peak) in found.iter().zip(kept).zip(ceilings).zip(peaks) {
            let before = std::mem::replace(&mut self.before, after);
            let kept = self.kept_to_peak.next(kept);
            let found = before.max(after);
            if found > ceiling * BENEFIT_OF_THE_DOUBT {
                *peak = peak.max(ceiling + kept * (found - ceiling));
            }
        }
    }
}
