//! Meters: what leaves the chain, in the figures of ITU-R BS.1770 and EBU R 128.
//!
//! All of them count 10 ms steps from the first frame on ([`grid`]), so no reading depends on the block size. They only
//! look: blocks are borrowed, never changed. What is not a number, or louder than any audio, counts as silence.
//! The [`spectrum`] counts its own steps and belongs to the window, not to the audio thread; so does the [`alignment`].

pub mod alignment;
pub mod correlation;
pub mod grid;
pub mod histogram;
pub mod k_weighting;
pub mod loudness;
pub mod null;
pub mod peak;
pub mod range;
pub mod spectrum;
pub mod true_peak;
pub mod weighted_energy;

use crate::format::{Format, MAX_CHANNELS};
use crate::units::SILENCE_DB;
use correlation::CorrelationMeter;
use loudness::Loudness;
use peak::PeakMeter;
use true_peak::TruePeakMeter;

/// Every meter of a signal but the null test ([`null::NullMeter`]), which needs a second one.
#[derive(Clone, Debug)]
pub struct Meter {
    loudness: Loudness,
    true_peak: TruePeakMeter,
    peak: PeakMeter,
    correlation: CorrelationMeter,
}

/// All figures of a [`Meter`] at one moment. Nothing heard is [`SILENCE_DB`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readings {
    /// Loudness of the last 400 ms, LUFS.
    pub momentary_lufs: f64,
    /// Loudness of the last 3 s, LUFS.
    pub short_term_lufs: f64,
    /// Gated loudness since reset, LUFS.
    pub integrated_lufs: f64,
    /// Loudness range since reset as a live meter reads it, LU; [`SILENCE_DB`] in the first 3 s.
    pub range_lu: f64,
    /// Whether the range rests on at least a minute; before that, say so beside it.
    pub range_is_stable: bool,
    /// The largest momentary loudness since reset, LUFS.
    pub max_momentary_lufs: f64,
    /// The largest short-term loudness since reset, LUFS.
    pub max_short_term_lufs: f64,
    /// The largest true peak since reset on any channel, sharp reading, dBTP.
    pub true_peak_dbtp: f64,
    /// True peak of each channel with the display's hold and fall, dBTP. A mono signal shows on both.
    pub true_peak_now_dbtp: [f64; MAX_CHANNELS],
    /// The largest true peak since reset on any channel as the ITU's filter reads it, dBTP.
    pub itu_true_peak_dbtp: f64,
    /// The largest sample since reset on any channel, dBFS.
    pub sample_peak_dbfs: f64,
    /// Sample peak of each channel with the display's hold and fall, dBFS.
    pub peak_dbfs: [f64; MAX_CHANNELS],
    /// RMS of each channel over the last 300 ms, dBFS; a full-scale sine reads −3.01.
    pub rms_dbfs: [f64; MAX_CHANNELS],
    /// Peak-to-loudness ratio: largest true peak over integrated loudness, LU.
    pub plr_lu: f64,
    /// Peak-to-short-term ratio: the same two over the last 3 s, LU.
    pub psr_lu: f64,
    /// Likeness of left and right over the last 300 ms, −1…+1; 0 in silence.
    pub correlation: f64,
    /// Likeness of left and right since reset.
    pub overall_correlation: f64,
    /// Samples at or beyond full scale since reset, all channels.
    pub clip_count: u64,
    /// Frames measured since reset, pauses left out.
    pub measured_frames: u64,
}

impl Meter {
    /// Meters that have heard nothing. `[setup]`
    pub fn new(format: Format) -> Self {
        Self {
            loudness: Loudness::new(format),
            true_peak: TruePeakMeter::new(format),
            peak: PeakMeter::new(format),
            correlation: CorrelationMeter::new(format),
        }
    }

    /// Forgets everything and measures from here. `[audio]`
    pub fn reset(&mut self) {
        self.loudness.reset();
        self.true_peak.reset();
        self.peak.reset();
        self.correlation.reset();
    }

    /// Pauses or continues what is measured since reset of the *loudness*: see [`Loudness::set_paused`]. `[audio]`
    ///
    /// Peaks always count: an over stays an over.
    pub fn set_paused(&mut self, paused: bool) {
        self.loudness.set_paused(paused);
    }

    /// Looks at a block. `[audio]`
    pub fn process<Channel: AsRef<[f32]>>(&mut self, block: &[Channel]) {
        self.loudness.process(block);
        self.true_peak.process(block);
        self.peak.process(block);
        self.correlation.process(block);
    }

