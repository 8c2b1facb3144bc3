//! k_weighting
