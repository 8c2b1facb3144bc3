//! Measured: the loudness now and over time, what each platform does to it, and whether the stems are the mix.

use std::sync::PoisonError;

use egui::{Rect, Ui};
use gui::null_panel::NullView;
use gui::parameter::Parameter;
use gui::{choice, loudness_panel, switch};
use plugin_kit::controls::hold;
use targets::Target;

use super::window::{Memory, Window};

impl Window<'_> {
    /// The figures of the measurement, and what starts it again.
    pub fn show_loudness(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.measure);
        let inside = theme.panel(ui.painter(), rect, "Loudness");
        let width = theme.design_size(rect).x;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 4.0, width, 22.0);
        let reset = hold(self.host, &params.reset);
        let tip = "Starts the measurement again, here and in every stem.";
        switch::pulse(ui, theme, &*reset, at(width - 186.0, 72.0), "Reset", tip);
        let policy = hold(self.host, &params.reset_policy);
        let tip = "When the measurement starts again by itself: never, when playback starts, or also when it jumps.";
        choice::show(ui, theme, &*policy, at(width - 108.0, 98.0), tip);
        let meter = &self.seen.measured.readings.meter;
        let below = inside.with_min_y(inside.top() + theme.points(4.0));
        if loudness_panel::show(ui, theme, below, meter, self.target()) {
            pulse_now(&*reset);
        }
    }

    /// The loudness over time.
    pub fn show_history(&self, ui: &mut Ui, rect: Rect, memory: &mut Memory) {
        let inside = self.theme.panel(ui.painter(), rect, "Loudness over time");
        let target_lufs = self.target().and_then(|target| target.loudness_lufs);
        let mut loudness = memory.loudness.lock().unwrap_or_else(PoisonError::into_inner);
        loudness.show(ui, self.theme, inside, target_lufs);
    }

    /// What each place does to the master.
    pub fn show_platforms(&self, ui: &mut Ui, rect: Rect, memory: &mut Memory) {
        let inside = self.theme.panel(ui.painter(), rect, "Platforms");
        let target = hold(self.host, &self.params.measure.target);
        let meter = &self.seen.measured.readings.meter;
        memory.platforms.show(ui, self.theme, inside, self.params.platforms.all(), &*target, meter);
    }

    /// The proof that the stems are the mix.
    pub fn show_null(&self, ui: &mut Ui, rect: Rect) {
        let view = NullView { readings: self.seen.measured.readings.null, sample_rate_hz: self.seen.sample_rate_hz };
        let inside = self.theme.panel(ui.painter(), rect, "Stems against the reference mix");
        view.show(ui, self.theme, inside);
    }

    fn target(&self) -> Option<&Target> {
        let number = usize::try_from(self.params.measure.target.value()).ok()?;
        self.params.platforms.all().get(number)
    }
}

/// Presses a button and lets it go at once: that it went on is what counts.
fn pulse_now(reset: &dyn Parameter) {
    reset.begin();
    reset.set(1.0);
    reset.set(0.0);
    reset.end();
}
