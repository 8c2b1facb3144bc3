//! Prediction: how loud a drive will come out, before the limiter is run.

use dsp::limiter::LimiterSettings;
use dsp::limiter::envelope::{LASTING_FALL_MS, LASTING_RISE_MS, QUICK_RELEASE_MS};
use dsp::meter::grid::STEPS_PER_SECOND;
use dsp::meter::histogram::ABSOLUTE_GATE_LUFS;
use dsp::meter::loudness::{INTEGRATED_GATE, MOMENTARY_STEPS, STEPS_PER_GATING_BLOCK};
use dsp::meter::weighted_energy::WeightedEnergy;
use dsp::units::{SILENCE_DB, gain_from_db, lufs_from_power, power_from_lufs};

/// A rough limiter and a loudness meter on steps of 10 ms, from what was heard once.
///
/// Knows a peak and an energy of each step, and of the limiter its ceiling, a hold and its release. Off by some tenths
/// of a loudness unit: it says where to begin, and the shape of the curve around there; what counts is heard.
pub struct Prediction {
    step_frames: usize,
    energy: WeightedEnergy,
    /// Of the step that has not ended.
    frames: usize,
    peak: f32,
    steps: Vec<Step>,
}

/// 10 ms before the limiter.
struct Step {
    peak: f64,
    /// K-weighted mean square, channels added.
    power: f64,
}

const STEP_MS: f64 = 1_000.0 / STEPS_PER_SECOND as f64;
/// Where the limiter looks ahead and holds: one step before a peak and two after.
const EARLY_STEPS: usize = 1;
const HOLD_STEPS: usize = 2;

impl Prediction {
    /// Has heard nothing. `[setup]`
    pub fn new(sample_rate_hz: u32) -> Self {
        Self {
            step_frames: (sample_rate_hz as usize / STEPS_PER_SECOND).max(1),
            energy: WeightedEnergy::new(sample_rate_hz.into(), &[1.0, 1.0]),
            frames: 0,
            peak: 0.0,
            steps: Vec::new(),
        }
    }

    /// Hears a block before the limiter. `[main]`
    pub fn listen(&mut self, block: &[&[f32]; 2]) {
        let mut start = 0;
        while start < block[0].len() {
            let end = block[0].len().min(start + self.step_frames - self.frames);
            self.energy.listen(|channel| block[channel], start, end);
            for channel in block {
                self.peak = channel[start..end].iter().fold(self.peak, |peak, x| peak.max(x.abs()));
            }
            self.frames += end - start;
            start = end;
            if self.frames == self.step_frames {
                let power = self.energy.take() / self.step_frames as f64;
                self.steps.push(Step { peak: std::mem::take(&mut self.peak).into(), power });
                self.frames = 0;
            }
        }
    }

    /// Integrated loudness after a limiter. `[any]`
    pub fn lufs(&self, limiter: &LimiterSettings) -> f64 {
        let drive_gain = gain_from_db(limiter.drive_db.into());
        let largest_peak = gain_from_db(limiter.ceiling_dbtp.into()) / drive_gain;
        let needed: Vec<f64> = self.steps.iter().map(|step| 1.0 - (largest_peak / step.peak).min(1.0)).collect();
        let keep = |time_ms: f64| (-STEP_MS / time_ms.max(1.0)).exp();
        let (mut reduction, mut lasting) = (0.0, 0.0);
        let mut powers = Vec::with_capacity(self.steps.len());
        for (index, step) in self.steps.iter().enumerate() {
            let around = index.saturating_sub(HOLD_STEPS)..needed.len().min(index + EARLY_STEPS + 1);
            let needed = needed[around].iter().copied().fold(0.0, f64::max);
            let (goal, release_ms) = if limiter.auto_release {
                let lasting_ms = if needed > lasting { LASTING_RISE_MS } else { LASTING_FALL_MS };
                lasting = needed + (lasting - needed) * keep(lasting_ms);
                (needed.max(lasting), QUICK_RELEASE_MS)
            } else {
                (needed, limiter.release_ms.into())
            };
            reduction = needed.max(goal + (reduction - goal) * keep(release_ms));
            let gain = drive_gain * (1.0 - reduction);
            powers.push(step.power * gain * gain);
        }
        gated_lufs(&powers)
    }
}

/// Integrated loudness of steps of 10 ms.
fn gated_lufs(powers: &[f64]) -> f64 {
    let blocks: Vec<f64> = (MOMENTARY_STEPS..=powers.len())
        .step_by(STEPS_PER_GATING_BLOCK as usize)
        .map(|end| powers[end - MOMENTARY_STEPS..end].iter().sum::<f64>() / MOMENTARY_STEPS as f64)
        .collect();
    let mean_above = |gate: f64| {
        let (sum, count) = blocks
            .iter()
            .filter(|&&power| power > gate)
            .fold((0.0, 0u32), |(sum, count), power| (sum + power, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    };
    let absolute_gate = power_from_lufs(ABSOLUTE_GATE_LUFS);
    let mean = mean_above(absolute_gate).and_then(|mean| mean_above(absolute_gate.max(INTEGRATED_GATE * mean)));
    mean.map_or(SILENCE_DB, lufs_from_power)
}
