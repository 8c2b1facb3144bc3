//! One plugin instance: what the host holds, and the framework's instance behind it.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::ext::state::CLAP_EXT_STATE;
use clap_sys::ext::track_info::{CLAP_TRACK_INFO_HAS_TRACK_COLOR, CLAP_TRACK_INFO_HAS_TRACK_NAME};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::prelude::ClapPlugin;
use nice_plug::wrapper::clap::Wrapper;

use super::events::{Events, Told, with_tempo};
use super::extensions::{Extensions, get_extension};
use super::host_proxy::HostProxy;
use super::link::{HostSide, Link};
use super::ports::Ports;
use super::state::{self, Choices};

/// What the host's `clap_plugin` pointer points at. Host threads share it: main and audio thread may be inside at once.
#[repr(C)]
pub(super) struct Instance {
    /// What the host sees: the framework's own, with the functions of this file in front. Must stay the first field.
    plugin: clap_plugin,
    /// The framework's functions.
    framework: clap_plugin,
    pub(super) proxy: Box<HostProxy>,
    pub(super) link: Arc<Link>,
    pub(super) version: &'static str,
    pub(super) extensions: Extensions,
    /// The latency the host knows.
    told_latency_frames: AtomicU32,
    /// The ids of the choices of every parameter that has some.
    pub(super) choices: Choices,
    /// Somebody holds `block`: a block, a flush or an activation is under way. A host that starts another one is turned
    /// away, or waited for where waiting is allowed.
    busy: AtomicBool,
    block: UnsafeCell<Block>,
}

/// What processing needs. Only who has set `busy` may touch it.
pub(super) struct Block {
    /// Present while active.
    ports: Option<Ports>,
    pub(super) events: Events,
}

/// The longest block a host may announce: memory for it is set aside.
const MAX_BLOCK_FRAMES: u32 = 1 << 20;

impl Instance {
    /// A new instance for a host, or null. `[main]`
    ///
    /// # Safety
    /// `host` is valid until the host has destroyed the instance.
    pub unsafe fn create<P: ClapPlugin>(host: *const clap_host) -> *const clap_plugin {
        // SAFETY: as promised by the caller.
        let proxy = unsafe { HostProxy::new(host) };
        // SAFETY: the proxy is boxed and is dropped after the framework's instance.
        let wrapper = unsafe { Wrapper::<P>::new(&raw const proxy.host) };
        let Some(link) = Link::take_constructed() else {
            nice_plug::nice_error!("{} has no link to the door: its `Default` must make one", P::NAME);
            return std::ptr::null();
        };
        link.set_parameter_ids(wrapper.param_ptr_to_hash.clone());
        // SAFETY: nobody else knows the instance yet.
        let choices = unsafe { state::choices(link.params()) };
        // The framework's `destroy` takes this reference back.
        let wrapper = Arc::into_raw(wrapper);
        // SAFETY: the pointer comes from an `Arc` just made; nothing else borrows the field now.
        let framework = unsafe { *(*wrapper).clap_plugin.borrow() };
        let plugin = clap_plugin {
            init: Some(init),
            destroy: Some(destroy),
            activate: Some(activate),
            deactivate: Some(deactivate),
            process: Some(process),
            get_extension: Some(get_extension),
            on_main_thread: Some(on_main_thread),
            ..framework
        };
        let instance = Box::new(Self {
            plugin,
            framework,
            proxy,
            link,
            version: P::VERSION,
            extensions: Extensions::default(),
            told_latency_frames: AtomicU32::new(0),
            choices,
            busy: AtomicBool::new(false),
            block: UnsafeCell::new(Block { ports: None, events: Events::new() }),
        });
        // The host's pointer to the first field is the pointer to the whole; `destroy` turns it back into the box.
        Box::into_raw(instance).cast_const().cast()
    }

