//! What the limiter adds to a tone it holds down.

use super::{
    Figure,
    axis::{Axis, number},
    panel::Panel,
    pen::{BLUE, CORAL, GREY, Ink},
    readings::{CEILING_DBTP, driven, limited},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::limiter::LimiterSettings;
use testkit::{
    rulers::{db, distortion_and_noise_db, rms},
    signals,
};

const RATE_HZ: f64 = 48_000.0;
const PUBLISHED_HZ: [f64; 4] = [50.0, 100.0, 1_000.0, 10_000.0];
/// At the published frequencies.
const PROMISED_DB: f64 = -110.0;
/// Frames in a period of the hardest tones. Just beside such a frequency the samples wander over the wave so slowly
/// that the reading of its peak drifts, and the gain with it.
const LOCKED_PERIODS_FRAMES: [f64; 7] = [5.0, 6.0, 8.0, 10.0, 16.0, 24.0, 48.0];
/// The slowest of them has wandered through all its places after a second.
const BESIDE_HZ: f64 = 0.2;
/// The ripple of the ITU's filter: a tone is read that much higher in one place than in another.
const DRIFT_DB: f64 = 0.25;

/// Distortion and noise over frequency of one setting.
struct Curve {
    reduction_db: f64,
    auto_release: bool,
    /// (Hz, dB).
    points: Vec<(f64, f64)>,
    /// The same for the hardest tones.
    locked: Vec<(f64, f64)>,
    /// How far the level of the worst of them drifts, in dB.
    drift_db: f64,
}

impl Curve {
    fn new(reduction_db: f64, auto_release: bool) -> Self {
        let settings = LimiterSettings { auto_release, release_ms: 100.0, ..driven(reduction_db) };
        let steps = (0..=32).map(|step| 20.0 * 500f64.powf(f64::from(step) / 32.0));
        let mut frequencies_hz: Vec<f64> = steps.chain(PUBLISHED_HZ).collect();
        frequencies_hz.sort_by(f64::total_cmp);
        let distortion = |hz: f64| (hz, distortion_and_noise_db(&held(hz, &settings, 0.35), hz, RATE_HZ));
        let points = frequencies_hz.into_iter().map(distortion).collect();

        let (mut locked, mut drift_db) = (Vec::new(), 0.0f64);
        for hz in LOCKED_PERIODS_FRAMES.map(|frames| RATE_HZ / frames + BESIDE_HZ) {
            let tone = held(hz, &settings, 1.0);
            locked.push((hz, distortion_and_noise_db(&tone, hz, RATE_HZ)));
            // Fifty milliseconds hold so many periods that a part of one does not matter.
            let levels_db = tone.chunks(2_400).map(|piece| db(rms(piece)));
            let (lowest, highest) = levels_db.fold((0.0f64, -200.0f64), |(low, high), db| (low.min(db), high.max(db)));
            drift_db = drift_db.max(highest - lowest);
        }
        Self { reduction_db, auto_release, points, locked, drift_db }
    }
}

/// What leaves the limiter of a tone at the ceiling and driven, once the gain has settled.
fn held(frequency_hz: f64, settings: &LimiterSettings, seconds: f64) -> Vec<f32> {
    const SETTLING_FRAMES: usize = 62_400;
    let end_frame = SETTLING_FRAMES + (seconds * RATE_HZ) as usize;
    let amplitude = 10f64.powf(CEILING_DBTP / 20.0);
    // The end is left out: there the limiter sees silence coming.
    let input = signals::sine(frequency_hz, amplitude, 0.0, RATE_HZ, end_frame + 2_400);
    limited(settings, RATE_HZ, &input)[SETTLING_FRAMES..end_frame].to_vec()
}

#[test]
fn a_held_tone_stays_clean() {
    let curves = [(3.0, true), (3.0, false), (6.0, true), (6.0, false)]
        .map(|(reduction_db, auto_release)| Curve::new(reduction_db, auto_release));
    figure(&curves).publish();
    for Curve { reduction_db, auto_release, points, drift_db, .. } in &curves {
        let setting = format!("{reduction_db} dB, auto {auto_release}");
        for &(hz, db) in points {
            // Elsewhere the tone may be beside one of those frequencies, if not as close.
            let allowed_db = if PUBLISHED_HZ.contains(&hz) { PROMISED_DB } else { -80.0 };
            assert!(db <= allowed_db, "{hz} Hz, {setting}: {db} dB");
        }
        assert!(*drift_db <= DRIFT_DB, "{setting}: the level drifts by {drift_db} dB");
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
        panel.promise(PROMISED_DB, "published tones: −110 dB");
        panel
    };
    let mut table = Table::new(&[
        "THD+N, dB",
        "20 Hz",
        "50 Hz",
        "100 Hz",
        "1 kHz",
        "10 kHz",
        "hardest tone",
        "its level drifts by",
    ]);
    for Curve { reduction_db, auto_release, points, locked, drift_db } in curves {
        let release = if *auto_release { "auto release" } else { "release 100 ms" };
        let wanted = [20.0].into_iter().chain(PUBLISHED_HZ);
        let at = |hz: f64| points.iter().find(|point| (point.0 - hz).abs() < 1e-9).unwrap().1;
        let hardest_db = locked.iter().map(|point| point.1).fold(f64::MIN, f64::max);
        let levels = wanted.map(at).chain([hardest_db]).map(|db| number(db, 1));
        let cells = levels.chain([format!("{} dB", number(*drift_db, 2))]);
        table.row(format!("{reduction_db} dB of reduction, {release}"), cells);
    }
    let legend = [
        (Ink::Line(BLUE), "auto release"),
        (Ink::Line(CORAL), "release 100 ms"),
        (Ink::Dots(GREY), "hardest tones: 0.2 Hz beside 1/5, 1/6, 1/8 … of the sample rate"),
    ];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel(3.0), panel(6.0)]);
    Figure { name: "limiter-distortion", title, svg, table }
}
