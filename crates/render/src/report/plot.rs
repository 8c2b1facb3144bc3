//! Curves over time, as SVG to be placed inside the page.

use super::{Curves, WriteError};
use dsp::units::SILENCE_DB;
use plotters::prelude::*;
use std::fmt::Display;

/// Width and height of a drawing.
pub const SIZE: (u32, u32) = (960, 270);
/// Behind the curves.
pub const BACKGROUND: RGBColor = RGBColor(0x17, 0x1b, 0x21);
/// Lines of the grid.
pub const GRID: RGBColor = RGBColor(0x2c, 0x33, 0x3d);
/// What is written on the axes.
pub const TEXT: RGBColor = RGBColor(0xb8, 0xc2, 0xce);
/// Momentary loudness; the page's legend uses the same colours.
pub const MOMENTARY: RGBColor = RGBColor(0x63, 0x9c, 0xd0);
/// Short-term loudness.
pub const SHORT_TERM: RGBColor = RGBColor(0x8f, 0xe3, 0xff);
/// The target.
pub const TARGET: RGBColor = RGBColor(0xff, 0xc8, 0x57);
/// Gain reduction.
pub const REDUCTION: RGBColor = RGBColor(0xff, 0x8f, 0x70);

/// The master's spectrum.
const MASTER_SPECTRUM: RGBColor = RGBColor(0xe8, 0xed, 0xf2);

/// More points than this cannot be told apart on the page.
const MOST_POINTS: usize = 1_600;
/// Loudness below the plot's top that is worth drawing.
const SPAN_LU: f64 = 36.0;
/// The same for spectra.
const SPECTRUM_SPAN_DB: f64 = 72.0;

/// Momentary and short-term loudness with the target; `None` when there is nothing to draw.
pub fn loudness(curves: &Curves) -> Result<Option<String>, WriteError> {
    let series = [(&curves.momentary_lufs, MOMENTARY, 1), (&curves.short_term_lufs, SHORT_TERM, 2)];
    let points = || series.iter().flat_map(|(points, ..)| points.iter()).filter(|(s, lufs)| (s + lufs).is_finite());
    let Some(end_s) = points().map(|point| point.0).reduce(f64::max).filter(|&end_s| end_s > 0.0) else {
        return Ok(None);
    };
    let loudest = points().map(|point| point.1).chain(curves.target_lufs).fold(-60.0, f64::max);
    let top = ((loudest + 1.0) / 3.0).ceil() * 3.0;
    let bottom = top - SPAN_LU;
    draw(0.0..end_s, minutes, bottom..top, "LUFS", |chart| {
        for (points, color, width) in series {
            let held = loudest_of_each(points).into_iter().map(|(s, lufs)| (s, lufs.clamp(bottom, top)));
            chart.draw_series(LineSeries::new(held, color.stroke_width(width))).map_err(plot_error)?;
        }
        if let Some(lufs) = curves.target_lufs.filter(|lufs| lufs.is_finite()) {
            let across = [(0.0, lufs), (end_s, lufs)].map(|(s, lufs)| (s, lufs.clamp(bottom, top)));
            chart.draw_series(LineSeries::new(across, TARGET.stroke_width(2))).map_err(plot_error)?;
        }
        Ok(())
    })
    .map(Some)
}

/// The limiter's gain reduction, hanging from zero; `None` when there is nothing to draw.
pub fn reduction(curves: &Curves) -> Result<Option<String>, WriteError> {
    let points = loudest_of_each(&curves.limiter_reduction_db);
    let Some(end_s) = points.last().map(|point| point.0).filter(|&end_s| end_s > 0.0) else { return Ok(None) };
    let most_db = points.iter().map(|point| point.1).fold(3.0, f64::max);
    let bottom = -(most_db / 3.0).ceil() * 3.0;
    draw(0.0..end_s, minutes, bottom..0.0, "dB", |chart| {
        let hanging = points.iter().map(|&(s, db)| (s, -db.max(0.0)));
        let area = AreaSeries::new(hanging, 0.0, REDUCTION.mix(0.35)).border_style(REDUCTION.stroke_width(1));
        chart.draw_series(area).map(|_| ()).map_err(plot_error)
    })
    .map(Some)
}

