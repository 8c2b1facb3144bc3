//! A CLAP host in this process that writes down everything a plugin asks of it, and a plugin in its hands.
//!
//! It is made of the raw C structs on purpose: a well-behaved host library would refuse to do what the tests need.
#![allow(unsafe_code, reason = "a host is a set of C functions")]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use clap_sys::color::clap_color;
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_MOD,
    CLAP_EVENT_PARAM_VALUE, clap_event_header, clap_event_param_gesture, clap_event_param_value, clap_input_events,
    clap_output_events,
};
use clap_sys::ext::audio_ports_config::{CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config};
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency, clap_plugin_latency};
use clap_sys::ext::log::{CLAP_EXT_LOG, clap_host_log, clap_log_severity};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_param_info, clap_plugin_params};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::state_context::{CLAP_EXT_STATE_CONTEXT, CLAP_STATE_CONTEXT_FOR_PRESET, clap_plugin_state_context};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::ext::track_info::{
    CLAP_EXT_TRACK_INFO, CLAP_TRACK_INFO_HAS_TRACK_COLOR, CLAP_TRACK_INFO_HAS_TRACK_NAME, clap_host_track_info,
    clap_plugin_track_info, clap_track_info,
};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{clap_process, clap_process_status};
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;

use crate::bundles::{Bundle, Product};

/// What a host offers its plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Every extension this file has.
    All,
    /// `get_extension` answers null to everything.
    Nothing,
    /// The function pointers of the host itself are null.
    NoFunctions,
    /// Every extension is there, but its function pointers are null.
    EmptyExtensions,
}

/// What a plugin has called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Rescan(u32),
    ClearParameter,
    RequestFlush,
    LatencyChanged,
    RequestRestart,
    RequestProcess,
    RequestCallback,
    Gui,
    TrackInfo,
    Log(clap_log_severity),
}

/// What the host is doing meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Moment {
    Idle,
    Init,
    Activate,
    Process,
    Flush,
    Load,
    MainThread,
    Destroy,
}

/// The host.
pub struct FakeHost {
    host: clap_host,
    offer: Offer,
    main_thread: usize,
    moment: AtomicU8,
    /// Room for as many calls as a test makes, so that writing one down needs no memory.
    calls: Mutex<Vec<(Call, Moment)>>,
    /// Name, and colour where the track has one.
    track: Mutex<(&'static str, Option<u32>)>,
}

// SAFETY: the raw pointers in `clap_host` are constants or point at the host itself; the rest is atomic or locked.
unsafe impl Sync for FakeHost {}

/// The hosts that are alive: a callback with any other pointer is a plugin's mistake.
static HOSTS: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// How often a plugin called a host by a pointer it was not given, in the whole run.
static STRANGE_POINTERS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static ON_AUDIO_THREAD: Cell<bool> = const { Cell::new(false) };
    static MARK: u8 = const { 0 };
}

fn this_thread() -> usize {
    MARK.with(|mark| (&raw const *mark).addr())
}

const MAX_CALLS: usize = 1 << 16;

impl FakeHost {
    /// A host whose main thread is this one.
    pub fn new(offer: Offer) -> Box<Self> {
        let mut host = Box::new(Self {
            host: clap_host {
                clap_version: CLAP_VERSION,
                host_data: std::ptr::null_mut(),
                name: c"Fake Host".as_ptr(),
                vendor: c"Stemma".as_ptr(),
                url: c"".as_ptr(),
                version: c"1".as_ptr(),
                get_extension: Some(get_extension),
                request_restart: Some(request_restart),
                request_process: Some(request_process),
                request_callback: Some(request_callback),
            },
            offer,
            main_thread: this_thread(),
            moment: AtomicU8::new(Moment::Idle as u8),
            calls: Mutex::new(Vec::with_capacity(MAX_CALLS)),
            track: Mutex::new(("Drum bus", None)),
        });
        if offer == Offer::NoFunctions {
            host.host.name = std::ptr::null();
            host.host.get_extension = None;
            host.host.request_restart = None;
            host.host.request_process = None;
            host.host.request_callback = None;
        }
        host.host.host_data = (&raw mut *host).cast();
        HOSTS.lock().unwrap().push(host.pointer().addr());
        host
    }

