//! What becomes of a curve near the end of the band: the analogue model, ours, and the usual digital copy.

use super::{
    Figure,
    analogue::{Band, Shape},
    axis::{Axis, number},
    sheet::{self, AMBER, Arrangement, BLUE, CORAL, CYAN, GREY, Ink, Panel, Side, VIOLET},
    table::Table,
};

#[test]
fn curves_keep_their_shape_up_to_20_khz() {
    let figure = figure();
    figure.publish();
    for (band, name, ..) in BANDS {
        // Of the low-pass what still matters of its slope.
        let error_db = band.error_db(&band.measured_db());
        assert!(error_db <= 0.6, "{name}: {error_db} dB");
    }
}

const fn band(shape: Shape, frequency_hz: f64, gain_db: f64, q: f64) -> Band {
    Band { shape, frequency_hz, gain_db, q }
}

const BANDS: [(Band, &str, plotters::style::RGBColor, f64, Side); 5] = [
    (band(Shape::HighShelf, 8_000.0, 6.0, 0.71), "high shelf 8 kHz +6 dB", AMBER, 4_600.0, Side::Above),
    (band(Shape::Bell, 14_000.0, 9.0, 1.0), "bell 14 kHz +9 dB, Q 1", BLUE, 12_600.0, Side::Above),
    (band(Shape::Bell, 10_000.0, -6.0, 0.7), "bell 10 kHz −6 dB, Q 0.7", CYAN, 6_000.0, Side::Below),
    (band(Shape::Bell, 16_000.0, -10.0, 2.0), "bell 16 kHz −10 dB, Q 2", VIOLET, 15_400.0, Side::Below),
    (band(Shape::LowPass, 18_000.0, 0.0, std::f64::consts::FRAC_1_SQRT_2), "low-pass 18 kHz", CORAL, 0.0, Side::Below),
];

fn figure() -> Figure {
    let title = "Curves near 20 kHz at 44.1 kHz: the model, this equalizer, the cookbook";
    let mut panel = Panel::new("", Axis::frequency(2_000.0, 20_000.0), Axis::linear("gain, dB", -12.0, 12.0, 3.0));
    let mut table = Table::new(&["largest error 20 Hz–20 kHz, dB", "this equalizer", "cookbook"]);
    for (band, name, color, label_hz, side) in BANDS {
        let (measured, cookbook) = (band.measured_db(), band.cookbook_db());
        table.row(name, [number(band.error_db(&measured), 2), number(band.error_db(&cookbook), 2)]);
        panel.series(Ink::ThinLine(GREY), cookbook);
        panel.series(Ink::Line(color), measured.iter().copied());
        let analogue = measured.iter().step_by(9).map(|&(hz, _)| (hz, band.analogue_db(hz)));
        panel.series(Ink::Dots(sheet::DARK), analogue);
        let label_hz = if label_hz > 0.0 { label_hz } else { 4_000.0 };
        panel.note((label_hz, band.analogue_db(label_hz)), side, color, name);
    }
    let legend = [
        (Ink::Line(BLUE), "this equalizer"),
        (Ink::Dots(sheet::DARK), "analogue model"),
        (Ink::ThinLine(GREY), "cookbook"),
    ];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel]);
    Figure { name: "equalizer-curves", title, svg, table }
}
