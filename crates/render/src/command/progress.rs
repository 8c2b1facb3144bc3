//! How far a command is, for someone who watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar with speed (× realtime) and time left on the terminal; nothing at all when the output goes elsewhere.
#[derive(Clone)]
pub struct Progress {
    /// Counts milliseconds of sound.
    bar: ProgressBar,
}

impl Progress {
    /// A bar that ends after so many seconds of sound. `[main]`
    pub fn new(what: &str, seconds: f64) -> Self {
        let speed = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(text, "{:.0}", state.per_sec() * 0.001);
        };
        let style = ProgressStyle::with_template("{msg:28} {bar:40} {percent:>3} %  {speed} × realtime  {eta} left");
        let style = style.map_or_else(|_| ProgressStyle::default_bar(), |style| style.with_key("speed", speed));
        let bar = ProgressBar::with_draw_target(Some(milliseconds(seconds)), ProgressDrawTarget::stderr());
        Self { bar: bar.with_style(style).with_message(what.to_owned()) }
    }

    /// Something that moves while nobody knows how long it will take. `[main]`
    pub fn endless(what: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// So many more seconds of sound are done. `[any]`
    pub fn advance(&self, seconds: f64) {
        self.bar.inc(milliseconds(seconds));
    }

    /// Takes the bar away. `[main]`
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1e3).round() as u64
}