    /// What a plugin is given.
    pub fn pointer(&self) -> *const clap_host {
        &raw const self.host
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<(Call, Moment)> {
        self.calls.lock().unwrap().clone()
    }

    /// How often a call has come.
    pub fn count(&self, call: Call) -> usize {
        self.calls().iter().filter(|(made, _)| *made == call).count()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.calls.lock().unwrap().clear();
    }

    fn note(&self, call: Call) {
        let mut calls = self.calls.lock().unwrap();
        if calls.len() < MAX_CALLS {
            calls.push((call, self.moment()));
        }
    }

    fn moment(&self) -> Moment {
        const MOMENTS: [Moment; 8] = [
            Moment::Idle,
            Moment::Init,
            Moment::Activate,
            Moment::Process,
            Moment::Flush,
            Moment::Load,
            Moment::MainThread,
            Moment::Destroy,
        ];
        MOMENTS[self.moment.load(Ordering::Relaxed) as usize]
    }

    fn during<T>(&self, moment: Moment, work: impl FnOnce() -> T) -> T {
        let before = self.moment.swap(moment as u8, Ordering::Relaxed);
        let result = work();
        self.moment.store(before, Ordering::Relaxed);
        result
    }
}

impl Drop for FakeHost {
    fn drop(&mut self) {
        let me = self.pointer().addr();
        HOSTS.lock().unwrap().retain(|&host| host != me);
        if !std::thread::panicking() {
            assert_eq!(STRANGE_POINTERS.load(Ordering::Relaxed), 0, "a plugin called a host by a pointer it never got");
        }
    }
}

/// The host behind the pointer a plugin passes, if it is one.
fn host_of<'a>(host: *const clap_host) -> Option<&'a FakeHost> {
    if HOSTS.lock().unwrap().contains(&host.addr()) {
        // SAFETY: the pointer is that of a live host, whose `host_data` is the whole.
        return Some(unsafe { &*(*host).host_data.cast::<FakeHost>() });
    }
    STRANGE_POINTERS.fetch_add(1, Ordering::Relaxed);
    None
}

fn note(host: *const clap_host, call: Call) {
    if let Some(host) = host_of(host) {
        host.note(call);
    }
}

unsafe extern "C" fn get_extension(host: *const clap_host, id: *const c_char) -> *const c_void {
    static PARAMS: clap_host_params = clap_host_params {
        rescan: Some(params_rescan),
        clear: Some(params_clear),
        request_flush: Some(params_request_flush),
    };
    static NO_PARAMS: clap_host_params = clap_host_params { rescan: None, clear: None, request_flush: None };
    static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
    static NO_LATENCY: clap_host_latency = clap_host_latency { changed: None };
    static THREADS: clap_host_thread_check =
        clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };
    static NO_THREADS: clap_host_thread_check = clap_host_thread_check { is_main_thread: None, is_audio_thread: None };
    static TRACK: clap_host_track_info = clap_host_track_info { get: Some(track_info_get) };
    static NO_TRACK: clap_host_track_info = clap_host_track_info { get: None };
    static LOG: clap_host_log = clap_host_log { log: Some(log) };
    static NO_LOG: clap_host_log = clap_host_log { log: None };
    static GUI: clap_host_gui = clap_host_gui {
        resize_hints_changed: Some(gui_resize_hints_changed),
        request_resize: Some(gui_request_resize),
        request_show: Some(gui_request_show),
        request_hide: Some(gui_request_show),
        closed: Some(gui_closed),
    };
    static NO_GUI: clap_host_gui = clap_host_gui {
        resize_hints_changed: None,
        request_resize: None,
        request_show: None,
        request_hide: None,
        closed: None,
    };

