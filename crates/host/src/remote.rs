//! A plugin in a process of its own, as a DAW with sandboxing would have it.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child::ChildProcess;
use crate::instance::label;
use crate::protocol::{Answer, Request, read_rows, write_rows};
use crate::{
    Activated, Activation, Description, HostCalls, HostError, Parameter, ParameterChange, Player, PluginEvent, Ports,
    Position, Track,
};

/// A plugin in a child process running `stemma-host serve`.
///
/// When the child dies, by its own fault or by a signal, the call under way and all later ones return
/// [`HostError::Died`]; a child that hangs is ended and gives [`HostError::NoAnswer`]. No call waits for ever.
pub struct Remote {
    child: ChildProcess,
    description: Description,
    label: String,
    events: Vec<PluginEvent>,
    /// A block was sent and its response not yet fetched: rows and frames of it.
    block_under_way: Option<(usize, usize)>,
}

impl Remote {
    /// Starts a process and loads a bundle's plugin of this id, or its first one, into it. `[main]`
    ///
    /// The program is [`Remote::program`].
    pub fn load(path: impl AsRef<Path>, id: Option<&str>, track: Track) -> Result<Self, HostError> {
        Self::load_with(&Self::program(), path, id, track)
    }

    /// As [`Remote::load`], with a given `stemma-host`. `[main]`
    pub fn load_with(
        program: &Path,
        path: impl AsRef<Path>,
        id: Option<&str>,
        track: Track,
    ) -> Result<Self, HostError> {
        let path = std::path::absolute(path)
            .map_err(|reason| HostError::Spawn { program: program.to_path_buf(), reason: reason.to_string() })?;
        let bundle_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut remote = Self {
            child: ChildProcess::start(program)?,
            description: Description::default(),
            label: label(&Description { name: bundle_name, ..Description::default() }, &track),
            events: Vec::new(),
            block_under_way: None,
        };
        let request = Request::Load { path, id: id.map(str::to_string), track: track.clone() };
        match remote.ask(&request, &[])? {
            (Answer::Loaded(description), _) => {
                remote.label = label(&description, &track);
                remote.description = description;
                Ok(remote)
            }
            (other, _) => Err(remote.unexpected(&other)),
        }
    }

    /// Where `stemma-host` is: the variable `STEMMA_HOST`, this very program, or a neighbour of it. `[any]`
    pub fn program() -> PathBuf {
        let name = format!("stemma-host{}", env::consts::EXE_SUFFIX);
        if let Some(program) = env::var_os("STEMMA_HOST") {
            return PathBuf::from(program);
        }
        // Tests and examples lie one folder below the programs they belong to.
        let here = env::current_exe().unwrap_or_default();
        let neighbours = here.ancestors().skip(1).take(2).map(|folder| folder.join(&name));
        neighbours.into_iter().find(|program| program.is_file()).unwrap_or_else(|| PathBuf::from(name))
    }

    /// How long to wait for any one answer before the process is ended. `[main]`
    pub fn set_patience(&mut self, patience: Duration) {
        self.child.patience = patience;
    }

    /// Id of the child process. `[any]`
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process, as a crash would end it: the call that comes next finds it [`HostError::Died`]. `[main]`
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Sends a block without waiting, so that several plugins play at the same time; [`Remote::receive_block`] ends it.
    /// `[main]`
    pub fn send_block(
        &mut self,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        position: Position,
        changes: &[ParameterChange],
    ) -> Result<(), HostError> {
        let frames = input.first().map_or(0, |row| row.len());
        let rows = input.iter().chain(sidechain.unwrap_or_default());
        if rows.clone().any(|row| row.len() != frames) {
            return Err(self.misfit("its rows differ in length"));
        }
        if changes.iter().any(|change| !change.value.is_finite()) {
            return Err(self.misfit("a parameter value is no number"));
        }
        let mut body = Vec::new();
        write_rows(&mut body, rows.copied());
        let request = Request::Process {
            frames,
            rows: input.len(),
            sidechain_rows: sidechain.map(<[_]>::len),
            position,
            changes: changes.to_vec(),
        };
        self.send(&request, &body)?;
        self.block_under_way = Some((input.len(), frames));
        Ok(())
    }

    /// Waits for the block sent last. `[main]`
    pub fn receive_block(&mut self, output: &mut [&mut [f32]]) -> Result<(), HostError> {
        let Some((rows, frames)) = self.block_under_way.take() else {
            return Err(self.misfit("none was sent"));
        };
        let body = match self.receive("process audio")? {
            (Answer::Done, body) => body,
            (other, _) => return Err(self.unexpected(&other)),
        };
        let samples = read_rows(&body, rows, frames).ok_or_else(|| self.unexpected(&"audio of another length"))?;
        if output.len() != rows || output.iter().any(|row| row.len() != frames) {
            return Err(self.misfit("the output has another form than the input"));
        }
        for (row, samples) in output.iter_mut().zip(&samples) {
            row.copy_from_slice(samples);
        }
        Ok(())
    }

