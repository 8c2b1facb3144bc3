//! What the limiter adds to a tone it holds down.

use super::{
    Figure,
    axis::{Axis, number},
    readings::{CEILING_DBTP, driven, limited},
    sheet::{self, Arrangement, BLUE, CORAL, Ink, Panel, Side},
    table::Table,
};
use dsp::limiter::LimiterSettings;
use testkit::{rulers::distortion_and_noise_db, signals};

const RATE_HZ: f64 = 48_000.0;
/// From the lowest note of a piano's left hand up.
const PROMISED_DB: f64 = -90.0;
const PROMISED_FROM_HZ: f64 = 50.0;
const PUBLISHED_HZ: [f64; 4] = [50.0, 100.0, 1_000.0, 10_000.0];

/// Distortion and noise over frequency of one setting.
struct Curve {
    reduction_db: f64,
    auto_release: bool,
    /// (Hz, dB).
    points: Vec<(f64, f64)>,
}

/// Distortion and noise in dB of a tone reduced by so much, once the gain has settled.
fn distortion_db(frequency_hz: f64, settings: &LimiterSettings) -> f64 {
    let amplitude = 10f64.powf(CEILING_DBTP / 20.0);
    let input = signals::sine(frequency_hz, amplitude, 0.0, RATE_HZ, 62_400);
    let output = limited(settings, RATE_HZ, &input);
    // 0.9 s to settle, 0.35 s to measure, the end left out: there the limiter sees silence coming.
    distortion_and_noise_db(&output[43_200..60_000], frequency_hz, RATE_HZ)
}

#[test]
fn a_held_tone_stays_clean() {
    let steps = (0..=24).map(|step| 20.0 * 500f64.powf(f64::from(step) / 24.0));
    let mut frequencies_hz: Vec<f64> = steps.chain(PUBLISHED_HZ).collect();
    frequencies_hz.sort_by(f64::total_cmp);
    let curves: Vec<Curve> = [(3.0, true), (3.0, false), (6.0, true), (6.0, false)]
        .into_iter()
        .map(|(reduction_db, auto_release)| {
            let settings = LimiterSettings { auto_release, release_ms: 100.0, ..driven(reduction_db) };
            let points = frequencies_hz.iter().map(|&hz| (hz, distortion_db(hz, &settings))).collect();
            Curve { reduction_db, auto_release, points }
        })
        .collect();
    figure(&curves).publish();
    for Curve { reduction_db, auto_release, points } in &curves {
        for &(hz, db) in points.iter().filter(|point| point.0 >= PROMISED_FROM_HZ) {
            assert!(db <= PROMISED_DB, "{hz} Hz, {reduction_db} dB, auto {auto_release}: {db} dB");
        }
    }
}

fn figure(curves: &[Curve]) -> Figure {
    let title = "Distortion and noise (THD+N) of a sine held down by the limiter, 48 kHz";
    let panel = |reduction_db: f64| {
        let y = Axis::linear("THD+N, dB", -180.0, -20.0, 20.0);
        let mut panel = Panel::new(&format!("{reduction_db} dB of reduction"), Axis::frequency(20.0, 10_000.0), y);
        for curve in curves.iter().filter(|curve| curve.reduction_db == reduction_db) {
            let color = if curve.auto_release { BLUE } else { CORAL };
            panel.series(Ink::Line(color), curve.points.iter().copied());
            let published = curve.points.iter().copied().filter(|point| PUBLISHED_HZ.contains(&point.0));
            panel.series(Ink::Dots(color), published);
        }
        let span = (PROMISED_FROM_HZ, 10_000.0);
        panel.promise_between(span, PROMISED_DB, "below −90 dB from 50 Hz", Side::Above);
        panel
    };
    let mut table = Table::new(&["THD+N, dB", "20 Hz", "50 Hz", "100 Hz", "1 kHz", "10 kHz"]);
    for Curve { reduction_db, auto_release, points } in curves {
        let release = if *auto_release { "auto release" } else { "release 100 ms" };
        let wanted = [20.0].into_iter().chain(PUBLISHED_HZ);
        let at = |hz: f64| points.iter().find(|point| (point.0 - hz).abs() < 1e-9).unwrap().1;
        table.row(format!("{reduction_db} dB of reduction, {release}"), wanted.map(|hz| number(at(hz), 1)));
    }
    let legend = [(Ink::Line(BLUE), "auto release"), (Ink::Line(CORAL), "release 100 ms")];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel(3.0), panel(6.0)]);
    Figure { name: "limiter-distortion", title, svg, table }
}
