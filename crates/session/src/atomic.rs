//! The atomics of the region. `tests/loom` puts others in their place, which try every order.

pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Gives the other side time to finish. `[any]`
pub(crate) fn pause() {
    std::hint::spin_loop();
}