    fn either<T>(full: bool, table: &'static T, empty: &'static T) -> *const c_void {
        (&raw const *(if full { table } else { empty })).cast()
    }
    let Some(host) = host_of(host) else { return std::ptr::null() };
    let full = match host.offer {
        Offer::All => true,
        Offer::EmptyExtensions => false,
        Offer::Nothing | Offer::NoFunctions => return std::ptr::null(),
    };
    // SAFETY: an extension id is a C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_PARAMS {
        either(full, &PARAMS, &NO_PARAMS)
    } else if id == CLAP_EXT_LATENCY {
        either(full, &LATENCY, &NO_LATENCY)
    } else if id == CLAP_EXT_THREAD_CHECK {
        either(full, &THREADS, &NO_THREADS)
    } else if id == CLAP_EXT_TRACK_INFO {
        either(full, &TRACK, &NO_TRACK)
    } else if id == CLAP_EXT_LOG {
        either(full, &LOG, &NO_LOG)
    } else if id == CLAP_EXT_GUI {
        either(full, &GUI, &NO_GUI)
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn request_restart(host: *const clap_host) {
    note(host, Call::RequestRestart);
}
unsafe extern "C" fn request_process(host: *const clap_host) {
    note(host, Call::RequestProcess);
}
unsafe extern "C" fn request_callback(host: *const clap_host) {
    note(host, Call::RequestCallback);
}
unsafe extern "C" fn params_rescan(host: *const clap_host, flags: u32) {
    note(host, Call::Rescan(flags));
}
unsafe extern "C" fn params_clear(host: *const clap_host, _id: u32, _flags: u32) {
    note(host, Call::ClearParameter);
}
unsafe extern "C" fn params_request_flush(host: *const clap_host) {
    note(host, Call::RequestFlush);
}
unsafe extern "C" fn latency_changed(host: *const clap_host) {
    note(host, Call::LatencyChanged);
}
unsafe extern "C" fn is_main_thread(host: *const clap_host) -> bool {
    host_of(host).is_some_and(|host| host.main_thread == this_thread() && !ON_AUDIO_THREAD.get())
}
unsafe extern "C" fn is_audio_thread(host: *const clap_host) -> bool {
    host_of(host).is_some_and(|_| ON_AUDIO_THREAD.get())
}
unsafe extern "C" fn log(host: *const clap_host, severity: clap_log_severity, _message: *const c_char) {
    note(host, Call::Log(severity));
}
unsafe extern "C" fn gui_resize_hints_changed(host: *const clap_host) {
    note(host, Call::Gui);
}
unsafe extern "C" fn gui_request_resize(host: *const clap_host, _width: u32, _height: u32) -> bool {
    note(host, Call::Gui);
    false
}
unsafe extern "C" fn gui_request_show(host: *const clap_host) -> bool {
    note(host, Call::Gui);
    false
}
unsafe extern "C" fn gui_closed(host: *const clap_host, _was_destroyed: bool) {
    note(host, Call::Gui);
}
unsafe extern "C" fn track_info_get(host: *const clap_host, info: *mut clap_track_info) -> bool {
    let Some(host) = host_of(host) else { return false };
    host.note(Call::TrackInfo);
    let (name, color) = *host.track.lock().unwrap();
    // SAFETY: the plugin passes room for the struct.
    let info = unsafe { &mut *info };
    info.flags = CLAP_TRACK_INFO_HAS_TRACK_NAME;
    for (to, from) in info.name.iter_mut().zip(name.bytes().chain([0])) {
        *to = from as c_char;
    }
    if let Some(color) = color {
        let [alpha, red, green, blue] = color.to_be_bytes();
        info.flags |= CLAP_TRACK_INFO_HAS_TRACK_COLOR;
        info.color = clap_color { alpha, red, green, blue };
    }
    true
}

/// One parameter as the host lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub id: u32,
    pub flags: u32,
    pub name: String,
    pub module: String,
    pub min: f64,
    pub max: f64,
    pub default: f64,
}

