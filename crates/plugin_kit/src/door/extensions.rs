//! Extensions: what a host may ask a plugin for beside processing, with the door's functions in front of the framework's.

use std::cell::OnceCell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::Ordering;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render, clap_plugin_render_mode};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::state_context::{
    CLAP_EXT_STATE_CONTEXT, CLAP_STATE_CONTEXT_FOR_PRESET, clap_plugin_state_context, clap_plugin_state_context_type,
};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_plugin_track_info};
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};

use super::events::whole_choice;
use super::instance::Instance;
use super::state::{self, MemoryStream};
use super::vst3_controller;
use super::{REPORT_EXTENSION_ID, ReportExtension};

/// The framework's extensions with functions of this file in front.
#[derive(Default)]
pub(super) struct Extensions {
    params: OnceCell<clap_plugin_params>,
    state: OnceCell<clap_plugin_state>,
    render: OnceCell<clap_plugin_render>,
}

impl Extensions {
    /// Reads the framework's, once its instance is initialised and before the host may ask for them. `[main]`
    pub fn fill(&self, instance: &Instance) {
        // SAFETY: the framework's tables are valid as long as its instance.
        unsafe {
            if let Some(params) = instance.framework_extension::<clap_plugin_params>(CLAP_EXT_PARAMS).as_ref() {
                self.params.get_or_init(|| clap_plugin_params {
                    get_info: Some(params_get_info),
                    get_value: Some(params_get_value),
                    value_to_text: Some(params_value_to_text),
                    flush: Some(params_flush),
                    ..*params
                });
            }
            if let Some(state) = instance.framework_extension::<clap_plugin_state>(CLAP_EXT_STATE).as_ref() {
                self.state.get_or_init(|| clap_plugin_state { load: Some(state_load), ..*state });
            }
            if let Some(render) = instance.framework_extension::<clap_plugin_render>(CLAP_EXT_RENDER).as_ref() {
                self.render.get_or_init(|| clap_plugin_render { set: Some(render_set), ..*render });
            }
        }
    }
}

static REPORT: ReportExtension = ReportExtension { write: report_write };
static STATE_CONTEXT: clap_plugin_state_context =
    clap_plugin_state_context { save: Some(state_context_save), load: Some(state_context_load) };
static TAIL: clap_plugin_tail = clap_plugin_tail { get: Some(tail_get) };
static TRACK_INFO: clap_plugin_track_info = clap_plugin_track_info { changed: Some(track_info_changed) };

/// # Safety
/// `plugin` is that of a living [`Instance`], `id` null or a C string.
pub(super) unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return std::ptr::null() };
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: an extension id that is not null is a C string.
    let id = unsafe { CStr::from_ptr(id) };
    fn table<T>(table: &OnceCell<T>) -> *const c_void {
        table.get().map_or(std::ptr::null(), |table| (&raw const *table).cast())
    }
    if id == CLAP_EXT_PARAMS {
        table(&instance.extensions.params)
    } else if id == CLAP_EXT_STATE {
        table(&instance.extensions.state)
    } else if id == CLAP_EXT_STATE_CONTEXT && instance.extensions.state.get().is_some() {
        (&raw const STATE_CONTEXT).cast()
    } else if id == CLAP_EXT_RENDER {
        table(&instance.extensions.render)
    } else if id == CLAP_EXT_TAIL {
        (&raw const TAIL).cast()
    } else if id == CLAP_EXT_TRACK_INFO {
        (&raw const TRACK_INFO).cast()
    } else if id == REPORT_EXTENSION_ID {
        (&raw const REPORT).cast()
    } else {
        instance.framework_extension(id)
    }
}

/// What sounds on when the input has ended: at least what is still on its way. The framework knows it only from the last
/// block, and a host may ask before the first.
unsafe extern "C" fn tail_get(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host passes the pointer it was given; the framework's table is valid as long as its instance.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return 0 };
        let tail = instance.framework_extension::<clap_plugin_tail>(CLAP_EXT_TAIL).as_ref();
        tail.and_then(|tail| tail.get).map_or(0, |get| get(plugin)).max(instance.latency_frames())
    }
}

unsafe extern "C" fn params_get_info(plugin: *const clap_plugin, index: u32, info: *mut clap_param_info) -> bool {
    // SAFETY: the host passes the pointer it was given; the framework's table is valid as long as its instance.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        match instance.framework_extension::<clap_plugin_params>(CLAP_EXT_PARAMS).as_ref() {
            // The framework indexes without looking.
            Some(clap_plugin_params { count: Some(count), get_info: Some(get_info), .. }) => {
                index < count(plugin) && get_info(plugin, index, info)
            }
            _ => false,
        }
    }
}

unsafe extern "C" fn params_get_value(plugin: *const clap_plugin, id: u32, value: *mut f64) -> bool {
    // SAFETY: as for `params_get_info`; the host gives room for the value.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        let params = instance.framework_extension::<clap_plugin_params>(CLAP_EXT_PARAMS).as_ref();
        let is_known = params.and_then(|params| params.get_value).is_some_and(|call| call(plugin, id, value));
        if is_known {
            *value = whole_choice(*value);
        }
        is_known
    }
}

