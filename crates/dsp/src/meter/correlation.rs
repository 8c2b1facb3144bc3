//! Correlation: what is left of the sum when left and right play together.

use super::grid::Grid;
use super::{audible, sides};
use crate::format::Format;

/// How alike left and right are over the last 300 ms, −1…+1.
///
/// +1: the same on both sides, a mono signal. 0: unrelated, a wide one. −1: turned upside down, gone in mono.
/// A mono signal is like itself: +1.
#[derive(Clone, Debug)]
pub struct CorrelationMeter {
    channels: usize,
    silent_energy: f64,
    grid: Grid,
    step: Products,
    steps: [Products; WINDOW_STEPS],
    position: usize,
    correlation: f64,
    /// Everything since reset.
    total: Products,
}

/// Sums over frames.
#[derive(Clone, Copy, Debug, Default)]
struct Products {
    left: f64,
    right: f64,
    cross: f64,
}

/// 300 ms.
const WINDOW_STEPS: usize = 30;
/// A side below −120 dBFS RMS is like nothing.
const SILENT_POWER: f64 = 1e-12;

impl CorrelationMeter {
    /// A meter that has heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        let window_frames = format.sample_rate_hz * WINDOW_STEPS as f64 / super::grid::STEPS_PER_SECOND as f64;
        Self {
            channels: format.channels,
            silent_energy: SILENT_POWER * window_frames,
            grid: Grid::new(format.sample_rate_hz),
            step: Products::default(),
            steps: [Products::default(); WINDOW_STEPS],
            position: 0,
            correlation: 0.0,
            total: Products::default(),
        }
    }

    /// Forgets everything. `[audio]`
    pub fn reset(&mut self) {
        self.grid.reset();
        self.step = Products::default();
        self.steps.fill(Products::default());
        self.position = 0;
        self.correlation = 0.0;
        self.total = Products::default();
    }

    /// Looks at a block. `[audio]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        let (left, right) = sides(block, self.channels);
        let mut start = 0;
        while start < left.len() {
            let advance = self.grid.advance(left.len() - start);
            let end = start + advance.frames;
            for (&left, &right) in left[start..end].iter().zip(&right[start..end]) {
                let (left, right) = (f64::from(audible(left)), f64::from(audible(right)));
                self.step.left += left * left;
                self.step.right += right * right;
                self.step.cross += left * right;
            }
            if advance.ends_step {
                self.end_step();
            }
            start = end;
        }
    }

    fn end_step(&mut self) {
        let step = std::mem::take(&mut self.step);
        self.total.add(&step);
        if let Some(slot) = self.steps.get_mut(self.position) {
            *slot = step;
        }
        self.position = (self.position + 1) % WINDOW_STEPS;

        let mut sum = Products::default();
        self.steps.iter().for_each(|step| sum.add(step));
        self.correlation = sum.correlation(self.silent_energy);
    }

    /// The correlation, −1…+1, every 10 ms; 0 while a side is silent. `[audio]`
    pub fn correlation(&self) -> f64 {
        self.correlation
    }

    /// The correlation of everything since reset, −1…+1; 0 while a side has been silent. `[audio]`
    pub fn overall(&self) -> f64 {
        self.total.correlation(self.silent_energy)
    }
}

impl Products {
    fn add(&mut self, other: &Products) {
        self.left += other.left;
        self.right += other.right;
        self.cross += other.cross;
    }

    fn correlation(&self, silent_energy: f64) -> f64 {
        let heard = self.left > silent_energy && self.right > silent_energy;
        if heard { (self.cross / (self.left * self.right).sqrt()).clamp(-1.0, 1.0) } else { 0.0 }
    }
}