impl Parameter {
    /// The value at a place from 0 to 1 on the control.
    pub fn at(&self, place: f64) -> f64 {
        let value = self.min + place * (self.max - self.min);
        if self.flags & clap_sys::ext::params::CLAP_PARAM_IS_STEPPED != 0 { value.round() } else { value }
    }
}

/// A plugin in the hands of a host. Dropping it destroys it.
pub struct Plugin {
    raw: *const clap_plugin,
    pub host: Box<FakeHost>,
    /// Open as long as the plugin lives; dropped last.
    _bundle: Bundle,
}

impl Plugin {
    /// A new instance, initialised.
    pub fn new(product: Product, offer: Offer) -> Self {
        let (bundle, host) = (Bundle::open(product), FakeHost::new(offer));
        let factory = bundle.factory();
        // SAFETY: the host lives as long as the plugin.
        let raw = unsafe { factory.create_plugin.unwrap()(factory, host.pointer(), product.id().as_ptr()) };
        assert!(!raw.is_null(), "the factory made no {}", product.name());
        let plugin = Self { raw, host, _bundle: bundle };
        // SAFETY: a plugin just made is initialised once.
        assert!(plugin.host.during(Moment::Init, || unsafe { (*raw).init.unwrap()(raw) }), "init refuses");
        plugin
    }

    /// The plugin as its functions want it.
    pub fn raw(&self) -> *const clap_plugin {
        self.raw
    }

    fn table(&self) -> &clap_plugin {
        // SAFETY: valid until the plugin is destroyed.
        unsafe { &*self.raw }
    }

    /// An extension, which the plugin must have.
    pub fn extension<T>(&self, id: &CStr) -> &T {
        // SAFETY: the extension of an id has the type CLAP gives it, and lives as long as the plugin.
        unsafe { self.table().get_extension.unwrap()(self.raw, id.as_ptr()).cast::<T>().as_ref() }
            .unwrap_or_else(|| panic!("the plugin has no {id:?}"))
    }

    pub fn activate(&mut self, sample_rate_hz: f64, max_frames: u32) -> bool {
        // SAFETY: the plugin is not active.
        let activate = || unsafe { self.table().activate.unwrap()(self.raw, sample_rate_hz, 1, max_frames) };
        self.host.during(Moment::Activate, activate)
    }

    pub fn deactivate(&mut self) {
        // SAFETY: the plugin is active and not processing.
        unsafe { self.table().deactivate.unwrap()(self.raw) };
    }

