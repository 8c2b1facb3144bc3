//! The equalizer, measured. Analogue curves are computed here from the textbook transfer functions.

use biquad::{Biquad, Coefficients, DirectForm1, ToHertz, Type};
use dsp::{
    equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Placement, Slope},
    format::Format,
    svf::{self, Svf, Taps},
};
use testkit::{allocations::Counting, blocks::in_blocks, contract, rulers, signals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Contracted(Equalizer);

impl contract::Processor for Contracted {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.0.process(block);
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn latency_frames(&self) -> usize {
        self.0.latency_frames()
    }

    fn largest_jump_step(&self) -> f64 {
        0.001
    }

    fn set_neutral(&mut self) {
        self.0.set(&EqualizerSettings::default());
    }

    fn set_busy(&mut self) {
        self.0.set(&busy());
    }
}

fn cut(slope: Slope, frequency_hz: f32) -> CutSettings {
    CutSettings { slope, frequency_hz, placement: Placement::Stereo }
}

fn band(frequency_hz: f32, gain_db: f32, q: f32) -> BandSettings {
    BandSettings { on: true, frequency_hz, gain_db, q, placement: Placement::Stereo }
}

/// Every band on.
fn busy() -> EqualizerSettings {
    EqualizerSettings {
        high_pass: cut(Slope::Db24, 35.0),
        low_shelf: band(120.0, 2.0, 0.71),
        bells: [
            band(300.0, -4.0, 2.0),
            BandSettings { placement: Placement::Mid, ..band(2_000.0, 3.0, 0.8) },
            BandSettings { placement: Placement::Side, ..band(9_000.0, 6.0, 1.5) },
        ],
        high_shelf: band(12_000.0, -3.0, 0.6),
        low_pass: cut(Slope::Db12, 19_000.0),
    }
}

fn with_bell(bell: BandSettings) -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.bells[1] = bell;
    settings
}

fn mono(sample_rate_hz: f64, settings: EqualizerSettings) -> Equalizer {
    let mut equalizer = Equalizer::new(Format::mono(sample_rate_hz));
    equalizer.set(&settings);
    equalizer
}

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

#[test]
fn equalizer_keeps_the_contract() {
    contract::check(&|sample_rate_hz, channels| {
        Box::new(Contracted(Equalizer::new(Format { sample_rate_hz, channels })))
    });
}

#[test]
fn bells_follow_the_analogue_curve_at_44100_hz() {
    let (mut worst_3_db, mut worst_6_db): (f64, f64) = (0.0, 0.0);
    for center_hz in [50.0, 500.0, 2e3, 5e3, 8e3, 10e3, 12e3, 14e3, 16e3, 18e3, 20e3_f32] {
        for q in [0.1, 0.3, 0.5, 0.7, 1.0, 2.0, 4.0, 10.0_f32] {
            for gain_db in [-6.0, -3.0, 3.0, 6.0_f32] {
                let distance_db = distance_db(with_bell(band(center_hz, gain_db, q)), &|frequency_hz| {
                    analogue_bell(frequency_hz, center_hz.into(), gain_db.into(), q.into())
                });
                let worst = if gain_db.abs() > 3.0 { &mut worst_6_db } else { &mut worst_3_db };
                *worst = worst.max(distance_db);
            }
        }
    }
    println!("bells: {worst_3_db:.3} dB at ±3 dB, {worst_6_db:.3} dB at ±6 dB");
    assert!(worst_3_db <= 0.2 && worst_6_db <= 0.4);
}

