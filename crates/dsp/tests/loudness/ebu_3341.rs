//! EBU Tech 3341 v4, cases 1–6 and 9–14. Cases 7 and 8 are recordings (`ebu_wavs`), 15–23 are for the true-peak meter.

use super::{BLOCK_FRAMES, Part, RATES_HZ, figures, measured, play, stereo, tone};
use dsp::meter::loudness::{Loudness, SURROUND_WEIGHTS};
use dsp::units::SILENCE_DB;

/// What the document allows around its figure.
const ALLOWED_LU: f64 = 0.1;
/// What is left to us around the figure of an ideal meter: mostly the shelf, which the bilinear transform bends a little
/// differently at each rate.
const EXACT_LU: f64 = 0.01;

/// The largest deviation of one case at one rate, from the figures of an ideal meter.
struct Worst {
    case: &'static str,
    rate_hz: usize,
    deviation_lu: f64,
}

impl Worst {
    fn new(case: &'static str, rate_hz: usize) -> Self {
        Self { case, rate_hz, deviation_lu: 0.0 }
    }

    #[track_caller]
    fn check(&mut self, reading: f64, specified: f64, exact: f64) {
        let Self { case, rate_hz, .. } = self;
        assert!((reading - specified).abs() <= ALLOWED_LU, "{case}, {rate_hz} Hz: {reading} instead of {specified}");
        assert!((reading - exact).abs() <= EXACT_LU, "{case}, {rate_hz} Hz: {reading}, exact {exact}");
        if (reading - exact).abs() > self.deviation_lu.abs() {
            self.deviation_lu = reading - exact;
        }
    }
}

impl Drop for Worst {
    fn drop(&mut self) {
        println!("3341 case {}, {} Hz: {:+.4} LU from exact", self.case, self.rate_hz, self.deviation_lu);
    }
}

fn assert_steady(case: &'static str, level_db: f64) {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new(case, rate_hz);
        let samples = tone(rate_hz, &[(20.0, level_db)]);
        let meter = play(stereo(rate_hz), rate_hz, &[&samples, &samples], |step, meter| {
            if step >= 100 {
                worst.check(meter.momentary_lufs(), level_db, level_db + 0.007);
            }
            if step >= 300 {
                worst.check(meter.short_term_lufs(), level_db, level_db + 0.007);
            }
        });
        worst.check(meter.integrated_lufs(), level_db, level_db + 0.007);
    }
}

#[test]
fn ebu_3341_case_01_steady_tone() {
    assert_steady("01", -23.0);
}

#[test]
fn ebu_3341_case_02_steady_quiet_tone() {
    assert_steady("02", -33.0);
}

fn assert_integrated(case: &'static str, parts: &[Part], exact_lufs: f64) {
    for rate_hz in RATES_HZ {
        Worst::new(case, rate_hz).check(measured(rate_hz, parts).integrated_lufs(), -23.0, exact_lufs);
    }
}

#[test]
fn ebu_3341_case_03_relative_gate() {
    assert_integrated("03", &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)], -23.014);
}

#[test]
fn ebu_3341_case_04_both_gates() {
    let parts = [(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)];
    assert_integrated("04", &parts, -23.014);
}

#[test]
fn ebu_3341_case_05_loud_middle() {
    assert_integrated("05", &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)], -22.979);
}

#[test]
fn ebu_3341_case_06_five_channels() {
    for rate_hz in RATES_HZ {
        let [sides, centre, surrounds] = [-28.0, -24.0, -30.0].map(|level_db| tone(rate_hz, &[(20.0, level_db)]));
        let meter = Loudness::with_weights(rate_hz as f64, &SURROUND_WEIGHTS);
        let meter = play(meter, rate_hz, &[&sides, &sides, &centre, &surrounds, &surrounds], |_, _| {});
        Worst::new("06", rate_hz).check(meter.integrated_lufs(), -23.0, -23.016);
    }
}

