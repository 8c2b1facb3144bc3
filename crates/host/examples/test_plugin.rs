//! A plugin for the tests of the host: a gain with a known delay, a side-chain, and a switch for every kind of trouble.

#![allow(unsafe_code, reason = "the entry of a bundle is a C symbol, and the report extension a C struct")]

use std::cell::RefCell;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::SeqCst};

use clack_extensions::audio_ports::{
    AudioPortFlags, AudioPortInfo, AudioPortInfoWriter, AudioPortType, PluginAudioPorts, PluginAudioPortsImpl,
};
use clack_extensions::audio_ports_config::{
    AudioPortConfigWriter, AudioPortsConfiguration, MainPortInfo, PluginAudioPortsConfig, PluginAudioPortsConfigImpl,
};
use clack_extensions::latency::{PluginLatency, PluginLatencyImpl};
use clack_extensions::params::{
    HostParams, ParamDisplayWriter, ParamInfo, ParamInfoFlags, ParamInfoWriter, PluginAudioProcessorParams,
    PluginMainThreadParams, PluginParams,
};
use clack_extensions::render::{PluginRender, PluginRenderImpl, RenderMode};
use clack_extensions::state::{PluginState, PluginStateImpl};
use clack_extensions::thread_check::HostThreadCheck;
use clack_extensions::track_info::{HostTrackInfo, PluginTrackInfo, PluginTrackInfoImpl, TrackInfoBuffer};
use clack_plugin::events::event_types::{
    ParamGestureBeginEvent, ParamGestureEndEvent, ParamValueEvent, TransportFlags,
};
use clack_plugin::events::spaces::CoreEventSpace;
use clack_plugin::extensions::prelude::*;
use clack_plugin::prelude::*;
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::Cookie;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::clap_ostream;

/// Frames by which the main input arrives late.
const LATENCY_FRAMES: usize = 5;
const GAIN: u32 = 10;
const MODE: u32 = 11;
/// What the values of the mode parameter stand for.
const MODES: [&str; 8] = ["Plain", "Crash", "Print", "Hang", "Gesture", "Callback", "Fail", "Restart"];

struct TestPlugin;

/// What all threads share.
struct Shared<'a> {
    host: HostSharedHandle<'a>,
    gain_db: AtomicU64,
    mode: AtomicU32,
    channels: AtomicU32,
    offline: AtomicBool,
    main_calls: AtomicU32,
    song_frame: AtomicI64,
    playing: AtomicBool,
    roles_right: AtomicBool,
    announce: AtomicBool,
}

impl<'a> PluginShared<'a> for Shared<'a> {}

impl Shared<'_> {
    fn gain_db(&self) -> f64 {
        f64::from_bits(self.gain_db.load(SeqCst))
    }

    fn set(&self, id: Option<ClapId>, value: f64) {
        match id.map(ClapId::get) {
            Some(GAIN) => self.gain_db.store(value.to_bits(), SeqCst),
            Some(MODE) => self.mode.store(value as u32, SeqCst),
            _ => {}
        }
    }

    fn flush(&self, input: &InputEvents, output: &mut OutputEvents) {
        for event in input {
            if let Some(CoreEventSpace::ParamValue(value)) = event.as_core_event() {
                self.set(value.param_id(), value.value());
            }
        }
        if self.announce.swap(false, SeqCst) {
            send_gesture(output, self.gain_db());
        }
    }

    /// Whether the host calls this thread main (`Some(true)`) or audio (`Some(false)`).
    fn role(&self) -> Option<bool> {
        let check: HostThreadCheck = self.host.get_extension()?;
        match (check.is_main_thread(&self.host), check.is_audio_thread(&self.host)) {
            (Some(true), Some(false)) => Some(true),
            (Some(false), Some(true)) => Some(false),
            _ => None,
        }
    }
}

fn send_gesture(output: &mut OutputEvents, gain_db: f64) {
    let id = ClapId::new(GAIN);
    let _ = output.try_push(ParamGestureBeginEvent::new(0, id));
    let _ = output.try_push(ParamValueEvent::new(0, id, Pckn::match_all(), gain_db));
    let _ = output.try_push(ParamGestureEndEvent::new(0, id));
}

struct Main<'a> {
    host: RefCell<HostMainThreadHandle<'a>>,
    shared: &'a Shared<'a>,
}

impl<'a> PluginMainThread<'a, Shared<'a>> for Main<'a> {
    fn on_main_thread(&self) {
        self.shared.main_calls.fetch_add(1, SeqCst);
    }
}

