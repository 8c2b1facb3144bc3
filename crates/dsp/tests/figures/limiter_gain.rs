//! How the limiter's gain comes back: quickly after a peak, slowly after a passage.

use super::{
    Figure,
    axis::{Axis, number},
    panel::{Panel, Side},
    pen::{AMBER, BLUE, CORAL, DARK, Ink},
    readings::{CEILING_DBTP, driven, limited},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::limiter::LimiterSettings;
use plotters::style::RGBColor;
use testkit::rulers::db;

const RATE_HZ: f64 = 48_000.0;
const REDUCTION_DB: f64 = 6.0;
/// Shown before the sound falls.
const BEFORE_MS: f64 = 100.0;
/// A millisecond: as fine as a page can show.
const STEP_FRAMES: usize = 48;
const AFTER_MS: f64 = 1_500.0;
/// Silence, almost, before the sound.
const LEAD_MS: f64 = 150.0;

/// Gain over time around the end of something loud.
struct Curve {
    name: &'static str,
    color: RGBColor,
    /// (ms since the end, gain in dB).
    points: Vec<(f64, f64)>,
}

/// A level that is at the ceiling for a while, and far below before and after; its gain can be read off every frame.
fn curve(name: &'static str, color: RGBColor, settings: &LimiterSettings, loud_ms: f64) -> Curve {
    let level =
        |dbfs: f64, ms: f64| std::iter::repeat_n(10f64.powf(dbfs / 20.0) as f32, (ms * 0.001 * RATE_HZ) as usize);
    let quiet_dbfs = -40.0;
    let (loud, quiet) = (level(CEILING_DBTP, loud_ms), level(quiet_dbfs, AFTER_MS + 10.0));
    let input: Vec<f32> = level(quiet_dbfs, LEAD_MS).chain(loud).chain(quiet).collect();
    let output = limited(settings, RATE_HZ, &input);
    let gain_db = |(x, y): (&f32, &f32)| db(f64::from(*y) / f64::from(*x)) - REDUCTION_DB;
    let end_ms = LEAD_MS + loud_ms;
    let time_ms = |frame: usize| frame as f64 * 1_000.0 / RATE_HZ - end_ms;
    let points = input.iter().zip(&output).map(gain_db).enumerate().map(|(frame, gain_db)| (time_ms(frame), gain_db));
    let is_shown = |point: &(f64, f64)| (-BEFORE_MS..=AFTER_MS).contains(&point.0);
    Curve { name, color, points: points.filter(is_shown).collect() }
}

impl Curve {
    /// When half of the reduction (in dB) is gone.
    fn half_ms(&self) -> f64 {
        self.points.iter().find(|&&(ms, gain_db)| ms > 0.0 && gain_db > -0.5 * REDUCTION_DB).unwrap().0
    }
}

#[test]
fn the_release_has_two_stages() {
    // Levels, not waves: only the samples count, or the corners of the level would rise above it.
    let automatic = LimiterSettings { true_peak: false, ..driven(REDUCTION_DB) };
    let manual = LimiterSettings { auto_release: false, release_ms: 100.0, ..automatic };
    let curves = [
        curve("auto release after a peak of 1 ms", BLUE, &automatic, 1.0),
        curve("auto release after a passage of 2 s", CORAL, &automatic, 2_000.0),
        curve("release 100 ms, after the passage", AMBER, &manual, 2_000.0),
    ];
    figure(&curves).publish();
    let [peak, passage, _] = &curves;
    assert!(peak.half_ms() < 80.0, "after a peak {} ms", peak.half_ms());
    assert!(passage.half_ms() > 250.0, "after a passage {} ms", passage.half_ms());
}

fn figure(curves: &[Curve]) -> Figure {
    let title = "The limiter's gain after 6 dB of reduction: quick after a peak, slow after a passage";
    let x = Axis::linear("time since the loud sound ended, ms", -100.0, 1_400.0, 100.0);
    let mut panel = Panel::new("", x, Axis::linear("gain, dB", -6.5, 0.5, 1.0));
    let mut table = Table::new(&["release", "half of the reduction gone after, ms"]);
    for curve in curves {
        panel.series(Ink::Line(curve.color), curve.points.iter().copied().step_by(STEP_FRAMES));
        panel.series(Ink::Dots(DARK), [(curve.half_ms(), -0.5 * REDUCTION_DB)]);
        table.row(curve.name, [number(curve.half_ms(), 0)]);
    }
    let words = |curve: &Curve| (curve.color, format!("half gone after {} ms", number(curve.half_ms(), 0)));
    panel.list((1_400.0, -4.5), Side::Left, curves.iter().map(words));
    let legend: Vec<_> = curves.iter().map(|curve| (Ink::Line(curve.color), curve.name)).collect();
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel]);
    Figure { name: "limiter-gain", title, svg, table }
}
