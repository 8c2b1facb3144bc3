//! How far the loudness meter is from the exact values of the EBU's test cases, at every rate.

use super::{
    Figure,
    axis::{Axis, number},
    panel::Panel,
    pen::{AMBER, BLUE, CORAL, CYAN, Ink},
    sheet::{self, Arrangement},
    table::Table,
};
use dsp::{format::Format, meter::loudness::Loudness};
use plotters::style::RGBColor;
use testkit::signals;

const RATES_HZ: [(f64, &str, RGBColor); 4] = [
    (44_100.0, "44.1 kHz", BLUE),
    (48_000.0, "48 kHz", CYAN),
    (96_000.0, "96 kHz", AMBER),
    (192_000.0, "192 kHz", CORAL),
];
const PROMISED_LU: f64 = 0.01;
const SILENCE_DB: f64 = -200.0;

/// A meter, and a tone of 1 kHz on both sides that keeps its phase through all changes of level.
struct Player {
    meter: Loudness,
    /// 10 ms at full scale: ten periods.
    tone: Vec<f32>,
    /// The reading furthest from what it should be so far, minus that.
    worst_lu: f64,
}

impl Player {
    fn new(rate_hz: f64) -> Self {
        let tone = signals::sine(1_000.0, 1.0, 0.0, rate_hz, (rate_hz / 100.0) as usize);
        Self { meter: Loudness::new(Format::stereo(rate_hz)), tone, worst_lu: 0.0 }
    }

    /// Plays (seconds, dBFS) after (seconds, dBFS), and looks every 10 ms.
    fn play(&mut self, parts: &[(f64, f64)], mut look: impl FnMut(&mut Self)) {
        for &(seconds, level_dbfs) in parts {
            let amplitude = if level_dbfs <= SILENCE_DB { 0.0 } else { 10f64.powf(level_dbfs / 20.0) };
            let block: Vec<f32> = self.tone.iter().map(|&x| (amplitude * f64::from(x)) as f32).collect();
            for _ in 0..(seconds * 100.0).round() as usize {
                self.meter.process(&[&block, &block]);
                look(self);
            }
        }
    }

    /// Compares a reading with what an ideal meter shows.
    fn compare(&mut self, reading: f64, exact: f64) {
        if (reading - exact).abs() >= self.worst_lu.abs() {
            self.worst_lu = reading - exact;
        }
    }
}

/// Plays a case and returns the deviation of its worst reading, in LU.
type Case = fn(&mut Player);

/// EBU Tech 3341 v4, table 1, and Tech 3342 v4; the values beside them are those of an ideal meter, computed by two
/// other programs. Cases 7 and 8 (5 and 6 of Tech 3342) are recordings, case 6 has five channels.
const CASES: [(&str, Case); 15] = [
    ("3341-1", |player| steady(player, -23.0, -22.993)),
    ("3341-2", |player| steady(player, -33.0, -32.993)),
    ("3341-3", |player| integrated(player, &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)], -23.014)),
    ("3341-4", |player| {
        integrated(player, &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)], -23.014);
    }),
    ("3341-5", |player| integrated(player, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)], -22.979)),
    ("3341-9", |player| {
        player.play(&[(1.34, -20.0), (1.66, -30.0)], |_| {});
        player.play(&[(1.34, -20.0), (1.66, -30.0)].repeat(4), |p| p.compare(p.meter.short_term_lufs(), -22.986));
    }),
    ("3341-10", |player| {
        for start in 0..20 {
            player.meter.reset();
            player.play(&[(f64::from(start) * 0.15, SILENCE_DB), (3.0, -23.0), (1.0, SILENCE_DB)], |_| {});
            player.compare(player.meter.max_short_term_lufs(), -22.993);
        }
    }),
    ("3341-11", |player| {
        for start in 0..20 {
            let (before, level_dbfs) = (f64::from(start) * 0.15, -38.0 + f64::from(start));
            player.play(&[(before, SILENCE_DB), (3.0, level_dbfs), (3.0 - before, SILENCE_DB)], |_| {});
            player.compare(player.meter.max_short_term_lufs(), level_dbfs + 0.007);
        }
    }),
    ("3341-12", |player| {
        player.play(&[(0.18, -20.0), (0.22, -30.0)].repeat(3), |_| {});
        player.play(&[(0.18, -20.0), (0.22, -30.0)].repeat(22), |p| p.compare(p.meter.momentary_lufs(), -22.960));
    }),
    ("3341-13", |player| {
        for start in 0..20 {
            player.meter.reset();
            player.play(&[(f64::from(start) * 0.02, SILENCE_DB), (0.4, -23.0), (1.0, SILENCE_DB)], |_| {});
            player.compare(player.meter.max_momentary_lufs(), -22.994);
        }
    }),
    ("3341-14", |player| {
        for start in 0..20 {
            let (before, level_dbfs) = (f64::from(start) * 0.02, -38.0 + f64::from(start));
            player.play(&[(before, SILENCE_DB), (0.4, level_dbfs), (0.4 - before, SILENCE_DB)], |_| {});
            player.compare(player.meter.max_momentary_lufs(), level_dbfs + 0.006);
        }
    }),
    ("3342-1", |player| range(player, &[-20.0, -30.0], 10.0)),
    ("3342-2", |player| range(player, &[-20.0, -15.0], 5.0)),
    ("3342-3", |player| range(player, &[-40.0, -20.0], 20.0)),
    ("3342-4", |player| range(player, &[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0)),
];

