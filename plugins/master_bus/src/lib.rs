//! Master Bus: the stems side by side, and the master on their sum.

mod alignment;
mod editor;
mod limiter_feed;
mod params;
mod session_link;

use std::sync::Arc;

use dsp::format::Format;
use dsp::master_chain::MasterChain;
use nice_plug::prelude::*;
use plugin_kit::door::Link;
use plugin_kit::feed::Tap;
use plugin_kit::playback::Playback;
use plugin_kit::voice::{self, Voice};
use triple_buffer::Input;

use alignment::Recorder;
use params::MasterParams;
use session_link::{MasterSession, Measured};

/// The plugin.
pub struct MasterBus {
    params: Arc<MasterParams>,
    link: Arc<Link>,
    session: Arc<MasterSession>,
    /// What the window and the session side read.
    measured: Input<Measured>,
    /// Present while active.
    active: Option<Active>,
}

/// What the audio thread owns while the plugin is active.
struct Active {
    chain: MasterChain,
    voice: Voice,
    playback: Playback,
    /// Knows how much later the input comes than the reference.
    recorder: Recorder,
    /// To the spectra of an open window.
    tap: Tap<0>,
}

impl Default for MasterBus {
    fn default() -> Self {
        let params = Arc::new(MasterParams::default());
        let link = Link::new(params.clone());
        let (session, measured) = MasterSession::new(params.clone(), &link);
        Self { params, link, session, measured, active: None }
    }
}

impl Plugin for MasterBus {
    const NAME: &'static str = "Master Bus";
    const VENDOR: &'static str = "Stemma";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: NonZeroU32::new(2),
        main_output_channels: NonZeroU32::new(2),
        aux_input_ports: &[new_nonzero_u32(2)],
        names: PortNames { layout: Some("Stereo"), aux_inputs: &["Reference mix"], ..PortNames::const_default() },
        ..AudioIOLayout::const_default()
    }];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = editor::Editor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<editor::Editor> {
        editor::create(self.params.clone(), self.session.clone())
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let format = Format::stereo(f64::from(config.sample_rate));
        if !format.is_supported() {
            return false;
        }
        let mut chain = MasterChain::new(format);
        chain.set(&self.params.settings());
        let latency_frames = chain.latency_frames() as u32;
        context.set_latency_samples(latency_frames);
        self.session.note_rate(format.sample_rate_hz);
        let voice = self.session.open_voice(format, latency_frames, config.max_buffer_size);
        let recorder = Recorder::new(self.session.open_alignment(format));
        let tap = self.session.feed().open(format, config.max_buffer_size as usize);
        self.active = Some(Active { chain, voice, playback: Playback::default(), recorder, tap });
        true
    }

    fn reset(&mut self) {
        if let Some(active) = &mut self.active {
            active.chain.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        auxiliary: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(Active { chain, voice, playback, recorder, tap }) = &mut self.active else {
            return ProcessStatus::Error("process was called while inactive");
        };
        let moves = playback.follow(context.transport(), buffer.samples());
        let asked = self.params.take_reset_request();
        if asked || voice::restarts(self.params.measure.reset_policy.value().into(), moves) {
            session_link::restart_measurement(voice, chain);
        }
        if asked {
            // What playback does the stems see themselves, in time also when rendering fast.
            self.session.ask_stems_reset();
        }
        let settings = self.params.settings();
        chain.set(&settings);
        let reference = match auxiliary.inputs.first_mut().map(|port| &*port.as_slice()) {
            Some([left, right]) => Some([&**left, &**right]),
            _ => None,
        };
        if moves.started || moves.jumped {
            recorder.begin_again();
        }
        let song_frames = playback.song_frames().saturating_sub(buffer.samples() as i64);
        tap.before(buffer.as_slice());
        if let [left, right] = buffer.as_slice() {
            recorder.process(chain, [left, right], reference, song_frames, self.link.is_offline());
        }
        tap.after(buffer.as_slice(), || []);
        self.session.limiter_feed().follow(chain.limiter_trace(), playback.is_playing());
        let position = session_link::position(playback, &settings, &self.link, true);
        voice.announce(position, buffer.samples(), || session_link::read(chain, position, &mut self.measured));
        ProcessStatus::Tail(chain.latency_frames() as u32)
    }

    fn stop_processing(&mut self) {
        if let Some(Active { chain, voice, playback, .. }) = &mut self.active {
            let position = session_link::position(playback, &self.params.settings(), &self.link, false);
            voice.announce_now(position, || session_link::read(chain, position, &mut self.measured));
        }
    }

    fn deactivate(&mut self) {
        self.active = None;
    }
}

impl Drop for MasterBus {
    fn drop(&mut self) {
        self.params.membership.leave();
    }
}

impl ClapPlugin for MasterBus {
    const CLAP_ID: &'static str = "org.stemma.master-bus";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("The stems side by side; EQ, compressor, true-peak limiter and loudness on their sum");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Mastering,
        ClapFeature::Limiter,
        ClapFeature::Analyzer,
        ClapFeature::Stereo,
    ];
}

plugin_kit::export!(MasterBus);
