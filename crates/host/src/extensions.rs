//! What a plugin can do beyond playing: the CLAP extensions this host uses.

use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::audio_ports_config::PluginAudioPortsConfig;
#[cfg(target_os = "linux")]
use clack_extensions::gui::PluginGui;
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::PluginParams;
use clack_extensions::render::PluginRender;
use clack_extensions::state::PluginState;
use clack_extensions::tail::PluginTail;
use clack_extensions::track_info::PluginTrackInfo;
use clack_host::plugin::PluginSharedHandle;

use crate::report::PluginReport;

/// The extensions of one plugin; nothing where it lacks one.
pub(crate) struct Extensions {
    pub(crate) ports: Option<PluginAudioPorts>,
    pub(crate) layouts: Option<PluginAudioPortsConfig>,
    pub(crate) params: Option<PluginParams>,
    pub(crate) state: Option<PluginState>,
    pub(crate) latency: Option<PluginLatency>,
    pub(crate) tail: Option<PluginTail>,
    pub(crate) render: Option<PluginRender>,
    pub(crate) track: Option<PluginTrackInfo>,
    pub(crate) report: Option<PluginReport>,
    #[cfg(target_os = "linux")]
    pub(crate) gui: Option<PluginGui>,
}

impl Extensions {
    /// Asks a plugin that has just been started.
    pub(crate) fn of(plugin: &PluginSharedHandle) -> Self {
        Self {
            ports: plugin.get_extension(),
            layouts: plugin.get_extension(),
            params: plugin.get_extension(),
            state: plugin.get_extension(),
            latency: plugin.get_extension(),
            tail: plugin.get_extension(),
            render: plugin.get_extension(),
            track: plugin.get_extension(),
            report: plugin.get_extension(),
            #[cfg(target_os = "linux")]
            gui: plugin.get_extension(),
        }
    }
}
