//! Equalizer panel: the graph, and below it every band's values as numbers.

use dsp::equalizer::EqualizerSettings;
use dsp::role::GuardRails;
use egui::{Align2, Rect, Ui};

use crate::equalizer_graph::EqualizerGraph;
use crate::field::Field;
use crate::guard_rail::{self, Tone, range_sentence};
use crate::parameter::{Parameter, change, is_on};
use crate::theme::{self, GAP, TITLE_HEIGHT, Theme};
use crate::{choice, switch};

/// What brings a band into the path.
pub enum OnOff<'a> {
    /// A shelf or a bell: a switch.
    Switch(Box<dyn Parameter + 'a>),
    /// A cut filter: its slope, the lowest of which is "off".
    Slope(Box<dyn Parameter + 'a>),
}

/// The parameters of a band.
pub struct BandControls<'a> {
    /// Its name in full; no two are alike.
    pub name: &'static str,
    /// Its name on the node, one or two letters.
    pub mark: &'static str,
    /// What brings it into the path.
    pub on_off: OnOff<'a>,
    /// Centre, midpoint or corner.
    pub frequency: Box<dyn Parameter + 'a>,
    /// Gain of a shelf or a bell.
    pub gain: Option<Box<dyn Parameter + 'a>>,
    /// Q of a shelf or a bell.
    pub quality: Option<Box<dyn Parameter + 'a>>,
    /// What it hears, where that can be chosen.
    pub placement: Option<Box<dyn Parameter + 'a>>,
}

impl BandControls<'_> {
    /// Whether it is in the path.
    pub fn is_on(&self) -> bool {
        match &self.on_off {
            OnOff::Switch(on) => is_on(&**on),
            OnOff::Slope(slope) => slope.normalized() > 0.0,
        }
    }

    /// Brings it into the path, a cut filter with 12 dB per octave, or takes it out.
    pub fn toggle(&self) {
        match (&self.on_off, self.is_on()) {
            (OnOff::Switch(on), is_on) => change(&**on, if is_on { 0.0 } else { 1.0 }),
            (OnOff::Slope(slope), true) => change(&**slope, 0.0),
            (OnOff::Slope(slope), false) => {
                let steps = slope.steps().unwrap_or(1).max(1) as f32;
                change(&**slope, (2.0 / steps).min(1.0));
            }
        }
    }
}

/// Width of the names of the rows, in design points.
const NAMES_WIDTH: f32 = 34.0;
/// Height of a row of values.
const ROW_HEIGHT: f32 = 26.0;
/// What the title of the panel takes, so that a sentence does not lie on it.
const TITLE_WIDTH: f32 = 110.0;

/// Shows graph and values in a rectangle.
pub fn show(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    graph: &mut EqualizerGraph,
    settings: &EqualizerSettings,
    rails: &GuardRails,
    bands: &[BandControls; 7],
) {
    let size = theme.design_size(rect);
    let has_placements = bands.iter().any(|band| band.placement.is_some());
    let rows = if has_placements { 5.0 } else { 4.0 };
    let values_height = rows * (ROW_HEIGHT + 3.0);
    let graph_height = size.y - values_height - GAP;
    graph.show(ui, theme, theme.place(rect.min, 0.0, 0.0, size.x, graph_height), settings, bands);

    let unusual = bands.iter().find(|band| gain_tone(band, rails) != Tone::Usual);
    if let Some(band) = unusual {
        let title = theme.place(rect.min, TITLE_WIDTH, -TITLE_HEIGHT, size.x - TITLE_WIDTH, TITLE_HEIGHT);
        let sentence = range_sentence(band.name, &rails.equalizer_gain_db, "dB");
        guard_rail::show_beside_title(ui, theme, title, "Equalizer", Tone::Unusual, &sentence);
    }

    let row_y = |row: usize| graph_height + GAP + row as f32 * (ROW_HEIGHT + 3.0);
    let names = ["", "Freq", "Gain", "Q", "Hears"];
    for (row, name) in names.iter().enumerate().take(rows as usize) {
        let line = theme.place(rect.min, 0.0, row_y(row), NAMES_WIDTH, ROW_HEIGHT);
        theme.write(ui.painter(), line, Align2::LEFT_CENTER, name, theme::LABEL, theme::QUIET_TEXT);
    }
    let column = (size.x - NAMES_WIDTH) / bands.len() as f32;
    for (number, band) in bands.iter().enumerate() {
        let x = NAMES_WIDTH + number as f32 * column;
        let cell = |row: usize| theme.place(rect.min, x, row_y(row), column - 4.0, ROW_HEIGHT);
        show_band(ui, theme, rails, band, cell);
    }
}

/// How usual the gain of a band is; out of the path, nothing is unusual.
fn gain_tone(band: &BandControls, rails: &GuardRails) -> Tone {
    let text = band.gain.as_ref().filter(|_| band.is_on()).map(|gain| gain.text(gain.normalized()));
    let gain_db = text.and_then(|text| text.split(' ').next().and_then(|number| number.parse().ok()));
    gain_db.map_or(Tone::Usual, |gain_db| Tone::of(gain_db, &rails.equalizer_gain_db))
}

fn show_band(ui: &mut Ui, theme: &Theme, rails: &GuardRails, band: &BandControls, cell: impl Fn(usize) -> Rect) {
    let active = band.is_on();
    match &band.on_off {
        OnOff::Switch(on) => {
            let tip = format!("{}: in the path or not. Off, it changes no bit.", band.name);
            switch::show(ui, theme, &**on, cell(0), band.name, &tip, theme::ACCENT);
        }
        OnOff::Slope(slope) => {
            let tip = format!("{}: how steeply it falls beyond its corner. Off, it changes no bit.", band.name);
            choice::show(ui, theme, &**slope, cell(0), &tip);
        }
    }
    let field = |parameter, tip, tone| Field { parameter, tip, tone, active };
    let frequency_tip = match (&band.gain, band.mark) {
        (None, "HP") => "Removes what is below: 3 dB down at this frequency.",
        (None, _) => "Removes what is above: 3 dB down at this frequency.",
        (Some(_), "LS") => "The middle of the slope: what is well below gets the full gain.",
        (Some(_), "HS") => "The middle of the slope: what is well above gets the full gain.",
        (Some(_), _) => "The frequency that gets the full gain.",
    };
    field(&*band.frequency, frequency_tip, Tone::Usual).show(ui, theme, cell(1));
    match &band.gain {
        Some(gain) => {
            field(&**gain, "Lifts or lowers the band.", gain_tone(band, rails)).show(ui, theme, cell(2));
        }
        // A cut filter says here what the column is.
        None => {
            let color = if active { theme::TEXT } else { theme::QUIET_TEXT };
            theme.write(ui.painter(), cell(2), Align2::CENTER_CENTER, band.name, 13.0, color);
        }
    }
    if let Some(quality) = &band.quality {
        let tip = "How narrow the band is: high is narrow. On a shelf 0.71 has no hump.";
        field(&**quality, tip, Tone::Usual).show(ui, theme, cell(3));
    }
    if let Some(placement) = &band.placement {
        let tip = "What the band hears: both channels, what they share (mid), or what differs (side).";
        choice::show(ui, theme, &**placement, cell(4), tip);
    }
}
