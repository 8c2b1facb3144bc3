//! Theme: colours and sizes. Dark, calm, and readable from two metres.
//!
//! Colour is never the only carrier of a state: whatever turns amber or red also says so in words or by its shape.

use dsp::role::Role;
use egui::{Align2, Color32, CornerRadius, FontFamily, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2};

/// Behind everything.
pub const BACKGROUND: Color32 = Color32::from_rgb(0x12, 0x15, 0x18);
/// Behind a group of controls.
pub const PANEL: Color32 = Color32::from_rgb(0x1c, 0x20, 0x24);
/// Behind graphs, bars and values that can be typed.
pub const WELL: Color32 = Color32::from_rgb(0x0b, 0x0d, 0x0f);
/// Behind a control under the pointer, and behind a switch that is off.
pub const RAISED: Color32 = Color32::from_rgb(0x2b, 0x31, 0x37);
/// Grid lines and frames.
pub const LINE: Color32 = Color32::from_rgb(0x48, 0x52, 0x5c);
/// Figures and names.
pub const TEXT: Color32 = Color32::from_rgb(0xf2, 0xf4, 0xf5);
/// Labels and units.
pub const QUIET_TEXT: Color32 = Color32::from_rgb(0xb0, 0xba, 0xc2);
/// What is on, and the curves.
pub const ACCENT: Color32 = Color32::from_rgb(0x6e, 0xc6, 0xff);
/// Levels where they should be.
pub const GOOD: Color32 = Color32::from_rgb(0x7c, 0xd9, 0x92);
/// Worth a look.
pub const UNUSUAL: Color32 = Color32::from_rgb(0xff, 0xbe, 0x55);
/// Needs an answer.
pub const SEVERE: Color32 = Color32::from_rgb(0xff, 0x85, 0x7a);
/// Text on a surface in any of the bright colours.
pub const TEXT_ON_BRIGHT: Color32 = Color32::from_rgb(0x0b, 0x0d, 0x0f);

/// Text of labels, in design points.
pub const LABEL: f32 = 12.0;
/// Text of values.
pub const VALUE: f32 = 15.0;
/// Figures that are read from afar.
pub const FIGURE: f32 = 24.0;
/// The one figure a window is about.
pub const LARGEST_FIGURE: f32 = 60.0;
/// Space between things that belong together.
pub const GAP: f32 = 6.0;

/// The colour of a stem without a colour of its own.
pub fn role_color(role: Role) -> Color32 {
    let [red, green, blue] = match role {
        Role::Drums => [0xff, 0xa0, 0x66],
        Role::Bass => [0xb3, 0x9d, 0xff],
        Role::Sub => [0x8c, 0x9e, 0xff],
        Role::Instruments => [0x6f, 0xd3, 0xc4],
        Role::LeadVocals => [0xff, 0xd1, 0x5c],
        Role::BackingVocals => [0xe6, 0xc9, 0x8a],
        Role::Fx => [0xf0, 0x8f, 0xd0],
        Role::Music => [0x80, 0xd0, 0xff],
        Role::Dialogue => [0xff, 0xe0, 0x82],
        Role::FilmEffects => [0xd9, 0x9e, 0xe8],
        Role::Other => [0xc0, 0xc8, 0xcf],
    };
    Color32::from_rgb(red, green, blue)
}

/// Sizes of a window: a design drawn for one size, scaled to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    scale: f32,
}

/// How small and how large a window may be drawn, relative to its design.
pub const SCALES: std::ops::RangeInclusive<f32> = 0.75..=3.0;

impl Theme {
    /// The largest scale at which a design fits into a window, within [`SCALES`].
    pub fn fitting(design: Vec2, window: Vec2) -> Self {
        let scale = (window.x / design.x).min(window.y / design.y);
        Self { scale: scale.clamp(*SCALES.start(), *SCALES.end()) }
    }

    /// A length of the design as it is drawn.
    pub fn points(&self, design: f32) -> f32 {
        design * self.scale
    }

    /// A place of the design as it is drawn, counted from `origin`.
    pub fn place(&self, origin: Pos2, x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(origin + Vec2::new(x, y) * self.scale, Vec2::new(width, height) * self.scale)
    }

    /// The room of a list that scrolls, without the part of a row at its end; all of it where everything `wanted` fits.
    /// Heights in points of the design.
    pub fn whole_rows(&self, list: Rect, row: f32, wanted: f32) -> Rect {
        let rows = (list.height() / self.points(row) + 0.01).floor();
        if self.points(wanted) <= list.height() { list } else { list.with_max_y(list.top() + rows * self.points(row)) }
    }

    /// The size of a drawn rectangle in the points of the design.
    pub fn design_size(&self, drawn: Rect) -> Vec2 {
        drawn.size() / self.scale
    }

    /// The font at a size of the design.
    pub fn font(&self, size: f32) -> FontId {
        FontId::new(self.points(size), FontFamily::Proportional)
    }

    /// A thin line of a colour.
    pub fn stroke(&self, width: f32, color: Color32) -> Stroke {
        Stroke::new(self.points(width), color)
    }

