//! stem_trim
