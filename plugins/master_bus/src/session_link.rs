//! Master Bus in the session: the stems it sees, and what it tells of the mix.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use dsp::format::Format;
use dsp::master_chain::{MasterChain, MasterReadings, MasterSettings};
use dsp::meter::null::{NullReadings, NullVerdict};
use dsp::role::Role;
use plugin_kit::door::Link;
use plugin_kit::feed::Feed;
use plugin_kit::figures::{Figures, audible};
use plugin_kit::membership;
use plugin_kit::playback::Playback;
use plugin_kit::readout::Readout;
use plugin_kit::voice::{self, Voice};
use serde_json::{Value, json};
use session::command::{Answer, Command};
use session::identity::Info;
use session::member::{Activity, StemView};
use session::meters::{Meters, Position, Run};
use triple_buffer::Input;

use crate::alignment::Alignment;
use crate::limiter_feed::LimiterFeed;
use crate::params::MasterParams;

/// What the audio thread tells the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// What has been measured last.
    pub readings: MasterReadings,
    /// The transport runs.
    pub is_playing: bool,
}

/// The main thread's side.
pub struct MasterSession {
    params: Arc<MasterParams>,
    link: Weak<Link>,
    measured: Readout<Measured>,
    limiter_feed: LimiterFeed,
    feed: Arc<Feed<0>>,
    /// Of the last activation; 0 before the first.
    sample_rate_hz: AtomicU32,
    /// Of the last activation.
    alignment: Mutex<Option<Arc<Alignment>>>,
    /// Set by the audio thread, taken by the session's helper.
    is_stems_reset_asked: AtomicBool,
}

impl MasterSession {
    /// The session side of a plugin, and where its audio thread puts its readings. It answers when a host asks what the
    /// master knows. `[setup]`
    pub fn new(params: Arc<MasterParams>, link: &Arc<Link>) -> (Arc<Self>, Input<Measured>) {
        let (input, measured) = Readout::new();
        let session = Arc::new(Self {
            params,
            link: Arc::downgrade(link),
            measured,
            limiter_feed: LimiterFeed::default(),
            feed: Feed::new(),
            sample_rate_hz: AtomicU32::new(0),
            alignment: Mutex::default(),
            is_stems_reset_asked: AtomicBool::new(false),
        });
        let keeper = Arc::clone(&session.params);
        link.guard_identity(&["session"], move |saved| keeper.membership.may_become(saved));
        let reporter = Arc::downgrade(&session);
        link.set_report(move || reporter.upgrade().map_or_else(String::new, |session| session.report()));
        (session, input)
    }

    /// The audio thread's side for an activation. `[setup]`
    pub fn open_voice(self: &Arc<Self>, format: Format, latency_frames: u32, max_block_frames: u32) -> Voice {
        let session = Arc::downgrade(self);
        let params = Arc::clone(&self.params);
        let describe = move |session: Option<Arc<Self>>| Info {
            name: "Master".to_owned(),
            role: Role::Other as u8,
            color_argb: 0,
            channels: format.channels as u8,
            latency_frames,
            sample_rate_hz: format.sample_rate_hz,
            max_block_frames,
            host_name: session
                .and_then(|session| session.link.upgrade())
                .map(|link| link.host_name())
                .unwrap_or_default(),
            host_document: 0,
            plugin_version: membership::version(env!("CARGO_PKG_VERSION")),
            soloed: false,
            reset_policy: params.measure.reset_policy.value().into(),
        };
        let info = move || {
            let session = session.upgrade();
            // The session's helper asks a few times a second, on a thread that may take its time.
            if let Some(session) = &session {
                session.find_offset();
                session.reset_stems_if_asked();
            }
            describe(session)
        };
        // Nobody commands a master.
        let publisher = self.params.membership.publisher(info, |_| Answer::Unknown);
        Voice::new(publisher, format.sample_rate_hz)
    }

    /// What the audio thread said last. `[main]`
    pub fn measured(&self) -> Measured {
        self.measured.latest()
    }

    /// What the limiter does, for an open window. `[any]`
    pub fn limiter_feed(&self) -> &LimiterFeed {
        &self.limiter_feed
    }

    /// The sound before and after the chain, for an open window. `[any]`
    pub fn feed(&self) -> &Arc<Feed<0>> {
        &self.feed
    }

    /// The plugin runs at this rate from now on. `[setup]`
    pub fn note_rate(&self, sample_rate_hz: f64) {
        self.sample_rate_hz.store(sample_rate_hz.round() as u32, Ordering::Relaxed);
    }

    /// The rate the plugin runs at; before its first activation a usual one. `[main]`
    pub fn sample_rate_hz(&self) -> f64 {
        match self.sample_rate_hz.load(Ordering::Relaxed) {
            0 => 48_000.0,
            sample_rate_hz => f64::from(sample_rate_hz),
        }
    }

    /// The plugin's side of the door, as long as there is one. `[main]`
    pub fn link(&self) -> Option<Arc<Link>> {
        self.link.upgrade()
    }

