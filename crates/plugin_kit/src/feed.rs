//! Feed: the sound before and after a chain on its way from the audio thread to an open window.
//!
//! While no window is open, nothing is stored. While one is, the audio thread copies the frames and lets go of what a
//! slow window leaves no room for; every look at them, above all the transforms of a spectrum, is somebody else's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dsp::format::Format;
use rtrb::{Consumer, Producer, RingBuffer};

/// A sample on each side; a mono signal has the left one.
type Frame = [f32; 2];

/// What belongs to a block of sound.
struct Label<const FIGURES: usize> {
    frames: usize,
    figures: [f32; FIGURES],
}

/// The window's end. `FIGURES` is how many figures come with each block, such as the reductions of the stages.
pub struct Feed<const FIGURES: usize> {
    /// Read by the [`Tap`].
    is_watched: AtomicBool,
    outlet: Mutex<Option<Outlet<FIGURES>>>,
}

/// Where the sound of an activation comes out.
struct Outlet<const FIGURES: usize> {
    format: Format,
    /// For each label as many frames before the chain, then as many after it.
    frames: Consumer<Frame>,
    labels: Consumer<Label<FIGURES>>,
    sides: [Vec<f32>; 4],
}

/// The audio thread's end of an activation.
pub struct Tap<const FIGURES: usize> {
    feed: Arc<Feed<FIGURES>>,
    frames: Producer<Frame>,
    labels: Producer<Label<FIGURES>>,
    /// Frames of the block whose sound before the chain is stored; 0 is none.
    stored_frames: usize,
}

/// A block as the window hears it: one channel or two, before and after the chain.
pub struct Block<'a, const FIGURES: usize> {
    /// Rate and channels.
    pub format: Format,
    /// Before the chain.
    pub before: &'a [&'a [f32]],
    /// After it.
    pub after: &'a [&'a [f32]],
    /// At its end.
    pub figures: [f32; FIGURES],
}

/// Frames for which there is room: over half a second at 48 kHz.
const ROOM_FRAMES: usize = 1 << 16;
/// Room for so many of the longest blocks at least.
const ROOM_BLOCKS: usize = 8;
/// For an open window a block is processed in pieces of so many frames at most: however long the host's blocks are, the
/// figures of the stages follow the sound as closely as a picture of it can show.
const PIECE_FRAMES: usize = 128;
/// Blocks for which there is room.
const ROOM_LABELS: usize = 4_096;

impl<const FIGURES: usize> Feed<FIGURES> {
    /// A feed that nobody watches. `[setup]`
    pub fn new() -> Arc<Self> {
        Arc::new(Self { is_watched: AtomicBool::new(false), outlet: Mutex::default() })
    }

    /// The audio thread's end of an activation; that of an earlier one is heard no more. `[setup]`
    pub fn open(self: &Arc<Self>, format: Format, max_block_frames: usize) -> Tap<FIGURES> {
        let room = ROOM_FRAMES.max(ROOM_BLOCKS * max_block_frames);
        let (frames_in, frames) = RingBuffer::new(room);
        let (labels_in, labels) = RingBuffer::new(ROOM_LABELS);
        *self.outlet() = Some(Outlet { format, frames, labels, sides: Default::default() });
        Tap { feed: Arc::clone(self), frames: frames_in, labels: labels_in, stored_frames: 0 }
    }

    /// A window has opened or closed. `[main]`
    pub fn watch(&self, on: bool) {
        if on {
            // What is left of an earlier window is old.
            self.read(|_| ());
        }
        self.is_watched.store(on, Ordering::Relaxed);
    }

    /// Hands every block on that has come since the last call. Threads of the plugin's own, `[main]`
    pub fn read(&self, mut hear: impl FnMut(&Block<FIGURES>)) {
        if let Some(outlet) = &mut *self.outlet() {
            while let Ok(label) = outlet.labels.pop() {
                outlet.hand_on(&label, &mut hear);
            }
        }
    }

    fn outlet(&self) -> MutexGuard<'_, Option<Outlet<FIGURES>>> {
        self.outlet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<const FIGURES: usize> Outlet<FIGURES> {
    fn hand_on(&mut self, label: &Label<FIGURES>, hear: &mut impl FnMut(&Block<FIGURES>)) {
        // The frames are stored before their label.
        let Ok(chunk) = self.frames.read_chunk(2 * label.frames) else { return };
        self.sides.iter_mut().for_each(Vec::clear);
        for (number, [left, right]) in chunk.into_iter().enumerate() {
            let first = if number < label.frames { 0 } else { 2 };
            self.sides[first].push(left);
            self.sides[first + 1].push(right);
        }
        let [left_before, right_before, left_after, right_after] = self.sides.each_ref().map(Vec::as_slice);
        let channels = self.format.channels.clamp(1, 2);
        hear(&Block {
            format: self.format,
            before: &[left_before, right_before][..channels],
            after: &[left_after, right_after][..channels],
            figures: label.figures,
        });
    }
}

impl<const FIGURES: usize> Tap<FIGURES> {
    /// Has a chain process a block, in pieces while a window is open; `process` answers with the figures at the end of
    /// its piece. `[audio]`
    pub fn around(&mut self, block: &mut [&mut [f32]], mut process: impl FnMut(&mut [&mut [f32]]) -> [f32; FIGURES]) {
        let frames = block.first().map_or(0, |left| left.len());
        let mut start = 0;
        while start < frames {
            let end = if self.is_watched() { frames.min(start + PIECE_FRAMES) } else { frames };
            let mut sides = block.iter_mut().map(|samples| &mut samples[start..end]);
            match (sides.next(), sides.next()) {
                (Some(left), Some(right)) => self.piece(&mut [left, right], &mut process),
                (Some(only), None) => self.piece(&mut [only], &mut process),
                (None, _) => {}
            }
            start = end;
        }
    }

    fn piece(&mut self, piece: &mut [&mut [f32]], process: &mut impl FnMut(&mut [&mut [f32]]) -> [f32; FIGURES]) {
        self.before(piece);
        let figures = process(piece);
        self.after(piece, || figures);
    }

    fn is_watched(&self) -> bool {
        // Set by `Feed::watch`.
        self.feed.is_watched.load(Ordering::Relaxed)
    }

    /// Stores a block as it comes, if a window is open and has room for all of it. `[audio]`
    pub fn before(&mut self, block: &[&mut [f32]]) {
        self.stored_frames = 0;
        if !self.is_watched() {
            return;
        }
        let frames = block.first().map_or(0, |left| left.len());
        if self.frames.slots() >= 2 * frames && self.labels.slots() > 0 {
            self.store(block, frames);
            self.stored_frames = frames;
        }
    }

    /// Stores the same block as it leaves, with the figures at its end. `[audio]`
    pub fn after(&mut self, block: &[&mut [f32]], figures: impl FnOnce() -> [f32; FIGURES]) {
        let frames = std::mem::take(&mut self.stored_frames);
        if frames > 0 {
            self.store(block, frames);
            // There was room for it before.
            let _ = self.labels.push(Label { frames, figures: figures() });
        }
    }

    fn store(&mut self, block: &[&mut [f32]], frames: usize) {
        let side = |channel: usize| block.get(channel).map_or(&[][..], |samples| &samples[..]).iter();
        let (left, right) = (side(0), side(1).copied().chain(std::iter::repeat(0.0)));
        if let Ok(chunk) = self.frames.write_chunk_uninit(frames) {
            chunk.fill_from_iter(left.zip(right).map(|(left, right)| [*left, right]));
        }
    }
}
