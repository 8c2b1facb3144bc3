//! Trim: the level of the stem, its place, and what silences it.

use egui::{Align2, Rect, Ui};
use gui::guard_rail::{self, Tone, trim_sentence};
use gui::knob::Knob;
use gui::theme;
use gui::{choice, switch};
use plugin_kit::controls::hold;

use super::window::Window;

/// Height of the controls at the foot, in design points.
const FOOT: f32 = 124.0;

impl Window<'_> {
    /// A large knob with its guard rail, and below it balance, polarity, mute and solo.
    pub fn show_trim(&self, ui: &mut Ui, rect: Rect) {
        let (theme, params) = (self.theme, &self.params.trim);
        let inside = theme.panel(ui.painter(), rect, "Trim");
        let size = theme.design_size(inside);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        let role = self.role();
        let (trim_db, usual) = (params.trim.value(), role.guard_rails().trim_db);
        let tone = Tone::of_trim(trim_db, &usual);
        let trim = hold(self.host, &params.trim);
        let tip =
            "Level of the stem. In mastering, 1 dB is a lot. The band along the dial is what its role usually gets.";
        let knob = Knob::new(&*trim, "", tip).usual(&usual).tone(tone);
        Knob { value_size: 27.0, ..knob }.show(ui, theme, at(0.0, -8.0, size.x, 186.0));
        let sentence = trim_sentence(trim_db, &usual, role.name()).unwrap_or_default();
        guard_rail::show(ui, theme, at(0.0, 188.0, size.x, 50.0), "Trim", tone, &sentence);

        let foot = size.y - FOOT;
        let half = 0.5 * (size.x - 8.0);
        let x = half + 8.0;
        let tip = "Moves the stem to one side by lowering the other.";
        Knob::new(&*hold(self.host, &params.balance), "Balance", tip).show(ui, theme, at(0.0, foot, half, 84.0));
        let label = at(x, foot, half, 16.0);
        theme.write(ui.painter(), label, Align2::LEFT_CENTER, "Polarity", theme::LABEL, theme::QUIET_TEXT);
        let tip = "Turns the waveform of a channel upside down.";
        choice::show(ui, theme, &*hold(self.host, &params.polarity), at(x, foot + 20.0, half, 26.0), tip);
        let tip = "Silences the stem.";
        let mute = hold(self.host, &params.mute);
        switch::show(ui, theme, &*mute, at(0.0, foot + 96.0, half, 28.0), "Mute", tip, theme::UNUSUAL);
        let soloed = self.session.is_soloed();
        let tip = "Silences the other stems of the session, for listening: neither the project nor a bounce keeps it.";
        if switch::toggle(ui, theme, at(x, foot + 96.0, half, 28.0), "Solo", soloed, tip) {
            self.session.set_solo(!soloed);
        }
    }
}
