//! The figures of a file.

use std::path::{Path, PathBuf};

use audio_file::{ReadError, Reader};
use dsp::format::Format;
use dsp::meter::Meter;
use dsp::meter::correlation::CorrelationMeter;
use dsp::meter::loudness::Loudness;
use dsp::meter::peak::PeakMeter;
use dsp::units::db_from_gain;
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
    let mut loudness = Loudness::new(format);
    let mut peak = PeakMeter::new(format);
    let mut correlation = CorrelationMeter::new(format);
    let mut true_peaks: Vec<FileTruePeak> = (0..channels).map(|_| FileTruePeak::new(format.sample_rate_hz)).collect();
    let mut frames = 0;
    while let Some(block) = reader.next_block()? {
        loudness.process(block);
        peak.process(block);
        correlation.process(block);
        true_peaks.iter_mut().zip(block).for_each(|(true_peak, samples)| true_peak.process(samples));
        let block_frames = block.first().map_or(0, Vec::len);
        frames += block_frames;
        advance(block_frames as f64 / format.sample_rate_hz);
    }
    let [sharp, itu] = true_peaks
        .into_iter()
        .map(FileTruePeak::finish)
        .fold([0.0f32; 2], |highest, channel| [highest[0].max(channel[0]), highest[1].max(channel[1])]);
    let integrated_lufs = Reading::new(loudness.integrated_lufs());
    let true_peak_dbtp = Reading::new(db_from_gain(f64::from(sharp)));
    let plr_lu = true_peak_dbtp.value().zip(integrated_lufs.value()).map(|(peak, loudness)| peak - loudness);
    Ok(Measured {
        file: path.to_path_buf(),
        sample_rate_hz,
        channels,
        samples: reader.source_bits().to_string(),
        duration_s: frames as f64 / format.sample_rate_hz,
        clipped_samples: peak.clip_count(),
        figures: Figures {
            integrated_lufs,
            range_lu: loudness.range_lu().into(),
            max_momentary_lufs: loudness.max_momentary_lufs().into(),
            max_short_term_lufs: loudness.max_short_term_lufs().into(),
            true_peak_dbtp,
            itu_true_peak_dbtp: db_from_gain(f64::from(itu)).into(),
            sample_peak_dbfs: peak.max_peak_dbfs().into(),
            plr_lu: plr_lu.into(),
            correlation: correlation.overall().into(),
            max_gain_reduction_db: Reading::NONE,
        },
    })
}

/// The figures of a whole file, from a meter that has heard it and was flushed. `[main]`
///
/// The range is that of a live meter: what the Master Bus and most other programs show.
pub fn figures(meter: &Meter) -> Figures {
    let readings = meter.readings();
    Figures {
        integrated_lufs: readings.integrated_lufs.into(),
        range_lu: readings.range_lu.into(),
        max_momentary_lufs: readings.max_momentary_lufs.into(),
        max_short_term_lufs: readings.max_short_term_lufs.into(),
        true_peak_dbtp: readings.true_peak_dbtp.into(),
        itu_true_peak_dbtp: readings.itu_true_peak_dbtp.into(),
        sample_peak_dbfs: readings.sample_peak_dbfs.into(),
        plr_lu: readings.plr_lu.into(),
        correlation: readings.overall_correlation.into(),
        max_gain_reduction_db: Reading::NONE,
    }
}
