//! The host as the framework sees it: every call reaches the real host with the real host's own pointer.

use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_host_track_info, clap_track_info};
use clap_sys::host::clap_host;

/// In the name of every VST3 host, in any case: clap-wrapper appends it to the host's own, or calls the host so.
const VST3_WRAPPER: &str = "clap-as-vst3";

/// The proxy of one instance. Its address must not change: the framework keeps a pointer to `host`.
pub(super) struct HostProxy {
    /// What the framework sees; its `host_data` is this proxy.
    pub host: clap_host,
    real: *const clap_host,
    main_thread: ThreadMark,
    /// A state is being loaded: a rescan has to wait.
    pub loading: AtomicBool,
    /// Flags of the rescan that waits for the next main-thread callback; zero is none.
    deferred_rescan: AtomicU32,
    /// The plugin is being activated. What the framework says of the latency meanwhile (too often, and with a restart)
    /// goes no further: the instance tells it once, at the end of the activation.
    pub activating: AtomicBool,
    gui: AtomicPtr<clap_host_gui>,
    latency: AtomicPtr<clap_host_latency>,
    params: AtomicPtr<clap_host_params>,
    thread_check: AtomicPtr<clap_host_thread_check>,
    track_info: AtomicPtr<clap_host_track_info>,
}

static GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: Some(gui_resize_hints_changed),
    request_resize: Some(gui_request_resize),
    request_show: Some(gui_request_show),
    request_hide: Some(gui_request_hide),
    closed: Some(gui_closed),
};
static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
static PARAMS: clap_host_params = clap_host_params {
    rescan: Some(params_rescan),
    clear: Some(params_clear),
    request_flush: Some(params_request_flush),
};
static THREAD_CHECK: clap_host_thread_check =
    clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };
static TRACK_INFO: clap_host_track_info = clap_host_track_info { get: Some(track_info_get) };

impl HostProxy {
    /// A proxy for a host. `[main]`
    ///
    /// # Safety
    /// `real` is a valid host and outlives the proxy.
    pub unsafe fn new(real: *const clap_host) -> Box<Self> {
        let mut proxy = Box::new(Self {
            // SAFETY: as promised by the caller.
            host: unsafe { *real },
            real,
            main_thread: ThreadMark::current(),
            loading: AtomicBool::new(false),
            deferred_rescan: AtomicU32::new(0),
            activating: AtomicBool::new(false),
            gui: AtomicPtr::default(),
            latency: AtomicPtr::default(),
            params: AtomicPtr::default(),
            thread_check: AtomicPtr::default(),
            track_info: AtomicPtr::default(),
        });
        proxy.host.host_data = (&raw mut *proxy).cast();
        proxy.host.get_extension = Some(get_extension);
        proxy.host.request_restart = Some(request_restart);
        proxy.host.request_process = Some(request_process);
        proxy.host.request_callback = Some(request_callback);
        proxy
    }

    /// The real host. `[any]`
    pub fn real(&self) -> *const clap_host {
        self.real
    }

    /// The host's name, empty where it gives none. `[main]`
    pub fn name(&self) -> String {
        // SAFETY: a host's name that is not null is a C string.
        unsafe {
            let name = (*self.real).name;
            if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
        }
    }

    /// The real host's extension, null where it has none. `[main]`
    pub fn real_extension(&self, id: &CStr) -> *const c_void {
        // SAFETY: the host is valid as long as the proxy.
        unsafe { (*self.real).get_extension.map_or(std::ptr::null(), |get| get(self.real, id.as_ptr())) }
    }

    /// Asks the host for a main-thread callback. `[any]`
    pub fn request_callback(&self) {
        // SAFETY: the host is valid as long as the proxy.
        unsafe {
            if let Some(request) = (*self.real).request_callback {
                request(self.real);
            }
        }
    }

    /// Makes the rescan that waited, if any. `[main]`
    pub fn rescan_deferred(&self) {
        let flags = self.deferred_rescan.swap(0, Ordering::Relaxed);
        if flags != 0 {
            self.rescan(flags);
        }
    }

