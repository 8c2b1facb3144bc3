//! The last pass: the sum of the stems through the master's chain, and beside it every part that is to be printed.

use dsp::format::Format;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::master_gains::MasterGains;
use dsp::meter::Meter;
use dsp::sum::{self, Sum};

use crate::average_spectrum::AverageSpectrum;
use crate::measure;
use crate::reduction::{Reduction, ReductionStatistics};
use crate::report::{Curves, Figures};
use crate::song::{Song, each_in_parallel};

/// A part of the song that is mastered beside the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Linear gain of every stem, in the order of the song; 0 leaves it out.
    pub gains: Vec<f64>,
    /// Whether compressor and limiter obey the part itself; otherwise they do to it what they do to the whole, and parts
    /// that make up the whole sum to its master.
    pub independent: bool,
}

/// What was measured in the last pass.
pub struct Mastered {
    /// The master as it stands in the file.
    pub figures: Figures,
    /// The parts, in their order.
    pub parts: Vec<Figures>,
    /// What the limiter took.
    pub reduction: Reduction,
    /// What moved over time.
    pub curves: Curves,
    /// The master's average spectrum.
    pub spectrum: AverageSpectrum,
}

/// Takes the next piece of a file, left and right: of the master, number 0, or of a part, from 1.
pub type Write<'a, Error> = dyn FnMut(usize, &[&[f32]]) -> Result<(), Error> + 'a;

/// Steps of the curves in a second, each a block.
const STEPS_PER_SECOND: u32 = 10;

/// The sum of the stems as it enters the limiter: everything before it needs to be heard only once. `[main]`
///
/// `advance` hears how many more frames are done.
pub fn before_limiter(song: &Song, settings: &MasterSettings, advance: &mut dyn FnMut(usize)) -> [Vec<f32>; 2] {
    let block_frames = block_frames(song);
    let mut voice = Voice::new(song, settings, None);
    let mut sound = [Vec::with_capacity(song.frames), Vec::with_capacity(song.frames)];
    for start in (0..song.frames).step_by(block_frames) {
        let frames = block_frames.min(song.frames - start);
        voice.mix(song, start, frames);
        voice.chain.process_before_limiter(&mut voice.block.borrowed(frames));
        for (sound, block) in sound.iter_mut().zip(&voice.block.channels) {
            sound.extend_from_slice(&block[..frames]);
        }
        advance(frames);
    }
    sound
}

/// Masters the sum of the stems, as they left their chains, and the parts of it. `[main]`
///
/// `write` gets everything piece by piece, the master as number 0 and the parts after it, in time and exactly as long as
/// the stems; the first error it returns ends the pass. `advance` hears how many more frames are done.
pub fn master<Error>(
    song: &Song,
    settings: &MasterSettings,
    parts: &[Part],
    advance: &mut dyn FnMut(usize),
    write: &mut Write<Error>,
) -> Result<Mastered, Error> {
    let block_frames = block_frames(song);
    let seconds = |frame: usize| frame as f64 / f64::from(song.sample_rate_hz);
    let mut gains = MasterGains::new(block_frames);
    let mut whole = Voice::new(song, settings, None);
    let mut others: Vec<Voice> = parts.iter().map(|part| Voice::new(song, settings, Some(part))).collect();
    let latency_frames = whole.chain.latency_frames();
    let mut reduction = ReductionStatistics::default();
    let mut curves = Curves::default();
    let mut spectrum = AverageSpectrum::new(Format::stereo(song.sample_rate_hz.into()));
    let end = song.frames + latency_frames;
    for start in (0..end).step_by(block_frames) {
        let frames = block_frames.min(end - start);
        // What has not left the chain yet is not in the file.
        let skipped = latency_frames.saturating_sub(start).min(frames);
        whole.mix(song, start, frames);
        whole.chain.process_noting(&mut whole.block.borrowed(frames), &mut gains);
        whole.meter.process(&whole.block.from(skipped, frames));
        each_in_parallel(&mut others, |part| {
            part.mix(song, start, frames);
            let block = &mut part.block.borrowed(frames);
            if part.independent {
                part.chain.process(block, NO_REFERENCE)
            } else {
                part.chain.process_following(block, &gains)
            }
            part.meter.process(&part.block.from(skipped, frames));
        });
        for (index, voice) in [&whole].into_iter().chain(&others).enumerate() {
            write(index, &voice.block.from(skipped, frames))?;
        }

        spectrum.process(&whole.block.from(skipped, frames));
        let lowest_gain =
            gains.limiter_gains(frames).skip(skipped).map(|gain| reduction.take(gain)).fold(1.0, f64::min);
        let time_s = seconds((start + frames).saturating_sub(latency_frames));
        let readings = whole.meter.readings();
        curves.momentary_lufs.push((time_s, readings.momentary_lufs));
        curves.short_term_lufs.push((time_s, readings.short_term_lufs));
        curves.limiter_reduction_db.push((time_s, dsp::units::db_from_gain(1.0 / lowest_gain)));
        advance(frames);
    }
    let figures = |voice: &mut Voice| {
        voice.meter.flush();
        measure::figures(&voice.meter)
    };
    let reduction = reduction.finish();
    Ok(Mastered {
        figures: Figures { max_gain_reduction_db: reduction.max_db.into(), ..figures(&mut whole) },
        parts: others.iter_mut().map(figures).collect(),
        reduction,
        curves,
        spectrum,
    })
}

