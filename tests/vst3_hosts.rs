//! VST3.
