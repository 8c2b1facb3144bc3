//! A private door through which our plugins tell a test or a demonstration what they know.
//!
//! The extension is one C function, `[main-thread]`: it writes one JSON text into the stream it is given.

use std::ffi::CStr;

use clack_host::extensions::{Extension, PluginExtensionSide, RawExtension};
use clack_host::plugin::PluginMainThreadHandle;
use clack_host::stream::OutputStream;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::clap_ostream;

/// Id of the extension: what a plugin answers to in `get_extension`.
pub const REPORT_EXTENSION: &CStr = c"org.stemma.report/1";

/// What stands behind [`REPORT_EXTENSION`].
#[repr(C)]
#[derive(Copy, Clone)]
pub(crate) struct RawReport {
    /// `[main-thread]` Writes the report; false when it could not.
    pub(crate) write: Option<unsafe extern "C" fn(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool>,
}

/// The extension of one plugin instance.
#[derive(Copy, Clone)]
pub(crate) struct PluginReport(RawExtension<PluginExtensionSide, RawReport>);

#[expect(unsafe_code, reason = "the trait promises what the C pointer is")]
// SAFETY: `org.stemma.report/1` is defined to be a pointer to a `RawReport`.
unsafe impl Extension for PluginReport {
    const IDENTIFIERS: &[&CStr] = &[REPORT_EXTENSION];
    type ExtensionSide = PluginExtensionSide;

    unsafe fn from_raw(raw: RawExtension<Self::ExtensionSide>) -> Self {
        // SAFETY: the caller got the pointer by the identifier above.
        Self(unsafe { raw.cast() })
    }
}

impl PluginReport {
    /// The report as text, or nothing when the plugin could not write one. `[main]`
    #[expect(unsafe_code, reason = "calls the plugin")]
    pub(crate) fn read(&self, plugin: &PluginMainThreadHandle) -> Option<String> {
        let write = plugin.use_extension(&self.0).write?;
        let mut bytes = Vec::new();
        let written = {
            let mut stream = OutputStream::from_writer(&mut bytes);
            // SAFETY: the plugin is alive as long as its handle, this is its main thread, and the stream outlives the
            // call.
            unsafe { write(plugin.as_raw_ptr(), stream.as_raw_mut()) }
        };
        if written { String::from_utf8(bytes).ok() } else { None }
    }
}
