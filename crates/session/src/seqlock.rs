//! A record that one thread writes at any time and anybody reads whole, or not at all.
//!
//! After: H.-J. Boehm, "Can seqlocks get along with programming language memory models?" (MSPC 2012).

use crate::atomic::{AtomicU64, Ordering, fence, pause};

/// A sequence word and the words it guards. The sequence is odd while a writer is at work.
#[derive(Clone, Copy)]
pub(crate) struct Seqlock<'a> {
    sequence: &'a AtomicU64,
    words: &'a [AtomicU64],
}

impl<'a> Seqlock<'a> {
    /// The record guarded by `sequence`. `[any]`
    pub(crate) fn new(sequence: &'a AtomicU64, words: &'a [AtomicU64]) -> Self {
        Self { sequence, words }
    }

    /// The sequence now: changes with every write. `[any]`
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Where a new writer starts: even, also after a writer that was killed in the middle. `[any]`
    pub(crate) fn start(&self) -> u64 {
        let sequence = self.sequence();
        sequence.wrapping_add(sequence & 1)
    }

    /// Writes the first words and returns the next `start`; wait-free. One writer at a time. `[audio]`
    ///
    /// The writer keeps `start` to itself, so nobody else can steer it through the shared word.
    pub(crate) fn write(&self, start: u64, source: &[u64]) -> u64 {
        self.sequence.store(start.wrapping_add(1), Ordering::Relaxed);
        // Pairs with the reader's fence: who sees one of the new words sees the odd sequence too.
        fence(Ordering::Release);
        for (word, value) in self.words.iter().zip(source) {
            word.store(*value, Ordering::Relaxed);
        }
        let next = start.wrapping_add(2);
        // Pairs with the reader's first load: who sees the even sequence sees all the words.
        self.sequence.store(next, Ordering::Release);
        next
    }

    /// Copies the record; false if a writer was in the way each of `tries` times: keep the previous copy. `[any]`
    pub(crate) fn read(&self, target: &mut [u64], tries: u32) -> bool {
        for _ in 0..tries {
            let before = self.sequence.load(Ordering::Acquire);
            if before & 1 == 1 {
                pause();
                continue;
            }
            for (value, word) in target.iter_mut().zip(self.words) {
                *value = word.load(Ordering::Relaxed);
            }
            fence(Ordering::Acquire);
            if self.sequence.load(Ordering::Relaxed) == before {
                return true;
            }
        }
        false
    }
}