unsafe extern "C" fn params_value_to_text(
    plugin: *const clap_plugin,
    id: u32,
    value: f64,
    text: *mut c_char,
    size: u32,
) -> bool {
    // The framework writes a terminating zero also where there is no room for one, and prints NaN as a value.
    if size == 0 || !value.is_finite() {
        return false;
    }
    // SAFETY: as for `params_get_info`.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        let params = instance.framework_extension::<clap_plugin_params>(CLAP_EXT_PARAMS).as_ref();
        params.and_then(|params| params.value_to_text).is_some_and(|call| call(plugin, id, value, text, size))
    }
}

unsafe extern "C" fn params_flush(
    plugin: *const clap_plugin,
    input: *const clap_input_events,
    output: *const clap_output_events,
) {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    // SAFETY: the lists are the host's, and no block is under way.
    instance.with_block(|block| unsafe { instance.flush(&mut block.events, input, 0, output) });
}

unsafe extern "C" fn state_load(plugin: *const clap_plugin, stream: *const clap_istream) -> bool {
    // SAFETY: the host's pointers are passed on.
    unsafe { load(plugin, stream, false) }
}

unsafe extern "C" fn state_context_load(
    plugin: *const clap_plugin,
    stream: *const clap_istream,
    context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host's pointers are passed on.
    unsafe { load(plugin, stream, context == CLAP_STATE_CONTEXT_FOR_PRESET) }
}

unsafe extern "C" fn state_context_save(
    plugin: *const clap_plugin,
    stream: *const clap_ostream,
    context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    let Some(save) = instance.extensions.state.get().and_then(|state| state.save) else { return false };
    if context != CLAP_STATE_CONTEXT_FOR_PRESET {
        // SAFETY: as for `params_get_info`; the stream is the host's.
        return unsafe { save(plugin, stream) };
    }
    let mut bytes = Vec::new();
    let memory = state::collecting_stream(&mut bytes);
    // SAFETY: as for `params_get_info`; the stream is valid during the call.
    let saved = unsafe { save(plugin, &raw const memory) };
    let preset = state::preset(&bytes, &instance.link);
    // SAFETY: the stream is the host's.
    saved && preset.is_ok_and(|bytes| unsafe { state::write_all(stream, &bytes) })
}

/// # Safety
/// As for [`Instance::of`] and [`state::read_all`].
unsafe fn load(plugin: *const clap_plugin, stream: *const clap_istream, is_preset: bool) -> bool {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    // SAFETY: the stream is the host's.
    let checked = unsafe { state::read_all(stream) }
        .and_then(|bytes| state::checked(&bytes, &instance.link, &instance.choices, instance.version, is_preset));
    let bytes = match checked {
        Ok(bytes) => bytes,
        Err(refusal) => {
            nice_plug::nice_error!("Stemma kept its settings: {refusal}");
            return false;
        }
    };
    // The state is newer than what still waits.
    instance.link.forget_edits();
    let mut memory = MemoryStream::new(&bytes);
    let stream = memory.stream();
    instance.proxy.loading.store(true, Ordering::Relaxed);
    // SAFETY: as for `params_get_info`; the stream is valid during the call.
    let loaded = unsafe {
        let state = instance.framework_extension::<clap_plugin_state>(CLAP_EXT_STATE).as_ref();
        state.and_then(|state| state.load).is_some_and(|load| load(plugin, &raw const stream))
    };
    instance.proxy.loading.store(false, Ordering::Relaxed);
    if loaded {
        vst3_controller::note_loaded(plugin);
    }
    loaded
}

unsafe extern "C" fn render_set(plugin: *const clap_plugin, mode: clap_plugin_render_mode) -> bool {
    // SAFETY: as for `params_get_info`.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return false };
        let render = instance.framework_extension::<clap_plugin_render>(CLAP_EXT_RENDER).as_ref();
        let set = render.and_then(|render| render.set).is_some_and(|set| set(plugin, mode));
        if set {
            instance.link.offline.store(mode == CLAP_RENDER_OFFLINE, Ordering::Relaxed);
        }
        set
    }
}

unsafe extern "C" fn track_info_changed(plugin: *const clap_plugin) {
    // SAFETY: as for `params_get_info`.
    unsafe {
        let Some(instance) = Instance::of(plugin) else { return };
        instance.read_track();
        let track_info = instance.framework_extension::<clap_plugin_track_info>(CLAP_EXT_TRACK_INFO).as_ref();
        if let Some(changed) = track_info.and_then(|track_info| track_info.changed) {
            changed(plugin);
        }
    }
}

unsafe extern "C" fn report_write(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    match instance.link.report() {
        // SAFETY: the stream is the host's.
        Some(report) => unsafe { state::write_all(stream, report.as_bytes()) },
        None => false,
    }
}
