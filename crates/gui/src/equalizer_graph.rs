//! Equalizer graph: the curve the sound gets, and its bands as nodes a hand can move.

use dsp::equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Placement, Slope};
use dsp::format::Format;
use egui::{Align2, Color32, CursorIcon, Pos2, Rect, Sense, Shape, Ui, Vec2, WidgetInfo, pos2};

use crate::equalizer_panel::{BandControls, OnOff};
use crate::parameter::{Parameter, change};
use crate::theme::{self, Theme};
use crate::{figure, wheel};

/// Frequencies of the graph.
const LOWEST_HZ: f32 = 15.0;
const HIGHEST_HZ: f32 = 26_000.0;
/// Gain at the upper and lower edge, dB.
const EDGE_DB: f32 = 15.0;
/// Points of a curve.
const POINTS: usize = 240;
/// What a window does not know; up to 20 kHz the curves of all rates agree closely.
const SAMPLE_RATE_HZ: f64 = 48_000.0;

/// The curve, computed again only when the settings change.
pub struct EqualizerGraph {
    equalizer: Equalizer,
    settings: Option<EqualizerSettings>,
    /// For each kind of signal that is told apart: its name and its gains in dB.
    curves: Vec<(&'static str, Color32, Vec<f32>)>,
}

impl Default for EqualizerGraph {
    fn default() -> Self {
        Self { equalizer: Equalizer::new(Format::stereo(SAMPLE_RATE_HZ)), settings: None, curves: Vec::new() }
    }
}

impl EqualizerGraph {
    /// Shows the curve of the settings, and a node for each band: drag for frequency and gain (with Shift finely), wheel
    /// for Q or slope, double-click to switch it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        rect: Rect,
        settings: &EqualizerSettings,
        bands: &[BandControls; 7],
    ) {
        if self.settings != Some(*settings) {
            self.settings = Some(*settings);
            // Nothing was ever heard, so the settings apply at once.
            self.equalizer.set(settings);
            self.compute(settings);
        }
        ui.painter().rect_filled(rect, theme.rounding(), theme::WELL);
        draw_grid(ui, theme, rect);
        let painter = ui.painter().with_clip_rect(rect);
        for (row, (name, color, gains_db)) in self.curves.iter().enumerate() {
            let points: Vec<Pos2> = gains_db
                .iter()
                .enumerate()
                .map(|(number, gain_db)| pos2(x_of(rect, frequency_hz(number)), y_of(rect, *gain_db)))
                .collect();
            painter.add(Shape::line(points, theme.stroke(2.0, *color)));
            if self.curves.len() > 1 {
                let line = rect.shrink(theme.points(6.0)).translate(Vec2::new(0.0, row as f32 * theme.points(15.0)));
                theme.write(&painter, line, Align2::RIGHT_TOP, name, theme::LABEL, *color);
            }
        }
        for (band, place) in bands.iter().zip(node_places(settings)) {
            show_node(ui, theme, rect, band, place);
        }
    }

    fn compute(&mut self, settings: &EqualizerSettings) {
        let is_split = placements(settings).iter().any(|placement| *placement != Placement::Stereo);
        let kinds: &[_] = if is_split {
            &[("Mid", theme::ACCENT, Placement::Mid), ("Side", theme::UNUSUAL, Placement::Side)]
        } else {
            &[("Stereo", theme::ACCENT, Placement::Stereo)]
        };
        self.curves = kinds
            .iter()
            .map(|&(name, color, placement)| {
                let gain_db = |number| self.equalizer.response_db(f64::from(frequency_hz(number)), placement) as f32;
                (name, color, (0..POINTS).map(gain_db).collect())
            })
            .collect();
    }
}

