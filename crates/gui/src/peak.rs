//! Peak: how close to full scale a level came, told by its colour and by a mark.

use egui::Color32;

use crate::figure;
use crate::theme;

/// A peak this close below full scale is worth a look; at a ceiling of −1 dBTP it is in order.
const HOT_DB: f64 = -0.95;

/// The colour of a peak: red from full scale on, amber in the last decibel below.
pub fn color(peak_db: f64) -> Color32 {
    if peak_db >= 0.0 {
        theme::SEVERE
    } else if peak_db > HOT_DB {
        theme::UNUSUAL
    } else {
        theme::TEXT
    }
}

/// A peak with its mark: colour alone would not tell everybody.
pub fn text(peak_db: f64) -> String {
    let mark = if peak_db >= 0.0 {
        " !!"
    } else if peak_db > HOT_DB {
        " !"
    } else {
        ""
    };
    figure::level(peak_db) + mark
}
