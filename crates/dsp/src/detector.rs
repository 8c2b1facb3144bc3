//! Detector: how loud the signal is, before the compressor decides.
