//! Window: the stems above, the stages of the master in the order of the signal below; on the right what is measured.

use std::sync::{Arc, Mutex, PoisonError};

use dsp::units::SILENCE_DB;
use egui::Ui;
use gui::equalizer_graph::EqualizerGraph;
use gui::loudness_history::LoudnessHistory;
use gui::platform_table::PlatformTable;
use gui::reduction_history::ReductionHistory;
use gui::theme::{self, Theme};
use gui::timeline::Span;
use plugin_kit::controls::Hand;

use super::request::Request;
use super::seen::Seen;
use super::wishes::Wishes;
use crate::limiter_feed::LimiterFeed;
use crate::params::MasterParams;

/// The size the window is drawn for, in logical pixels. The window may have any other.
pub const DESIGN: egui::Vec2 = egui::vec2(1400.0, 920.0);

/// What a drawing of the window needs.
pub struct Window<'a> {
    pub theme: &'a Theme,
    pub host: &'a Hand,
    pub params: &'a MasterParams,
    pub seen: &'a Seen,
}

/// What the window remembers from one drawing to the next.
pub struct Memory {
    pub graph: EqualizerGraph,
    pub platforms: PlatformTable,
    /// Also written by who looks for what is new: a window that is drawn slowly has no gaps in it.
    pub loudness: Arc<Mutex<LoudnessHistory>>,
    pub limiter: ReductionHistory,
    pub wishes: Wishes,
    /// The session's name while it is being typed.
    pub renaming: Option<String>,
    /// Frames the limiter's history has been measured for, to see when the measurement begins again.
    measured_frames: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            graph: EqualizerGraph::default(),
            platforms: PlatformTable::default(),
            loudness: Arc::default(),
            limiter: ReductionHistory::new("Limiter history"),
            wishes: Wishes::default(),
            renaming: None,
            measured_frames: 0,
        }
    }
}

/// Width of what is measured, and heights of what does not grow with the window, in design points.
const RIGHT: f32 = 400.0;
const LIMITER: f32 = 408.0;
const DYNAMICS: f32 = 236.0;
const STEMS: f32 = 262.0;
const LOUDNESS: f32 = 286.0;
const HISTORY: f32 = 112.0;
const OUTPUT: f32 = 116.0;
const NULL: f32 = 122.0;
/// Space between panels.
pub const GAP: f32 = 8.0;

impl Memory {
    /// Takes what was measured since the last call into the histories. `[main]`
    pub fn update(&mut self, seen: &Seen, feed: &LimiterFeed) {
        listen(&self.loudness, seen);
        let meter = &seen.measured.readings.meter;
        if meter.measured_frames < std::mem::replace(&mut self.measured_frames, meter.measured_frames) {
            self.limiter.reset();
        }
        let span = |[low, high]: [f32; 2]| Span { low, high };
        feed.take(|step| self.limiter.push_both(step.reduction_db as f32, span(step.output), span(step.input)));
    }
}

/// Takes the loudness of now into a history; while the transport rests in silence, what was before stays in view. Threads
/// of the plugin's own, `[main]`
pub fn listen(history: &Mutex<LoudnessHistory>, seen: &Seen) {
    let mut history = history.lock().unwrap_or_else(PoisonError::into_inner);
    let meter = &seen.measured.readings.meter;
    let is_silent = meter.momentary_lufs.max(meter.short_term_lufs) <= SILENCE_DB;
    if is_silent && !seen.measured.is_playing {
        history.rest(meter, seen.sample_rate_hz);
    } else {
        history.update(meter, seen.sample_rate_hz);
    }
}

impl Window<'_> {
    /// Shows everything, and answers with what hands ask for beside the parameters. `[main]`
    pub fn show(&self, ui: &mut Ui, memory: &mut Memory) -> Vec<Request> {
        let theme = self.theme;
        let window = ui.max_rect();
        ui.painter().rect_filled(window, 0.0, theme::BACKGROUND);
        let size = theme.design_size(window);
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(window.min, x, y, width, height);
        let mut requests = Vec::new();
        let header_height = self.header_height();
        self.show_header(ui, at(GAP, GAP, size.x - 2.0 * GAP, header_height), memory, &mut requests);

        let (left, bottom) = (size.x - RIGHT - 3.0 * GAP, size.y - GAP);
        let top = GAP + header_height + 6.0;
        // What the window is higher than its design goes to stems and equalizer alike; notices take from the stems.
        let notices = header_height - super::header::LINE - 6.0 - super::header::NOTICE;
        let stems_height = STEMS - notices + 0.5 * (size.y - DESIGN.y).max(0.0);
        self.show_stems(ui, at(GAP, top, left, stems_height), &mut memory.wishes, &mut requests);
        let (y, dynamics_y) = (top + stems_height + GAP, bottom - DYNAMICS);
        self.show_equalizer(ui, at(GAP, y, left, dynamics_y - GAP - y), &mut memory.graph);
        let compressor_width = left - LIMITER - GAP;
        self.show_compressor(ui, at(GAP, dynamics_y, compressor_width, DYNAMICS));
        self.show_limiter(ui, at(2.0 * GAP + compressor_width, dynamics_y, LIMITER, DYNAMICS), &mut memory.limiter);

        let x = left + 2.0 * GAP;
        let mut y = top;
        // The table keeps what the others leave; a higher window gives half of it to the history.
        let history_height = HISTORY + 0.5 * (size.y - DESIGN.y).max(0.0);
        let platforms_height = bottom - top - LOUDNESS - history_height - OUTPUT - NULL - 4.0 * GAP;
        let mut next = |height: f32| {
            let place = at(x, y, RIGHT, height);
            y += height + GAP;
            place
        };
        self.show_loudness(ui, next(LOUDNESS));
        self.show_history(ui, next(history_height), memory);
        self.show_platforms(ui, next(platforms_height), memory);
        self.show_null(ui, next(NULL));
        self.show_output(ui, next(OUTPUT));
        requests
    }
}
