//! The loudness meter against EBU Tech 3341 and 3342, against libebur128's Rust port, and against itself.
//!
//! The EBU's test signals are synthesised from the tables of its documents; "exact" values are those of an ideal meter,
//! computed by two other programs. Cases 7 and 8 (and 5 and 6 of Tech 3342) are recordings, case 6 needs five channels.

use dsp::format::Format;
use dsp::meter::k_weighting::KWeighting;
use dsp::meter::loudness::Loudness;
use dsp::units::{SILENCE_DB, db_from_gain, gain_from_db};
use ebur128::{EbuR128, Mode};
use std::f64::consts::TAU;

const RATES_HZ: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];
/// What an ideal meter may differ by at other rates, and what single precision adds.
const EXACT_LU: f64 = 0.01;

/// A tone of 1 kHz, one phase throughout, at (seconds, dBFS) after (seconds, dBFS).
fn tone(rate_hz: f64, segments: &[(f64, f64)]) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut end_seconds = 0.0;
    for &(seconds, level_db) in segments {
        end_seconds += seconds;
        let amplitude = gain_from_db(level_db);
        while samples.len() < (end_seconds * rate_hz).round() as usize {
            // The phase is reduced first: a sine of a large angle is slow.
            let turns = samples.len() as f64 * 1000.0 / rate_hz;
            samples.push((amplitude * (TAU * turns.fract()).sin()) as f32);
        }
    }
    samples
}

/// Plays the tone on both sides and looks at the meter every 10 ms of the grid.
fn play(meter: &mut Loudness, rate_hz: f64, segments: &[(f64, f64)], mut look: impl FnMut(f64, &Loudness)) {
    for (index, block) in tone(rate_hz, segments).chunks((rate_hz / 100.0) as usize).enumerate() {
        meter.process(&[block, block]);
        look((index + 1) as f64 * 0.01, meter);
    }
}

fn measured(rate_hz: f64, segments: &[(f64, f64)]) -> Loudness {
    let mut meter = Loudness::new(Format::stereo(rate_hz));
    let samples = tone(rate_hz, segments);
    meter.process(&[&samples, &samples]);
    meter
}

fn assert_lu(reading: f64, expected: f64, tolerance_lu: f64, what: &str) {
    assert!((reading - expected).abs() <= tolerance_lu, "{what}: {reading} instead of {expected}");
}

#[test]
fn ebu_3341_case_01_and_02_steady_tone() {
    for rate_hz in RATES_HZ {
        for (level_db, expected) in [(-23.0, -22.993), (-33.0, -32.993)] {
            let meter = measured(rate_hz, &[(20.0, level_db)]);
            for reading in [meter.momentary_lufs(), meter.short_term_lufs(), meter.integrated_lufs()] {
                assert_lu(reading, expected, EXACT_LU, &format!("{rate_hz} Hz"));
            }
        }
    }
}

#[test]
fn ebu_3341_case_03_relative_gate() {
    for rate_hz in RATES_HZ {
        let meter = measured(rate_hz, &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)]);
        assert_lu(meter.integrated_lufs(), -23.014, EXACT_LU, &format!("{rate_hz} Hz"));
    }
}

#[test]
fn ebu_3341_case_04_both_gates() {
    for rate_hz in [44_100.0, 48_000.0] {
        let meter = measured(rate_hz, &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)]);
        assert_lu(meter.integrated_lufs(), -23.014, EXACT_LU, &format!("{rate_hz} Hz"));
    }
}

#[test]
fn ebu_3341_case_05_loud_middle() {
    for rate_hz in [44_100.0, 48_000.0] {
        let meter = measured(rate_hz, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]);
        assert_lu(meter.integrated_lufs(), -22.979, EXACT_LU, &format!("{rate_hz} Hz"));
    }
}

#[test]
fn ebu_3341_case_09_short_term_is_flat() {
    for rate_hz in RATES_HZ {
        let mut meter = Loudness::new(Format::stereo(rate_hz));
        play(&mut meter, rate_hz, &[(1.34, -20.0), (1.66, -30.0)].repeat(5), |seconds, meter| {
            if seconds >= 3.0 {
                assert_lu(meter.short_term_lufs(), -22.986, EXACT_LU, &format!("{rate_hz} Hz, {seconds} s"));
            }
        });
    }
}

