//! Counts every request for memory on a thread, also those of libraries opened later.
//!
//! The test executable defines the C allocator's functions itself and passes them on to glibc's own. The dynamic linker
//! asks the executable first, so a plugin library that is opened later uses these too. glibc only.
#![allow(unsafe_code, reason = "the C allocator's functions are replaced")]

/// How often `work` asks for memory or gives it back on this thread; `None` where nobody counts.
pub fn count(work: impl FnOnce()) -> Option<usize> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    return Some(interposed::count(work));
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    {
        work();
        None
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod interposed {
    use std::cell::Cell;
    use std::ffi::{c_int, c_void};

    thread_local! {
        /// `None` while nobody counts. Without destructor and constant at the start, so that touching it needs no memory.
        static CALLS: Cell<Option<usize>> = const { Cell::new(None) };
    }

    fn note() {
        CALLS.set(CALLS.get().map(|calls| calls + 1));
    }

    pub fn count(work: impl FnOnce()) -> usize {
        CALLS.set(Some(0));
        work();
        CALLS.take().unwrap_or(0)
    }

    unsafe extern "C" {
        fn __libc_malloc(size: usize) -> *mut c_void;
        fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
        fn __libc_realloc(memory: *mut c_void, size: usize) -> *mut c_void;
        fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
        fn __libc_free(memory: *mut c_void);
    }

    // SAFETY of all functions below: they pass their arguments unchanged to glibc's own function of the same contract.

    #[unsafe(no_mangle)]
    unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
        note();
        // SAFETY: see above.
        unsafe { __libc_malloc(size) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
        note();
        // SAFETY: see above.
        unsafe { __libc_calloc(count, size) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
        note();
        // SAFETY: see above.
        unsafe { __libc_realloc(memory, size) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn free(memory: *mut c_void) {
        // Giving back nothing is no work.
        if !memory.is_null() {
            note();
        }
        // SAFETY: see above.
        unsafe { __libc_free(memory) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
        note();
        // SAFETY: see above.
        unsafe { __libc_memalign(alignment, size) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
        note();
        // SAFETY: see above.
        unsafe { __libc_memalign(alignment, size) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn posix_memalign(memory: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
        const OUT_OF_MEMORY: c_int = 12;
        note();
        // SAFETY: see above; the caller gives room for the pointer.
        unsafe {
            let new = __libc_memalign(alignment, size);
            if new.is_null() {
                return OUT_OF_MEMORY;
            }
            *memory = new;
        }
        0
    }
}
