//! Automation: which parameters the host is moving just now, told from the events it sends.
//!
//! CLAP has no flag for it, VST3 neither. A parameter counts as automated for half a second of audio after an event of
//! the host that gave it another value. An edit of the plugin's own comes back from a VST3 host as such an event, a few
//! blocks later and, while a control is dragged, with an older value: so the same half second after an edit no event
//! counts.

use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::prelude::ParamPtr;

/// How long a movement counts.
const WINDOW_SECONDS: f64 = 0.5;

/// Differences a host's rounding may make, on a control from 0 to 1.
const ROUNDING: f32 = 1e-5;

/// One parameter.
struct Lane {
    id: u32,
    parameter: ParamPtr,
    /// When the host moved it last, on the clock of [`Automation`]; 0 is never.
    moved_frames: AtomicU64,
    /// When the plugin did; 0 is never.
    edited_frames: AtomicU64,
}

/// Watches the host's parameter events. All atomics are the audio thread's own but for the edits of other threads; none
/// orders anything.
pub(super) struct Automation {
    /// By id.
    lanes: Box<[Lane]>,
    /// Frames processed since the plugin was made; begins at 1.
    clock_frames: AtomicU64,
    window_frames: AtomicU64,
}

impl Automation {
    /// A watch over parameters, each with its CLAP id. `[main]`
    pub fn new(parameters: impl Iterator<Item = (ParamPtr, u32)>) -> Self {
        let lane =
            |(parameter, id)| Lane { id, parameter, moved_frames: AtomicU64::new(0), edited_frames: AtomicU64::new(0) };
        let mut lanes: Box<[Lane]> = parameters.map(lane).collect();
        lanes.sort_by_key(|lane| lane.id);
        Self { lanes, clock_frames: AtomicU64::new(1), window_frames: AtomicU64::new(0) }
    }

    /// Takes the sample rate of an activation. `[main]`
    pub fn set_sample_rate(&self, sample_rate_hz: f64) {
        self.window_frames.store((sample_rate_hz * WINDOW_SECONDS) as u64, Ordering::Relaxed);
    }

    /// Counts a block. `[audio]`
    pub fn advance(&self, frames: u32) {
        self.clock_frames.fetch_add(frames.into(), Ordering::Relaxed);
    }

    /// Takes a value event of the host, before the parameter has its value. `[audio]`
    ///
    /// # Safety
    /// The parameters are alive.
    pub unsafe fn note_event(&self, id: u32, value: f64) {
        let Ok(index) = self.lanes.binary_search_by_key(&id, |lane| lane.id) else { return };
        let lane = &self.lanes[index];
        // SAFETY: as promised by the caller.
        let (steps, current) = unsafe { (lane.parameter.step_count(), lane.parameter.unmodulated_normalized_value()) };
        let normalized = value / steps.unwrap_or(1).max(1) as f64;
        if (normalized as f32 - current).abs() > ROUNDING && !self.is_recent(&lane.edited_frames) {
            lane.moved_frames.store(self.clock_frames.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// Takes an edit of the plugin's own. `[any]`
    pub fn note_edit(&self, parameter: ParamPtr) {
        if let Some(lane) = self.lane(parameter) {
            lane.edited_frames.store(self.clock_frames.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// Whether the host moves a parameter just now. `[any]`
    pub fn is_moving(&self, parameter: ParamPtr) -> bool {
        self.lane(parameter).is_some_and(|lane| self.is_recent(&lane.moved_frames))
    }

    fn is_recent(&self, moment_frames: &AtomicU64) -> bool {
        let moment = moment_frames.load(Ordering::Relaxed);
        let age = self.clock_frames.load(Ordering::Relaxed).saturating_sub(moment);
        moment != 0 && age < self.window_frames.load(Ordering::Relaxed)
    }

    fn lane(&self, parameter: ParamPtr) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.parameter == parameter)
    }
}
