//! Gain curve: how much a compressor reduces a level.
