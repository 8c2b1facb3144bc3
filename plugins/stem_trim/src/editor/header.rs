//! Header: which stem this is, where its settings start from, and whether anything is done to it.

use std::sync::PoisonError;

use egui::{Align2, Color32, Rect, Ui};
use gui::theme;
use gui::{choice, switch};
use plugin_kit::controls::hold;
use plugin_kit::edits::Edits;

use super::window::Window;
use crate::params::StemParams;

/// The place of undo, comparison and presets, in design points.
const EDIT_BAR_WIDTH: f32 = 520.0;
const BYPASS_WIDTH: f32 = 96.0;
/// Size of the name, and of one that is too long for it.
const NAME_SIZES: [f32; 2] = [19.0, 13.0];

impl Window<'_> {
    /// The stem's colour: the track's, the master's, or its role's.
    pub fn color(&self) -> Color32 {
        self.session.color_argb().map_or(theme::role_color(self.role()), |argb| {
            let [_, red, green, blue] = argb.to_be_bytes();
            Color32::from_rgb(red, green, blue)
        })
    }

    /// Name, role, starting point, edits, bypass.
    pub fn show_header(&self, ui: &mut Ui, rect: Rect, edits: &mut Edits) {
        let (theme, params) = (self.theme, self.params);
        let width = theme.design_size(rect).x;
        let at = |x: f32, width: f32| theme.place(rect.min, x, 3.0, width, 30.0);
        ui.painter().rect_filled(at(0.0, 6.0), theme.rounding(), self.color());
        // The space beyond the design goes to the name.
        let bypass_x = width - BYPASS_WIDTH;
        let edits_x = bypass_x - 10.0 - EDIT_BAR_WIDTH;
        let start_x = edits_x - 12.0 - 132.0;
        let role_x = start_x - 8.0 - 128.0;
        self.show_name(ui, at(14.0, role_x - 22.0));
        let tip = "What the stem is: sets where controls turn amber.";
        choice::show(ui, theme, &*hold(self.host, &params.role), at(role_x, 128.0), tip);
        let tip = "Trim 0 dB and a gentle compressor in the middle of what this role usually gets. The EQ stays.";
        let link = self.session.link();
        if switch::action(ui, theme, at(start_x, 132.0), "Load starting point", tip).clicked() {
            let start = StemParams::starting_point(self.role());
            edits.change("Starting point", &start, self.host, link.as_deref());
        }
        let bar = theme.place(rect.min, edits_x, 5.0, EDIT_BAR_WIDTH, 26.0);
        edits.show(ui, theme, bar, self.host, link.as_deref());
        let tip = "Passes the stem through untouched.";
        let bypass = hold(self.host, &params.bypass);
        switch::show(ui, theme, &*bypass, at(bypass_x, BYPASS_WIDTH), "Bypass", tip, theme::UNUSUAL);
    }

    fn show_name(&self, ui: &mut Ui, rect: Rect) {
        let theme = self.theme;
        let mut name = self.params.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        // A long name is smaller.
        let margin = theme.points(4.0);
        let words = if name.is_empty() { self.session.name() } else { name.clone() };
        let words = ui.painter().layout_no_wrap(words, theme.font(NAME_SIZES[0]), theme::TEXT);
        let fitting = NAME_SIZES[0] * (rect.width() - 2.5 * margin) / words.size().x.max(1.0);
        let font = theme.font(fitting.clamp(NAME_SIZES[1], NAME_SIZES[0]));
        let entry = egui::TextEdit::singleline(&mut name)
            .hint_text(egui::RichText::new(self.session.name()).font(font.clone()))
            .font(font)
            .align(Align2::LEFT_CENTER)
            .margin(egui::Vec2::splat(margin))
            .min_size(rect.size())
            .char_limit(64);
        let response = ui.put(rect, entry).accessible_name("Stem name");
        if response.changed() {
            *self.params.name.write().unwrap_or_else(PoisonError::into_inner) = name;
            self.session.link().inspect(|link| link.mark_dirty());
        }
        response.on_hover_text("What the stem is called in Master Bus. Empty: the name of the track.");
    }
}
