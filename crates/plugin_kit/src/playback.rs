//! Playback: where in the song a block lies, and whether the song has started or jumped.

use nice_plug::prelude::Transport;

/// Follows the host's transport from block to block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Playback {
    playing: bool,
    /// The song position of the end of the last block, in frames.
    song_frames: i64,
}

/// What the transport has done since the last block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Playback has started.
    pub started: bool,
    /// The position is not where the last block ended, while playing.
    pub jumped: bool,
}

/// Hosts give the position in fixed-point seconds or beats, so it may be off by rounding.
const JUMP_FRAMES: u64 = 64;

impl Playback {
    /// Takes the transport of a block of `frames` frames; without a position from the host the song runs on. `[audio]`
    pub fn follow(&mut self, transport: &Transport, frames: usize) -> Moves {
        let start = transport.pos_samples().unwrap_or(self.song_frames);
        let moves = Moves {
            started: transport.playing && !self.playing,
            jumped: transport.playing && self.playing && start.abs_diff(self.song_frames) > JUMP_FRAMES,
        };
        self.playing = transport.playing;
        self.song_frames = start.saturating_add(frames as i64);
        moves
    }

    /// Whether the song was playing in the last block. `[audio]`
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Where the last block ended. `[audio]`
    pub fn song_frames(&self) -> i64 {
        self.song_frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(playing: bool, position: Option<i64>) -> Transport {
        let mut transport = Transport::new(48_000.0);
        transport.playing = playing;
        transport.pos_samples = position;
        transport
    }

    #[test]
    fn a_start_and_a_jump_are_told_apart() {
        let mut playback = Playback::default();
        assert_eq!(playback.follow(&transport(true, Some(1_000)), 512), Moves { started: true, jumped: false });
        assert_eq!(playback.follow(&transport(true, Some(1_512)), 512), Moves::default());
        assert_eq!(playback.follow(&transport(true, Some(2_025)), 512), Moves::default(), "rounding is no jump");
        assert_eq!(playback.follow(&transport(true, Some(90_000)), 512), Moves { started: false, jumped: true });
        assert_eq!(playback.follow(&transport(false, Some(90_512)), 512), Moves::default());
    }

    #[test]
    fn without_a_position_the_song_runs_on() {
        let mut playback = Playback::default();
        playback.follow(&transport(true, None), 100);
        playback.follow(&transport(true, None), 28);
        assert_eq!(playback.song_frames(), 128);
    }
}
