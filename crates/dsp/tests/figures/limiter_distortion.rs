//! What the limiter adds to a tone it holds down.

use super::{
    Figure,
    axis::{Axis, number},
    readings::{CEILING_DBTP, driven, limited},
    sheet::{self, Arrangement, BLUE, CORAL, GREY, Ink, PROMISE, Panel, Side},
    table::Table,
};
use dsp::limiter::LimiterSettings;
use testkit::{rulers::distortion_and_noise_db, signals};

const RATE_HZ: f64 = 48_000.0;
const PUBLISHED_HZ: [f64; 4] = [50.0, 100.0, 1_000.0, 10_000.0];
/// At the published frequencies.
const PROMISED_DB: f64 = -110.0;
/// Frames in a period of the hardest tones. Just beside such a frequency the samples wander over the wave so slowly
/// that the reading of its peak, and with it the gain, breathes by some hundredths of a decibel.
const LOCKED_PERIODS_FRAMES: [f64; 7] = [5.0, 6.0, 8.0, 10.0, 16.0, 24.0, 48.0];
const BESIDE_HZ: f64 = 0.2;

/// Distortion and noise over frequency of one setting.
struct Curve {
    reduction_db: f64,
    auto_release: bool,
    /// (Hz, dB).
    points: Vec<(f64, f64)>,
    /// The same for the hardest tones.
    locked: Vec<(f64, f64)>,
}

/// Distortion and noise in dB of a tone reduced by so much, once the gain has settled.
fn distortion_db(frequency_hz: f64, settings: &LimiterSettings) -> f64 {
    let amplitude = 10f64.powf(CEILING_DBTP / 20.0);
    let input = signals::sine(frequency_hz, amplitude, 0.0, RATE_HZ, 52_800);
    let output = limited(settings, RATE_HZ, &input);
    // 0.7 s to settle, 0.35 s to measure, the end left out: there the limiter sees silence coming.
    distortion_and_noise_db(&output[33_600..50_400], frequency_hz, RATE_HZ)
}

#[test]
fn a_held_tone_stays_clean() {
    let steps = (0..=32).map(|step| 20.0 * 500f64.powf(f64::from(step) / 32.0));
    let mut frequencies_hz: Vec<f64> = steps.chain(PUBLISHED_HZ).collect();
    frequencies_hz.sort_by(f64::total_cmp);
    let curves: Vec<Curve> = [(3.0, true), (3.0, false), (6.0, true), (6.0, false)]
        .into_iter()
        .map(|(reduction_db, auto_release)| {
            let settings = LimiterSettings { auto_release, release_ms: 100.0, ..driven(reduction_db) };
            let measured = |hz: f64| (hz, distortion_db(hz, &settings));
            let points = frequencies_hz.iter().copied().map(measured).collect();
            let locked = LOCKED_PERIODS_FRAMES.map(|frames| measured(RATE_HZ / frames + BESIDE_HZ)).to_vec();
            Curve { reduction_db, auto_release, points, locked }
        })
        .collect();
    figure(&curves).publish();
    for Curve { reduction_db, auto_release, points, locked } in &curves {
        let setting = format!("{reduction_db} dB, auto {auto_release}");
        for &(hz, db) in points {
            // Elsewhere the tone may be beside one of those frequencies, if not as close.
            let allowed_db = if PUBLISHED_HZ.contains(&hz) { PROMISED_DB } else { -80.0 };
            assert!(db <= allowed_db, "{hz} Hz, {setting}: {db} dB");
        }
        // 0.05 dB up and down.
        assert!(locked.iter().all(|point| point.1 <= -45.0), "{setting}: {locked:?}");
    }
}

fn figure(curves: &[Curve]) -> Figure {
    let title = "Distortion and noise (THD+N) of a sine held down by the limiter, 48 kHz";
    let panel = |reduction_db: f64| {
        let y = Axis::linear("THD+N, dB", -160.0, -40.0, 20.0);
        let mut panel = Panel::new(&format!("{reduction_db} dB of reduction"), Axis::frequency(20.0, 10_000.0), y);
        for curve in curves.iter().filter(|curve| curve.reduction_db == reduction_db) {
            let color = if curve.auto_release { BLUE } else { CORAL };
            panel.series(Ink::Line(color), curve.points.iter().copied());
            let published = curve.points.iter().copied().filter(|point| PUBLISHED_HZ.contains(&point.0));
            panel.series(Ink::Dots(color), published);
            panel.series(Ink::Dots(GREY), curve.locked.iter().copied());
        }
        panel.promise(PROMISED_DB, "", Side::Above);
        panel.note((20.0, PROMISED_DB + 4.0), Side::Right, PROMISE, "50, 100, 1k, 10k Hz: −110 dB");
        panel
    };
    let mut table = Table::new(&["THD+N, dB", "20 Hz", "50 Hz", "100 Hz", "1 kHz", "10 kHz", "hardest tone"]);
    for Curve { reduction_db, auto_release, points, locked } in curves {
        let release = if *auto_release { "auto release" } else { "release 100 ms" };
        let wanted = [20.0].into_iter().chain(PUBLISHED_HZ);
        let at = |hz: f64| points.iter().find(|point| (point.0 - hz).abs() < 1e-9).unwrap().1;
        let hardest_db = locked.iter().map(|point| point.1).fold(f64::MIN, f64::max);
        table.row(
            format!("{reduction_db} dB of reduction, {release}"),
            wanted.map(at).chain([hardest_db]).map(|db| number(db, 1)),
        );
    }
    let legend = [
        (Ink::Line(BLUE), "auto release"),
        (Ink::Line(CORAL), "release 100 ms"),
        (Ink::Dots(GREY), "hardest tones: 0.2 Hz beside 1/5, 1/6, 1/8 … of the sample rate"),
    ];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel(3.0), panel(6.0)]);
    Figure { name: "limiter-distortion", title, svg, table }
}
