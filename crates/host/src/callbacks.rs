//! What a plugin can ask of its host, from whichever thread it does so.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::audio_ports_config::{HostAudioPortsConfig, HostAudioPortsConfigImpl};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::tail::{HostTail, HostTailImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_extensions::track_info::{HostTrackInfo, HostTrackInfoImpl, TrackInfo, TrackInfoFlags, TrackInfoWriter};
use clack_host::host::{
    AudioProcessorHandler, HostError, HostExtensions, HostHandlers, MainThreadHandler, SharedHandler,
};
use clack_host::utils::{ClapId, Color};

use crate::{HostCalls, Track, TrackKind};

/// What a plugin asked for, kept until the host gets round to it.
pub(crate) struct Requests {
    /// The thread that loaded the plugin: CLAP's main thread, and its audio thread while a block is played.
    thread: ThreadId,
    plays_audio: AtomicBool,
    pub(crate) restart: AtomicBool,
    pub(crate) callback: AtomicBool,
    pub(crate) flush: AtomicBool,
    restarts: AtomicU32,
    processes: AtomicU32,
    callbacks: AtomicU32,
    flushes: AtomicU32,
    latency_changes: AtomicU32,
    rescans: AtomicU32,
    dirty: AtomicU32,
    wrong_thread: AtomicU32,
    track: Mutex<Track>,
    /// The size the editor asked for last.
    resize: Mutex<Option<(u32, u32)>>,
}

impl Requests {
    pub(crate) fn new(track: Track) -> Arc<Self> {
        Arc::new(Self {
            thread: thread::current().id(),
            plays_audio: AtomicBool::new(false),
            restart: AtomicBool::new(false),
            callback: AtomicBool::new(false),
            flush: AtomicBool::new(false),
            restarts: AtomicU32::new(0),
            processes: AtomicU32::new(0),
            callbacks: AtomicU32::new(0),
            flushes: AtomicU32::new(0),
            latency_changes: AtomicU32::new(0),
            rescans: AtomicU32::new(0),
            dirty: AtomicU32::new(0),
            wrong_thread: AtomicU32::new(0),
            track: Mutex::new(track),
            resize: Mutex::new(None),
        })
    }

    pub(crate) fn calls(&self) -> HostCalls {
        let count = |counter: &AtomicU32| counter.load(Ordering::SeqCst);
        HostCalls {
            restart: count(&self.restarts),
            process: count(&self.processes),
            callback: count(&self.callbacks),
            flush: count(&self.flushes),
            latency_changed: count(&self.latency_changes),
            parameters_rescanned: count(&self.rescans),
            state_dirty: count(&self.dirty),
            wrong_thread: count(&self.wrong_thread),
        }
    }

    pub(crate) fn set_track(&self, track: Track) {
        *self.track.lock().unwrap_or_else(PoisonError::into_inner) = track;
    }

