//! What becomes of a curve near the end of the band: the analogue model, ours, and the usual digital copy.

use super::{
    Figure,
    analogue::{Band, Shape},
    axis::{Axis, number},
    panel::{Panel, Side},
    pen::{AMBER, BLUE, CORAL, CYAN, DARK, GREY, Ink, VIOLET},
    sheet::{self, Arrangement},
    table::Table,
};
use plotters::style::RGBColor;

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

/// What is lifted, and what is lowered.
const BANDS: [(Band, &str, RGBColor); 6] = [
    (band(Shape::Bell, 14_000.0, 9.0, 1.0), "bell 14 kHz +9 dB, Q 1", BLUE),
    (band(Shape::Bell, 5_000.0, 4.0, 2.0), "bell 5 kHz +4 dB, Q 2", CYAN),
    (band(Shape::HighShelf, 8_000.0, 6.0, 0.71), "high shelf 8 kHz +6 dB", AMBER),
    (band(Shape::Bell, 10_000.0, -6.0, 0.7), "bell 10 kHz −6 dB, Q 0.7", CYAN),
    (band(Shape::Bell, 16_000.0, -10.0, 2.0), "bell 16 kHz −10 dB, Q 2", VIOLET),
    (band(Shape::LowPass, 18_000.0, 0.0, std::f64::consts::FRAC_1_SQRT_2), "low-pass 18 kHz", CORAL),
];

fn figure() -> Figure {
    let title = "Curves near 20 kHz at 44.1 kHz: the analogue model, this equalizer, the cookbook";
    let mut table = Table::new(&["largest error 20 Hz–20 kHz, dB", "this equalizer", "cookbook"]);
    let (lifting, lowering) = BANDS.split_at(3);
    let panels =
        [(lifting, -1.0, 11.0, 10.0), (lowering, -13.0, 1.0, -10.0)].map(|(bands, low_db, high_db, list_db)| {
            let mut panel =
                Panel::new("", Axis::frequency(2_000.0, 20_000.0), Axis::linear("gain, dB", low_db, high_db, 2.0));
            for (band, name, color) in bands {
                let (measured, cookbook) = (band.measured_db(), band.cookbook_db());
                table.row(*name, [number(band.error_db(&measured), 2), number(band.error_db(&cookbook), 2)]);
                panel.series(Ink::ThinLine(GREY), cookbook);
                panel.series(Ink::Line(*color), measured.iter().copied());
                panel.series(Ink::Dots(DARK), measured.iter().step_by(12).map(|&(hz, _)| (hz, band.analogue_db(hz))));
            }
            panel.list((2_000.0, list_db), Side::Right, bands.iter().map(|&(_, name, color)| (color, name.to_owned())));
            panel
        });
    let legend =
        [(Ink::Line(BLUE), "this equalizer"), (Ink::Dots(DARK), "analogue model"), (Ink::ThinLine(GREY), "cookbook")];
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &panels);
    Figure { name: "equalizer-curves", title, svg, table }
}
