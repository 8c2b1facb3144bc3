//! A plugin loaded into this process.

use std::ffi::CString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clack_extensions::params::PluginParams;
use clack_extensions::render::RenderMode;
use clack_extensions::tail::TailLength;
use clack_host::events::io::EventBuffer;
use clack_host::host::HostInfo;
use clack_host::plugin::PluginInstance;
use clack_host::prelude::{PluginAudioConfiguration, PluginAudioProcessor};
use clack_host::utils::ClapId;

use crate::active::Active;
use crate::callbacks::{AnyThread, AudioThread, Callbacks, MainThread, Requests};
use crate::events::{read_events, write_changes};
use crate::extensions::Extensions;
use crate::{
    Activated, Activation, Description, HostCalls, HostError, Parameter, ParameterChange, Player, PluginEvent, Ports,
    Position, Track, bundle, parameters,
};

/// How many rounds of requests are served at once: a plugin that asks again in every answer must not stop the host.
const MAX_PUMP_ROUNDS: usize = 8;

/// A plugin in this process, on the thread that loaded it.
pub struct Instance {
    pub(crate) plugin: PluginInstance<Callbacks>,
    active: Option<Active>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) extensions: Extensions,
    description: Description,
    pub(crate) label: String,
    /// Values set since the last block.
    pending: Vec<ParameterChange>,
    events: Vec<PluginEvent>,
}

impl Instance {
    /// Loads a bundle and starts its plugin of this id, or its first one. `[main]`
    pub fn load(path: impl AsRef<Path>, id: Option<&str>, track: Track) -> Result<Self, HostError> {
        let path = path.as_ref();
        let entry = bundle::open(path)?;
        let (description, id) = bundle::choose(&entry, path, id)?;
        let label = label(&description, &track);
        let refuse = |reason: String| HostError::Instantiate { plugin: label.clone(), reason };
        let info = HostInfo::new("Stemma Host", "Stemma", "", env!("CARGO_PKG_VERSION"))
            .map_err(|error| refuse(error.to_string()))?;
        let requests = Requests::new(track);
        let plugin = PluginInstance::new(
            |_| AnyThread(Arc::clone(&requests)),
            |_| MainThread(Arc::clone(&requests)),
            &entry,
            &id,
            &info,
        )
        .map_err(|error| refuse(error.to_string()))?;
        let extensions = Extensions::of(&plugin.plugin_shared_handle());
        let mut instance = Self {
            plugin,
            active: None,
            requests,
            extensions,
            description,
            label,
            pending: Vec::new(),
            events: Vec::new(),
        };
        instance.pump()?;
        Ok(instance)
    }

    fn params(&self) -> Result<PluginParams, HostError> {
        self.extensions.params.ok_or_else(|| self.no_parameter("any"))
    }

    fn no_parameter(&self, name: &str) -> HostError {
        HostError::NoSuchParameter { plugin: self.label.clone(), name: name.to_string(), available: Vec::new() }
    }

    fn clap_id(&self, id: u32) -> Result<ClapId, HostError> {
        ClapId::from_raw(id).ok_or_else(|| self.no_parameter(&id.to_string()))
    }

    fn refused_value(&self, id: u32, value: &str) -> HostError {
        HostError::Value { plugin: self.label.clone(), parameter: id.to_string(), value: value.to_string() }
    }

    /// Switches to the layout for this many channels and returns the ports it has.
    fn select_layout(&mut self, channels: u32) -> Result<Ports, HostError> {
        let Extensions { ports: audio_ports, layouts, .. } = self.extensions;
        let handle = self.plugin.plugin_handle();
        let ports = Ports::read(&handle, audio_ports, layouts);
        let selected = match (layouts, ports.layout_for(channels)) {
            (Some(layouts), Some(id)) if layouts.select(&handle, id).is_ok() => {
                Ports::read(&handle, audio_ports, Some(layouts))
            }
            _ => ports,
        };
        if selected.carry(channels) {
            return Ok(selected);
        }
        Err(HostError::Layout { plugin: self.label.clone(), channels, offered: selected.offered() })
    }

