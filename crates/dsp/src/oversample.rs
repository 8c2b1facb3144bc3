//! Oversampling interpolators: what lies between the samples.