impl Main<'_> {
    fn report(&self) -> String {
        let shared = self.shared;
        let (mut buffer, mut host) = (TrackInfoBuffer::new(), self.host.borrow_mut());
        let track: Option<HostTrackInfo> = shared.host.get_extension();
        let track = track.as_ref().and_then(|extension| extension.get(&mut host, &mut buffer));
        let name = track.as_ref().and_then(|track| track.name()).map(|name| String::from_utf8_lossy(name).into_owned());
        let color = track.as_ref().and_then(|track| track.color()).map(|color| [color.red, color.green, color.blue]);
        format!(
            r#"{{"track":"{}","color":{:?},"flags":{},"song_frame":{},"playing":{},"offline":{},"main_calls":{},"roles_right":{}}}"#,
            name.unwrap_or_default(),
            color.unwrap_or_default(),
            track.map_or(0, |track| track.flags().bits()),
            shared.song_frame.load(SeqCst),
            shared.playing.load(SeqCst),
            shared.offline.load(SeqCst),
            shared.main_calls.load(SeqCst),
            shared.roles_right.load(SeqCst) && shared.role() == Some(true),
        )
    }
}

struct Delay<'a> {
    shared: &'a Shared<'a>,
    sample_rate_hz: f64,
    delay: [[f32; LATENCY_FRAMES]; 2],
    position: usize,
}

impl<'a> PluginAudioProcessor<'a, Shared<'a>, Main<'a>> for Delay<'a> {
    fn activate(
        _: HostAudioProcessorHandle<'a>,
        _: &Main<'a>,
        shared: &'a Shared<'a>,
        config: PluginAudioConfiguration,
    ) -> Result<Self, PluginError> {
        if shared.mode.load(SeqCst) == 7 {
            shared.host.request_restart();
        }
        Ok(Self { shared, sample_rate_hz: config.sample_rate, delay: Default::default(), position: 0 })
    }

    fn process(&mut self, process: Process, mut audio: Audio, events: Events) -> Result<ProcessStatus, PluginError> {
        let shared = self.shared;
        if shared.role() != Some(false) {
            shared.roles_right.store(false, SeqCst);
        }
        if let Some(transport) = process.transport {
            let song_frame = (transport.song_pos_seconds.to_float() * self.sample_rate_hz).round() as i64;
            shared.song_frame.store(song_frame, SeqCst);
            shared.playing.store(transport.flags.contains(TransportFlags::IS_PLAYING), SeqCst);
        }
        let mut frame_gains = Vec::new();
        let mut changes: Vec<_> = events
            .input
            .iter()
            .filter_map(|event| match event.as_core_event() {
                Some(CoreEventSpace::ParamValue(value)) => Some((value.time(), value.param_id(), value.value())),
                _ => None,
            })
            .collect();
        changes.reverse();
        for frame in 0..audio.frames_count() {
            while changes.last().is_some_and(|change| change.0 <= frame) {
                if let Some((_, id, value)) = changes.pop() {
                    shared.set(id, value);
                }
            }
            frame_gains.push(10f64.powf(shared.gain_db() / 20.0) as f32);
        }
        match MODES.get(shared.mode.load(SeqCst) as usize) {
            Some(&"Crash") => std::process::abort(),
            Some(&"Print") => println!("a plugin has no business printing this"),
            Some(&"Hang") => loop {
                std::thread::sleep(std::time::Duration::from_secs(1));
            },
            Some(&"Gesture") => send_gesture(events.output, shared.gain_db()),
            Some(&"Callback") => shared.host.request_callback(),
            Some(&"Fail") => return Err(PluginError::Message("asked to fail")),
            _ => {}
        }

        let position = self.position;
        for channel in 0..shared.channels.load(SeqCst) {
            let input =
                audio.input_port(0).and_then(|port| port.channels().ok()?.into_f32()?.channel(channel).map(Vec::from));
            let side =
                audio.input_port(1).and_then(|port| port.channels().ok()?.into_f32()?.channel(channel).map(Vec::from));
            let (input, side) = (input.unwrap_or_default(), side.unwrap_or_default());
            let Some(mut port) = audio.output_port(0) else { continue };
            let Some(mut channels) = port.channels()?.into_f32() else { continue };
            let Some(output) = channels.channel_mut(channel) else { continue };
            let delay = &mut self.delay[channel as usize];
            let mut at = position;
            for (frame, output) in output.iter_mut().enumerate() {
                let late = std::mem::replace(&mut delay[at], input[frame]);
                at = (at + 1) % LATENCY_FRAMES;
                *output = late * frame_gains[frame] + side.get(frame).copied().unwrap_or(0.0);
            }
        }
        self.position = (position + audio.frames_count() as usize) % LATENCY_FRAMES;
        Ok(ProcessStatus::Continue)
    }

    fn reset(&mut self) {
        self.delay = Default::default();
    }
}

