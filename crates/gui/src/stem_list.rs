//! Stem list: every stem of the session side by side, and the mix measured beside them.

use dsp::units::{SILENCE_DB, power_from_lufs};
use egui::{Align2, Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::theme::{self, Theme};
use crate::{figure, meter};

/// Whether a stem moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StemState {
    /// Its audio runs.
    Live,
    /// It is muted by its own mute.
    Muted,
    /// It is bypassed by its own bypass.
    Bypassed,
    /// The host does not call it: its figures are old.
    Idle,
    /// Its process does not answer, for as many seconds.
    Stale(f64),
}

impl StemState {
    /// In words.
    fn words(self) -> String {
        match self {
            Self::Live => "live".to_owned(),
            Self::Muted => "muted".to_owned(),
            Self::Bypassed => "bypassed".to_owned(),
            Self::Idle => "idle".to_owned(),
            Self::Stale(seconds) => format!("silent {seconds:.0} s"),
        }
    }

    /// Whether its figures are of now.
    pub fn is_current(self) -> bool {
        matches!(self, Self::Live | Self::Muted | Self::Bypassed)
    }
}

/// A stem as a line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StemRow {
    /// Its colour.
    pub color: Color32,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: &'static str,
    /// Trim in force, dB; silence while muted.
    pub trim_db: f64,
    /// Reduction of its compressor now, dB.
    pub reduction_db: f64,
    /// Loudness of the last 400 ms.
    pub momentary_lufs: f64,
    /// Loudness of the last 3 s.
    pub short_term_lufs: f64,
    /// Loudness since reset.
    pub integrated_lufs: f64,
    /// Largest true peak since reset.
    pub true_peak_dbtp: f64,
    /// Whether it moves.
    pub state: StemState,
}

/// Each stem's part of the power of all, over the last 3 s; stems whose figures are old have none. Not a part of the
/// mix: what stems share adds up there, or cancels.
pub fn shares(stems: &[StemRow]) -> Vec<Option<f64>> {
    let power = |stem: &StemRow| {
        let is_heard = stem.state.is_current() && stem.short_term_lufs > SILENCE_DB;
        is_heard.then(|| power_from_lufs(stem.short_term_lufs))
    };
    let total: f64 = stems.iter().filter_map(power).sum();
    stems.iter().map(|stem| power(stem).map(|power| power / total)).collect()
}

/// Right edges of the columns of figures, in design points from the right, with their names.
const COLUMNS: [(&str, f32, &str); 7] = [
    ("Trim", 392.0, "Trim of the stem in dB"),
    ("Red.", 344.0, "Reduction of the stem's compressor now, in dB"),
    ("M", 296.0, "Loudness of the last 400 ms, LUFS"),
    ("S", 242.0, "Loudness of the last 3 s, LUFS"),
    ("I", 186.0, "Loudness since the measurement began, LUFS"),
    ("Peak", 130.0, "Largest true peak since the measurement began, dBTP"),
    ("Share", 60.0, "The stem's part of the power of all stems, last 3 s"),
];
const ROW_HEIGHT: f32 = 24.0;

/// Shows the stems, and below them the mix.
pub fn show(ui: &mut Ui, theme: &Theme, rect: Rect, stems: &[StemRow], mix: &StemRow) {
    let (head, rest) = rect.split_top_bottom_at_y(rect.top() + theme.points(20.0));
    let (list, foot) = rest.split_top_bottom_at_y(rest.bottom() - theme.points(ROW_HEIGHT + 4.0));
    for (name, from_right, tip) in COLUMNS {
        let cell = column(theme, head, from_right);
        theme.write(ui.painter(), cell, Align2::RIGHT_CENTER, name, theme::LABEL, theme::QUIET_TEXT);
        let _ = ui.interact(cell, ui.scope_id().with(("column", name)), Sense::hover()).on_hover_text(tip);
    }
    theme.write(ui.painter(), head, Align2::LEFT_CENTER, "Stem", theme::LABEL, theme::QUIET_TEXT);
    if stems.is_empty() {
        let text = "No stem yet. Put Stem Trim on each stem bus; stems appear here by themselves.";
        theme.write(ui.painter(), list, Align2::CENTER_CENTER, text, theme::VALUE, theme::QUIET_TEXT);
    }
    let shares = shares(stems);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(list).id_salt("stems"));
    egui::ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing = Vec2::ZERO;
        for (number, (stem, share)) in stems.iter().zip(&shares).enumerate() {
            let size = Vec2::new(list.width(), theme.points(ROW_HEIGHT));
            let (_, line) = ui.allocate_space(size);
            ui.push_id(number, |ui| show_line(ui, theme, line, stem, *share));
        }
    });
    ui.painter().hline(foot.x_range(), foot.top(), theme.stroke(1.0, theme::LINE));
    show_line(ui, theme, foot.with_min_y(foot.top() + theme.points(4.0)), mix, None);
}