    /// The width and height the editor has asked for since this was asked last, in points.
    #[cfg(target_os = "linux")]
    pub(crate) fn take_resize(&self) -> Option<(u32, u32)> {
        self.resize.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// From here until the guard is dropped, the thread is CLAP's audio thread and not its main thread.
    pub(crate) fn audio_role(self: &Arc<Self>) -> AudioRole {
        self.plays_audio.store(true, Ordering::SeqCst);
        AudioRole(Arc::clone(self))
    }

    fn is_main_thread(&self) -> bool {
        thread::current().id() == self.thread && !self.plays_audio.load(Ordering::SeqCst)
    }

    fn is_audio_thread(&self) -> bool {
        thread::current().id() == self.thread && self.plays_audio.load(Ordering::SeqCst)
    }

    /// Counts a call that CLAP allows on the main thread only.
    fn count_on_main(&self, counter: &AtomicU32) {
        counter.fetch_add(1, Ordering::SeqCst);
        if !self.is_main_thread() {
            self.wrong_thread.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// While this lives, the thread plays the part of the audio thread.
pub(crate) struct AudioRole(Arc<Requests>);

impl Drop for AudioRole {
    fn drop(&mut self) {
        self.0.plays_audio.store(false, Ordering::SeqCst);
    }
}

/// The host as clack sees it: the three parts all lead to the same [`Requests`].
pub(crate) struct Callbacks;

/// Calls allowed from any thread.
pub(crate) struct AnyThread(pub(crate) Arc<Requests>);
/// Calls allowed from the main thread.
pub(crate) struct MainThread(pub(crate) Arc<Requests>);
/// Calls allowed from the audio thread.
pub(crate) struct AudioThread;

impl HostHandlers for Callbacks {
    type Shared<'a> = AnyThread;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = AudioThread;

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &AnyThread) {
        builder
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostTail>()
            .register::<HostAudioPorts>()
            .register::<HostAudioPortsConfig>()
            .register::<HostThreadCheck>()
            .register::<HostTrackInfo>()
            .register::<HostGui>();
    }
}

impl SharedHandler<'_> for AnyThread {
    fn request_restart(&self) {
        self.0.restarts.fetch_add(1, Ordering::SeqCst);
        self.0.restart.store(true, Ordering::SeqCst);
    }

    fn request_process(&self) {
        self.0.processes.fetch_add(1, Ordering::SeqCst);
    }

    fn request_callback(&self) {
        self.0.callbacks.fetch_add(1, Ordering::SeqCst);
        self.0.callback.store(true, Ordering::SeqCst);
    }
}

impl MainThreadHandler<'_> for MainThread {}
impl AudioProcessorHandler<'_> for AudioThread {}

impl HostThreadCheckImpl for AnyThread {
    fn is_main_thread(&self) -> bool {
        self.0.is_main_thread()
    }

    fn is_audio_thread(&self) -> bool {
        self.0.is_audio_thread()
    }
}

impl HostParamsImplShared for AnyThread {
    fn request_flush(&self) {
        self.0.flushes.fetch_add(1, Ordering::SeqCst);
        self.0.flush.store(true, Ordering::SeqCst);
        // CLAP: "[thread-safe,!audio-thread]"; on the audio thread the plugin has the event queue itself.
        if self.0.is_audio_thread() {
            self.0.wrong_thread.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _: ParamRescanFlags) {
        self.0.count_on_main(&self.0.rescans);
    }

    fn clear(&self, _: ClapId, _: ParamClearFlags) {
        self.0.count_on_main(&self.0.rescans);
    }
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {
        self.0.count_on_main(&self.0.dirty);
    }
}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {
        self.0.count_on_main(&self.0.latency_changes);
    }
}

impl HostTailImpl for AudioThread {
    // Every render asks for the tail when it activates; one that changes while playing changes nothing for it.
    fn changed(&mut self) {}
}

impl HostAudioPortsImpl for MainThread {
    fn is_rescan_flag_supported(&self, _: AudioPortRescanFlags) -> bool {
        true
    }

    // Ports are read afresh at every activation.
    fn rescan(&self, _: AudioPortRescanFlags) {}
}

impl HostAudioPortsConfigImpl for MainThread {
    // Layouts are read afresh at every activation.
    fn rescan(&self) {}
}

impl HostGuiImpl for AnyThread {
    // The hints are asked for with every resize.
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, size: GuiSize) -> Result<(), HostError> {
        *self.0.resize.lock().unwrap_or_else(PoisonError::into_inner) = Some((size.width, size.height));
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Err(HostError::Message("an editor is shown by whoever opened it"))
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Err(HostError::Message("an editor is hidden by whoever opened it"))
    }

    // Only floating windows are closed by others than the host.
    fn closed(&self, _was_destroyed: bool) {}
}

impl HostTrackInfoImpl for MainThread {
    #[expect(unsafe_code, reason = "clack asks for a name that outlives the call, and copies it")]
    fn get<'a>(&'a self, writer: &mut TrackInfoWriter<'_, 'a>) {
        if !self.0.is_main_thread() {
            self.0.wrong_thread.fetch_add(1, Ordering::SeqCst);
        }
        let track = self.0.track.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let color = track.color.map(|[red, green, blue]| Color { alpha: 255, red, green, blue });
        let name = track.name.as_deref().map(|name| {
            // SAFETY: `writer.set` below copies the bytes; nothing keeps the slice after this function, and `track`
            // lives until its end.
            unsafe { std::slice::from_raw_parts(name.as_ptr(), name.len()) }
        });
        let mut info = TrackInfo::new().with_name(name).with_color(color);
        match track.kind {
            TrackKind::Track => {}
            TrackKind::Bus => info.set_flags(info.flags() | TrackInfoFlags::IS_FOR_BUS),
            TrackKind::Master => info.set_flags(info.flags() | TrackInfoFlags::IS_FOR_MASTER),
        }
        writer.set(&info);
    }
}
