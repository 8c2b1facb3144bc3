//! The plugin's side of the door.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clap_sys::ext::params::clap_host_params;
use clap_sys::ext::state::clap_host_state;
use clap_sys::host::clap_host;
use crossbeam::queue::ArrayQueue;
use nice_plug::prelude::{Param, ParamPtr, Params};

use super::automation::Automation;

/// Edits that may wait for the next block; a dragged control makes one per drawn frame.
const EDIT_CAPACITY: usize = 256;

/// A host parameter set by the plugin itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// The CLAP id.
    pub id: u32,
    /// The value as CLAP carries it (normalized times the number of steps).
    pub value: f64,
}

/// What the host says of the track the plugin sits on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The track's name, empty where the host gives none.
    pub name: String,
    /// The track's colour as 0xAARRGGBB, if the host gives one.
    pub color_argb: Option<u32>,
}

/// What the host can be asked without being called; the extensions are null where it has none, and all live as long as
/// the instance.
#[derive(Clone, Copy)]
pub(super) struct HostSide {
    pub host: *const clap_host,
    pub params: *const clap_host_params,
    pub state: *const clap_host_state,
}

// SAFETY: `clap_host_params.request_flush` may be called from any thread but the audio thread; `mark_dirty` is called
// on the main thread only, as `Link::mark_dirty` asks, and `request_callback` on any.
unsafe impl Send for HostSide {}

/// What of a state says who the instance is rather than how it sounds.
pub(super) struct Identity {
    /// Keys of the persisted fields; the first one decides.
    pub fields: &'static [&'static str],
    /// Whether a state with this text under the first key may make the instance another one.
    may_become: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Identity {
    /// Whether a state of these fields may make the instance another one. `[main]`
    pub fn may_become(&self, fields: &std::collections::BTreeMap<String, String>) -> bool {
        self.fields.first().and_then(|key| fields.get(*key)).is_some_and(|saved| (self.may_become)(saved))
    }
}

/// What a plugin and the door share. The plugin makes it in its `Default` and keeps it; the door finds it there.
pub struct Link {
    pub(super) edits: ArrayQueue<Edit>,
    pub(super) non_finite_samples: AtomicU64,
    pub(super) offline: AtomicBool,
    track: Mutex<Track>,
    host_side: Mutex<Option<HostSide>>,
    parameter_ids: OnceLock<HashMap<ParamPtr, u32>>,
    automation: OnceLock<Automation>,
    /// Somebody has something to save and is not on the main thread.
    is_save_asked: AtomicBool,
    identity: OnceLock<Identity>,
    host_name: OnceLock<String>,
    params: Arc<dyn Params>,
    report: OnceLock<Box<dyn Fn() -> String + Send + Sync>>,
}

thread_local! {
    /// The link of the plugin that is being constructed on this thread: the framework constructs the plugin itself and
    /// offers no way to hand anything in.
    static UNDER_CONSTRUCTION: RefCell<Option<Arc<Link>>> = const { RefCell::new(None) };
}

impl Link {
    /// A new link for a plugin with these parameters, known to the door that is constructing it on this thread. `[main]`
    pub fn new(params: Arc<dyn Params>) -> Arc<Self> {
        let link = Arc::new(Self {
            edits: ArrayQueue::new(EDIT_CAPACITY),
            track: Mutex::default(),
            non_finite_samples: AtomicU64::new(0),
            offline: AtomicBool::new(false),
            host_side: Mutex::new(None),
            parameter_ids: OnceLock::new(),
            automation: OnceLock::new(),
            is_save_asked: AtomicBool::new(false),
            identity: OnceLock::new(),
            host_name: OnceLock::new(),
            params,
            report: OnceLock::new(),
        });
        UNDER_CONSTRUCTION.set(Some(Arc::clone(&link)));
        link
    }

    /// The link made last on this thread. `[main]`
    pub(super) fn take_constructed() -> Option<Arc<Self>> {
        UNDER_CONSTRUCTION.take()
    }

    /// Sets a host parameter to a plain value, as one gesture the host records, undoes and recalls like a hand on the
    /// control. It takes effect at once, so that a state saved now has it; the host hears of it with the next block, or
    /// with the next flush when it is not processing. False, and nothing done, when too many edits wait or the parameter
    /// is not the plugin's. `[main]`, and threads of the plugin's own
    pub fn edit<T: Param>(&self, parameter: &T, plain: T::Plain) -> bool {
        let queued = self.edit_within_block(parameter, plain);
        // Held during the call, so that the instance cannot go away under it.
        let host_side = self.host_side.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(HostSide { host, params, .. }) = *host_side {
            // SAFETY: the door clears the pointers before the host may free them, and `request_flush` may be called from
            // every thread but the audio thread, which uses `edit_within_block`.
            unsafe {
                if let Some(request_flush) = params.as_ref().and_then(|params| params.request_flush) {
                    request_flush(host);
                }
            }
        }
        queued
    }

    /// Tells the host that the project has something new to save, beside the parameters: a name, a session. `[main]`
    pub fn mark_dirty(&self) {
        let host_side = self.host_side.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(HostSide { host, state, .. }) = *host_side {
            // SAFETY: the door clears the pointers before the host may free them, and this is the main thread.
            unsafe {
                if let Some(mark_dirty) = state.as_ref().and_then(|state| state.mark_dirty) {
                    mark_dirty(host);
                }
            }
        }
    }

    /// The same as [`Link::mark_dirty`] from another thread: done with the host's next main-thread callback. Threads of
    /// the plugin's own
    pub fn request_save(&self) {
        let host_side = self.host_side.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(HostSide { host, .. }) = *host_side {
            self.is_save_asked.store(true, Ordering::Relaxed);
            // SAFETY: the door clears the pointers before the host may free them; hosts take this from any thread.
            unsafe {
                if let Some(request_callback) = (*host).request_callback {
                    request_callback(host);
                }
            }
        }
    }

