//! Nothing that changes may be heard as such.

use super::*;
use dsp::svf::{Svf, Taps};

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

/// The largest sample in dBFS of a 60 Hz sine at −12 dBFS, while settings change before every block.
fn peak_dbfs(block_frames: usize, settings_of: impl Fn(usize) -> EqualizerSettings) -> f64 {
    let rate_hz = 44_100.0;
    let mut signal = signals::sine(60.0, 10f64.powf(-12.0 / 20.0), 0.0, rate_hz, 88_200);
    let mut equalizer = mono(rate_hz, settings_of(0));
    for (turn, block) in signal.chunks_mut(block_frames).enumerate() {
        equalizer.set(&settings_of(turn));
        equalizer.process(&mut [block]);
    }
    rulers::db(rulers::peak(&signal))
}

#[test]
fn jumps_in_every_block_do_not_overshoot() {
    for block_frames in [16, 64, 480, 2_000] {
        for (gain_db, q, highest_dbfs) in [(12.0, 4.0, 0.0), (-12.0, 1.0, -12.0)] {
            let peak_dbfs = peak_dbfs(block_frames, |turn| {
                with_bell(band(if turn.is_multiple_of(2) { 3_000.0 } else { 60.0 }, gain_db, q))
            });
            println!("{gain_db} dB, every {block_frames} frames: {peak_dbfs:.2} dBFS");
            assert!(peak_dbfs < highest_dbfs + 0.1, "{peak_dbfs} dBFS");
        }
    }
}

#[test]
fn a_frequency_that_vibrates_does_not_overshoot() {
    // 200 Hz between 40 and 4 000 Hz; direct forms reach +7 dBFS.
    for block_frames in [8, 32] {
        let peak_dbfs = peak_dbfs(block_frames, |turn| {
            let phase = std::f64::consts::TAU * 200.0 * (turn * block_frames) as f64 / 44_100.0;
            with_bell(band(400.0 * 10f64.powf(phase.sin()) as f32, -12.0, 1.0))
        });
        println!("every {block_frames} frames: {peak_dbfs:.2} dBFS");
        assert!(peak_dbfs < -11.9, "{peak_dbfs} dBFS");
    }
}

#[test]
fn switching_never_gets_louder_than_both_ends() {
    let off = EqualizerSettings::default();
    let boost = with_bell(band(60.0, 12.0, 4.0));
    for (name, from, to) in [
        ("bell", off, boost),
        ("low shelf", off, with_low_shelf(band(200.0, 12.0, 0.71))),
        ("high shelf", off, with_high_shelf(band(20.0, 12.0, 0.71))),
        ("steep high-pass", off, with_high_pass(Slope::Db24, 20.0)),
        ("slope", with_high_pass(Slope::Db6, 20.0), with_high_pass(Slope::Db12, 20.0)),
        ("low-pass", off, with_low_pass(Slope::Db24, 1_000.0)),
        ("placement", boost, with_bell(BandSettings { placement: Placement::Mid, ..boost.bells[1] })),
    ] {
        let settled_dbfs = |settings| peak_dbfs(88_200, |_| settings);
        let highest_dbfs = settled_dbfs(from).max(settled_dbfs(to));
        for block_frames in [64, 1_000, 10_000] {
            let switching_dbfs = peak_dbfs(block_frames, |turn| if turn.is_multiple_of(2) { from } else { to });
            // A filter that starts in the middle of a sine settles: a tenth of a decibel is 1 %.
            assert!(
                switching_dbfs < highest_dbfs + 0.1,
                "{name}, every {block_frames} frames: {switching_dbfs} dBFS, settled {highest_dbfs} dBFS"
            );
        }
    }
}
