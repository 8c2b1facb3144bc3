//! Stem Trim in the session: what it announces, and what its master may ask of it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use dsp::format::Format;
use dsp::role::Role;
use dsp::stem_chain::{StemChain, StemReadings, StemSettings};
use nice_plug::prelude::Param;
use plugin_kit::door::Link;
use plugin_kit::feed::Feed;
use plugin_kit::figures::Figures;
use plugin_kit::membership;
use plugin_kit::playback::Playback;
use plugin_kit::readout::Readout;
use plugin_kit::voice::{self, Voice};
use serde_json::json;
use session::command::{Answer, Command};
use session::identity::{Info, ResetPolicy};
use session::meters::{Meters, Position, Run};
use triple_buffer::Input;

use crate::params::StemParams;

/// The main thread's side.
pub struct StemSession {
    params: Arc<StemParams>,
    link: Weak<Link>,
    readings: Readout<StemReadings>,
    /// The stem's solo. It belongs to the moment, not to the project.
    soloed: AtomicBool,
    /// The window wants the measurement to begin again.
    has_new_measurement: AtomicBool,
    /// The sound on its way to the window; its figure is the compressor's reduction.
    pub feed: Arc<Feed<1>>,
    /// How often the master asked which stem this is.
    identify_count: AtomicU32,
    /// The count when it was looked at last, and when it had last changed by then.
    identified: Mutex<(u32, Option<Instant>)>,
    /// Whether the host gives the track a colour, as far as the session's thread knows.
    has_track_color: AtomicBool,
    /// The master has given a colour that is not saved yet.
    has_new_color: AtomicBool,
}

/// How long the window flashes when the master asks which stem this is.
const FLASH: Duration = Duration::from_secs(2);

impl StemSession {
    /// The session side of a plugin, and where its audio thread puts its readings. It answers when a host asks what the
    /// stem knows. `[setup]`
    pub fn new(params: Arc<StemParams>, link: &Arc<Link>) -> (Arc<Self>, Input<StemReadings>) {
        let (input, readings) = Readout::new();
        let session = Arc::new(Self {
            params,
            link: Arc::downgrade(link),
            readings,
            soloed: AtomicBool::new(false),
            has_new_measurement: AtomicBool::new(false),
            feed: Feed::new(),
            identify_count: AtomicU32::new(0),
            identified: Mutex::default(),
            has_track_color: AtomicBool::new(false),
            has_new_color: AtomicBool::new(false),
        });
        let keeper = Arc::clone(&session.params);
        link.guard_identity(&["session", "name", "color"], move |saved| keeper.membership.may_become(saved));
        let reporter = Arc::downgrade(&session);
        link.set_report(move || reporter.upgrade().map_or_else(String::new, |session| session.report()));
        (session, input)
    }

