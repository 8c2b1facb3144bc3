//! Gains: what the master's dynamics did to each frame, so that the same can be done to a part of the sum.

use crate::format::MAX_CHANNELS;
use crate::limiter::LimiterGain;

/// What compressor and limiter did to a block, frame by frame.
///
/// One chain writes it while it works on the whole sum ([`crate::master_chain::MasterChain::process_noting`]); others
/// obey it on parts of that sum ([`crate::master_chain::MasterChain::process_following`]). Everything else in the chain
/// is linear, so the parts then sum to the master.
#[derive(Clone, Debug)]
pub struct MasterGains {
    /// One entry a frame; never grows.
    pub(crate) compressor: Box<[[f64; MAX_CHANNELS]]>,
    /// One entry a frame, as the frame leaves; never grows.
    pub(crate) limiter: Box<[[LimiterGain; MAX_CHANNELS]]>,
}

impl MasterGains {
    /// Gains of one for blocks of at most `capacity_frames`. `[setup]`
    pub fn new(capacity_frames: usize) -> Self {
        Self {
            compressor: vec![[1.0; MAX_CHANNELS]; capacity_frames].into(),
            limiter: vec![[LimiterGain::default(); MAX_CHANNELS]; capacity_frames].into(),
        }
    }

    /// The longest block there is room for. `[any]`
    pub fn capacity_frames(&self) -> usize {
        self.limiter.len()
    }

    /// The limiter's lower gain of both channels for each frame of a block of `frames`, without drive. `[any]`
    pub fn limiter_gains(&self, frames: usize) -> impl Iterator<Item = f64> {
        self.limiter.iter().take(frames).map(|[left, right]| left.gain.min(right.gain))
    }
}