    /// The instance behind the pointer a host passes in.
    ///
    /// # Safety
    /// `plugin` is null or came from [`Instance::create`] and has not been destroyed.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: as promised by the caller.
        unsafe { plugin.cast::<Self>().as_ref() }
    }

    /// Works with what processing needs, or not at all when somebody else does. `[audio]`
    pub(super) fn with_block<T>(&self, work: impl FnOnce(&mut Block) -> T) -> Option<T> {
        if self.busy.swap(true, Ordering::Acquire) {
            return None;
        }
        // SAFETY: whoever sets `busy` is alone with `block` until it is cleared.
        let result = work(unsafe { &mut *self.block.get() });
        self.busy.store(false, Ordering::Release);
        Some(result)
    }

    /// The same, after waiting for a host that (de)activates while it still processes. `[main]`
    fn with_block_soon<T>(&self, mut work: impl FnMut(&mut Block) -> T) -> Option<T> {
        const PATIENCE: Duration = Duration::from_secs(1);
        let start = Instant::now();
        loop {
            match self.with_block(&mut work) {
                None if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
                result => return result,
            }
        }
    }

    fn host_plugin(&self) -> *const clap_plugin {
        &raw const self.plugin
    }

    /// A function table of the framework's, null where it has none.
    pub(super) fn framework_extension<T>(&self, id: &CStr) -> *const T {
        // SAFETY: the framework's functions take a plugin whose `plugin_data` is theirs, which ours is.
        unsafe {
            self.framework.get_extension.map_or(std::ptr::null(), |get| get(self.host_plugin(), id.as_ptr())).cast()
        }
    }

    pub(super) fn read_track(&self) {
        let Some(info) = self.proxy.track_info() else { return };
        let mut track = self.link.track();
        if info.flags & CLAP_TRACK_INFO_HAS_TRACK_NAME != 0 {
            let name = info.name.map(|byte| byte as u8);
            let length = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            track.name = String::from_utf8_lossy(&name[..length]).into_owned();
        }
        if info.flags & CLAP_TRACK_INFO_HAS_TRACK_COLOR != 0 {
            let color = info.color;
            track.color_argb = Some(u32::from_be_bytes([color.alpha, color.red, color.green, color.blue]));
        }
        self.link.set_track(track);
    }

    pub(super) fn latency_frames(&self) -> u32 {
        // SAFETY: the framework's table is valid as long as its instance.
        unsafe {
            let latency = self.framework_extension::<clap_plugin_latency>(CLAP_EXT_LATENCY).as_ref();
            latency.and_then(|latency| latency.get).map_or(0, |get| get(self.host_plugin()))
        }
    }

    /// Tells the host the latency of this activation if it is news. `[main]`
    fn tell_latency(&self) {
        let latency_frames = self.latency_frames();
        if self.told_latency_frames.swap(latency_frames, Ordering::Relaxed) != latency_frames {
            self.proxy.latency_changed();
        }
    }

    /// The channel counts of the ports in force. `[main]`
    fn port_channels(&self, is_input: bool) -> Vec<usize> {
        let ports: *const clap_plugin_audio_ports = self.framework_extension(CLAP_EXT_AUDIO_PORTS);
        // SAFETY: the framework's table is valid as long as its instance; all-zero is a valid `clap_audio_port_info`.
        unsafe {
            let Some(clap_plugin_audio_ports { count: Some(count), get: Some(get) }) = ports.as_ref() else {
                return Vec::new();
            };
            (0..count(self.host_plugin(), is_input))
                .map(|index| {
                    let mut info: clap_audio_port_info = std::mem::zeroed();
                    get(self.host_plugin(), index, is_input, &raw mut info);
                    info.channel_count as usize
                })
                .collect()
        }
    }

    /// Applies waiting edits and the host's events from `first` on without audio. `[audio]` while active, else `[main]`
    ///
    /// # Safety
    /// Both lists are null or valid lists of the host.
    pub(super) unsafe fn flush(
        &self,
        events: &mut Events,
        input: *const clap_input_events,
        first: u32,
        output: *const clap_output_events,
    ) {
        let Some(flush) = self.framework_flush() else { return };
        let told = Told(output);
        let told = told.list();
        let output = &raw const told;
        let mut next = Some(first);
        while let Some(first) = next {
            events.clear();
            // SAFETY: as promised by the caller; the list is valid during the call.
            unsafe {
                events.take_edits(&self.link.edits, output);
                next = events.take_in(input, first, 1);
                let list = events.list();
                flush(self.host_plugin(), &raw const list, output);
            }
        }
    }

    fn framework_flush(
        &self,
    ) -> Option<unsafe extern "C" fn(*const clap_plugin, *const clap_input_events, *const clap_output_events)> {
        // SAFETY: the framework's table is valid as long as its instance.
        unsafe { self.framework_extension::<clap_plugin_params>(CLAP_EXT_PARAMS).as_ref() }?.flush
    }
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host passes the pointer it was given.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    // SAFETY: the framework's function takes a plugin whose `plugin_data` is its own.
    if !instance.framework.init.is_some_and(|init| unsafe { init(plugin) }) {
        return false;
    }
    instance.extensions.fill(instance);
    instance.link.set_host_side(Some(HostSide {
        host: instance.proxy.real(),
        params: instance.proxy.real_extension(CLAP_EXT_PARAMS).cast(),
        state: instance.proxy.real_extension(CLAP_EXT_STATE).cast(),
    }));
    instance.link.set_host_name(instance.proxy.name());
    instance.read_track();
    true
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    if plugin.is_null() {
        return;
    }
    // SAFETY: the host passes the pointer it was given, for the last time.
    let instance = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance>()) };
    instance.link.set_host_side(None);
    if let Some(destroy) = instance.framework.destroy {
        // SAFETY: the framework's function takes a plugin whose `plugin_data` is its own; the proxy it may still call
        // is dropped with the instance, after this.
        unsafe { destroy(instance.host_plugin()) };
    }
}

