//! Stem Trim: corrects a stem a little, and tells the session what it hears.

mod editor;
mod params;
mod session_link;

use std::sync::Arc;

use dsp::format::Format;
use dsp::stem_chain::{StemChain, StemReadings};
use nice_plug::prelude::*;
use plugin_kit::door::Link;
use plugin_kit::feed::Tap;
use plugin_kit::playback::Playback;
use plugin_kit::voice::Voice;

use triple_buffer::Input;

use params::StemParams;
use session_link::StemSession;

/// The plugin.
pub struct StemTrim {
    params: Arc<StemParams>,
    link: Arc<Link>,
    session: Arc<StemSession>,
    /// What the window and the session side read.
    readings: Input<StemReadings>,
    /// Present while active.
    active: Option<Active>,
}

/// What the audio thread owns while the plugin is active.
struct Active {
    chain: StemChain,
    voice: Voice,
    playback: Playback,
    /// What an open window hears.
    tap: Tap<1>,
    /// Another stem was soloed in the last block.
    was_silenced: bool,
}

impl Default for StemTrim {
    fn default() -> Self {
        let params = Arc::new(StemParams::default());
        let link = Link::new(params.clone());
        let (session, readings) = StemSession::new(params.clone(), &link);
        Self { params, link, session, readings, active: None }
    }
}

impl Plugin for StemTrim {
    const NAME: &'static str = "Stem Trim";
    const VENDOR: &'static str = "Stemma";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(2),
            main_output_channels: NonZeroU32::new(2),
            names: PortNames { layout: Some("Stereo"), ..PortNames::const_default() },
            ..AudioIOLayout::const_default()
        },
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(1),
            main_output_channels: NonZeroU32::new(1),
            names: PortNames { layout: Some("Mono"), ..PortNames::const_default() },
            ..AudioIOLayout::const_default()
        },
    ];
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
        layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let format = Format {
            sample_rate_hz: f64::from(config.sample_rate),
            channels: layout.main_input_channels.map_or(2, |channels| channels.get() as usize),
        };
        if !format.is_supported() {
            return false;
        }
        let mut chain = StemChain::new(format);
        chain.set(&self.params.settings());
        context.set_latency_samples(chain.latency_frames() as u32);
        let voice = self.session.open_voice(format, config.max_buffer_size);
        let tap = self.session.feed.open(format, config.max_buffer_size as usize);
        self.active = Some(Active { chain, voice, playback: Playback::default(), tap, was_silenced: false });
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
        _auxiliary: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(Active { chain, voice, playback, tap, was_silenced }) = &mut self.active else {
            return ProcessStatus::Error("process was called while inactive");
        };
        let moves = playback.follow(context.transport(), buffer.samples());
        if voice.restarts(moves) {
            session_link::restart_measurement(voice, chain);
        }
        session_link::obey(voice, chain, &self.session, &self.link);
        let settings = self.params.settings();
        let is_silenced = voice.is_silenced(&self.link);
        chain.set(&session_link::heard(&settings, is_silenced));
        if std::mem::replace(was_silenced, is_silenced) && self.link.is_offline() {
            // A render must not begin with the end of a solo.
            chain.reset();
        }
        tap.around(buffer.as_slice(), |piece| {
            chain.process(piece);
            [chain.reduction_db() as f32]
        });
        let position = session_link::position(playback, &settings, &self.session, &self.link, true);
        voice.announce(position, buffer.samples(), || session_link::read(chain, &settings, &mut self.readings));
        ProcessStatus::Normal
    }

    fn stop_processing(&mut self) {
        if let Some(Active { chain, voice, playback, .. }) = &mut self.active {
            let settings = self.params.settings();
            let position = session_link::position(playback, &settings, &self.session, &self.link, false);
            voice.announce_now(position, || session_link::read(chain, &settings, &mut self.readings));
        }
    }

    fn deactivate(&mut self) {
        self.active = None;
    }
}

impl Drop for StemTrim {
    fn drop(&mut self) {
        self.params.membership.leave();
    }
}

impl ClapPlugin for StemTrim {
    const CLAP_ID: &'static str = "org.stemma.stem-trim";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("Trim, EQ and compressor for a stem, heard by Master Bus");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Mastering,
        ClapFeature::Equalizer,
        ClapFeature::Compressor,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
}

plugin_kit::export!(StemTrim);
