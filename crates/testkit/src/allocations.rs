//! Counts what the audio thread must not do: asking for memory and giving it back.
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;
//!
//! assert!(testkit::allocations::count(|| drop(Box::new(3))) > 0);
//! ```
#![allow(unsafe_code)] // `GlobalAlloc` cannot be implemented without.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    /// Calls of the allocator on this thread. Without destructor, so it can be touched at any time.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting every call. A test binary installs it with `#[global_allocator]`.
pub struct Counting;

fn note_call() {
    // While a thread ends the counter may be gone; then nobody counts.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is passed unchanged to the system's allocator, which keeps the promises of `GlobalAlloc`; counting
// touches only a thread-local number and never allocates.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note_call();
        // SAFETY: the caller's promises are those of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note_call();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note_call();
        // SAFETY: as above; the pointer came from the same allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note_call();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

/// How often `work` asks for memory or gives it back, on this thread. Always 0 unless [`Counting`] is installed.
pub fn count(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// Whether the test binary installed [`Counting`]: without it every count is 0 and proves nothing.
pub fn is_counting() -> bool {
    count(|| drop(std::hint::black_box(Box::new(0_u64)))) > 0
}
