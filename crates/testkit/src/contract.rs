//! The promises every processor keeps, as one suite.

/// A processor under test: what the suite needs to know of it. Implementations only forward.
pub trait Processor {
    /// Works in place on one slice per channel.
    fn process(&mut self, block: &mut [&mut [f32]]);
    /// Forgets the sound, keeps the settings.
    fn reset(&mut self);
    /// How late the output is.
    fn latency_frames(&self) -> usize;
    /// Applies settings under which the signal passes unchanged.
    fn set_neutral(&mut self);
    /// Applies settings that keep every part of the processor busy.
    fn set_busy(&mut self);
}
