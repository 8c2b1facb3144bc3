//! How far bells and shelves are from their analogue models, wherever they are set.

use super::{
    Figure,
    analogue::{Band, Shape},
    axis::{Axis, number},
    panel::Panel,
    pen::{AMBER, BLUE, GREY, Ink},
    sheet::{self, Arrangement},
    table::Table,
};

/// The largest error over all widths and both signs, for bands at one frequency.
struct Errors {
    frequency_hz: f64,
    bell_db: f64,
    shelf_db: f64,
    cookbook_db: f64,
}

fn errors_at(frequency_hz: f64, gain_db: f64) -> Errors {
    let mut errors = Errors { frequency_hz, bell_db: 0.0, shelf_db: 0.0, cookbook_db: 0.0 };
    for gain_db in [-gain_db, gain_db] {
        for q in [0.5, 0.7, 1.0, 2.0, 4.0] {
            let bell = Band { shape: Shape::Bell, frequency_hz, gain_db, q };
            errors.bell_db = errors.bell_db.max(bell.error_db(&bell.measured_db()));
            errors.cookbook_db = errors.cookbook_db.max(bell.error_db(&bell.cookbook_db()));
        }
        for (shape, q) in [Shape::LowShelf, Shape::HighShelf].into_iter().flat_map(|s| [0.5, 0.71, 1.0].map(|q| (s, q)))
        {
            let shelf = Band { shape, frequency_hz, gain_db, q };
            errors.shelf_db = errors.shelf_db.max(shelf.error_db(&shelf.measured_db()));
        }
    }
    errors
}

#[test]
fn bands_stay_close_to_their_analogue_curves() {
    // Up to where a band still does something for the ear; 20 kHz is the control's end.
    let frequencies_hz: Vec<f64> = (0..=32).map(|step| 500.0 * 40f64.powf(f64::from(step) / 32.0)).collect();
    let [at_3_db, at_6_db] = [3.0, 6.0].map(|gain_db| -> Vec<Errors> {
        frequencies_hz.iter().map(|&frequency_hz| errors_at(frequency_hz, gain_db)).collect()
    });
    figure(&at_3_db, &at_6_db).publish();
    for (errors, allowed_db) in [(&at_3_db, PROMISED_3_DB), (&at_6_db, PROMISED_6_DB)] {
        for Errors { frequency_hz, bell_db, shelf_db, .. } in errors {
            assert!(*bell_db <= allowed_db, "bell at {frequency_hz} Hz: {bell_db} dB");
            assert!(*shelf_db <= allowed_db, "shelf at {frequency_hz} Hz: {shelf_db} dB");
        }
    }
}

const PROMISED_3_DB: f64 = 0.35;
const PROMISED_6_DB: f64 = 0.6;

fn figure(at_3_db: &[Errors], at_6_db: &[Errors]) -> Figure {
    let panel = |title: &str, errors: &[Errors], promised_db: f64| {
        let y = Axis::logarithmic("largest error 20 Hz–20 kHz, dB", 0.001, 10.0, &[0.001, 0.01, 0.1, 1.0, 10.0]);
        let mut panel = Panel::new(title, Axis::frequency(500.0, 20_000.0), y);
        let curve = |value: fn(&Errors) -> f64| errors.iter().map(move |e| (e.frequency_hz, value(e)));
        panel.series(Ink::Dashes(GREY), curve(|e| e.cookbook_db));
        panel.series(Ink::Line(AMBER), curve(|e| e.shelf_db));
        panel.series(Ink::Line(BLUE), curve(|e| e.bell_db));
        panel.promise(promised_db, &format!("promised: {promised_db} dB"));
        panel
    };
    let mut table = Table::new(&["largest error, dB", "bells", "shelves", "cookbook bells", "promised"]);
    for (gain, errors, promised_db) in [("±3 dB", at_3_db, PROMISED_3_DB), ("±6 dB", at_6_db, PROMISED_6_DB)] {
        let worst = |value: fn(&Errors) -> f64| number(errors.iter().map(value).fold(0.0, f64::max), 2);
        let cells = [worst(|e| e.bell_db), worst(|e| e.shelf_db), worst(|e| e.cookbook_db), number(promised_db, 2)];
        table.row(gain, cells);
    }
    let title = "Distance from the analogue curve at 44.1 kHz, wherever a band is set";
    let legend = [
        (Ink::Line(BLUE), "bells, Q 0.5–4"),
        (Ink::Line(AMBER), "shelves, Q 0.5–1"),
        (Ink::Dashes(GREY), "cookbook bells"),
    ];
    let panels = [panel("gain ±3 dB", at_3_db, PROMISED_3_DB), panel("gain ±6 dB", at_6_db, PROMISED_6_DB)];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &panels);
    Figure { name: "equalizer-error", title, svg, table }
}