#[test]
fn shelves_follow_the_analogue_curve_at_44100_hz() {
    let (mut worst_3_db, mut worst_6_db): (f64, f64) = (0.0, 0.0);
    for midpoint_hz in [50.0, 500.0, 2e3, 5e3, 8e3, 10e3, 12e3, 14e3, 16e3, 18e3, 20e3_f32] {
        for q in [0.5, 0.71, 1.0_f32] {
            for gain_db in [-6.0, -3.0, 3.0, 6.0_f32] {
                let shelf = band(midpoint_hz, gain_db, q);
                let (midpoint_hz, q) = (f64::from(midpoint_hz), f64::from(q));
                let high = distance_db(EqualizerSettings { high_shelf: shelf, ..Default::default() }, &|f| {
                    analogue_high_shelf(f, midpoint_hz, gain_db.into(), q)
                });
                let low = distance_db(EqualizerSettings { low_shelf: shelf, ..Default::default() }, &|f| {
                    analogue_low_shelf(f, midpoint_hz, gain_db.into(), q)
                });
                let worst = if gain_db.abs() > 3.0 { &mut worst_6_db } else { &mut worst_3_db };
                *worst = worst.max(high).max(low);
            }
        }
    }
    println!("shelves: {worst_3_db:.3} dB at ±3 dB, {worst_6_db:.3} dB at ±6 dB");
    assert!(worst_3_db <= 0.15 && worst_6_db <= 0.2);
}

#[test]
fn cut_filters_are_butterworth_filters() {
    for (slope, order) in [(Slope::Db6, 1), (Slope::Db12, 2), (Slope::Db24, 4)] {
        for corner_hz in [10.0, 80.0, 500.0_f32] {
            let settings = EqualizerSettings { high_pass: cut(slope, corner_hz), ..Default::default() };
            let analogue = |f: f64| 1.0 / (1.0 + (f64::from(corner_hz) / f).powi(2 * order));
            let distance_db = distance_db(settings, &analogue);
            println!("high-pass {corner_hz} Hz, order {order}: {distance_db:.3} dB");
            assert!(distance_db < 0.01);
            for sample_rate_hz in [8_000.0, 44_100.0] {
                let at_corner_db = mono(sample_rate_hz, settings).response_db(corner_hz.into(), Placement::Stereo);
                assert!((at_corner_db + 3.0103).abs() < 0.0001, "{at_corner_db} dB at the corner");
            }
        }
        for corner_hz in [1e3, 5e3, 10e3, 15e3, 20e3_f32] {
            let settings = EqualizerSettings { low_pass: cut(slope, corner_hz), ..Default::default() };
            let analogue = |f: f64| 1.0 / (1.0 + (f / f64::from(corner_hz)).powi(2 * order));
            let distance_db = distance_db(settings, &analogue);
            println!("low-pass {corner_hz} Hz, order {order}: {distance_db:.3} dB");
            assert!(distance_db < 0.6);
            // Exact where the design matches the corner itself, up to 13 kHz at this rate.
            let tolerance_db = if corner_hz < 13_000.0 { 0.001 } else { 0.3 };
            let at_corner_db = mono(44_100.0, settings).response_db(f64::from(corner_hz), Placement::Stereo);
            assert!((at_corner_db + 3.0103).abs() < tolerance_db, "{at_corner_db} dB at the corner");
        }
    }
}

#[test]
fn a_low_pass_beyond_nyquist_stays_open_and_stable() {
    for sample_rate_hz in [22_050.0, 32_000.0, 44_100.0] {
        for slope in [Slope::Db6, Slope::Db12, Slope::Db24] {
            let settings = EqualizerSettings { low_pass: cut(slope, 22_000.0), ..Default::default() };
            let equalizer = mono(sample_rate_hz, settings);
            let half_nyquist_db = equalizer.response_db(sample_rate_hz / 4.0, Placement::Stereo);
            assert!(half_nyquist_db.abs() < 1.2, "{half_nyquist_db} dB");
            assert!(equalizer.response_db(sample_rate_hz, Placement::Stereo) < 0.0);
        }
    }
}

