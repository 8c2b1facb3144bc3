//! Alignment: how much later the stems come than the reference mix, found beside the audio while the song plays.
//!
//! The audio thread only puts three seconds of both signals aside. The session's helper, or whoever asks for a report,
//! compares them; the audio thread takes what was found a second after the recording ended, to the frame, so that the
//! null test says the same on every machine and at every block size. A render that is faster than the helper waits for it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use dsp::master_chain::MasterChain;
use dsp::meter::alignment::{OffsetFinder, recording_frames};

/// What audio thread and helper of one activation share.
pub struct Alignment {
    sample_rate_hz: f64,
    /// Bits of the samples: left and right of the input, left and right of the reference, one after the other.
    samples: Box<[AtomicU32]>,
    /// Set by [`Recorder::record`] when the samples may be looked at, cleared by [`Alignment::look`] when they have been.
    is_full: AtomicBool,
    /// Stored by [`Alignment::look`], loaded by [`Recorder::take_offset`] once `is_full` is cleared.
    offset_frames: AtomicI64,
    /// Made when it is first needed: preparing the transforms takes a while.
    finder: Mutex<Option<OffsetFinder>>,
}

/// The audio thread's end.
pub struct Recorder {
    alignment: Arc<Alignment>,
    stage: Stage,
    offset_frames: i64,
}

/// What the audio thread is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has put so many frames aside.
    Recording(usize),
    /// The recording ended so many frames ago.
    Waiting(usize),
}

/// −60 dBFS: a recording begins with the first sound.
const AUDIBLE: f32 = 1e-3;
/// Left and right of two signals.
const SIDES: usize = 4;
/// How long after a recording its result is taken: the helper looks a few times a second.
const WAIT_S: f64 = 1.0;

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

impl Recorder {
    /// The audio thread's end of an activation. `[setup]`
    pub fn new(alignment: Arc<Alignment>) -> Self {
        Self { alignment, stage: Stage::Recording(0), offset_frames: 0 }
    }

    /// The song has jumped: what was before does not belong to what comes. `[audio]`
    pub fn begin_again(&mut self) {
        // A recording that has ended is from one place of the song, whatever comes now.
        if let Stage::Recording(frames) = &mut self.stage {
            *frames = 0;
        }
    }

    /// Sends a block that begins at `song_frames` through the chain, in two parts where another offset comes into force,
    /// and puts it aside. With `may_wait` it waits for an offset that should be known by now. `[audio]`
    pub fn process(
        &mut self,
        chain: &mut MasterChain,
        [left, right]: [&mut [f32]; 2],
        reference: Option<[&[f32]; 2]>,
        song_frames: i64,
        may_wait: bool,
    ) {
        let mut start = 0;
        while start < left.len().min(right.len()) {
            let rest = reference.map(|sides| sides.map(|side| side.get(start..).unwrap_or_default()));
            let taken = self.record([&left[start..], &right[start..]], rest, may_wait);
            let end = start + taken;
            let part = reference.map(|sides| sides.map(|side| side.get(start..end).unwrap_or_default()));
            chain.set_reference_offset_frames(self.offset_frames);
            chain.locate(song_frames.saturating_add(start as i64));
            chain.process(&mut [&mut left[start..end], &mut right[start..end]], part.as_ref().map(<[_; 2]>::as_slice));
            start = end;
        }
    }

    /// Puts the frames of both aside that belong to one offset, and gives their number: at least one.
    fn record(&mut self, input: [&[f32]; 2], reference: Option<[&[f32]; 2]>, may_wait: bool) -> usize {
        let frames = input[0].len().min(input[1].len());
        let wait_frames = (WAIT_S * self.alignment.sample_rate_hz) as usize;
        if matches!(self.stage, Stage::Waiting(waited) if waited >= wait_frames) {
            self.take_offset(may_wait);
        }
        let recorded = match self.stage {
            Stage::Recording(_) => self.put_aside(input, reference),
            Stage::Waiting(_) => 0,
        };
        match &mut self.stage {
            // One that is overdue comes into force with a block.
            Stage::Waiting(waited) if *waited < wait_frames => {
                let taken = (frames - recorded).min(wait_frames - *waited);
                *waited += taken;
                recorded + taken
            }
            _ => frames,
        }
    }

    /// Takes what was found, if it was, and begins the next recording.
    fn take_offset(&mut self, may_wait: bool) {
        if may_wait {
            self.alignment.find_now();
        }
        if !self.alignment.is_full.load(Ordering::Acquire) {
            self.offset_frames = self.alignment.offset_frames.load(Ordering::Relaxed);
            self.stage = Stage::Recording(0);
        }
    }

