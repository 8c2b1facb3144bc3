//! Recorder: what the audio thread does to find the offset, and when the offset comes into force.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dsp::master_chain::MasterChain;

use super::{Alignment, SIDES};

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
/// How long after a recording its result is taken: the helper looks a few times a second.
const WAIT_S: f64 = 1.0;

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
    pub(super) fn record(&mut self, input: [&[f32]; 2], reference: Option<[&[f32]; 2]>, may_wait: bool) -> usize {
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