    /// The end of the plugin that belongs to the audio thread.
    pub fn audio(&self) -> AudioEnd<'_> {
        AudioEnd { raw: self.raw, host: &self.host }
    }

    pub fn on_main_thread(&self) {
        // SAFETY: this is the main thread.
        self.host.during(Moment::MainThread, || unsafe { self.table().on_main_thread.unwrap()(self.raw) });
    }

    pub fn params(&self) -> &clap_plugin_params {
        self.extension(CLAP_EXT_PARAMS)
    }

    pub fn parameters(&self) -> Vec<Parameter> {
        let params = self.params();
        // SAFETY: all indices are below the count; the struct may be all zero.
        unsafe {
            (0..params.count.unwrap()(self.raw))
                .map(|index| {
                    let mut info: clap_param_info = std::mem::zeroed();
                    assert!(params.get_info.unwrap()(self.raw, index, &raw mut info));
                    let text = |chars: &[c_char]| CStr::from_ptr(chars.as_ptr()).to_str().unwrap().to_owned();
                    Parameter {
                        id: info.id,
                        flags: info.flags,
                        name: text(&info.name),
                        module: text(&info.module),
                        min: info.min_value,
                        max: info.max_value,
                        default: info.default_value,
                    }
                })
                .collect()
        }
    }

    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Parameter {
        let all = self.parameters();
        all.into_iter().find(|parameter| parameter.name == name).unwrap_or_else(|| panic!("no parameter {name}"))
    }

    pub fn value(&self, id: u32) -> f64 {
        let mut value = f64::NAN;
        // SAFETY: the value has room for what is written.
        assert!(unsafe { self.params().get_value.unwrap()(self.raw, id, &raw mut value) });
        value
    }

    /// The value of every parameter, in the plugin's order.
    pub fn values(&self) -> Vec<f64> {
        self.parameters().iter().map(|parameter| self.value(parameter.id)).collect()
    }

    pub fn text(&self, id: u32, value: f64) -> Option<String> {
        let mut text = [0 as c_char; 256];
        // SAFETY: the size is that of the buffer.
        unsafe {
            let done = self.params().value_to_text.unwrap()(self.raw, id, value, text.as_mut_ptr(), 256);
            done.then(|| CStr::from_ptr(text.as_ptr()).to_str().unwrap().to_owned())
        }
    }

    pub fn typed(&self, id: u32, text: &CStr) -> Option<f64> {
        let mut value = f64::NAN;
        // SAFETY: the value has room for what is written.
        let done = unsafe { self.params().text_to_value.unwrap()(self.raw, id, text.as_ptr(), &raw mut value) };
        done.then_some(value)
    }

    /// Gives the plugin events without audio; returns what it tells.
    pub fn flush(&self, events: &[clap_event_param_value]) -> Vec<Told> {
        let (input, mut output) = (InputEvents::new(events), OutputEvents::new());
        let flush = self.params().flush.unwrap();
        // SAFETY: both lists are valid during the call, and the plugin is not processing.
        self.host.during(Moment::Flush, || unsafe { flush(self.raw, &raw const input.list, output.list()) });
        output.told
    }

    /// Sets parameters while the plugin is not processing.
    pub fn set(&self, values: &[(u32, f64)]) {
        let events: Vec<_> = values.iter().map(|&(id, value)| value_event(0, id, value)).collect();
        self.flush(&events);
    }

    /// Sets the parameter of a name to what its text says.
    pub fn set_text(&self, name: &str, text: &CStr) {
        let id = self.parameter(name).id;
        let value = self.typed(id, text).unwrap_or_else(|| panic!("{name} cannot be {text:?}"));
        self.set(&[(id, value)]);
    }

    pub fn save(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        // SAFETY: the stream is valid during the call.
        assert!(unsafe { state.save.unwrap()(self.raw, &raw const stream) }, "the state cannot be saved");
        bytes
    }

    pub fn load(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        // SAFETY: the stream is valid during the call.
        self.host.during(Moment::Load, || unsafe { state.load.unwrap()(self.raw, &raw const stream) })
    }

    /// What the plugin knows, through our own extension.
    pub fn report(&self) -> serde_json::Value {
        /// The layout of `plugin_kit::door::ReportExtension`, written again: a witness does not borrow.
        #[repr(C)]
        struct Report {
            write: unsafe extern "C" fn(*const clap_plugin, *const clap_ostream) -> bool,
        }
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        let report: &Report = self.extension(c"org.stemma.report/1");
        // SAFETY: the stream is valid during the call.
        assert!(unsafe { (report.write)(self.raw, &raw const stream) });
        serde_json::from_slice(&bytes).unwrap()
    }

    pub fn latency_frames(&self) -> u32 {
        // SAFETY: the plugin has been initialised.
        unsafe { self.extension::<clap_plugin_latency>(CLAP_EXT_LATENCY).get.unwrap()(self.raw) }
    }

    /// Chooses an arrangement of ports; the plugin is not active.
    pub fn select_ports(&self, config: u32) {
        let configs: &clap_plugin_audio_ports_config = self.extension(CLAP_EXT_AUDIO_PORTS_CONFIG);
        // SAFETY: the plugin is not active.
        assert!(unsafe { configs.select.unwrap()(self.raw, config) });
    }

    /// Says whether what follows is a render to a file.
    pub fn set_offline(&self, offline: bool) {
        let render: &clap_plugin_render = self.extension(CLAP_EXT_RENDER);
        let mode = if offline { CLAP_RENDER_OFFLINE } else { CLAP_RENDER_REALTIME };
        // SAFETY: this is the main thread.
        assert!(unsafe { render.set.unwrap()(self.raw, mode) });
    }

    /// Saves a preset.
    pub fn save_preset(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        let state: &clap_plugin_state_context = self.extension(CLAP_EXT_STATE_CONTEXT);
        // SAFETY: the stream is valid during the call.
        assert!(unsafe { state.save.unwrap()(self.raw, &raw const stream, CLAP_STATE_CONTEXT_FOR_PRESET) });
        bytes
    }

    /// Loads a state as a preset.
    pub fn load_preset(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        let state: &clap_plugin_state_context = self.extension(CLAP_EXT_STATE_CONTEXT);
        let (load, context) = (state.load.unwrap(), CLAP_STATE_CONTEXT_FOR_PRESET);
        // SAFETY: the stream is valid during the call.
        self.host.during(Moment::Load, || unsafe { load(self.raw, &raw const stream, context) })
    }

    /// Renames the track, gives it a colour, and says so.
    pub fn rename_track(&self, name: &'static str) {
        *self.host.track.lock().unwrap() = (name, Some(0xff20_4060));
        let track: &clap_plugin_track_info = self.extension(CLAP_EXT_TRACK_INFO);
        // SAFETY: this is the main thread.
        unsafe { track.changed.unwrap()(self.raw) };
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // SAFETY: destroyed once; the host and the library live on until after.
        self.host.during(Moment::Destroy, || unsafe { (*self.raw).destroy.unwrap()(self.raw) });
    }
}

