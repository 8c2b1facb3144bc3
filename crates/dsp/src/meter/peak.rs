//! Peak: the largest sample.
