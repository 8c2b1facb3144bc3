//! Watch: looks at what a window shows while nobody draws it, and has it drawn again when something is new.
//!
//! A window that draws itself ten times a second to find that nothing has changed costs more than the rest of the plugin;
//! looking costs next to nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle, park_timeout};
use std::time::Duration;

use gui::shown::Shown;

/// Between two looks while things move, and after a second in which nothing did.
const QUICK: Duration = Duration::from_millis(33);
const CALM: Duration = Duration::from_millis(100);
const CALM_AFTER: u32 = 30;

/// Looks as long as it lives; dropping it waits for the look that is under way.
pub struct Watch {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to look, on a thread of its own: `look` notes everything that is shown, `redraw` is called when something
    /// of it is new. Neither may wait for whoever drops the watch. `[main]`
    pub fn new(mut look: impl FnMut(&mut Shown) + Send + 'static, redraw: impl Fn() + Send + 'static) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let has_ended = Arc::clone(&ends);
        let run = move || {
            let (mut shown, mut calm_looks) = (Shown::default(), 0_u32);
            while !has_ended.load(Ordering::Relaxed) {
                look(&mut shown);
                if shown.is_new() {
                    calm_looks = 0;
                    redraw();
                } else {
                    calm_looks = calm_looks.saturating_add(1);
                }
                park_timeout(if calm_looks > CALM_AFTER { CALM } else { QUICK });
            }
        };
        // Without a thread the window is drawn when a hand moves over it.
        let thread = Builder::new().name("stemma window".to_owned()).spawn(run).ok();
        Self { ends, thread }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A look that panicked has nothing to say here.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn what_is_new_is_drawn_once_and_what_is_not_is_not() {
        let (value, looks, drawn) =
            (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (seen, looked, redrawn) = (Arc::clone(&value), Arc::clone(&looks), Arc::clone(&drawn));
        let watch = Watch::new(
            move |shown| {
                shown.exactly(seen.load(Ordering::Relaxed));
                looked.fetch_add(1, Ordering::Relaxed);
            },
            move || {
                redrawn.fetch_add(1, Ordering::Relaxed);
            },
        );
        let after_more_looks = || {
            let before = looks.load(Ordering::Relaxed);
            while looks.load(Ordering::Relaxed) < before + 3 {
                std::thread::yield_now();
            }
            drawn.load(Ordering::Relaxed)
        };
        assert_eq!(after_more_looks(), 1, "the first look");
        value.store(1, Ordering::Relaxed);
        assert_eq!(after_more_looks(), 2);
        drop(watch);
        let ended_at = looks.load(Ordering::Relaxed);
        std::thread::sleep(2 * CALM);
        assert_eq!(looks.load(Ordering::Relaxed), ended_at, "nobody looks any more");
    }
}