#[test]
fn ebu_3341_case_09_short_term_is_flat() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("09", rate_hz);
        let samples = tone(rate_hz, &[(1.34, -20.0), (1.66, -30.0)].repeat(5));
        play(stereo(rate_hz), rate_hz, &[&samples, &samples], |step, meter| {
            if step >= 300 {
                worst.check(meter.short_term_lufs(), -23.0, -22.986);
            }
        });
    }
}

#[test]
fn ebu_3341_case_10_max_short_term_of_a_file() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("10", rate_hz);
        for start in 0..20 {
            let meter = measured(rate_hz, &[(f64::from(start) * 0.15, SILENCE_DB), (3.0, -23.0), (1.0, SILENCE_DB)]);
            worst.check(meter.max_short_term_lufs(), -23.0, -22.993);
        }
    }
}

/// Twenty bursts, each 1 dB louder than the one before and each later in its slot.
fn rising_bursts(step_seconds: f64, burst_seconds: f64) -> Vec<Part> {
    let burst = |index: i32| {
        let before_seconds = f64::from(index) * step_seconds;
        let level_db = -38.0 + f64::from(index);
        [(before_seconds, SILENCE_DB), (burst_seconds, level_db), (burst_seconds - before_seconds, SILENCE_DB)]
    };
    (0..20).flat_map(burst).collect()
}

#[test]
fn ebu_3341_case_11_max_short_term_live() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("11", rate_hz);
        let samples = tone(rate_hz, &rising_bursts(0.15, 3.0));
        play(stereo(rate_hz), rate_hz, &[&samples, &samples], |step, meter| {
            if step.is_multiple_of(600) {
                let level_db = -39.0 + (step / 600) as f64;
                worst.check(meter.max_short_term_lufs(), level_db, level_db + 0.007);
            }
        });
    }
}

#[test]
fn ebu_3341_case_12_momentary_is_flat() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("12", rate_hz);
        let samples = tone(rate_hz, &[(0.18, -20.0), (0.22, -30.0)].repeat(25));
        play(stereo(rate_hz), rate_hz, &[&samples, &samples], |step, meter| {
            if step >= 100 {
                worst.check(meter.momentary_lufs(), -23.0, -22.960);
            }
        });
    }
}

#[test]
fn ebu_3341_case_13_max_momentary_of_a_file() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("13", rate_hz);
        for start in 0..20 {
            let meter = measured(rate_hz, &[(f64::from(start) * 0.02, SILENCE_DB), (0.4, -23.0), (1.0, SILENCE_DB)]);
            worst.check(meter.max_momentary_lufs(), -23.0, -22.994);
        }
    }
}

#[test]
fn ebu_3341_case_14_max_momentary_live() {
    for rate_hz in RATES_HZ {
        let mut worst = Worst::new("14", rate_hz);
        let samples = tone(rate_hz, &rising_bursts(0.02, 0.4));
        play(stereo(rate_hz), rate_hz, &[&samples, &samples], |step, meter| {
            if step.is_multiple_of(80) {
                let level_db = -39.0 + (step / 80) as f64;
                worst.check(meter.max_momentary_lufs(), level_db, level_db + 0.006);
            }
        });
    }
}

/// `play` feeds every case in steady and in changing blocks; here each size stands alone.
#[test]
fn the_cases_read_the_same_bits_in_blocks_of_every_size() {
    let cases: [&[Part]; 2] = [&[(1.34, -20.0), (1.66, -30.0)].repeat(2), &rising_bursts(0.02, 0.4)[..15]];
    for rate_hz in RATES_HZ {
        for samples in cases.map(|parts| tone(rate_hz, parts)) {
            let mut whole = stereo(rate_hz);
            whole.process(&[&samples, &samples]);
            for block_frames in BLOCK_FRAMES {
                let mut meter = stereo(rate_hz);
                samples.chunks(block_frames).for_each(|block| meter.process(&[block, block]));
                assert_eq!(figures(&meter), figures(&whole), "{rate_hz} Hz, blocks of {block_frames}");
            }
        }
    }
}
