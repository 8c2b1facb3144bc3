//! An active plugin: its buffers, and one block of audio through it.

use std::sync::Arc;

use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::events::io::EventBuffer;
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::{AudioPortBuffer, AudioPortBufferType, AudioPorts, InputChannel, PluginAudioProcessor};
use clack_host::utils::{BeatTime, SecondsTime};

use crate::callbacks::{Callbacks, Requests};
use crate::events::{read_events, write_changes};
use crate::{Activation, ParameterChange, PluginEvent, Port, Ports, Position};

/// Beats in a second of song time: 120 bpm, as every empty project has.
const BEATS_PER_SECOND: f64 = 2.0;
/// Beats in a bar.
const BEATS_PER_BAR: f64 = 4.0;

/// Rows of samples: one for each channel of a port.
type Rows = Vec<Vec<f32>>;

/// Everything that exists only between activation and deactivation.
pub(crate) struct Active {
    pub(crate) processor: PluginAudioProcessor<Callbacks>,
    pub(crate) activation: Activation,
    pub(crate) ports: Ports,
    inputs: Vec<Rows>,
    outputs: Vec<Rows>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    changes: EventBuffer,
    events: EventBuffer,
    /// Frames played since activation.
    played_frames: u64,
}

impl Active {
    /// Buffers for the longest block, one set for every port the plugin has.
    pub(crate) fn new(processor: PluginAudioProcessor<Callbacks>, activation: &Activation, ports: Ports) -> Self {
        let rows = |ports: &[Port]| -> Vec<Rows> {
            ports.iter().map(|port| vec![vec![0.0; activation.max_frames as usize]; port.channels as usize]).collect()
        };
        let pointers = |ports: &[Port]| {
            AudioPorts::with_capacity(ports.iter().map(|port| port.channels as usize).sum(), ports.len())
        };
        Self {
            inputs: rows(&ports.inputs),
            outputs: rows(&ports.outputs),
            input_ports: pointers(&ports.inputs),
            output_ports: pointers(&ports.outputs),
            changes: EventBuffer::new(),
            events: EventBuffer::new(),
            played_frames: 0,
            activation: *activation,
            processor,
            ports,
        }
    }

    /// The reason why a block cannot be played, if there is one.
    pub(crate) fn misfit(
        &self,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        output: &[&mut [f32]],
        changes: &[ParameterChange],
    ) -> Option<String> {
        let frames = output.first().map_or(0, |row| row.len());
        let channels = self.activation.channels as usize;
        if input.len() != channels || output.len() != channels {
            return Some(format!("{} rows in, {} rows out, activated for {channels}", input.len(), output.len()));
        }
        let sidechain_rows = sidechain.unwrap_or_default();
        let lengths = input.iter().chain(sidechain_rows).map(|row| row.len()).chain(output.iter().map(|row| row.len()));
        if lengths.into_iter().any(|length| length != frames) {
            return Some("its rows differ in length".to_string());
        }
        if frames > self.activation.max_frames as usize {
            return Some(format!("{frames} frames, activated for {}", self.activation.max_frames));
        }
        if sidechain.is_some() {
            let wanted = self.ports.sidechain().and_then(|index| self.ports.inputs.get(index));
            match wanted.map(|port| port.channels as usize) {
                None => return Some("the plugin has no side-chain input".to_string()),
                Some(wanted) if sidechain_rows.len() != 1 && sidechain_rows.len() != wanted => {
                    return Some(format!("{} side-chain rows for an input of {wanted}", sidechain_rows.len()));
                }
                Some(_) => {}
            }
        }
        let late = changes.iter().find(|change| change.frame as usize >= frames.max(1) || !change.value.is_finite());
        late.map(|change| format!("{change:?} in a block of {frames} frames"))
    }