    fn rescan(&self, flags: u32) {
        // SAFETY: the extension is valid as long as the host.
        unsafe {
            if let Some(rescan) = self.params.load(Ordering::Relaxed).as_ref().and_then(|params| params.rescan) {
                rescan(self.real, flags);
            }
        }
    }

    /// Tells the host that the latency is another one. `[main]` during an activation
    pub fn latency_changed(&self) {
        // SAFETY: the extension is valid as long as the host.
        unsafe {
            if let Some(changed) = self.latency.load(Ordering::Relaxed).as_ref().and_then(|latency| latency.changed) {
                changed(self.real);
            }
        }
    }

    /// What the host says of the track; `None` where it says nothing. `[main]`
    pub fn track_info(&self) -> Option<clap_track_info> {
        let track_info: *const clap_host_track_info = self.real_extension(CLAP_EXT_TRACK_INFO).cast();
        // SAFETY: the extension is valid as long as the host; all-zero is a valid `clap_track_info`.
        unsafe {
            let get = track_info.as_ref()?.get?;
            let mut info: clap_track_info = std::mem::zeroed();
            get(self.real, &raw mut info).then_some(info)
        }
    }

    /// The proxy behind a host pointer the framework passes in.
    ///
    /// # Safety
    /// `host` is the `host` of a live proxy.
    unsafe fn of<'a>(host: *const clap_host) -> &'a Self {
        // SAFETY: `new` made `host_data` point at the proxy, which lives until the framework is destroyed.
        unsafe { &*(*host).host_data.cast::<Self>() }
    }
}

unsafe extern "C" fn get_extension(host: *const clap_host, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: the framework passes its own host pointer and a C string.
    let (proxy, id) = unsafe { (HostProxy::of(host), CStr::from_ptr(id)) };
    let real = proxy.real_extension(id).cast_mut();
    let known: *const c_void = if id == CLAP_EXT_GUI {
        proxy.gui.store(real.cast(), Ordering::Relaxed);
        (&raw const GUI).cast()
    } else if id == CLAP_EXT_LATENCY {
        proxy.latency.store(real.cast(), Ordering::Relaxed);
        (&raw const LATENCY).cast()
    } else if id == CLAP_EXT_PARAMS {
        proxy.params.store(real.cast(), Ordering::Relaxed);
        (&raw const PARAMS).cast()
    } else if id == CLAP_EXT_THREAD_CHECK {
        // Always offered: without it the framework asks the standard library, which allocates on a new audio thread.
        proxy.thread_check.store(real.cast(), Ordering::Relaxed);
        return (&raw const THREAD_CHECK).cast();
    } else if id == CLAP_EXT_TRACK_INFO {
        proxy.track_info.store(real.cast(), Ordering::Relaxed);
        (&raw const TRACK_INFO).cast()
    } else {
        // Unknown to the door, so it would be called with a host pointer the host does not know.
        std::ptr::null()
    };
    if real.is_null() { std::ptr::null() } else { known }
}

unsafe extern "C" fn request_restart(host: *const clap_host) {
    // SAFETY: the framework passes its own host pointer; the host is valid as long as the proxy.
    unsafe {
        let proxy = HostProxy::of(host);
        // During an activation the framework asks for a restart only to tell a new latency: see `activating`.
        if !proxy.activating.load(Ordering::Relaxed)
            && let Some(request) = (*proxy.real).request_restart
        {
            request(proxy.real);
        }
    }
}

unsafe extern "C" fn request_process(host: *const clap_host) {
    // SAFETY: as for `request_restart`.
    unsafe {
        let real = HostProxy::of(host).real;
        if let Some(request) = (*real).request_process {
            request(real);
        }
    }
}

unsafe extern "C" fn request_callback(host: *const clap_host) {
    // SAFETY: as for `request_restart`.
    unsafe { HostProxy::of(host) }.request_callback();
}

unsafe extern "C" fn gui_resize_hints_changed(host: *const clap_host) {
    // SAFETY: as for `request_restart`; the extension is valid as long as the host.
    unsafe {
        let proxy = HostProxy::of(host);
        if let Some(call) = proxy.gui.load(Ordering::Relaxed).as_ref().and_then(|gui| gui.resize_hints_changed) {
            call(proxy.real);
        }
    }
}