impl PluginAudioProcessorParams for Delay<'_> {
    fn flush(&mut self, input: &InputEvents, output: &mut OutputEvents) {
        self.shared.flush(input, output);
    }
}

impl PluginMainThreadParams for Main<'_> {
    fn count(&self) -> u32 {
        2
    }

    fn get_info(&self, index: u32, info: &mut ParamInfoWriter) {
        let last_mode = MODES.len() as f64 - 1.0;
        let (id, flags, name, module, range): (_, _, &[u8], &[u8], _) = match index {
            0 => (GAIN, ParamInfoFlags::IS_AUTOMATABLE, b"Gain", b"Trim", -24.0..12.0),
            _ => (MODE, ParamInfoFlags::IS_STEPPED | ParamInfoFlags::IS_ENUM, b"Mode", b"Test", 0.0..last_mode),
        };
        info.set(&ParamInfo {
            id: ClapId::new(id),
            flags,
            cookie: Cookie::empty(),
            name,
            module,
            min_value: range.start,
            max_value: range.end,
            default_value: 0.0,
        });
    }

    fn get_value(&self, id: ClapId) -> Option<f64> {
        match id.get() {
            GAIN => Some(self.shared.gain_db()),
            MODE => Some(f64::from(self.shared.mode.load(SeqCst))),
            _ => None,
        }
    }

    fn value_to_text(&self, id: ClapId, value: f64, writer: &mut ParamDisplayWriter) -> std::fmt::Result {
        match id.get() {
            GAIN => write!(writer, "{value:.2} dB"),
            _ => write!(writer, "{}", MODES.get(value as usize).unwrap_or(&"?")),
        }
    }

    fn text_to_value(&self, id: ClapId, text: &CStr) -> Option<f64> {
        let text = text.to_str().ok()?;
        match id.get() {
            GAIN => text.trim_end_matches("dB").trim().parse().ok(),
            _ => MODES.iter().position(|mode| mode.eq_ignore_ascii_case(text)).map(|mode| mode as f64),
        }
    }

    fn flush(&self, input: &InputEvents, output: &mut OutputEvents) {
        self.shared.flush(input, output);
    }
}

impl PluginStateImpl for Main<'_> {
    fn save(&self, output: &mut OutputStream) -> Result<(), PluginError> {
        output.write_all(&self.shared.gain_db().to_le_bytes())?;
        Ok(())
    }

    // A plugin that takes on the state and wants the host to know the values, as ours do through the event queue.
    fn load(&self, input: &mut InputStream) -> Result<(), PluginError> {
        let mut bytes = [0; 8];
        input.read_exact(&mut bytes)?;
        self.shared.gain_db.store(f64::from_le_bytes(bytes).to_bits(), SeqCst);
        self.shared.announce.store(true, SeqCst);
        if let Some(params) = self.shared.host.get_extension::<HostParams>() {
            params.request_flush(&self.shared.host);
        }
        Ok(())
    }
}

impl PluginLatencyImpl for Main<'_> {
    fn get(&self) -> u32 {
        LATENCY_FRAMES as u32
    }
}

impl PluginRenderImpl for Main<'_> {
    fn has_hard_realtime_requirement(&self) -> bool {
        false
    }

    fn set(&self, mode: RenderMode) -> Result<(), PluginError> {
        self.shared.offline.store(mode == RenderMode::Offline, SeqCst);
        Ok(())
    }
}

impl PluginTrackInfoImpl for Main<'_> {
    fn changed(&self) {
        self.shared.main_calls.fetch_add(100, SeqCst);
    }
}

impl PluginAudioPortsImpl for Main<'_> {
    fn count(&self, is_input: bool) -> u32 {
        if is_input { 2 } else { 1 }
    }

    fn get(&self, index: u32, is_input: bool, writer: &mut AudioPortInfoWriter) {
        let channel_count = self.shared.channels.load(SeqCst);
        writer.set(&AudioPortInfo {
            id: ClapId::new(index + if is_input { 0 } else { 8 }),
            name: if index == 0 { b"Main" } else { b"Side-chain" },
            channel_count,
            flags: if index == 0 { AudioPortFlags::IS_MAIN } else { AudioPortFlags::empty() },
            port_type: AudioPortType::from_channel_count(channel_count),
            in_place_pair: None,
        });
    }
}