    /// Where an activation puts its input and the reference mix aside. `[setup]`
    pub fn open_alignment(&self, format: Format) -> Arc<Alignment> {
        let alignment = Alignment::new(format.sample_rate_hz);
        *self.alignment.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&alignment));
        alignment
    }

    /// Looks how much later the stems come than the reference mix, if there is something new to look at.
    fn find_offset(&self) {
        let alignment = self.alignment.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(alignment) = alignment {
            alignment.find();
        }
    }

    /// The stems of the session, as they are now. `[main]`
    pub fn stems(&self) -> Vec<StemView> {
        self.params.membership.stems()
    }

    /// The measurement began again by hand or by automation: so must that of the stems, as soon as the session's helper
    /// comes by. A host may be slow to call the main thread, or (VST3 on Linux without a window) never do it. `[audio]`
    pub fn ask_stems_reset(&self) {
        self.is_stems_reset_asked.store(true, Ordering::Relaxed);
    }

    /// Starts the measurement of every stem again, if that was asked for.
    fn reset_stems_if_asked(&self) {
        if !self.is_stems_reset_asked.swap(false, Ordering::Relaxed) {
            return;
        }
        let reset = self.params.membership.try_with_member(|member| {
            let mut stems = Vec::new();
            member.stems(&mut stems);
            for stem in &stems {
                // A stem that has just left has nothing to reset.
                let _ = member.send(stem.id, Command::ResetLoudness);
            }
        });
        if reset.is_none() {
            // The next round will find the seat free.
            self.ask_stems_reset();
        }
    }

    fn report(&self) -> String {
        self.find_offset();
        let readings = self.measured().readings;
        let non_finite_samples = self.link.upgrade().map_or(0, |link| link.non_finite_samples());
        let stems: Vec<Value> = self.stems().iter().map(stem_report).collect();
        json!({
            "kind": "master",
            "link": self.params.membership.link_sentence(),
            "non_finite_samples": non_finite_samples,
            "figures": Figures {
                itu_true_peak_dbtp: audible(readings.meter.itu_true_peak_dbtp),
                ..Figures::from(&master_meters(&readings))
            },
            "range_is_stable": readings.meter.range_is_stable,
            "momentary_lufs": audible(readings.meter.momentary_lufs),
            "short_term_lufs": audible(readings.meter.short_term_lufs),
            "max_compressor_reduction_db": readings.max_compressor_reduction_db,
            "limiter_reduction_db": readings.limiter_reduction_db,
            "max_limiter_reduction_db": readings.max_limiter_reduction_db,
            "limiter_reducing_share": readings.limiter_reducing_share,
            "null_test": readings.null.as_ref().map(null_report),
            "stems": stems,
        })
        .to_string()
    }
}

fn null_report(comparison: &NullReadings) -> Value {
    json!({
        "verdict": comparison.verdict().map(|verdict| match verdict {
            NullVerdict::Pass => "pass",
            NullVerdict::Warn => "warn",
            NullVerdict::Fail => "fail",
        }),
        "offset_frames": comparison.offset_frames,
        "residual_dbfs": audible(comparison.residual_dbfs),
        "worst_residual_dbfs": audible(comparison.worst_residual_dbfs),
        "worst_relative_db": comparison.worst_relative_db.and_then(audible),
        "worst_song_frames": comparison.worst_song_frames,
        "peak_dbfs": audible(comparison.peak_dbfs),
    })
}

fn stem_report(stem: &StemView) -> Value {
    let role = Role::ALL.get(usize::from(stem.info.role)).copied().unwrap_or_default();
    let activity = match stem.activity {
        Activity::Live => "live",
        Activity::Idle => "idle",
        Activity::Stale { .. } => "stale",
    };
    json!({
        "name": stem.info.name,
        "role": role.name(),
        "activity": activity,
        "song_frames": stem.position.song_frames,
        "sample_rate_hz": stem.info.sample_rate_hz,
        "trim_db": stem.meters.trim_db,
        "momentary_lufs": audible(stem.meters.momentary_lufs),
        "gain_reduction_db": stem.meters.gain_reduction_db,
        "figures": Figures::from(&stem.meters),
    })
}

/// Starts the measurement again. `[audio]`
pub fn restart_measurement(voice: &mut Voice, chain: &mut MasterChain) {
    chain.reset_measurement();
    voice.count_reset();
}

/// Reads the meters, for the window and as they travel. `[audio]`
pub fn read(chain: &MasterChain, position: Position, window: &mut Input<Measured>) -> Meters {
    let readings = chain.readings();
    window.write(Measured { readings, is_playing: position.run.playing });
    master_meters(&readings)
}

/// What the master is doing at a moment. `[audio]`
pub fn position(playback: &Playback, settings: &MasterSettings, link: &Link, processing: bool) -> Position {
    let position = voice::position(playback, link, processing);
    Position { run: Run { bypassed: settings.bypass, ..position.run }, ..position }
}

/// The limiter's reduction is the master's: what the compressor does has a meter of its own.
fn master_meters(readings: &MasterReadings) -> Meters {
    Meters {
        gain_reduction_db: readings.limiter_reduction_db,
        max_gain_reduction_db: readings.max_limiter_reduction_db,
        ..membership::meters(&readings.meter)
    }
}
