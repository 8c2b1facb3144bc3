//! Screen: the windows other programs show on a display, and a hand on the mouse there.

use std::thread;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{
    self, AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, MapState,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::{Picture, WindowError};

/// A display, looked at from outside.
pub struct Screen {
    display: RustConnection,
    root: xproto::Window,
}

/// A window that can be seen: it and all it lies in are mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenWindow {
    /// Its title.
    pub title: String,
    /// Points from left to right.
    pub width: u32,
    /// Points from top to bottom.
    pub height: u32,
    id: xproto::Window,
}

impl Screen {
    /// Connects to a display by what `DISPLAY` would be. `[main]`
    pub fn connect(name: &str) -> Result<Self, WindowError> {
        let (display, screen) = x11rb::connect(Some(name))?;
        let root = display.setup().roots[screen].root;
        Ok(Self { display, root })
    }

    /// The windows that can be seen and have a title, those that contain others first. `[main]`
    pub fn windows(&self) -> Result<Vec<SeenWindow>, WindowError> {
        let (mut seen, mut inside) = (Vec::new(), vec![self.root]);
        while let Some(parent) = inside.pop() {
            let Some(tree) = still_there(self.display.query_tree(parent)?.reply())? else { continue };
            for id in tree.children {
                let Some(window) = self.look(id)? else { continue };
                inside.push(id);
                if !window.title.is_empty() {
                    seen.push(window);
                }
            }
        }
        Ok(seen)
    }

    /// What is on the whole screen. `[main]`
    pub fn picture(&self) -> Result<Picture, WindowError> {
        Picture::take(&self.display, self.root)
    }

    /// What a window shows now, and whatever lies before it; `None` when it has gone or reaches beyond the screen. `[main]`
    pub fn picture_of(&self, window: &SeenWindow) -> Result<Option<Picture>, WindowError> {
        match Picture::take(&self.display, window.id) {
            Err(WindowError::Refuses(_)) => Ok(None),
            picture => picture.map(Some),
        }
    }

    /// Asks a window to close, as a click on its cross does. `[main]`
    pub fn close(&self, window: &SeenWindow) -> Result<(), WindowError> {
        let atom = |name: &[u8]| -> Result<_, WindowError> { Ok(self.display.intern_atom(false, name)?.reply()?.atom) };
        let data = [atom(b"WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window.id, atom(b"WM_PROTOCOLS")?, data);
        Ok(self.display.send_event(false, window.id, EventMask::NO_EVENT, message)?.check()?)
    }

    /// Gives a window another size, as a drag at its corner does. `[main]`
    pub fn resize(&self, window: &SeenWindow, width: u32, height: u32) -> Result<(), WindowError> {
        let size = ConfigureWindowAux::new().width(width).height(height);
        Ok(self.display.configure_window(window.id, &size)?.check()?)
    }

    /// Clicks so many times at a place of the screen, and leaves the pointer there. `[main]`
    pub fn click(&self, left: i16, top: i16, times: u32) -> Result<(), WindowError> {
        self.move_pointer(left, top)?;
        for _ in 0..times {
            for kind in [xproto::BUTTON_PRESS_EVENT, xproto::BUTTON_RELEASE_EVENT] {
                self.display.xtest_fake_input(kind, 1, 0, self.root, 0, 0, 0)?.check()?;
                // A hand is slower than a program, and programs count on it.
                thread::sleep(Duration::from_millis(40));
            }
        }
        Ok(())
    }

    /// Moves the pointer to a place of the screen. `[main]`
    pub fn move_pointer(&self, left: i16, top: i16) -> Result<(), WindowError> {
        Ok(self.display.warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, left, top)?.check()?)
    }

    fn look(&self, id: xproto::Window) -> Result<Option<SeenWindow>, WindowError> {
        let Some(state) = still_there(self.display.get_window_attributes(id)?.reply())? else { return Ok(None) };
        let name = self.display.get_property(false, id, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)?;
        let (Some(name), Some(size)) =
            (still_there(name.reply())?, still_there(self.display.get_geometry(id)?.reply())?)
        else {
            return Ok(None);
        };
        let title = String::from_utf8_lossy(&name.value).into_owned();
        let window = SeenWindow { title, width: size.width.into(), height: size.height.into(), id };
        Ok((state.map_state == MapState::VIEWABLE).then_some(window))
    }
}

/// A window may go while it is asked about.
fn still_there<T>(answer: Result<T, ReplyError>) -> Result<Option<T>, WindowError> {
    match answer {
        Err(ReplyError::X11Error(_)) => Ok(None),
        answer => Ok(Some(answer?)),
    }
}