const NO_REFERENCE: Option<&[&[f32]]> = None;

fn block_frames(song: &Song) -> usize {
    (song.sample_rate_hz / STEPS_PER_SECOND).max(1) as usize
}

/// One way of the stems into a file.
struct Voice {
    /// Gain of every stem.
    gains: Vec<f64>,
    independent: bool,
    sum: Sum,
    /// A stem's block at its gain.
    turned: Vec<Vec<f32>>,
    chain: MasterChain,
    meter: Meter,
    block: Block,
}

impl Voice {
    /// A part's, or without one that of the whole.
    fn new(song: &Song, settings: &MasterSettings, part: Option<&Part>) -> Self {
        let format = Format::stereo(song.sample_rate_hz.into());
        let capacity_frames = block_frames(song);
        let mut chain = MasterChain::new(format);
        chain.set(settings);
        Self {
            gains: part.map_or_else(|| vec![1.0; song.stems.len()], |part| part.gains.clone()),
            independent: part.is_some_and(|part| part.independent),
            sum: Sum::new(format.channels, capacity_frames),
            turned: Vec::new(),
            chain,
            meter: Meter::new(format),
            block: Block { channels: [vec![0.0; capacity_frames], vec![0.0; capacity_frames]] },
        }
    }

    /// Sums the stems' frames from `start` into the block; after their end there is silence.
    fn mix(&mut self, song: &Song, start: usize, frames: usize) {
        self.sum.clear();
        for (stem, &gain) in song.stems.iter().zip(&self.gains) {
            let here = |channel: &Vec<f32>| start.min(channel.len())..(start + frames).min(channel.len());
            let channels = stem.audio.channels.iter().map(|channel| &channel[here(channel)]);
            if gain == 1.0 {
                self.sum.add(&channels.collect::<Vec<_>>());
            } else if gain > 0.0 {
                let turn = |samples: &[f32]| samples.iter().map(|&x| sum::sample(sum::finite(x) * gain)).collect();
                self.turned.clear();
                self.turned.extend(channels.map(turn));
                self.sum.add(&self.turned);
            }
        }
        self.sum.write(&mut self.block.borrowed(frames));
    }
}

/// A block of the left and right channel.
struct Block {
    channels: [Vec<f32>; 2],
}

impl Block {
    fn borrowed(&mut self, frames: usize) -> [&mut [f32]; 2] {
        self.channels.each_mut().map(|channel| &mut channel[..frames])
    }

    fn from(&self, start: usize, end: usize) -> [&[f32]; 2] {
        self.channels.each_ref().map(|channel| &channel[start..end])
    }
}
