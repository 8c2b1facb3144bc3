//! State: read whole and checked before anything of it is applied, so that a bad state changes nothing.

use std::collections::HashMap;
use std::ffi::c_void;

use clap_sys::stream::{clap_istream, clap_ostream};
use nice_plug::plugin::{ParamValue, PluginState};
use nice_plug::prelude::{ParamPtr, Params};
use thiserror::Error;

use super::link::Link;

/// No honest state is larger.
const MAX_STATE_BYTES: usize = 16 << 20;

/// The length that stands in front of the JSON text.
const LENGTH_BYTES: usize = 8;

/// Why a state is refused; nothing of it has been applied.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("the host's stream failed while the state was read; load the project again")]
    Stream,
    #[error("the state is longer than {MAX_STATE_BYTES} bytes, so it is not one of this plugin's")]
    TooLong,
    #[error(
        "the state says it is {expected} bytes long but {got} are there: it was cut off when it was saved or copied"
    )]
    Length { expected: u64, got: usize },
    #[error("the state is not readable: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the state was saved by version {saved}, this is {running}: install the newer version to load it")]
    Newer { saved: String, running: &'static str },
    #[error("the state's value {value:?} is not one for the parameter `{id}`")]
    WrongType { id: String, value: ParamValue },
}

/// Reads a host's stream to its end. `[main]`
///
/// # Safety
/// `stream` is a valid stream of the host.
pub(super) unsafe fn read_all(stream: *const clap_istream) -> Result<Vec<u8>, Refusal> {
    // SAFETY: as promised by the caller.
    let read = unsafe { stream.as_ref() }.and_then(|stream| stream.read).ok_or(Refusal::Stream)?;
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        // SAFETY: the buffer is as long as the size says.
        let count = unsafe { read(stream, chunk.as_mut_ptr().cast(), chunk.len() as u64) };
        match usize::try_from(count) {
            Ok(0) => return Ok(bytes),
            Ok(count) if bytes.len() + count <= MAX_STATE_BYTES => {
                bytes.extend_from_slice(chunk.get(..count).ok_or(Refusal::Stream)?);
            }
            Ok(_) => return Err(Refusal::TooLong),
            Err(_) => return Err(Refusal::Stream),
        }
    }
}

/// Checks a state and completes it: values outside their range are held at its end, parameters the saving version did
/// not have get their default, so that a state always recalls the same sound. Returns the bytes to load. `[main]`
///
/// A preset, and a state that must not make the instance another one, lose what says who the instance is.
pub(super) fn checked(
    bytes: &[u8],
    link: &Link,
    choices: &Choices,
    running: &'static str,
    is_preset: bool,
) -> Result<Vec<u8>, Refusal> {
    let mut state = parsed(bytes)?;
    if is_newer(&state.version, running) {
        return Err(Refusal::Newer { saved: state.version, running });
    }
    for (id, parameter, _group) in link.params().param_map() {
        let value = match state.params.remove(&id) {
            Some(value) => in_range(parameter, &value)
                .filter(|value| is_known(value, choices.get(&id)))
                .ok_or_else(|| Refusal::WrongType { id: id.clone(), value: value.clone() })?,
            None => default_value(parameter),
        };
        state.params.insert(id, value);
    }
    if link.identity().is_some_and(|identity| is_preset || !identity.may_become(&state.fields)) {
        forget_identity(&mut state, link);
    }
    bytes_of(&state)
}

/// A saved state as a preset: without what says who the instance is. `[main]`
pub(super) fn preset(bytes: &[u8], link: &Link) -> Result<Vec<u8>, Refusal> {
    let mut state = parsed(bytes)?;
    forget_identity(&mut state, link);
    bytes_of(&state)
}

fn forget_identity(state: &mut PluginState, link: &Link) {
    let fields = link.identity().map_or(&[][..], |identity| identity.fields);
    state.fields.retain(|key, _| !fields.contains(&key.as_str()));
}

fn parsed(bytes: &[u8]) -> Result<PluginState, Refusal> {
    let (length, json) = bytes
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or(Refusal::Length { expected: LENGTH_BYTES as u64, got: bytes.len() })?;
    let expected = u64::from_le_bytes(*length);
    let json = usize::try_from(expected)
        .ok()
        .and_then(|length| json.get(..length))
        .ok_or(Refusal::Length { expected, got: json.len() })?;
    Ok(serde_json::from_slice(json)?)
}

fn bytes_of(state: &PluginState) -> Result<Vec<u8>, Refusal> {
    let json = serde_json::to_vec(state)?;
    Ok([&(json.len() as u64).to_le_bytes(), json.as_slice()].concat())
}

/// The ids of the choices of every parameter that has some, by the parameter's id.
pub(super) type Choices = HashMap<String, Vec<&'static str>>;

/// Learns the ids of all choices; the framework keeps them to itself but for that of the value in force. `[main]`
///
/// # Safety
/// Nobody else uses the parameters meanwhile.
pub(super) unsafe fn choices(params: &dyn Params) -> Choices {
    let mut choices = Choices::new();
    for (id, parameter, _group) in params.param_map() {
        let ParamPtr::EnumParam(choice) = parameter else { continue };
        // SAFETY: the parameter belongs to `params`; the value in force is put back.
        unsafe {
            let in_force = parameter.unmodulated_normalized_value();
            let steps = parameter.step_count().unwrap_or(0);
            let ids = (0..=steps).filter_map(|step| {
                parameter._internal_set_normalized_value(step as f32 / steps.max(1) as f32);
                (*choice).unmodulated_plain_id()
            });
            choices.insert(id, ids.collect());
            parameter._internal_set_normalized_value(in_force);
        }
    }
    choices
}

