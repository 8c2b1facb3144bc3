//! Stem Trim in the session: what it announces, and what its master may ask of it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use dsp::format::Format;
use dsp::role::Role;
use dsp::stem_chain::{StemChain, StemReadings, StemSettings};
use plugin_kit::door::Link;
use plugin_kit::figures::Figures;
use plugin_kit::membership;
use plugin_kit::playback::Playback;
use serde_json::json;
use session::command::{Answer, Command};
use session::identity::Info;
use session::meters::{Meters, Position, Run};
use session::publisher::Publisher;
use triple_buffer::{Input, Output, triple_buffer};

use crate::params::StemParams;

/// The main thread's side.
pub struct StemSession {
    params: Arc<StemParams>,
    link: Weak<Link>,
    readings: Mutex<Output<StemReadings>>,
    /// The audio thread's end of `readings`, between activations.
    spare: Mutex<Option<Input<StemReadings>>>,
}

impl StemSession {
    /// A session side for a plugin; it answers when a host asks what the stem knows. `[setup]`
    pub fn new(params: Arc<StemParams>, link: &Arc<Link>) -> Arc<Self> {
        let (input, output) = triple_buffer(&StemReadings::default());
        let session = Arc::new(Self {
            params,
            link: Arc::downgrade(link),
            readings: Mutex::new(output),
            spare: Mutex::new(Some(input)),
        });
        let reporter = Arc::downgrade(&session);
        link.set_report(move || reporter.upgrade().map_or_else(String::new, |session| session.report()));
        session
    }

    /// The audio thread's side for an activation. `[setup]`
    pub fn open_voice(self: &Arc<Self>, format: Format, max_block_frames: u32) -> Voice {
        let session = Arc::downgrade(self);
        let publisher = self.params.membership.publisher(move || {
            session.upgrade().map_or_else(Info::default, |session| session.info(format, max_block_frames))
        });
        Voice { publisher, readings: None, resets: 0 }
    }

    /// What has been measured last. `[main]`
    pub fn readings(&self) -> StemReadings {
        *self.readings.lock().unwrap_or_else(PoisonError::into_inner).read()
    }

    /// The name the others see: the user's, else the track's, else the role's.
    pub fn name(&self) -> String {
        let given = self.params.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        let track = self.link.upgrade().map(|link| link.track().name).unwrap_or_default();
        let role = Role::from(self.params.role.value());
        [given, track, role.name().to_owned()].into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default()
    }
}