    /// Activates without serving requests: one made meanwhile waits for the next round.
    fn start(&mut self, activation: &Activation) -> Result<Activated, HostError> {
        self.deactivate()?;
        let refuse =
            |plugin: &str, reason: &str| HostError::Activate { plugin: plugin.to_string(), reason: reason.to_string() };
        if activation.max_frames == 0 || activation.sample_rate_hz.is_nan() || activation.sample_rate_hz <= 0.0 {
            return Err(refuse(&self.label, "sample rate and block length must be above zero"));
        }
        let ports = self.select_layout(activation.channels)?;
        if let Some(render) = self.extensions.render {
            let mode = if activation.offline { RenderMode::Offline } else { RenderMode::Realtime };
            render.set(&self.plugin.plugin_handle(), mode).map_err(|error| refuse(&self.label, &error.to_string()))?;
        }
        let configuration = PluginAudioConfiguration {
            sample_rate: activation.sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: activation.max_frames,
        };
        let stopped = self
            .plugin
            .activate(|_, _| AudioThread, configuration)
            .map_err(|error| refuse(&self.label, &error.to_string()))?;

        let handle = self.plugin.plugin_handle();
        let latency_frames = self.extensions.latency.map_or(0, |latency| latency.get(&handle));
        let mut processor = PluginAudioProcessor::from(stopped);
        let tail_frames = match self.extensions.tail.map(|tail| tail.get(&processor.plugin_handle())) {
            None => Some(0),
            Some(TailLength::Finite(frames)) => Some(frames),
            Some(TailLength::Infinite) => None,
        };
        let sidechain = ports.sidechain().and_then(|index| ports.inputs.get(index));
        let activated =
            Activated { latency_frames, tail_frames, sidechain_channels: sidechain.map(|port| port.channels) };
        self.active = Some(Active::new(processor, activation, ports));
        Ok(activated)
    }

    /// Hands pending values over and collects what the plugin sends, outside of processing.
    fn flush(&mut self) -> Result<(), HostError> {
        let params = self.params()?;
        let (mut input, mut output) = (EventBuffer::new(), EventBuffer::new());
        write_changes(&mut input, self.pending.drain(..));
        match &mut self.active {
            Some(active) => {
                let _role = self.requests.audio_role();
                let mut handle = active.processor.plugin_handle();
                params.flush_active(&mut handle, &input.as_input(), &mut output.as_output());
            }
            None => {
                if let Some(mut handle) = self.plugin.inactive_plugin_handle() {
                    params.flush(&mut handle, &input.as_input(), &mut output.as_output());
                }
            }
        }
        self.events.extend(read_events(&output));
        Ok(())
    }
}

/// Plugin and track in one phrase.
pub(crate) fn label(description: &Description, track: &Track) -> String {
    match &track.name {
        Some(track) => format!("{} on \"{track}\"", description.name),
        None => description.name.clone(),
    }
}

