//! What the limiter makes of two tones at once: tones that were not there.

use super::{
    Figure,
    axis::{Axis, number},
    panel::Panel,
    pen::{BLUE, CORAL, Ink},
    readings::{CEILING_DBTP, driven, limited},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::limiter::LimiterSettings;
use testkit::{
    rulers::{amplitude_at, db},
    signals,
};

const RATE_HZ: f64 = 48_000.0;
const PROMISED_DB: f64 = -90.0;

/// A pair of tones and where their products appear.
struct Pair {
    name: &'static str,
    /// Hz and share of the sum's peak.
    tones: [(f64, f64); 2],
    /// The products counted, Hz.
    products_hz: &'static [f64],
    /// What they are related to, Hz.
    reference_hz: f64,
}

const PAIRS: [Pair; 2] = [
    // ITU-R (CCIF): the difference tone and its neighbours beside the tones.
    Pair {
        name: "CCIF, 19 + 20 kHz",
        tones: [(19_000.0, 0.5), (20_000.0, 0.5)],
        products_hz: &[1_000.0, 2_000.0, 17_000.0, 18_000.0, 21_000.0],
        reference_hz: 20_000.0,
    },
    // SMPTE: the bass tone modulates the treble tone.
    Pair {
        name: "SMPTE, 60 Hz + 7 kHz at 4 : 1",
        tones: [(60.0, 0.8), (7_000.0, 0.2)],
        products_hz: &[6_820.0, 6_880.0, 6_940.0, 7_060.0, 7_120.0, 7_180.0],
        reference_hz: 7_000.0,
    },
];

const REDUCTIONS_DB: [f64; 7] = [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0];

/// Intermodulation over reduction.
struct Curve {
    pair: usize,
    auto_release: bool,
    points: Vec<(f64, f64)>,
}

/// The products together, relative to the reference tone, in dB.
fn intermodulation_db(pair: &Pair, settings: &LimiterSettings) -> f64 {
    let peak = 10f64.powf(CEILING_DBTP / 20.0);
    let [first, second] = pair.tones.map(|(hz, share)| signals::sine(hz, share * peak, 0.0, RATE_HZ, 81_600));
    let input: Vec<f32> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
    let output = limited(settings, RATE_HZ, &input);
    // 1 s to settle, half a second to measure, the end left out: there the limiter sees silence coming.
    let measured = &output[48_000..72_000];
    let power: f64 = pair.products_hz.iter().map(|&hz| amplitude_at(measured, hz, RATE_HZ).powi(2)).sum();
    db(power.sqrt() / amplitude_at(measured, pair.reference_hz, RATE_HZ))
}

#[test]
fn two_tones_stay_two_tones() {
    let mut curves = Vec::new();
    for (index, pair) in PAIRS.iter().enumerate() {
        for auto_release in [true, false] {
            let at = |reduction_db: f64| {
                let settings = LimiterSettings { auto_release, release_ms: 100.0, ..driven(reduction_db) };
                (reduction_db, intermodulation_db(pair, &settings))
            };
            curves.push(Curve { pair: index, auto_release, points: REDUCTIONS_DB.map(at).to_vec() });
        }
    }
    figure(&curves).publish();
    for curve in &curves {
        for &(reduction_db, level_db) in &curve.points {
            let name = PAIRS[curve.pair].name;
            assert!(level_db <= PROMISED_DB, "{name}, {reduction_db} dB, auto {}: {level_db} dB", curve.auto_release);
        }
    }
}

fn figure(curves: &[Curve]) -> Figure {
    let title = "Intermodulation of two tones held down by the limiter, 48 kHz";
    let mut table = Table::new(&["intermodulation, dB, at a reduction of", "0.5", "1", "2", "3", "4", "6", "8 dB"]);
    let panels = [0, 1].map(|pair| {
        let y = Axis::linear("intermodulation, dB", -160.0, -60.0, 20.0);
        let mut panel = Panel::new(PAIRS[pair].name, Axis::linear("reduction, dB", 0.0, 9.0, 1.0), y);
        for curve in curves.iter().filter(|curve| curve.pair == pair) {
            let color = if curve.auto_release { BLUE } else { CORAL };
            panel.series(Ink::Line(color), curve.points.iter().copied());
            panel.series(Ink::Dots(color), curve.points.iter().copied());
        }
        panel.promise(PROMISED_DB, "below −90 dB");
        panel
    });
    for Curve { pair, auto_release, points } in curves {
        let release = if *auto_release { "auto release" } else { "release 100 ms" };
        table.row(format!("{}, {release}", PAIRS[*pair].name), points.iter().map(|point| number(point.1, 1)));
    }
    let legend = [(Ink::Line(BLUE), "auto release"), (Ink::Line(CORAL), "release 100 ms")];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &panels);
    Figure { name: "limiter-intermodulation", title, svg, table }
}