impl PluginAudioPortsConfigImpl for Main<'_> {
    fn count(&self) -> u32 {
        2
    }

    fn get(&self, index: u32, writer: &mut AudioPortConfigWriter) {
        let (name, channel_count): (&[u8], _) = if index == 0 { (b"Stereo", 2) } else { (b"Mono", 1) };
        let port = MainPortInfo { channel_count, port_type: AudioPortType::from_channel_count(channel_count) };
        writer.write(&AudioPortsConfiguration {
            id: ClapId::new(index),
            name,
            input_port_count: 2,
            output_port_count: 1,
            main_input: Some(port),
            main_output: Some(port),
        });
    }

    fn select(&self, config_id: ClapId) -> Result<(), PluginError> {
        self.shared.channels.store(if config_id.get() == 0 { 2 } else { 1 }, SeqCst);
        Ok(())
    }
}

/// The report extension from the plugin's side.
#[repr(C)]
#[derive(Copy, Clone)]
struct RawReport {
    write: Option<unsafe extern "C" fn(*const clap_plugin, *const clap_ostream) -> bool>,
}

#[derive(Copy, Clone)]
struct Report(
    #[allow(dead_code, reason = "only the host's side calls it")] RawExtension<PluginExtensionSide, RawReport>,
);

// SAFETY: the id stands for this struct.
unsafe impl Extension for Report {
    const IDENTIFIERS: &[&CStr] = &[c"org.stemma.report/1"];
    type ExtensionSide = PluginExtensionSide;

    unsafe fn from_raw(raw: RawExtension<Self::ExtensionSide>) -> Self {
        // SAFETY: the caller got the pointer by the id above.
        Self(unsafe { raw.cast() })
    }
}

// SAFETY: the id stands for this struct.
unsafe impl ExtensionImplementation<TestPlugin> for Report {
    const IMPLEMENTATION: RawExtensionImplementation =
        RawExtensionImplementation::new(&RawReport { write: Some(write_report) });
}

unsafe extern "C" fn write_report(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool {
    // SAFETY: the host calls this on a live plugin of this type, with a stream that outlives the call.
    unsafe {
        PluginWrapper::<TestPlugin>::handle(plugin, |plugin| {
            let stream = OutputStream::from_raw_mut(&mut *stream.cast_mut());
            stream.write_all(plugin.main_thread().report().as_bytes()).map_err(PluginError::from)?;
            Ok(())
        })
    }
    .is_some()
}

impl Plugin for TestPlugin {
    type AudioProcessor<'a> = Delay<'a>;
    type Shared<'a> = Shared<'a>;
    type MainThread<'a> = Main<'a>;

    fn declare_extensions(builder: &mut PluginExtensions<Self>, _: Option<&Shared<'_>>) {
        builder
            .register::<PluginParams>()
            .register::<PluginState>()
            .register::<PluginLatency>()
            .register::<PluginRender>()
            .register::<PluginTrackInfo>()
            .register::<PluginAudioPorts>()
            .register::<PluginAudioPortsConfig>()
            .register::<Report>();
    }
}

impl DefaultPluginFactory for TestPlugin {
    fn get_descriptor() -> PluginDescriptor {
        PluginDescriptor::new("org.stemma.test-plugin", "Test Plugin").with_vendor("Stemma").with_version("1.2.3")
    }

    fn new_shared(host: HostSharedHandle<'_>) -> Result<Shared<'_>, PluginError> {
        Ok(Shared {
            host,
            gain_db: AtomicU64::new(0f64.to_bits()),
            mode: AtomicU32::new(0),
            channels: AtomicU32::new(2),
            offline: AtomicBool::new(false),
            main_calls: AtomicU32::new(0),
            song_frame: AtomicI64::new(-1),
            playing: AtomicBool::new(false),
            roles_right: AtomicBool::new(true),
            announce: AtomicBool::new(false),
        })
    }

    fn new_main_thread<'a>(host: HostMainThreadHandle<'a>, shared: &'a Shared<'a>) -> Result<Main<'a>, PluginError> {
        Ok(Main { host: RefCell::new(host), shared })
    }
}

clack_export_entry!(SinglePluginEntry<TestPlugin>);