#[test]
fn response_is_what_is_measured() {
    for sample_rate_hz in [44_100.0, 192_000.0] {
        let mut settings = busy();
        settings.bells[0] = band(40.0, 9.0, 3.0);
        settings.bells[2].placement = Placement::Stereo;
        let expected = mono(sample_rate_hz, settings);
        for frequency_hz in [25.0, 40.0, 120.0, 300.0, 2_000.0, 9_000.0, 14_000.0, 20_000.0] {
            let mut equalizer = mono(sample_rate_hz, settings);
            let mut process = |block: &mut [&mut [f32]]| equalizer.process(block);
            let measured_db = rulers::gain_db(&mut process, frequency_hz, 0.1, 1.0, sample_rate_hz);
            let response_db = expected.response_db(frequency_hz, Placement::Stereo);
            // The ruler's own error at few periods of 25 Hz is 0.001 dB.
            assert!((measured_db - response_db).abs() < 0.01, "{frequency_hz} Hz: {measured_db}, says {response_db}");
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
fn jumps_do_not_overshoot() {
    // Direct forms reach +11 dBFS here (standards: bell 3 kHz → 60 Hz under a 60 Hz sine at −12 dBFS).
    for (gain_db, q, expected_dbfs) in [(12.0, 4.0, 0.0), (-12.0, 1.0, -12.0)] {
        let rate_hz = 44_100.0;
        let mut signal = signals::sine(60.0, 10f64.powf(-12.0 / 20.0), 0.0, rate_hz, 88_200);
        let mut equalizer = mono(rate_hz, with_bell(band(3_000.0, gain_db, q)));
        equalizer.process(&mut [&mut signal[..44_100]]);
        equalizer.set(&with_bell(band(60.0, gain_db, q)));
        equalizer.process(&mut [&mut signal[44_100..]]);
        let peak_dbfs = rulers::db(rulers::peak(&signal));
        println!("{gain_db} dB: {peak_dbfs:.2} dBFS");
        assert!(peak_dbfs < expected_dbfs + 0.1, "{peak_dbfs} dBFS");
    }
}

#[test]
fn the_filter_itself_stays_calm_when_it_jumps() {
    let rate_hz = 44_100.0;
    for (gain_db, q, expected_dbfs) in [(12.0, 4.0, 0.0), (-12.0, 1.0, -12.0)] {
        let mut filter = Svf::default();
        let input = signals::sine(60.0, 10f64.powf(-12.0 / 20.0), 0.0, rate_hz, 88_200);
        let mut peak: f64 = 0.0;
        for (half, center_hz) in input.chunks(44_100).zip([3_000.0, 60.0]) {
            let taps = Taps::from(svf::Coefficients::bell(center_hz, gain_db, q, rate_hz));
            for &x in half {
                peak = peak.max(filter.next(f64::from(x), &taps).abs());
            }
        }
        assert!(rulers::db(peak) < expected_dbfs + 0.1, "{} dBFS", rulers::db(peak));
    }
}

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
fn every_change_is_free_of_clicks() {
    let rate_hz = 48_000.0;
    let step_of =
        |signal: &[f32]| signal.windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs())).fold(0.0, f64::max);
    let quiet = EqualizerSettings::default();
    let loud = with_bell(band(500.0, 12.0, 0.5));
    let steep = EqualizerSettings { high_pass: cut(Slope::Db24, 500.0), ..quiet };
    for (name, from, to) in [
        ("band on", quiet, loud),
        ("band off", loud, quiet),
        ("gain", with_bell(band(500.0, -12.0, 0.5)), loud),
        ("frequency", with_bell(band(20_000.0, 12.0, 0.5)), loud),
        ("q", with_bell(band(500.0, 12.0, 10.0)), loud),
        ("high-pass on", quiet, steep),
        ("slope", EqualizerSettings { high_pass: cut(Slope::Db6, 500.0), ..quiet }, steep),
        ("low-pass off", EqualizerSettings { low_pass: cut(Slope::Db24, 1_000.0), ..quiet }, quiet),
        ("placement", loud, with_bell(BandSettings { placement: Placement::Side, ..loud.bells[1] })),
    ] {
        let mut left = signals::sine(200.0, 0.2, 0.0, rate_hz, 48_000);
        let mut right = signals::sine(200.0, 0.15, 90.0, rate_hz, 48_000);
        let mut equalizer = Equalizer::new(Format::stereo(rate_hz));
        equalizer.set(&from);
        equalizer.process(&mut [&mut left[..24_007], &mut right[..24_007]]);
        equalizer.set(&to);
        equalizer.process(&mut [&mut left[24_007..], &mut right[24_007..]]);
        for signal in [&left, &right] {
            let steady = step_of(&signal[12_000..24_000]).max(step_of(&signal[36_000..]));
            let changing = step_of(&signal[24_000..36_000]);
            // A jump of level or phase would be ten times the sine's own steepest step; a crossfade adds a little.
            assert!(changing < 1.5 * steady, "{name}: a step of {changing}, {steady} without change");
        }
    }
}

#[test]
fn a_gliding_gain_makes_no_zipper_noise() {
    let rate_hz = 48_000.0;
    let mut signal = signals::sine(200.0, 0.2, 0.0, rate_hz, 4_800);
    let mut equalizer = mono(rate_hz, with_bell(band(500.0, -12.0, 0.5)));
    equalizer.process(&mut [&mut signal[..1_920]]);
    equalizer.set(&with_bell(band(500.0, 12.0, 0.5)));
    equalizer.process(&mut [&mut signal[1_920..]]);
    // Steps every 16 frames would put the sine's image around 3 kHz; without interpolation it is at −51 dB.
    let zipper_db = rulers::db(rulers::amplitude_at(&signal, 3_200.0, rate_hz) / 0.2);
    println!("{zipper_db:.1} dB");
    assert!(zipper_db < -85.0, "{zipper_db} dB");
}

#[test]
fn a_band_switched_off_leaves_no_trace() {
    let input = signals::white_noise(1, 0.5, 6_000);
    let mut output = input.clone();
    let mut equalizer = mono(48_000.0, busy());
    equalizer.process(&mut [&mut output[..3_000]]);
    equalizer.set(&EqualizerSettings::default());
    equalizer.process(&mut [&mut output[3_000..]]);
    assert_ne!(output[3_900], input[3_900]);
    assert_eq!(output[3_960..], input[3_960..]);
    assert_eq!(equalizer.response_db(300.0, Placement::Stereo), 0.0);
}

#[test]
fn a_bell_of_zero_decibels_passes_the_signal_to_the_bit() {
    let input = signals::white_noise(1, 0.5, 3_000);
    let mut output = input.clone();
    mono(48_000.0, with_bell(band(500.0, 0.0, 2.0))).process(&mut [&mut output]);
    assert_eq!(output, input);
}

#[test]
fn automation_sounds_the_same_in_every_block_size() {
    let play = |block_frames: &[usize]| {
        let mut equalizer = Equalizer::new(Format::stereo(48_000.0));
        let mut output = vec![signals::white_noise(1, 0.3, 500), signals::white_noise(2, 0.3, 500)];
        let mut all = Vec::new();
        for turn in 0..40_u8 {
            let mut settings = busy();
            settings.bells[0].frequency_hz = 300.0 + 100.0 * f32::from(turn);
            settings.bells[0].on = !turn.is_multiple_of(3);
            settings.high_pass.slope = if turn.is_multiple_of(2) { Slope::Db6 } else { Slope::Db24 };
            settings.bells[1].placement = if turn.is_multiple_of(5) { Placement::Mid } else { Placement::Side };
            equalizer.set(&settings);
            in_blocks(&mut output, block_frames, &mut |block| equalizer.process(block));
            all.extend(output.concat());
        }
        all
    };
    let expected = play(&[500]);
    for block_frames in [&[1_usize][..], &[7], &[64, 3, 0, 100]] {
        assert_eq!(expected, play(block_frames));
    }
}

#[test]
fn settings_at_the_start_apply_at_once() {
    let impulse = signals::impulse(0, 0.5, 64);
    let (mut early, mut late) = (impulse.clone(), impulse);
    let mut equalizer = Equalizer::new(Format::mono(48_000.0));
    equalizer.set(&busy());
    equalizer.process(&mut [&mut early]);
    equalizer.set(&with_bell(band(900.0, 3.0, 1.0)));
    equalizer.process(&mut [&mut [0.1; 30]]);
    equalizer.set(&busy());
    equalizer.reset();
    equalizer.process(&mut [&mut late]);
    assert_eq!(early, late);
}

#[test]
fn mid_and_side_bands_hear_only_their_part() {
    let mid = signals::white_noise(1, 0.2, 4_000);
    for (placement, right_sign) in [(Placement::Side, 1.0), (Placement::Mid, -1.0)] {
        let opposite: Vec<f32> = mid.iter().map(|x| right_sign * x).collect();
        let mut equalizer = Equalizer::new(Format::stereo(48_000.0));
        equalizer.set(&with_bell(BandSettings { placement, ..band(1_000.0, 12.0, 0.5) }));
        let (mut left, mut right) = (mid.clone(), opposite.clone());
        equalizer.process(&mut [&mut left, &mut right]);
        assert_eq!((&left, &right), (&mid, &opposite), "{placement:?}");
        // The other way round the band acts on both sides alike.
        let (mut left, mut right) = (mid.clone(), opposite.iter().map(|x| -x).collect::<Vec<_>>());
        equalizer.reset();
        equalizer.process(&mut [&mut left, &mut right]);
        assert!(rulers::rms(&left) > 1.2 * rulers::rms(&mid));
        assert!(left.iter().zip(&right).all(|(left, right)| *left == -right_sign * right));
    }
}

#[test]
fn the_response_of_mid_and_side_counts_the_bands_they_hear() {
    let mut settings = with_bell(BandSettings { placement: Placement::Mid, ..band(1_000.0, 6.0, 1.0) });
    settings.bells[0] = BandSettings { placement: Placement::Side, ..band(1_000.0, -3.0, 1.0) };
    settings.bells[2] = band(1_000.0, 1.0, 1.0);
    let mut equalizer = Equalizer::new(Format::stereo(48_000.0));
    equalizer.set(&settings);
    for (heard_as, expected_db) in [(Placement::Stereo, 1.0), (Placement::Mid, 7.0), (Placement::Side, -2.0)] {
        assert!((equalizer.response_db(1_000.0, heard_as) - expected_db).abs() < 1e-9, "{heard_as:?}");
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

#[test]
fn a_change_right_after_the_start_glides_and_arrives() {
    let mut equalizer = mono(48_000.0, with_bell(band(1_000.0, -12.0, 1.0)));
    equalizer.process(&mut [&mut [0.1; 8]]);
    equalizer.set(&with_bell(band(1_000.0, 12.0, 1.0)));
    assert!((equalizer.response_db(1_000.0, Placement::Stereo) + 12.0).abs() < 1e-6);
    equalizer.process(&mut [&mut [0.1; 500]]);
    assert!(equalizer.response_db(1_000.0, Placement::Stereo).abs() < 2.0, "half way");
    equalizer.process(&mut [&mut [0.1; 500]]);
    assert!((equalizer.response_db(1_000.0, Placement::Stereo) - 12.0).abs() < 1e-6);
}

#[test]
fn after_a_reset_automation_falls_on_the_same_frames() {
    let play = |equalizer: &mut Equalizer| {
        let mut signal = signals::white_noise(1, 0.2, 3_000);
        equalizer.set(&with_bell(band(900.0, 3.0, 1.0)));
        equalizer.process(&mut [&mut signal[..100]]);
        equalizer.set(&with_bell(band(1_500.0, -3.0, 2.0)));
        equalizer.process(&mut [&mut signal[100..]]);
        signal
    };
    let expected = play(&mut Equalizer::new(Format::mono(48_000.0)));
    let mut equalizer = mono(48_000.0, busy());
    equalizer.process(&mut [&mut [0.1; 5]]);
    equalizer.reset();
    assert_eq!(play(&mut equalizer), expected);
}

#[test]
fn a_side_band_leaves_mono_alone_and_a_mid_band_does_not() {
    let side = mono(48_000.0, with_bell(BandSettings { placement: Placement::Side, ..band(1_000.0, 12.0, 1.0) }));
    let mid = mono(48_000.0, with_bell(BandSettings { placement: Placement::Mid, ..band(1_000.0, 12.0, 1.0) }));
    assert_eq!(side.response_db(1_000.0, Placement::Stereo), 0.0);
    assert!((mid.response_db(1_000.0, Placement::Stereo) - 12.0).abs() < 1e-6);
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
