//! The noise a word length costs, over frequency.

use super::{
    Figure,
    axis::{Axis, number},
    panel::{Panel, Side},
    pen::{AMBER, BLUE, CORAL, CYAN, GREY, Ink},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::{
    dither::{Dither, WordLength},
    format::Format,
};
use plotters::style::RGBColor;
use testkit::{signals, spectrum};

const RATE_HZ: f64 = 48_000.0;
/// At this rate 16 bits are not shaped.
const UNSHAPED_RATE_HZ: f64 = 96_000.0;

/// The error of one word length at one rate.
struct Noise {
    name: &'static str,
    color: RGBColor,
    bits: i32,
    is_shaped: bool,
    /// Power in squared steps.
    power: f64,
    /// (Hz, dBFS in 1 Hz; 0 dBFS is a mean square of one).
    density_db: Vec<(f64, f64)>,
}

impl Noise {
    fn new(name: &'static str, color: RGBColor, word_length: WordLength, bits: i32, rate_hz: f64) -> Self {
        let steps = 2f64.powi(bits - 1);
        // Something to round that single precision holds exactly enough near 24 bits.
        let input = signals::white_noise(3, 1e-3, 400_000);
        let mut output = input.clone();
        let mut dither = Dither::new(Format::mono(rate_hz));
        dither.set(word_length);
        dither.process(&mut [&mut output]);
        let errors: Vec<f64> = output.iter().zip(&input).map(|(&y, &x)| f64::from(y) - f64::from(x)).collect();
        let power = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64 * steps * steps;
        let density = spectrum::power_density(&errors, 1_024, rate_hz);
        let density_db = density.into_iter().skip(1).map(|(hz, power)| (hz, 10.0 * power.log10())).collect();
        Self { name, color, bits, is_shaped: bits == 16 && rate_hz == RATE_HZ, power, density_db }
    }

    /// The same power spread evenly over the band, as TPDF should: a quarter of a squared step.
    fn ideal_db(bits: i32, rate_hz: f64) -> f64 {
        10.0 * (0.25 / 4f64.powi(bits - 1) / (0.5 * rate_hz)).log10()
    }

    fn at_db(&self, from_hz: f64, to_hz: f64) -> f64 {
        let band = self.density_db.iter().filter(|point| (from_hz..=to_hz).contains(&point.0));
        let (sum, count) = band.fold((0.0, 0.0), |(sum, count), point| (sum + 10f64.powf(point.1 / 10.0), count + 1.0));
        10.0 * f64::log10(sum / count)
    }
}

#[test]
fn dither_noise_is_even_or_moved_out_of_hearing() {
    let noises = [
        Noise::new("16 bit, shaped", CORAL, WordLength::Bits16, 16, RATE_HZ),
        Noise::new("20 bit", AMBER, WordLength::Bits20, 20, RATE_HZ),
        Noise::new("24 bit", BLUE, WordLength::Bits24, 24, RATE_HZ),
        Noise::new("16 bit at 96 kHz", CYAN, WordLength::Bits16, 16, UNSHAPED_RATE_HZ),
    ];
    figure(&noises).publish();
    for noise in &noises {
        let Noise { name, power, is_shaped, .. } = noise;
        if *is_shaped {
            let flat_db = Noise::ideal_db(16, RATE_HZ);
            let (keen, deaf) = (noise.at_db(3_000.0, 5_000.0) - flat_db, noise.at_db(20_000.0, 23_000.0) - flat_db);
            assert!(keen < -10.0 && deaf > 10.0, "{name}: {keen} dB at 3–5 kHz, {deaf} dB above 20 kHz");
        } else {
            // Four standard deviations of an estimate over so many frames.
            assert!((power - 0.25).abs() < 0.002, "{name}: {power} of a squared step");
            let rate_hz = if noise.bits == 16 { UNSHAPED_RATE_HZ } else { RATE_HZ };
            for band_hz in [500.0, 2_000.0, 8_000.0, 18_000.0] {
                let deviation_db = noise.at_db(band_hz, band_hz + 2_000.0) - Noise::ideal_db(noise.bits, rate_hz);
                assert!(deviation_db.abs() < 0.5, "{name}, {band_hz} Hz: {deviation_db} dB");
            }
        }
    }
}

fn figure(noises: &[Noise]) -> Figure {
    let title = "Noise of dither and rounding, 48 kHz";
    let y = Axis::linear("level in a band of 1 Hz, dBFS", -200.0, -100.0, 10.0);
    let mut panel = Panel::new("", Axis::frequency(100.0, 24_000.0), y);
    let mut table =
        Table::new(&["word length", "power, squared steps", "level, dBFS", "3–5 kHz, dBFS/Hz", "20–23 kHz, dBFS/Hz"]);
    for bits in [16, 20, 24] {
        let ideal_db = Noise::ideal_db(bits, RATE_HZ);
        panel.series(Ink::Dashes(GREY), [(100.0, ideal_db), (24_000.0, ideal_db)]);
    }
    for noise in noises {
        let level_db = 10.0 * (noise.power / 4f64.powi(noise.bits - 1)).log10();
        let cells = [
            number(noise.power, 3),
            number(level_db, 1),
            number(noise.at_db(3_000.0, 5_000.0), 1),
            number(noise.at_db(20_000.0, 23_000.0), 1),
        ];
        table.row(noise.name, cells);
    }
    let shown = || noises.iter().filter(|noise| noise.name != "16 bit at 96 kHz");
    for noise in shown() {
        panel.series(Ink::Line(noise.color), noise.density_db.iter().copied());
    }
    for (bits, text) in [(16, "16 bit, flat: ¼ of a squared step"), (20, "20 bit, flat"), (24, "24 bit, flat")] {
        panel.list((130.0, Noise::ideal_db(bits, RATE_HZ) + 3.5), Side::Right, [(GREY, text.to_owned())]);
    }
    let legend: Vec<_> = shown()
        .map(|noise| (Ink::Line(noise.color), noise.name))
        .chain([(Ink::Dashes(GREY), "promised: even noise of LSB²/4")])
        .collect();
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel]);
    Figure { name: "dither-spectrum", title, svg, table }
}
