//! Sum: stems added into a mix.

/// Adds stems and rounds once: the order and number of stems cost no precision.
///
/// [`Sum::clear`], [`Sum::add`] for every stem, [`Sum::write`].
#[derive(Clone, Debug)]
pub struct Sum {
    /// One total a frame, for each channel; never grows.
    channels: Box<[Box<[f64]>]>,
}

impl Sum {
    /// An empty sum of one or two channels, for blocks of at most `capacity_frames`. `[setup]`
    pub fn new(channels: usize, capacity_frames: usize) -> Self {
        Self { channels: vec![vec![0.0; capacity_frames].into_boxed_slice(); channels].into_boxed_slice() }
    }

    /// Starts a new block: silence. `[audio]`
    pub fn clear(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.fill(0.0));
    }

    /// Adds a stem's block, unity gain. A mono stem sounds on both sides of a stereo sum; frames beyond the capacity,
    /// channels beyond the sum's and samples that are not finite are left out. `[audio]`
    pub fn add(&mut self, block: &[impl AsRef<[f32]>]) {
        for (index, totals) in self.channels.iter_mut().enumerate() {
            let stem = if block.len() == 1 { block.first() } else { block.get(index) };
            let Some(stem) = stem else { continue };
            for (total, &x) in totals.iter_mut().zip(stem.as_ref()) {
                *total += finite(x);
            }
        }
    }

    /// Writes the sum over `block`, rounded to 32-bit float; frames beyond the capacity are silent. `[audio]`
    pub fn write(&self, block: &mut [&mut [f32]]) {
        for (channel, totals) in block.iter_mut().zip(&self.channels) {
            let (summed, beyond) = channel.split_at_mut(totals.len().min(channel.len()));
            for (x, &total) in summed.iter_mut().zip(totals) {
                *x = sample(total);
            }
            beyond.fill(0.0);
        }
    }
}

/// A sample as it enters a calculation: silence in place of what is not a number or not finite. `[audio]`
#[inline]
pub fn finite(sample: f32) -> f64 {
    if sample.is_finite() { f64::from(sample) } else { 0.0 }
}

/// The sample a value is stored as: rounded once, never infinite, silence for what is not a number. `[audio]`
#[inline]
pub fn sample(value: f64) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(-f64::from(f32::MAX), f64::from(f32::MAX)) as f32 }
}
