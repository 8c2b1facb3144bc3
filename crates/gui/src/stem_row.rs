//! Stem row: a stem in figures, and what the master may ask of it.

use std::hash::{DefaultHasher, Hash, Hasher};

use dsp::units::SILENCE_DB;
use egui::{Align2, Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::field::Field;
use crate::guard_rail::Tone;
use crate::remote_trim::RemoteTrim;
use crate::theme::{self, Theme};
use crate::{figure, peak, stem_color, switch};

/// Whether a stem moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StemState {
    /// Its audio runs.
    Live,
    /// It is muted by its own mute.
    Muted,
    /// It is silent because another stem is soloed.
    Silenced,
    /// It is bypassed by its own bypass.
    Bypassed,
    /// The host does not call it: its figures are old.
    Idle,
    /// Its process does not answer, for as many seconds.
    Stale(f64),
}

impl StemState {
    /// In words; seconds whole, so that they change once a second.
    fn words(self) -> String {
        match self {
            Self::Live => "live".to_owned(),
            Self::Muted => "muted".to_owned(),
            Self::Silenced => "silent: a solo is on".to_owned(),
            Self::Bypassed => "bypassed".to_owned(),
            Self::Idle => "idle".to_owned(),
            Self::Stale(seconds) => format!("silent for {seconds:.0} s"),
        }
    }

    /// Whether its figures are of now.
    pub fn is_current(self) -> bool {
        matches!(self, Self::Live | Self::Muted | Self::Silenced | Self::Bypassed)
    }
}

/// What the master may ask of a stem, and how far it has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remote {
    /// The trim as last asked for, or as the stem has it, dB.
    pub trim_db: f32,
    /// Whether the stem is asked to be silent.
    pub muted: bool,
    /// Whether only it, and others like it, are asked to be heard.
    pub soloed: bool,
    /// The stem has not answered yet.
    pub is_pending: bool,
    /// Why the stem has not done what it was asked, in a sentence.
    pub refused: Option<String>,
}

/// What a hand asks of a stem. A drag of the trim asks again and again; each value is the whole of what is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StemEdit {
    /// This trim, dB.
    Trim(f32),
    /// To be silent, or no longer.
    Mute(bool),
    /// To be heard alone, or no longer.
    Solo(bool),
    /// To show itself: flash its window.
    Identify,
    /// To take this colour.
    Color(Color32),
}

/// A stem as a line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StemRow {
    /// What tells it from the others, wherever it stands in the list.
    pub key: u64,
    /// Its colour.
    pub color: Color32,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: &'static str,
    /// Trim in force, dB; silence while muted.
    pub trim_db: f64,
    /// How usual the trim is for the role.
    pub trim_tone: Tone,
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
    /// Whether its figures of the moment are of the same place of the song as those of the others.
    pub is_aligned: bool,
    /// Whether it moves.
    pub state: StemState,
    /// What can be asked of it; `None` shows the trim as a figure.
    pub remote: Option<Remote>,
}

/// Right edges of the columns of figures, in design points from the right, with their widths and names.
pub const COLUMNS: [(&str, f32, f32, &str); 7] = [
    ("Trim", 372.0, 78.0, "Trim of the stem in dB"),
    ("Red.", 326.0, 42.0, "Reduction of the stem's compressor now, in dB"),
    ("M", 276.0, 48.0, "Loudness of the last 400 ms, LUFS"),
    ("S", 226.0, 48.0, "Loudness of the last 3 s, LUFS"),
    ("I", 176.0, 48.0, "Loudness since the measurement began, LUFS"),
    ("Peak", 118.0, 56.0, "Largest true peak since the measurement began, dBTP"),
    ("Share", 66.0, 48.0, "The stem's part of the power of all stems, last 3 s"),
];
/// Height of a row in design points.
pub const ROW_HEIGHT: f32 = 24.0;
/// Height of the sentence below a row.
const SENTENCE_HEIGHT: f32 = 18.0;
/// Width of the colour.
const MARK_WIDTH: f32 = 14.0;
/// Width of a button, and of all three.
const BUTTON_WIDTH: f32 = 25.0;
const BUTTONS_WIDTH: f32 = 3.0 * (BUTTON_WIDTH + 3.0);

