//! The curves, against analogue ones computed here from the textbook transfer functions.

use super::*;
use biquad::{Biquad, Coefficients, DirectForm1, ToHertz, Type};

/// Below this, the shape of a cut filter's slope no longer matters.
const FLOOR_DB: f64 = -24.0;

/// The largest distance in dB between an equalizer and an analogue power gain, 20 Hz to 20 kHz at 44.1 kHz.
fn distance_db(settings: EqualizerSettings, analogue_power: &dyn Fn(f64) -> f64) -> f64 {
    let equalizer = mono(44_100.0, settings);
    (0..=300)
        .map(|step| {
            let frequency_hz = 20.0 * 1_000_f64.powf(f64::from(step) / 300.0);
            let analogue_db = 10.0 * analogue_power(frequency_hz).log10();
            let response_db = equalizer.response_db(frequency_hz, Placement::Stereo);
            (response_db.max(FLOOR_DB) - analogue_db.max(FLOOR_DB)).abs()
        })
        .fold(0.0, f64::max)
}

/// |numerator / denominator|² of polynomials in s = j·x, lowest power first.
fn power_of(numerator: [f64; 3], denominator: [f64; 3], x: f64) -> f64 {
    let power = |c: [f64; 3]| (c[0] - c[2] * x * x).powi(2) + (c[1] * x).powi(2);
    power(numerator) / power(denominator)
}

/// The cookbook's analogue bell.
fn analogue_bell(frequency_hz: f64, center_hz: f64, gain_db: f64, q: f64) -> f64 {
    let a = 10f64.powf(gain_db / 40.0);
    power_of([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0], frequency_hz / center_hz)
}

/// The cookbook's analogue high shelf.
fn analogue_high_shelf(frequency_hz: f64, midpoint_hz: f64, gain_db: f64, q: f64) -> f64 {
    let a = 10f64.powf(gain_db / 40.0);
    let slope = a.sqrt() / q;
    a * a * power_of([1.0, slope, a], [a, slope, 1.0], frequency_hz / midpoint_hz)
}

/// The cookbook's analogue low shelf.
fn analogue_low_shelf(frequency_hz: f64, midpoint_hz: f64, gain_db: f64, q: f64) -> f64 {
    analogue_high_shelf(1.0 / frequency_hz, 1.0 / midpoint_hz, gain_db, q)
}

/// Centres and midpoints the curves are checked at.
const FREQUENCIES_HZ: [f32; 15] =
    [20.0, 50.0, 200.0, 1e3, 2e3, 3.5e3, 5e3, 7e3, 9e3, 10e3, 11e3, 12.6e3, 14e3, 17e3, 20e3];

/// The largest distances from the analogue curve over all [`FREQUENCIES_HZ`] for ±3, ±6 and ±12 dB.
fn worst_db(distance_db: impl Fn(f32, f32) -> f64) -> [f64; 3] {
    [3.0, 6.0, 12.0].map(|gain_db| {
        let distance_db = &distance_db;
        let all = FREQUENCIES_HZ.iter().flat_map(|&f| [gain_db, -gain_db].map(|gain_db| distance_db(f, gain_db)));
        all.fold(0.0, f64::max)
    })
}

#[test]
fn bells_follow_the_analogue_curve_at_44100_hz() {
    for q in [0.1, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 4.0, 10.0_f32] {
        let [at_3_db, at_6_db, at_12_db] = worst_db(|center_hz, gain_db| {
            distance_db(with_bell(band(center_hz, gain_db, q)), &|frequency_hz| {
                analogue_bell(frequency_hz, center_hz.into(), gain_db.into(), q.into())
            })
        });
        println!("bells of Q {q}: {at_3_db:.3} dB at ±3, {at_6_db:.3} dB at ±6, {at_12_db:.3} dB at ±12 dB");
        assert!(at_3_db <= 0.22 && at_6_db <= 0.4 && at_12_db <= 0.6);
    }
}

