//! How the compressor's gain moves after a step, and when 63 % of the way are done.

use super::{
    Figure,
    axis::{Axis, number},
    panel::{Panel, Side},
    pen::{AMBER, BLUE, CORAL, DARK, GREY, Ink},
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
const REDUCTION_DB: f64 = 12.0;
/// What is left of a way when 63 % are done.
const LEFT: f64 = 0.367_879_441_171_442_33;

/// One pair of settings and the gain it gave.
struct Step {
    attack_ms: f64,
    release_ms: f64,
    color: RGBColor,
    /// (ms since the step, gain in dB), one point a frame.
    attack: Vec<(f64, f64)>,
    release: Vec<(f64, f64)>,
}

/// All steps of the figure.
pub struct Measured {
    steps: [Step; 3],
    automatic: Vec<(f64, f64)>,
}

fn settings(attack_ms: f64, release_ms: f64) -> CompressorSettings {
    CompressorSettings {
        on: true,
        threshold_db: -26.0,
        ratio: 4.0,
        knee_db: 0.0,
        attack_ms: attack_ms as f32,
        release_ms: release_ms as f32,
        ..CompressorSettings::default()
    }
}

/// Gain over time while the level steps from −60 to −10 dBFS, and back.
fn gains(settings: &CompressorSettings, loud_ms: f64, quiet_ms: f64) -> [Vec<(f64, f64)>; 2] {
    let mut compressor = Compressor::new(Format::mono(RATE_HZ));
    compressor.set(settings);
    [(-10.0, loud_ms), (-60.0, quiet_ms)].map(|(level_db, time_ms)| {
        // Of a square wave every frame has the same level.
        let frames = (time_ms * 0.001 * RATE_HZ) as usize;
        let input = signals::square(500.0, 10f64.powf(level_db / 20.0), RATE_HZ, frames);
        let mut output = input.clone();
        compressor.process(&mut [&mut output]);
        let gain_db = |(x, y): (&f32, &f32)| db(f64::from(*y) / f64::from(*x));
        let time_ms = |frame: usize| (frame + 1) as f64 * 1_000.0 / RATE_HZ;
        input.iter().zip(&output).map(gain_db).enumerate().map(|(frame, gain_db)| (time_ms(frame), gain_db)).collect()
    })
}

pub fn measured() -> Measured {
    let steps =
        [(5.0, 60.0, BLUE), (15.0, 120.0, AMBER), (30.0, 250.0, CORAL)].map(|(attack_ms, release_ms, color)| {
            let [attack, release] = gains(&settings(attack_ms, release_ms), 400.0, 3_000.0);
            Step { attack_ms, release_ms, color, attack, release }
        });
    // Long enough to count as lasting.
    let automatic = CompressorSettings { auto_release: true, ..settings(15.0, 120.0) };
    let [_, automatic] = gains(&automatic, 2_000.0, 6_000.0);
    Measured { steps, automatic }
}

/// The first moment at which the gain has passed a level.
fn passes_ms(curve: &[(f64, f64)], wanted_db: f64) -> f64 {
    let falls = curve.first().unwrap().1 > curve.last().unwrap().1;
    curve.iter().find(|point| if falls { point.1 <= wanted_db } else { point.1 >= wanted_db }).unwrap().0
}

impl Step {
    fn attack_63_ms(&self) -> f64 {
        passes_ms(&self.attack, -REDUCTION_DB * (1.0 - LEFT))
    }

    fn release_63_ms(&self) -> f64 {
        passes_ms(&self.release, -REDUCTION_DB * LEFT)
    }
}

#[test]
fn attack_and_release_mean_63_percent() {
    let measured = measured();
    measured.figure().publish();
    for step in &measured.steps {
        // Two percent and a frame.
        let is_right =
            |measured_ms: f64, set_ms: f64| (measured_ms - set_ms).abs() <= 0.02 * set_ms + 1_000.0 / RATE_HZ;
        assert!(is_right(step.attack_63_ms(), step.attack_ms), "attack {} ms", step.attack_63_ms());
        assert!(is_right(step.release_63_ms(), step.release_ms), "release {} ms", step.release_63_ms());
    }
}

impl Measured {
    pub fn figure(&self) -> Figure {
        let title = "A step up and a step down: 12 dB of reduction come and go";
        let y = || Axis::linear("gain, dB", -13.0, 1.0, 3.0);
        let mut attack = Panel::new("attack", Axis::linear("time after the step up, ms", 0.0, 100.0, 20.0), y());
        let mut release = Panel::new("release", Axis::linear("time after the step down, ms", 0.0, 1_000.0, 200.0), y());
        attack.promise(-REDUCTION_DB * (1.0 - LEFT), "63 % of the way down");
        release.promise(-REDUCTION_DB * LEFT, "63 % of the way up");
        release.series(Ink::Dashes(GREY), thinned(&self.automatic));
        let mut table = Table::new(&["set", "measured attack (63 %), ms", "measured release (63 %), ms"]);
        for step in &self.steps {
            attack.series(Ink::Line(step.color), thinned(&step.attack));
            release.series(Ink::Line(step.color), thinned(&step.release));
            let set = format!("attack {} ms, release {} ms", step.attack_ms, step.release_ms);
            table.row(set, [number(step.attack_63_ms(), 2), number(step.release_63_ms(), 1)]);
        }
        let marks = |value: fn(&Step) -> f64, db: f64| self.steps.each_ref().map(|step| (value(step), db));
        attack.series(Ink::Dots(DARK), marks(Step::attack_63_ms, -REDUCTION_DB * (1.0 - LEFT)));
        release.series(Ink::Dots(DARK), marks(Step::release_63_ms, -REDUCTION_DB * LEFT));
        let words = |set_ms: f64, measured_ms: f64, decimals: usize| {
            format!("set to {set_ms} ms, measured {} ms", number(measured_ms, decimals))
        };
        let attack_words = self.steps.iter().map(|s| (s.color, words(s.attack_ms, s.attack_63_ms(), 2)));
        attack.list((100.0, -1.0), Side::Left, attack_words);
        let release_words = self.steps.iter().map(|s| (s.color, words(s.release_ms, s.release_63_ms(), 1)));
        release.list((1_000.0, -9.5), Side::Left, release_words);
        let automatic_63_ms = passes_ms(&self.automatic, -REDUCTION_DB * LEFT);
        table.row("auto release after 2 s of reduction", ["—".to_owned(), number(automatic_63_ms, 1)]);
        let legend = [
            (Ink::Line(BLUE), "5 and 60 ms"),
            (Ink::Line(AMBER), "15 and 120 ms"),
            (Ink::Line(CORAL), "30 and 250 ms"),
            (Ink::Dashes(GREY), "auto release after 2 s of reduction"),
        ];
        let svg = sheet::draw(title, &legend, Arrangement::Beside, &[attack, release]);
        Figure { name: "compressor-timing", title, svg, table }
    }
}

/// One point a millisecond: as many as a page can show.
fn thinned(curve: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    curve.iter().copied().step_by(48)
}
