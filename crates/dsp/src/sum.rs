//! Sum: stems added into a mix.
