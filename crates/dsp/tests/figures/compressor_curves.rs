//! What goes in and what comes out once the compressor has settled.

use super::{
    Figure,
    axis::{Axis, number},
    panel::{Panel, Side},
    pen::{AMBER, BLUE, CORAL, CYAN, DARK, GREY, Ink, VIOLET},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::{
    compressor::{Compressor, CompressorSettings},
    format::Format,
};
use plotters::style::RGBColor;
use testkit::{rulers::db, signals};

const RATE_HZ: f64 = 48_000.0;
const THRESHOLD_DB: f64 = -24.0;
const TOLERANCE_DB: f64 = 0.05;

/// One setting, its curve and what was measured on it.
struct Curve {
    name: &'static str,
    color: RGBColor,
    ratio: f64,
    knee_db: f64,
    /// (input, output) in dBFS.
    measured_db: Vec<(f64, f64)>,
}

/// D. Giannoulis, M. Massberg, J. Reiss, JAES 60 (2012), equation 4.
fn published_db(level_db: f64, ratio: f64, knee_db: f64) -> f64 {
    let over_db = level_db - THRESHOLD_DB;
    if 2.0 * over_db < -knee_db {
        level_db
    } else if 2.0 * over_db.abs() <= knee_db && knee_db > 0.0 {
        level_db + (1.0 / ratio - 1.0) * (over_db + 0.5 * knee_db).powi(2) / (2.0 * knee_db)
    } else {
        THRESHOLD_DB + over_db / ratio
    }
}

impl Curve {
    fn new(name: &'static str, color: RGBColor, ratio: f64, knee_db: f64) -> Self {
        let mut compressor = Compressor::new(Format::mono(RATE_HZ));
        compressor.set(&CompressorSettings {
            on: true,
            threshold_db: THRESHOLD_DB as f32,
            ratio: ratio as f32,
            knee_db: knee_db as f32,
            attack_ms: 1.0,
            release_ms: 5.0,
            ..CompressorSettings::default()
        });
        // Of a square wave every frame has the same level; twenty releases later nothing moves any more.
        let output_db = |level_db: f64| {
            let mut signal = signals::square(500.0, 10f64.powf(level_db / 20.0), RATE_HZ, 4_800);
            compressor.process(&mut [&mut signal]);
            db(f64::from(signal[4_799]))
        };
        let levels_db = (0..=120).map(|half_db| -60.0 + 0.5 * f64::from(half_db));
        let outputs_db: Vec<f64> = levels_db.clone().map(output_db).collect();
        Self { name, color, ratio, knee_db, measured_db: levels_db.zip(outputs_db).collect() }
    }

    fn error_db(&self) -> f64 {
        let error_db =
            |&(input_db, output_db): &(f64, f64)| (output_db - published_db(input_db, self.ratio, self.knee_db)).abs();
        self.measured_db.iter().map(error_db).fold(0.0, f64::max)
    }
}

#[test]
fn levels_follow_the_published_curve() {
    let ratios = [
        Curve::new("1.5 : 1", CYAN, 1.5, 6.0),
        Curve::new("2 : 1", BLUE, 2.0, 6.0),
        Curve::new("4 : 1", AMBER, 4.0, 6.0),
        Curve::new("10 : 1", CORAL, 10.0, 6.0),
    ];
    let knees = [
        Curve::new("knee 0 dB", CYAN, 4.0, 0.0),
        Curve::new("knee 12 dB", AMBER, 4.0, 12.0),
        Curve::new("knee 24 dB", VIOLET, 4.0, 24.0),
    ];
    figure(&ratios, &knees).publish();
    for curve in ratios.iter().chain(&knees) {
        let error_db = curve.error_db();
        assert!(error_db <= TOLERANCE_DB, "{}: {error_db} dB", curve.name);
    }
}

fn figure(ratios: &[Curve], knees: &[Curve]) -> Figure {
    let title = "The compressor's curve: threshold −24 dBFS";
    let mut table = Table::new(&["setting", "output at 0 dBFS, dBFS", "largest error −60…0 dBFS, dB", "promised"]);
    for curve in ratios.iter().chain(knees) {
        let top = published_db(0.0, curve.ratio, curve.knee_db);
        let setting = format!("ratio {}, knee {} dB", curve.ratio, curve.knee_db);
        table.row(setting, [number(top, 2), number(curve.error_db(), 4), number(TOLERANCE_DB, 2)]);
    }
    let panels = [panel("ratios, knee 6 dB", (-48.0, 0.0), ratios), panel("knees, ratio 4 : 1", (-42.0, -6.0), knees)];
    let legend =
        [(Ink::Line(BLUE), "published curve"), (Ink::Dots(DARK), "measured"), (Ink::ThinLine(GREY), "unchanged")];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &panels);
    Figure { name: "compressor-curves", title, svg, table }
}

fn panel(title: &str, (from_db, to_db): (f64, f64), curves: &[Curve]) -> Panel {
    let x = Axis::linear("input level, dBFS", from_db, to_db, 6.0);
    let mut panel = Panel::new(title, x, Axis::linear("output level, dBFS", from_db, to_db, 6.0));
    panel.series(Ink::ThinLine(GREY), [(from_db, from_db), (to_db, to_db)]);
    for curve in curves {
        let levels_db = curve.measured_db.iter().map(|point| point.0);
        panel.series(Ink::Line(curve.color), levels_db.map(|db| (db, published_db(db, curve.ratio, curve.knee_db))));
    }
    for curve in curves {
        panel.series(Ink::Dots(DARK), curve.measured_db.iter().step_by(6).copied());
    }
    let names = curves.iter().map(|curve| (curve.color, curve.name.to_owned()));
    panel.list((to_db - 1.0, from_db + 0.28 * (to_db - from_db)), Side::Left, names);
    panel
}