unsafe extern "C" fn activate(plugin: *const clap_plugin, sample_rate: f64, min_frames: u32, max_frames: u32) -> bool {
    // SAFETY: as for `init`.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    if !(sample_rate.is_finite() && sample_rate > 0.0 && (1..=MAX_BLOCK_FRAMES).contains(&max_frames)) {
        return false;
    }
    instance.link.set_sample_rate(sample_rate);
    instance.proxy.activating.store(true, Ordering::Relaxed);
    // SAFETY: as for `init`.
    let active = instance
        .framework
        .activate
        .is_some_and(|activate| unsafe { activate(plugin, sample_rate, min_frames, max_frames) });
    instance.proxy.activating.store(false, Ordering::Relaxed);
    if active {
        instance.tell_latency();
    }
    let (inputs, outputs) = (instance.port_channels(true), instance.port_channels(false));
    let ready = instance.with_block_soon(|block| {
        block.ports = active.then(|| Ports::new(&inputs, &outputs, max_frames as usize));
    });
    active && ready.is_some()
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    // SAFETY: as for `init`.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    if let Some(deactivate) = instance.framework.deactivate {
        // SAFETY: as for `init`.
        unsafe { deactivate(plugin) };
    }
    // A host that never stops processing keeps its ports: they are freed with the instance.
    instance.with_block_soon(|block| block.ports = None);
}

unsafe extern "C" fn process(plugin: *const clap_plugin, process: *const clap_process) -> clap_process_status {
    // SAFETY: as for `init`; `process` is null or a valid block of the host.
    let (Some(instance), Some(host_process)) = (unsafe { (Instance::of(plugin), process.as_ref()) }) else {
        return CLAP_PROCESS_ERROR;
    };
    // SAFETY: the block is the host's, and no other is under way.
    instance.with_block(|block| unsafe { process_block(instance, block, *host_process) }).unwrap_or(CLAP_PROCESS_ERROR)
}

/// # Safety
/// `host_block` is a valid block of the host.
unsafe fn process_block(instance: &Instance, block: &mut Block, mut host_block: clap_process) -> clap_process_status {
    let (input, output, frames) = (host_block.in_events, host_block.out_events, host_block.frames_count);
    let plugin = instance.host_plugin();
    let Block { ports, events } = block;
    let (Some(ports), Some(process)) = (ports.as_mut(), instance.framework.process) else {
        return CLAP_PROCESS_ERROR;
    };
    if frames as usize > ports.max_frames() {
        return CLAP_PROCESS_ERROR;
    }
    if frames == 0 {
        // SAFETY: as promised by the caller.
        unsafe { instance.flush(events, input, 0, output) };
        return CLAP_PROCESS_CONTINUE;
    }
    // SAFETY: as promised by the caller, and the block is not longer than the ports hold.
    let non_finite = unsafe { ports.take_in(&mut host_block) };
    if non_finite > 0 {
        instance.link.non_finite_samples.fetch_add(non_finite, Ordering::Relaxed);
    }
    // SAFETY: as promised by the caller.
    let transport = unsafe { host_block.transport.as_ref() }.map(|transport| with_tempo(*transport));
    host_block.transport = transport.as_ref().map_or(std::ptr::null(), |transport| &raw const *transport);
    let told = Told(output);
    let told = told.list();
    host_block.out_events = &raw const told;
    events.clear();
    // SAFETY: as promised by the caller; the list, the transport and the ports are valid during the call.
    unsafe {
        events.take_edits(&instance.link.edits, &raw const told);
        let rest = events.take_in(input, 0, frames);
        instance.link.note_host_values(events.host_values(), frames);
        let list = events.list();
        host_block.in_events = &raw const list;
        let status = process(plugin, &raw const host_block);
        if let Some(first) = rest {
            // More events than a block has room for: late rather than never.
            instance.flush(events, input, first, output);
        }
        status
    }
}

unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: as for `init`.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    instance.proxy.rescan_deferred();
    instance.link.mark_dirty_if_asked();
    if let Some(on_main_thread) = instance.framework.on_main_thread {
        // SAFETY: as for `init`.
        unsafe { on_main_thread(plugin) };
    }
}