/// What the bands that are in the path hear.
fn placements(settings: &EqualizerSettings) -> Vec<Placement> {
    let cut = |cut: &CutSettings| (cut.slope != Slope::Off).then_some(cut.placement);
    let band = |band: &BandSettings| band.on.then_some(band.placement);
    let [first, second, third] = &settings.bells;
    [
        cut(&settings.high_pass),
        band(&settings.low_shelf),
        band(first),
        band(second),
        band(third),
        band(&settings.high_shelf),
        cut(&settings.low_pass),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Frequency and gain of each band's node, in the order of the signal.
fn node_places(settings: &EqualizerSettings) -> [(f32, f32); 7] {
    let band = |band: &BandSettings| (band.frequency_hz, band.gain_db);
    let [first, second, third] = &settings.bells;
    [
        (settings.high_pass.frequency_hz, 0.0),
        band(&settings.low_shelf),
        band(first),
        band(second),
        band(third),
        band(&settings.high_shelf),
        (settings.low_pass.frequency_hz, 0.0),
    ]
}

fn show_node(ui: &mut Ui, theme: &Theme, rect: Rect, band: &BandControls, (frequency_hz, gain_db): (f32, f32)) {
    let center = pos2(x_of(rect, frequency_hz), y_of(rect, gain_db));
    let radius = theme.points(10.0);
    let id = ui.scope_id().with((band.name, "node"));
    let response = ui.interact(Rect::from_center_size(center, Vec2::splat(2.0 * radius)), id, Sense::click_and_drag());
    let on = band.is_on();
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, on, format!("{} node", band.name)));

    let held: Vec<&dyn Parameter> = [Some(&*band.frequency), band.gain.as_deref()].into_iter().flatten().collect();
    if response.drag_started() {
        held.iter().for_each(|parameter| parameter.begin());
        ui.data_mut(|data| data.insert_temp(id, center));
    }
    if response.dragged() && response.drag_delta() != Vec2::ZERO {
        let fine = if ui.input(|input| input.modifiers.shift) { 0.1 } else { 1.0 };
        let from = ui.data(|data| data.get_temp::<Pos2>(id)).unwrap_or(center);
        let to = (from + fine * response.drag_delta()).clamp(rect.min, rect.max);
        ui.data_mut(|data| data.insert_temp(id, to));
        set_plain(&*band.frequency, frequency_at(rect, to.x));
        if let Some(gain) = &band.gain {
            set_plain(&**gain, gain_at(rect, to.y));
        }
    }
    if response.drag_stopped() {
        held.iter().for_each(|parameter| parameter.end());
    }
    if response.double_clicked() {
        band.toggle();
    }
    let notches = wheel::notches(ui, &response);
    if notches != 0.0 {
        match (&band.quality, &band.on_off) {
            (Some(quality), _) => change(&**quality, (quality.normalized() + 0.02 * notches).clamp(0.0, 1.0)),
            (None, OnOff::Slope(slope)) => {
                let steps = slope.steps().unwrap_or(1) as f32;
                change(&**slope, (slope.normalized() + notches.signum() / steps).clamp(0.0, 1.0));
            }
            (None, OnOff::Switch(_)) => {}
        }
    }

    let painter = ui.painter();
    let ring = theme.stroke(if response.hovered() || response.dragged() { 2.5 } else { 1.5 }, theme::TEXT);
    let (fill, text) = if on { (theme::ACCENT, theme::TEXT_ON_BRIGHT) } else { (theme::WELL, theme::QUIET_TEXT) };
    painter.circle(center, radius, fill, if on { ring } else { theme.stroke(ring.width.min(1.5), theme::QUIET_TEXT) });
    theme.write(painter, Rect::from_center_size(center, Vec2::ZERO), Align2::CENTER_CENTER, band.mark, 11.0, text);
    response.on_hover_and_drag_cursor(CursorIcon::Grab).on_hover_text(format!(
        "{} ({}): drag for frequency and gain, Shift for fine, wheel for {}, double-click to switch.",
        band.name,
        if on { "on" } else { "off" },
        if band.quality.is_some() { "Q" } else { "slope" },
    ));
}

/// Sets a parameter to a value in its own unit.
fn set_plain(parameter: &dyn Parameter, value: f32) {
    if let Some(normalized) = parameter.parse(&value.to_string()) {
        parameter.set(normalized);
    }
}

fn draw_grid(ui: &Ui, theme: &Theme, rect: Rect) {
    let painter = ui.painter();
    let line = theme.stroke(0.6, theme::RAISED);
    for (frequency_hz, label) in [
        (20.0, "20"),
        (50.0, "50"),
        (100.0, "100"),
        (200.0, "200"),
        (500.0, "500"),
        (1_000.0, "1k"),
        (2_000.0, "2k"),
        (5_000.0, "5k"),
        (10_000.0, "10k"),
        (20_000.0, "20k"),
    ] {
        let x = x_of(rect, frequency_hz);
        painter.vline(x, rect.y_range(), line);
        let foot = Rect::from_min_max(pos2(x, rect.top()), pos2(x, rect.bottom() - theme.points(2.0)));
        theme.write(painter, foot, Align2::CENTER_BOTTOM, label, 11.0, theme::QUIET_TEXT);
    }
    for gain_db in [-12.0, -6.0, 0.0, 6.0, 12.0] {
        let y = y_of(rect, gain_db);
        painter.hline(rect.x_range(), y, if gain_db == 0.0 { theme.stroke(1.0, theme::LINE) } else { line });
        let start = Rect::from_min_max(pos2(rect.left() + theme.points(3.0), y), pos2(rect.right(), y));
        theme.write(painter, start, Align2::LEFT_BOTTOM, &figure::gain_mark(gain_db), 11.0, theme::QUIET_TEXT);
    }
}

fn frequency_hz(point: usize) -> f32 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(point as f32 / (POINTS - 1) as f32)
}

fn x_of(rect: Rect, frequency_hz: f32) -> f32 {
    rect.left() + rect.width() * (frequency_hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln()
}

fn frequency_at(rect: Rect, x: f32) -> f32 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf((x - rect.left()) / rect.width())
}

fn y_of(rect: Rect, gain_db: f32) -> f32 {
    rect.center().y - 0.5 * rect.height() * gain_db / EDGE_DB
}

fn gain_at(rect: Rect, y: f32) -> f32 {
    EDGE_DB * (rect.center().y - y) / (0.5 * rect.height())
}
