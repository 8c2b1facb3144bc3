//! A plugin sets its own host parameters without an editor: what the host hears, stopped and while processing.

#![allow(unsafe_code, reason = "a CLAP host is made of C functions")]
#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_VALUE,
    clap_event_header, clap_event_param_value, clap_input_events, clap_output_events,
};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_param_info, clap_plugin_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;
use clap_sys::version::CLAP_VERSION;
use gui::edit_bar::BarEdit;
use gui::theme::Theme;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::prelude::*;
use nice_plug_egui::EguiEditor;
use plugin_kit::controls::{Hand, hold};
use plugin_kit::door::{self, Link, Vst3Factory};
use plugin_kit::edits::compare::Compare;
use plugin_kit::edits::settings::Scope;
use plugin_kit::edits::{Edits, Product};
use plugin_kit::text;

#[derive(Params)]
struct Parameters {
    #[id = "gain"]
    gain: FloatParam,
}

struct Small {
    params: Arc<Parameters>,
}

thread_local! {
    /// What the plugin made last on this thread shares with the door, for the test to play its part.
    static MADE: RefCell<Option<(Arc<Link>, Arc<Parameters>)>> = const { RefCell::new(None) };
}

impl Default for Small {
    fn default() -> Self {
        let params = Arc::new(Parameters { gain: text::decibels("Gain", 0.0, -24.0, 12.0) });
        let link = Link::new(params.clone());
        MADE.set(Some((link, params.clone())));
        Self { params }
    }
}

/// A window nobody opens.
struct NoWindow;

impl nice_plug_egui::NiceEguiApp for NoWindow {
    fn ui(&mut self, _ui: &mut egui::Ui, _frame: &mut nice_plug_egui::Frame) {}
}

impl Plugin for Small {
    const NAME: &'static str = "Small";
    const VENDOR: &'static str = "Stemma";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = "0.1.0";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: NonZeroU32::new(1),
        main_output_channels: NonZeroU32::new(1),
        ..AudioIOLayout::const_default()
    }];
    type Editor = EguiEditor<NoWindow>;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer,
        _auxiliary: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        ProcessStatus::Normal
    }
}

impl ClapPlugin for Small {
    const CLAP_ID: &'static str = "org.stemma.small";
    const CLAP_DESCRIPTION: Option<&'static str> = None;
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[ClapFeature::AudioEffect];
}

/// Nobody asks for the VST3.
struct NoVst3;

impl Vst3Factory for NoVst3 {
    fn get() -> *mut c_void {
        std::ptr::null_mut()
    }
}

static FLUSHES: AtomicU32 = AtomicU32::new(0);
static DIRTY: AtomicU32 = AtomicU32::new(0);
static HOST_PARAMS: clap_host_params =
    clap_host_params { rescan: None, clear: None, request_flush: Some(request_flush) };
static HOST_STATE: clap_host_state = clap_host_state { mark_dirty: Some(mark_dirty) };

unsafe extern "C" fn request_flush(_host: *const clap_host) {
    FLUSHES.fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" fn mark_dirty(_host: *const clap_host) {
    DIRTY.fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" fn host_extension(_host: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: extension ids are C strings.
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_PARAMS => (&raw const HOST_PARAMS).cast(),
        id if id == CLAP_EXT_STATE => (&raw const HOST_STATE).cast(),
        _ => std::ptr::null(),
    }
}

unsafe extern "C" fn nothing(_host: *const clap_host) {}

/// Kind, and value where there is one, of everything the plugin tells its host.
type Heard = Vec<(u16, Option<f64>)>;

unsafe extern "C" fn hear(list: *const clap_output_events, event: *const clap_event_header) -> bool {
    // SAFETY: the context is the test's vector, and a value event is one.
    unsafe {
        let value = ((*event).type_ == CLAP_EVENT_PARAM_VALUE).then(|| (*event.cast::<clap_event_param_value>()).value);
        (*(*list).ctx.cast::<Heard>()).push(((*event).type_, value));
    }
    true
}

