//! The words two processes exchange about a plugin: requests to the process that has it, one response to each.
//!
//! A message is two lengths (32 bits, little-endian), a JSON text and raw bytes: audio as 32-bit floats row after row,
//! or a saved state. Every request gets exactly one response, in order.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{
    Activated, Activation, Description, HostCalls, HostError, Parameter, ParameterChange, PluginEvent, Ports, Position,
    Track,
};

/// No message is longer: whatever claims to be is no message.
const MAX_PART_BYTES: u32 = 1 << 30;

/// What the process with the plugin is asked to do; named like the methods of [`crate::Player`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Load {
        path: PathBuf,
        id: Option<String>,
        track: Track,
    },
    Ports,
    Parameters,
    Value {
        id: u32,
    },
    TextFromValue {
        id: u32,
        value: f64,
    },
    ValueFromText {
        id: u32,
        text: String,
    },
    SetValue {
        id: u32,
        value: f64,
    },
    SetTrack {
        track: Track,
    },
    Activate {
        activation: Activation,
    },
    /// The bytes hold the rows of the input, then those of the side-chain.
    Process {
        frames: usize,
        rows: usize,
        sidechain_rows: Option<usize>,
        position: Position,
        changes: Vec<ParameterChange>,
    },
    Reset,
    Deactivate,
    Pump,
    Report,
    SaveState,
    /// The bytes hold the state.
    LoadState,
    HostCalls,
}

impl Request {
    /// What is being done, for the message when it fails.
    pub(crate) fn task(&self) -> &'static str {
        match self {
            Self::Load { .. } => "load",
            Self::Ports => "list its ports",
            Self::Parameters | Self::Value { .. } => "read its parameters",
            Self::TextFromValue { .. } | Self::ValueFromText { .. } => "convert a value",
            Self::SetValue { .. } => "set a parameter",
            Self::SetTrack { .. } => "take note of its track",
            Self::Activate { .. } => "activate",
            Self::Process { .. } => "process audio",
            Self::Reset => "reset",
            Self::Deactivate => "deactivate",
            Self::Pump | Self::HostCalls => "run its main thread",
            Self::Report => "report",
            Self::SaveState => "save its state",
            Self::LoadState => "load its state",
        }
    }
}

/// What comes back when a request was met.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Done; the bytes may hold audio or a state.
    Done,
    Loaded(Description),
    Ports(Ports),
    Parameters(Vec<Parameter>),
    Number(f64),
    Text(Option<String>),
    Activated(Activated),
    HostCalls(HostCalls),
}

/// The response to one request, with everything the plugin sent out meanwhile.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Response {
    pub(crate) result: Result<Answer, HostError>,
    pub(crate) events: Vec<PluginEvent>,
}

/// Sends a message at once.
pub(crate) fn write_message(stream: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head).map_err(io::Error::other)?;
    let length =
        |part: &[u8]| u32::try_from(part.len()).ok().filter(|&length| length <= MAX_PART_BYTES).ok_or_else(too_long);
    let mut message = Vec::with_capacity(8 + head.len() + body.len());
    message.extend(length(&head)?.to_le_bytes());
    message.extend(length(body)?.to_le_bytes());
    message.extend(head);
    message.extend(body);
    stream.write_all(&message)?;
    stream.flush()
}

/// Waits for the next message; nothing when the other side closed the stream between two messages.
pub(crate) fn read_message<T: DeserializeOwned>(stream: &mut impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 8];
    if stream.read(&mut lengths[..1])? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut lengths[1..])?;
    let mut part = |bytes: [u8; 4]| -> io::Result<Vec<u8>> {
        let length = u32::from_le_bytes(bytes);
        if length > MAX_PART_BYTES {
            return Err(too_long());
        }
        let mut part = vec![0; length as usize];
        stream.read_exact(&mut part)?;
        Ok(part)
    };
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head, body) = (part([a, b, c, d])?, part([e, f, g, h])?);
    Ok(Some((serde_json::from_slice(&head).map_err(io::Error::other)?, body)))
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message of impossible length")
}

/// Appends rows of samples.
pub(crate) fn write_rows<'a>(body: &mut Vec<u8>, rows: impl IntoIterator<Item = &'a [f32]>) {
    for row in rows {
        body.extend(row.iter().flat_map(|sample| sample.to_le_bytes()));
    }
}

/// Takes rows of samples back out, where the bytes are exactly that many.
pub(crate) fn read_rows(body: &[u8], rows: usize, frames: usize) -> Option<Vec<Vec<f32>>> {
    if body.len() != rows.checked_mul(frames)?.checked_mul(4)? {
        return None;
    }
    let samples: Vec<f32> =
        body.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok()).map(f32::from_le_bytes).collect();
    Some((0..rows).map(|row| samples[row * frames..(row + 1) * frames].to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let mut stream = Vec::new();
        let rows = [vec![0.1f32, f32::NAN, -0.0], vec![1e-42, f32::INFINITY, 3.0]];
        let mut body = Vec::new();
        write_rows(&mut body, rows.iter().map(Vec::as_slice));
        // A value whose last bit a careless parser loses.
        write_message(&mut stream, &Request::SetValue { id: 7, value: 1.0 / 3.0 * 1e-5 }, &body).unwrap();
        let mut stream = stream.as_slice();
        let (request, body) = read_message(&mut stream).unwrap().unwrap();
        assert!(matches!(request, Request::SetValue { id: 7, value } if value == 1.0 / 3.0 * 1e-5));
        let bits = |rows: &[Vec<f32>]| rows.iter().flatten().map(|sample| sample.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read_rows(&body, 2, 3).unwrap()), bits(&rows));
        assert!(read_message::<Request>(&mut stream).unwrap().is_none());
    }

    #[test]
    fn noise_instead_of_a_message_is_refused() {
        assert!(read_message::<Request>(&mut b"Hello, this is a plugin printing".as_slice()).is_err());
        assert!(read_message::<Request>(&mut [1, 0, 0].as_slice()).is_err());
    }
}
