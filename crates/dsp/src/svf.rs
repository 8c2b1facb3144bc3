//! The state-variable filter under every band of the equalizer.
