//! How exact and how calm the arithmetic is.

use super::*;

#[test]
fn noise_and_distortion_stay_below_minus_140_db() {
    for sample_rate_hz in [44_100.0, 96_000.0, 192_000.0] {
        for settings in [
            with_bell(band(30.0, 6.0, 1.0)),
            with_bell(band(100.0, -6.0, 1.0)),
            EqualizerSettings { high_pass: cut(Slope::Db24, 20.0), ..Default::default() },
        ] {
            let mut signal = signals::sine(997.0, 0.25, 0.0, sample_rate_hz, 2 * sample_rate_hz as usize);
            mono(sample_rate_hz, settings).process(&mut [&mut signal]);
            let settled = &signal[sample_rate_hz as usize..];
            let floor_db = rulers::distortion_and_noise_db(settled, 997.0, sample_rate_hz);
            assert!(floor_db < -140.0, "{floor_db} dB at {sample_rate_hz} Hz");
        }
    }
}

#[test]
fn a_bell_of_zero_decibels_passes_the_signal_to_the_bit() {
    let input = signals::white_noise(1, 0.5, 3_000);
    let mut output = input.clone();
    mono(48_000.0, with_bell(band(500.0, 0.0, 2.0))).process(&mut [&mut output]);
    assert_eq!(output, input);
}

#[test]
fn no_setting_is_unstable() {
    for sample_rate_hz in [8_000.0, 44_100.0, 768_000.0] {
        for frequency_hz in [0.0, 20.0, 1_000.0, 20_000.0, f32::INFINITY, f32::NAN] {
            for q in [0.1, 1.0, 10.0, f32::NAN] {
                for gain_db in [-12.0, 0.1, 12.0, f32::NAN] {
                    let all = band(frequency_hz, gain_db, q);
                    let settings = EqualizerSettings {
                        high_pass: cut(Slope::Db24, frequency_hz),
                        low_shelf: all,
                        high_shelf: all,
                        low_pass: cut(Slope::Db24, frequency_hz),
                        ..with_bell(all)
                    };
                    let mut equalizer = mono(sample_rate_hz, settings);
                    let mut signal = signals::impulse(0, 1.0, 4_000);
                    equalizer.process(&mut [&mut signal]);
                    // Three times +12 dB, and as much again for resonances that coincide.
                    assert!(rulers::peak(&signal) < 128.0, "{settings:?} at {sample_rate_hz} Hz");
                    let response_db = equalizer.response_db(1_000.0, Placement::Stereo);
                    assert!((-400.0..100.0).contains(&response_db), "{response_db} dB with {settings:?}");
                }
            }
        }
    }
}

/// A direct form in f64 with the poles of the analogue filter, z = e^(s/rate), and the numerator that the response of
/// `coefficients` asks for.
struct Oracle {
    numerator: [f64; 3],
    denominator: [f64; 2],
    inputs: [f64; 2],
    outputs: [f64; 2],
}

impl Oracle {
    fn new(coefficients: svf::Coefficients, pole_hz: f64, pole_q: f64, sample_rate_hz: f64) -> Self {
        let angle = std::f64::consts::TAU * pole_hz / sample_rate_hz;
        let ratio = 0.5 / pole_q;
        let denominator = [
            -2.0 * (-ratio * angle).exp() * ((1.0 - ratio * ratio).sqrt() * angle).cos(),
            (-2.0 * ratio * angle).exp(),
        ];
        let [a1, a2] = denominator;
        // The gains at 0 Hz and Nyquist give the sums of the numerator, the one at the poles' frequency the rest.
        let sum = coefficients.response(0.0, sample_rate_hz).0 * (1.0 + a1 + a2);
        let alternating = coefficients.response(0.5 * sample_rate_hz, sample_rate_hz).0 * (1.0 - a1 + a2);
        let (real, imaginary) = coefficients.response(pole_hz, sample_rate_hz);
        let (below_real, below_imaginary) = (angle.cos() + a1 + a2 * angle.cos(), angle.sin() - a2 * angle.sin());
        let difference = (real * below_imaginary + imaginary * below_real) / angle.sin();
        let outer = 0.5 * (sum + alternating);
        let numerator = [0.5 * (outer + difference), 0.5 * (sum - alternating), 0.5 * (outer - difference)];
        Self { numerator, denominator, inputs: [0.0; 2], outputs: [0.0; 2] }
    }

    fn next(&mut self, x: f64) -> f64 {
        let ([b0, b1, b2], [a1, a2]) = (self.numerator, self.denominator);
        let ([x1, x2], [y1, y2]) = (self.inputs, self.outputs);
        let y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        (self.inputs, self.outputs) = ([x, x1], [y, y1]);
        y
    }
}

