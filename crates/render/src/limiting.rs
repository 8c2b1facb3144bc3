//! A pass of the limiter over what everything before it made of the sum.

use dsp::format::Format;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::master_gains::MasterGains;
use dsp::meter::loudness::Loudness;
use dsp::units::db_from_gain;

use crate::mastering::{Voice, block_frames};
use crate::prediction::Prediction;
use crate::reduction::{Reduction, ReductionStatistics};
use crate::song::Song;

/// The sum of the stems as it enters the limiter: everything before it needs to be heard only once, whatever the drive.
pub struct BeforeLimiter {
    sample_rate_hz: u32,
    /// Left and right, as long as the song and what the limiter hears ahead: what rings on behind the song counts.
    sound: [Vec<f32>; 2],
    prediction: Prediction,
}

/// The same after the limiter, with what that took.
pub struct Limited {
    /// Left and right as they left the limiter, late as that is: a filter may ring before the first frame of the song, and
    /// what follows the limiter hears it.
    pub sound: [Vec<f32>; 2],
    /// How loud the song is.
    pub integrated_lufs: f64,
    /// What the limiter took.
    pub reduction: Reduction,
    /// Reduction over time, the most in each tenth of a second: seconds and dB.
    pub curve: Vec<(f64, f64)>,
}

impl BeforeLimiter {
    /// Sums the stems, as they left their chains, and works on the sum as far as the limiter; `advance` hears how many
    /// more frames are done. `[main]`
    pub fn new(song: &Song, settings: &MasterSettings, advance: &mut dyn FnMut(usize)) -> Self {
        let block_frames = block_frames(song.sample_rate_hz);
        let mut voice = Voice::new(song, settings, None);
        let end = song.frames + voice.chain.latency_frames();
        let mut sound = [Vec::with_capacity(end), Vec::with_capacity(end)];
        let mut prediction = Prediction::new(song.sample_rate_hz);
        for start in (0..end).step_by(block_frames) {
            let frames = block_frames.min(end - start);
            voice.mix(song, start, frames);
            voice.chain.process_before_limiter(&mut voice.block.borrowed(frames));
            let block = voice.block.from(0, frames);
            prediction.listen(&block);
            for (sound, block) in sound.iter_mut().zip(block) {
                sound.extend_from_slice(block);
            }
            advance(frames);
        }
        Self { sample_rate_hz: song.sample_rate_hz, sound, prediction }
    }

    /// How loud it will be after the limiter, roughly: good enough to know where to begin. `[any]`
    pub fn predicted_lufs(&self, limiter: &LimiterSettings) -> f64 {
        self.prediction.lufs(limiter)
    }

    /// Runs the limiter of a chain of these settings; `advance` hears how many more frames are done. `[main]`
    pub fn limit(&self, settings: &MasterSettings, advance: &mut dyn FnMut(usize)) -> Limited {
        let format = Format::stereo(self.sample_rate_hz.into());
        let block_frames = block_frames(self.sample_rate_hz);
        let (mut chain, mut loudness) = (MasterChain::new(format), Loudness::new(format));
        chain.set(settings);
        let mut gains = MasterGains::new(block_frames);
        let mut statistics = ReductionStatistics::default();
        let mut curve = Vec::new();
        let latency_frames = chain.latency_frames();
        let end = self.sound[0].len();
        let mut sound = [Vec::with_capacity(end), Vec::with_capacity(end)];
        let mut block = [vec![0.0; block_frames], vec![0.0; block_frames]];
        for start in (0..end).step_by(block_frames) {
            let frames = block_frames.min(end - start);
            for (block, sound) in block.iter_mut().zip(&self.sound) {
                block[..frames].copy_from_slice(&sound[start..start + frames]);
            }
            chain.process_limiter(&mut block.each_mut().map(|channel| &mut channel[..frames]), &mut gains);
            for (sound, block) in sound.iter_mut().zip(&block) {
                sound.extend_from_slice(&block[..frames]);
            }
            // What comes before the song is not in the file.
            let skipped = latency_frames.saturating_sub(start).min(frames);
            loudness.process(&block.each_ref().map(|channel| &channel[skipped..frames]));
            let lowest_gain = statistics.take(gains.limiter_gains(frames).skip(skipped));
            let time_s = (start + frames).saturating_sub(latency_frames) as f64 / f64::from(self.sample_rate_hz);
            curve.push((time_s, db_from_gain(1.0 / lowest_gain)));
            advance(frames);
        }
        Limited { sound, integrated_lufs: loudness.integrated_lufs(), reduction: statistics.finish(), curve }
    }
}
