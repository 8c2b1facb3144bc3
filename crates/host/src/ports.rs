//! A plugin's audio ports, and choosing the layout for mono or stereo.

use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_host::plugin::PluginMainThreadHandle;
use clack_host::utils::ClapId;
use serde::{Deserialize, Serialize};

/// One audio input or output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its channels.
    pub channels: u32,
    /// Whether this is where the track's sound goes, not a side-chain.
    pub main: bool,
}

/// One arrangement of ports a plugin can be switched to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Id to select it by.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Channels of its main input and main output, 0 for none.
    pub main_channels: (u32, u32),
}

/// The ports in use and the layouts on offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// Audio inputs, in the plugin's order.
    pub inputs: Vec<Port>,
    /// Audio outputs, in the plugin's order.
    pub outputs: Vec<Port>,
    /// Layouts; empty where the plugin has just one.
    pub layouts: Vec<Layout>,
}

impl Ports {
    /// Asks the plugin. `[main]`
    pub(crate) fn read(
        plugin: &PluginMainThreadHandle,
        ports: Option<PluginAudioPorts>,
        configs: Option<PluginAudioPortsConfig>,
    ) -> Self {
        let side = |is_input| ports.map_or_else(Vec::new, |ports| read_ports(plugin, ports, is_input));
        let layouts = configs.map_or_else(Vec::new, |configs| read_layouts(plugin, configs));
        Self { inputs: side(true), outputs: side(false), layouts }
    }

    /// The layout to select for this many channels, where there are layouts.
    pub(crate) fn layout_for(&self, channels: u32) -> Option<ClapId> {
        let fits = self.layouts.iter().find(|layout| layout.main_channels == (channels, channels));
        fits.and_then(|layout| ClapId::from_raw(layout.id))
    }

    /// Whether the ports in use carry this many channels from main input to main output.
    pub(crate) fn carry(&self, channels: u32) -> bool {
        let main = |ports: &[Port]| ports.iter().find(|port| port.main).map(|port| port.channels);
        main(&self.inputs) == Some(channels) && main(&self.outputs) == Some(channels)
    }

    /// Index of the side-chain input: the first that is not the main one.
    pub(crate) fn sidechain(&self) -> Option<usize> {
        self.inputs.iter().position(|port| !port.main)
    }

    /// The layouts or ports in words.
    pub(crate) fn offered(&self) -> String {
        let channels: Vec<String> = if self.layouts.is_empty() {
            let inputs = self.inputs.iter().map(|port| format!("input \"{}\" of {}", port.name, port.channels));
            let outputs = self.outputs.iter().map(|port| format!("output \"{}\" of {}", port.name, port.channels));
            inputs.chain(outputs).collect()
        } else {
            let one = |layout: &Layout| {
                format!("\"{}\" ({} in, {} out)", layout.name, layout.main_channels.0, layout.main_channels.1)
            };
            self.layouts.iter().map(one).collect()
        };
        if channels.is_empty() { "no audio ports".to_string() } else { channels.join(", ") }
    }
}

fn read_ports(plugin: &PluginMainThreadHandle, ports: PluginAudioPorts, is_input: bool) -> Vec<Port> {
    let mut buffer = AudioPortInfoBuffer::new();
    (0..ports.count(plugin, is_input))
        .filter_map(|index| {
            let info = ports.get(plugin, index, is_input, &mut buffer)?;
            Some(Port {
                name: String::from_utf8_lossy(info.name).into_owned(),
                channels: info.channel_count,
                main: info.flags.contains(AudioPortFlags::IS_MAIN),
            })
        })
        .collect()
}

fn read_layouts(plugin: &PluginMainThreadHandle, configs: PluginAudioPortsConfig) -> Vec<Layout> {
    let mut buffer = AudioPortsConfigBuffer::new();
    (0..configs.count(plugin))
        .filter_map(|index| {
            let config = configs.get(plugin, index, &mut buffer)?;
            let channels = |port: Option<clack_extensions::audio_ports_config::MainPortInfo>| {
                port.map_or(0, |port| port.channel_count)
            };
            Some(Layout {
                id: config.id.get(),
                name: String::from_utf8_lossy(config.name).into_owned(),
                main_channels: (channels(config.main_input), channels(config.main_output)),
            })
        })
        .collect()
}