#[test]
fn shelves_follow_the_analogue_curve_at_44100_hz() {
    // Up to a Q of 2.5 what every band promises; sharper ones are bound by what a filter of second order can do.
    for (q, bounds_db) in [
        (0.1, [0.1, 0.15, 0.3]),
        (0.3, [0.1, 0.15, 0.3]),
        (0.71, [0.1, 0.15, 0.3]),
        (1.0, [0.1, 0.15, 0.3]),
        (1.5, [0.1, 0.2, 0.4]),
        (2.0, [0.25, 0.4, 0.6]),
        (2.5_f32, [0.35, 0.6, 0.9]),
        (5.0, [1.0, 1.5, 2.0]),
        (10.0, [1.6, 2.2, 2.6]),
    ] {
        let worst_db = worst_db(|midpoint_hz, gain_db| {
            let shelf = band(midpoint_hz, gain_db, q);
            let (midpoint_hz, gain_db, q) = (f64::from(midpoint_hz), f64::from(gain_db), f64::from(q));
            let high = distance_db(with_high_shelf(shelf), &|f| analogue_high_shelf(f, midpoint_hz, gain_db, q));
            let low = distance_db(with_low_shelf(shelf), &|f| analogue_low_shelf(f, midpoint_hz, gain_db, q));
            high.max(low)
        });
        let [at_3_db, at_6_db, at_12_db] = worst_db;
        println!("shelves of Q {q}: {at_3_db:.3} dB at ±3, {at_6_db:.3} dB at ±6, {at_12_db:.3} dB at ±12 dB");
        assert!(worst_db.iter().zip(bounds_db).all(|(worst_db, bound_db)| *worst_db <= bound_db));
    }
}

#[test]
fn cut_filters_are_butterworth_filters() {
    for (slope, order) in [(Slope::Db6, 1), (Slope::Db12, 2), (Slope::Db24, 4)] {
        for corner_hz in [10.0, 80.0, 500.0_f32] {
            let settings = with_high_pass(slope, corner_hz);
            let analogue = |f: f64| 1.0 / (1.0 + (f64::from(corner_hz) / f).powi(2 * order));
            let distance_db = distance_db(settings, &analogue);
            println!("high-pass {corner_hz} Hz, order {order}: {distance_db:.3} dB");
            assert!(distance_db < 0.01);
            for sample_rate_hz in [8_000.0, 44_100.0] {
                let at_corner_db = mono(sample_rate_hz, settings).response_db(corner_hz.into(), Placement::Stereo);
                assert!((at_corner_db + 3.0103).abs() < 0.0001, "{at_corner_db} dB at the corner");
            }
        }
        for corner_hz in [1e3, 3e3, 5e3, 7e3, 8.5e3, 10e3, 12e3, 15e3, 18e3, 20e3, 22e3_f32] {
            let settings = with_low_pass(slope, corner_hz);
            let analogue = |f: f64| 1.0 / (1.0 + (f / f64::from(corner_hz)).powi(2 * order));
            let distance_db = distance_db(settings, &analogue);
            println!("low-pass {corner_hz} Hz, order {order}: {distance_db:.3} dB");
            assert!(distance_db < if order == 4 { 0.52 } else { 0.4 });
            // Exact where the design matches the corner itself, up to 13 kHz at this rate; beyond 21 kHz poles stand still.
            let tolerance_db = match corner_hz {
                ..13_000.0 => 0.001,
                ..21_000.0 => 0.3,
                _ => continue,
            };
            let at_corner_db = mono(44_100.0, settings).response_db(f64::from(corner_hz), Placement::Stereo);
            assert!((at_corner_db + 3.0103).abs() < tolerance_db, "{at_corner_db} dB at the corner");
        }
    }
}