/// The end of a plugin that belongs to the audio thread.
#[derive(Clone, Copy)]
pub struct AudioEnd<'a> {
    raw: *const clap_plugin,
    host: &'a FakeHost,
}

// SAFETY: CLAP's `[audio-thread]` functions may be called from any one thread at a time.
unsafe impl Send for AudioEnd<'_> {}

impl AudioEnd<'_> {
    /// Does something as the audio thread.
    fn on_audio_thread<T>(self, work: impl FnOnce(&clap_plugin) -> T) -> T {
        ON_AUDIO_THREAD.set(true);
        // SAFETY: valid as long as the plugin is borrowed.
        let result = work(unsafe { &*self.raw });
        ON_AUDIO_THREAD.set(false);
        result
    }

    pub fn start(self) {
        // SAFETY: the plugin is active.
        assert!(self.on_audio_thread(|plugin| unsafe { plugin.start_processing.unwrap()(self.raw) }));
    }

    pub fn stop(self) {
        // SAFETY: the plugin is processing.
        self.on_audio_thread(|plugin| unsafe { plugin.stop_processing.unwrap()(self.raw) });
    }

    pub fn reset(self) {
        // SAFETY: the plugin is active.
        self.on_audio_thread(|plugin| unsafe { plugin.reset.unwrap()(self.raw) });
    }

    /// Processes a block as it is, however odd.
    ///
    /// # Safety
    /// What is not null in the block is valid.
    pub unsafe fn process(self, block: *const clap_process) -> clap_process_status {
        let process = || {
            // SAFETY: as promised by the caller.
            self.on_audio_thread(|plugin| unsafe { plugin.process.unwrap()(self.raw, block) })
        };
        self.host.during(Moment::Process, process)
    }
}

/// A value event as CLAP carries it.
pub fn value_event(time: u32, id: u32, value: f64) -> clap_event_param_value {
    clap_event_param_value {
        header: clap_event_header {
            size: size_of::<clap_event_param_value>() as u32,
            time,
            space_id: CLAP_CORE_EVENT_SPACE_ID,
            type_: CLAP_EVENT_PARAM_VALUE,
            flags: 0,
        },
        param_id: id,
        cookie: std::ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}

/// A modulation event: the same layout, another meaning.
pub fn modulation_event(time: u32, id: u32, amount: f64) -> clap_event_param_value {
    let mut event = value_event(time, id, amount);
    event.header.type_ = CLAP_EVENT_PARAM_MOD;
    event
}

/// A list of events for a plugin to read.
pub struct InputEvents<'a> {
    pub list: clap_input_events,
    _events: std::marker::PhantomData<&'a [clap_event_param_value]>,
}

