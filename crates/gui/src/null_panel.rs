//! Null panel: whether the stems together are the mix, in one word and a few figures.

use dsp::meter::null::{NullReadings, NullVerdict};
use dsp::units::SILENCE_DB;
use egui::{Align2, Color32, Rect, Role, Sense, Ui, WidgetInfo};

use crate::figure;
use crate::theme::{self, Theme};
use crate::time_axis::clock;

/// What the null test has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullView {
    /// The figures; `None` while no reference is on the side-chain.
    pub readings: Option<NullReadings>,
    /// For the time of the worst moment.
    pub sample_rate_hz: f64,
}

/// What to think of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to compare with.
    NoReference,
    /// The reference was silent all the time: it proves nothing.
    Silent,
    /// Every bit is the same.
    Identical,
    /// What is left is not heard ([`NullVerdict::Pass`]).
    Nulls,
    /// Something is left that may be heard ([`NullVerdict::Warn`]).
    Close,
    /// The stems are not the mix ([`NullVerdict::Fail`]).
    Differs,
}

impl NullView {
    /// What to think of it.
    pub fn verdict(&self) -> Verdict {
        let Some(readings) = self.readings else { return Verdict::NoReference };
        match readings.verdict() {
            None => Verdict::Silent,
            Some(_) if readings.worst_residual_dbfs <= SILENCE_DB => Verdict::Identical,
            Some(NullVerdict::Pass) => Verdict::Nulls,
            Some(NullVerdict::Warn) => Verdict::Close,
            Some(NullVerdict::Fail) => Verdict::Differs,
        }
    }

    /// Shows it in a rectangle, best about 250 × 84 design points.
    pub fn show(&self, ui: &Ui, theme: &Theme, rect: Rect) {
        let verdict = self.verdict();
        let (word, color, sentence) = verdict.words();
        let response = ui.interact(rect, ui.scope_id().with("null test"), Sense::hover());
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(format!("{word}. {sentence}")),
            ..WidgetInfo::labeled(Role::Status, true, "Null test")
        });
        let size = theme.design_size(rect);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(rect.min, x, y, width, height);
        let painter = ui.painter();
        theme.write(
            painter,
            at(0.0, 0.0, 70.0, 22.0),
            Align2::LEFT_CENTER,
            "Null test",
            theme::LABEL,
            theme::QUIET_TEXT,
        );
        theme.write(painter, at(62.0, 0.0, size.x - 62.0, 22.0), Align2::LEFT_CENTER, word, 18.0, color);
        let Some(readings) = self.readings.filter(|_| verdict != Verdict::Silent) else {
            theme.write_wrapped(painter, at(0.0, 26.0, size.x, size.y - 26.0), sentence, 13.0, theme::QUIET_TEXT);
            return;
        };
        let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), figure::level);
        let figures = [
            ("Peak", figure::level(readings.peak_dbfs), "dBFS"),
            ("RMS", figure::level(readings.residual_dbfs), "dBFS"),
            ("To the mix", optional(readings.relative_db), "dB"),
        ];
        let column = size.x / figures.len() as f32;
        for (number, (label, figure, unit)) in figures.iter().enumerate() {
            let cell = at(number as f32 * column, 24.0, column, 40.0);
            let label = format!("{label}, {unit}");
            theme.write(painter, cell, Align2::LEFT_TOP, &label, 11.0, theme::QUIET_TEXT);
            theme.write(painter, cell, Align2::LEFT_BOTTOM, figure, 20.0, theme::TEXT);
        }
        let worst_s = readings.worst_song_frames as f64 / self.sample_rate_hz;
        let mut foot = format!("worst {} at {}", figure::level(readings.worst_residual_dbfs), clock(worst_s));
        if readings.offset_frames != 0 {
            let way = if readings.offset_frames < 0 { "early" } else { "late" };
            foot += &format!(", {} frames {way}", readings.offset_frames.unsigned_abs());
        }
        theme.write_fitting(painter, at(0.0, 66.0, size.x, 18.0), &foot, 12.0, theme::QUIET_TEXT);
        response.on_hover_text(format!(
            "{sentence}\nWhat is left when the reference mix is taken away from the stems: over the last 400 ms, and at \
             the worst moment since the measurement began. Passes up to −60 dB, fails above −40 dB. Where one comes \
             later than the other, the earlier one waits."
        ));
    }
}

impl Verdict {
    /// In a word, with its colour, and in a sentence.
    fn words(self) -> (&'static str, Color32, &'static str) {
        match self {
            Self::NoReference => {
                ("No reference", theme::QUIET_TEXT, "Put the mix on the side-chain to compare with it.")
            }
            Self::Silent => ("Waiting", theme::QUIET_TEXT, "The reference mix is silent."),
            Self::Identical => ("Identical", theme::GOOD, "The stems are the mix, bit by bit."),
            Self::Nulls => ("Nulls", theme::GOOD, "The stems are the mix; what is left is noise of the files."),
            Self::Close => {
                ("! Close", theme::UNUSUAL, "Nearly the mix: a level, a fade or a process differs a little.")
            }
            Self::Differs => {
                ("!! Differs", theme::SEVERE, "The stems are not the mix: one is missing, late or processed.")
            }
        }
    }
}
