//! History: the last moments of an instance, so that a reader finds what every stem heard at one song position.
//!
//! A render faster than real time moves on while a reader goes from slot to slot, and hosts compute tracks at different
//! times: the newest records of two stems belong to different places of the song. So each instance keeps
//! [`layout::HISTORY_RECORDS`] short records, at least [`HISTORY_FRAMES`] apart, and the reader takes from each the one
//! nearest to the position it is about. Each record is a seqlock of its own, and carries its number: what is read whole
//! and has the number asked for is what was written under it.

use crate::atomic::AtomicU64;
use crate::layout::{self, moment};
use crate::seqlock::Seqlock;

/// Song frames between two records: together they reach back 8192 frames at least, 170 ms at 48 kHz.
pub(crate) const HISTORY_FRAMES: i64 = 512;

/// Words of a record without its sequence.
pub(crate) const MOMENT_WORDS: usize = layout::HISTORY_RECORD_WORDS - 1;

/// The history in a slot.
#[derive(Clone, Copy)]
pub(crate) struct History<'a> {
    words: &'a [AtomicU64],
}

impl<'a> History<'a> {
    /// The history in `words`. `[any]`
    pub(crate) fn new(words: &'a [AtomicU64]) -> Self {
        Self { words }
    }

    fn record(&self, place: usize) -> Seqlock<'a> {
        let words = &self.words[place * layout::HISTORY_RECORD_WORDS..][..layout::HISTORY_RECORD_WORDS];
        Seqlock::new(&words[0], &words[1..])
    }

    /// Where a new writer starts in each record. `[any]`
    pub(crate) fn starts(&self) -> [u64; layout::HISTORY_RECORDS] {
        std::array::from_fn(|place| self.record(place).start())
    }

    /// Forgets everything. `[main]`
    pub(crate) fn clear(&self) {
        for (place, start) in self.starts().into_iter().enumerate() {
            self.record(place).write(start, &[0; MOMENT_WORDS]);
        }
    }

    /// Writes a record over the oldest one. One writer at a time. `[audio]`
    pub(crate) fn write(&self, starts: &mut [u64; layout::HISTORY_RECORDS], words: &[u64; MOMENT_WORDS]) {
        let place = place(words[moment::SERIAL]);
        starts[place] = self.record(place).write(starts[place], words);
    }

    /// The record nearest to a song position, looking back from number `newest`: of two equally near the newer one. `[any]`
    pub(crate) fn nearest(&self, newest: u64, song_frames: i64) -> Option<[u64; MOMENT_WORDS]> {
        const TRIES: u32 = 8;
        let mut nearest: Option<(u64, [u64; MOMENT_WORDS])> = None;
        for back in 0..layout::HISTORY_RECORDS as u64 {
            let serial = newest.wrapping_sub(back);
            let mut words = [0; MOMENT_WORDS];
            // Another number: the writer has been round, or was never here; what is older is gone as well.
            if serial == 0 || !self.record(place(serial)).read(&mut words, TRIES) || words[moment::SERIAL] != serial {
                break;
            }
            let distance = words[moment::SONG_POSITION].cast_signed().abs_diff(song_frames);
            if nearest.is_some_and(|(least, _)| least <= distance) {
                break;
            }
            nearest = Some((distance, words));
        }
        nearest.map(|(_, words)| words)
    }
}

/// Where the record of a number stands.
fn place(serial: u64) -> usize {
    (serial % layout::HISTORY_RECORDS as u64) as usize
}
