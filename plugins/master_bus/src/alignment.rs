//! Alignment: how much later the stems come than the reference mix, found beside the audio while the song plays.
//!
//! The audio thread only puts three seconds of both signals aside. The session's helper, or whoever asks for a report,
//! compares them; the audio thread takes what was found a second after the recording ended, to the frame, so that the
//! null test says the same on every machine that gives the helper its second, and at every block size. A render that is
//! faster than the helper waits for it.

mod recorder;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use dsp::meter::alignment::{OffsetFinder, recording_frames};

pub use recorder::Recorder;

/// What audio thread and helper of one activation share.
pub struct Alignment {
    sample_rate_hz: f64,
    /// Bits of the samples: left and right of the input, left and right of the reference, one after the other.
    samples: Box<[AtomicU32]>,
    /// Set by `Recorder::put_aside` when the samples may be looked at, cleared by `look` when they have been.
    is_full: AtomicBool,
    /// Stored by `look`, loaded by `Recorder::take_offset` once `is_full` is cleared.
    offset_frames: AtomicI64,
    /// Made when it is first needed: preparing the transforms takes a while.
    finder: Mutex<Option<OffsetFinder>>,
}

/// Left and right of two signals.
const SIDES: usize = 4;

impl Alignment {
    /// An activation that has heard nothing. `[setup]`
    pub fn new(sample_rate_hz: f64) -> Arc<Self> {
        Arc::new(Self {
            sample_rate_hz,
            samples: (0..SIDES * recording_frames(sample_rate_hz)).map(|_| AtomicU32::new(0)).collect(),
            is_full: AtomicBool::new(false),
            offset_frames: AtomicI64::new(0),
            finder: Mutex::new(None),
        })
    }

    /// Looks for the offset if there is a new recording. Takes some 10 ms then. The session's helper, `[main]`
    pub fn find(&self) {
        match self.finder.try_lock() {
            Ok(mut finder) => self.look(&mut finder),
            Err(TryLockError::Poisoned(broken)) => self.look(&mut broken.into_inner()),
            // Somebody else is at it.
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// The same at once, or when whoever is at it has finished. Waits and allocates: only where nobody listens.
    fn find_now(&self) {
        self.look(&mut self.finder.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn look(&self, finder: &mut Option<OffsetFinder>) {
        if !self.is_full.load(Ordering::Acquire) {
            return;
        }
        let finder = finder.get_or_insert_with(|| OffsetFinder::new(self.sample_rate_hz));
        let sides: [Vec<f32>; SIDES] = std::array::from_fn(|number| {
            self.side(number).iter().map(|bits| f32::from_bits(bits.load(Ordering::Relaxed))).collect()
        });
        let [left, right, reference_left, reference_right] = sides.each_ref().map(Vec::as_slice);
        let current_frames = self.offset_frames.load(Ordering::Relaxed);
        if let Some(offset_frames) = finder.find([left, right], [reference_left, reference_right], current_frames) {
            self.offset_frames.store(offset_frames, Ordering::Relaxed);
        }
        self.is_full.store(false, Ordering::Release);
    }

    fn side(&self, number: usize) -> &[AtomicU32] {
        let frames = self.samples.len() / SIDES;
        &self.samples[number * frames..][..frames]
    }
}
