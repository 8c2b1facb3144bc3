//! Readout: the latest readings of the audio thread, for the window and whoever asks.

use std::sync::{Mutex, PoisonError};

use triple_buffer::{Input, Output, triple_buffer};

/// The main thread's end; the audio thread's is a [`triple_buffer::Input`], whose `write` neither waits nor allocates.
pub struct Readout<T: Send>(Mutex<Output<T>>);

impl<T: Clone + Default + Send> Readout<T> {
    /// Both ends. `[setup]`
    pub fn new() -> (Input<T>, Self) {
        let (input, output) = triple_buffer(&T::default());
        (input, Self(Mutex::new(output)))
    }

    /// What was written last. `[main]`
    pub fn latest(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read().clone()
    }
}
