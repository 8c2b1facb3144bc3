//! Sample-rate conversion of whole sounds, so that stems of different rates can be lined up.

use rubato::audioadapter::Adapter;
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};
use thiserror::Error;

use crate::Audio;

/// Why a conversion failed.
#[derive(Debug, Error)]
#[error("cannot convert from {from_hz} Hz to {to_hz} Hz ({reason})")]
pub struct ConvertError {
    /// Rate of the sound.
    pub from_hz: u32,
    /// Rate asked for.
    pub to_hz: u32,
    /// What the converter said.
    pub reason: String,
}

/// Frames a transform works on at least: long enough that the filter's edge leaves 20 kHz alone at 44.1 kHz.
const MIN_BLOCK_FRAMES: usize = 4096;

/// The same sound at another rate: the same start, the same length in seconds rounded to the nearest frame. `[setup]`
///
/// Linear phase and band-limited; computed in 64 bits. Asked for the rate it already has, the sound is returned
/// unchanged to the bit.
pub fn convert_rate(audio: &Audio, to_hz: u32) -> Result<Audio, ConvertError> {
    let from_hz = audio.sample_rate_hz;
    let refuse = |reason: String| ConvertError { from_hz, to_hz, reason };
    if from_hz == to_hz || audio.frames() == 0 {
        return Ok(Audio { sample_rate_hz: to_hz, ..audio.clone() });
    }
    let frames_out = (audio.frames() as f64 * f64::from(to_hz) / f64::from(from_hz)).round() as usize;
    let channel_count = audio.channels.len();
    let mut converter = Fft::<f64>::new_custom(
        from_hz as usize,
        to_hz as usize,
        block_frames(from_hz, to_hz),
        1,
        channel_count,
        WindowFunction::BlackmanHarris2,
        FixedSync::Input,
    )
    .map_err(|error| refuse(error.to_string()))?;

    let input: Vec<Vec<f64>> =
        audio.channels.iter().map(|row| row.iter().map(|&sample| f64::from(sample)).collect()).collect();
    let input =
        SequentialSliceOfVecs::new(&input, channel_count, audio.frames()).map_err(|error| refuse(error.to_string()))?;
    let output = converter.process_all(&input, audio.frames(), None).map_err(|error| refuse(error.to_string()))?;

    let channels = (0..channel_count)
        .map(|channel| (0..frames_out).map(|frame| output.read_sample(channel, frame).unwrap_or(0.0) as f32).collect())
        .collect();
    Ok(Audio { sample_rate_hz: to_hz, channels, source_bits: audio.source_bits })
}

/// Frames of one transform, at the rate of the sound.
///
/// The converter delays by half a transform. An even number of the smallest whole pieces makes that half a whole number
/// of frames at both rates; with an odd one the sound would come out half a frame early.
fn block_frames(from_hz: u32, to_hz: u32) -> usize {
    let smallest_frames = (from_hz / greatest_common_divisor(from_hz, to_hz)) as usize;
    2 * smallest_frames * MIN_BLOCK_FRAMES.div_ceil(2 * smallest_frames)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
