//! Stands in for `src/atomic.rs`: the atomics of loom, which tries every order, or with a fault to be found.

use std::cell::Cell;

pub(crate) use std::sync::atomic::Ordering;

/// What is wrong with the atomics: each takes one thing away that the protocol needs.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    None,
    /// A fence for writers does nothing.
    NoReleaseFence,
    /// A fence for readers does nothing.
    NoAcquireFence,
    /// A store that publishes what was stored before publishes only itself.
    RelaxedStores,
    /// Nobody sees that a sequence is odd.
    EvenLoads,
}

std::thread_local! {
    /// Loom runs all threads of a model on the thread of its test.
    static FAULT: Cell<Fault> = const { Cell::new(Fault::None) };
}

/// From here on, on this thread.
pub(crate) fn introduce(fault: Fault) {
    FAULT.set(fault);
}

pub(crate) struct AtomicU64(loom::sync::atomic::AtomicU64);

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> Self {
        Self(loom::sync::atomic::AtomicU64::new(value))
    }

    pub(crate) fn load(&self, order: Ordering) -> u64 {
        let mask = if FAULT.get() == Fault::EvenLoads { !1 } else { !0 };
        self.0.load(order) & mask
    }

    pub(crate) fn store(&self, value: u64, order: Ordering) {
        self.0.store(value, if FAULT.get() == Fault::RelaxedStores { Ordering::Relaxed } else { order });
    }

    pub(crate) fn compare_exchange(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.0.compare_exchange(current, new, success, failure)
    }

    pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.0.fetch_add(value, order)
    }
}

pub(crate) fn fence(order: Ordering) {
    match (FAULT.get(), order) {
        (Fault::NoReleaseFence, Ordering::Release) | (Fault::NoAcquireFence, Ordering::Acquire) => {}
        _ => loom::sync::atomic::fence(order),
    }
}

/// Gives the other side time to finish.
pub(crate) fn pause() {
    loom::thread::yield_now();
}
