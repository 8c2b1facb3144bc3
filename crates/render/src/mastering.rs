//! The last pass: the sum of the stems through the master's chain, and beside it every part that is to be printed.

use dsp::format::Format;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::master_gains::MasterGains;
use dsp::sum::{self, Sum};
use dsp::units::db_from_gain;

use crate::average_spectrum::AverageSpectrum;
use crate::limiting::Limited;
use crate::measure::Meters;
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

/// Masters what a limiter has limited with these settings: to the bit what [`master`] makes of the same stems without
/// parts, when no bypass is on. `[main]`
///
/// `write` gets the master piece by piece; the first error it returns ends the pass. `advance` hears how many more
/// frames are done.
pub fn finish<Error>(
    limited: Limited,
    settings: &MasterSettings,
    sample_rate_hz: u32,
    advance: &mut dyn FnMut(usize),
    write: &mut Write<Error>,
) -> Result<Mastered, Error> {
    let format = Format::stereo(sample_rate_hz.into());
    let block_frames = block_frames(sample_rate_hz);
    let mut chain = MasterChain::new(format);
    chain.set(settings);
    let latency_frames = chain.latency_frames();
    let mut listener = Listener::new(format);
    let [mut left, mut right] = limited.sound;
    let mut end = 0;
    for (left, right) in left.chunks_mut(block_frames).zip(right.chunks_mut(block_frames)) {
        chain.process_after_limiter(&mut [left, right]);
        // What comes before the song is not in the file.
        let skipped = latency_frames.saturating_sub(end).min(left.len());
        let block: [&[f32]; 2] = [&left[skipped..], &right[skipped..]];
        end += left.len();
        listener.listen(&block, end.saturating_sub(latency_frames) as f64 / format.sample_rate_hz);
        write(0, &block)?;
        advance(left.len());
    }
    Ok(listener.finish(limited.reduction, limited.curve, Vec::new()))
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
    let block_frames = block_frames(song.sample_rate_hz);
    let mut gains = MasterGains::new(block_frames);
    let mut whole = Voice::new(song, settings, None);
    let format = Format::stereo(song.sample_rate_hz.into());
    let mut others: Vec<(Voice, Meters)> =
        parts.iter().map(|part| (Voice::new(song, settings, Some(part)), Meters::new(format))).collect();
    let latency_frames = whole.chain.latency_frames();
    let mut statistics = ReductionStatistics::default();
    let mut curve = Vec::new();
    let mut listener = Listener::new(format);
    let end = song.frames + latency_frames;
    for start in (0..end).step_by(block_frames) {
        let frames = block_frames.min(end - start);
        // What has not left the chain yet is not in the file.
        let skipped = latency_frames.saturating_sub(start).min(frames);
        whole.mix(song, start, frames);
        whole.chain.process_noting(&mut whole.block.borrowed(frames), &mut gains);
        each_in_parallel(&mut others, |(part, meters)| {
            part.mix(song, start, frames);
            let block = &mut part.block.borrowed(frames);
            if part.independent {
                part.chain.process(block, NO_REFERENCE)
            } else {
                part.chain.process_following(block, &gains)
            }
            meters.process(&part.block.from(skipped, frames));
        });
        for (index, voice) in [&whole].into_iter().chain(others.iter().map(|(part, _)| part)).enumerate() {
            write(index, &voice.block.from(skipped, frames))?;
        }

        let time_s = (start + frames).saturating_sub(latency_frames) as f64 / f64::from(song.sample_rate_hz);
        listener.listen(&whole.block.from(skipped, frames), time_s);
        let lowest_gain = statistics.take(gains.limiter_gains(frames).skip(skipped));
        curve.push((time_s, db_from_gain(1.0 / lowest_gain)));
        advance(frames);
    }
    let parts = others.into_iter().map(|(_, meters)| meters.finish()).collect();
    Ok(listener.finish(statistics.finish(), curve, parts))
}

const NO_REFERENCE: Option<&[&[f32]]> = None;

/// Frames of a step of the curves, which is also the block everything works on.
pub(crate) fn block_frames(sample_rate_hz: u32) -> usize {
    (sample_rate_hz / STEPS_PER_SECOND).max(1) as usize
}

/// Whoever measures the master.
struct Listener {
    meters: Meters,
    spectrum: AverageSpectrum,
    curves: Curves,
}

impl Listener {
    fn new(format: Format) -> Self {
        Self { meters: Meters::new(format), spectrum: AverageSpectrum::new(format), curves: Curves::default() }
    }

    /// Hears the step of the curves that ends at this time.
    fn listen(&mut self, block: &[&[f32]; 2], time_s: f64) {
        self.meters.process(block);
        self.spectrum.process(block);
        self.curves.momentary_lufs.push((time_s, self.meters.loudness.momentary_lufs()));
        self.curves.short_term_lufs.push((time_s, self.meters.loudness.short_term_lufs()));
    }

    fn finish(self, reduction: Reduction, limiter_reduction_db: Vec<(f64, f64)>, parts: Vec<Figures>) -> Mastered {
        Mastered {
            figures: Figures { max_gain_reduction_db: reduction.max_db.into(), ..self.meters.finish() },
            parts,
            reduction,
            curves: Curves { limiter_reduction_db, ..self.curves },
            spectrum: self.spectrum,
        }
    }
}

/// One way of the stems into a file.
pub(crate) struct Voice {
    /// Gain of every stem.
    gains: Vec<f64>,
    independent: bool,
    sum: Sum,
    /// A stem's block at its gain.
    turned: Vec<Vec<f32>>,
    pub(crate) chain: MasterChain,
    pub(crate) block: Block,
}

impl Voice {
    /// A part's, or without one that of the whole.
    pub(crate) fn new(song: &Song, settings: &MasterSettings, part: Option<&Part>) -> Self {
        let format = Format::stereo(song.sample_rate_hz.into());
        let capacity_frames = block_frames(song.sample_rate_hz);
        let mut chain = MasterChain::new(format);
        chain.set(settings);
        Self {
            gains: part.map_or_else(|| vec![1.0; song.stems.len()], |part| part.gains.clone()),
            independent: part.is_some_and(|part| part.independent),
            sum: Sum::new(format.channels, capacity_frames),
            turned: Vec::new(),
            chain,
            block: Block { channels: [vec![0.0; capacity_frames], vec![0.0; capacity_frames]] },
        }
    }

    /// Sums the stems' frames from `start` into the block; after their end there is silence.
    pub(crate) fn mix(&mut self, song: &Song, start: usize, frames: usize) {
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
pub(crate) struct Block {
    channels: [Vec<f32>; 2],
}

impl Block {
    pub(crate) fn borrowed(&mut self, frames: usize) -> [&mut [f32]; 2] {
        self.channels.each_mut().map(|channel| &mut channel[..frames])
    }

    pub(crate) fn from(&self, start: usize, end: usize) -> [&[f32]; 2] {
        self.channels.each_ref().map(|channel| &channel[start..end])
    }
}
