//! rulers
