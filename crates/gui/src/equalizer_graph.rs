//! Equalizer graph: the curve the sound gets, over what it is made of, and its bands as nodes a hand can move.

use dsp::equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Placement, Slope};
use dsp::format::Format;
use dsp::meter::spectrum;
use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Ui, Vec2, WidgetInfo, pos2};

use crate::equalizer_node::{self, Band};
use crate::equalizer_panel::BandControls;
use crate::graph_scale::GraphScale;
use crate::theme::{self, Theme};

/// Points of a curve.
const POINTS: usize = 240;

/// The curve, computed again only when the settings change, and the spectra behind it.
pub struct EqualizerGraph {
    sample_rate_hz: f64,
    equalizer: Equalizer,
    settings: Option<EqualizerSettings>,
    /// For each kind of signal that is told apart: its name and its gains in dB.
    curves: Vec<(&'static str, Color32, Vec<f32>)>,
    before_db: Option<[f32; spectrum::POINTS]>,
    after_db: Option<[f32; spectrum::POINTS]>,
    /// Until when it says that no band was free.
    full_until_s: f64,
}

/// How long it says so.
const SAID_S: f64 = 3.0;

impl Default for EqualizerGraph {
    fn default() -> Self {
        const SAMPLE_RATE_HZ: f64 = 48_000.0;
        Self {
            sample_rate_hz: SAMPLE_RATE_HZ,
            equalizer: Equalizer::new(Format::stereo(SAMPLE_RATE_HZ)),
            settings: None,
            curves: Vec::new(),
            before_db: None,
            after_db: None,
            full_until_s: 0.0,
        }
    }
}

impl EqualizerGraph {
    /// Draws the curve as the sound gets it at this rate; near the Nyquist frequency the rates differ.
    pub fn set_sample_rate(&mut self, sample_rate_hz: f64) {
        if sample_rate_hz != self.sample_rate_hz && Format::stereo(sample_rate_hz).is_supported() {
            let (before_db, after_db) = (self.before_db, self.after_db);
            let equalizer = Equalizer::new(Format::stereo(sample_rate_hz));
            *self = Self { sample_rate_hz, equalizer, before_db, after_db, ..Self::default() };
        }
    }

    /// What is drawn behind the curve from now on: the points of [`spectrum::Spectrum::points_db`] before the equalizer
    /// as an area and after it as a line; `None` draws nothing.
    pub fn set_spectra(
        &mut self,
        before_db: Option<[f32; spectrum::POINTS]>,
        after_db: Option<[f32; spectrum::POINTS]>,
    ) {
        (self.before_db, self.after_db) = (before_db, after_db);
    }

    /// Shows the curve of the settings, and a node for each band ([`equalizer_node`] says what hands and keys do to
    /// it). A double-click beside the nodes brings the nearest free bell there, or a shelf when there is none.
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
        let scale = GraphScale { rect };
        let is_hovered = self.take_double_click(ui, &scale, settings, bands);
        scale.draw_grid(ui, theme);
        let painter = ui.painter().with_clip_rect(rect);
        self.draw_spectra(&painter, theme, &scale);
        scale.draw_numbers(ui, theme);
        self.draw_curves(&painter, theme, &scale);
        let mut told = None;
        for (controls, band) in bands.iter().zip(bands_of(settings)) {
            let is_held = equalizer_node::show(ui, theme, &scale, controls, &band);
            told = is_held.then_some(controls).or(told);
        }
        let line = rect.shrink2(Vec2::new(theme.points(34.0), theme.points(4.0)));
        if let Some(controls) = told {
            let text = equalizer_node::reading(controls);
            theme.write_over(&painter, line, Align2::LEFT_TOP, &text, theme::VALUE, theme::TEXT);
        } else if ui.input(|input| input.time) < self.full_until_s {
            let text = "! Every bell and shelf is in use.";
            theme.write_over(&painter, line, Align2::LEFT_TOP, text, theme::VALUE, theme::UNUSUAL);
        } else if is_hovered {
            // A tip would lie on the values below while the pointer rests here.
            let text = "Double-click brings a band here.";
            theme.write_over(&painter, line, Align2::LEFT_TOP, text, theme::LABEL, theme::QUIET_TEXT);
        }
    }

