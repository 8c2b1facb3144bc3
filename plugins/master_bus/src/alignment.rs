//! Alignment: how much later the stems come than the reference mix, found beside the audio while the song plays.
//!
//! The audio thread only puts three seconds of both signals aside. The session's helper, or whoever asks for a report,
//! compares them; the audio thread takes what was found with its next block.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use dsp::meter::alignment::{OffsetFinder, recording_frames};

/// What audio thread and helper of one activation share.
pub struct Alignment {
    sample_rate_hz: f64,
    /// Bits of the samples: left and right of the input, left and right of the reference, one after the other.
    samples: Box<[AtomicU32]>,
    /// Set by [`Recorder::record`] when the samples may be looked at, cleared by [`Alignment::find`] when they have been.
    is_full: AtomicBool,
    /// Stored by [`Alignment::find`], loaded by [`Recorder::offset_frames`].
    offset_frames: AtomicI64,
    /// Made when it is first needed: preparing the transforms takes a while.
    finder: Mutex<Option<OffsetFinder>>,
}

/// The audio thread's end.
pub struct Recorder {
    alignment: Arc<Alignment>,
    /// Frames of the recording so far.
    frames: usize,
}

/// −60 dBFS: a recording begins with the first sound.
const AUDIBLE: f32 = 1e-3;
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
        // Somebody else is at it.
        let mut finder = match self.finder.try_lock() {
            Ok(finder) => finder,
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
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

impl Recorder {
    /// The audio thread's end of an activation. `[setup]`
    pub fn new(alignment: Arc<Alignment>) -> Self {
        Self { alignment, frames: 0 }
    }

    /// What was found last; 0 before that. `[audio]`
    pub fn offset_frames(&self) -> i64 {
        self.alignment.offset_frames.load(Ordering::Relaxed)
    }

    /// The song has jumped: what was before does not belong to what comes. `[audio]`
    pub fn begin_again(&mut self) {
        self.frames = 0;
    }

    /// Puts a block of both aside, unless the last recording still waits to be looked at. `[audio]`
    pub fn record<Input: AsRef<[f32]>, Reference: AsRef<[f32]>>(
        &mut self,
        input: &[Input],
        reference: Option<&[Reference]>,
    ) {
        let ([left, right], Some([reference_left, reference_right])) = (input, reference) else {
            return self.begin_again();
        };
        if self.alignment.is_full.load(Ordering::Acquire) {
            return;
        }
        let block = [left.as_ref(), right.as_ref(), reference_left.as_ref(), reference_right.as_ref()];
        let length = block.iter().map(|side| side.len()).min().unwrap_or(0);
        let silent_frames = if self.frames > 0 { 0 } else { silence(&block, length) };
        let room = self.alignment.side(0).len() - self.frames;
        let taken = (length - silent_frames).min(room);
        for (number, side) in block.iter().enumerate() {
            let places = &self.alignment.side(number)[self.frames..][..taken];
            for (place, sample) in places.iter().zip(&side[silent_frames..]) {
                place.store(sample.to_bits(), Ordering::Relaxed);
            }
        }
        self.frames += taken;
        if self.frames == self.alignment.side(0).len() {
            self.frames = 0;
            self.alignment.is_full.store(true, Ordering::Release);
        }
    }
}

/// Frames before the first sound on any side.
fn silence(block: &[&[f32]; SIDES], length: usize) -> usize {
    (0..length).find(|frame| block.iter().any(|side| side[*frame].abs() > AUDIBLE)).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use dsp::format::Format;
    use dsp::master_chain::MasterChain;
    use dsp::meter::null::NullVerdict;

    use super::*;

    const RATE_HZ: f64 = 8_000.0;

    /// Different every time, the same in every run (xorshift).
    fn noise(seed: u64, frames: usize) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..frames).map(|_| next()).collect()
    }

    /// Plays silence, then music that comes 37 frames after the reference, in blocks of so many frames. The helper looks
    /// whenever a second has passed.
    fn play(block_frames: usize) -> MasterChain {
        let source = [noise(1, 64_000), noise(2, 64_000)];
        let at = |frame: usize| source.each_ref().map(|side| if frame < 1_000 { 0.0 } else { side[frame] });
        let alignment = Alignment::new(RATE_HZ);
        let mut recorder = Recorder::new(Arc::clone(&alignment));
        let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
        let (mut start, mut looked) = (0, 0);
        while start < 56_000 {
            let end = (start + block_frames).min(56_000).min(start / 8_000 * 8_000 + 8_000);
            let sides = |late: usize| [0, 1].map(|side| (start..end).map(|f| at(f + 37 - late)[side]).collect());
            let (mut input, reference): ([Vec<f32>; 2], [Vec<f32>; 2]) = (sides(37), sides(0));
            recorder.record(&input, Some(&reference));
            chain.set_reference_offset_frames(recorder.offset_frames());
            chain.locate(start as i64);
            let [left, right] = &mut input;
            chain.process(&mut [left, right], Some(&reference));
            start = end;
            if start / 8_000 > looked {
                looked = start / 8_000;
                alignment.find();
            }
        }
        chain
    }

    #[test]
    fn an_offset_of_37_frames_is_found_and_leaves_nothing() {
        let readings = play(480).readings().null.unwrap();
        assert_eq!(readings.offset_frames, 37);
        assert_eq!(readings.worst_residual_dbfs, dsp::units::SILENCE_DB);
        assert_eq!(readings.verdict(), Some(NullVerdict::Pass));
    }

    #[test]
    fn the_blocks_of_the_host_do_not_matter() {
        let readings = [1, 64, 1_000, 8_000].map(|frames| play(frames).readings().null);
        assert!(readings.iter().all(|one| *one == readings[0]), "{readings:?}");
    }

    #[test]
    fn without_a_reference_nothing_is_recorded() {
        let alignment = Alignment::new(RATE_HZ);
        let mut recorder = Recorder::new(Arc::clone(&alignment));
        let sound = [noise(1, 24_000), noise(2, 24_000)];
        recorder.record(&sound, None::<&[Vec<f32>]>);
        assert!(!alignment.is_full.load(Ordering::Relaxed));
        // A gap in the reference is a cut.
        let piece = sound.each_ref().map(|side| side[..12_000].to_vec());
        recorder.record(&piece, Some(&piece));
        recorder.record(&piece, None::<&[Vec<f32>]>);
        recorder.record(&piece, Some(&piece));
        assert!(!alignment.is_full.load(Ordering::Relaxed));
        recorder.record(&piece, Some(&piece));
        assert!(alignment.is_full.load(Ordering::Relaxed));
    }
}
