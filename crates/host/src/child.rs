//! The process a plugin lives in: asking it, waiting for it, and finding out how it died.

use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::HostError;
use crate::protocol::{Request, Response, read_message, write_message};

/// How long an answer is waited for unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process may take to end once its input is closed.
const FAREWELL: Duration = Duration::from_secs(5);

/// A child process that answers requests in order; it ends, willingly or not, when this is dropped.
pub(crate) struct ChildProcess {
    child: Child,
    /// Closing it tells the child to end.
    requests: Option<ChildStdin>,
    responses: Receiver<(Response, Vec<u8>)>,
    /// How long to wait for one answer.
    pub(crate) patience: Duration,
    /// Why there is no process any more.
    lost: Option<HostError>,
}

impl ChildProcess {
    /// Starts `program serve`.
    pub(crate) fn start(program: &Path) -> Result<Self, HostError> {
        let refuse =
            |reason: std::io::Error| HostError::Spawn { program: program.to_path_buf(), reason: reason.to_string() };
        let mut child =
            Command::new(program).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(refuse)?;
        let missing = || refuse(std::io::Error::other("it has no pipes"));
        let requests = child.stdin.take().ok_or_else(missing)?;
        let responses = receive_in_background(child.stdout.take().ok_or_else(missing)?);
        Ok(Self { child, requests: Some(requests), responses, patience: PATIENCE, lost: None })
    }

    /// Id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request; `plugin` is named when the process is gone.
    pub(crate) fn send(&mut self, plugin: &str, request: &Request, body: &[u8]) -> Result<(), HostError> {
        if let Some(error) = &self.lost {
            return Err(error.clone());
        }
        match self.requests.as_mut().map(|stream| write_message(stream, request, body)) {
            Some(Ok(())) => Ok(()),
            _ => Err(self.died(plugin, request.task())),
        }
    }

    /// Waits for the response to the request sent last.
    pub(crate) fn receive(&mut self, plugin: &str, task: &str) -> Result<(Response, Vec<u8>), HostError> {
        match self.responses.recv_timeout(self.patience) {
            Ok(response) => Ok(response),
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                let seconds = self.patience.as_secs();
                let error = HostError::NoAnswer { plugin: plugin.to_string(), seconds, task: task.to_string() };
                Err(self.lost.insert(error).clone())
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.died(plugin, task)),
        }
    }

    /// The pipe is closed: finds out how the process ended.
    fn died(&mut self, plugin: &str, task: &str) -> HostError {
        self.requests = None;
        let status = match wait(&mut self.child, FAREWELL) {
            Some(status) => describe(status),
            None => {
                self.end();
                "it closed its pipe and had to be ended".to_string()
            }
        };
        let error = HostError::Died { plugin: plugin.to_string(), status, task: task.to_string() };
        self.lost.insert(error).clone()
    }

    /// Kills the process and lets whoever asks it next find out.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself already.
        let _ = self.child.kill();
    }

    /// Ends the process now.
    fn end(&mut self) {
        // It may end by itself in this very moment; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.requests = None;
        if wait(&mut self.child, FAREWELL).is_none() {
            self.end();
        }
    }
}

/// Reads responses on a thread of its own, so that waiting for one can have an end.
fn receive_in_background(mut stream: impl Read + Send + 'static) -> Receiver<(Response, Vec<u8>)> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // A damaged message counts as a closed pipe: nothing after it can be trusted.
        while let Ok(Some(message)) = read_message(&mut stream) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Waits a while for a process to end.
fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < patience => thread::sleep(Duration::from_millis(2)),
            _ => return None,
        }
    }
}

/// An exit status in words.
fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let meaning = match signal {
            4 => "illegal instruction",
            6 => "aborted",
            7 | 10 => "bus error",
            8 => "arithmetic error",
            9 => "killed",
            11 => "invalid memory access",
            15 => "asked to end",
            _ => "ended by the system",
        };
        return format!("signal {signal}, {meaning}");
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}
