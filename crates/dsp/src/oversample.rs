//! Oversampling interpolators: what lies between the samples.
//!
//! A converter, a codec or a resampler rebuilds the wave *between* the samples, and it may rise above all of them.
//! These interpolators look at the wave on a finer grid and say how high it goes.

use std::f64::consts::PI;

use crate::fir::{self, Mirrored, PIECE_FRAMES, Past};

/// The largest value of the wave between two neighbouring samples, found by a polyphase FIR filter.
///
/// No single filter sees every peak. A true-peak *meter* shows [`PeakInterpolator::sharp`] (and
/// [`PeakInterpolator::itu`] for comparison); a true-peak *limiter* has to satisfy all of them at once.
///
/// Give it finite samples: an infinite one hides what lies around it for [`PeakInterpolator::latency_frames`] × 2
/// frames.
#[derive(Clone, Debug)]
pub struct PeakInterpolator {
    /// None shows the bare samples.
    phases: Option<Phases>,
}

impl PeakInterpolator {
    /// Four phases of twelve taps with the coefficients printed in ITU-R BS.1770-5 annex 2. `[setup]`
    ///
    /// What other people's meters show. Reads 0.24 dB low on slow waves and up to 2 dB low close to half the
    /// sample rate.
    pub fn itu() -> Self {
        Self { phases: Some(Phases::itu()) }
    }

    /// What meters built on libebur128 show: a 49-tap sinc under a Hann window. `[setup]`
    ///
    /// Four phases below 96 kHz, two below 192 kHz, the bare sample above.
    pub fn libebur128_like(sample_rate_hz: f64) -> Self {
        let phases = if sample_rate_hz < 96_000.0 {
            Some(Phases::windowed_sinc(12, 4, hann_window))
        } else if sample_rate_hz < 192_000.0 {
            Some(Phases::windowed_sinc(24, 2, hann_window))
        } else {
            None
        };
        Self { phases }
    }

    /// The sharpest of the three: 32 taps a phase under a Kaiser window. `[setup]`
    ///
    /// Eight phases below 88.2 kHz, four below 176.4 kHz, two above: the programme ends at 20 kHz, so the finer grid
    /// comes with the rate. Each phase is flat within ±0.05 dB up to 0.88 of half the sample rate.
    pub fn sharp(sample_rate_hz: f64) -> Self {
        let phases = if sample_rate_hz < 88_200.0 {
            8
        } else if sample_rate_hz < 176_400.0 {
            4
        } else {
            2
        };
        Self { phases: Some(Phases::windowed_sinc(32, phases, kaiser_window)) }
    }

    /// Forgets the past. `[audio]`
    pub fn reset(&mut self) {
        if let Some(phases) = &mut self.phases {
            phases.reset();
        }
    }

    /// For each sample the largest magnitude of the wave from the one that entered
    /// [`PeakInterpolator::latency_frames`] earlier up to the one after it. `[audio]`
    ///
    /// The samples themselves are met only by phases that fall on them: a caller who wants "at least the sample
    /// peak" takes the larger of both.
    pub fn each_of(&mut self, samples: &[f32], peaks: &mut [f32]) {
        for (samples, peaks) in samples.chunks(PIECE_FRAMES).zip(peaks.chunks_mut(PIECE_FRAMES)) {
            peaks.fill(0.0);
            match &mut self.phases {
                Some(phases) => phases.each_of(samples, peaks),
                None => keep_larger(peaks, samples),
            }
        }
    }

    /// The largest of what [`PeakInterpolator::each_of`] says of these samples. `[audio]`
    pub fn largest_of(&mut self, samples: &[f32]) -> f32 {
        let mut peaks = [0.0; PIECE_FRAMES];
        samples.chunks(PIECE_FRAMES).fold(0.0, |peak, samples| {
            let peaks = &mut peaks[..samples.len()];
            self.each_of(samples, peaks);
            largest(peaks).max(peak)
        })
    }