/// Height of a stem's row, with the sentence it may have, in design points.
pub fn height(stem: &StemRow) -> f32 {
    let has_sentence = stem.remote.as_ref().is_some_and(|remote| remote.refused.is_some());
    ROW_HEIGHT + if has_sentence { SENTENCE_HEIGHT } else { 0.0 }
}

/// Shows a stem, and tells `edit` what hands ask of it.
pub fn show(
    ui: &mut Ui,
    theme: &Theme,
    line: Rect,
    stem: &StemRow,
    share: Option<f64>,
    edit: &mut dyn FnMut(StemEdit),
) {
    let response = ui.interact(line, ui.scope_id().with("line"), Sense::hover());
    let refused = stem.remote.as_ref().and_then(|remote| remote.refused.as_deref());
    response.widget_info(|| {
        let figures = format!("{} LUFS, {}", figure::level(stem.integrated_lufs), stem.state.words());
        let said = refused.map_or_else(|| figures.clone(), |sentence| format!("{figures}. {sentence}"));
        WidgetInfo {
            current_text_value: Some(said),
            ..WidgetInfo::labeled(Role::Row, true, format!("{}, {}", stem.name, stem.role))
        }
    });
    let (row, below) = line.split_top_bottom_at_y(line.top() + theme.points(ROW_HEIGHT).min(line.height()));
    draw_names(ui, theme, row, stem);
    draw_figures(ui, theme, row, stem, share);
    if let Some(remote) = &stem.remote {
        show_remote(ui, theme, row, stem, remote, edit);
    }
    if let Some(sentence) = refused {
        let below = below.with_min_x(below.left() + theme.points(MARK_WIDTH + 4.0));
        theme.write_fitting(ui.painter(), below, &format!("! {sentence}"), 13.0, theme::UNUSUAL);
    }
    response.on_hover_text(format!("{}\n{}, {}", stem.name, stem.role, stem.state.words()));
}

fn show_remote(ui: &mut Ui, theme: &Theme, row: Rect, stem: &StemRow, remote: &Remote, edit: &mut dyn FnMut(StemEdit)) {
    if let Some(color) = stem_color::pick(ui, theme, mark(theme, row), &stem.name) {
        edit(StemEdit::Color(color));
    }
    let (_, from_right, width, _) = COLUMNS[0];
    let cell = column(theme, row, from_right, width).shrink2(Vec2::new(0.0, theme.points(1.5)));
    let trim = RemoteTrim::new(&stem.name, remote.trim_db, remote.is_pending);
    let tip = "Level of the stem before everything, moved from here. With \"…\" the stem has not answered yet.";
    Field { parameter: &trim, tip, tone: stem.trim_tone, active: true }.show(ui, theme, cell);
    if let Some(trim_db) = trim.wanted_db() {
        edit(StemEdit::Trim(trim_db));
    }

    let buttons = cell.left() - theme.points(BUTTONS_WIDTH + 4.0);
    let place = |number: f32| {
        let left = buttons + theme.points(number * (BUTTON_WIDTH + 3.0));
        Rect::from_min_size(egui::pos2(left, cell.top()), Vec2::new(theme.points(BUTTON_WIDTH), cell.height()))
    };
    let mute = format!("Mute {}", stem.name);
    let tip = "Silences the stem, also in a bounce.";
    if switch::letter_with(ui, theme, place(0.0), "M", &mute, tip, Some(remote.muted), theme::UNUSUAL) {
        edit(StemEdit::Mute(!remote.muted));
    }
    let solo = format!("Solo {}", stem.name);
    let tip = "Silences every other stem while you listen. A bounce has them all.";
    if switch::letter_with(ui, theme, place(1.0), "S", &solo, tip, Some(remote.soloed), theme::ACCENT) {
        edit(StemEdit::Solo(!remote.soloed));
    }
    let identify = format!("Identify {}", stem.name);
    let tip = "Flashes the window of its Stem Trim. The sound stays.";
    if switch::letter_with(ui, theme, place(2.0), "?", &identify, tip, None, theme::ACCENT) {
        edit(StemEdit::Identify);
    }
}

