//! What can be done with a plugin, wherever it lives.

use serde::{Deserialize, Serialize};

use crate::{Description, HostError, Parameter, ParameterChange, PluginEvent, Ports};

/// How a plugin is to be played.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// The longest block that will come, at least 1.
    pub max_frames: u32,
    /// Channels at the main input and output: 1 or 2.
    pub channels: u32,
    /// Whether the plugin may take its time (an offline render) or a listener is waiting.
    pub offline: bool,
}

/// What a plugin says once it is active.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activated {
    /// Frames by which its output is late.
    pub latency_frames: u32,
    /// Frames it keeps sounding after the input ends; nothing stands for without end.
    pub tail_frames: Option<u32>,
    /// Channels of its side-chain input, where it has one.
    pub sidechain_channels: Option<u32>,
}

/// Where the song is at the first frame of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Frames since the start of the song; negative before it.
    pub frame: i64,
    /// Whether the transport runs.
    pub playing: bool,
}

impl Position {
    /// The song runs and is at this frame.
    pub fn playing(frame: i64) -> Self {
        Self { frame, playing: true }
    }

    /// The song stands at this frame.
    pub fn stopped(frame: i64) -> Self {
        Self { frame, playing: false }
    }
}

/// The track a plugin sits on, as the host tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// The track's name, where it has one.
    pub name: Option<String>,
    /// Red, green and blue of its colour, where it has one.
    pub color: Option<[u8; 3]>,
    /// What kind of track it is.
    pub kind: TrackKind,
}

impl Track {
    /// A bus of this name, as a stem has.
    pub fn bus(name: &str) -> Self {
        Self { name: Some(name.to_string()), color: None, kind: TrackKind::Bus }
    }

    /// The master track.
    pub fn master() -> Self {
        Self { name: Some("Master".to_string()), color: None, kind: TrackKind::Master }
    }
}

/// The kinds of track a plugin can be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrackKind {
    /// Any track.
    #[default]
    Track,
    /// A bus that other tracks feed.
    Bus,
    /// The master bus of the song.
    Master,
}

/// How often a plugin called its host, since it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCalls {
    /// Requests to be deactivated and activated again.
    pub restart: u32,
    /// Requests to be processed.
    pub process: u32,
    /// Requests for a call on the main thread.
    pub callback: u32,
    /// Requests to exchange parameter values outside of processing.
    pub flush: u32,
    /// Announcements that the latency is another one.
    pub latency_changed: u32,
    /// Announcements that parameter values, names or texts are other ones.
    pub parameters_rescanned: u32,
    /// Announcements that the state is worth saving.
    pub state_dirty: u32,
    /// Calls made from a thread CLAP does not allow for them: each one is a defect of the plugin.
    pub wrong_thread: u32,
}

/// A plugin that can be played: [`crate::Instance`] here, [`crate::Remote`] in a process of its own.
///
/// All methods are `[main]`; [`Player::process`] takes the role of the audio thread while it runs. Between blocks and
/// before every answer, whatever the plugin asked its host for is done.
pub trait Player {
    /// What the plugin is. `[any]`
    fn description(&self) -> &Description;

    /// Name of the plugin and its track, for messages. `[any]`
    fn label(&self) -> &str;

    /// Ports and layouts as they are now.
    fn ports(&mut self) -> Result<Ports, HostError>;

    /// Every parameter, in the plugin's order.
    fn parameters(&mut self) -> Result<Vec<Parameter>, HostError>;

    /// The value of a parameter, in the plugin's own unit.
    fn value(&mut self, id: u32) -> Result<f64, HostError>;

    /// How the plugin writes a value.
    fn text_from_value(&mut self, id: u32, value: f64) -> Result<String, HostError>;

    /// How the plugin reads a text.
    fn value_from_text(&mut self, id: u32, text: &str) -> Result<f64, HostError>;

    /// Sets a parameter: at once while inactive, at the first frame of the next block while active.
    fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostError>;

    /// Tells the plugin that its track has another name or colour.
    fn set_track(&mut self, track: Track) -> Result<(), HostError>;

    /// Gets the plugin ready to play; one that is active already is deactivated first.
    fn activate(&mut self, activation: &Activation) -> Result<Activated, HostError>;

    /// Plays one block of 0 to `max_frames` frames.
    ///
    /// `input` and `output` have as many rows as the activation has channels. A side-chain of one row feeds a stereo
    /// side-chain input on both sides; without one, the input hears silence. `changes` take effect at their frame.
    fn process(
        &mut self,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        output: &mut [&mut [f32]],
        position: Position,
        changes: &[ParameterChange],
    ) -> Result<(), HostError>;

    /// Forgets the sound, keeps the settings.
    fn reset(&mut self) -> Result<(), HostError>;

    /// Ends playing; nothing happens to a plugin that is not active.
    fn deactivate(&mut self) -> Result<(), HostError>;

    /// Does what the plugin asked its host for: main-thread calls, parameter exchange, restarts.
    fn pump(&mut self) -> Result<(), HostError>;

    /// Everything the plugin sent out since this was asked last: gestures and values, in order.
    fn take_events(&mut self) -> Result<Vec<PluginEvent>, HostError>;

    /// What the plugin knows, as JSON, where it has [`crate::REPORT_EXTENSION`].
    fn report(&mut self) -> Result<Option<String>, HostError>;

    /// The plugin's state as it would be saved with a project.
    fn save_state(&mut self) -> Result<Vec<u8>, HostError>;

    /// Brings back a saved state.
    fn load_state(&mut self, state: &[u8]) -> Result<(), HostError>;

    /// How often the plugin called its host.
    fn host_calls(&mut self) -> Result<HostCalls, HostError>;
}

impl dyn Player + '_ {
    /// The parameter of this name: "Module/Name", a name that only one has, or the id as a number.
    pub fn find_parameter(&mut self, name: &str) -> Result<Parameter, HostError> {
        let parameters = self.parameters()?;
        crate::parameters::find(&parameters, name, self.label()).cloned()
    }

    /// Sets a parameter by its name and a text as the plugin shows it: `("Trim/Gain", "-1.5 dB")`.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), HostError> {
        let parameter = self.find_parameter(name)?;
        let value = self.value_from_text(parameter.id, text)?;
        self.set_value(parameter.id, value)
    }
}