#[test]
fn ebu_3341_case_10_max_short_term_of_a_file() {
    for rate_hz in [44_100.0, 48_000.0] {
        for start in 0..20 {
            let meter = measured(rate_hz, &[(f64::from(start) * 0.15, SILENCE_DB), (3.0, -23.0), (1.0, SILENCE_DB)]);
            assert_lu(meter.max_short_term_lufs(), -22.993, EXACT_LU, &format!("{rate_hz} Hz, start {start}"));
        }
    }
}

#[test]
fn ebu_3341_case_11_max_short_term_live() {
    let rate_hz = 48_000.0;
    let mut meter = Loudness::new(Format::stereo(rate_hz));
    for start in 0..20 {
        let before_seconds = f64::from(start) * 0.15;
        let level_db = -38.0 + f64::from(start);
        let segments = [(before_seconds, SILENCE_DB), (3.0, level_db), (3.0 - before_seconds, SILENCE_DB)];
        play(&mut meter, rate_hz, &segments, |_, _| {});
        assert_lu(meter.max_short_term_lufs(), level_db + 0.007, EXACT_LU, &format!("start {start}"));
    }
}

#[test]
fn ebu_3341_case_12_momentary_is_flat() {
    for rate_hz in RATES_HZ {
        let mut meter = Loudness::new(Format::stereo(rate_hz));
        play(&mut meter, rate_hz, &[(0.18, -20.0), (0.22, -30.0)].repeat(25), |seconds, meter| {
            if seconds >= 1.0 {
                assert_lu(meter.momentary_lufs(), -22.960, EXACT_LU, &format!("{rate_hz} Hz, {seconds} s"));
            }
        });
    }
}

#[test]
fn ebu_3341_case_13_max_momentary_of_a_file() {
    for rate_hz in RATES_HZ {
        for start in 0..20 {
            let meter = measured(rate_hz, &[(f64::from(start) * 0.02, SILENCE_DB), (0.4, -23.0), (1.0, SILENCE_DB)]);
            assert_lu(meter.max_momentary_lufs(), -22.994, EXACT_LU, &format!("{rate_hz} Hz, start {start}"));
        }
    }
}

#[test]
fn ebu_3341_case_14_max_momentary_live() {
    for rate_hz in RATES_HZ {
        let mut meter = Loudness::new(Format::stereo(rate_hz));
        for start in 0..20 {
            let before_seconds = f64::from(start) * 0.02;
            let level_db = -38.0 + f64::from(start);
            let segments = [(before_seconds, SILENCE_DB), (0.4, level_db), (0.4 - before_seconds, SILENCE_DB)];
            play(&mut meter, rate_hz, &segments, |_, _| {});
            assert_lu(meter.max_momentary_lufs(), level_db + 0.006, EXACT_LU, &format!("{rate_hz} Hz, {start}"));
        }
    }
}

/// The cases allow 1 LU; an ideal meter reads them exactly.
fn assert_range(segments: &[(f64, f64)], expected_lu: f64) {
    for rate_hz in [44_100.0, 48_000.0] {
        assert_lu(measured(rate_hz, segments).range_lu(), expected_lu, 0.02, &format!("{rate_hz} Hz"));
    }
}

#[test]
fn ebu_3342_case_1() {
    assert_range(&[(20.0, -20.0), (20.0, -30.0)], 10.0);
}

#[test]
fn ebu_3342_case_2() {
    assert_range(&[(20.0, -20.0), (20.0, -15.0)], 5.0);
}

#[test]
fn ebu_3342_case_3() {
    assert_range(&[(20.0, -40.0), (20.0, -20.0)], 20.0);
}

#[test]
fn ebu_3342_case_4() {
    assert_range(&[(20.0, -50.0), (20.0, -35.0), (20.0, -20.0), (20.0, -35.0), (20.0, -50.0)], 15.0);
}

#[test]
fn what_is_below_the_absolute_gate_is_no_programme() {
    // So quiet that the relative gates, 10 and 20 LU below the mean, would let −75 pass.
    let meter = measured(48_000.0, &[(30.0, -75.0), (20.0, -68.0), (20.0, -58.0), (30.0, -75.0)]);
    assert_lu(meter.range_lu(), 10.0, 0.02, "range");
    // The mean of the two tones; some blocks at their ends count as well.
    assert_lu(meter.integrated_lufs(), -60.6, 0.1, "integrated");
}

