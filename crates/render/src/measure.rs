//! The figures of a file.

use std::path::{Path, PathBuf};

use audio_file::{ReadError, Reader};
use dsp::format::Format;
use dsp::meter::Meter;
use dsp::meter::correlation::CorrelationMeter;
use dsp::meter::loudness::Loudness;
use dsp::meter::peak::PeakMeter;
use dsp::units::db_from_gain;
use rayon::prelude::*;
use serde::Serialize;

use crate::file_true_peak::FileTruePeak;
use crate::report::{Figures, Reading};

/// A file and what was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The file.
    pub file: PathBuf,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// How it stores its samples: "24-bit".
    pub samples: String,
    /// Length in seconds.
    pub duration_s: f64,
    /// Samples at or beyond full scale, all channels.
    pub clipped_samples: u64,
    /// What was measured.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Reads a file to its end and measures it; `advance` hears how many more seconds are done. `[main]`
///
/// The same figures as those of a [`Meter`], several times faster.
pub fn measure(path: &Path, mut advance: impl FnMut(f64)) -> Result<Measured, ReadError> {
    let mut reader = Reader::open(path)?;
    let (sample_rate_hz, channels) = (reader.sample_rate_hz(), reader.channels());
    let format = Format { sample_rate_hz: f64::from(sample_rate_hz), channels };
    let mut meters = Meters::new(format);
    let mut batch = vec![Vec::with_capacity(2 * BATCH_FRAMES); channels];
    let mut frames = 0;
    while let Some(block) = reader.next_block()? {
        batch.iter_mut().zip(block).for_each(|(batch, samples)| batch.extend_from_slice(samples));
        let batch_frames = batch[0].len();
        if batch_frames >= BATCH_FRAMES {
            meters.process(&batch);
            batch.iter_mut().for_each(Vec::clear);
            frames += batch_frames;
            advance(batch_frames as f64 / format.sample_rate_hz);
        }
    }
    meters.process(&batch);
    frames += batch[0].len();
    Ok(Measured {
        file: path.to_path_buf(),
        sample_rate_hz,
        channels,
        samples: reader.source_bits().to_string(),
        duration_s: frames as f64 / format.sample_rate_hz,
        clipped_samples: meters.peak.clip_count(),
        figures: meters.finish(),
    })
}

/// Frames that are measured at a time: enough to be worth sharing between cores.
const BATCH_FRAMES: usize = 1 << 15;

/// The meters of a sound that goes into a file: to the bit those of a [`Meter`], but for the true peak of the moment,
/// which nobody sees.
pub(crate) struct Meters {
    pub(crate) loudness: Loudness,
    peak: PeakMeter,
    correlation: CorrelationMeter,
    true_peaks: Vec<FileTruePeak>,
}

impl Meters {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            loudness: Loudness::new(format),
            peak: PeakMeter::new(format),
            correlation: CorrelationMeter::new(format),
            true_peaks: (0..format.channels).map(|_| FileTruePeak::new(format.sample_rate_hz)).collect(),
        }
    }

    /// Hears a block, one slice a channel.
    pub(crate) fn process<Channel: AsRef<[f32]> + Sync>(&mut self, batch: &[Channel]) {
        let true_peaks = &mut self.true_peaks;
        let levels = (&mut self.loudness, &mut self.peak, &mut self.correlation);
        rayon::join(
            || {
                true_peaks
                    .par_iter_mut()
                    .zip(batch)
                    .for_each(|(true_peak, samples)| true_peak.process(samples.as_ref()))
            },
            || {
                levels.0.process(batch);
                levels.1.process(batch);
                levels.2.process(batch);
            },
        );
    }

    /// The figures of what was heard, which ends here.
    pub(crate) fn finish(self) -> Figures {
        let peaks = self.true_peaks.into_iter().map(FileTruePeak::finish);
        let [sharp, itu] = peaks.fold([0.0f32; 2], |largest, peak| [0, 1].map(|i| largest[i].max(peak[i])));
        let integrated_lufs = Reading::new(self.loudness.integrated_lufs());
        let true_peak_dbtp = Reading::new(db_from_gain(f64::from(sharp)));
        let plr_lu = true_peak_dbtp.value().zip(integrated_lufs.value()).map(|(peak, loudness)| peak - loudness);
        Figures {
            integrated_lufs,
            range_lu: self.loudness.range_lu().into(),
            max_momentary_lufs: self.loudness.max_momentary_lufs().into(),
            max_short_term_lufs: self.loudness.max_short_term_lufs().into(),
            true_peak_dbtp,
            itu_true_peak_dbtp: db_from_gain(f64::from(itu)).into(),
            sample_peak_dbfs: self.peak.max_peak_dbfs().into(),
            plr_lu: plr_lu.into(),
            correlation: self.correlation.overall().into(),
            max_gain_reduction_db: Reading::NONE,
        }
    }
}

/// The figures of a whole file, from a meter that has heard it and was flushed. `[main]`
///
/// The range is that of a live meter: what the Master Bus and most other programs show.
pub fn figures(meter: &Meter) -> Figures {
    Figures::from_readings(&meter.readings())
}
