//! The figures of a file.

use std::path::{Path, PathBuf};

use audio_file::{ReadError, Reader};
use dsp::format::Format;
use dsp::meter::Meter;
use serde::Serialize;

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
pub fn measure(path: &Path, mut advance: impl FnMut(f64)) -> Result<Measured, ReadError> {
    let mut reader = Reader::open(path)?;
    let (sample_rate_hz, channels) = (reader.sample_rate_hz(), reader.channels());
    let mut meter = Meter::new(Format { sample_rate_hz: f64::from(sample_rate_hz), channels });
    let mut frames = 0;
    while let Some(block) = reader.next_block()? {
        meter.process(block);
        let block_frames = block.first().map_or(0, Vec::len);
        frames += block_frames;
        advance(block_frames as f64 / f64::from(sample_rate_hz));
    }
    meter.flush();
    Ok(Measured {
        file: path.to_path_buf(),
        sample_rate_hz,
        channels,
        samples: reader.source_bits().to_string(),
        duration_s: frames as f64 / f64::from(sample_rate_hz),
        clipped_samples: meter.readings().clip_count,
        figures: figures(&meter),
    })
}

/// The figures of a whole file, from a meter that has heard it and was flushed. `[main]`
///
/// The range is that of a live meter: what the Master Bus and most other programs show.
pub fn figures(meter: &Meter) -> Figures {
    Figures { max_gain_reduction_db: Reading::NONE, ..Figures::from_readings(&meter.readings(), 0.0) }
}
