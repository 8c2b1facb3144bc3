//! Closing: what is to be done when a window goes away.
//!
//! The framework keeps a plugin's side of the window for the next time and never says that the window has closed
//! (nice-plug-egui 0.6 declares `editor_closed`, and calls it nowhere). What does end with the window is its egui
//! context, so whoever wants to know lies there.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{Context, Id};

/// Does something when it is dropped.
struct Last(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(act) = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            act();
        }
    }
}

/// Does something when the window of this context goes away, once. Nobody may keep a copy of the context. `[main]`
pub fn when_closed(ctx: &Context, act: impl FnOnce() + Send + 'static) {
    let last = Arc::new(Last(Mutex::new(Some(Box::new(act)))));
    ctx.data_mut(|data| data.insert_temp(Id::unique("when the window closes"), last));
}
