//! Sliding maximum: the largest of the last frames, in constant time.