    /// Like [`PeakInterpolator::largest_of`], and also looks between the points of its own grid: at the top of the
    /// parabola through each point and its two neighbours. `[audio]`
    ///
    /// For a meter, which reads the one place where the wave is highest: a grid of eight points between two samples
    /// misses up to 0.14 dB of a tone of 20 kHz there, the parabola below 0.01 dB. From one
    /// [`PeakInterpolator::reset`] to the other use only this.
    pub fn top_of(&mut self, samples: &[f32]) -> f32 {
        match &mut self.phases {
            Some(phases) => samples.chunks(PIECE_FRAMES).fold(0.0, |peak, samples| phases.top_of(samples).max(peak)),
            None => largest(samples),
        }
    }

    /// How long after a sample the wave behind it is known, in frames. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.phases.as_ref().map_or(0, |phases| phases.taps / 2)
    }
}

/// Interpolating filters over the same samples, phase `p` for `p / PHASES` of the way from one sample to the next or,
/// where no phase falls on a sample, for half a phase more. Each phase is the mirror image of another.
#[derive(Clone, Debug)]
struct Phases {
    taps: usize,
    count: usize,
    /// The phase that falls on a sample, if one does; it is the first, and what it answers is the sample.
    on_sample: bool,
    pairs: Box<[Mirrored]>,
    /// Half of the taps of the phase that is its own image, if one is; it lies in the middle.
    own_image: Option<Box<[f32]>>,
    past: Past,
    /// The wave in the piece; in front, only for [`Phases::top_of`], the frame before.
    points: Box<[[f32; 1 + PIECE_FRAMES]]>,
}

impl Phases {
    /// From one list of taps per phase, for the oldest sample first.
    fn new(phases: &[Vec<f64>], on_sample: bool) -> Self {
        let taps = phases.first().map_or(0, Vec::len);
        let first = usize::from(on_sample);
        let imaged = phases.len() - first;
        let pairs = phases[first..first + imaged / 2].iter().map(|taps| Mirrored::new(taps)).collect();
        let own_image = (imaged % 2 == 1)
            .then(|| phases[first + imaged / 2][..taps / 2].iter().map(|&coefficient| coefficient as f32).collect());
        Self {
            taps,
            count: phases.len(),
            on_sample,
            pairs,
            own_image,
            past: Past::new(taps - 1),
            points: vec![[0.0; 1 + PIECE_FRAMES]; phases.len()].into(),
        }
    }

    fn itu() -> Self {
        Self::new(&ITU_PHASES.map(|newest_first| newest_first.into_iter().rev().collect()), false)
    }

    /// A sinc cut to `taps` samples by a window over −1…1; phase `p` looks at `p / count` of the way from the middle
    /// sample to the next newer one.
    fn windowed_sinc(taps: usize, count: usize, window: fn(f64) -> f64) -> Self {
        let half_length = taps as f64 * 0.5;
        let tap = |phase: usize, from_oldest: usize| {
            let distance = (taps - 1 - from_oldest) as f64 + phase as f64 / count as f64 - half_length;
            sinc(distance) * window(distance / half_length)
        };
        let phases: Vec<Vec<f64>> =
            (0..count).map(|phase| (0..taps).map(|from_oldest| tap(phase, from_oldest)).collect()).collect();
        Self::new(&phases, true)
    }

    fn reset(&mut self) {
        self.past.reset();
        self.points.fill([0.0; 1 + PIECE_FRAMES]);
    }

    /// Works out the wave behind a piece.
    fn interpolate(&mut self, piece: &[f32]) {
        let frames = piece.len();
        self.past.push(piece);
        let past = self.past.delayed(self.taps - 1);
        if self.on_sample {
            self.points[0][1..=frames].copy_from_slice(&self.past.delayed(self.taps / 2)[..frames]);
        }
        let first = usize::from(self.on_sample);
        for (place, pair) in self.pairs.iter().enumerate() {
            let (lower, upper) = self.points.split_at_mut(self.count - 1 - place);
            fir::mirrored(pair, past, &mut lower[first + place][1..=frames], &mut upper[0][1..=frames]);
        }
        if let Some(taps) = &self.own_image {
            let middle = &mut self.points[first + self.pairs.len()];
            fir::symmetric(taps, self.taps - 1, past, &mut middle[1..=frames]);
        }
    }

