//! The true peak of a whole file, for a fifth of the work of a live meter.
//!
//! A live meter must look everywhere, since it never knows what is yet to come. Of a file only the highest place counts:
//! the wave is computed at one point between the samples, and looked at closely only where that comes near the largest
//! peak so far. What is found is what [`dsp::meter::true_peak::TruePeakMeter`] finds, to the bit.

use dsp::meter::LOUDEST_SAMPLE;
use dsp::oversample::{KAISER_SHAPE, PeakInterpolator, kaiser_low_pass};

/// The largest true peak of one channel.
pub struct FileTruePeak {
    sharp: Closely,
    itu: Closely,
    /// The filter that finds the wave in the middle between two samples; the other half of its taps is the same.
    half_taps: [f32; HALF_TAPS],
    /// The last [`CONTEXT`] samples, then those not yet looked at.
    held: Vec<f32>,
}

/// An interpolating filter that is asked only now and then.
struct Closely {
    interpolator: PeakInterpolator,
    /// How it is asked: the highest of the wave at its points, or also of the parabolas through them.
    highest: fn(&mut PeakInterpolator, &[f32]) -> f32,
    largest: f32,
    /// Whether it has heard the samples before the next segment.
    is_warm: bool,
}

/// Taps on each side of a point.
const HALF_TAPS: usize = 16;
/// What the filters remember: 32 samples, and one more for the parabola through the last points.
const CONTEXT: usize = 34;
/// Frames that are looked at together.
const SEGMENT: usize = 128;
/// Between the samples and the points in their middle the wave rises by 3 dB at most; this is twice that, because the
/// filters differ at the top of the band.
const MARGIN: f32 = 2.0;

impl FileTruePeak {
    /// Has heard nothing. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Self {
        let tap = |tap: usize| kaiser_low_pass(tap as f64 + 0.5, HALF_TAPS as f64, 0.5, KAISER_SHAPE) as f32;
        Self {
            sharp: Closely::new(PeakInterpolator::sharp(sample_rate_hz), |sharp, samples| {
                sharp.top_of(samples).max(largest(samples))
            }),
            itu: Closely::new(PeakInterpolator::itu(), PeakInterpolator::largest_of),
            half_taps: std::array::from_fn(tap),
            held: vec![0.0; CONTEXT],
        }
    }

    /// Listens to more of the file. `[main]`
    pub fn process(&mut self, samples: &[f32]) {
        self.held.extend(samples.iter().map(|&x| if x.abs() <= LOUDEST_SAMPLE { x } else { 0.0 }));
        let mut first = 0;
        while first + CONTEXT + SEGMENT <= self.held.len() {
            let window = &self.held[first..first + CONTEXT + SEGMENT];
            let about = MARGIN * highest_about(&self.half_taps, window);
            self.sharp.look(window, about);
            self.itu.look(window, about);
            first += SEGMENT;
        }
        self.held.drain(..first);
    }

    /// The largest peak by the sharp filter, never below the samples, and by the ITU's; the file ends here. `[main]`
    pub fn finish(mut self) -> [f32; 2] {
        // As much silence as makes the last segment full, and what rises behind the last sample is in it.
        self.process(&[0.0; CONTEXT + SEGMENT]);
        [self.sharp.largest, self.itu.largest]
    }
}

impl Closely {
    fn new(interpolator: PeakInterpolator, highest: fn(&mut PeakInterpolator, &[f32]) -> f32) -> Self {
        Self { interpolator, highest, largest: 0.0, is_warm: false }
    }

    /// Looks at the segment behind the context, if the wave there may be higher than the highest so far.
    fn look(&mut self, window: &[f32], at_most: f32) {
        if at_most <= self.largest {
            self.is_warm = false;
            return;
        }
        let (context, segment) = window.split_at(CONTEXT);
        if !self.is_warm {
            self.interpolator.reset();
            (self.highest)(&mut self.interpolator, context);
            self.is_warm = true;
        }
        self.largest = (self.highest)(&mut self.interpolator, segment).max(self.largest);
    }
}

/// The largest of the samples of a window and of the points in the middle between them.
fn highest_about(half_taps: &[f32; HALF_TAPS], window: &[f32]) -> f32 {
    let mut points = [0.0f32; CONTEXT + SEGMENT + 1 - 2 * HALF_TAPS];
    for (distance, tap) in half_taps.iter().enumerate() {
        let (before, after) = (&window[HALF_TAPS - 1 - distance..], &window[HALF_TAPS + distance..]);
        for (point, (before, after)) in points.iter_mut().zip(before.iter().zip(after)) {
            *point += tap * (before + after);
        }
    }
    largest(&points).max(largest(window))
}

fn largest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

#[cfg(test)]
mod tests {
    use dsp::format::Format;
    use dsp::meter::true_peak::TruePeakMeter;
    use dsp::units::db_from_gain;
    use testkit::signals;

    use super::*;

    #[test]
    fn what_it_finds_is_what_a_live_meter_finds() {
        for rate_hz in [44_100.0, 96_000.0, 192_000.0] {
            let frames = 20_000;
            let mut swelling = signals::white_noise(3, 0.5, frames);
            swelling.iter_mut().enumerate().for_each(|(frame, x)| *x *= frame as f32 / frames as f32);
            let tones = [0.11, 0.25, 0.4, 0.49].map(|part| signals::sine(part * rate_hz, 0.5, 44.0, rate_hz, frames));
            let mut all = vec![
                swelling,
                signals::pink_noise(1, 0.1, frames),
                signals::random_signs(2, 0.7, frames),
                signals::square(997.0, 0.4, rate_hz, frames),
                signals::flipped_burst(64, 0.6, 500),
                signals::impulse(frames - 1, 0.9, frames),
            ];
            all.extend(tones);
            for (index, signal) in all.iter().enumerate() {
                let mut live = TruePeakMeter::new(Format { sample_rate_hz: rate_hz, channels: 1 });
                live.process(&[signal]);
                live.flush();
                let mut file = FileTruePeak::new(rate_hz);
                signal.chunks(1_000 + 77 * index).for_each(|block| file.process(block));
                let [sharp, itu] = file.finish().map(|peak| db_from_gain(f64::from(peak)));
                assert_eq!([sharp, itu], [live.max_dbtp()[0], live.itu_max_dbtp()[0]], "{rate_hz} Hz, signal {index}");
            }
        }
    }
}