fn show_line(ui: &Ui, theme: &Theme, line: Rect, stem: &StemRow, share: Option<f64>) {
    let response = ui.interact(line, ui.scope_id().with("line"), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{} LUFS, {}", figure::level(stem.integrated_lufs), stem.state.words())),
        ..WidgetInfo::labeled(Role::Row, true, format!("{}, {}", stem.name, stem.role))
    });
    let painter = ui.painter();
    let is_current = stem.state.is_current();
    let (text, quiet) =
        if is_current { (theme::TEXT, theme::QUIET_TEXT) } else { (theme::QUIET_TEXT, theme::QUIET_TEXT) };
    let swatch = Rect::from_min_size(line.min, Vec2::new(theme.points(5.0), line.height()))
        .shrink2(Vec2::new(0.0, theme.points(3.0)));
    if is_current {
        painter.rect_filled(swatch, 0.0, stem.color);
    } else {
        painter.rect_stroke(swatch, 0.0, theme.stroke(1.0, stem.color), egui::StrokeKind::Inside);
    }
    let names_end = column(theme, line, COLUMNS[0].1).left();
    let names = line.with_min_x(line.left() + theme.points(12.0)).with_max_x(names_end);
    let (name, rest) = names.split_left_right_at_fraction(0.46);
    let (role, state) = rest.split_left_right_at_fraction(0.58);
    theme.write_fitting(painter, name.with_max_x(name.right() - theme.points(6.0)), &stem.name, theme::VALUE, text);
    theme.write_fitting(painter, role.with_max_x(role.right() - theme.points(6.0)), stem.role, 13.0, quiet);
    let state_color = if matches!(stem.state, StemState::Live) { quiet } else { theme::UNUSUAL };
    theme.write_fitting(painter, state, &stem.state.words(), 13.0, state_color);

    // Beyond full scale the figure is red and carries a mark.
    let mark = if stem.true_peak_dbtp >= 0.0 { " !" } else { "" };
    let peak = figure::level(stem.true_peak_dbtp) + mark;
    let figures = [
        (figure::level(stem.trim_db), text),
        (figure::reduction(stem.reduction_db), text),
        (figure::level(stem.momentary_lufs), text),
        (figure::level(stem.short_term_lufs), text),
        (figure::level(stem.integrated_lufs), text),
        (peak, if is_current { meter::peak_color(stem.true_peak_dbtp) } else { quiet }),
    ];
    for ((text, color), (_, from_right, _)) in figures.iter().zip(COLUMNS) {
        theme.write(painter, column(theme, line, from_right), Align2::RIGHT_CENTER, text, theme::VALUE, *color);
    }
    let Some(share) = share else { return };
    let cell = column(theme, line, COLUMNS[6].1);
    theme.write(painter, cell, Align2::RIGHT_CENTER, &figure::percent(share), theme::VALUE, text);
    let bar = Rect::from_min_max(cell.right_top(), line.max).shrink2(Vec2::new(theme.points(6.0), theme.points(8.0)));
    painter.rect_filled(bar, 0.0, theme::WELL);
    painter.rect_filled(bar.with_max_x(bar.left() + bar.width() * share as f32), 0.0, stem.color);
}

/// The cell of a line that ends `from_right` design points before the right edge.
fn column(theme: &Theme, line: Rect, from_right: f32) -> Rect {
    let right = line.right() - theme.points(from_right);
    line.with_min_x(right - theme.points(48.0)).with_max_x(right)
}