#[test]
fn a_mono_signal_is_one_channel() {
    let samples = tone(48_000.0, &[(1.0, -23.0)]);
    let mut meter = Loudness::new(Format::mono(48_000.0));
    meter.process(&[&samples]);
    assert_lu(meter.momentary_lufs(), -22.993 - 3.0103, EXACT_LU, "mono");
}

/// Noise whose level wanders over 30 dB, different left and right, seeded.
fn programme(rate_hz: f64, seconds: f64) -> [Vec<f32>; 2] {
    let mut state = 0x5EED_1234_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    let mut sides = [Vec::new(), Vec::new()];
    let mut level_db = -25.0;
    for frame in 0..(seconds * rate_hz) as usize {
        if frame.is_multiple_of((rate_hz / 4.0) as usize) {
            level_db = (level_db + 6.0 * random()).clamp(-45.0, -15.0);
        }
        let amplitude = gain_from_db(level_db);
        sides[0].push((amplitude * random()) as f32);
        sides[1].push((0.7 * amplitude * random()) as f32);
    }
    sides
}

fn ebur128(rate_hz: f64) -> EbuR128 {
    EbuR128::new(2, rate_hz as u32, Mode::M | Mode::S | Mode::I).expect("two channels at a usual rate")
}

/// What that library reads above 48 kHz's level, since it leaves the filter's numerator as it is at every rate.
fn ebur128_offset_lu(rate_hz: f64) -> f64 {
    let denominator = |rate_hz: f64| {
        let warped = (std::f64::consts::PI * 38.13547087602444 / rate_hz).tan();
        1.0 + warped / 0.5003270373238773 + warped * warped
    };
    db_from_gain(denominator(rate_hz) / denominator(48_000.0))
}

#[test]
fn agrees_with_ebur128() {
    for rate_hz in RATES_HZ {
        let [left, right] = programme(rate_hz, if rate_hz > 50_000.0 { 10.0 } else { 40.0 });
        let (mut ours, mut theirs) = (Loudness::new(Format::stereo(rate_hz)), ebur128(rate_hz));
        let offset_lu = ebur128_offset_lu(rate_hz);
        let block = (rate_hz / 10.0) as usize;
        for (index, (left, right)) in left.chunks(block).zip(right.chunks(block)).enumerate() {
            ours.process(&[left, right]);
            theirs.add_frames_planar_f32(&[left, right]).unwrap();
            // The same windows in double precision: only the order of the sums differs.
            if index >= 4 {
                assert_lu(ours.momentary_lufs(), theirs.loudness_momentary().unwrap() - offset_lu, 1e-6, "momentary");
            }
            if index >= 30 {
                assert_lu(ours.short_term_lufs(), theirs.loudness_shortterm().unwrap() - offset_lu, 1e-6, "short term");
            }
        }
        // A gate rounded to 0.01 LU may let another block or two pass.
        assert_lu(ours.integrated_lufs(), theirs.loudness_global().unwrap() - offset_lu, 0.002, "integrated");
    }
}

#[test]
fn range_equals_a_sorted_list_sampled_ten_times_a_second() {
    let rate_hz = 48_000.0;
    let [left, right] = programme(rate_hz, 90.0);
    let (mut ours, mut theirs) = (Loudness::new(Format::stereo(rate_hz)), ebur128(rate_hz));
    let mut short_terms_lufs = Vec::new();
    for (index, (left, right)) in left.chunks(4_800).zip(right.chunks(4_800)).enumerate() {
        ours.process(&[left, right]);
        theirs.add_frames_planar_f32(&[left, right]).unwrap();
        if index >= 29 {
            short_terms_lufs.push(theirs.loudness_shortterm().unwrap());
        }
    }
    let mean_power =
        short_terms_lufs.iter().map(|lufs| 10f64.powf(lufs / 10.0)).sum::<f64>() / short_terms_lufs.len() as f64;
    short_terms_lufs.retain(|&lufs| lufs >= -70.0 && lufs >= 10.0 * mean_power.log10() - 20.0);
    short_terms_lufs.sort_by(f64::total_cmp);
    let at = |share: f64| short_terms_lufs[((short_terms_lufs.len() - 1) as f64 * share).round() as usize];
    // Both ends are known to within a bin of 0.01 LU.
    assert_lu(ours.range_lu(), at(0.95) - at(0.10), 0.02, "range");
}

