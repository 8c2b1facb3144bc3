//! The gain, delay and drift of each stem under which their sum comes closest to the reference.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::case::{Computed, Sides};
use super::interpolate::{self, Interpolator, SLOPE_MARGIN, slopes};

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

    /// From how many frames at either end of a song of `frames` it may take what is not there.
    pub fn reach_frames(&self, frames: usize) -> usize {
        if self.is_in_place() {
            return 0;
        }
        let moved = self.delay_frames.abs() + self.drift_ppm.abs() * 1e-6 * 0.5 * frames as f64;
        moved.ceil() as usize + interpolate::REACH_FRAMES
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

/// Stems and the mix they are to make, in the parts of the song that are looked at.
pub struct Fit<'a> {
    stems: &'a [Sides<'a>],
    reference: Sides<'a>,
    windows: &'a [Window],
    interpolator: Interpolator,
    /// Around this frame drift turns.
    middle: f64,
}

/// A step that leaves more than this share of the energy leads nowhere.
const SLOW: f64 = 0.97;
/// Smaller changes of gain or frames alter nothing that can be heard or told.
const SETTLED: f64 = 1e-5;

impl<'a> Fit<'a> {
    /// Prepares to look at some windows. `[setup]`
    pub fn new(stems: &'a [Sides<'a>], reference: Sides<'a>, windows: &'a [Window]) -> Self {
        let middle = reference[0].len() as f64 * 0.5;
        Self { stems, reference, windows, interpolator: Interpolator::new(), middle }
    }

    /// The best placements by least squares (Gauss–Newton), from placements that are right to about a frame. `[main]`
    pub fn best(&self, start: &[Placement], freedom: Freedom) -> Vec<Placement> {
        let mut placements = start.to_vec();
        let unknowns_each = freedom as usize + 1;
        let unknowns = unknowns_each * self.stems.len();
        // Gain alone is linear: one step ends it.
        let steps = if freedom == Freedom::Gain { 1 } else { 5 };
        let mut left_before = f64::INFINITY;
        for _ in 0..steps {
            let products = self.equations(&placements, freedom);
            let left = products[(unknowns, unknowns)];
            if left > SLOW * left_before {
                break;
            }
            left_before = left;
            let Some(change) = solve(&products, unknowns) else { break };
            let mut largest = 0.0f64;
            for (placement, change) in placements.iter_mut().zip(change.as_slice().chunks(unknowns_each)) {
                // The delay's column is the slope of the stem times its gain, so its factor is the delay itself.
                let [gain, delay, drift] = [0, 1, 2].map(|i| change.get(i).copied().unwrap_or(0.0));
                placement.gain += gain;
                placement.delay_frames += delay.clamp(-1.0, 1.0);
                placement.drift_ppm += drift.clamp(-50.0, 50.0);
                largest = largest.max(gain.abs()).max(delay.abs()).max(drift.abs() * 0.01);
            }
            if largest < SETTLED {
                break;
            }
        }
        placements
    }

    /// The energy of what is left in the windows. `[main]`
    pub fn left_energy(&self, placements: &[Placement]) -> f64 {
        let energy = |&window: &Window| {
            let side = |side: usize| -> f64 { self.left(placements, side, window).iter().map(|x| x * x).sum() };
            side(0) + side(1)
        };
        self.windows.par_iter().map(energy).collect::<Vec<f64>>().iter().sum()
    }

    /// The energy that moving one stem from where it should be to a placement changes in the windows. `[main]`
    pub fn moved_energy(&self, stem: usize, placement: &Placement) -> f64 {
        let energy = |&(first, frames): &Window| -> f64 {
            let side = |samples: &[f32]| -> f64 {
                let placed = self.placed(samples, first as i64, frames, placement);
                let pairs = placed.iter().zip(&samples[first..]);
                pairs.map(|(placed, &x)| (placement.gain * placed - f64::from(x)).powi(2)).sum()
            };
            self.stems[stem].iter().map(|samples| side(samples)).sum()
        };
        self.windows.par_iter().map(energy).collect::<Vec<f64>>().iter().sum()
    }

    /// The products of all columns with each other over all windows, the last column being what is left.
    fn equations(&self, placements: &[Placement], freedom: Freedom) -> DMatrix<f64> {
        let of_window = |&window: &Window| {
            let products = |side: usize| {
                let columns = self.columns(placements, side, window, freedom);
                let rows = DMatrix::from_row_iterator(columns.len(), window.1, columns.into_iter().flatten());
                &rows * rows.transpose()
            };
            products(0) + products(1)
        };
        // Added up in the order of the windows, so that the result is the same on every machine.
        let products: Vec<DMatrix<f64>> = self.windows.par_iter().map(of_window).collect();
        let size = (freedom as usize + 1) * self.stems.len() + 1;
        products.into_iter().fold(DMatrix::zeros(size, size), |sum, of_window| sum + of_window)
    }

    /// For each stem its samples where it lies now, then how they change with its delay, then with its drift; at the end
    /// what is left.
    fn columns(&self, placements: &[Placement], side: usize, window: Window, freedom: Freedom) -> Vec<Vec<f64>> {
        let (first, frames) = window;
        let mut columns = Vec::new();
        let mut left = reference_part(self.reference[side], window);
        for (stem, placement) in self.stems.iter().zip(placements) {
            let start = first as i64 - SLOPE_MARGIN as i64;
            let wide = self.placed(stem[side], start, frames + 2 * SLOPE_MARGIN, placement);
            let samples = wide[SLOPE_MARGIN..SLOPE_MARGIN + frames].to_vec();
            left.iter_mut().zip(&samples).for_each(|(left, x)| *left -= placement.gain * x);
            columns.push(samples);
            if freedom == Freedom::Gain {
                continue;
            }
            // A stem that is not there has no place: keep its column apart from zero.
            let gain = if placement.gain.abs() < 0.1 { 0.1 } else { placement.gain };
            let by_delay: Vec<f64> = slopes(&wide).into_iter().map(|slope| -gain * slope).collect();
            let distance = |i: usize| 1e-6 * ((first + i) as f64 - self.middle);
            let by_drift = by_delay.iter().enumerate().map(|(i, slope)| slope * distance(i)).collect();
            columns.push(by_delay);
            if freedom == Freedom::Drift {
                columns.push(by_drift);
            }
        }
        columns.push(left);
        columns
    }

    fn left(&self, placements: &[Placement], side: usize, window: Window) -> Vec<f64> {
        let mut left = reference_part(self.reference[side], window);
        for (stem, placement) in self.stems.iter().zip(placements) {
            let placed = self.placed(stem[side], window.0 as i64, window.1, placement);
            left.iter_mut().zip(&placed).for_each(|(left, x)| *left -= placement.gain * x);
        }
        left
    }

    /// Frames of one side of a stem where a placement puts them, its gain left out.
    fn placed(&self, side: &[f32], first: i64, frames: usize, placement: &Placement) -> Vec<f64> {
        let frame = |i: usize| (first + i as i64) as f64;
        let position = |i: usize| placement.position(frame(i), self.middle);
        (0..frames).map(|i| self.interpolator.value(side, position(i))).collect()
    }
}

