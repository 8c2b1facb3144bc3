//! Desk: a running Ardour, its windows, and the hands at it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use host::{Display, Picture, Screen, SeenWindow};
use rosc::{OscMessage, OscPacket, OscType, decoder, encoder};

use super::mixer;
use super::project::{Place, Project};

/// How long anything may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(250);

/// A running Ardour.
pub struct Desk {
    ardour: Child,
    screen: Screen,
    /// Where it listens.
    address: SocketAddr,
    socket: UdpSocket,
}

impl Desk {
    /// Starts Ardour with the project, and waits until it listens. What it says goes into the log.
    pub fn start(project: &Project, display: &Display, log: &Path) -> Result<Self> {
        let log = File::create(log)?;
        fs::write(project.address_file(), "")?;
        let ardour = Command::new("ardour")
            .args(["--no-announcements", "--no-splash"])
            .arg(project.session())
            .envs(project.environment())
            .env("DISPLAY", display.name())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("Ardour cannot be started")?;
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(PAUSE))?;
        let nowhere = socket.local_addr()?;
        let mut desk = Self { ardour, screen: Screen::connect(display.name())?, address: nowhere, socket };
        desk.address = desk.wait("Ardour does not listen", |_| {
            let text = fs::read_to_string(project.address_file())?;
            let port = text.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
            Ok(port.map(|port| SocketAddr::from(([127, 0, 0, 1], port))))
        })?;
        Ok(desk)
    }

    /// Looks again and again until there is something; fails when it does not come, or when Ardour has gone.
    pub fn wait<T>(&mut self, missing: &str, mut look: impl FnMut(&Self) -> Result<Option<T>>) -> Result<T> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if let Some(status) = self.ardour.try_wait()? {
                bail!("Ardour has gone ({status}) while waiting: {missing}");
            }
            if Instant::now() > until {
                bail!("{missing}, not in {} s", PATIENCE.as_secs());
            }
            thread::sleep(PAUSE);
        }
    }

    /// Tells Ardour to do something, by an OSC address and what belongs to it.
    pub fn tell(&self, address: &str, with: Vec<OscType>) -> Result<()> {
        let packet = OscPacket::Message(OscMessage { addr: address.to_owned(), args: with });
        self.socket.send_to(&encoder::encode(&packet)?, self.address)?;
        Ok(())
    }

    /// Does what an entry of a menu would do.
    pub fn act(&self, action: &str) -> Result<()> {
        self.tell("/access_action", vec![OscType::String(action.to_owned())])
    }

    /// Moves a parameter of the first track's first plugin to a place between 0 and 1.
    pub fn set_parameter(&mut self, name: &str, place: f32) -> Result<()> {
        let first = [OscType::Int(1), OscType::Int(1)];
        let number = self.wait(&format!("Ardour knows no parameter {name}"), |desk| {
            desk.tell("/strip/plugin/descriptor", first.to_vec())?;
            desk.number_of(name)
        })?;
        let number = OscType::Int(number);
        self.tell("/strip/plugin/parameter", first.into_iter().chain([number, OscType::Float(place)]).collect())
    }

    /// Finds a parameter in the answers: track, plugin, number, name, and more.
    fn number_of(&self, name: &str) -> Result<Option<i32>> {
        let mut bytes = [0; 65_536];
        // Silence, which is an error here, ends the answers.
        while let Ok(length) = self.socket.recv(&mut bytes) {
            let (_, OscPacket::Message(answer)) = decoder::decode_udp(&bytes[..length])? else { continue };
            if let [_, _, OscType::Int(number), OscType::String(said), ..] = &answer.args[..]
                && answer.addr == "/strip/plugin/descriptor"
                && said == name
            {
                return Ok(Some(*number));
            }
        }
        Ok(None)
    }

    /// The window around a plugin's editor.
    pub fn frame(&self, place: &Place) -> Result<Option<SeenWindow>> {
        self.window(&place.window_title())
    }

    /// The editor as it is shown now; none when there is none, or when it is empty.
    pub fn editor(&self, place: &Place) -> Result<Option<Picture>> {
        let Some(window) = self.window(place.plugin)? else { return Ok(None) };
        let picture = self.screen.picture_of(&window)?;
        Ok(picture.filter(|picture| picture.is_drawn()))
    }

    /// Waits until an editor shows something.
    pub fn wait_for_editor(&mut self, place: &Place) -> Result<Picture> {
        self.wait(&format!("the editor of {} is not open, or empty", place.plugin), |desk| desk.editor(place))
    }

    /// Waits until an editor shows something other than before: its meters move.
    pub fn wait_for_movement(&mut self, place: &Place) -> Result<()> {
        let before = self.wait_for_editor(place)?;
        let moved = |desk: &Self| Ok(desk.editor(place)?.filter(|picture| *picture != before));
        self.wait(&format!("the editor of {} stands still while Ardour plays", place.plugin), moved)?;
        Ok(())
    }

    /// Gives the window around an editor another size and waits until the editor has filled and drawn it.
    pub fn resize(&mut self, place: &Place, larger_by: i32) -> Result<Picture> {
        let frame = self.frame(place)?.context("no window to resize")?;
        let before = self.wait_for_editor(place)?;
        let size = |size: u32| size.saturating_add_signed(larger_by);
        self.screen.resize(&frame, size(frame.width), size(frame.height))?;
        self.wait(&format!("the editor of {} does not follow its window", place.plugin), |desk| {
            let picture = desk.editor(place)?;
            Ok(picture.filter(|it| (it.width, it.height) == (size(before.width), size(before.height)) && is_full(it)))
        })
    }

    /// Closes an editor as a click on its window's cross does.
    pub fn close(&mut self, place: &Place) -> Result<()> {
        let frame = self.frame(place)?.context("no window to close")?;
        self.screen.close(&frame)?;
        self.wait_for_end(place)
    }

    /// Waits until an editor has gone.
    fn wait_for_end(&mut self, place: &Place) -> Result<()> {
        let is_gone = |desk: &Self| Ok(desk.window(place.plugin)?.is_none().then_some(()));
        self.wait(&format!("the editor of {} does not go", place.plugin), is_gone)
    }

    /// Opens an editor as a hand does: by a double click on the plugin in the mixer.
    pub fn open(&mut self, place: &Place) -> Result<Picture> {
        self.click(place, 2)?;
        self.screen.move_pointer(0, i16::MAX)?;
        self.wait_for_editor(place)
    }

    /// Removes a plugin with its editor open.
    pub fn remove(&mut self, place: &Place) -> Result<()> {
        self.click(place, 1)?;
        self.act("ProcessorMenu/delete")?;
        self.wait_for_end(place)
    }

    /// Clicks on a plugin in the mixer.
    fn click(&mut self, place: &Place, times: u32) -> Result<()> {
        let entry = |desk: &Self| Ok(mixer::plugins(&desk.screen.picture()?).get(place.nth_from_left).copied());
        let (left, top) = self.wait(&format!("{} is not to be seen in the mixer", place.plugin), entry)?;
        self.screen.click(left, top, times)?;
        // The mixer selects in its own time.
        thread::sleep(PAUSE);
        Ok(())
    }

    /// Waits for Ardour to end by itself and well.
    pub fn wait_for_exit(mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.ardour.try_wait()? {
                return if status.success() { Ok(()) } else { bail!("Ardour ended badly: {status}") };
            }
            thread::sleep(PAUSE);
        }
        bail!("Ardour does not end")
    }

    /// Everything on the screen.
    pub fn picture(&self) -> Result<Picture> {
        Ok(self.screen.picture()?)
    }

    fn window(&self, title: &str) -> Result<Option<SeenWindow>> {
        Ok(self.screen.windows()?.into_iter().find(|window| window.title == title))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It has ended by itself when all went well.
        let _ = self.ardour.kill();
        let _ = self.ardour.wait();
    }
}

/// Whether something is drawn in the last tenth of a window, which is empty where it has grown and nobody has drawn.
fn is_full(picture: &Picture) -> bool {
    let below = (picture.height * 9 / 10..picture.height).flat_map(|row| picture.row(row));
    below.collect::<HashSet<_>>().len() > 2
}