#[test]
fn the_error_stays_below_minus_140_db_of_a_direct_form_in_double_precision() {
    const BUTTERWORTH_4: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_6];
    let mut worst_db = rulers::NOTHING_DB;
    for rate_hz in contract::SAMPLE_RATES_HZ {
        let bell = |frequency_hz: f32, gain_db: f32, q: f32| {
            let (f, gain, q64) = (f64::from(frequency_hz), f64::from(gain_db), f64::from(q));
            let oracle =
                Oracle::new(svf::Coefficients::bell(f, gain, q64, rate_hz), f, q64 * 10f64.powf(gain / 40.0), rate_hz);
            (with_bell(band(frequency_hz, gain_db, q)), vec![oracle])
        };
        let high_pass = BUTTERWORTH_4
            .map(|q| Oracle::new(svf::Coefficients::high_pass(20.0, q, rate_hz), 20.0, q, rate_hz))
            .into_iter()
            .collect();
        for (settings, mut oracles) in [
            bell(20.0, 6.0, 1.0),
            bell(30.0, 12.0, 4.0),
            bell(100.0, 3.0, 0.7),
            bell(5_000.0, 6.0, 2.0),
            (with_high_pass(Slope::Db24, 20.0), high_pass),
        ] {
            let frames = rate_hz as usize;
            let tone = signals::sine(25.0, 0.2, 0.0, rate_hz, frames);
            let noise = signals::white_noise(1, 0.05, frames);
            let input: Vec<f32> = tone.iter().zip(&noise).map(|(tone, noise)| tone + noise).collect();
            let mut output = input.clone();
            mono(rate_hz, settings).process(&mut [&mut output]);
            let (mut error_power, mut power) = (0.0, 0.0);
            for (&x, &y) in input.iter().zip(&output) {
                let exact = oracles.iter_mut().fold(f64::from(x), |x, section| section.next(x));
                error_power += (f64::from(y) - exact).powi(2);
                power += exact * exact;
            }
            let error_db = 10.0 * (error_power / power).log10();
            assert!(error_db < -140.0, "{error_db} dB at {rate_hz} Hz, {settings:?}");
            worst_db = worst_db.max(error_db);
        }
    }
    println!("error at most {worst_db:.1} dB");
}

#[test]
fn a_high_pass_removes_a_constant_to_below_minus_120_db() {
    let mut worst_db = rulers::NOTHING_DB;
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for slope in SLOPES {
            for corner_hz in [10.0, 80.0] {
                let mut signal = vec![0.5; (1.5 * sample_rate_hz) as usize];
                mono(sample_rate_hz, with_high_pass(slope, corner_hz)).process(&mut [&mut signal]);
                let left = rulers::peak(&signal[(1.4 * sample_rate_hz) as usize..]);
                let left_db = rulers::db(left / 0.5);
                assert!(left_db < -120.0, "{left_db} dB left, {slope:?} at {corner_hz} Hz, {sample_rate_hz} Hz");
                worst_db = worst_db.max(left_db);
            }
        }
    }
    println!("constant: {worst_db:.0} dB left");
}

#[test]
fn a_shelf_lifts_a_constant_by_its_decibels_and_nothing_else_does() {
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for gain_db in [-12.0, -3.3, 6.0_f32] {
            let shape = band(60.0, gain_db, 0.71);
            for (settings, expected_db) in
                [(with_low_shelf(shape), f64::from(gain_db)), (with_high_shelf(shape), 0.0), (with_bell(shape), 0.0)]
            {
                let mut signal = vec![0.1; (0.5 * sample_rate_hz) as usize];
                mono(sample_rate_hz, settings).process(&mut [&mut signal]);
                let gain_db = rulers::db(f64::from(*signal.last().unwrap()) / f64::from(0.1_f32));
                assert!((gain_db - expected_db).abs() < 0.01, "{gain_db} dB, {settings:?} at {sample_rate_hz} Hz");
            }
        }
    }
}

#[test]
fn a_tail_ends_in_silence_and_never_in_denormal_numbers() {
    let mut settings = busy();
    settings.bells[0] = band(30.0, 12.0, 2.0);
    let rate_hz = 44_100.0;
    let mut left = signals::white_noise(1, 0.5, 4_410);
    left.resize(5 * 44_100, 0.0);
    let mut right = signals::white_noise(2, 0.5, 4_410);
    right.resize(left.len(), 0.0);
    let mut equalizer = Equalizer::new(Format::stereo(rate_hz));
    equalizer.set(&settings);
    equalizer.process(&mut [&mut left, &mut right]);
    for channel in [&left, &right] {
        assert_eq!(rulers::denormal_count(channel), 0);
        assert!(channel[44_100..].iter().any(|&x| x != 0.0), "the tail lasts a while");
        assert!(channel[4 * 44_100..].iter().all(|&x| x == 0.0), "and ends");
    }
}