#[test]
fn a_low_pass_beyond_nyquist_stays_open_and_stable() {
    for sample_rate_hz in [22_050.0, 32_000.0, 44_100.0] {
        for slope in SLOPES {
            let settings = with_low_pass(slope, 22_000.0);
            let equalizer = mono(sample_rate_hz, settings);
            let half_nyquist_db = equalizer.response_db(sample_rate_hz / 4.0, Placement::Stereo);
            assert!(half_nyquist_db.abs() < 1.2, "{half_nyquist_db} dB");
            assert!(equalizer.response_db(sample_rate_hz, Placement::Stereo) < 0.0);
        }
    }
}

#[test]
fn low_bands_agree_with_the_cookbook() {
    // Far from Nyquist every design must agree; 0.001 dB is what the matched poles may differ.
    let rate = 192_000.0;
    let center_hz = 100.0;
    let expected = Coefficients::<f64>::from_params(Type::PeakingEQ(6.0), rate.hz(), center_hz.hz(), 2.0).unwrap();
    let settings = with_bell(band(center_hz as f32, 6.0, 2.0));
    for frequency_hz in [30.0, 90.0, 100.0, 170.0, 1_000.0] {
        let mut oracle = DirectForm1::<f64>::new(expected);
        let mut process = |block: &mut [&mut [f32]]| {
            block[0].iter_mut().for_each(|x| *x = oracle.run(f64::from(*x)) as f32);
        };
        let oracle_db = rulers::gain_db(&mut process, frequency_hz, 0.1, 1.0, rate);
        let response_db = mono(rate, settings).response_db(frequency_hz, Placement::Stereo);
        assert!((oracle_db - response_db).abs() < 0.001, "{frequency_hz} Hz: {oracle_db}, we say {response_db}");
    }
}

#[test]
fn the_same_settings_sound_the_same_at_every_rate() {
    for frequency_hz in [30.0, 300.0, 3_000.0, 8_000.0] {
        let at = |rate_hz| mono(rate_hz, busy()).response_db(frequency_hz, Placement::Stereo);
        for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
            let difference_db = at(rate_hz) - at(192_000.0);
            // What the designs leave of the squeeze at 44.1 kHz.
            assert!(difference_db.abs() < 0.15, "{difference_db} dB at {frequency_hz} Hz, {rate_hz} Hz");
        }
    }
}

#[test]
fn a_cut_undoes_the_boost_of_the_same_size() {
    for bell in [band(60.0, 9.0, 4.0), band(15_000.0, 6.0, 0.7), band(3_000.0, 3.0, 1.0)] {
        let shelves = EqualizerSettings { high_shelf: bell, low_shelf: bell, ..with_bell(bell) };
        let undo = BandSettings { gain_db: -bell.gain_db, ..bell };
        let inverse = EqualizerSettings { high_shelf: undo, low_shelf: undo, ..with_bell(undo) };
        let input = signals::white_noise(1, 0.1, 48_000);
        let mut output = input.clone();
        mono(48_000.0, shelves).process(&mut [&mut output]);
        mono(48_000.0, inverse).process(&mut [&mut output]);
        let residual_db = rulers::residual_db(&input, &output);
        // Two roundings to 32-bit float, lifted by the boost between them.
        assert!(residual_db < -135.0, "{residual_db} dB");
    }
}

#[test]
fn an_inverse_undoes_any_filter_with_gain_at_both_ends() {
    for filter in [
        svf::Coefficients::low_shelf(300.0, 9.0, 0.7, 48_000.0),
        svf::Coefficients::high_shelf(16_000.0, -9.0, 2.0, 48_000.0).scaled(0.3),
        svf::Coefficients::bell(5_000.0, 12.0, 5.0, 48_000.0),
    ] {
        for frequency_hz in [10.0, 290.0, 5_000.0, 23_000.0] {
            let (a, b) = filter.response(frequency_hz, 48_000.0);
            let (c, d) = filter.inverse().response(frequency_hz, 48_000.0);
            assert!((a * c - b * d - 1.0).abs() < 1e-9 && (a * d + b * c).abs() < 1e-9, "{frequency_hz} Hz");
        }
    }
}