unsafe extern "C" fn gui_request_resize(host: *const clap_host, width: u32, height: u32) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        let call = proxy.gui.load(Ordering::Relaxed).as_ref().and_then(|gui| gui.request_resize);
        // Of a VST3 host there is no answer to believe. clap-wrapper 0.3.1 takes every thread for another than the main
        // one, since it never notes which that is: it keeps the wish, says yes, and asks the host later. Where it would
        // ask at once it reads the answer the wrong way round. A yes taken for a no gives the window back the size it
        // had, and no window would ever open in the size its project remembers.
        call.is_some_and(|call| {
            call(proxy.real, width, height) || proxy.name().to_ascii_lowercase().contains(VST3_WRAPPER)
        })
    }
}

unsafe extern "C" fn gui_request_show(host: *const clap_host) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        let call = proxy.gui.load(Ordering::Relaxed).as_ref().and_then(|gui| gui.request_show);
        call.is_some_and(|call| call(proxy.real))
    }
}

unsafe extern "C" fn gui_request_hide(host: *const clap_host) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        let call = proxy.gui.load(Ordering::Relaxed).as_ref().and_then(|gui| gui.request_hide);
        call.is_some_and(|call| call(proxy.real))
    }
}

unsafe extern "C" fn gui_closed(host: *const clap_host, was_destroyed: bool) {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        if let Some(call) = proxy.gui.load(Ordering::Relaxed).as_ref().and_then(|gui| gui.closed) {
            call(proxy.real, was_destroyed);
        }
    }
}

unsafe extern "C" fn latency_changed(host: *const clap_host) {
    // SAFETY: as for `request_restart`.
    let proxy = unsafe { HostProxy::of(host) };
    if !proxy.activating.load(Ordering::Relaxed) {
        proxy.latency_changed();
    }
}

unsafe extern "C" fn params_rescan(host: *const clap_host, flags: u32) {
    // SAFETY: as for `request_restart`.
    let proxy = unsafe { HostProxy::of(host) };
    if proxy.loading.load(Ordering::Relaxed) {
        proxy.deferred_rescan.fetch_or(flags, Ordering::Relaxed);
        proxy.request_callback();
    } else {
        proxy.rescan(flags);
    }
}

unsafe extern "C" fn params_clear(host: *const clap_host, id: u32, flags: u32) {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        if let Some(clear) = proxy.params.load(Ordering::Relaxed).as_ref().and_then(|params| params.clear) {
            clear(proxy.real, id, flags);
        }
    }
}

unsafe extern "C" fn params_request_flush(host: *const clap_host) {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        if let Some(request) = proxy.params.load(Ordering::Relaxed).as_ref().and_then(|params| params.request_flush) {
            request(proxy.real);
        }
    }
}

unsafe extern "C" fn is_main_thread(host: *const clap_host) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        match proxy.thread_check.load(Ordering::Relaxed).as_ref().and_then(|check| check.is_main_thread) {
            Some(check) => check(proxy.real),
            None => proxy.main_thread == ThreadMark::current(),
        }
    }
}

unsafe extern "C" fn is_audio_thread(host: *const clap_host) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        match proxy.thread_check.load(Ordering::Relaxed).as_ref().and_then(|check| check.is_audio_thread) {
            Some(check) => check(proxy.real),
            None => proxy.main_thread != ThreadMark::current(),
        }
    }
}

unsafe extern "C" fn track_info_get(host: *const clap_host, info: *mut clap_track_info) -> bool {
    // SAFETY: as for `gui_resize_hints_changed`.
    unsafe {
        let proxy = HostProxy::of(host);
        let get = proxy.track_info.load(Ordering::Relaxed).as_ref().and_then(|track_info| track_info.get);
        get.is_some_and(|get| get(proxy.real, info))
    }
}

/// Which thread this is, learnt without allocating and without a system call.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ThreadMark(usize);

impl ThreadMark {
    #[cfg(unix)]
    fn current() -> Self {
        // SAFETY: `pthread_self` has no preconditions.
        Self(unsafe { libc::pthread_self() } as usize)
    }

    #[cfg(windows)]
    fn current() -> Self {
        // SAFETY: `GetCurrentThreadId` has no preconditions.
        Self(unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() } as usize)
    }
}