    /// Records until the recording is full, and gives the frames that took.
    fn put_aside(&mut self, [left, right]: [&[f32]; 2], reference: Option<[&[f32]; 2]>) -> usize {
        let (Stage::Recording(frames), Some([reference_left, reference_right])) = (self.stage, reference) else {
            self.begin_again();
            return left.len();
        };
        let block = [left, right, reference_left, reference_right];
        let length = block.iter().map(|side| side.len()).min().unwrap_or(0);
        let silent_frames = if frames > 0 { 0 } else { silence(&block, length) };
        let room = self.alignment.side(0).len() - frames;
        let taken = (length - silent_frames).min(room);
        for (number, side) in block.iter().enumerate() {
            let places = &self.alignment.side(number)[frames..][..taken];
            for (place, sample) in places.iter().zip(&side[silent_frames..]) {
                place.store(sample.to_bits(), Ordering::Relaxed);
            }
        }
        self.stage = Stage::Recording(frames + taken);
        if taken == room {
            self.stage = Stage::Waiting(0);
            self.alignment.is_full.store(true, Ordering::Release);
        }
        silent_frames + taken
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
    use dsp::meter::null::{NullReadings, NullVerdict};
    use dsp::units::SILENCE_DB;

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

    const FRAMES: usize = 64_000;

    /// Plays silence, then music that comes 37 frames after the reference and has so much noise of its own, in blocks of the
    /// sizes given in turn. `helper` is called after each block, with the frames played so far.
    fn play(own: f32, sizes: &[usize], may_wait: bool, mut helper: impl FnMut(&Alignment, usize)) -> NullReadings {
        let source = [noise(1, FRAMES + 37), noise(2, FRAMES + 37)];
        // It fades, so that the worst moment is the first one that counts.
        let fade = |frame: usize| own * (1.0 - frame as f32 / FRAMES as f32);
        let own: Vec<f32> = noise(3, FRAMES).into_iter().enumerate().map(|(frame, x)| fade(frame) * x).collect();
        let at = |frame: usize| source.each_ref().map(|side| if frame < 1_000 { 0.0 } else { side[frame] });
        let alignment = Alignment::new(RATE_HZ);
        let mut recorder = Recorder::new(Arc::clone(&alignment));
        let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
        let mut start = 0;
        for size in sizes.iter().cycle() {
            let end = (start + size).min(FRAMES);
            let sides = |late: usize| [0, 1].map(|side| (start..end).map(|f| at(f + 37 - late)[side]).collect());
            let (mut input, reference): ([Vec<f32>; 2], [Vec<f32>; 2]) = (sides(37), sides(0));
            input.iter_mut().for_each(|side| side.iter_mut().zip(&own[start..]).for_each(|(x, own)| *x += own));
            let reference = reference.each_ref().map(Vec::as_slice);
            recorder.process(
                &mut chain,
                input.each_mut().map(Vec::as_mut_slice),
                Some(reference),
                start as i64,
                may_wait,
            );
            start = end;
            helper(&alignment, start);
            if start == FRAMES {
                break;
            }
        }
        chain.readings().null.expect("there was a reference all the time")
    }

    /// As in a DAW: the helper looks four times a second.
    fn heard(own: f32, sizes: &[usize]) -> NullReadings {
        let mut looked = 0;
        play(own, sizes, false, |alignment, frames| {
            if frames / 2_000 > looked {
                looked = frames / 2_000;
                alignment.find();
            }
        })
    }

    #[test]
    fn an_offset_of_37_frames_is_found_and_leaves_nothing() {
        let readings = heard(0.0, &[480]);
        assert_eq!(readings.offset_frames, 37);
        assert_eq!(readings.worst_residual_dbfs, SILENCE_DB);
        assert_eq!(readings.verdict(), Some(NullVerdict::Pass));
    }

    #[test]
    fn the_blocks_of_the_host_do_not_matter() {
        let sizes: [&[usize]; 5] = [&[1], &[64], &[1_000], &[1_999, 1, 17], &[2_000]];
        let readings = sizes.map(|sizes| heard(0.01, sizes));
        assert!(readings.iter().all(|one| *one == readings[0]), "{readings:?}");
    }

    #[test]
    fn a_fast_render_says_what_is_heard_however_slow_the_helper_is() {
        let heard = heard(0.01, &[480]);
        // A block may be longer than a recording and its wait.
        for sizes in [&[480][..], &[7, 4_096], &[FRAMES]] {
            assert_eq!(play(0.01, sizes, true, |_, _| {}), heard, "nobody helps, blocks of {sizes:?}");
            assert_eq!(play(0.01, sizes, true, |alignment, _| alignment.find()), heard, "always, blocks of {sizes:?}");
        }
    }

    #[test]
    fn without_a_reference_nothing_is_recorded() {
        let alignment = Alignment::new(RATE_HZ);
        let mut recorder = Recorder::new(Arc::clone(&alignment));
        let sound = [noise(1, 24_000), noise(2, 24_000)];
        let piece = sound.each_ref().map(|side| &side[..12_000]);
        recorder.record(sound.each_ref().map(Vec::as_slice), None, false);
        assert!(!alignment.is_full.load(Ordering::Relaxed));
        // A gap in the reference is a cut.
        recorder.record(piece, Some(piece), false);
        recorder.record(piece, None, false);
        recorder.record(piece, Some(piece), false);
        assert!(!alignment.is_full.load(Ordering::Relaxed));
        recorder.record(piece, Some(piece), false);
        assert!(alignment.is_full.load(Ordering::Relaxed));
    }
}
