//! Bypass: the input instead of the output, without a click and equally late.