    /// The roundness of everything rectangular.
    pub fn rounding(&self) -> CornerRadius {
        CornerRadius::same(self.points(4.0).round() as u8)
    }

    /// Writes a line at a place of a rectangle: `align` names both the place and the side of the text that touches it.
    pub fn write(&self, painter: &Painter, within: Rect, align: Align2, text: &str, size: f32, color: Color32) -> Rect {
        painter.text(align.pos_in_rect(&within), align, text, self.font(size), color)
    }

    /// Writes a line over a drawing, on a shade that keeps it readable whatever is drawn there.
    pub fn write_over(&self, painter: &Painter, within: Rect, align: Align2, text: &str, size: f32, color: Color32) {
        let galley = painter.layout_no_wrap(text.to_owned(), self.font(size), color);
        let place = align.align_size_within_rect(galley.size(), within);
        let shade = place.expand2(Vec2::new(self.points(2.0), 0.0));
        painter.rect_filled(shade, self.points(2.0), WELL.gamma_multiply(0.8));
        painter.galley(place.min, galley, color);
    }

    /// Writes a line that keeps to the left, smaller where it would not fit, and with "…" where that is not enough.
    pub fn write_fitting(&self, painter: &Painter, within: Rect, text: &str, size: f32, color: Color32) {
        /// Readable from near by.
        const SMALLEST: f32 = 11.0;
        let whole = painter.layout_no_wrap(text.to_owned(), self.font(size), color);
        let galley = if whole.size().x <= within.width() {
            whole
        } else {
            let fitting = (size * within.width() / whole.size().x * 0.99).max(SMALLEST.min(size));
            let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), self.font(fitting), color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(within.width());
            painter.layout_job(job)
        };
        painter.galley(pos2(within.left(), within.center().y - 0.5 * galley.size().y), galley, color);
    }

    /// Writes a sentence into a rectangle from its top, on as many lines as fit, with "…" for the rest.
    pub fn write_wrapped(&self, painter: &Painter, within: Rect, text: &str, size: f32, color: Color32) {
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), self.font(size), color, within.width());
        // A line is a little higher than its font's size.
        job.wrap.max_rows = (within.height() / (1.2 * self.points(size))).floor().max(1.0) as usize;
        painter.galley(within.min, painter.layout_job(job), color);
    }

    /// Draws a group of controls with a title and answers with the room inside.
    pub fn panel(&self, painter: &Painter, rect: Rect, title: &str) -> Rect {
        let (inset, title_height) = (self.points(10.0), self.points(TITLE_HEIGHT));
        painter.rect(rect, self.rounding(), PANEL, Stroke::NONE, StrokeKind::Inside);
        let line = Rect::from_min_size(rect.min, Vec2::new(rect.width(), title_height)).shrink2(Vec2::new(inset, 0.0));
        self.write(painter, line, Align2::LEFT_CENTER, title, 13.0, QUIET_TEXT);
        Rect::from_min_max(rect.min + Vec2::new(inset, title_height), rect.max - Vec2::new(inset, self.points(8.0)))
    }

    /// Gives egui's own parts (menus, text entry, tooltips, scroll bars) the same looks.
    pub fn apply(&self, ctx: &egui::Context) {
        ctx.set_theme(egui::Theme::Dark);
        ctx.all_styles_mut(|style| {
            for (text_style, font) in &mut style.text_styles {
                *font = self.font(if *text_style == egui::TextStyle::Small { LABEL } else { 14.0 });
            }
            let spacing = &mut style.spacing;
            spacing.item_spacing = Vec2::new(8.0, 4.0) * self.scale;
            spacing.button_padding = Vec2::new(6.0, 3.0) * self.scale;
            spacing.interact_size = Vec2::new(30.0, 22.0) * self.scale;
            spacing.combo_height = self.points(420.0);
            spacing.tooltip_width = self.points(320.0);
            spacing.icon_width = self.points(12.0);
            // That there is more must be seen without a hand on it.
            spacing.scroll.floating_width = self.points(4.0);
            spacing.scroll.bar_width = self.points(8.0);
            spacing.scroll.dormant_handle_opacity = 0.7;
            // The last row is whole, and as readable as the others.
            spacing.scroll.fade.strength = 0.0;
            let visuals = &mut style.visuals;
            visuals.override_text_color = Some(TEXT);
            visuals.panel_fill = BACKGROUND;
            visuals.window_fill = PANEL;
            visuals.extreme_bg_color = WELL;
            visuals.window_stroke = self.stroke(1.0, LINE);
            visuals.selection.bg_fill = Color32::from_rgb(0x1f, 0x4e, 0x70);
            visuals.selection.stroke = self.stroke(1.0, TEXT);
            visuals.widgets.hovered.weak_bg_fill = RAISED;
            visuals.widgets.active.weak_bg_fill = RAISED;
        });
    }
}

/// Height of a panel's title line in design points.
pub const TITLE_HEIGHT: f32 = 26.0;

/// Contrast of two colours, 1…21 (WCAG 2.2, relative luminance); text needs 4.5.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |color: Color32| {
        let linear = |channel: u8| egui::ecolor::linear_f32_from_gamma_u8(channel);
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
