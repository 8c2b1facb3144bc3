//! What the equalizer says of its curve is what is measured.

use super::*;

/// Half of full scale: an impulse of this height shows the whole curve at once.
const IMPULSE: f32 = 0.5;

/// The gain in dB at each frequency, from what an impulse leaves on the left channel: on both channels alike for
/// `Mid`, on both with opposite signs for `Side`, on the left alone for `Stereo`.
fn measured_db(
    settings: &EqualizerSettings,
    heard_as: Placement,
    sample_rate_hz: f64,
    frequencies_hz: &[f64],
) -> Vec<f64> {
    let mut equalizer = Equalizer::new(Format::stereo(sample_rate_hz));
    equalizer.set(settings);
    // The slowest filter here, a high-pass at 40 Hz, has fallen by 200 dB.
    let mut left = vec![0.0; (0.7 * sample_rate_hz) as usize];
    let mut right = left.clone();
    left[0] = IMPULSE;
    right[0] = match heard_as {
        Placement::Stereo => 0.0,
        Placement::Mid => IMPULSE,
        Placement::Side => -IMPULSE,
    };
    equalizer.process(&mut [&mut left, &mut right]);
    let gain_db = |&frequency_hz: &f64| {
        let (turn_sine, turn_cosine) = (std::f64::consts::TAU * frequency_hz / sample_rate_hz).sin_cos();
        let (mut cosine, mut sine) = (1.0, 0.0);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for &x in &left {
            real += f64::from(x) * cosine;
            imaginary += f64::from(x) * sine;
            (cosine, sine) = (cosine * turn_cosine - sine * turn_sine, sine * turn_cosine + cosine * turn_sine);
        }
        rulers::db(real.hypot(imaginary) / f64::from(IMPULSE))
    };
    frequencies_hz.iter().map(gain_db).collect()
}

/// Every type of band, and every slope.
fn every_filter() -> Vec<EqualizerSettings> {
    let mut all = Vec::new();
    for slope in SLOPES {
        all.extend([with_high_pass(slope, 40.0), with_low_pass(slope, 9_000.0)]);
    }
    for (low, high) in
        [(band(120.0, 6.0, 0.71), band(6_000.0, -12.0, 2.0)), (band(300.0, -9.0, 4.0), band(15_000.0, 6.0, 0.5))]
    {
        all.extend([with_low_shelf(low), with_high_shelf(high), with_bell(low), with_bell(high)]);
    }
    all
}

fn placed(settings: &EqualizerSettings, placement: Placement) -> EqualizerSettings {
    let mut placed = *settings;
    placed.high_pass.placement = placement;
    placed.low_pass.placement = placement;
    for band in [&mut placed.low_shelf, &mut placed.bells[1], &mut placed.high_shelf] {
        band.placement = placement;
    }
    placed
}

#[test]
fn every_filter_does_what_it_says_at_every_rate_and_placement() {
    let mut worst_db: f64 = 0.0;
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for settings in every_filter() {
            for placement in [Placement::Stereo, Placement::Mid, Placement::Side] {
                let settings = placed(&settings, placement);
                let mut equalizer = Equalizer::new(Format::stereo(sample_rate_hz));
                equalizer.set(&settings);
                let frequencies_hz = [25.0, 60.0, 150.0, 400.0, 1_500.0, 5_000.0, 9_000.0, 14_000.0, 20_000.0];
                let measured_db = measured_db(&settings, placement, sample_rate_hz, &frequencies_hz);
                for (frequency_hz, measured_db) in frequencies_hz.into_iter().zip(measured_db) {
                    let says_db = equalizer.response_db(frequency_hz, placement);
                    let error_db = (measured_db - says_db).abs();
                    assert!(
                        error_db < 0.01,
                        "{frequency_hz} Hz at {sample_rate_hz} Hz: {measured_db}, says {says_db}, {settings:?}"
                    );
                    worst_db = worst_db.max(error_db);
                }
            }
        }
    }
    println!("response: at most {worst_db:.6} dB from what is measured");
}

#[test]
fn all_bands_together_do_what_they_say() {
    for sample_rate_hz in [44_100.0, 192_000.0] {
        let mut equalizer = Equalizer::new(Format::stereo(sample_rate_hz));
        equalizer.set(&busy());
        for heard_as in [Placement::Mid, Placement::Side] {
            let frequencies_hz = [35.0, 120.0, 300.0, 2_000.0, 9_000.0, 19_000.0];
            let measured_db = measured_db(&busy(), heard_as, sample_rate_hz, &frequencies_hz);
            for (frequency_hz, measured_db) in frequencies_hz.into_iter().zip(measured_db) {
                let says_db = equalizer.response_db(frequency_hz, heard_as);
                assert!((measured_db - says_db).abs() < 0.01, "{frequency_hz} Hz: {measured_db}, says {says_db}");
            }
        }
    }
}

#[test]
fn a_tone_is_as_loud_as_the_response_says() {
    // The same by the ruler of an engineer: sines, one by one.
    let mut settings = busy();
    settings.bells[0] = band(40.0, 9.0, 3.0);
    settings.bells[2].placement = Placement::Stereo;
    let sample_rate_hz = 44_100.0;
    let expected = mono(sample_rate_hz, settings);
    for frequency_hz in [25.0, 40.0, 300.0, 2_000.0, 9_000.0, 20_000.0] {
        let mut equalizer = mono(sample_rate_hz, settings);
        let mut process = |block: &mut [&mut [f32]]| equalizer.process(block);
        let measured_db = rulers::gain_db(&mut process, frequency_hz, 0.1, 1.0, sample_rate_hz);
        let response_db = expected.response_db(frequency_hz, Placement::Stereo);
        // The ruler's own error at few periods of 25 Hz is 0.001 dB.
        assert!((measured_db - response_db).abs() < 0.01, "{frequency_hz} Hz: {measured_db}, says {response_db}");
    }
}

#[test]
fn on_its_way_the_response_lies_between_both_ends_and_only_moves_forward() {
    let mut equalizer = mono(48_000.0, with_bell(band(1_000.0, -6.0, 1.0)));
    equalizer.process(&mut [&mut [0.1; 160]]);
    equalizer.set(&with_bell(band(1_000.0, 12.0, 1.0)));
    let mut before_db = -6.0;
    for _ in 0..80 {
        equalizer.process(&mut [&mut [0.1; 16]]);
        let now_db = equalizer.response_db(1_000.0, Placement::Stereo);
        assert!((before_db..=12.000_001).contains(&now_db), "{before_db} dB, then {now_db} dB");
        before_db = now_db - 1e-9;
    }
    assert!((before_db - 12.0).abs() < 1e-6);
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
