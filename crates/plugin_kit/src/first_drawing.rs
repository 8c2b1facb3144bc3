//! First drawing: a window under X11 is drawn, whatever the host did with it before it showed it.
//!
//! The window library (baseview 0.4.2) asks the X server when to draw, and asks no more until it is answered. It asks when
//! the host resizes the window; if the window is not mapped yet, the library does not listen yet, the answer is lost, and
//! the window stays empty for ever. The server gives its answers to all who listen, whoever asked: so until the first
//! drawing the same question is asked from here, again and again.

use egui::Context;
use raw_window_handle::HasWindowHandle;

/// Asks until [`is_done`] is said or the window of this context goes away. `[main]`
pub fn ask(ctx: &Context, window: &impl HasWindowHandle) {
    #[cfg(target_os = "linux")]
    x11::ask(ctx, window);
    #[cfg(not(target_os = "linux"))]
    let _ = (ctx, window);
}

/// The window has been drawn. `[main]`
pub fn is_done(ctx: &Context) {
    #[cfg(target_os = "linux")]
    x11::is_done(ctx);
    #[cfg(not(target_os = "linux"))]
    let _ = ctx;
}

#[cfg(target_os = "linux")]
mod x11 {
    use std::sync::Arc;

    use egui::{Context, Id};
    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use x11rb::connection::Connection;
    use x11rb::protocol::present::ConnectionExt;
    use x11rb::rust_connection::RustConnection;

    use crate::watch::Watch;

    /// Looks of the watch between two questions: a window that needs none has drawn by then.
    const LOOKS: usize = 8;

    /// The library's first question: its number, and the frame of the screen it is about.
    const SERIAL: u32 = 0;
    const FRAME: u64 = 0;

    pub fn ask(ctx: &Context, window: &impl HasWindowHandle) {
        let Some(RawWindowHandle::Xlib(window)) = window.window_handle().ok().map(|handle| handle.as_raw()) else {
            return;
        };
        let (mut looks, mut display) = (0, None);
        let watch = Watch::start(move || {
            looks += 1;
            if looks % LOOKS == 0 {
                display = display.take().or_else(|| x11rb::connect(None).ok().map(|(display, _)| display));
                display.iter().for_each(|display| question(display, window.window as u32));
            }
        });
        // It lies in the context, which ends with the window.
        ctx.data_mut(|data| data.insert_temp(Id::unique("first drawing"), Arc::new(watch)));
    }

    pub fn is_done(ctx: &Context) {
        let watch = ctx.data_mut(|data| data.remove_temp::<Arc<Option<Watch>>>(Id::unique("first drawing")));
        // It ends here, outside the context.
        drop(watch);
    }

    /// A server that does not know the question has no need of it: there the library draws by the clock.
    fn question(display: &RustConnection, window: u32) {
        if let Ok(asked) = display.present_notify_msc(window, SERIAL, FRAME, 1, 0) {
            asked.ignore_error();
        }
        let _ = display.flush();
    }
}