    fn each_of(&mut self, piece: &[f32], peaks: &mut [f32]) {
        self.interpolate(piece);
        for points in &self.points {
            keep_larger(peaks, &points[1..]);
        }
    }

    fn top_of(&mut self, piece: &[f32]) -> f32 {
        let (frames, last) = (piece.len(), self.count - 1);
        for points in &mut self.points {
            points[0] = points[self.past.piece_frames()];
        }
        self.interpolate(piece);
        let mut tops = [0.0; PIECE_FRAMES];
        for phase in 0..self.count {
            // The last phase has its neighbour in the next frame: it is looked at one frame later than the others.
            let frame = if phase == last { 0 } else { 1 };
            let before = if phase == 0 { &self.points[last][..] } else { &self.points[phase - 1][frame..] };
            let after = if phase == last { &self.points[0][1..] } else { &self.points[phase + 1][frame..] };
            let points = &self.points[phase][frame..];
            for (((top, before), middle), after) in tops[..frames].iter_mut().zip(before).zip(points).zip(after) {
                let parabola = top_if_near(*before, *middle, *after);
                *top = if parabola > *top { parabola } else { *top };
            }
        }
        // The last point of all has no neighbour yet: it counts as it is, and as a top with the next sample.
        self.points[last][frames].abs().max(largest(&tops))
    }
}

/// The largest magnitude.
#[inline]
fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |peak, value| if value.abs() > peak { value.abs() } else { peak })
}

/// Frame by frame the larger magnitude.
#[inline]
fn keep_larger(peaks: &mut [f32], points: &[f32]) {
    for (peak, point) in peaks.iter_mut().zip(points) {
        // Not `max`, which asks after NaN first.
        *peak = if point.abs() > *peak { point.abs() } else { *peak };
    }
}

/// Magnitude of the vertex of the parabola through three points where it lies within half a step of the middle one, of the
/// middle one elsewhere.
///
/// A meter may not read more than there is; the limiter's `top_within_half_a_step` may not read less.
#[inline]
fn top_if_near(before: f32, middle: f32, after: f32) -> f32 {
    let slope = before - after;
    let bend = (2.0 * middle - before - after).abs();
    // A vertex that is nearer to a neighbour belongs to that one.
    let slope_at_top = if slope.abs() <= bend { slope } else { 0.0 };
    middle.abs() + slope_at_top * slope_at_top / (8.0 * bend + f32::MIN_POSITIVE)
}

/// Impulse response, `distance` frames from its middle, of a low-pass under a Kaiser window that ends `half_length`
/// frames from the middle; `cutoff` (−6 dB) is a share of the sample rate. `[any]`
///
/// The higher the window's `shape`, the smaller the ripple and the wider the slope: 0 is no window, [`KAISER_SHAPE`]
/// what the interpolators here have.
pub fn kaiser_low_pass(distance: f64, half_length: f64, cutoff: f64, shape: f64) -> f64 {
    2.0 * cutoff * sinc(2.0 * cutoff * distance) * kaiser(distance / half_length, shape)
}

/// The shape that trades ripple (±0.04 dB) for width (flat to 0.88 of half the sample rate over 32 taps).
pub const KAISER_SHAPE: f64 = 5.0;

/// sin(πx) / πx.
fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Hann's window over −1…1.
fn hann_window(x: f64) -> f64 {
    0.5 * (1.0 + (PI * x).cos())
}

/// Kaiser's window over −1…1 in the shape of the interpolators.
fn kaiser_window(x: f64) -> f64 {
    kaiser(x, KAISER_SHAPE)
}

