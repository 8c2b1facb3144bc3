//! Stem colour: the mark that stands before a stem, and the colours it can be given.

use egui::{Color32, Popup, Rect, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::keyboard;
use crate::theme::Theme;

/// Bright enough for a dark window, and far enough apart to be told from each other.
pub const COLORS: [(&str, Color32); 12] = [
    ("Red", Color32::from_rgb(0xff, 0x85, 0x7a)),
    ("Orange", Color32::from_rgb(0xff, 0xa0, 0x66)),
    ("Yellow", Color32::from_rgb(0xff, 0xd1, 0x5c)),
    ("Olive", Color32::from_rgb(0xc9, 0xd6, 0x6a)),
    ("Green", Color32::from_rgb(0x7c, 0xd9, 0x92)),
    ("Turquoise", Color32::from_rgb(0x6f, 0xd3, 0xc4)),
    ("Blue", Color32::from_rgb(0x6e, 0xc6, 0xff)),
    ("Indigo", Color32::from_rgb(0x8c, 0x9e, 0xff)),
    ("Violet", Color32::from_rgb(0xb3, 0x9d, 0xff)),
    ("Pink", Color32::from_rgb(0xf0, 0x8f, 0xd0)),
    ("Sand", Color32::from_rgb(0xe6, 0xc9, 0x8a)),
    ("Grey", Color32::from_rgb(0xc0, 0xc8, 0xcf)),
];

/// Draws the mark, filled or, for a stem that does not move, open.
pub fn draw(ui: &Ui, theme: &Theme, rect: Rect, color: Color32, is_filled: bool) {
    if is_filled {
        ui.painter().rect_filled(rect, theme.points(1.5), color);
    } else {
        ui.painter().rect_stroke(rect, theme.points(1.5), theme.stroke(1.0, color), StrokeKind::Inside);
    }
}

/// Lets a click on the mark of a stem open the colours; answers with the one that was picked.
pub fn pick(ui: &mut Ui, theme: &Theme, rect: Rect, stem: &str) -> Option<Color32> {
    let name = format!("Colour of {stem}");
    let response = ui.interact(rect, ui.scope_id().with("colour"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name.as_str()));
    keyboard::focus(ui, theme, &response);
    let menu = Popup::menu(&response).show(|ui| COLORS.iter().find(|(name, color)| line(ui, theme, name, *color)));
    response.on_hover_text("The stem's colour. Where the host gives tracks a colour, that one counts.");
    menu.and_then(|menu| menu.inner).map(|(_, color)| *color)
}

/// A colour with its name; true when it was clicked.
fn line(ui: &mut Ui, theme: &Theme, name: &str, color: Color32) -> bool {
    let clicked = ui.horizontal(|ui| {
        let (place, _) = ui.allocate_exact_size(Vec2::splat(theme.points(14.0)), Sense::hover());
        draw(ui, theme, place, color, true);
        ui.button(name).clicked()
    });
    clicked.inner
}
