//! Alignment: how much later one signal is than another that should be the same.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::audible;
use crate::format::MAX_CHANNELS;

/// Finds the offset, in whole frames, at which an input comes closest to a reference.
///
/// Takes a second from the middle of the input's recording and lays it beside every place of the reference's, up to a
/// second earlier or later: closest is where the two correlate most, which is where least is left of their difference
/// once the level is matched too. A polarity that is turned over does not matter. Not for the audio thread: it takes five
/// long transforms, some 10 ms at 48 kHz.
pub struct OffsetFinder {
    max_offset_frames: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// Correlation below this is chance, or kinship: then nothing is found.
const LEAST_CORRELATION: f64 = 0.5;
/// What is left unexplained must halve for an offset to replace the one in force: bars that repeat do not move it.
const CLEARLY_LESS: f64 = 0.5;
/// Below what is left unexplained by rounding, one place is as good as another.
const ROUNDING: f64 = 1e-9;
/// −70 dBFS: silence is everywhere the same.
const SILENT_POWER: f64 = 1e-7;

/// Left and right of a recording.
pub type Recording<'a> = [&'a [f32]; MAX_CHANNELS];

impl OffsetFinder {
    /// A finder for signals of this rate. `[main]`
    pub fn new(sample_rate_hz: f64) -> Self {
        let transform_frames = recording_frames(sample_rate_hz).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        Self {
            max_offset_frames: max_offset_frames(sample_rate_hz),
            forward: planner.plan_fft_forward(transform_frames),
            inverse: planner.plan_fft_inverse(transform_frames),
        }
    }

    /// By how many frames the input comes later than the reference; negative when it comes earlier. `[main]`
    ///
    /// Both recordings are of the same [`recording_frames`]. Gives `current_frames`, the offset in force, unless another is
    /// clearly better; `None` if either is silent, or nowhere like the other.
    pub fn find(&self, input: Recording, reference: Recording, current_frames: i64) -> Option<i64> {
        let reach = self.max_offset_frames;
        let length = input.iter().chain(&reference).map(|side| side.len()).min()?;
        let middle_frames = length.checked_sub(2 * reach).filter(|frames| *frames > 0)?;
        let middle = input.map(|side| &side[reach..reach + middle_frames]);
        let input_energy: f64 = middle.iter().map(|side| energies(side).sum::<f64>()).sum();
        let silence = SILENT_POWER * (MAX_CHANNELS * middle_frames) as f64;
        if input_energy <= silence {
            return None;
        }
        let products = self.products(middle, reference)?;
        // The energy of the reference from its start to each frame.
        let mut sums = vec![0.0; length + 1];
        for side in reference {
            let mut sum = 0.0;
            for (total, energy) in sums[1..].iter_mut().zip(energies(side)) {
                sum += energy;
                *total += sum;
            }
        }
        // What remains unexplained of the input where the reference begins at `place`, 0…1.
        let unexplained = |place: usize| {
            let reference_energy = sums[place + middle_frames] - sums[place];
            if reference_energy <= silence {
                return 1.0;
            }
            1.0 - (products[place] * products[place] / (input_energy * reference_energy)).min(1.0)
        };
        let places = 0..=2 * reach;
        let best = places.clone().min_by(|a, b| unexplained(*a).total_cmp(&unexplained(*b)))?;
        let least = unexplained(best);
        if least > 1.0 - LEAST_CORRELATION * LEAST_CORRELATION {
            return None;
        }
        let current = usize::try_from(reach as i64 - current_frames).ok().filter(|place| places.contains(place));
        let is_better = current.is_none_or(|current| least + ROUNDING < CLEARLY_LESS * unexplained(current));
        Some(if is_better { reach as i64 - best as i64 } else { current_frames })
    }

    /// For every place, the sum of products of the middle with the reference from there on.
    fn products(&self, middle: Recording, reference: Recording) -> Option<Vec<f64>> {
        let mut cross = self.inverse.make_input_vec();
        for (middle, reference) in middle.iter().zip(reference) {
            let (middle, reference) = (self.spectrum(middle)?, self.spectrum(reference)?);
            for ((sum, middle), reference) in cross.iter_mut().zip(middle).zip(reference) {
                *sum += reference * middle.conj();
            }
        }
        // A transform wants its ends to be real; rounding may leave a trace.
        if let [first, .., last] = cross.as_mut_slice() {
            (first.im, last.im) = (0.0, 0.0);
        }
        let mut products = self.inverse.make_output_vec();
        self.inverse.process(&mut cross, &mut products).ok()?;
        let scale = 1.0 / products.len() as f64;
        products.iter_mut().for_each(|product| *product *= scale);
        Some(products)
    }

    fn spectrum(&self, samples: &[f32]) -> Option<Vec<Complex<f64>>> {
        let mut piece = self.forward.make_input_vec();
        for (slot, sample) in piece.iter_mut().zip(samples) {
            *slot = f64::from(audible(*sample));
        }
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut piece, &mut spectrum).ok()?;
        Some(spectrum)
    }
}

/// The largest offset that is looked for and can be made up for: a second. `[any]`
pub fn max_offset_frames(sample_rate_hz: f64) -> usize {
    sample_rate_hz.ceil() as usize
}

/// How long recordings for [`OffsetFinder::find`] are: three seconds. `[any]`
pub fn recording_frames(sample_rate_hz: f64) -> usize {
    3 * max_offset_frames(sample_rate_hz)
}

fn energies(samples: &[f32]) -> impl Iterator<Item = f64> {
    samples.iter().map(|sample| f64::from(audible(*sample)).powi(2))
}
