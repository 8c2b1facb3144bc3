//! Levels: what comes in beside what leaves, and how loud that is.

use dsp::stem_chain::StemReadings;
use egui::{Align2, Rect, Ui};
use gui::theme::{self, TITLE_HEIGHT};
use gui::{figure, meter};

use super::window::Window;

/// Height of a loudness in design points.
const ROW: f32 = 34.0;
/// Height of everything below the bars.
const FIGURES: f32 = 3.0 * ROW + 2.0 * CAPTION + 26.0 + 22.0;
/// Height of a caption.
const CAPTION: f32 = 18.0;

impl Window<'_> {
    /// Bars with their peaks, loudness, correlation.
    pub fn show_levels(&self, ui: &mut Ui, rect: Rect, readings: &StemReadings) {
        let theme = self.theme;
        let inside = theme.panel(ui.painter(), rect, "In");
        let size = theme.design_size(inside);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(inside.min, x, y, width, height);
        let half = 0.5 * (size.x - 8.0);
        let title = at(half + 8.0, -TITLE_HEIGHT, half, TITLE_HEIGHT);
        theme.write(ui.painter(), title, Align2::LEFT_CENTER, "Out", 13.0, theme::QUIET_TEXT);
        let bars = size.y - FIGURES;
        {
            let mut heard = self.seen.heard();
            let (rms_dbfs, peak_dbfs) = (heard.input_rms_dbfs(), heard.input_peak_dbfs());
            let largest_dbfs = heard.largest_input_dbfs();
            let rect = at(0.0, 0.0, half, bars);
            if meter::input(ui, theme, rect, "Input level", rms_dbfs, peak_dbfs, largest_dbfs) {
                heard.reset_input();
            }
            if heard.is_at_rest() {
                theme.write(ui.painter(), title, Align2::RIGHT_CENTER, "no audio", 12.0, theme::QUIET_TEXT);
            }
        }
        if meter::stereo(ui, theme, at(half + 8.0, 0.0, half, bars), "Output level", &readings.meter) {
            self.session.restart_measurement();
        }

        let loudness = &readings.meter;
        let rows = [
            ("Momentary", "400 ms", loudness.momentary_lufs),
            ("Short-term", "3 s", loudness.short_term_lufs),
            ("Integrated", "gated", loudness.integrated_lufs),
        ];
        let tip = "Loudness of what leaves, LUFS: of the last 400 ms, of the last 3 s, and of all since the measurement \
                   began, pauses left out.";
        let caption = |y: f32, align: Align2, text: &str| {
            theme.write(ui.painter(), at(0.0, y, size.x, CAPTION), align, text, 13.0, theme::QUIET_TEXT);
        };
        let top = bars + 10.0;
        caption(top, Align2::LEFT_CENTER, "Loudness out");
        caption(top, Align2::RIGHT_CENTER, "LUFS");
        caption(size.y - 26.0 - CAPTION, Align2::LEFT_CENTER, "Correlation");
        for (number, (name, over, loudness_lufs)) in rows.into_iter().enumerate() {
            let row = at(0.0, top + CAPTION + number as f32 * ROW, size.x, ROW);
            let value = figure::level(loudness_lufs);
            meter::figure(ui, theme, row, name, over, &value, "LUFS", tip);
        }
        meter::correlation(ui, theme, at(0.0, size.y - 26.0, size.x, 24.0), loudness.correlation);
    }
}
