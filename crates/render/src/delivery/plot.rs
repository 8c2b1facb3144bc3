//! The pictures of a delivery's page: tone of stems, sum and mix; what is left, by frequency and over the song.

use plotters::prelude::*;

use super::Delivery;
use crate::null_test::{FAIL_DB, NullTest, PASS_DB};
use crate::report::plot::{BACKGROUND, GRID, SIZE, TEXT, draw, minutes, plot_error};
use crate::report::{Reading, WriteError};

/// The mix.
pub const REFERENCE: RGBColor = RGBColor(0xff, 0xc8, 0x57);
/// The sum of the stems.
pub const SUM: RGBColor = RGBColor(0xe8, 0xed, 0xf2);
/// What is left.
pub const RESIDUAL: RGBColor = RGBColor(0xff, 0x8f, 0x70);
/// What no one hears.
pub const QUIET: RGBColor = RGBColor(0x8f, 0xe3, 0xa8);

/// Stems take these in turn.
const STEMS: [RGBColor; 8] = [
    RGBColor(0x63, 0x9c, 0xd0),
    RGBColor(0x8f, 0xe3, 0xff),
    RGBColor(0xb7, 0x9c, 0xed),
    RGBColor(0x6f, 0xc9, 0xa4),
    RGBColor(0xe5, 0x9a, 0xc4),
    RGBColor(0xa8, 0xb5, 0x5f),
    RGBColor(0xd6, 0xa0, 0x72),
    RGBColor(0x7d, 0x8f, 0xa3),
];

/// Levels below the loudest that are worth drawing.
const SPAN_DB: f64 = 78.0;
/// The bottom of what is left.
const BOTTOM_DB: f64 = -140.0;

/// The colour of a stem.
pub fn color(stem: usize) -> RGBColor {
    STEMS[stem % STEMS.len()]
}

/// Thirds of an octave of every stem, of their sum and of the mix; `None` when all is silent.
pub fn spectra(delivery: &Delivery) -> Result<Option<String>, WriteError> {
    let stems = delivery.stems.iter().enumerate();
    let mut series: Vec<(&[Reading], RGBColor, u32)> =
        stems.map(|(index, stem)| (stem.third_octaves_dbfs.as_slice(), color(index), 1)).collect();
    series.push((&delivery.sum.third_octaves_dbfs, SUM, 2));
    series.extend(delivery.reference.iter().map(|mix| (mix.third_octaves_dbfs.as_slice(), REFERENCE, 1)));
    let levels = series.iter().flat_map(|(levels, ..)| levels.iter()).filter_map(|level| level.value());
    let Some(loudest) = levels.reduce(f64::max) else { return Ok(None) };
    let top = ((loudest + 1.0) / 6.0).ceil() * 6.0;
    let bottom = top - SPAN_DB;
    over_frequency(bottom..top, "dBFS", |chart| {
        for (levels, color, width) in &series {
            let points = delivery.thirds_hz.iter().zip(*levels);
            let points = points.map(|(&hz, level)| (hz, level.value().unwrap_or(bottom).clamp(bottom, top)));
            chart.draw_series(LineSeries::new(points, color.stroke_width(*width))).map_err(plot_error)?;
        }
        Ok(())
    })
    .map(Some)
}

/// What is left in each octave, relative to the mix there, with the two limits.
pub fn bands(test: &NullTest) -> Result<String, WriteError> {
    over_frequency(BOTTOM_DB..0.0, "dB", |chart| {
        let half = 2f64.sqrt() * 0.97;
        for band in &test.bands {
            let db = band.relative_db.value().unwrap_or(BOTTOM_DB).clamp(BOTTOM_DB, 0.0);
            let color = if db > PASS_DB { RESIDUAL } else { QUIET };
            let corners = [(band.center_hz / half, BOTTOM_DB), (band.center_hz * half, db)];
            let bar = Rectangle::new(corners, color.mix(0.6).filled());
            chart.draw_series([bar]).map_err(plot_error)?;
        }
        for (limit, color) in [(PASS_DB, QUIET), (FAIL_DB, RESIDUAL)] {
            let across = [(LOWEST_HZ, limit), (HIGHEST_HZ, limit)];
            chart.draw_series(LineSeries::new(across, color.stroke_width(1))).map_err(plot_error)?;
        }
        Ok(())
    })
}

/// How the level of the sum differs from the mix, a third of an octave each; beyond ±1 dB it is drawn at the edge.
pub fn level_matches(test: &NullTest, allowed_db: f64) -> Result<String, WriteError> {
    over_frequency(-1.0..1.0, "dB", |chart| {
        let sixth = 2f64.powf(1.0 / 6.0) * 0.99;
        for band in &test.level_matches {
            let db = band.difference_db.value().unwrap_or(0.0);
            let color = if db.abs() > allowed_db { RESIDUAL } else { QUIET };
            // What matches shows as a thin line.
            let (low, high) = (db.clamp(-1.0, -0.01), db.clamp(0.01, 1.0));
            let bar = Rectangle::new([(band.center_hz / sixth, low), (band.center_hz * sixth, high)], color.filled());
            chart.draw_series([bar]).map_err(plot_error)?;
        }
        for limit in [-allowed_db, allowed_db] {
            let across = [(LOWEST_HZ, limit), (HIGHEST_HZ, limit)];
            chart.draw_series(LineSeries::new(across, TEXT.stroke_width(1))).map_err(plot_error)?;
        }
        Ok(())
    })
}

/// RMS of the mix and of what is left over the song; `None` for a song without length.
pub fn moments(test: &NullTest) -> Result<Option<String>, WriteError> {
    let Some(end_s) = test.moments.last().map(|moment| moment.at_s).filter(|&end_s| end_s > 0.0) else {
        return Ok(None);
    };
    draw(0.0..end_s, minutes, BOTTOM_DB..0.0, "dBFS", |chart| {
        for (level, color) in [
            ((|moment| moment.reference_dbfs) as fn(&crate::null_test::Moment) -> Reading, REFERENCE),
            (|moment| moment.residual_dbfs, RESIDUAL),
        ] {
            let points = test.moments.iter();
            let points = points.map(|m| (m.at_s, level(m).value().unwrap_or(BOTTOM_DB).clamp(BOTTOM_DB, 0.0)));
            chart.draw_series(LineSeries::new(points, color.stroke_width(1))).map_err(plot_error)?;
        }
        Ok(())
    })
    .map(Some)
}

const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 24_000.0;

type Chart<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::combinators::LogCoord<f64>, plotters::coord::types::RangedCoordf64>,
>;

fn over_frequency(
    range: std::ops::Range<f64>,
    unit: &str,
    curves: impl FnOnce(&mut Chart) -> Result<(), WriteError>,
) -> Result<String, WriteError> {
    let decimals = if range.end - range.start > 10.0 { 0 } else { 1 };
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&BACKGROUND).map_err(plot_error)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(72)
            .build_cartesian_2d((LOWEST_HZ..HIGHEST_HZ).log_scale(), range)
            .map_err(plot_error)?;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .label_style(("sans-serif", 14).into_font().color(&TEXT))
            .x_labels(10)
            .y_labels(7)
            .x_label_formatter(&|hz| if *hz < 1_000.0 { format!("{hz:.0}") } else { format!("{:.0} k", hz / 1_000.0) })
            .y_label_formatter(&|value| format!("{value:.decimals$} {unit}"))
            .draw()
            .map_err(plot_error)?;
        curves(&mut chart)?;
        area.present().map_err(plot_error)?;
    }
    Ok(svg)
}
