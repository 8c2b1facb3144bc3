//! Values that glide: the reason why no control clicks.

/// A value that moves to its target on a straight line in a fixed number of frames.
///
/// It arrives exactly: after the ramp the value *is* the target, so a gain of 1 leaves the signal untouched. A target
/// set before the first frame, or after [`Ramp::settle`], is taken at once.
#[derive(Clone, Debug)]
pub struct Ramp {
    value: f64,
    target: f64,
    step: f64,
    /// Frames still to go, in `0..=ramp_frames`.
    remaining_frames: u32,
    ramp_frames: u32,
    /// Nothing has been heard yet, so a jump cannot click.
    unheard: bool,
}

impl Ramp {
    /// A settled value whose changes take `ramp_frames` frames (at least one). `[setup]`
    pub fn new(value: f64, ramp_frames: usize) -> Self {
        let ramp_frames = u32::try_from(ramp_frames.max(1)).unwrap_or(u32::MAX);
        Self { value, target: value, step: 0.0, remaining_frames: 0, ramp_frames, unheard: true }
    }

    /// Starts to glide towards `target`; does nothing when that is the target already. `[audio]`
    pub fn set(&mut self, target: f64) {
        if target == self.target {
            return;
        }
        self.target = target;
        if self.unheard {
            self.settle();
        } else {
            self.remaining_frames = self.ramp_frames;
            self.step = (target - self.value) / f64::from(self.ramp_frames);
        }
    }

    /// Jumps to the target, as if no sound had been heard. `[audio]`
    pub fn settle(&mut self) {
        self.value = self.target;
        self.remaining_frames = 0;
        self.unheard = true;
    }

    /// The value for the next frame. `[audio]`
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "it has no end, so it is no iterator")]
    pub fn next(&mut self) -> f64 {
        self.unheard = false;
        if self.remaining_frames > 0 {
            self.remaining_frames -= 1;
            self.value = if self.remaining_frames == 0 { self.target } else { self.value + self.step };
        }
        self.value
    }

    /// Goes `frames` frames ahead: the same as as many calls of [`Ramp::next`], to the bit. `[audio]`
    pub fn skip(&mut self, frames: usize) {
        self.unheard &= frames == 0;
        if self.remaining_frames == 0 {
            return;
        }
        for _ in 0..frames.min(self.remaining_frames as usize) {
            self.next();
        }
    }

    /// The value of the last frame. `[audio]`
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Where the value is going. `[audio]`
    pub fn target(&self) -> f64 {
        self.target
    }

    /// Whether the value has arrived. `[audio]`
    pub fn is_settled(&self) -> bool {
        self.remaining_frames == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_exactly_and_on_time() {
        let mut ramp = Ramp::new(0.0, 7);
        ramp.next();
        ramp.set(0.3);
        for _ in 0..6 {
            ramp.next();
            assert!(!ramp.is_settled());
        }
        assert_eq!(ramp.next(), 0.3);
        assert!(ramp.is_settled());
    }

    #[test]
    fn one_skip_equals_many_steps() {
        let (mut stepped, mut skipped) = (Ramp::new(1.0, 100), Ramp::new(1.0, 100));
        for ramp in [&mut stepped, &mut skipped] {
            ramp.next();
            ramp.set(-2.5);
        }
        for frames in [1, 7, 30, 64] {
            (0..frames).for_each(|_| {
                stepped.next();
            });
            skipped.skip(frames);
            assert_eq!(stepped.value().to_bits(), skipped.value().to_bits());
        }
    }

    #[test]
    fn jumps_only_while_unheard() {
        let mut ramp = Ramp::new(0.0, 10);
        ramp.set(1.0);
        assert_eq!(ramp.next(), 1.0);
        ramp.set(2.0);
        assert!(ramp.next() < 2.0);
        ramp.settle();
        assert_eq!(ramp.value(), 2.0);
    }
}