    /// The audio thread's side for an activation. `[setup]`
    pub fn open_voice(self: &Arc<Self>, format: Format, max_block_frames: u32) -> Voice {
        let (teller, deputy) = (Arc::downgrade(self), Arc::downgrade(self));
        let publisher = self.params.membership.publisher(
            move || teller.upgrade().map_or_else(Info::default, |session| session.info(format, max_block_frames)),
            move |command| deputy.upgrade().map_or(Answer::Busy, |session| session.obey_at_rest(command)),
        );
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

    /// The name the others see: the user's, else the track's, else the role's, else "Stem" and a number. `[main]`
    pub fn name(&self) -> String {
        self.own_name().unwrap_or_else(|| self.params.membership.name())
    }

    fn own_name(&self) -> Option<String> {
        let given = self.params.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        let track = self.link.upgrade().map(|link| link.track().name).unwrap_or_default();
        let role = Some(Role::from(self.params.role.value())).filter(|role| *role != Role::Other);
        let names = [given, track, role.map_or("", Role::name).to_owned()];
        names.into_iter().find(|name| !name.trim().is_empty())
    }

    /// The colour as 0xAARRGGBB: the track's where the host tells, else the one the master gave. `[main]`
    pub fn color_argb(&self) -> Option<u32> {
        let track = self.link.upgrade().and_then(|link| link.track().color_argb);
        let own = Some(self.params.color_argb.load(Ordering::Relaxed)).filter(|color_argb| *color_argb != 0);
        track.or(own)
    }

    /// Whether the stem is soloed. `[any]`
    pub fn is_soloed(&self) -> bool {
        self.soloed.load(Ordering::Relaxed)
    }

    /// Solos the stem: the others of its session are silent until it is taken back. `[any]`
    pub fn set_solo(&self, on: bool) {
        self.soloed.store(on, Ordering::Relaxed);
    }

    /// Lets the measurement begin again with the next block. `[any]`
    pub fn restart_measurement(&self) {
        self.has_new_measurement.store(true, Ordering::Relaxed);
    }

    /// Whether it shall begin again, once for each time it was asked. `[audio]`
    pub fn takes_new_measurement(&self) -> bool {
        self.has_new_measurement.swap(false, Ordering::Relaxed)
    }

    /// How strongly the window flashes because the master asked which stem this is: 1 at first, 0 after two seconds and
    /// at all other times. `[main]`
    pub fn flash(&self) -> f32 {
        let mut seen = self.identified.lock().unwrap_or_else(PoisonError::into_inner);
        let count = self.identify_count.load(Ordering::Relaxed);
        if seen.0 != count {
            *seen = (count, Some(Instant::now()));
        }
        seen.1.map_or(0.0, |asked| 1.0 - asked.elapsed().as_secs_f32() / FLASH.as_secs_f32()).max(0.0)
    }

    fn info(&self, format: Format, max_block_frames: u32) -> Info {
        let link = self.link.upgrade();
        // Notes when it began also while no window looks.
        self.flash();
        self.save_color(link.as_deref());
        Info {
            name: self.own_name().unwrap_or_default(),
            role: self.params.role.value() as u8,
            color_argb: self.color_argb().unwrap_or(0),
            channels: format.channels as u8,
            latency_frames: 0,
            sample_rate_hz: format.sample_rate_hz,
            max_block_frames,
            host_name: link.map(|link| link.host_name()).unwrap_or_default(),
            host_document: 0,
            plugin_version: membership::version(env!("CARGO_PKG_VERSION")),
            soloed: self.is_soloed(),
            reset_policy: ResetPolicy::default(),
        }
    }

    /// A colour the master gave has to be saved, and the audio thread cannot ask the host for that.
    fn save_color(&self, link: Option<&Link>) {
        let has_track_color = link.is_some_and(|link| link.track().color_argb.is_some());
        self.has_track_color.store(has_track_color, Ordering::Relaxed);
        let is_news = self.has_new_color.swap(false, Ordering::Relaxed);
        if let Some(link) = link.filter(|_| is_news) {
            link.request_save();
        }
    }

    /// Does what the master asks while no audio runs. The session's own thread
    pub fn obey_at_rest(&self, command: Command) -> Answer {
        let Some(link) = self.link.upgrade() else { return Answer::Busy };
        self.obey(command, &link, At::Rest)
    }

    /// Does what the master asks. Trim and mute are set as host parameters, so that the project keeps them. `[any]`
    fn obey(&self, command: Command, link: &Link, at: At) -> Answer {
        let trim = &self.params.trim;
        match command {
            // A bounce must not depend on somebody moving a fader in another window.
            Command::Trim { .. } | Command::Mute(_) if link.is_offline() => Answer::Deferred,
            Command::Trim { trim_db } => edit(link, at, &trim.trim, trim_db, clamped_or_applied(trim_db)),
            Command::Mute(on) => edit(link, at, &trim.mute, on, Answer::Applied),
            Command::Solo(on) => {
                self.set_solo(on);
                Answer::Applied
            }
            Command::Identify => {
                self.identify_count.fetch_add(1, Ordering::Relaxed);
                Answer::Applied
            }
            Command::Color { .. } if self.has_track_color.load(Ordering::Relaxed) => Answer::TrackDecides,
            Command::Color { color_argb } => {
                self.params.color_argb.store(color_argb, Ordering::Relaxed);
                self.has_new_color.store(true, Ordering::Relaxed);
                Answer::Applied
            }
            // The chain belongs to the audio thread: see `obey` below.
            Command::ResetLoudness | Command::ResetPeaks => Answer::Unknown,
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

/// Where a parameter is set.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// On the audio thread.
    Block,
    /// On the session's own thread, while no audio runs.
    Rest,
}

/// Sets a host parameter, unless the host is doing that.
fn edit<P: Param>(link: &Link, at: At, parameter: &P, plain: P::Plain, done: Answer) -> Answer {
    let set = match at {
        At::Block if link.is_automated(parameter) => return Answer::Refused,
        At::Block => link.edit_within_block(parameter, plain),
        At::Rest => link.edit(parameter, plain),
    };
    if set { done } else { Answer::Busy }
}

/// Does what the master asks. `[audio]`
pub fn obey(voice: &mut Voice, chain: &mut StemChain, session: &StemSession, link: &Link) {
    let mut restarted = session.takes_new_measurement();
    voice.poll_commands(|command| match command {
        Command::ResetLoudness | Command::ResetPeaks => {
            restarted = true;
            Answer::Applied
        }
        command => session.obey(command, link, At::Block),
    });
    if restarted {
        restart_measurement(voice, chain);
    }
}

/// The settings as they are heard: while another stem is soloed, as if the mute were on. That counts in bypass, too.
/// `[audio]`
pub fn heard(settings: &StemSettings, is_silenced: bool) -> StemSettings {
    let mut heard = *settings;
    heard.trim.mute |= is_silenced;
    heard.bypass &= !is_silenced;
    heard
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
pub fn position(
    playback: &Playback,
    settings: &StemSettings,
    session: &StemSession,
    link: &Link,
    processing: bool,
) -> Position {
    let position = voice::position(playback, link, processing);
    let (bypassed, muted, soloed) = (settings.bypass, settings.trim.mute, session.is_soloed());
    Position { run: Run { bypassed, muted, soloed, ..position.run }, ..position }
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
