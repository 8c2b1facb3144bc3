//! A fixed delay, so that paths with different latency meet again.

/// Delays one channel by a whole number of frames fixed at construction.
#[derive(Clone, Debug)]
pub struct Delay {
    /// Ring of the last frames; never grows. Empty means no delay.
    ring: Box<[f32]>,
    /// The oldest frame, in `0..ring.len()`.
    position: usize,
}

impl Delay {
    /// A silent delay line. `[setup]`
    pub fn new(delay_frames: usize) -> Self {
        Self { ring: vec![0.0; delay_frames].into_boxed_slice(), position: 0 }
    }

    /// Forgets what is in the line. `[audio]`
    pub fn reset(&mut self) {
        self.ring.fill(0.0);
        self.position = 0;
    }

    /// Puts a frame in and takes out the one that entered [`Delay::latency_frames`] earlier. `[audio]`
    #[inline]
    pub fn next(&mut self, input: f32) -> f32 {
        let Some(slot) = self.ring.get_mut(self.position) else {
            return input;
        };
        let output = std::mem::replace(slot, input);
        self.position += 1;
        if self.position == self.ring.len() {
            self.position = 0;
        }
        output
    }

    /// The delay in frames. `[any]`
    pub fn latency_frames(&self) -> usize {
        self.ring.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_arrives_exactly_late() {
        for delay_frames in [0, 1, 5, 240] {
            let mut delay = Delay::new(delay_frames);
            let output: Vec<f32> = (0..300).map(|frame| delay.next(if frame == 3 { 1.0 } else { 0.0 })).collect();
            assert_eq!(output.iter().position(|&x| x == 1.0), Some(3 + delay_frames));
        }
    }
}
