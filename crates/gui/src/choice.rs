//! Choice: one of several, from a menu.

use egui::{Painter, Popup, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::parameter::{Parameter, change};
use crate::theme::{self, Theme};
use crate::{control, keyboard, switch, value_menu, wheel};

/// Shows a parameter with a few values as a button with its value, which opens a menu of all. Wheel and arrows step.
pub fn show(ui: &mut Ui, theme: &Theme, parameter: &dyn Parameter, rect: Rect, tip: &str) {
    let steps = parameter.steps().unwrap_or(1).max(1);
    let normalized_of = |number: usize| number as f32 / steps as f32;
    let chosen = (parameter.normalized() * steps as f32).round() as usize;
    let response = ui.interact(rect, control::id(ui, parameter), Sense::click());
    // Up is the line above.
    wheel::turn(ui, &response, parameter, -1.0 / steps as f32);
    keyboard::focus(ui, theme, &response);
    keyboard::act(ui, &response, parameter, -1.0);
    let text = parameter.text(normalized_of(chosen));
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(text.clone()),
        ..WidgetInfo::labeled(Role::ComboBox, true, parameter.name())
    });

    let painter = ui.painter();
    painter.rect_filled(rect, theme.rounding(), if response.hovered() { theme::LINE } else { theme::RAISED });
    let inside = rect.shrink2(Vec2::new(theme.points(6.0), 0.0));
    draw_arrow(painter, theme, inside);
    theme.write_fitting(painter, inside.with_max_x(inside.right() - theme.points(11.0)), &text, 13.0, theme::TEXT);

    value_menu::show(ui, theme, &response, parameter);
    let response = response.on_hover_text(tip);
    Popup::menu(&response).show(|ui| {
        egui::ScrollArea::vertical().max_height(theme.points(420.0)).show(ui, |ui| {
            for number in 0..=steps {
                if ui.selectable_label(number == chosen, parameter.text(normalized_of(number))).clicked() {
                    change(parameter, normalized_of(number));
                    ui.close();
                }
            }
        });
    });
}

/// Draws what says that a menu opens, at the right of a button's inside.
pub fn draw_arrow(painter: &Painter, theme: &Theme, inside: Rect) {
    let tip_of_arrow = inside.right_center() + Vec2::new(0.0, theme.points(2.5));
    let half = theme.points(4.0);
    let corners = [Vec2::new(-half, 0.0), Vec2::new(-2.0 * half, -half), Vec2::new(0.0, -half)];
    let arrow = corners.map(|corner| tip_of_arrow + corner).to_vec();
    painter.add(egui::Shape::convex_polygon(arrow, theme::QUIET_TEXT, egui::Stroke::NONE));
}

/// Shows a button that opens a menu; answers with the number of the line that was clicked.
pub fn menu(ui: &mut Ui, theme: &Theme, rect: Rect, label: &str, lines: &[String], tip: &str) -> Option<usize> {
    let response = switch::action(ui, theme, rect, label, tip);
    let picked = Popup::menu(&response).show(|ui| lines.iter().position(|line| ui.button(line).clicked()));
    picked.and_then(|menu| menu.inner)
}