    fn ask(&mut self, request: &Request, body: &[u8]) -> Result<(Answer, Vec<u8>), HostError> {
        self.send(request, body)?;
        self.receive(request.task())
    }

    fn ask_done(&mut self, request: &Request, body: &[u8]) -> Result<Vec<u8>, HostError> {
        match self.ask(request, body)? {
            (Answer::Done, body) => Ok(body),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn send(&mut self, request: &Request, body: &[u8]) -> Result<(), HostError> {
        if self.block_under_way.is_some() {
            return Err(self.misfit("the one before was not fetched"));
        }
        self.child.send(&self.label, request, body)
    }

    fn receive(&mut self, task: &str) -> Result<(Answer, Vec<u8>), HostError> {
        let (response, body) = self.child.receive(&self.label, task)?;
        self.events.extend(response.events);
        response.result.map(|answer| (answer, body))
    }

    fn misfit(&self, reason: &str) -> HostError {
        HostError::Block { plugin: self.label.clone(), reason: reason.to_string() }
    }

    fn refuse_unless_finite(&self, id: u32, value: f64) -> Result<(), HostError> {
        if value.is_finite() {
            return Ok(());
        }
        Err(HostError::Value { plugin: self.label.clone(), parameter: id.to_string(), value: value.to_string() })
    }

    fn unexpected(&self, answer: &dyn std::fmt::Debug) -> HostError {
        HostError::Protocol { plugin: self.label.clone(), reason: format!("{answer:?}") }
    }
}

impl Player for Remote {
    fn description(&self) -> &Description {
        &self.description
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn ports(&mut self) -> Result<Ports, HostError> {
        match self.ask(&Request::Ports, &[])? {
            (Answer::Ports(ports), _) => Ok(ports),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>, HostError> {
        match self.ask(&Request::Parameters, &[])? {
            (Answer::Parameters(parameters), _) => Ok(parameters),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn value(&mut self, id: u32) -> Result<f64, HostError> {
        match self.ask(&Request::Value { id }, &[])? {
            (Answer::Number(value), _) => Ok(value),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn text_from_value(&mut self, id: u32, value: f64) -> Result<String, HostError> {
        self.refuse_unless_finite(id, value)?;
        match self.ask(&Request::TextFromValue { id, value }, &[])? {
            (Answer::Text(Some(text)), _) => Ok(text),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn value_from_text(&mut self, id: u32, text: &str) -> Result<f64, HostError> {
        match self.ask(&Request::ValueFromText { id, text: text.to_string() }, &[])? {
            (Answer::Number(value), _) => Ok(value),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostError> {
        self.refuse_unless_finite(id, value)?;
        self.ask_done(&Request::SetValue { id, value }, &[]).map(drop)
    }

    fn set_track(&mut self, track: Track) -> Result<(), HostError> {
        self.label = label(&self.description, &track);
        self.ask_done(&Request::SetTrack { track }, &[]).map(drop)
    }

    fn activate(&mut self, activation: &Activation) -> Result<Activated, HostError> {
        match self.ask(&Request::Activate { activation: *activation }, &[])? {
            (Answer::Activated(activated), _) => Ok(activated),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn process(
        &mut self,
        input: &[&[f32]],
        sidechain: Option<&[&[f32]]>,
        output: &mut [&mut [f32]],
        position: Position,
        changes: &[ParameterChange],
    ) -> Result<(), HostError> {
        self.send_block(input, sidechain, position, changes)?;
        self.receive_block(output)
    }

    fn reset(&mut self) -> Result<(), HostError> {
        self.ask_done(&Request::Reset, &[]).map(drop)
    }

    fn deactivate(&mut self) -> Result<(), HostError> {
        self.ask_done(&Request::Deactivate, &[]).map(drop)
    }

    fn pump(&mut self) -> Result<(), HostError> {
        self.ask_done(&Request::Pump, &[]).map(drop)
    }

    fn take_events(&mut self) -> Result<Vec<PluginEvent>, HostError> {
        self.pump()?;
        Ok(std::mem::take(&mut self.events))
    }

    fn report(&mut self) -> Result<Option<String>, HostError> {
        match self.ask(&Request::Report, &[])? {
            (Answer::Text(report), _) => Ok(report),
            (other, _) => Err(self.unexpected(&other)),
        }
    }

    fn save_state(&mut self) -> Result<Vec<u8>, HostError> {
        self.ask_done(&Request::SaveState, &[])
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), HostError> {
        self.ask_done(&Request::LoadState, state).map(drop)
    }

    fn host_calls(&mut self) -> Result<HostCalls, HostError> {
        match self.ask(&Request::HostCalls, &[])? {
            (Answer::HostCalls(calls), _) => Ok(calls),
            (other, _) => Err(self.unexpected(&other)),
        }
    }
}