fn draw_names(ui: &Ui, theme: &Theme, row: Rect, stem: &StemRow) {
    let painter = ui.painter();
    let is_current = stem.state.is_current();
    let text = if is_current { theme::TEXT } else { theme::QUIET_TEXT };
    let mark = mark(theme, row).shrink2(Vec2::new(theme.points(3.0), theme.points(4.0)));
    stem_color::draw(ui, theme, mark, stem.color, is_current);
    let (_, from_right, width, _) = COLUMNS[0];
    let end = column(theme, row, from_right, width).left() - theme.points(BUTTONS_WIDTH + 8.0);
    let names = row.with_min_x(row.left() + theme.points(MARK_WIDTH + 4.0)).with_max_x(end);
    let (name, rest) = names.split_left_right_at_fraction(0.5);
    theme.write_fitting(painter, name.with_max_x(name.right() - theme.points(6.0)), &stem.name, theme::VALUE, text);
    // A stem that does not run as usual says so where it otherwise says what it is.
    let (words, color) = match stem.state {
        StemState::Live => (stem.role.to_owned(), theme::QUIET_TEXT),
        state => (state.words(), theme::UNUSUAL),
    };
    theme.write_fitting(painter, rest, &words, 13.0, color);
}

fn draw_figures(ui: &Ui, theme: &Theme, row: Rect, stem: &StemRow, share: Option<f64>) {
    let painter = ui.painter();
    let is_current = stem.state.is_current();
    let text = if is_current { theme::TEXT } else { theme::QUIET_TEXT };
    let trim = if stem.remote.is_some() { String::new() } else { figure::level(stem.trim_db) };
    let peak_color = if is_current { peak::color(stem.true_peak_dbtp) } else { theme::QUIET_TEXT };
    let figures = [
        (trim, text),
        (figure::reduction(stem.reduction_db), text),
        (figure::loudness(stem.momentary_lufs), text),
        (figure::loudness(stem.short_term_lufs), text),
        (figure::loudness(stem.integrated_lufs), text),
        (peak::text(stem.true_peak_dbtp), peak_color),
        (share.map(figure::percent).unwrap_or_default(), text),
    ];
    for ((text, color), (_, from_right, width, _)) in figures.iter().zip(COLUMNS) {
        let cell = column(theme, row, from_right, width);
        theme.write(painter, cell, Align2::RIGHT_CENTER, text, theme::VALUE, *color);
    }
    if let Some(share) = share {
        let (_, from_right, width, _) = COLUMNS[6];
        let cell = column(theme, row, from_right, width);
        let bar = Rect::from_min_max(cell.right_top(), row.max - Vec2::new(theme.points(12.0), 0.0))
            .shrink2(Vec2::new(theme.points(5.0), theme.points(9.0)));
        painter.rect_filled(bar, 0.0, theme::WELL);
        painter.rect_filled(bar.with_max_x(bar.left() + bar.width() * share as f32), 0.0, stem.color);
    }
}

/// Where the colour stands.
fn mark(theme: &Theme, row: Rect) -> Rect {
    row.with_max_x(row.left() + theme.points(MARK_WIDTH))
}

/// The cell of a line of a width that ends some way before the right edge; both in design points.
pub fn column(theme: &Theme, line: Rect, from_right: f32, width: f32) -> Rect {
    let right = line.right() - theme.points(from_right);
    line.with_min_x(right - theme.points(width)).with_max_x(right)
}

impl StemRow {
    /// A stem of which nothing is known but its name.
    pub fn named(name: &str, role: &'static str, color: Color32) -> Self {
        let mut key = DefaultHasher::new();
        name.hash(&mut key);
        Self {
            key: key.finish(),
            color,
            name: name.to_owned(),
            role,
            trim_db: 0.0,
            trim_tone: Tone::Usual,
            reduction_db: 0.0,
            momentary_lufs: SILENCE_DB,
            short_term_lufs: SILENCE_DB,
            integrated_lufs: SILENCE_DB,
            true_peak_dbtp: SILENCE_DB,
            is_aligned: true,
            state: StemState::Live,
            remote: None,
        }
    }
}
