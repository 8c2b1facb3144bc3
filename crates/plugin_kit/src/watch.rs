//! Watch: looks, while a window is open, whether it would show anything new.
//!
//! To draw a window costs a hundred times what it costs to look at the figures in it. So somebody else looks, thirty
//! times a second, and asks for a drawing only when it would differ.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(33);

/// A look again and again, until it is dropped.
pub struct Watch {
    ended: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Looks from now on, on a thread of its own. `look` must not wait for the thread that drops the watch. `None` when
    /// the system has no thread to give. `[main]`
    pub fn start(mut look: impl FnMut() + Send + 'static) -> Option<Self> {
        let ended: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let told = Arc::clone(&ended);
        let rounds = move || {
            let (flag, bell) = &*told;
            let mut is_over = flag.lock().unwrap_or_else(PoisonError::into_inner);
            while !*is_over {
                drop(is_over);
                look();
                is_over = flag.lock().unwrap_or_else(PoisonError::into_inner);
                if !*is_over {
                    is_over = bell.wait_timeout(is_over, INTERVAL).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        };
        let thread = thread::Builder::new().name("stemma window".to_owned()).spawn(rounds).ok()?;
        Some(Self { ended, thread: Some(thread) })
    }
}

impl Drop for Watch {
    /// Waits for the end of the look under way: the module may be unloaded next.
    fn drop(&mut self) {
        let (flag, bell) = &*self.ended;
        *flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if let Some(thread) = self.thread.take() {
            // A look that panicked has said so already.
            let _ = thread.join();
        }
    }
}
