//! Voice: what a plugin's audio thread tells the session, block by block.

use session::command::{Answer, Command};
use session::identity::ResetPolicy;
use session::meters::{Meters, Position, Run};
use session::publisher::Publisher;

use crate::door::Link;
use crate::playback::{Moves, Playback};

/// The audio thread's side of one activation.
pub struct Voice {
    publisher: Publisher,
    sample_rate_hz: f64,
    /// How often the measurement began again.
    reset_count: u64,
}

impl Voice {
    /// A voice that has said nothing. `[setup]`
    pub fn new(publisher: Publisher, sample_rate_hz: f64) -> Self {
        Self { publisher, sample_rate_hz, reset_count: 0 }
    }

    /// Notes that the measurement has begun again: readers see it. `[audio]`
    pub fn count_reset(&mut self) {
        self.reset_count += 1;
    }

    /// Hands what the master asks to `obey` and sends its answers back. `[audio]`
    pub fn poll_commands(&mut self, obey: impl FnMut(Command) -> Answer) {
        self.publisher.poll_commands(obey);
    }

    /// Whether the stem is silent because another one is soloed; never in a render to a file. `[audio]`
    pub fn is_silenced(&self, link: &Link) -> bool {
        self.publisher.implied_mute() && !link.is_offline()
    }

    /// Whether the measurement begins again by itself, as this stem's master wants it. `[audio]`
    pub fn restarts(&self, moves: Moves) -> bool {
        restarts(self.publisher.reset_policy(), moves)
    }

    /// Says what was heard up to the end of a block of `frames` frames. `read` is asked only when the readings travel:
    /// at most once in 128 frames. `[audio]`
    pub fn announce(&mut self, position: Position, frames: usize, read: impl FnOnce() -> Meters) {
        let meters = if self.publisher.is_due(position, frames) { self.complete(read()) } else { Meters::default() };
        self.publisher.publish(&meters, position, frames);
    }

    /// Says the last figures before a stop, however few frames have passed. `[audio]`
    pub fn announce_now(&mut self, position: Position, read: impl FnOnce() -> Meters) {
        let meters = self.complete(read());
        self.publisher.publish_now(&meters, position);
    }

    fn complete(&self, meters: Meters) -> Meters {
        Meters { loudness_reset_count: self.reset_count, sample_rate_hz: self.sample_rate_hz, ..meters }
    }
}

/// Whether a measurement begins again by itself. `[audio]`
pub fn restarts(policy: ResetPolicy, moves: Moves) -> bool {
    match policy {
        ResetPolicy::Manual => false,
        ResetPolicy::OnPlay => moves.started,
        ResetPolicy::OnJump => moves.started || moves.jumped,
    }
}

/// Where the song is and what the plugin is doing; the caller adds what only it knows (bypass, mute). `[audio]`
pub fn position(playback: &Playback, link: &Link, processing: bool) -> Position {
    Position {
        song_frames: playback.song_frames(),
        run: Run { processing, offline: link.is_offline(), playing: playback.is_playing(), ..Run::default() },
    }
}
