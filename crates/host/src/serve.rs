//! The process of one plugin: it reads requests, answers them, and ends when no one asks any more.

use std::fs::File;
use std::io;

use crate::protocol::{Answer, Request, Response, read_message, read_rows, write_message, write_rows};
use crate::{HostError, Instance, Player};

/// Serves one plugin over standard input and output until the input ends. `[main]`
///
/// Whatever the plugin itself prints goes to standard error: the two streams are taken out of its reach first.
pub fn serve() -> io::Result<()> {
    let (mut requests, mut responses) = take_streams()?;
    let mut instance = None;
    while let Some((request, body)) = read_message::<Request>(&mut requests)? {
        let mut answer_body = Vec::new();
        let result = answer(&mut instance, request, &body, &mut answer_body);
        let events = instance.as_mut().map_or_else(|| Ok(Vec::new()), Player::take_events);
        let response = match events {
            Ok(events) => Response { result, events },
            Err(error) => Response { result: result.and(Err(error)), events: Vec::new() },
        };
        write_message(&mut responses, &response, &answer_body)?;
    }
    Ok(())
}

/// Does what one request asks for.
fn answer(
    instance: &mut Option<Instance>,
    request: Request,
    body: &[u8],
    answer_body: &mut Vec<u8>,
) -> Result<Answer, HostError> {
    if let Request::Load { path, id, track } = request {
        let loaded = instance.insert(Instance::load(path, id.as_deref(), track)?);
        return Ok(Answer::Loaded(loaded.description().clone()));
    }
    let Some(player) = instance else { return Err(misunderstood("nothing is loaded")) };
    match request {
        Request::Load { .. } => Err(misunderstood("loaded twice")),
        Request::Ports => player.ports().map(Answer::Ports),
        Request::Parameters => player.parameters().map(Answer::Parameters),
        Request::Value { id } => player.value(id).map(Answer::Number),
        Request::TextFromValue { id, value } => player.text_from_value(id, value).map(|text| Answer::Text(Some(text))),
        Request::ValueFromText { id, text } => player.value_from_text(id, &text).map(Answer::Number),
        Request::SetValue { id, value } => player.set_value(id, value).map(|()| Answer::Done),
        Request::SetTrack { track } => player.set_track(track).map(|()| Answer::Done),
        Request::Activate { activation } => player.activate(&activation).map(Answer::Activated),
        Request::Process { frames, rows, sidechain_rows, position, changes } => {
            let all = read_rows(body, rows + sidechain_rows.unwrap_or(0), frames)
                .ok_or_else(|| misunderstood("audio of another length than announced"))?;
            let all: Vec<&[f32]> = all.iter().map(Vec::as_slice).collect();
            let (input, sidechain) = all.split_at(rows);
            let mut output = vec![vec![0.0; frames]; rows];
            let mut output_rows: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
            player.process(input, sidechain_rows.map(|_| sidechain), &mut output_rows, position, &changes)?;
            write_rows(answer_body, output.iter().map(Vec::as_slice));
            Ok(Answer::Done)
        }
        Request::Reset => player.reset().map(|()| Answer::Done),
        Request::Deactivate => player.deactivate().map(|()| Answer::Done),
        Request::Pump => player.pump().map(|()| Answer::Done),
        Request::Report => player.report().map(Answer::Text),
        Request::SaveState => {
            *answer_body = player.save_state()?;
            Ok(Answer::Done)
        }
        Request::LoadState => player.load_state(body).map(|()| Answer::Done),
        Request::HostCalls => player.host_calls().map(Answer::HostCalls),
    }
}

fn misunderstood(reason: &str) -> HostError {
    HostError::Protocol { plugin: "stemma-host".to_string(), reason: reason.to_string() }
}

/// Keeps the two pipes for the messages, and gives everyone else standard error to print to and nothing to read.
#[cfg(unix)]
fn take_streams() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;
    let requests = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let responses = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((requests, responses))
}

/// Keeps the two pipes for the messages, and gives everyone else standard error to print to.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the standard library cannot redirect its own output")]
fn take_streams() -> io::Result<(File, File)> {
    use std::os::windows::io::{AsHandle, AsRawHandle, RawHandle};
    /// What Windows calls standard output.
    const STD_OUTPUT_HANDLE: u32 = -11i32 as u32;
    unsafe extern "system" {
        fn SetStdHandle(which: u32, handle: RawHandle) -> i32;
    }
    let requests = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let responses = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    // SAFETY: a plain system call; the handle of standard error stays open as long as the process.
    if unsafe { SetStdHandle(STD_OUTPUT_HANDLE, io::stderr().as_raw_handle()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((requests, responses))
}
