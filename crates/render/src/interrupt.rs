//! Ctrl-C: the programme ends at once, but never in the middle of a file.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

/// Ends the programme when asked to, as soon as nobody writes.
#[derive(Clone)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

struct Shared {
    asked: AtomicBool,
    /// Held while a file is being written.
    writing: Mutex<()>,
}

/// Why Ctrl-C cannot be caught.
#[derive(Debug, Error)]
#[error("Ctrl-C cannot be caught: {0}")]
pub struct InterruptError(#[from] ctrlc::Error);

/// What shells report of a programme that was interrupted.
pub const EXIT_CODE: u8 = 130;

impl Interrupt {
    /// Listens for Ctrl-C from now on; once a process. `[setup]`
    pub fn catch() -> Result<Self, InterruptError> {
        let shared = Arc::new(Shared { asked: AtomicBool::new(false), writing: Mutex::new(()) });
        let theirs = Arc::clone(&shared);
        ctrlc::set_handler(move || {
            // Pairs with `is_asked`.
            theirs.asked.store(true, Ordering::Relaxed);
            let _nobody_writes = lock(&theirs.writing);
            process::exit(EXIT_CODE.into());
        })?;
        Ok(Self { shared })
    }

    /// Keeps the programme alive until the result is dropped. Begin it before the file, drop it after: then a file that is
    /// given up has removed itself. `[main]`
    pub fn writing(&self) -> MutexGuard<'_, ()> {
        lock(&self.shared.writing)
    }

    /// Whether someone waits for a long writing to end: give the file up. `[any]`
    pub fn is_asked(&self) -> bool {
        self.shared.asked.load(Ordering::Relaxed)
    }
}

fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    // It guards no data that a panic could have left half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