    /// Counts the true peak behind the last frames, as if silence followed. Call at the end of a file, before
    /// [`Meter::readings`]; a running stream needs none. `[audio]`
    pub fn flush(&mut self) {
        self.true_peak.flush();
    }

    /// The loudness range of a file that ends here: see [`Loudness::range_of_file_lu`]. `[main]`
    pub fn range_of_file_lu(&self) -> f64 {
        self.loudness.range_of_file_lu()
    }

    /// Every figure, as of the last frame; true peaks as of [`TruePeakMeter::latency_frames`] before it. `[audio]`
    pub fn readings(&self) -> Readings {
        let integrated_lufs = self.loudness.integrated_lufs();
        let short_term_lufs = self.loudness.short_term_lufs();
        let true_peak_dbtp = larger(self.true_peak.max_dbtp());
        Readings {
            momentary_lufs: self.loudness.momentary_lufs(),
            short_term_lufs,
            integrated_lufs,
            range_lu: self.loudness.range_lu(),
            range_is_stable: self.loudness.range_is_stable(),
            max_momentary_lufs: self.loudness.max_momentary_lufs(),
            max_short_term_lufs: self.loudness.max_short_term_lufs(),
            true_peak_dbtp,
            true_peak_now_dbtp: self.true_peak.now_dbtp(),
            itu_true_peak_dbtp: larger(self.true_peak.itu_max_dbtp()),
            sample_peak_dbfs: self.peak.max_peak_dbfs(),
            peak_dbfs: self.peak.peak_dbfs(),
            rms_dbfs: self.peak.rms_dbfs(),
            plr_lu: ratio_lu(true_peak_dbtp, integrated_lufs),
            psr_lu: ratio_lu(larger(self.true_peak.recent_dbtp()), short_term_lufs),
            correlation: self.correlation.correlation(),
            overall_correlation: self.correlation.overall(),
            clip_count: self.peak.clip_count(),
            measured_frames: self.loudness.measured_frames(),
        }
    }
}

impl Default for Readings {
    /// Nothing heard.
    fn default() -> Self {
        Self {
            momentary_lufs: SILENCE_DB,
            short_term_lufs: SILENCE_DB,
            integrated_lufs: SILENCE_DB,
            range_lu: SILENCE_DB,
            range_is_stable: false,
            max_momentary_lufs: SILENCE_DB,
            max_short_term_lufs: SILENCE_DB,
            true_peak_dbtp: SILENCE_DB,
            true_peak_now_dbtp: [SILENCE_DB; MAX_CHANNELS],
            itu_true_peak_dbtp: SILENCE_DB,
            sample_peak_dbfs: SILENCE_DB,
            peak_dbfs: [SILENCE_DB; MAX_CHANNELS],
            rms_dbfs: [SILENCE_DB; MAX_CHANNELS],
            plr_lu: SILENCE_DB,
            psr_lu: SILENCE_DB,
            correlation: 0.0,
            overall_correlation: 0.0,
            clip_count: 0,
            measured_frames: 0,
        }
    }
}

fn larger([left, right]: [f64; MAX_CHANNELS]) -> f64 {
    left.max(right)
}

/// A ratio needs both figures; without loudness there is none.
fn ratio_lu(peak_dbtp: f64, loudness_lufs: f64) -> f64 {
    if loudness_lufs <= SILENCE_DB { SILENCE_DB } else { peak_dbtp - loudness_lufs }
}

/// +120 dBFS: a sample beyond is a fault in the stream, not sound.
pub const LOUDEST_SAMPLE: f32 = 1e6;

/// The sample, or silence when it is not a number, infinite or beyond [`LOUDEST_SAMPLE`].
#[inline]
fn audible(sample: f32) -> f32 {
    if sample.abs() <= LOUDEST_SAMPLE { sample } else { 0.0 }
}

/// Left and right of a block, equally long; a mono signal, or a block of one channel, is both.
fn sides<Channel: AsRef<[f32]>>(block: &[Channel], channels: usize) -> (&[f32], &[f32]) {
    let Some(left) = block.first().map(AsRef::as_ref) else {
        return (&[], &[]);
    };
    match block.get(1).map(AsRef::as_ref) {
        Some(right) if channels > 1 => {
            let frames = left.len().min(right.len());
            (&left[..frames], &right[..frames])
        }
        _ => (left, left),
    }
}
