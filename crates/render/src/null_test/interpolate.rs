//! A signal between its samples: what it was a fraction of a frame ago, and how fast it changes.

use std::f64::consts::PI;

/// Reads signals between their samples.
///
/// A sinc under a Kaiser window, 64 taps: exact to −90 dB up to 0.9 of half the sample rate. On a whole frame it gives
/// the sample itself.
pub struct Interpolator {
    /// One row of taps for each of [`PHASES`] + 1 places between two samples.
    rows: Vec<[f64; TAPS]>,
}

/// Frames on each side of a point that its value is made of.
const HALF_TAPS: usize = 32;
/// The same, with as much again for whoever else has moved the signal before.
pub const REACH_FRAMES: usize = 2 * HALF_TAPS;
const TAPS: usize = 2 * HALF_TAPS;
/// Between two rows lies a straight line, at most 110 dB from the curve.
const PHASES: usize = 512;

impl Interpolator {
    /// Computes the taps. `[setup]`
    pub fn new() -> Self {
        let row = |phase: usize| {
            let fraction = phase as f64 / PHASES as f64;
            std::array::from_fn(|tap| {
                let distance = fraction + (HALF_TAPS - 1) as f64 - tap as f64;
                sinc(distance) * window(distance / HALF_TAPS as f64)
            })
        };
        Self { rows: (0..=PHASES).map(row).collect() }
    }

    /// The value of a signal at a position in frames; silence surrounds it. `[any]`
    pub fn value(&self, signal: &[f32], position: f64) -> f64 {
        let before = position.floor();
        let place = (position - before) * PHASES as f64;
        if place < 1e-6 {
            return sample(signal, before as i64);
        }
        let row = (place as usize).min(PHASES - 1);
        let weight = place - row as f64;
        let (low, high) = (&self.rows[row], &self.rows[row + 1]);
        let first = before as i64 - (HALF_TAPS as i64 - 1);
        if let Some(around) = usize::try_from(first).ok().and_then(|first| signal.get(first..first + TAPS)) {
            return weighted(around, low, high, weight);
        }
        let around: [f32; TAPS] = std::array::from_fn(|tap| sample(signal, first + tap as i64) as f32);
        weighted(&around, low, high, weight)
    }
}

/// The sum of samples under a row of taps between two rows.
fn weighted(around: &[f32], low: &[f64; TAPS], high: &[f64; TAPS], weight: f64) -> f64 {
    // Four sums at a time, which processors can do at once.
    let mut sums = [0.0; 4];
    let taps = low.chunks_exact(4).zip(high.chunks_exact(4));
    for (around, (low, high)) in around.chunks_exact(4).zip(taps) {
        for lane in 0..4 {
            sums[lane] += f64::from(around[lane]) * (low[lane] + weight * (high[lane] - low[lane]));
        }
    }
    sums.iter().sum()
}

/// The slopes of equally spaced values, per frame; `values` reaches [`SLOPE_MARGIN`] frames beyond the result at both
/// ends. Exact to 1 % up to 0.9 of half the sample rate.
pub fn slopes(values: &[f64]) -> Vec<f64> {
    let mut slopes = vec![0.0; values.len().saturating_sub(2 * SLOPE_MARGIN)];
    for distance in 1..=SLOPE_MARGIN {
        let sign = if distance % 2 == 1 { 1.0 } else { -1.0 };
        let tap = sign / distance as f64 * window(distance as f64 / (SLOPE_MARGIN + 1) as f64);
        let (past, future) = (&values[SLOPE_MARGIN - distance..], &values[SLOPE_MARGIN + distance..]);
        slopes
            .iter_mut()
            .zip(past.iter().zip(future))
            .for_each(|(slope, (past, future))| *slope += tap * (future - past));
    }
    slopes
}

/// Frames that [`slopes`] needs before the first and after the last result.
pub const SLOPE_MARGIN: usize = 16;

fn sample(signal: &[f32], frame: i64) -> f64 {
    usize::try_from(frame).ok().and_then(|frame| signal.get(frame)).map_or(0.0, |&x| f64::from(x))
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-12 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window over −1…1.
fn window(x: f64) -> f64 {
    const SHAPE: f64 = 9.0;
    bessel_i0(SHAPE * (1.0 - x * x).max(0.0).sqrt()) / bessel_i0(SHAPE)
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter_square = 0.25 * x * x;
    let (mut sum, mut term, mut order) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter_square / (order * order);
        sum += term;
        order += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f64, frame: f64) -> f64 {
        (2.0 * PI * frequency * frame).sin()
    }

    #[test]
    fn a_sine_is_itself_between_its_samples() {
        let interpolator = Interpolator::new();
        for frequency in [0.001, 0.1, 0.3, 0.45] {
            let signal: Vec<f32> = (0..400).map(|frame| sine(frequency, f64::from(frame)) as f32).collect();
            for position in [200.0, 200.01, 200.25, 199.5, 200.937] {
                let error = (interpolator.value(&signal, position) - sine(frequency, position)).abs();
                assert!(error < 4e-5, "{frequency} at {position}: {error}");
            }
        }
    }

    #[test]
    fn silence_surrounds_the_signal() {
        let interpolator = Interpolator::new();
        assert_eq!(interpolator.value(&[1.0; 8], -100.0), 0.0);
        assert_eq!(interpolator.value(&[1.0; 8], 100.5), 0.0);
        assert!(interpolator.value(&[1.0; 8], -0.5).abs() > 0.1);
    }

    #[test]
    fn the_slope_of_a_sine_is_a_cosine() {
        for frequency in [0.001, 0.1, 0.3, 0.4] {
            let values: Vec<f64> = (0..100).map(|frame| sine(frequency, f64::from(frame))).collect();
            for (i, slope) in slopes(&values).into_iter().enumerate() {
                let frame = (i + SLOPE_MARGIN) as f64;
                let expected = 2.0 * PI * frequency * (2.0 * PI * frequency * frame).cos();
                assert!((slope - expected).abs() < 0.02, "{frequency}: {slope}, not {expected}");
            }
        }
    }
}
