//! Limiter feed: what the limiter takes away, from the audio thread to a window that is open.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam::queue::ArrayQueue;
use dsp::limiter::trace::{Trace, TraceStep};

/// Two and a half seconds: a window that is not drawn for longer misses what was before.
const STEPS: usize = 256;

/// A ring that never grows. While no window is open the audio thread looks at a flag, and that is all.
pub struct LimiterFeed {
    is_watched: AtomicBool,
    steps: ArrayQueue<TraceStep>,
    /// Steps that ever came: what a look compares with its last.
    count: AtomicU64,
}

impl Default for LimiterFeed {
    fn default() -> Self {
        Self { is_watched: AtomicBool::new(false), steps: ArrayQueue::new(STEPS), count: AtomicU64::new(0) }
    }
}

impl LimiterFeed {
    /// A window opens or closes. `[main]`
    pub fn watch(&self, on: bool) {
        self.is_watched.store(on, Ordering::Relaxed);
        while self.steps.pop().is_some() {}
    }

    /// Takes what the limiter has drawn since the last block; the oldest make room for the newest. While the transport
    /// rests, silence is left out: what was heard before stays in view. `[audio]`
    pub fn follow(&self, trace: &mut Trace, is_playing: bool) {
        let on = self.is_watched.load(Ordering::Relaxed);
        trace.set_on(on);
        if on {
            trace.take(|step| {
                if is_playing || step.input != [0.0; 2] || step.output != [0.0; 2] {
                    self.steps.force_push(step);
                    self.count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }

    /// Hands over what has come since the last call, the oldest first. `[main]`
    pub fn take(&self, mut each: impl FnMut(TraceStep)) {
        while let Some(step) = self.steps.pop() {
            each(step);
        }
    }

    /// How many steps ever came. `[main]`
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use dsp::format::Format;
    use dsp::limiter::Limiter;

    use super::*;

    /// The limiter after so many frames at this level, the feed having followed blocks of 480 frames.
    fn play(feed: &LimiterFeed, limiter: &mut Limiter, frames: usize, level: f32, is_playing: bool) {
        for _ in 0..frames / 480 {
            let (mut left, mut right) = ([level; 480], [-0.5 * level; 480]);
            limiter.process(&mut [&mut left, &mut right]);
            feed.follow(limiter.trace(), is_playing);
        }
    }

    fn taken(feed: &LimiterFeed) -> Vec<TraceStep> {
        let mut steps = Vec::new();
        feed.take(|step| steps.push(step));
        steps
    }

    #[test]
    fn a_closed_window_gets_nothing_and_an_open_one_everything() {
        let (feed, mut limiter) = (LimiterFeed::default(), Limiter::new(Format::stereo(48_000.0)));
        play(&feed, &mut limiter, 4_800, 0.5, true);
        assert_eq!((taken(&feed), feed.count()), (Vec::new(), 0));
        feed.watch(true);
        // Seen at the end of a block.
        play(&feed, &mut limiter, 480, 0.5, true);
        play(&feed, &mut limiter, 4_800, 0.5, true);
        let steps = taken(&feed);
        assert_eq!((steps.len(), feed.count()), (10, 10));
        assert_eq!(steps[9].output, [-0.25, 0.5]);
    }

    #[test]
    fn a_window_that_is_not_drawn_finds_the_newest() {
        let (feed, mut limiter) = (LimiterFeed::default(), Limiter::new(Format::stereo(48_000.0)));
        feed.watch(true);
        play(&feed, &mut limiter, 480 * 300, 0.25, true);
        play(&feed, &mut limiter, 480 * 20, 0.5, true);
        let steps = taken(&feed);
        assert_eq!((steps.len(), steps[STEPS - 1].output), (STEPS, [-0.25, 0.5]));
    }

    #[test]
    fn silence_counts_only_while_the_song_plays() {
        let (feed, mut limiter) = (LimiterFeed::default(), Limiter::new(Format::stereo(48_000.0)));
        feed.watch(true);
        play(&feed, &mut limiter, 4_800, 0.0, false);
        assert_eq!(taken(&feed).len(), 0);
        play(&feed, &mut limiter, 4_800, 0.0, true);
        assert_eq!(taken(&feed).len(), 10);
    }
}
