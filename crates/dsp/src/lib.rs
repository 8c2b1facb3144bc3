//! THE SOUND of Stemma. Arithmetic on slices; the modules stand in the order the signal meets them.
//!
//! Nothing here knows a host, a parameter, a window, a file, a thread or a clock, and nothing grows or can fail
//! while it processes. Every processor has the same verbs:
//!
//! - `new(format)` allocates once `[setup]`;
//! - `set(&settings)` is cheap when nothing changed `[audio]`; before the first frame (and after `reset`) it applies
//!   at once, later it glides without a click;
//! - `reset()` forgets the sound and keeps the settings `[audio]`;
//! - `process(block)` works in place and cannot fail `[audio]`;
//! - `latency_frames()` is constant, and readings may be taken at any time between blocks.
//!
//! A block is one slice per channel, one (mono) or two (left, right), all of one length. Any partition of the same
//! input into blocks gives the same bits.
//!
//! Thread words used in the documentation: `[audio]` runs under a deadline: no allocation or free, lock, wait, I/O,
//! logging or clock · `[setup]` while not processing, may allocate · `[main]` the host's main thread and the
//! window · `[any]` all of these.

// What everything is made of.
pub mod delay;
pub mod format;
pub mod smooth;
pub mod units;

// The signal path.
pub mod trim;

pub mod svf;

pub mod equalizer;

pub mod detector;
pub mod gain_curve;

pub mod compressor;

pub mod sum;

pub mod fir;
pub mod oversample;
pub mod sliding_max;

pub mod limiter;

pub mod dither;

pub mod bypass;

pub mod meter;

// The two chains: the only places where the order of the stages is written.
pub mod role;

pub mod master_chain;
pub mod master_gains;
pub mod stem_chain;