    /// Does what [`Link::request_save`] asked for. `[main]`
    pub(super) fn mark_dirty_if_asked(&self) {
        if self.is_save_asked.swap(false, Ordering::Relaxed) {
            self.mark_dirty();
        }
    }

    /// Whether the host moves a parameter just now, by automation or by a hand of its own: it has given it another value
    /// within the last half second of audio. `[any]`
    pub fn is_automated<T: Param>(&self, parameter: &T) -> bool {
        self.is_moved_by_host(parameter.as_ptr())
    }

    /// The same as [`Link::is_automated`] of a parameter whose type is not known. `[any]`
    pub(crate) fn is_moved_by_host(&self, parameter: ParamPtr) -> bool {
        self.automation.get().is_some_and(|automation| automation.is_moving(parameter))
    }

    /// Notes that the user's hand moves a parameter in the window: what comes back of it from the host is no automation.
    /// `[main]`
    pub(crate) fn note_hand(&self, parameter: ParamPtr) {
        if let Some(automation) = self.automation.get() {
            automation.note_edit(parameter);
        }
    }

    /// Takes the sample rate of an activation. `[main]`
    pub(super) fn set_sample_rate(&self, sample_rate_hz: f64) {
        if let Some(automation) = self.automation.get() {
            automation.set_sample_rate(sample_rate_hz);
        }
    }

    /// Takes what the host sets in a block, before it takes effect. `[audio]`
    pub(super) fn note_host_values(&self, values: impl Iterator<Item = (u32, f64)>, frames: u32) {
        let Some(automation) = self.automation.get() else { return };
        automation.advance(frames);
        for (id, value) in values {
            // SAFETY: `params` holds the parameters.
            unsafe { automation.note_event(id, value) };
        }
    }

    /// The same as [`Link::edit`] from inside `process`: the host hears of it with the next block. `[audio]`
    pub fn edit_within_block<T: Param>(&self, parameter: &T, plain: T::Plain) -> bool {
        let Some(&id) = self.parameter_ids.get().and_then(|ids| ids.get(&parameter.as_ptr())) else {
            return false;
        };
        let steps = parameter.step_count().unwrap_or(1) as f64;
        let normalized = parameter.preview_normalized(plain);
        if self.edits.push(Edit { id, value: f64::from(normalized) * steps }).is_err() {
            return false;
        }
        if let Some(automation) = self.automation.get() {
            automation.note_edit(parameter.as_ptr());
        }
        // SAFETY: the caller has the parameter, and its values are atomic. The event that follows sets it again, in its
        // place among the host's own.
        unsafe { parameter.as_ptr()._internal_set_normalized_value(normalized) };
        true
    }

    /// Drops what the host has not heard of yet. `[any]`
    pub(super) fn forget_edits(&self) {
        while self.edits.pop().is_some() {}
    }

    /// What the host says of the track. `[main]`, and threads of the plugin's own
    pub fn track(&self) -> Track {
        self.track.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The host's name, empty before the host has initialised the plugin. `[main]`, and threads of the plugin's own
    pub fn host_name(&self) -> String {
        self.host_name.get().cloned().unwrap_or_default()
    }

    /// Notes the host's name. `[main]`
    pub(super) fn set_host_name(&self, name: String) {
        // Set once, by `init`.
        let _ = self.host_name.set(name);
    }

    /// How many NaN and infinite samples the host has sent; they were played as silence. `[any]`
    pub fn non_finite_samples(&self) -> u64 {
        self.non_finite_samples.load(Ordering::Relaxed)
    }

    /// Whether the host renders to a file rather than playing to an ear. `[any]`
    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Relaxed)
    }

    /// Says who answers when a host asks what the plugin knows (see [`super::REPORT_EXTENSION_ID`]); the text is JSON.
    /// `[main]`
    pub fn set_report(&self, report: impl Fn() -> String + Send + Sync + 'static) {
        // Set once, by the plugin's constructor; a second call would change nothing.
        let _ = self.report.set(Box::new(report));
    }

    /// Says which persisted fields tell who the instance is. A preset leaves them alone; where the host does not say that a
    /// state is one, `may_become` decides by the text under the first of them. `[main]`
    pub fn guard_identity(
        &self,
        fields: &'static [&'static str],
        may_become: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) {
        // Set once, by the plugin's constructor.
        let _ = self.identity.set(Identity { fields, may_become: Box::new(may_become) });
    }

    /// What [`Link::guard_identity`] said. `[main]`
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// Notes what the host says of the track. `[main]`
    pub(super) fn set_track(&self, track: Track) {
        *self.track.lock().unwrap_or_else(PoisonError::into_inner) = track;
    }

    /// Says what the host can be asked; `None` before it goes away. `[main]`
    pub(super) fn set_host_side(&self, host_side: Option<HostSide>) {
        *self.host_side.lock().unwrap_or_else(PoisonError::into_inner) = host_side;
    }

    /// Notes the framework's ids of the parameters. `[main]`
    pub(super) fn set_parameter_ids(&self, ids: HashMap<ParamPtr, u32>) {
        // Set once, when the instance is made.
        let _ = self.automation.set(Automation::new(ids.iter().map(|(parameter, id)| (*parameter, *id))));
        let _ = self.parameter_ids.set(ids);
    }

    /// The plugin's parameters. `[any]`
    pub(super) fn params(&self) -> &dyn Params {
        &*self.params
    }

    /// The JSON text for a host that asks. `[main]`
    pub(super) fn report(&self) -> Option<String> {
        self.report.get().map(|report| report())
    }
}
