//! The door: what stands between the host and the plugin framework.
//!
//! The framework (nice-plug) trusts its host further than a plugin on somebody's record may. [`entry`] makes the
//! `clap_entry` of a plugin library. Every instance it creates is an `instance::Instance`: the host sees its
//! `clap_plugin`, the framework sees its proxy `clap_host`, and everything that passes between the two is checked.
//! VST3 goes through the same door, since `clap-wrapper` wraps this CLAP.
//!
//! The door
//! 1. gives the plugin every declared port on every block: what the host left out or pointed at null is silence
//!    (`ports`);
//! 2. defers `clap_host_params.rescan` made while a state loads to the next main-thread callback: clap-wrapper 0.3.1
//!    dereferences a missing component handler there (`host_proxy`);
//! 3. stops NaN and infinity at the entrance and counts them ([`Link::non_finite_samples`]);
//! 4. lets code without an editor set a *host parameter* as one gesture ([`Link::edit`]);
//! 5. reads the host's name and colour of the track ([`Link::track`]);
//! 6. refuses a damaged or newer state before anything of it is applied, and keeps a preset from changing who the
//!    instance is (`state`, [`Link::guard_identity`]);
//! 7. gives clap-wrapper the declared buses on every block, so that it processes it (`vst3`), and lets a VST3 host read the
//!    values of the state it has just loaded (`vst3_controller`);
//! 8. orders and bounds the host's events (`events`), and refuses to process while inactive;
//! 9. tells which parameters the host moves just now ([`Link::is_automated`]);
//! 10. hears a VST3 host's consent to another size of the window (`host_proxy`).
//!
//! It also offers the extension [`REPORT_EXTENSION_ID`], through which a host reads what the plugin knows.

#![allow(unsafe_code, reason = "the C interface between host and framework is made of raw pointers")]

mod automation;
mod events;
mod extensions;
mod host_proxy;
mod instance;
mod link;
mod ports;
mod state;
mod vst3;
mod vst3_controller;

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::sync::OnceLock;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::stream::clap_ostream;
use clap_sys::version::CLAP_VERSION;
use nice_plug::prelude::ClapPlugin;
use nice_plug::wrapper::clap::PluginDescriptor;

pub use link::{Link, Track};
pub use vst3::Vst3Factory;

/// The id of the extension through which a host reads what the plugin knows: the readings of its meters and, of a
/// master, the stems it sees.
pub const REPORT_EXTENSION_ID: &CStr = c"org.stemma.report/1";

/// The extension [`REPORT_EXTENSION_ID`].
#[repr(C)]
pub struct ReportExtension {
    /// Writes one JSON text to the stream; false when the plugin has nothing to say or the stream fails. `[main]`
    pub write: unsafe extern "C" fn(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool,
}

/// The `clap_entry` of a library that holds the plugin `P` and no other, and offers it as VST3 through `V`.
///
/// `P::default()` must call [`Link::new`] and keep what it returns: that is its side of the door.
pub const fn entry<P: ClapPlugin, V: Vst3Factory>() -> clap_plugin_entry {
    clap_plugin_entry {
        clap_version: CLAP_VERSION,
        init: Some(Factory::<P, V>::init),
        deinit: Some(Factory::<P, V>::deinit),
        get_factory: Some(Factory::<P, V>::get_factory),
    }
}

/// Exports a plugin type from its library, as CLAP through the door and as VST3 around that CLAP.
#[macro_export]
macro_rules! export {
    ($plugin:ident) => {
        #[allow(unsafe_code, missing_docs, reason = "the symbols hosts look for")]
        mod exported {
            /// The entry point of the CLAP library.
            #[unsafe(no_mangle)]
            #[used]
            pub static clap_entry: $crate::door::ClapEntry = $crate::door::entry::<super::$plugin, Wrapped>();
            ::clap_wrapper::export_vst3!();

            pub struct Wrapped;

            impl $crate::door::Vst3Factory for Wrapped {
                fn get() -> *mut ::std::ffi::c_void {
                    // SAFETY: the function has no preconditions.
                    unsafe { GetPluginFactory() }
                }
            }
        }
    };
}

pub use clap_sys::entry::clap_plugin_entry as ClapEntry;

/// The plugin's description, made on first use. A library holds one plugin, so one is enough.
static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();

struct Factory<P, V>(PhantomData<(P, V)>);

impl<P: ClapPlugin, V: Vst3Factory> Factory<P, V> {
    const VST3_INFO: &'static vst3::InfoFactory = &vst3::InfoFactory::new::<P, V>();

    const FACTORY: clap_plugin_factory = clap_plugin_factory {
        get_plugin_count: Some(Self::get_plugin_count),
        get_plugin_descriptor: Some(Self::get_plugin_descriptor),
        create_plugin: Some(Self::create_plugin),
    };

    fn descriptor() -> &'static PluginDescriptor {
        DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<P>)
    }

    unsafe extern "C" fn init(_path: *const c_char) -> bool {
        nice_plug::wrapper::setup_logger::<P>();
        true
    }

    unsafe extern "C" fn deinit() {}

    unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
        if id.is_null() {
            return std::ptr::null();
        }
        // SAFETY: a factory id that is not null is a C string (CLAP, `clap_plugin_entry.get_factory`).
        let id = unsafe { CStr::from_ptr(id) };
        if id == CLAP_PLUGIN_FACTORY_ID {
            std::ptr::from_ref(&Self::FACTORY).cast()
        } else if id == vst3::INFO_FACTORY_ID {
            std::ptr::from_ref(Self::VST3_INFO).cast()
        } else {
            std::ptr::null()
        }
    }

    unsafe extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
        1
    }

    unsafe extern "C" fn get_plugin_descriptor(
        _factory: *const clap_plugin_factory,
        index: u32,
    ) -> *const clap_plugin_descriptor {
        if index == 0 { Self::descriptor().clap_plugin_descriptor() } else { std::ptr::null() }
    }

    unsafe extern "C" fn create_plugin(
        _factory: *const clap_plugin_factory,
        host: *const clap_host,
        id: *const c_char,
    ) -> *const clap_plugin {
        // SAFETY: a plugin id that is not null is a C string (CLAP, `clap_plugin_factory.create_plugin`).
        if host.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != Self::descriptor().clap_id() {
            return std::ptr::null();
        }
        // SAFETY: the host keeps `host` valid until it has destroyed the plugin.
        unsafe { instance::Instance::create::<P>(host) }
    }
}
