//! Guard rails: what an unusual value looks like. They never block.

use std::ops::RangeInclusive;

use dsp::role::{SEVERE_RATIO, SEVERE_TRIM_DB};
use egui::{Align2, Color32, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use crate::figure;
use crate::theme::{self, Theme};

/// How usual a value is for the role of its stem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Where it usually stays.
    #[default]
    Usual,
    /// Outside the role's range: amber, and marked "!".
    Unusual,
    /// A move that belongs in the mix: red, and marked "!!".
    Severe,
}

impl Tone {
    /// Of a value against the range of its role.
    pub fn of(value: f32, usual: &RangeInclusive<f32>) -> Self {
        if usual.contains(&value) { Self::Usual } else { Self::Unusual }
    }

    /// Of a trim in dB.
    pub fn of_trim(trim_db: f32, usual: &RangeInclusive<f32>) -> Self {
        if trim_db.abs() > SEVERE_TRIM_DB { Self::Severe } else { Self::of(trim_db, usual) }
    }

    /// Of a compression ratio; below the range is gentler than usual, which needs no warning.
    pub fn of_ratio(ratio: f32, usual: &RangeInclusive<f32>) -> Self {
        if ratio > SEVERE_RATIO { Self::Severe } else { Self::of(ratio, &(1.0..=*usual.end())) }
    }

    /// The colour of the value.
    pub fn color(self) -> Color32 {
        match self {
            Self::Usual => theme::TEXT,
            Self::Unusual => theme::UNUSUAL,
            Self::Severe => theme::SEVERE,
        }
    }

    /// The value with its mark: colour alone would not tell everybody.
    pub fn marked(self, text: &str) -> String {
        match self {
            Self::Usual => text.to_owned(),
            Self::Unusual => format!("{text} !"),
            Self::Severe => format!("{text} !!"),
        }
    }
}

/// Corners within a square of size 1.
const OCTAGON: [[f32; 2]; 8] =
    [[0.29, 0.0], [0.71, 0.0], [1.0, 0.29], [1.0, 0.71], [0.71, 1.0], [0.29, 1.0], [0.0, 0.71], [0.0, 0.29]];

/// Shows what is to be said about a value: a sign and the sentence, both in the colour of its tone, and to screen readers.
/// `about` is whose value it is. Nothing to say draws nothing.
pub fn show(ui: &Ui, theme: &Theme, rect: Rect, about: &str, tone: Tone, sentence: &str) {
    if tone == Tone::Usual || sentence.is_empty() {
        return;
    }
    let response = ui.interact(rect, ui.scope_id().with(("guard rail", about.to_owned())), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(sentence.to_owned()),
        ..WidgetInfo::labeled(Role::Status, true, format!("{about} guard rail"))
    });
    let size = theme.points(13.0);
    let corner = rect.min + Vec2::new(0.0, theme.points(1.5));
    // As on the road: a triangle warns, an octagon says stop.
    let (ways, middle): (&[[f32; 2]], f32) = match tone {
        Tone::Severe => (&OCTAGON, 0.5),
        _ => (&[[0.5, 0.0], [1.0, 1.0], [0.0, 1.0]], 0.62),
    };
    let corners = ways.iter().map(|way| corner + size * Vec2::from(*way)).collect();
    let painter = ui.painter();
    painter.add(Shape::convex_polygon(corners, tone.color(), Stroke::NONE));
    let middle = Rect::from_pos(corner + size * Vec2::new(0.5, middle));
    theme.write(painter, middle, Align2::CENTER_CENTER, "!", 10.0, theme::TEXT_ON_BRIGHT);
    let words = rect.with_min_x(rect.left() + size + theme.points(5.0));
    theme.write_wrapped(painter, words, sentence, 13.0, tone.color());
}

/// Shows the same on one line at the right of a panel's title.
pub fn show_beside_title(ui: &Ui, theme: &Theme, title: Rect, about: &str, tone: Tone, sentence: &str) {
    let words = ui.painter().layout_no_wrap(sentence.to_owned(), theme.font(13.0), tone.color());
    let width = (words.size().x + theme.points(20.0)).min(title.width());
    let height = theme.points(17.0);
    let rect = Rect::from_center_size(title.center(), Vec2::new(title.width(), height));
    show(ui, theme, rect.with_min_x(rect.right() - width), about, tone, sentence);
}

/// What to say about a value outside its range, such as "Attack: usually 10 to 30 ms".
pub fn range_sentence(name: &str, usual: &RangeInclusive<f32>, unit: &str) -> String {
    format!("{name}: usually {} to {} {unit}", usual.start(), usual.end()).replace('-', "−")
}

/// What to say about a trim, if anything.
pub fn trim_sentence(trim_db: f32, usual: &RangeInclusive<f32>, role_name: &str) -> Option<String> {
    match Tone::of_trim(trim_db, usual) {
        Tone::Usual => None,
        Tone::Unusual => {
            let [from, to] = [usual.start(), usual.end()].map(|trim_db| figure::gain_mark(*trim_db));
            Some(format!("Unusual for {role_name}: {from} to {to} dB"))
        }
        Tone::Severe => Some(format!("A {:.1} dB move belongs in the mix", trim_db.abs())),
    }
}

/// What to say about a ratio, if anything.
pub fn ratio_sentence(ratio: f32, usual: &RangeInclusive<f32>) -> Option<String> {
    match Tone::of_ratio(ratio, usual) {
        Tone::Usual => None,
        Tone::Unusual => Some(format!("Usually {:.1}:1 to {:.1}:1", usual.start(), usual.end())),
        Tone::Severe => Some(format!("{ratio:.1}:1 belongs in the mix")),
    }
}
