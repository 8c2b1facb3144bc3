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
}

impl StemSession {
    /// The session side of a plugin, and where its audio thread puts its readings. It answers when a host asks what the
    /// stem knows. `[setup]`
    pub fn new(params: Arc<StemParams>, link: &Arc<Link>) -> (Arc<Self>, Input<StemReadings>) {
        let (input, output) = triple_buffer(&StemReadings::default());
        let session = Arc::new(Self { params, link: Arc::downgrade(link), readings: Mutex::new(output) });
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
        Voice { publisher, sample_rate_hz: format.sample_rate_hz, reset_count: 0 }
    }

    /// What has been measured last. `[main]`
    pub fn readings(&self) -> StemReadings {
        *self.readings.lock().unwrap_or_else(PoisonError::into_inner).read()
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

/// The audio thread's side of one activation.
pub struct Voice {
    publisher: Publisher,
    sample_rate_hz: f64,
    /// How often the measurement began again.
    reset_count: u64,
}

impl Voice {
    /// Does what the master asks. Trim and mute are set as host parameters, so that the project keeps them. `[audio]`
    pub fn obey(&mut self, chain: &mut StemChain, params: &StemParams, link: &Link) {
        let reset_count = &mut self.reset_count;
        let offline = link.is_offline();
        self.publisher.poll_commands(|command| match command {
            Command::ResetLoudness | Command::ResetPeaks => {
                chain.reset_measurement();
                *reset_count += 1;
                Answer::Applied
            }
            // A bounce must not depend on somebody moving a fader in another window.
            Command::Trim { .. } | Command::Mute(_) if offline => Answer::Deferred,
            Command::Trim { trim_db } => {
                let done = link.edit_within_block(&params.trim.trim, trim_db);
                if done { clamped_or_applied(trim_db) } else { Answer::Refused }
            }
            Command::Mute(on) if link.edit_within_block(&params.trim.mute, on) => Answer::Applied,
            Command::Mute(_) => Answer::Refused,
            Command::Solo(_) | Command::Color { .. } | Command::Identify => Answer::Unknown,
        });
    }

    /// Starts the measurement again, as playback does. `[audio]`
    pub fn restart_measurement(&mut self, chain: &mut StemChain) {
        chain.reset_measurement();
        self.reset_count += 1;
    }

    /// Tells the session and the window what was heard up to the end of a block of `frames` frames. `[audio]`
    pub fn announce(
        &mut self,
        chain: &StemChain,
        settings: &StemSettings,
        position: Position,
        readings: &mut Input<StemReadings>,
        frames: usize,
    ) {
        // Without news the meters are not read: what is published then is only the position.
        let meters =
            if self.publisher.is_due(frames) { self.read(chain, settings, readings) } else { Meters::default() };
        self.publisher.publish(&meters, position, frames);
    }

    /// Tells the last figures before a stop, however few frames have passed. `[audio]`
    pub fn announce_now(
        &mut self,
        chain: &StemChain,
        settings: &StemSettings,
        position: Position,
        readings: &mut Input<StemReadings>,
    ) {
        let meters = self.read(chain, settings, readings);
        self.publisher.publish_now(&meters, position);
    }

    fn read(&self, chain: &StemChain, settings: &StemSettings, window: &mut Input<StemReadings>) -> Meters {
        let readings = chain.readings();
        window.write(readings);
        Meters {
            trim_db: f64::from(settings.trim.trim_db),
            loudness_reset_count: self.reset_count,
            sample_rate_hz: self.sample_rate_hz,
            ..stem_meters(&readings)
        }
    }
}

/// What a stem is doing at a moment. `[audio]`
pub fn position(playback: &Playback, settings: &StemSettings, link: &Link, processing: bool) -> Position {
    Position {
        song_frames: playback.song_frames(),
        run: Run {
            processing,
            offline: link.is_offline(),
            bypassed: settings.bypass,
            playing: playback.is_playing(),
            muted: settings.trim.mute,
            soloed: false,
        },
    }
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
