//! Who an instance is: what the project file keeps, and what the others are told.

use crate::uuid::Uuid;

/// What an instance is in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A stem: publishes its meters, obeys its master.
    Stem,
    /// A master: reads the stems of its session. It publishes the meters of the mix in a slot of its own.
    Master,
}

/// What a plugin keeps in its state so that a project reopens with everything linked.
///
/// The session may change it (a copied track takes a fresh id, a new stem joins a master): poll
/// [`Member::identity`](crate::member::Member::identity) and save what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The instance. No two live instances have the same.
    pub instance: Uuid,
    /// The session the instance belongs to; `None` until a stem has joined one.
    pub session: Option<Uuid>,
    /// The session's visible name; the master's is the one that counts. At most 64 bytes travel.
    pub session_name: String,
    /// Link across applications and projects too, as long as the session is the same. Off unless the user asks for it.
    pub across_applications: bool,
    /// The number of a stem without a name of its own, "Stem 3"; 0 until it needed one. No two stems of a session have
    /// the same.
    pub stem_number: u32,
}

impl Identity {
    /// A new instance that belongs to no session yet. `[setup]`
    pub fn new() -> Self {
        Self { instance: Uuid::random(), ..Self::default() }
    }
}

/// What an instance tells the others about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// The name of the stem or of the mix; at most 64 bytes of UTF-8 travel. A stem that says none is called "Stem" and
    /// its number.
    pub name: String,
    /// The number of the stem's role in the role menu; readers treat unknown numbers as "other".
    pub role: u8,
    /// Colour of the track as `0xAARRGGBB`; 0 is none.
    pub color_argb: u32,
    /// Channels of the stem: 1 or 2.
    pub channels: u8,
    /// Latency the plugin reports to its host.
    pub latency_frames: u32,
    /// Sample rate the plugin runs at.
    pub sample_rate_hz: f64,
    /// Largest block the host announced.
    pub max_block_frames: u32,
    /// The host's name; at most 32 bytes travel.
    pub host_name: String,
    /// A hash that names the open project, where the host tells; 0 is unknown.
    pub host_document: u64,
    /// Version of the plugin: major, minor, patch.
    pub plugin_version: [u16; 3],
    /// A stem's solo is on: the other stems of the session are silent.
    pub soloed: bool,
    /// A master: when its stems begin to measure again.
    pub reset_policy: ResetPolicy,
}

/// When the measurements of a session start again by themselves. Its master decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResetPolicy {
    /// Only when asked.
    Manual,
    /// When playback starts.
    #[default]
    OnPlay,
    /// When playback starts or jumps.
    OnJump,
}

impl ResetPolicy {
    /// As it travels; never 0.
    pub(crate) fn number(self) -> u64 {
        match self {
            ResetPolicy::Manual => 1,
            ResetPolicy::OnPlay => 2,
            ResetPolicy::OnJump => 3,
        }
    }

    /// From what has travelled; what is not known is what an unlinked stem does.
    pub(crate) fn from_number(number: u64) -> Self {
        match number {
            1 => ResetPolicy::Manual,
            3 => ResetPolicy::OnJump,
            _ => ResetPolicy::OnPlay,
        }
    }
}
