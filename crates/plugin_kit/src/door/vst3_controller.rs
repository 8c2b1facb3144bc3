//! What a VST3 host reads beside the sound: every value as it stands after a state was loaded, and that the plugin wants to
//! be told whether the song runs and where.
//!
//! clap-wrapper 0.3.1 keeps values of its own for the host and brings them up to date only when the CLAP asks for a rescan,
//! which must not be asked for while a state is being loaded and on Linux comes too late (the wrapper hears of the main
//! thread only once a window was opened). Until then a host reads the old values, and one that writes them back (Ableton
//! Live) loses the project's. So `IComponent::setState` gets a function of this file behind it that sets them. And the
//! wrapper asks for nothing of the process context; a host may then leave out even whether it plays.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::OnceLock;

use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::plugin::clap_plugin;

use super::vst3::{OK, Table, interface, with_interface};

/// `Steinberg::Vst::IComponent`, `IEditController` and `IProcessContextRequirements`.
const COMPONENT: [u8; 16] = interface(0xe831_ff31_f2d5_4301_928e_bbee_2569_7802);
const CONTROLLER: [u8; 16] = interface(0xdcd7_bbe3_7742_448d_a874_aacc_979c_759e);
const REQUIREMENTS: [u8; 16] = interface(0x2a65_4303_ef76_4e3d_95b5_fe83_730e_f6d0);

/// Functions of the interfaces, those of `FUnknown` included, and the places of three of them.
const COMPONENT_WORDS: usize = 14;
const SET_STATE: usize = 12;
const REQUIREMENTS_WORDS: usize = 4;
const GET_REQUIREMENTS: usize = 3;
const SET_PARAM_NORMALIZED: usize = 15;

/// `kNeedContinousTimeSamples`, `kNeedProjectTimeMusic`, `kNeedTempo` and `kNeedTransportState`.
const NEEDED: u32 = 1 << 1 | 1 << 2 | 1 << 6 | 1 << 10;

type SetState = unsafe extern "system" fn(*mut c_void, *mut c_void) -> i32;
type SetParamNormalized = unsafe extern "system" fn(*mut c_void, u32, f64) -> i32;
type GetRequirements = unsafe extern "system" fn(*mut c_void) -> u32;

static COMPONENT_TABLE: OnceLock<Table> = OnceLock::new();
static REQUIREMENTS_TABLE: OnceLock<Table> = OnceLock::new();

thread_local! {
    /// The plugin that has loaded a state on this thread, until somebody takes it.
    static LOADED: Cell<*const clap_plugin> = const { Cell::new(std::ptr::null()) };
}

/// Remembers, for the function around it, that a plugin has loaded a state. `[main]`
pub(super) fn note_loaded(plugin: *const clap_plugin) {
    LOADED.set(plugin);
}

/// # Safety
/// `object` is a VST3 object of the wrapper's that nobody else has yet.
pub(super) unsafe fn guard(object: *mut c_void) {
    // SAFETY: as promised by the caller; what has an interface has its table, and nothing else is in the tables of these
    // two: in the wrapper's class they are not the first.
    unsafe {
        with_interface(object, &COMPONENT, |component| {
            let function = set_state as SetState as usize;
            COMPONENT_TABLE
                .get_or_init(|| Table::of(component, COMPONENT_WORDS, SET_STATE, function))
                .install(component);
        });
        with_interface(object, &REQUIREMENTS, |requirements| {
            let function = get_requirements as GetRequirements as usize;
            REQUIREMENTS_TABLE
                .get_or_init(|| Table::of(requirements, REQUIREMENTS_WORDS, GET_REQUIREMENTS, function))
                .install(requirements);
        });
    }
}

unsafe extern "system" fn get_requirements(_: *mut c_void) -> u32 {
    NEEDED
}

unsafe extern "system" fn set_state(component: *mut c_void, stream: *mut c_void) -> i32 {
    let Some(table) = COMPONENT_TABLE.get() else { return -1 };
    LOADED.set(std::ptr::null());
    // SAFETY: the function stood at the place of `setState`, and is given the host's own arguments.
    unsafe {
        let original: SetState = std::mem::transmute(table.replaced);
        let result = original(component, stream);
        let plugin = LOADED.replace(std::ptr::null());
        if result == OK && !plugin.is_null() {
            with_interface(component, &CONTROLLER, |controller| show_values(controller, plugin));
        }
        result
    }
}

/// Sets every value the host will read to what the plugin says.
///
/// # Safety
/// `controller` is an `IEditController` of the wrapper's, and `plugin` its CLAP, both alive.
unsafe fn show_values(controller: *mut c_void, plugin: *const clap_plugin) {
    // SAFETY: as promised by the caller; the functions of a CLAP extension are called with the plugin they belong to.
    unsafe {
        let set: SetParamNormalized =
            std::mem::transmute(*(*controller.cast::<*const usize>()).add(SET_PARAM_NORMALIZED));
        let Some(get_extension) = (*plugin).get_extension else { return };
        let Some(params) = get_extension(plugin, CLAP_EXT_PARAMS.as_ptr()).cast::<clap_plugin_params>().as_ref() else {
            return;
        };
        let (Some(count), Some(get_info), Some(get_value)) = (params.count, params.get_info, params.get_value) else {
            return;
        };
        for index in 0..count(plugin) {
            let (mut info, mut value): (clap_param_info, f64) = (std::mem::zeroed(), 0.0);
            if get_info(plugin, index, &raw mut info) && get_value(plugin, info.id, &raw mut value) {
                // The wrapper's own ways: VST3 knows no highest bit of a number.
                set(controller, info.id & 0x7fff_ffff, normalized(&info, value));
            }
        }
    }
}

/// Where a value lies between the ends of its parameter.
fn normalized(info: &clap_param_info, value: f64) -> f64 {
    let range = info.max_value - info.min_value;
    if range > 0.0 { (value - info.min_value) / range } else { 0.0 }
}
