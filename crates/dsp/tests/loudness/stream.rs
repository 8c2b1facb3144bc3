//! What happens in a stream besides sound: silence, garbage, pauses, resets, blocks of other shapes.

use super::{assert_lu, figures, measured, stereo, tone};
use dsp::format::Format;
use dsp::meter::loudness::{Loudness, SURROUND_WEIGHTS};
use dsp::units::SILENCE_DB;

const RATE_HZ: usize = 48_000;

#[test]
fn what_is_below_the_absolute_gate_is_no_programme() {
    // So quiet that the relative gates, 10 and 20 LU below the mean, would let −75 pass.
    let meter = measured(RATE_HZ, &[(30.0, -75.0), (20.0, -68.0), (20.0, -58.0), (30.0, -75.0)]);
    assert_lu(meter.range_lu(), 10.0, 0.02, "range");
    // The mean of the two tones; some blocks at their ends count as well.
    assert_lu(meter.integrated_lufs(), -60.6, 0.1, "integrated");
}

#[test]
fn nothing_is_measured_before_the_first_gating_block() {
    let meter = measured(RATE_HZ, &[(0.399, -20.0)]);
    assert_eq!(meter.integrated_lufs(), SILENCE_DB);
    assert_eq!(meter.range_lu(), SILENCE_DB);
    let meter = measured(RATE_HZ, &[(10.0, -75.0)]);
    assert_eq!(meter.integrated_lufs(), SILENCE_DB);
}

#[test]
fn a_mono_signal_is_one_channel() {
    let samples = tone(RATE_HZ, &[(1.0, -23.0)]);
    let mut meter = Loudness::new(Format::mono(RATE_HZ as f64));
    meter.process(&[&samples]);
    assert_lu(meter.momentary_lufs(), -22.993 - 3.0103, 0.001, "mono");
}

#[test]
fn each_of_five_channels_counts_with_its_weight() {
    let (samples, silence) = (tone(RATE_HZ, &[(1.0, -23.0)]), vec![0.0; RATE_HZ]);
    let front_lufs = -22.993 - 3.0103;
    for (channel, weight_lu) in [0.0, 0.0, 0.0, 1.492, 1.492].into_iter().enumerate() {
        let mut block = [&silence; 5];
        block[channel] = &samples;
        let mut meter = Loudness::with_weights(RATE_HZ as f64, &SURROUND_WEIGHTS);
        meter.process(&block);
        assert_lu(meter.momentary_lufs(), front_lufs + weight_lu, 0.001, &format!("channel {channel}"));
    }
}

#[test]
fn a_block_of_too_few_channels_is_not_measured_but_a_single_one_is_heard_on_all() {
    let samples = tone(RATE_HZ, &[(1.0, -23.0)]);
    let mut meter = Loudness::with_weights(RATE_HZ as f64, &SURROUND_WEIGHTS);
    meter.process(&[&samples; 4]);
    meter.process::<Vec<f32>>(&[]);
    assert_eq!(meter.measured_frames(), 0);
    meter.process(&[&samples]);
    // Five channels, weights 5.82 in all.
    assert_lu(meter.momentary_lufs(), -22.993 - 3.0103 + 7.649, 0.001, "one for all");
}

#[test]
fn what_is_no_sound_counts_as_silence_in_every_figure() {
    for garbage in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38, -3e38] {
        let mut clean = tone(RATE_HZ, &[(4.0, -20.0)]);
        let mut dirty = clean.clone();
        dirty[100_000] = garbage;
        clean[100_000] = 0.0;
        let [expected, reading] = [&clean, &dirty].map(|samples| {
            let mut meter = stereo(RATE_HZ);
            meter.process(&[samples, samples]);
            (figures(&meter), meter.range_of_file_lu())
        });
        assert_eq!(reading, expected, "{garbage}");
    }
}

#[test]
fn a_pause_leaves_no_trace_in_what_is_measured() {
    let mut meter = stereo(RATE_HZ);
    // Pauses begin and end inside a step of the grid.
    for (paused, level_db) in [(false, -23.0), (true, -6.0), (false, -23.0)] {
        meter.set_paused(paused);
        let samples = tone(RATE_HZ, &[(10.0 + 0.003, level_db)]);
        meter.process(&[&samples, &samples]);
        assert_lu(meter.momentary_lufs(), level_db + 0.007, 0.01, "momentary stays live");
    }
    assert_lu(meter.integrated_lufs(), -22.993, 0.01, "integrated");
    assert_lu(meter.range_lu(), 0.0, 0.01, "range");
    assert_lu(meter.max_momentary_lufs(), -22.993, 0.01, "max momentary");
    assert_lu(meter.max_short_term_lufs(), -22.993, 0.01, "max short-term");
    assert_eq!(meter.measured_frames(), 2 * 480_144);
}

#[test]
fn a_pause_at_the_end_of_a_file_adds_nothing_to_its_range() {
    let samples = tone(RATE_HZ, &[(10.0, -23.0)]);
    // Within a step of the grid, and for some steps.
    for paused_frames in [100, 1_000] {
        let mut meter = stereo(RATE_HZ);
        meter.process(&[&samples, &samples]);
        assert!(meter.range_of_file_lu() > meter.range_lu());
        meter.set_paused(true);
        meter.process(&[&samples[..paused_frames], &samples[..paused_frames]]);
        assert_eq!(meter.range_of_file_lu(), meter.range_lu(), "{paused_frames} frames of pause");
    }
}

#[test]
fn reset_equals_new() {
    let (loud, samples) = (tone(RATE_HZ, &[(5.0, -6.0)]), tone(RATE_HZ, &[(8.0, -23.0)]));
    let mut meter = stereo(RATE_HZ);
    meter.process(&[&loud[..100_001], &loud[..100_001]]);
    meter.reset();
    assert_eq!(figures(&meter), figures(&stereo(RATE_HZ)));
    meter.process(&[&samples, &samples]);
    assert_eq!(figures(&meter), figures(&measured(RATE_HZ, &[(8.0, -23.0)])));
}

#[test]
fn reset_in_a_pause_clears_the_measurement_and_keeps_the_pause() {
    let (loud, samples) = (tone(RATE_HZ, &[(5.0, -6.0)]), tone(RATE_HZ, &[(8.0, -23.0)]));
    let mut meter = stereo(RATE_HZ);
    meter.process(&[&loud, &loud]);
    meter.set_paused(true);
    meter.process(&[&loud[..100_001], &loud[..100_001]]);
    meter.reset();
    meter.process(&[&loud, &loud]);
    let [momentary_lufs, short_term_lufs, measured_figures @ ..] = figures(&meter);
    assert!(momentary_lufs > -7.0 && short_term_lufs > -7.0, "live all the same");
    assert_eq!(measured_figures, [SILENCE_DB; 4]);
    assert_eq!(meter.measured_frames(), 0);

    meter.set_paused(false);
    meter.process(&[&samples, &samples]);
    let [.., integrated_lufs, range_lu, max_momentary_lufs, max_short_term_lufs] = figures(&meter);
    for reading in [integrated_lufs, max_momentary_lufs, max_short_term_lufs] {
        assert_lu(reading, -22.993, 0.01, "only what came after the pause");
    }
    assert_lu(range_lu, 0.0, 0.01, "range");
}
