//! Audio through a plugin as a well-behaved host sends it.
#![allow(unsafe_code, reason = "a block is a C struct")]

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::clap_event_param_value;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};
use testkit::signals;

use crate::fake_host::{AudioEnd, InputEvents, OutputEvents, Plugin, Told};

/// Channels of equal length.
pub type Channels = Vec<Vec<f32>>;

/// Left and right noise at about −10 dBFS, different in both.
pub fn noise(seed: u64, channels: usize, frames: usize) -> Channels {
    (0..channels as u64).map(|channel| signals::white_noise(seed + 100 * channel, 0.4, frames)).collect()
}

/// The bits of every sample: two NaNs are equal, two zeros of different sign are not.
pub fn bits(channels: &Channels) -> Vec<Vec<u32>> {
    channels.iter().map(|channel| channel.iter().map(|sample| sample.to_bits()).collect()).collect()
}

/// Whether every sample is a number.
pub fn is_finite(channels: &Channels) -> bool {
    channels.iter().flatten().all(|sample| sample.is_finite())
}

/// A port over channels.
pub fn port(pointers: &mut [*mut f32]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: pointers.as_mut_ptr(),
        data64: std::ptr::null_mut(),
        channel_count: pointers.len() as u32,
        latency: 0,
        constant_mask: 0,
    }
}

/// A block without audio, events or transport.
pub fn empty_block(frames: u32) -> clap_process {
    clap_process {
        steady_time: -1,
        frames_count: frames,
        transport: std::ptr::null(),
        audio_inputs: std::ptr::null(),
        audio_outputs: std::ptr::null_mut(),
        audio_inputs_count: 0,
        audio_outputs_count: 0,
        in_events: std::ptr::null(),
        out_events: std::ptr::null(),
    }
}

/// Processes one block in separate buffers; returns the output and what the plugin told.
pub fn process_block(
    audio: AudioEnd<'_>,
    input: &Channels,
    events: &[clap_event_param_value],
) -> (Channels, Vec<Told>) {
    let frames = input.first().map_or(0, Vec::len);
    let mut output: Channels = vec![vec![f32::NAN; frames]; input.len()];
    let mut source: Vec<_> = input.iter().map(|channel| channel.as_ptr().cast_mut()).collect();
    let mut sink: Vec<_> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
    let (inputs, mut outputs) = ([port(&mut source)], [port(&mut sink)]);
    let (list, mut told) = (InputEvents::new(events), OutputEvents::new());
    let block = clap_process {
        audio_inputs: inputs.as_ptr(),
        audio_outputs: outputs.as_mut_ptr(),
        audio_inputs_count: 1,
        audio_outputs_count: 1,
        in_events: &raw const list.list,
        out_events: told.list(),
        ..empty_block(frames as u32)
    };
    // SAFETY: all pointers are to buffers of this function, as long as the block says.
    let status = unsafe { audio.process(&raw const block) };
    assert_ne!(status, CLAP_PROCESS_ERROR);
    (output, told.told)
}

/// Processes a whole signal in blocks.
pub fn process(audio: AudioEnd<'_>, input: &Channels, block_frames: usize) -> Channels {
    let frames = input.first().map_or(0, Vec::len);
    let mut output: Channels = vec![Vec::with_capacity(frames); input.len()];
    for start in (0..frames).step_by(block_frames) {
        let end = (start + block_frames).min(frames);
        let block: Channels = input.iter().map(|channel| channel[start..end].to_vec()).collect();
        let (done, _) = process_block(audio, &block, &[]);
        for (whole, part) in output.iter_mut().zip(done) {
            whole.extend(part);
        }
    }
    output
}

/// Activates at 48 kHz, processes from a fresh start and deactivates.
pub fn render(plugin: &mut Plugin, input: &Channels) -> Channels {
    assert!(plugin.activate(48_000.0, 512));
    let audio = plugin.audio();
    audio.start();
    let output = process(audio, input, 512);
    audio.stop();
    plugin.deactivate();
    output
}