fn reference_part(side: &[f32], (first, frames): Window) -> Vec<f64> {
    side[first..first + frames].iter().map(|&x| f64::from(x)).collect()
}

/// Frames that one thread computes at a time.
const CHUNK_FRAMES: usize = 1 << 16;

/// The sum of the stems as placed. `[main]`
pub fn sum(stems: &[Sides], placements: &[Placement]) -> Computed {
    let interpolator = Interpolator::new();
    let frames = stems.first().map_or(0, |stem| stem[0].len());
    let middle = frames as f64 * 0.5;
    [0, 1].map(|side| {
        let mut sum = vec![0.0f32; frames];
        sum.par_chunks_mut(CHUNK_FRAMES).enumerate().for_each(|(index, chunk)| {
            let first = index * CHUNK_FRAMES;
            let mut total = vec![0.0f64; chunk.len()];
            for (stem, placement) in stems.iter().zip(placements) {
                if placement.is_in_place() {
                    let samples = total.iter_mut().zip(&stem[side][first..]);
                    samples.for_each(|(total, &x)| *total += placement.gain * f64::from(x));
                } else {
                    for (i, total) in total.iter_mut().enumerate() {
                        let position = placement.position((first + i) as f64, middle);
                        *total += placement.gain * interpolator.value(stem[side], position);
                    }
                }
            }
            chunk.iter_mut().zip(total).for_each(|(sample, total)| *sample = total as f32);
        });
        sum
    })
}

/// Solves the normal equations. A silent stem, or one of two equal ones, leaves them without a single answer: the smallest
/// change is then taken.
fn solve(products: &DMatrix<f64>, unknowns: usize) -> Option<DVector<f64>> {
    let matrix = products.view((0, 0), (unknowns, unknowns));
    let right = products.view((0, unknowns), (unknowns, 1)).column(0).into_owned();
    // Unknowns of different units are brought to one scale first.
    let scales = DVector::from_iterator(unknowns, matrix.diagonal().iter().map(|x| x.max(1e-30).sqrt().recip()));
    let scaled = DMatrix::from_fn(unknowns, unknowns, |row, column| {
        let ridge = if row == column { 1e-9 } else { 0.0 };
        matrix[(row, column)] * scales[row] * scales[column] + ridge
    });
    let solution = scaled.cholesky()?.solve(&right.component_mul(&scales));
    Some(solution.component_mul(&scales))
}
