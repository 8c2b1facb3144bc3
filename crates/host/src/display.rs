//! Display: a screen nobody sees, for windows on a machine without one: Xvfb.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running Xvfb, ended when this is dropped.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one of so many points; `None` where Xvfb is not installed or does not start. `[main]`
    pub fn start(width: u32, height: u32) -> Option<Self> {
        // Without `-noreset` it starts anew whenever its last window goes, and refuses whoever connects just then.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", &format!("{width}x{height}x24")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        // The server says its number once it can be connected to.
        if let Some(said) = server.stdout.take() {
            let _ = BufReader::new(said).read_line(&mut number);
        }
        let mut display = Self { server, name: String::new() };
        let number: u32 = number.trim().parse().ok()?;
        display.name = format!(":{number}");
        Some(display)
    }

    /// What `DISPLAY` has to be for programs that are to open their windows here. `[any]`
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