#[test]
fn range_is_stable_after_a_minute() {
    let mut meter = Loudness::new(Format::mono(8_000.0));
    meter.process(&[vec![0.1; 479_999]]);
    assert!(!meter.range_is_stable());
    meter.process(&[[0.1]]);
    assert!(meter.range_is_stable());
}

/// The gain of the weighting at a frequency: the transform of its impulse response.
fn weighting_gain_db(rate_hz: f64, frequency_hz: f64) -> f64 {
    let mut filter = KWeighting::new(rate_hz);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for frame in 0..(rate_hz * 0.3) as usize {
        let response = filter.next(if frame == 0 { 1.0 } else { 0.0 });
        let turns = frequency_hz * frame as f64 / rate_hz;
        real += response * (TAU * turns).cos();
        imaginary += response * (TAU * turns).sin();
    }
    db_from_gain(f64::hypot(real, imaginary))
}

#[test]
fn weighting_is_the_same_at_every_rate() {
    for rate_hz in [44_100.0, 88_200.0, 96_000.0, 192_000.0] {
        for frequency_hz in [25.0, 50.0, 100.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 18_000.0] {
            let difference_db = weighting_gain_db(rate_hz, frequency_hz) - weighting_gain_db(48_000.0, frequency_hz);
            // The bilinear transform bends the shelf between 2 and 10 kHz.
            assert!(difference_db.abs() < 0.04, "{rate_hz} Hz at {frequency_hz} Hz: {difference_db} dB");
        }
    }
}

#[test]
fn rates_without_a_whole_number_of_frames_in_10_ms_read_right() {
    for rate_hz in [11_025.0, 22_050.0] {
        let meter = measured(rate_hz, &[(10.0, -23.0)]);
        // The shelf bends where 1 kHz is no longer far below the end of the band, so the filter is asked for its gain.
        let expected = -23.0 - 0.691 + weighting_gain_db(rate_hz, 1_000.0);
        // One frame too few in each step would read 0.02 LU low.
        assert_lu(meter.integrated_lufs(), expected, 0.002, &format!("{rate_hz} Hz"));
        assert_lu(meter.short_term_lufs(), expected, 0.002, &format!("{rate_hz} Hz"));
    }
}

#[test]
fn what_is_no_sound_counts_as_silence() {
    let mut clean = tone(48_000.0, &[(4.0, -20.0)]);
    let mut dirty = clean.clone();
    for (index, garbage) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38, -3e38].into_iter().enumerate() {
        dirty[1_000 + 3 * index] = garbage;
        clean[1_000 + 3 * index] = 0.0;
    }
    let [expected, reading] = [&clean, &dirty].map(|samples| {
        let mut meter = Loudness::new(Format::stereo(48_000.0));
        meter.process(&[samples, samples]);
        (meter.momentary_lufs(), meter.max_momentary_lufs(), meter.integrated_lufs(), meter.range_lu())
    });
    assert_eq!(reading, expected);
}

#[test]
fn a_pause_leaves_no_trace_in_what_is_measured() {
    let mut meter = Loudness::new(Format::stereo(48_000.0));
    // Pauses begin and end inside a step of the grid.
    for (paused, level_db) in [(false, -23.0), (true, -6.0), (false, -23.0)] {
        meter.set_paused(paused);
        let samples = tone(48_000.0, &[(10.0 + 0.003, level_db)]);
        meter.process(&[&samples, &samples]);
        assert_lu(meter.momentary_lufs(), level_db + 0.007, EXACT_LU, "momentary stays live");
    }
    assert_lu(meter.integrated_lufs(), -22.993, EXACT_LU, "integrated");
    assert_lu(meter.range_lu(), 0.0, EXACT_LU, "range");
    assert_lu(meter.max_momentary_lufs(), -22.993, EXACT_LU, "max momentary");
    assert_lu(meter.max_short_term_lufs(), -22.993, EXACT_LU, "max short-term");
    assert_eq!(meter.measured_frames(), 2 * 480_144);
}

#[test]
fn nothing_is_measured_before_the_first_gating_block() {
    let meter = measured(48_000.0, &[(0.399, -20.0)]);
    assert_eq!(meter.integrated_lufs(), SILENCE_DB);
    assert_eq!(meter.range_lu(), SILENCE_DB);
    let meter = measured(48_000.0, &[(10.0, -75.0)]);
    assert_eq!(meter.integrated_lufs(), SILENCE_DB);
}
