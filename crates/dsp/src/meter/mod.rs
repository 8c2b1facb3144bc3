//! Meters: what leaves the chain, in the figures of ITU-R BS.1770 and EBU R 128.

pub mod correlation;
pub mod k_weighting;
pub mod loudness;
pub mod null;
pub mod peak;
pub mod true_peak;
