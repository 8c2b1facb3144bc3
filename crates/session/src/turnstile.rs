//! Tells when the audio thread has left a place that it must not be disturbed in. It never waits itself.

use crate::atomic::{AtomicU64, Ordering, fence};

/// Counts one thread's entries and exits: odd while it is inside.
pub(crate) struct Turnstile {
    passes: AtomicU64,
}

/// A visit that was going on when somebody looked.
#[derive(Clone, Copy)]
pub(crate) struct Visit(u64);

impl Turnstile {
    /// Nobody inside. `[setup]`
    pub(crate) fn new() -> Self {
        Self { passes: AtomicU64::new(0) }
    }

    /// The one visitor enters; what it looks at afterwards is the newest, or `visit` sees it inside. `[audio]`
    pub(crate) fn enter(&self) {
        // Release, so that who sees only this visit, and not the end of the last one, still sees what the last one did.
        self.passes.store(self.passes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
        // Pairs with the fence in `visit`: one of the two comes first, for both sides.
        fence(Ordering::SeqCst);
    }

    /// The visitor leaves, and has done everything it did inside. `[audio]`
    pub(crate) fn leave(&self) {
        // Pairs with the loads of `visit` and `is_over`.
        self.passes.store(self.passes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }

    /// The visit going on, after the visitor was shown another place; `None` if it is outside. `[main]`
    pub(crate) fn visit(&self) -> Option<Visit> {
        fence(Ordering::SeqCst);
        let passes = self.passes.load(Ordering::Acquire);
        (passes & 1 == 1).then_some(Visit(passes))
    }

    /// Whether that visit is over. `[main]`
    pub(crate) fn is_over(&self, visit: Visit) -> bool {
        self.passes.load(Ordering::Acquire) != visit.0
    }
}