    /// Plays one block; the reason when something does not fit or the plugin fails.
    pub(crate) fn process(
        &mut self,
        requests: &Arc<Requests>,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        output: &mut [&mut [f32]],
        position: Position,
        changes: impl IntoIterator<Item = ParameterChange>,
    ) -> Result<Vec<PluginEvent>, String> {
        let frames = output.first().map_or(0, |row| row.len());
        self.fill_inputs(frames, input, sidechain);
        write_changes(&mut self.changes, changes);
        self.events.clear();

        let transport = transport(position, self.activation.sample_rate_hz);
        let inputs = self.input_ports.with_input_buffers(self.inputs.iter_mut().map(|rows| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                rows.iter_mut().map(|row| InputChannel::variable(&mut row[..frames])),
            ),
        }));
        let mut outputs = self.output_ports.with_output_buffers(self.outputs.iter_mut().map(|rows| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(rows.iter_mut().map(|row| &mut row[..frames])),
        }));
        {
            let _role = requests.audio_role();
            let processor = self.processor.ensure_processing_started().map_err(|error| error.to_string())?;
            processor
                .process(
                    &inputs,
                    &mut outputs,
                    &self.changes.as_input(),
                    &mut self.events.as_output(),
                    Some(self.played_frames),
                    Some(&transport),
                )
                .map_err(|error| error.to_string())?;
        }
        self.played_frames += frames as u64;

        let main = self.ports.outputs.iter().position(|port| port.main).and_then(|index| self.outputs.get(index));
        for (row, samples) in output.iter_mut().zip(main.into_iter().flatten()) {
            row.copy_from_slice(&samples[..frames]);
        }
        let events = read_events(&self.events);
        match events.iter().find(|event| matches!(event, PluginEvent::Value { value, .. } if !value.is_finite())) {
            Some(event) => Err(format!("it sent out {event:?}")),
            None => Ok(events),
        }
    }

    /// The main input hears `input`, the first other one the side-chain, everything else silence.
    fn fill_inputs(&mut self, frames: usize, input: &[&[f32]], sidechain: Option<&[&[f32]]>) {
        let sidechain_index = self.ports.sidechain();
        for (index, (port, rows)) in self.ports.inputs.iter().zip(&mut self.inputs).enumerate() {
            let source = match (port.main, sidechain) {
                (true, _) => input,
                (false, Some(sidechain)) if Some(index) == sidechain_index => sidechain,
                (false, _) => &[],
            };
            for (channel, row) in rows.iter_mut().enumerate() {
                // One row feeds both sides.
                let from = if source.len() == 1 { source.first() } else { source.get(channel) };
                match from {
                    Some(from) => row[..frames].copy_from_slice(&from[..frames]),
                    None => row[..frames].fill(0.0),
                }
            }
        }
    }
}

/// The transport as CLAP wants it: seconds and beats from the start of the song.
fn transport(position: Position, sample_rate_hz: f64) -> TransportEvent {
    let seconds = position.frame as f64 / sample_rate_hz;
    let beats = seconds * BEATS_PER_SECOND;
    let bar = (beats / BEATS_PER_BAR).floor();
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    if position.playing {
        flags |= TransportFlags::IS_PLAYING;
    }
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: BeatTime::from_float(beats),
        song_pos_seconds: SecondsTime::from_float(seconds),
        tempo: BEATS_PER_SECOND * 60.0,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_int(0),
        loop_end_beats: BeatTime::from_int(0),
        loop_start_seconds: SecondsTime::from_int(0),
        loop_end_seconds: SecondsTime::from_int(0),
        bar_start: BeatTime::from_float(bar * BEATS_PER_BAR),
        bar_number: bar as i32,
        time_signature_numerator: BEATS_PER_BAR as u16,
        time_signature_denominator: 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_position_survives_the_fixed_point_of_the_transport() {
        for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for frame in [-1, 0, 1, 479, 44_101, 1_152_000, 192_000 * 3_600 * 24 - 1] {
                let event = transport(Position::playing(frame), sample_rate_hz);
                assert_eq!((event.song_pos_seconds.to_float() * sample_rate_hz).round() as i64, frame);
                assert_eq!((event.song_pos_beats.to_float() / 2.0 * sample_rate_hz).round() as i64, frame);
            }
        }
    }
}
