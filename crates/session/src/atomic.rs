//! The atomics of the region: the processor's, or in `tests/loom.rs` those of loom, which try every order.

#[cfg(not(all(loom, test)))]
pub(crate) use std::sync::atomic::{AtomicU64, fence};

#[cfg(all(loom, test))]
pub(crate) use loom::sync::atomic::{AtomicU64, fence};

pub(crate) use std::sync::atomic::Ordering;

/// Gives the other side time to finish. `[any]`
pub(crate) fn pause() {
    #[cfg(all(loom, test))]
    loom::thread::yield_now();
    #[cfg(not(all(loom, test)))]
    std::hint::spin_loop();
}
