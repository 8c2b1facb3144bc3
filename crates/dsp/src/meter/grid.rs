//! The clock of the meters: hundredths of a second, counted in frames.

/// Cuts the stream into steps of 10 ms, whatever the block size and the sample rate.
///
/// At rates where 10 ms is no whole number of frames (110.25 at 11 025 Hz) steps differ by one frame and no fraction is
/// ever lost: step `k` ends at frame `floor(k · rate / 100)`. On this grid the largest momentary and short-term loudness
/// come out right to 0.01 LU; on the grid of the host's blocks they would be up to 0.45 LU low.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Frames per [`UNITS_PER_FRAME`] steps, so that rates with a fraction count exactly as well.
    rate_units: u64,
    /// What the ended steps left over, below one frame.
    remainder_units: u64,
    /// Frames until the current step ends, at least 1.
    remaining_frames: usize,
}

/// Steps in a second.
pub const STEPS_PER_SECOND: usize = 100;

/// The resolution of [`Grid`] within a frame: rates are taken to the nearest thousandth of a hertz.
const UNITS_PER_FRAME: u64 = 1000 * STEPS_PER_SECOND as u64;

/// How far [`Grid::advance`] went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Frames taken, at least 1 unless none were offered.
    pub frames: usize,
    /// Whether a step ends with the last of them.
    pub ends_step: bool,
}

impl Grid {
    /// The grid from frame 0 on. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Self {
        let rate_units = (sample_rate_hz * 1000.0).round() as u64;
        let mut grid = Self { rate_units: rate_units.max(UNITS_PER_FRAME), remainder_units: 0, remaining_frames: 0 };
        grid.reset();
        grid
    }

    /// Back to frame 0. `[audio]`
    pub fn reset(&mut self) {
        self.remainder_units = 0;
        self.begin_step();
    }

    /// Takes as many of the available frames as belong to the current step. `[audio]`
    pub fn advance(&mut self, available_frames: usize) -> Advance {
        let frames = available_frames.min(self.remaining_frames);
        self.remaining_frames -= frames;
        let ends_step = self.remaining_frames == 0;
        if ends_step {
            self.begin_step();
        }
        Advance { frames, ends_step }
    }

    fn begin_step(&mut self) {
        let units = self.remainder_units + self.rate_units;
        self.remaining_frames = (units / UNITS_PER_FRAME) as usize;
        self.remainder_units = units % UNITS_PER_FRAME;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_a_hundred_steps_at_every_rate() {
        for rate_hz in [8_000, 11_025, 22_050, 44_100, 48_000, 88_201, 192_000] {
            let mut grid = Grid::new(f64::from(rate_hz));
            let mut ends = Vec::new();
            for frame in 1..=3 * rate_hz as u64 {
                if grid.advance(1).ends_step {
                    ends.push(frame);
                }
            }
            let expected: Vec<u64> = (1..=300).map(|step| step * rate_hz as u64 / 100).collect();
            assert_eq!(ends, expected, "{rate_hz} Hz");
        }
    }
}