    /// True while the pointer is on the graph, beside the nodes.
    fn take_double_click(
        &mut self,
        ui: &Ui,
        scale: &GraphScale,
        settings: &EqualizerSettings,
        bands: &[BandControls; 7],
    ) -> bool {
        // No focus: without a pointer there is no place to click.
        let response = ui.interact(scale.rect, ui.scope_id().with("equalizer graph"), Sense::CLICK);
        let on = bands.iter().filter(|band| band.is_on()).count();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(format!("{on} of 7 bands on")),
            ..WidgetInfo::labeled(Role::GraphicsObject, true, "Equalizer graph")
        });
        if let Some(at) = response.interact_pointer_pos().filter(|_| response.double_clicked()) {
            match nearest_free(settings, bands, scale.frequency_at(at.x)) {
                Some(band) => equalizer_node::bring(band, scale, at),
                None => {
                    self.full_until_s = ui.input(|input| input.time) + SAID_S;
                    ui.ctx().request_repaint_after_secs(SAID_S as f32);
                }
            }
        }
        response.hovered()
    }

    fn draw_curves(&self, painter: &Painter, theme: &Theme, scale: &GraphScale) {
        // Above, where curves seldom are.
        let line =
            |row: usize| scale.rect.shrink(theme.points(6.0)).translate(Vec2::Y * row as f32 * theme.points(15.0));
        if let Some(legend) = self.legend() {
            theme.write_over(painter, line(0), Align2::RIGHT_TOP, legend, 11.0, theme::QUIET_TEXT);
        }
        for (row, (name, color, gains_db)) in self.curves.iter().enumerate() {
            let place = |(point, gain_db): (usize, &f32)| scale.place(GraphScale::curve_hz(point, POINTS), *gain_db);
            let points: Vec<Pos2> = gains_db.iter().enumerate().map(place).collect();
            painter.add(Shape::line(points, theme.stroke(2.0, *color)));
            if self.curves.len() > 1 {
                theme.write_over(painter, line(row + 1), Align2::RIGHT_TOP, name, theme::LABEL, *color);
            }
        }
    }

    /// What tells the spectra apart.
    fn legend(&self) -> Option<&'static str> {
        match (self.before_db, self.after_db) {
            (Some(_), Some(_)) => Some("area: before, line: after"),
            (Some(_), None) => Some("area: before"),
            (None, Some(_)) => Some("line: after"),
            (None, None) => None,
        }
    }

    fn draw_spectra(&self, painter: &Painter, theme: &Theme, scale: &GraphScale) {
        if let Some(before_db) = &self.before_db {
            let color = theme::LINE.gamma_multiply(0.55);
            let mut area = Mesh::default();
            for (point, level_db) in before_db.iter().enumerate() {
                let top = scale.spectrum_place(point, *level_db);
                for pos in [top, pos2(top.x, scale.rect.bottom())] {
                    area.vertices.push(Vertex { pos, uv: WHITE_UV, color });
                }
                if point > 0 {
                    let right = 2 * point as u32;
                    area.add_triangle(right - 2, right - 1, right);
                    area.add_triangle(right - 1, right, right + 1);
                }
            }
            painter.add(Shape::mesh(area));
        }
        if let Some(after_db) = &self.after_db {
            let points = after_db.iter().enumerate().map(|(point, level_db)| scale.spectrum_place(point, *level_db));
            painter.add(Shape::line(points.collect(), theme.stroke(1.2, theme::QUIET_TEXT)));
        }
    }

    fn compute(&mut self, settings: &EqualizerSettings) {
        let is_split = bands_of(settings).iter().any(|band| band.on && band.placement != Placement::Stereo);
        let kinds: &[_] = if is_split {
            &[("Mid", theme::ACCENT, Placement::Mid), ("Side", theme::UNUSUAL, Placement::Side)]
        } else {
            &[("Stereo", theme::ACCENT, Placement::Stereo)]
        };
        self.curves = kinds
            .iter()
            .map(|&(name, color, placement)| {
                let frequency_hz = |point| f64::from(GraphScale::curve_hz(point, POINTS));
                let gain_db = |point| self.equalizer.response_db(frequency_hz(point), placement) as f32;
                (name, color, (0..POINTS).map(gain_db).collect())
            })
            .collect();
    }
}

/// The bell that is not in the path and nearest to a frequency; the nearest shelf when every bell is.
fn nearest_free<'a, 'b>(
    settings: &EqualizerSettings,
    controls: &'a [BandControls<'b>; 7],
    frequency_hz: f32,
) -> Option<&'a BandControls<'b>> {
    let [_, low_shelf, bells @ .., high_shelf, _] = bands_of(settings);
    let [_, low_shelf_controls, bells_controls @ .., high_shelf_controls, _] = controls;
    let nearest = |of: &[(Band, &'a BandControls<'b>)]| {
        let distance = |band: &Band| (band.frequency_hz / frequency_hz).ln().abs();
        let free = of.iter().filter(|(_, controls)| !controls.is_on());
        free.min_by(|a, b| distance(&a.0).total_cmp(&distance(&b.0))).map(|(_, controls)| *controls)
    };
    let bells: Vec<_> = bells.into_iter().zip(bells_controls).collect();
    nearest(&bells).or_else(|| nearest(&[(low_shelf, low_shelf_controls), (high_shelf, high_shelf_controls)]))
}

/// What the graph must know of each band, in the order of the signal.
fn bands_of(settings: &EqualizerSettings) -> [Band; 7] {
    let cut = |cut: &CutSettings| Band {
        frequency_hz: cut.frequency_hz,
        gain_db: 0.0,
        placement: cut.placement,
        on: cut.slope != Slope::Off,
    };
    let band = |band: &BandSettings| Band {
        frequency_hz: band.frequency_hz,
        gain_db: band.gain_db,
        placement: band.placement,
        on: band.on,
    };
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
}