/// Whether a value that names a choice names one that there is.
fn is_known(value: &ParamValue, choices: Option<&Vec<&'static str>>) -> bool {
    match value {
        ParamValue::String(choice) => choices.is_some_and(|choices| choices.contains(&choice.as_str())),
        _ => true,
    }
}

/// Whether a saved version is newer in the part that may change the meaning of a state: the first number, or while that
/// is zero the second.
fn is_newer(saved: &str, running: &str) -> bool {
    let meaning = |version: &str| {
        let mut numbers = version.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
        let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        (major, if major == 0 { minor } else { 0 })
    };
    meaning(saved) > meaning(running)
}

/// The value held within the parameter's range, or `None` when it is of another kind.
fn in_range(parameter: ParamPtr, value: &ParamValue) -> Option<ParamValue> {
    // SAFETY: the parameter belongs to the `Params` object this was read from, which the caller holds.
    let (low, high) = unsafe { (parameter.preview_plain(0.0), parameter.preview_plain(1.0)) };
    let (low, high) = (low.min(high), low.max(high));
    match (parameter, value) {
        (ParamPtr::FloatParam(_), ParamValue::F32(plain)) => Some(ParamValue::F32(plain.clamp(low, high))),
        (ParamPtr::IntParam(_) | ParamPtr::EnumParam(_), ParamValue::I32(plain)) => {
            Some(ParamValue::I32((*plain).clamp(low as i32, high as i32)))
        }
        (ParamPtr::BoolParam(_), ParamValue::Bool(_)) | (ParamPtr::EnumParam(_), ParamValue::String(_)) => {
            Some(value.clone())
        }
        _ => None,
    }
}

fn default_value(parameter: ParamPtr) -> ParamValue {
    // SAFETY: as for `in_range`.
    unsafe {
        let plain = parameter.preview_plain(parameter.default_normalized_value());
        match parameter {
            ParamPtr::FloatParam(_) => ParamValue::F32(parameter.default_plain_value()),
            ParamPtr::BoolParam(_) => ParamValue::Bool(plain > 0.5),
            ParamPtr::IntParam(_) | ParamPtr::EnumParam(_) => ParamValue::I32(plain.round() as i32),
        }
    }
}

/// A stream over bytes in memory, as the framework reads it.
pub(super) struct MemoryStream<'a> {
    rest: &'a [u8],
}

impl<'a> MemoryStream<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The stream as the framework sees it; valid until the memory stream moves.
    pub fn stream(&mut self) -> clap_istream {
        clap_istream { ctx: (&raw mut *self).cast(), read: Some(memory_read) }
    }
}

unsafe extern "C" fn memory_read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: only [`MemoryStream::stream`] makes streams with this function; the reader's buffer holds `size` bytes.
    unsafe {
        let memory = &mut *(*stream).ctx.cast::<MemoryStream>();
        let count = memory.rest.len().min(usize::try_from(size).unwrap_or(usize::MAX));
        std::ptr::copy_nonoverlapping(memory.rest.as_ptr(), buffer.cast(), count);
        memory.rest = &memory.rest[count..];
        count as i64
    }
}

/// A stream that collects what the framework writes.
pub(super) fn collecting_stream(bytes: &mut Vec<u8>) -> clap_ostream {
    clap_ostream { ctx: std::ptr::from_mut(bytes).cast(), write: Some(memory_write) }
}

unsafe extern "C" fn memory_write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: only [`collecting_stream`] makes streams with this function; the writer's buffer holds `size` bytes.
    unsafe {
        let bytes = &mut *(*stream).ctx.cast::<Vec<u8>>();
        bytes.extend_from_slice(std::slice::from_raw_parts(buffer.cast(), size as usize));
    }
    size as i64
}

/// Writes all bytes to a host's stream; false when it fails or takes nothing more. `[main]`
///
/// # Safety
/// `stream` is null or a valid stream of the host.
pub(super) unsafe fn write_all(stream: *const clap_ostream, mut bytes: &[u8]) -> bool {
    // SAFETY: as promised by the caller.
    let Some(write) = (unsafe { stream.as_ref() }).and_then(|stream| stream.write) else { return false };
    while !bytes.is_empty() {
        // SAFETY: the buffer is as long as the size says.
        let count = unsafe { write(stream, bytes.as_ptr().cast(), bytes.len() as u64) };
        match usize::try_from(count) {
            Ok(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_that_may_mean_something_else_is_newer() {
        for (saved, newer) in [("0.1.0", false), ("0.1.9", false), ("0.2.0", true), ("1.0.0", true), ("", false)] {
            assert_eq!(is_newer(saved, "0.1.0"), newer, "{saved}");
        }
        assert!(!is_newer("1.9.0", "1.2.0"));
        assert!(is_newer("2.0.0", "1.2.0"));
    }
}
