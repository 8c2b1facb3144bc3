//! Stem Trim in the session: what it announces, and what its master may ask of it.

use std::sync::{Arc, PoisonError, Weak};

use dsp::format::Format;
use dsp::role::Role;
use dsp::stem_chain::{StemChain, StemReadings, StemSettings};
use plugin_kit::door::Link;
use plugin_kit::figures::Figures;
use plugin_kit::membership;
use plugin_kit::playback::Playback;
use plugin_kit::readout::Readout;
use plugin_kit::voice::{self, Voice};
use serde_json::json;
use session::command::{Answer, Command};
use session::identity::Info;
use session::meters::{Meters, Position, Run};
use triple_buffer::Input;

use crate::params::StemParams;

/// The main thread's side.
pub struct StemSession {
    params: Arc<StemParams>,
    link: Weak<Link>,
    readings: Readout<StemReadings>,
}

impl StemSession {
    /// The session side of a plugin, and where its audio thread puts its readings. It answers when a host asks what the
    /// stem knows. `[setup]`
    pub fn new(params: Arc<StemParams>, link: &Arc<Link>) -> (Arc<Self>, Input<StemReadings>) {
        let (input, readings) = Readout::new();
        let session = Arc::new(Self { params, link: Arc::downgrade(link), readings });
        let reporter = Arc::downgrade(&session);
        link.set_report(move || reporter.upgrade().map_or_else(String::new, |session| session.report()));
        (session, input)
    }

    /// The audio thread's side for an activation. `[setup]`
    pub fn open_voice(self: &Arc<Self>, format: Format, max_block_frames: u32) -> Voice {
        let session = Arc::downgrade(self);
        let publisher = self.params.membership.publisher(move || {
            session.upgrade().map_or_else(Info::default, |session| session.info(format, max_block_frames))
        });
        Voice::new(publisher, format.sample_rate_hz)
    }

    /// The door to the host; nothing while the plugin is being destroyed. `[main]`
    pub fn link(&self) -> Option<Arc<Link>> {
        self.link.upgrade()
    }

    /// What has been measured last. `[main]`
    pub fn readings(&self) -> StemReadings {
        self.readings.latest()
    }

    /// The name the others see: the user's, else the track's, else the role's. `[main]`
    pub fn name(&self) -> String {
        let given = self.params.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        let track = self.link.upgrade().map(|link| link.track().name).unwrap_or_default();
        let names = [given, track, Role::from(self.params.role.value()).name().to_owned()];
        names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default()
    }

    /// The colour of the track as 0xAARRGGBB, where the host tells. `[main]`
    pub fn color_argb(&self) -> Option<u32> {
        self.link.upgrade().and_then(|link| link.track().color_argb)
    }

    fn info(&self, format: Format, max_block_frames: u32) -> Info {
        let link = self.link.upgrade();
        Info {
            name: self.name(),
            role: self.params.role.value() as u8,
            color_argb: link.as_ref().and_then(|link| link.track().color_argb).unwrap_or(0),
            channels: format.channels as u8,
            latency_frames: 0,
            sample_rate_hz: format.sample_rate_hz,
            max_block_frames,
            host_name: link.map(|link| link.host_name()).unwrap_or_default(),
            host_document: 0,
            plugin_version: membership::version(env!("CARGO_PKG_VERSION")),
        }
    }

    fn report(&self) -> String {
        let readings = self.readings();
        let figures = Figures::from(&stem_meters(&readings));
        let role = Role::from(self.params.role.value());
        let non_finite_samples = self.link.upgrade().map_or(0, |link| link.non_finite_samples());
        json!({
            "kind": "stem",
            "name": self.name(),
            "role": role.name(),
            "link": self.params.membership.link_sentence(),
            "non_finite_samples": non_finite_samples,
            "figures": figures,
        })
        .to_string()
    }
}

/// Does what the master asks. Trim and mute are set as host parameters, so that the project keeps them. `[audio]`
pub fn obey(voice: &mut Voice, chain: &mut StemChain, params: &StemParams, link: &Link) {
    let offline = link.is_offline();
    let mut restarted = false;
    voice.poll_commands(|command| match command {
        Command::ResetLoudness | Command::ResetPeaks => {
            restarted = true;
            Answer::Applied
        }
        // A bounce must not depend on somebody moving a fader in another window.
        Command::Trim { .. } | Command::Mute(_) if offline => Answer::Deferred,
        Command::Trim { trim_db } if link.edit_within_block(&params.trim.trim, trim_db) => clamped_or_applied(trim_db),
        Command::Mute(on) if link.edit_within_block(&params.trim.mute, on) => Answer::Applied,
        Command::Trim { .. } | Command::Mute(_) => Answer::Refused,
        Command::Solo(_) | Command::Color { .. } | Command::Identify => Answer::Unknown,
    });
    if restarted {
        restart_measurement(voice, chain);
    }
}

/// Starts the measurement again, as playback does. `[audio]`
pub fn restart_measurement(voice: &mut Voice, chain: &mut StemChain) {
    chain.reset_measurement();
    voice.count_reset();
}

/// Reads the meters, for the window and as they travel. `[audio]`
pub fn read(chain: &StemChain, settings: &StemSettings, window: &mut Input<StemReadings>) -> Meters {
    let readings = chain.readings();
    window.write(readings);
    Meters { trim_db: f64::from(settings.trim.trim_db), ..stem_meters(&readings) }
}

/// What the stem is doing at a moment. `[audio]`
pub fn position(playback: &Playback, settings: &StemSettings, link: &Link, processing: bool) -> Position {
    let position = voice::position(playback, link, processing);
    Position { run: Run { bypassed: settings.bypass, muted: settings.trim.mute, ..position.run }, ..position }
}

fn stem_meters(readings: &StemReadings) -> Meters {
    Meters {
        gain_reduction_db: readings.reduction_db,
        max_gain_reduction_db: readings.max_reduction_db,
        ..membership::meters(&readings.meter)
    }
}

fn clamped_or_applied(trim_db: f32) -> Answer {
    if (-24.0..=12.0).contains(&trim_db) { Answer::Applied } else { Answer::Clamped }
}
