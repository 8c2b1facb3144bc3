//! The gain, delay and drift of each stem under which their sum comes closest to the reference.

use nalgebra::{DMatrix, DVector};

use super::Sides;
use super::interpolate::{Interpolator, SLOPE_MARGIN, slopes};

/// How a stem lies in the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// How often the reference contains it, 1 when it is as it should be; negative upside down.
    pub gain: f64,
    /// By how many frames it is later in the reference, in the middle of the song.
    pub delay_frames: f64,
    /// By how many millionths it runs slower in the reference.
    pub drift_ppm: f64,
}

impl Placement {
    /// As it should be.
    pub const NEUTRAL: Self = Self { gain: 1.0, delay_frames: 0.0, drift_ppm: 0.0 };

    /// Where in the stem the reference is at a frame.
    fn position(&self, frame: f64, middle: f64) -> f64 {
        frame - self.delay_frames - self.drift_ppm * 1e-6 * (frame - middle)
    }

    fn is_in_place(&self) -> bool {
        self.delay_frames == 0.0 && self.drift_ppm == 0.0
    }
}

/// What may be wrong about a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freedom {
    /// Only its gain.
    Gain,
    /// Gain and delay.
    Delay,
    /// Gain, delay and drift.
    Drift,
}

/// A part of the song that is looked at: first frame and length.
pub type Window = (usize, usize);

/// Finds the best placements by least squares (Gauss–Newton), from placements that are right to about a frame. `[main]`
pub fn fit(
    stems: &[Sides],
    reference: &Sides,
    windows: &[Window],
    start: &[Placement],
    freedom: Freedom,
) -> Vec<Placement> {
    let interpolator = Interpolator::new();
    let middle = reference[0].len() as f64 * 0.5;
    let mut placements = start.to_vec();
    let unknowns_each = freedom as usize + 1;
    let unknowns = unknowns_each * stems.len();
    // Gain alone is linear: one step ends it.
    let steps = if freedom == Freedom::Gain { 1 } else { 5 };
    for _ in 0..steps {
        let mut matrix = DMatrix::<f64>::zeros(unknowns, unknowns);
        let mut right = DVector::<f64>::zeros(unknowns);
        for &window in windows {
            for (side, wanted) in reference.iter().enumerate() {
                let columns = columns(stems, side, window, &placements, freedom, middle, &interpolator);
                let wanted: Vec<f64> = (0..window.1)
                    .map(|i| {
                        let sum: f64 = placements
                            .iter()
                            .zip(columns.iter().step_by(unknowns_each))
                            .map(|(p, c)| p.gain * c[i])
                            .sum();
                        f64::from(wanted[window.0 + i]) - sum
                    })
                    .collect();
                for (row, a) in columns.iter().enumerate() {
                    right[row] += dot(a, &wanted);
                    for (column, b) in columns.iter().enumerate().skip(row) {
                        matrix[(row, column)] += dot(a, b);
                    }
                }
            }
        }
        let Some(change) = solve(matrix, right) else { break };
        let mut largest = 0.0f64;
        for (placement, change) in placements.iter_mut().zip(change.as_slice().chunks(unknowns_each)) {
            // The delay's column is the slope of the stem times its gain, so its factor is the delay itself.
            let [gain, delay, drift] = [0, 1, 2].map(|i| change.get(i).copied().unwrap_or(0.0));
            placement.gain += gain;
            placement.delay_frames += delay.clamp(-1.0, 1.0);
            placement.drift_ppm += drift.clamp(-50.0, 50.0);
            largest = largest.max(gain.abs()).max(delay.abs()).max(drift.abs() * 0.01);
        }
        if largest < 1e-7 {
            break;
        }
    }
    placements
}

/// For each stem: its samples where it lies now, then how they change with its delay, then with its drift.
fn columns(
    stems: &[Sides],
    side: usize,
    (first, frames): Window,
    placements: &[Placement],
    freedom: Freedom,
    middle: f64,
    interpolator: &Interpolator,
) -> Vec<Vec<f64>> {
    let mut columns = Vec::new();
    for (stem, placement) in stems.iter().zip(placements) {
        let wide = placed(
            &stem[side],
            first as i64 - SLOPE_MARGIN as i64,
            frames + 2 * SLOPE_MARGIN,
            placement,
            middle,
            interpolator,
        );
        columns.push(wide[SLOPE_MARGIN..SLOPE_MARGIN + frames].to_vec());
        if freedom >= Freedom::Delay {
            // A stem that is not there has no place: keep its column apart from zero.
            let gain = if placement.gain.abs() < 0.1 { 0.1 } else { placement.gain };
            let by_delay: Vec<f64> = slopes(&wide).into_iter().map(|slope| -gain * slope).collect();
            if freedom >= Freedom::Drift {
                let distance = |i: usize| 1e-6 * ((first + i) as f64 - middle);
                columns.push(by_delay.clone());
                columns.push(by_delay.iter().enumerate().map(|(i, slope)| slope * distance(i)).collect());
            } else {
                columns.push(by_delay);
            }
        }
    }
    columns
}

/// Frames of one side of a stem where a placement puts them, its gain left out.
fn placed(
    side: &[f32],
    first: i64,
    frames: usize,
    placement: &Placement,
    middle: f64,
    interpolator: &Interpolator,
) -> Vec<f64> {
    let frame = |i: usize| (first + i as i64) as f64;
    (0..frames).map(|i| interpolator.value(side, placement.position(frame(i), middle))).collect()
}

/// The sum of the stems as placed. `[main]`
pub fn sum(stems: &[Sides], placements: &[Placement]) -> Sides {
    let interpolator = Interpolator::new();
    let frames = stems.first().map_or(0, |stem| stem[0].len());
    let middle = frames as f64 * 0.5;
    [0, 1].map(|side| {
        let mut total = vec![0.0f64; frames];
        for (stem, placement) in stems.iter().zip(placements) {
            if placement.is_in_place() {
                total.iter_mut().zip(&stem[side]).for_each(|(total, &x)| *total += placement.gain * f64::from(x));
            } else {
                for (frame, total) in total.iter_mut().enumerate() {
                    let position = placement.position(frame as f64, middle);
                    *total += placement.gain * interpolator.value(&stem[side], position);
                }
            }
        }
        total.into_iter().map(|x| x as f32).collect()
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves the symmetric equations whose upper half is given. A silent stem, or one of two equal ones, leaves them without a
/// single answer: the smallest change is then taken.
fn solve(mut matrix: DMatrix<f64>, right: DVector<f64>) -> Option<DVector<f64>> {
    matrix.fill_lower_triangle_with_upper_triangle();
    // Unknowns of different units are brought to one scale first.
    let scales = DVector::from_iterator(matrix.nrows(), matrix.diagonal().iter().map(|x| x.max(1e-30).sqrt().recip()));
    let scaled = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| {
        let ridge = if row == column { 1e-9 } else { 0.0 };
        matrix[(row, column)] * scales[row] * scales[column] + ridge
    });
    let solution = scaled.cholesky()?.solve(&right.component_mul(&scales));
    Some(solution.component_mul(&scales))
}