/// Kaiser's window over −1…1.
fn kaiser(x: f64, shape: f64) -> f64 {
    bessel_i0(shape * (1.0 - x * x).max(0.0).sqrt()) / bessel_i0(shape)
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

/// ITU-R BS.1770-5 annex 2: the four phases, newest sample first.
const ITU_PHASES: [[f64; 12]; 4] = [
    [
        0.001_708_984_375,
        0.010_986_328_125,
        -0.019_653_320_312_5,
        0.033_203_125,
        -0.059_448_242_187_5,
        0.137_329_101_562_5,
        0.972_167_968_75,
        -0.102_294_921_875,
        0.047_607_421_875,
        -0.026_611_328_125,
        0.014_892_578_125,
        -0.008_300_781_25,
    ],
    [
        -0.029_174_804_687_5,
        0.029_296_875,
        -0.051_757_812_5,
        0.089_111_328_125,
        -0.166_503_906_25,
        0.465_087_890_625,
        0.779_785_156_25,
        -0.200_317_382_812_5,
        0.101_562_5,
        -0.058_227_539_062_5,
        0.033_081_054_687_5,
        -0.018_920_898_437_5,
    ],
    [
        -0.018_920_898_437_5,
        0.033_081_054_687_5,
        -0.058_227_539_062_5,
        0.101_562_5,
        -0.200_317_382_812_5,
        0.779_785_156_25,
        0.465_087_890_625,
        -0.166_503_906_25,
        0.089_111_328_125,
        -0.051_757_812_5,
        0.029_296_875,
        -0.029_174_804_687_5,
    ],
    [
        -0.008_300_781_25,
        0.014_892_578_125,
        -0.026_611_328_125,
        0.047_607_421_875,
        -0.102_294_921_875,
        0.972_167_968_75,
        0.137_329_101_562_5,
        -0.059_448_242_187_5,
        0.033_203_125,
        -0.019_653_320_312_5,
        0.010_986_328_125,
        0.001_708_984_375,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::db_from_gain;

    /// Gain in dB of one phase at a share of the sample rate, from its answer to an impulse.
    fn phase_gain_db(phases: &Phases, phase: usize, frequency: f64) -> f64 {
        let mut phases = phases.clone();
        let mut piece = [0.0; PIECE_FRAMES];
        piece[0] = 1.0;
        phases.interpolate(&piece);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (frame, &answer) in phases.points[phase][1..].iter().enumerate() {
            let angle = 2.0 * PI * frequency * frame as f64;
            real += f64::from(answer) * angle.cos();
            imaginary += f64::from(answer) * angle.sin();
        }
        db_from_gain(real.hypot(imaginary))
    }

    /// The figures were computed from the printed coefficients by another program, at 48 kHz.
    #[test]
    fn itu_phases_have_the_published_gains() {
        let phases = Phases::itu();
        for (frequency_hz, outer_db, inner_db) in
            [(0.0, 0.014, -0.238), (12_000.0, -0.02, 0.22), (20_000.0, -0.09, -0.11)]
        {
            for (phase, expected_db) in [outer_db, inner_db, inner_db, outer_db].into_iter().enumerate() {
                let gain_db = phase_gain_db(&phases, phase, frequency_hz / 48_000.0);
                assert!((gain_db - expected_db).abs() < 0.006, "phase {phase} at {frequency_hz} Hz: {gain_db} dB");
            }
        }
    }

    #[test]
    fn libebur128_phases_have_the_measured_gains() {
        let phases = Phases::windowed_sinc(12, 4, hann_window);
        for (frequency_hz, quarter_db, half_db) in
            [(16_000.0, 0.06, 0.11), (18_000.0, -0.10, -0.20), (20_000.0, -0.80, -1.78)]
        {
            for (phase, expected_db) in [(1, quarter_db), (2, half_db), (3, quarter_db)] {
                let gain_db = phase_gain_db(&phases, phase, frequency_hz / 48_000.0);
                assert!((gain_db - expected_db).abs() < 0.006, "phase {phase} at {frequency_hz} Hz: {gain_db} dB");
            }
        }
    }

    #[test]
    fn sharp_phases_are_flat() {
        let phases = Phases::windowed_sinc(32, 8, kaiser_window);
        for phase in 0..8 {
            for step in 0..=440 {
                let gain_db = phase_gain_db(&phases, phase, f64::from(step) * 0.001);
                assert!(gain_db.abs() < 0.05, "phase {phase} at {step}/1000 of the rate: {gain_db} dB");
            }
        }
    }
}