impl Player for Instance {
    fn description(&self) -> &Description {
        &self.description
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn ports(&mut self) -> Result<Ports, HostError> {
        Ok(Ports::read(&self.plugin.plugin_handle(), self.extensions.ports, self.extensions.layouts))
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>, HostError> {
        let handle = self.plugin.plugin_handle();
        Ok(self.extensions.params.map_or_else(Vec::new, |params| parameters::list(&params, &handle)))
    }

    fn value(&mut self, id: u32) -> Result<f64, HostError> {
        let (params, clap_id) = (self.params()?, self.clap_id(id)?);
        let value = params.get_value(&self.plugin.plugin_handle(), clap_id);
        value.ok_or_else(|| self.no_parameter(&id.to_string()))
    }

    fn text_from_value(&mut self, id: u32, value: f64) -> Result<String, HostError> {
        let (params, clap_id) = (self.params()?, self.clap_id(id)?);
        let mut buffer = [0; 256];
        let text = params.value_to_text(&self.plugin.plugin_handle(), clap_id, value, &mut buffer);
        match text {
            Ok(text) => Ok(String::from_utf8_lossy(text).into_owned()),
            Err(_) => Err(self.refused_value(id, &value.to_string())),
        }
    }

    fn value_from_text(&mut self, id: u32, text: &str) -> Result<f64, HostError> {
        let (params, clap_id) = (self.params()?, self.clap_id(id)?);
        let handle = self.plugin.plugin_handle();
        let value = CString::new(text).ok().and_then(|text| params.text_to_value(&handle, clap_id, &text));
        value.filter(|value| value.is_finite()).ok_or_else(|| self.refused_value(id, &format!("\"{text}\"")))
    }

    fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostError> {
        let parameters = self.parameters()?;
        let Some(parameter) = parameters.iter().find(|parameter| parameter.id == id) else {
            return Err(self.no_parameter(&id.to_string()));
        };
        if !(parameter.min_value..=parameter.max_value).contains(&value) {
            return Err(HostError::Value {
                plugin: self.label.clone(),
                parameter: parameter.path(),
                value: format!("{value} (it takes {} to {})", parameter.min_value, parameter.max_value),
            });
        }
        self.pending.push(ParameterChange { frame: 0, id, value });
        if self.active.is_none() {
            self.flush()?;
        }
        self.pump()
    }

    fn set_track(&mut self, track: Track) -> Result<(), HostError> {
        self.label = label(&self.description, &track);
        self.requests.set_track(track);
        if let Some(extension) = self.extensions.track {
            extension.changed(&self.plugin.plugin_handle());
        }
        self.pump()
    }

    fn activate(&mut self, activation: &Activation) -> Result<Activated, HostError> {
        let activated = self.start(activation)?;
        self.pump()?;
        Ok(activated)
    }

    fn process(
        &mut self,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        output: &mut [&mut [f32]],
        position: Position,
        changes: &[ParameterChange],
    ) -> Result<(), HostError> {
        let Some(active) = &mut self.active else {
            return Err(HostError::NotActive { plugin: self.label.clone() });
        };
        if let Some(reason) = active.misfit(input, sidechain, output, changes) {
            return Err(HostError::Block { plugin: self.label.clone(), reason });
        }
        if output.first().is_none_or(|row| row.is_empty()) {
            // CLAP knows no empty block; values still have to arrive.
            self.pending.extend_from_slice(changes);
            self.flush()?;
            return self.pump();
        }
        let changes = self.pending.drain(..).chain(changes.iter().copied());
        let events = active
            .process(&self.requests, input, sidechain, output, position, changes)
            .map_err(|reason| HostError::Process { plugin: self.label.clone(), reason })?;
        self.events.extend(events);
        self.pump()
    }

    fn reset(&mut self) -> Result<(), HostError> {
        let Some(active) = &mut self.active else {
            return Err(HostError::NotActive { plugin: self.label.clone() });
        };
        let _role = self.requests.audio_role();
        active.processor.reset();
        Ok(())
    }

    fn deactivate(&mut self) -> Result<(), HostError> {
        if let Some(active) = self.active.take() {
            let stopped = {
                let _role = self.requests.audio_role();
                active.processor.into_stopped()
            };
            self.plugin.deactivate(stopped);
        }
        Ok(())
    }

    fn pump(&mut self) -> Result<(), HostError> {
        for _ in 0..MAX_PUMP_ROUNDS {
            let callback = self.requests.callback.swap(false, Ordering::SeqCst);
            let flush = self.requests.flush.swap(false, Ordering::SeqCst);
            let restart = self.requests.restart.swap(false, Ordering::SeqCst);
            if !(callback || flush || restart) {
                break;
            }
            if callback {
                self.plugin.call_on_main_thread_callback();
            }
            if flush {
                self.flush()?;
            }
            if let (true, Some(activation)) = (restart, self.active.as_ref().map(|active| active.activation)) {
                self.start(&activation)?;
            }
        }
        Ok(())
    }

    fn take_events(&mut self) -> Result<Vec<PluginEvent>, HostError> {
        self.pump()?;
        Ok(std::mem::take(&mut self.events))
    }

    fn report(&mut self) -> Result<Option<String>, HostError> {
        self.pump()?;
        let handle = self.plugin.plugin_handle();
        Ok(self.extensions.report.and_then(|report| report.read(&handle)))
    }

    fn save_state(&mut self) -> Result<Vec<u8>, HostError> {
        self.pump()?;
        let mut bytes = Vec::new();
        let handle = self.plugin.plugin_handle();
        let saved = self.extensions.state.is_some_and(|state| state.save(&handle, &mut bytes).is_ok());
        let refused = || HostError::State { plugin: self.label.clone(), verb: "save".to_string() };
        saved.then_some(bytes).ok_or_else(refused)
    }

    fn load_state(&mut self, mut state: &[u8]) -> Result<(), HostError> {
        let handle = self.plugin.plugin_handle();
        let loaded = self.extensions.state.is_some_and(|extension| extension.load(&handle, &mut state).is_ok());
        if !loaded {
            return Err(HostError::State { plugin: self.label.clone(), verb: "load".to_string() });
        }
        self.pump()
    }

    fn host_calls(&mut self) -> Result<HostCalls, HostError> {
        self.pump()?;
        Ok(self.requests.calls())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Cannot fail, and the audio side must be gone before the plugin is.
        let _ = self.deactivate();
    }
}