fn test_host() -> clap_host {
    clap_host {
        clap_version: CLAP_VERSION,
        host_data: std::ptr::null_mut(),
        name: c"Test".as_ptr(),
        vendor: c"".as_ptr(),
        url: c"".as_ptr(),
        version: c"".as_ptr(),
        get_extension: Some(host_extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    }
}

/// A block of silence in which a host plays and hears events.
fn block(input: *const clap_input_events, output: *const clap_output_events) -> clap_process {
    clap_process {
        steady_time: -1,
        frames_count: 64,
        transport: std::ptr::null(),
        audio_inputs: std::ptr::null(),
        audio_outputs: std::ptr::null_mut(),
        audio_inputs_count: 0,
        audio_outputs_count: 0,
        in_events: input,
        out_events: output,
    }
}

/// A plugin as a host makes it, initialised.
///
/// # Safety
/// The host outlives the plugin.
unsafe fn made(host: &clap_host) -> *const clap_plugin {
    let entry = door::entry::<Small, NoVst3>();
    // SAFETY: the calls follow CLAP's order.
    unsafe {
        let factory = entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast::<clap_plugin_factory>();
        let plugin: *const clap_plugin =
            (*factory).create_plugin.unwrap()(factory, &raw const *host, c"org.stemma.small".as_ptr());
        assert!((*plugin).init.unwrap()(plugin));
        plugin
    }
}

#[test]
fn an_edit_is_one_gesture_stopped_and_while_processing() {
    let host = test_host();
    let mut heard = Heard::new();
    let output = clap_output_events { ctx: (&raw mut heard).cast(), try_push: Some(hear) };
    // SAFETY: the calls follow CLAP's order, and every pointer outlives the plugin.
    unsafe {
        let plugin = made(&host);
        let (link, params) = MADE.take().unwrap();

        // Stopped: the host is asked to flush, and hears of it there; the value is set at once.
        assert!(link.edit(&params.gain, -6.0));
        assert_eq!(params.gain.value(), -6.0);
        assert_eq!(FLUSHES.load(Ordering::Relaxed), 1);
        let flush =
            (*(*plugin).get_extension.unwrap()(plugin, CLAP_EXT_PARAMS.as_ptr()).cast::<clap_plugin_params>()).flush;
        flush.unwrap()(plugin, std::ptr::null(), &raw const output);
        let normalized = f64::from(params.gain.preview_normalized(-6.0));
        let gesture = [
            (CLAP_EVENT_PARAM_GESTURE_BEGIN, None),
            (CLAP_EVENT_PARAM_VALUE, Some(normalized)),
            (CLAP_EVENT_PARAM_GESTURE_END, None),
        ];
        assert_eq!(heard, gesture);
        heard.clear();

        // Processing: with the next block.
        assert!((*plugin).activate.unwrap()(plugin, 48_000.0, 1, 64) && (*plugin).start_processing.unwrap()(plugin));
        assert!(link.edit_within_block(&params.gain, -6.0));
        assert_eq!(FLUSHES.load(Ordering::Relaxed), 1, "the audio thread must not ask for a flush");
        let block = block(std::ptr::null(), &raw const output);
        (*plugin).process.unwrap()(plugin, &raw const block);
        assert_eq!(heard, gesture);
        heard.clear();
        (*plugin).process.unwrap()(plugin, &raw const block);
        assert_eq!(heard, [], "once is enough");

        link.mark_dirty();
        assert_eq!(DIRTY.load(Ordering::Relaxed), 1);
        (*plugin).stop_processing.unwrap()(plugin);
        (*plugin).deactivate.unwrap()(plugin);
        (*plugin).destroy.unwrap()(plugin);
        // Whoever still holds the link harms nobody.
        assert!(link.edit(&params.gain, 0.0));
        link.mark_dirty();
        assert_eq!((FLUSHES.load(Ordering::Relaxed), DIRTY.load(Ordering::Relaxed)), (1, 1));
    }
}

/// The events of a block: values of the gain.
unsafe extern "C" fn count(list: *const clap_input_events) -> u32 {
    // SAFETY: the context is the test's vector.
    unsafe { (*(*list).ctx.cast::<Vec<clap_event_param_value>>()).len() as u32 }
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as for `count`; the index is below it.
    unsafe { &raw const (&(*(*list).ctx.cast::<Vec<clap_event_param_value>>()))[index as usize].header }
}

/// A host that sets what a hand in the window tells it at once.
struct Setter;

impl GuiContextInner for Setter {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _parameter: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, parameter: ParamPtr, normalized: f32) {
        // SAFETY: the test keeps the parameters.
        unsafe { parameter._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, _parameter: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        panic!("no state is asked for here")
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

#[test]
fn undo_tells_what_the_host_moves_from_what_it_gives_back() {
    const PRODUCT: Product = Product {
        id: "org.stemma.small",
        name: "Small",
        factory: "preset = []",
        scope: Scope { moment: &[], place: &[] },
    };
    let host = test_host();
    // SAFETY: the calls follow CLAP's order, and every pointer outlives the plugin.
    unsafe {
        let plugin = made(&host);
        let (link, params) = MADE.take().unwrap();
        let parameters =
            &*(*plugin).get_extension.unwrap()(plugin, CLAP_EXT_PARAMS.as_ptr()).cast::<clap_plugin_params>();
        let mut gain: clap_param_info = std::mem::zeroed();
        assert!(parameters.get_info.unwrap()(plugin, 0, &raw mut gain));
        assert!((*plugin).activate.unwrap()(plugin, 48_000.0, 1, 64) && (*plugin).start_processing.unwrap()(plugin));

        let mut heard = Heard::new();
        let output = clap_output_events { ctx: (&raw mut heard).cast(), try_push: Some(hear) };
        let play = |normalized: &[f32]| {
            let event = |normalized: &f32| clap_event_param_value {
                header: clap_event_header {
                    size: size_of::<clap_event_param_value>() as u32,
                    time: 0,
                    space_id: CLAP_CORE_EVENT_SPACE_ID,
                    type_: CLAP_EVENT_PARAM_VALUE,
                    flags: 0,
                },
                param_id: gain.id,
                cookie: std::ptr::null_mut(),
                note_id: -1,
                port_index: -1,
                channel: -1,
                key: -1,
                value: f64::from(*normalized),
            };
            let mut events: Vec<_> = normalized.iter().map(event).collect();
            let events = clap_input_events { ctx: (&raw mut events).cast(), size: Some(count), get: Some(get) };
            let block = block(&raw const events, &raw const output);
            (*plugin).process.unwrap()(plugin, &raw const block);
        };
        let hand = Hand::new(GuiContext::new(Arc::new(Setter)));
        let mut edits = Edits::new(params.clone(), Compare::default(), &PRODUCT);
        let ctx = egui::Context::default();
        let frame = |edits: &mut Edits| {
            let theme = Theme::fitting(egui::vec2(800.0, 600.0), egui::vec2(800.0, 600.0));
            let mut drawn = ctx.run_ui(egui::RawInput::default(), |ui| {
                let bar = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(520.0, 26.0));
                edits.show(ui, &theme, bar, &hand, Some(&link));
            });
            drawn.textures_delta.clear();
        };
        let drag = |edits: &mut Edits, way: &[f32]| {
            let control = hold(&hand, &params.gain);
            control.begin();
            for normalized in way {
                frame(edits);
                control.set(*normalized);
            }
            control.end();
            frame(edits);
        };
        // A VST3 host gives back what a hand has done, some blocks late.
        drag(&mut edits, &[0.1, 0.2, 0.25]);
        play(&[0.1, 0.2, 0.25]);
        edits.apply(BarEdit::Undo, &hand, Some(&link));
        assert_eq!((params.gain.value(), edits.sentence()), (0.0, None));

        // Half a second later the host moves it, and comes by where the step would have left it.
        drag(&mut edits, &[0.25]);
        (0..400).for_each(|_| play(&[]));
        play(&[0.3, 0.25]);
        let moving = params.gain.value();
        edits.apply(BarEdit::Undo, &hand, Some(&link));
        assert_eq!(params.gain.value(), moving);
        assert!(edits.sentence().is_some_and(|sentence| sentence.starts_with("Gain stays")));
        (*plugin).stop_processing.unwrap()(plugin);
        (*plugin).deactivate.unwrap()(plugin);
        (*plugin).destroy.unwrap()(plugin);
    }
}