/// A drawing over time.
pub type Chart<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// The stems' average spectra and the master's over them, octaves evenly spaced; `None` when there is nothing to draw.
pub fn spectra(curves: &Curves) -> Result<Option<String>, WriteError> {
    let points = || curves.spectra.iter().flat_map(|curve| curve.points.iter());
    let Some(loudest) = points().map(|point| point.1).reduce(f64::max).filter(|&db| db > SILENCE_DB) else {
        return Ok(None);
    };
    let top = ((loudest + 1.0) / 6.0).ceil() * 6.0;
    let bottom = top - SPECTRUM_SPAN_DB;
    // Octaves from 1 kHz: the labels then are the usual ones.
    let octaves = |hz: f64| (hz * 0.001).log2();
    draw(octaves(20.0)..octaves(20_000.0), frequency, bottom..top, "dB", |chart| {
        for (index, curve) in curves.spectra.iter().enumerate() {
            let line = curve.points.iter().map(|&(hz, db)| (octaves(hz), db.clamp(bottom, top)));
            let width = if index + 1 == curves.spectra.len() { 2 } else { 1 };
            let style = spectrum_color(index, curves).stroke_width(width);
            chart.draw_series(LineSeries::new(line, style)).map_err(plot_error)?;
        }
        Ok(())
    })
    .map(Some)
}

/// The color of a spectrum: the master, the last, is white, the stems go round the circle of hues.
pub fn spectrum_color(index: usize, curves: &Curves) -> RGBColor {
    let stems = curves.spectra.len().saturating_sub(1);
    if index >= stems {
        return MASTER_SPECTRUM;
    }
    let (red, green, blue) = HSLColor(index as f64 / stems as f64, 0.55, 0.62).rgb();
    RGBColor(red, green, blue)
}

/// A place on the axis of octaves from 1 kHz as a frequency.
fn frequency(octaves: f64) -> String {
    let hz = 1_000.0 * octaves.exp2();
    if hz < 999.5 { format!("{hz:.0} Hz") } else { format!("{:.0} kHz", 0.001 * hz) }
}

/// Draws curves; `across_label` writes a place on the axis from left to right.
pub fn draw(
    across: std::ops::Range<f64>,
    across_label: fn(f64) -> String,
    range: std::ops::Range<f64>,
    unit: &str,
    curves: impl FnOnce(&mut Chart) -> Result<(), WriteError>,
) -> Result<String, WriteError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&BACKGROUND).map_err(plot_error)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(64)
            .build_cartesian_2d(across, range)
            .map_err(plot_error)?;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .label_style(("sans-serif", 14).into_font().color(&TEXT))
            .x_labels(10)
            .y_labels(7)
            .x_label_formatter(&|place| across_label(*place))
            .y_label_formatter(&|value| format!("{value:.0} {unit}"))
            .draw()
            .map_err(plot_error)?;
        curves(&mut chart)?;
        area.present().map_err(plot_error)?;
    }
    Ok(svg)
}

/// What the drawing library said.
pub fn plot_error(error: impl Display) -> WriteError {
    WriteError::Plot(error.to_string())
}

/// A song position as minutes and seconds.
pub fn minutes(time_s: f64) -> String {
    let seconds = time_s.round().max(0.0) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// At most [`MOST_POINTS`] points: of each stretch of time the largest value, so that no peak is lost.
pub fn loudest_of_each(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let stretch = points.len().div_ceil(MOST_POINTS).max(1);
    let louder = |a: (f64, f64), b: (f64, f64)| if b.1 > a.1 { b } else { a };
    let finite =
        |stretch: &[(f64, f64)]| stretch.iter().copied().filter(|(s, value)| (s + value).is_finite()).reduce(louder);
    points.chunks(stretch).filter_map(finite).collect()
}