fn steady(player: &mut Player, level_dbfs: f64, exact_lufs: f64) {
    integrated(player, &[(20.0, level_dbfs)], exact_lufs);
    player.compare(player.meter.momentary_lufs(), exact_lufs);
    player.compare(player.meter.short_term_lufs(), exact_lufs);
}

fn integrated(player: &mut Player, parts: &[(f64, f64)], exact_lufs: f64) {
    player.play(parts, |_| {});
    player.compare(player.meter.integrated_lufs(), exact_lufs);
}

/// Twenty seconds at each level.
fn range(player: &mut Player, levels_dbfs: &[f64], exact_lu: f64) {
    let parts: Vec<(f64, f64)> = levels_dbfs.iter().map(|&level_dbfs| (20.0, level_dbfs)).collect();
    player.play(&parts, |_| {});
    player.compare(player.meter.range_lu(), exact_lu);
}

#[test]
fn every_case_reads_what_an_ideal_meter_reads() {
    let deviations_lu = CASES.map(|(_, case)| {
        RATES_HZ.map(|(rate_hz, ..)| {
            let mut player = Player::new(rate_hz);
            case(&mut player);
            player.worst_lu
        })
    });
    figure(&deviations_lu).publish();
    for ((name, _), deviations_lu) in CASES.iter().zip(&deviations_lu) {
        for ((_, rate, _), deviation_lu) in RATES_HZ.iter().zip(deviations_lu) {
            assert!(deviation_lu.abs() <= PROMISED_LU, "{name} at {rate}: {deviation_lu} LU");
        }
    }
}

fn figure(deviations_lu: &[[f64; RATES_HZ.len()]]) -> Figure {
    let title = "Loudness meter: deviation from the exact value of each EBU case";
    let names = CASES.map(|(name, _)| name.replace('-', "\ncase "));
    let mut panel = Panel::new("", Axis::names(&names), Axis::linear("reading minus exact, LU", -0.014, 0.014, 0.005));
    let mut table = Table::new(&["reading minus exact, LU", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"]);
    for (place, ((name, _), deviations_lu)) in CASES.iter().zip(deviations_lu).enumerate() {
        for (index, ((.., color), deviation_lu)) in RATES_HZ.iter().zip(deviations_lu).enumerate() {
            panel.series(Ink::Dots(*color), [(place as f64 - 0.27 + 0.18 * index as f64, *deviation_lu)]);
        }
        table.row(format!("Tech {}", name.replace('-', " case ")), deviations_lu.iter().map(|lu| number(*lu, 4)));
    }
    panel.promise(PROMISED_LU, "promised: ±0.01 LU (the EBU allows ±0.1 LU, and ±1 LU for a range)");
    panel.promise(-PROMISED_LU, "");
    let legend = RATES_HZ.map(|(_, name, color)| (Ink::Dots(color), name));
    let svg = sheet::draw(title, &legend, Arrangement::Beside, &[panel]);
    Figure { name: "meter-deviation", title, svg, table }
}
