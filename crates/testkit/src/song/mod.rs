//! The demonstration song: five stereo stems that sound like drums, bass, chords, a lead and effects.
//!
//! Composed and synthesised here, so it may be used for anything. Sixteen bars in a minor key: an intro, a verse, a
//! lift, a chorus and an ending, so that the loudness moves as it does in a record. A seed chooses key, chords,
//! melody and every small human inaccuracy; the form and the balance stay.
//!
//! `score` says what is played · `synth` holds the oscillators and filters · `track` and `room` are the tape and the
//! space · one module an instrument.

mod bass;
mod chords;
mod drums;
mod fx;
mod lead;
mod room;
mod score;
mod synth;
mod track;

use score::Score;
use track::Track;

/// One stem: what a mixing engineer would export from a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Stem {
    /// The name of its file without the ending, numbered in the order of the mixer: `"01 Drums"`.
    pub name: &'static str,
    /// The left channel, full scale ±1.
    pub left: Vec<f32>,
    /// The right channel, as long as the left one.
    pub right: Vec<f32>,
}

/// Composes the song: five stems of one length (31 s), starting and ending in silence.
///
/// The same seed and rate give the same bits on the same machine (between machines the last bits may differ with
/// their mathematics library). The stems are balanced: their plain sum is the mix, with peaks near −5.5 dBFS and an
/// integrated loudness near −20 LUFS. `[setup]`
pub fn compose(seed: u64, sample_rate_hz: f64) -> Vec<Stem> {
    let score = Score::new(seed, sample_rate_hz);
    // The five play at once: each reads the score only.
    std::thread::scope(|studio| {
        let score = &score;
        let players = [drums::play, bass::play, chords::play, lead::play, fx::play];
        let takes = players.map(|play| studio.spawn(move || play(score)));
        let names = ["01 Drums", "02 Bass", "03 Chords", "04 Lead", "05 FX"];
        let stem = |(take, name): (std::thread::ScopedJoinHandle<Track>, _)| {
            take.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).into_stem(name)
        };
        takes.into_iter().zip(names).map(stem).collect()
    })
}