impl<'a> InputEvents<'a> {
    pub fn new(events: &'a [clap_event_param_value]) -> Box<Self> {
        // The context is a slice, which is two words: kept behind a pointer of its own by the list's address.
        let mut boxed = Box::new(Self {
            list: clap_input_events { ctx: std::ptr::null_mut(), size: Some(list_size), get: Some(list_get) },
            _events: std::marker::PhantomData,
        });
        boxed.list.ctx = Box::into_raw(Box::new(events)).cast();
        boxed
    }
}

impl Drop for InputEvents<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new`, given back once.
        drop(unsafe { Box::from_raw(self.list.ctx.cast::<&[clap_event_param_value]>()) });
    }
}

unsafe extern "C" fn list_size(list: *const clap_input_events) -> u32 {
    // SAFETY: the context is the slice `InputEvents::new` put there.
    let events = unsafe { *(*list).ctx.cast::<&[clap_event_param_value]>() };
    events.len() as u32
}

unsafe extern "C" fn list_get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as for `list_size`.
    let events = unsafe { *(*list).ctx.cast::<&[clap_event_param_value]>() };
    events.get(index as usize).map_or(std::ptr::null(), |event| &raw const event.header)
}

/// What a plugin tells its host of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Begin(u32),
    Value(u32, f64),
    End(u32),
    Other(u16),
}

/// A list of events for a plugin to write.
pub struct OutputEvents {
    list: clap_output_events,
    pub told: Vec<Told>,
}

impl OutputEvents {
    /// Room for as many events as a test expects in a block, so that taking one needs no memory.
    pub fn new() -> Box<Self> {
        let list = clap_output_events { ctx: std::ptr::null_mut(), try_push: Some(try_push) };
        Box::new(Self { list, told: Vec::with_capacity(4096) })
    }

    /// The list as a plugin sees it.
    pub fn list(&mut self) -> *const clap_output_events {
        self.list.ctx = (&raw mut self.told).cast();
        &raw const self.list
    }
}

unsafe extern "C" fn try_push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
    // SAFETY: the context is the vector `OutputEvents::list` put there; an event is as large as its kind.
    unsafe {
        let told = &mut *(*list).ctx.cast::<Vec<Told>>();
        let gesture = || (*event.cast::<clap_event_param_gesture>()).param_id;
        told.push(match (*event).type_ {
            CLAP_EVENT_PARAM_GESTURE_BEGIN => Told::Begin(gesture()),
            CLAP_EVENT_PARAM_GESTURE_END => Told::End(gesture()),
            CLAP_EVENT_PARAM_VALUE => {
                let value = &*event.cast::<clap_event_param_value>();
                Told::Value(value.param_id, value.value)
            }
            other => Told::Other(other),
        });
        true
    }
}

unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
    // A host may take less than it is offered; so does this one.
    let size = size.min(1000) as usize;
    // SAFETY: the context is a vector, and `bytes` holds as many bytes as the plugin says.
    unsafe { (*(*stream).ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(bytes.cast(), size)) };
    size as i64
}

unsafe extern "C" fn read(stream: *const clap_istream, bytes: *mut c_void, size: u64) -> i64 {
    // SAFETY: the context is a slice, and `bytes` has as much room as the plugin says.
    unsafe {
        let rest = &mut *(*stream).ctx.cast::<&[u8]>();
        // A host may give less than it is asked for; so does this one.
        let count = rest.len().min(size as usize).min(777);
        std::ptr::copy_nonoverlapping(rest.as_ptr(), bytes.cast(), count);
        *rest = &rest[count..];
        count as i64
    }
}
