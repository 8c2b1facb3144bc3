//! Ports: every declared channel on every block, free of NaN, infinity and aliasing.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::clap_process;

/// One declared port: the memory behind it and the buffer description the framework sees.
struct Port {
    /// One channel after the other, each `max_frames` long; never grows.
    samples: Box<[f32]>,
    /// What each channel points at in this block.
    pointers: Box<[*mut f32]>,
}

impl Port {
    fn new(channels: usize, max_frames: usize) -> Self {
        Self {
            samples: vec![0.0; channels * max_frames].into_boxed_slice(),
            pointers: vec![std::ptr::null_mut(); channels].into_boxed_slice(),
        }
    }

    fn buffer(&mut self, host: Option<&clap_audio_buffer>) -> clap_audio_buffer {
        clap_audio_buffer {
            data32: self.pointers.as_mut_ptr(),
            data64: std::ptr::null_mut(),
            channel_count: self.pointers.len() as u32,
            latency: host.map_or(0, |buffer| buffer.latency),
            constant_mask: 0,
        }
    }
}

/// The ports of one activation.
pub(super) struct Ports {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    input_buffers: Vec<clap_audio_buffer>,
    output_buffers: Vec<clap_audio_buffer>,
    max_frames: usize,
}

impl Ports {
    /// Memory for ports of the given channel counts and blocks of up to `max_frames` frames. `[setup]`
    pub fn new(input_channels: &[usize], output_channels: &[usize], max_frames: usize) -> Self {
        let ports = |counts: &[usize]| counts.iter().map(|&channels| Port::new(channels, max_frames)).collect();
        Self {
            inputs: ports(input_channels),
            outputs: ports(output_channels),
            input_buffers: Vec::with_capacity(input_channels.len()),
            output_buffers: Vec::with_capacity(output_channels.len()),
            max_frames,
        }
    }

    /// The longest block the ports hold. `[any]`
    pub fn max_frames(&self) -> usize {
        self.max_frames
    }

    /// Takes the host's ports in and puts the declared ones into `process`: inputs copied, with silence where the host
    /// gives nothing and in place of NaN and infinity; outputs where the host wants them, or into memory of our own.
    /// Outputs nobody declared become silence. Returns how many input samples were not finite. `[audio]`
    ///
    /// # Safety
    /// `process` comes from the host, its frame count is at most [`Ports::max_frames`], and pointers in it that are not
    /// null are valid for that many frames and for the counts beside them.
    pub unsafe fn take_in(&mut self, process: &mut clap_process) -> u64 {
        let frames = process.frames_count as usize;
        let mut non_finite = 0;
        self.input_buffers.clear();
        for (index, port) in self.inputs.iter_mut().enumerate() {
            // SAFETY: as promised by the caller.
            let host = unsafe { host_port(process.audio_inputs, process.audio_inputs_count, index) };
            for (channel, samples) in port.samples.chunks_exact_mut(self.max_frames).enumerate() {
                let samples = &mut samples[..frames];
                // SAFETY: as promised by the caller.
                match unsafe { host_channel(host, channel) } {
                    // SAFETY: the host's channel holds `frames` samples; ours is a separate allocation.
                    Some(source) => unsafe { std::ptr::copy_nonoverlapping(source, samples.as_mut_ptr(), frames) },
                    None => samples.fill(0.0),
                }
                non_finite += silence_non_finite(samples);
                port.pointers[channel] = samples.as_mut_ptr();
            }
            let buffer = port.buffer(host);
            self.input_buffers.push(buffer);
        }
        self.output_buffers.clear();
        for (index, port) in self.outputs.iter_mut().enumerate() {
            // SAFETY: as promised by the caller.
            let host = unsafe { host_port(process.audio_outputs, process.audio_outputs_count, index) };
            for (channel, samples) in port.samples.chunks_exact_mut(self.max_frames).enumerate() {
                // SAFETY: as promised by the caller.
                let host_samples = unsafe { host_channel(host, channel) };
                // A host may give two channels the same memory; only the first may have it.
                let free = host_samples.filter(|samples| !port.pointers[..channel].contains(samples));
                port.pointers[channel] = free.unwrap_or(samples.as_mut_ptr());
            }
            let buffer = port.buffer(host);
            self.output_buffers.push(buffer);
        }
        // SAFETY: as promised by the caller.
        unsafe { self.silence_undeclared_outputs(process) };
        // SAFETY: as promised by the caller; nobody borrows the host's ports any more.
        unsafe { clear_constant_masks(process) };

        process.audio_inputs = self.input_buffers.as_ptr();
        process.audio_inputs_count = self.input_buffers.len() as u32;
        process.audio_outputs = self.output_buffers.as_mut_ptr();
        process.audio_outputs_count = self.output_buffers.len() as u32;
        non_finite
    }

    /// # Safety
    /// As for [`Ports::take_in`].
    unsafe fn silence_undeclared_outputs(&self, process: &clap_process) {
        for index in 0..process.audio_outputs_count as usize {
            // SAFETY: as promised by the caller.
            let host = unsafe { host_port(process.audio_outputs, process.audio_outputs_count, index) };
            let declared = self.outputs.get(index).map_or(0, |port| port.pointers.len());
            for channel in declared..host.map_or(0, |buffer| buffer.channel_count as usize) {
                // SAFETY: as promised by the caller.
                if let Some(samples) = unsafe { host_channel(host, channel) } {
                    // SAFETY: the host's channel holds as many samples as the block has frames.
                    unsafe { std::slice::from_raw_parts_mut(samples, process.frames_count as usize) }.fill(0.0);
                }
            }
        }
    }
}

/// A host may have said of its outputs that they are constant, and the framework, which sees our ports, cannot say
/// otherwise.
///
/// # Safety
/// `audio_outputs` is null or points at as many ports as `process` counts.
unsafe fn clear_constant_masks(process: &clap_process) {
    if process.audio_outputs.is_null() {
        return;
    }
    for index in 0..process.audio_outputs_count as usize {
        // SAFETY: in bounds of what the caller promised.
        unsafe { (*process.audio_outputs.add(index)).constant_mask = 0 };
    }
}

/// The host's port, if it gave one.
///
/// # Safety
/// `ports` is null or points at `count` ports.
unsafe fn host_port<'a>(ports: *const clap_audio_buffer, count: u32, index: usize) -> Option<&'a clap_audio_buffer> {
    if ports.is_null() || index >= count as usize {
        return None;
    }
    // SAFETY: in bounds of what the caller promised.
    Some(unsafe { &*ports.add(index) })
}

/// A channel of the host's port, if it gave one.
///
/// # Safety
/// `data32` of the port is null or points at as many pointers as it counts channels.
unsafe fn host_channel(port: Option<&clap_audio_buffer>, channel: usize) -> Option<*mut f32> {
    let port = port.filter(|port| !port.data32.is_null() && channel < port.channel_count as usize)?;
    // SAFETY: in bounds of what the caller promised.
    let samples = unsafe { *port.data32.add(channel) };
    (!samples.is_null()).then_some(samples)
}

/// Replaces NaN and infinity by silence and counts them.
fn silence_non_finite(samples: &mut [f32]) -> u64 {
    // The common case must stay a loop the compiler can vectorise: look first, mend only when there is something to mend.
    if samples.iter().fold(true, |finite, sample| finite & sample.is_finite()) {
        return 0;
    }
    let mut count = 0;
    for sample in samples.iter_mut().filter(|sample| !sample.is_finite()) {
        *sample = 0.0;
        count += 1;
    }
    count
}
