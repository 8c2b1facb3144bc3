//! Window: the editor of a plugin in an X11 window, as a DAW shows it, and a picture of what is in it.

use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, Window as ParentWindow};
use thiserror::Error;
use x11rb::connection::Connection;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{self, ConfigureWindowAux, ConnectionExt, CreateWindowAux, WindowClass};
use x11rb::rust_connection::RustConnection;

use crate::{Instance, Picture, Player};

/// Why an editor is not to be seen.
#[derive(Debug, Error)]
pub enum WindowError {
    /// There is no display.
    #[error("no X11 display: {0}")]
    NoDisplay(#[from] ConnectError),
    /// The display failed.
    #[error("the X11 display failed: {0}")]
    Display(String),
    /// The display does not do it.
    #[error("the X11 display refuses: {0}")]
    Refuses(String),
    /// The plugin has no editor for X11.
    #[error("{plugin}: has no editor that X11 can show")]
    NoEditor {
        /// The plugin.
        plugin: String,
    },
    /// The plugin refuses.
    #[error("{plugin}: its editor {verb}")]
    Refused {
        /// The plugin.
        plugin: String,
        /// What it does not do.
        verb: &'static str,
    },
    /// The picture is of a kind this host cannot read.
    #[error("the display draws {depth} bits a point: 24 or 32 are needed")]
    Depth {
        /// Bits.
        depth: u8,
    },
}

impl From<ConnectionError> for WindowError {
    fn from(error: ConnectionError) -> Self {
        Self::Display(error.to_string())
    }
}

impl From<ReplyError> for WindowError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => Self::Refuses(format!("{:?}", error.error_kind)),
        }
    }
}

impl From<ReplyOrIdError> for WindowError {
    fn from(error: ReplyOrIdError) -> Self {
        Self::Display(error.to_string())
    }
}

/// The editor of an instance in a window of its own. [`Window::close`] it before the instance goes.
pub struct Window {
    display: RustConnection,
    id: xproto::Window,
}

const EMBEDDED: GuiConfiguration<'static> = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };

impl Window {
    /// Opens the editor with its left upper corner at a place of the display, in the size it asks for. `[main]`
    #[expect(unsafe_code, reason = "the plugin is given the window to draw in by its number")]
    pub fn open(instance: &mut Instance, left: i16, top: i16) -> Result<Self, WindowError> {
        let plugin = instance.label().to_string();
        let refused = |verb| WindowError::Refused { plugin: plugin.clone(), verb };
        let editor = instance.extensions.gui.ok_or_else(|| WindowError::NoEditor { plugin: plugin.clone() })?;
        let handle = instance.plugin.plugin_handle();
        if !editor.is_api_supported(&handle, EMBEDDED) {
            return Err(WindowError::NoEditor { plugin });
        }
        let (display, screen) = x11rb::connect(None)?;
        editor.create(&handle, EMBEDDED).map_err(|_| refused("cannot be made"))?;
        let size = editor.get_size(&handle).unwrap_or(GuiSize { width: 640, height: 480 });
        let window = Self { id: display.generate_id()?, display };
        let opened = window.make(screen, left, top, size).and_then(|()| {
            // SAFETY: the window lives until `close` or the failure below, which destroy the editor first.
            unsafe { editor.set_parent(&handle, ParentWindow::from_x11_handle(window.id.into())) }
                .map_err(|_| refused("does not take the window"))
        });
        if let Err(error) = opened {
            editor.destroy(&handle);
            return Err(error);
        }
        // Some have nothing to do for it and say so.
        let _ = editor.show(&handle);
        Ok(window)
    }

    /// Gives the editor another size, in points; the plugin may take another near by. `[main]`
    pub fn set_size(&self, instance: &mut Instance, width: u32, height: u32) -> Result<(), WindowError> {
        let Some(editor) = instance.extensions.gui else { return Ok(()) };
        let handle = instance.plugin.plugin_handle();
        let wanted = GuiSize { width, height };
        let size = editor.adjust_size(&handle, wanted).unwrap_or(wanted);
        self.resize(size)?;
        let refused = |_| WindowError::Refused { plugin: instance.label.clone(), verb: "does not take the size" };
        editor.set_size(&handle, size).map_err(refused)
    }

    /// Does what the editor asks its host for; to be called many times a second, as a DAW's main loop does. `[main]`
    pub fn serve(&self, instance: &mut Instance) -> Result<(), WindowError> {
        while self.display.poll_for_event()?.is_some() {}
        match instance.requests.take_resize() {
            Some((width, height)) => self.set_size(instance, width, height),
            None => Ok(()),
        }
    }

    /// Moves the pointer to the lower right corner of the screen, where it rests on nothing: a control under it would be
    /// bright and show its tip. `[main]`
    pub fn put_pointer_away(&self) -> Result<(), WindowError> {
        let root = self.display.get_geometry(self.id)?.reply()?.root;
        let screen = self.display.get_geometry(root)?.reply()?;
        let (right, bottom) = (screen.width as i16 - 1, screen.height as i16 - 1);
        self.display.warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, right, bottom)?.check()?;
        Ok(())
    }

    /// What the window shows now. `[main]`
    pub fn picture(&self) -> Result<Picture, WindowError> {
        // The editor's own window fills this one; its picture has its depth.
        let tree = self.display.query_tree(self.id)?.reply()?;
        let drawn = tree.children.last().copied().unwrap_or(self.id);
        Picture::take(&self.display, drawn)
    }

    /// Closes the editor and its window. `[main]`
    pub fn close(self, instance: &mut Instance) -> Result<(), WindowError> {
        if let Some(editor) = instance.extensions.gui {
            editor.destroy(&instance.plugin.plugin_handle());
        }
        self.display.destroy_window(self.id)?.check()?;
        Ok(())
    }

    fn make(&self, screen: usize, left: i16, top: i16, size: GuiSize) -> Result<(), WindowError> {
        let screen = &self.display.setup().roots[screen];
        let (width, height) = (size.width as u16, size.height as u16);
        let (class, look) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new().background_pixel(screen.black_pixel));
        self.display.create_window(0, self.id, screen.root, left, top, width, height, 0, class, 0, &look)?.check()?;
        self.display.map_window(self.id)?.check()?;
        Ok(())
    }

    fn resize(&self, size: GuiSize) -> Result<(), WindowError> {
        let size = ConfigureWindowAux::new().width(size.width).height(size.height);
        self.display.configure_window(self.id, &size)?.check()?;
        Ok(())
    }
}
