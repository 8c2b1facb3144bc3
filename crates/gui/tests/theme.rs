//! What everybody can read: contrast, scale, and names for those who hear the window.

mod hands;

use dsp::role::Role;
use egui::{Color32, Rect, pos2, vec2};
use gui::stem_color::COLORS;
use gui::theme::{self, Theme, contrast};

/// WCAG 2.2, success criterion 1.4.3.
const READABLE: f32 = 4.5;

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 0.01);
    // A published pair: #767676 on white is the lightest grey that passes.
    assert!((contrast(Color32::from_rgb(0x76, 0x76, 0x76), Color32::WHITE) - 4.54).abs() < 0.01);
}

#[test]
fn every_text_color_is_readable_on_every_surface() {
    let texts = [theme::TEXT, theme::QUIET_TEXT, theme::ACCENT, theme::GOOD, theme::UNUSUAL, theme::SEVERE];
    for surface in [theme::BACKGROUND, theme::PANEL, theme::WELL, theme::RAISED, theme::LINE] {
        for text in texts {
            // Quiet text and states never stand on the brightest surface, a control under the pointer.
            let needed = if surface == theme::LINE && text != theme::TEXT { 3.0 } else { READABLE };
            assert!(contrast(text, surface) >= needed, "{text:?} on {surface:?}: {}", contrast(text, surface));
        }
    }
}

#[test]
fn text_on_bright_colors_is_readable() {
    for surface in [theme::ACCENT, theme::GOOD, theme::UNUSUAL, theme::SEVERE] {
        assert!(contrast(theme::TEXT_ON_BRIGHT, surface) >= READABLE, "{surface:?}");
    }
}

#[test]
fn every_role_has_a_color_of_its_own_that_stands_out() {
    let colors = Role::ALL.map(theme::role_color);
    for (number, color) in colors.iter().enumerate() {
        assert!(contrast(*color, theme::PANEL) >= 3.0, "{color:?}");
        assert!(!colors[..number].contains(color), "{color:?} twice");
    }
}

#[test]
fn every_colour_a_stem_can_be_given_stands_out_and_is_one_of_its_own() {
    for (number, (name, color)) in COLORS.iter().enumerate() {
        for surface in [theme::PANEL, theme::WELL] {
            // What is no text needs 3 (WCAG 2.2, success criterion 1.4.11).
            assert!(contrast(*color, surface) >= 3.0, "{name}");
        }
        assert!(COLORS[..number].iter().all(|(_, other)| other != color), "{name} twice");
    }
}

#[test]
fn the_design_fits_into_every_window_within_its_scales() {
    let design = vec2(800.0, 600.0);
    assert_eq!(Theme::fitting(design, design).points(10.0), 10.0);
    assert_eq!(Theme::fitting(design, vec2(1600.0, 900.0)).points(10.0), 15.0, "the narrower side decides");
    assert_eq!(Theme::fitting(design, vec2(80.0, 60.0)).points(10.0), 7.5);
    assert_eq!(Theme::fitting(design, vec2(8000.0, 6000.0)).points(10.0), 30.0);
}

#[test]
fn a_list_that_scrolls_ends_with_a_whole_row() {
    let theme = Theme::fitting(vec2(100.0, 100.0), vec2(150.0, 150.0));
    let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(300.0, 100.0 * 1.5));
    assert_eq!(theme.whole_rows(room, 24.0, 400.0).height(), 96.0 * 1.5);
    assert_eq!(theme.whole_rows(room, 24.0, 90.0), room, "everything fits");
}
