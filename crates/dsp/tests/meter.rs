//! The whole meter: block sizes, reset, memory, levels on a display, and what it costs.

use dsp::format::Format;
use dsp::meter::{Meter, Readings};
use dsp::units::SILENCE_DB;
use testkit::{allocations, signals};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

fn noise(seconds: f64, rate_hz: f64) -> [Vec<f32>; 2] {
    let frames = (seconds * rate_hz) as usize;
    [signals::pink_noise(1, 0.2, frames), signals::pink_noise(2, 0.1, frames)]
}

fn measured(rate_hz: f64, left: &[f32], right: &[f32]) -> Readings {
    let mut meter = Meter::new(Format::stereo(rate_hz));
    meter.process(&[left, right]);
    meter.readings()
}

fn tone(amplitude: f64, seconds: f64) -> Vec<f32> {
    signals::sine(1_000.0, amplitude, 0.0, RATE_HZ, (seconds * RATE_HZ) as usize)
}

fn assert_near(reading: f64, expected: f64, tolerance: f64) {
    assert!((reading - expected).abs() <= tolerance, "{reading} instead of {expected}");
}

#[test]
fn every_reading_is_the_same_bits_for_every_block_size() {
    for rate_hz in [11_025.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
        let [left, right] = noise(4.0, rate_hz);
        let whole = measured(rate_hz, &left, &right);
        for block_frames in [1, 17, 64, 480, 1_024, 4_096] {
            let mut meter = Meter::new(Format::stereo(rate_hz));
            for (left, right) in left.chunks(block_frames).zip(right.chunks(block_frames)) {
                meter.process(&[left, right]);
            }
            assert_eq!(meter.readings(), whole, "{rate_hz} Hz, blocks of {block_frames}");
        }
    }
}

#[test]
fn reset_equals_new() {
    let [left, right] = noise(4.0, RATE_HZ);
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    meter.process(&[&right[..100_001], &left[..100_001]]);
    meter.reset();
    assert_eq!(meter.readings(), Readings::default());
    meter.process(&[&left, &right]);
    assert_eq!(meter.readings(), measured(RATE_HZ, &left, &right));
}

#[test]
fn nothing_is_allocated_while_measuring() {
    assert!(allocations::is_counting());
    let [left, right] = noise(4.0, RATE_HZ);
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    let calls = allocations::count(|| {
        meter.process(&[&left, &right]);
        meter.set_paused(true);
        meter.flush();
        std::hint::black_box(meter.readings());
        meter.reset();
    });
    assert_eq!(calls, 0);
}

#[test]
fn a_block_is_borrowed_in_any_form() {
    let mut samples = [[0.5_f32; 480], [0.25; 480]];
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    meter.process(&samples);
    let [left, right] = &mut samples;
    let block: &mut [&mut [f32]] = &mut [left, right];
    meter.process(block);
    meter.process::<&[f32]>(&[]);
    meter.process(&[[0.0; 0], [0.0; 0]]);
    assert_eq!(meter.readings().measured_frames, 960);
}

#[test]
fn odd_blocks_do_no_harm() {
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    meter.process(&[vec![0.5_f32; 480]]);
    meter.process(&[&[0.5_f32; 480][..], &[0.5; 100]]);
    assert_eq!(meter.readings().measured_frames, 580);
}

#[test]
fn silence_reads_as_nothing() {
    let silence = vec![0.0; 240_000];
    let readings = measured(RATE_HZ, &silence, &silence);
    assert_eq!(readings, Readings { measured_frames: 240_000, ..Readings::default() });
}

#[test]
fn garbage_leaves_every_reading_finite() {
    let garbage = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e6, 1e-45];
    let samples: Vec<f32> = garbage.iter().copied().cycle().take(200_000).collect();
    let readings = measured(RATE_HZ, &samples, &samples);
    let Readings { momentary_lufs, short_term_lufs, integrated_lufs, range_lu, true_peak_dbtp, .. } = readings;
    for reading in [momentary_lufs, short_term_lufs, integrated_lufs, range_lu, true_peak_dbtp, readings.psr_lu] {
        assert!(reading.is_finite(), "{readings:?}");
    }
    assert!(readings.rms_dbfs[0].is_finite() && readings.correlation.is_finite(), "{readings:?}");
}

#[test]
fn one_sample_that_is_no_sound_counts_as_silence_in_every_reading() {
    let [left, right] = noise(4.0, RATE_HZ);
    for garbage in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38] {
        // Recent, so that it is in every window; then long ago.
        for frame in [190_000, 20_000] {
            let with = |value: f32| {
                let mut left = left.clone();
                left[frame] = value;
                measured(RATE_HZ, &left, &right)
            };
            assert_eq!(with(garbage), with(0.0), "{garbage} at frame {frame}");
        }
    }
}

#[test]
fn levels_of_a_sine_are_those_of_the_textbook() {
    let readings = measured(RATE_HZ, &tone(0.5, 4.0), &tone(0.25, 4.0));
    for (reading, expected) in readings.peak_dbfs.into_iter().zip([-6.02, -12.04]) {
        assert_near(reading, expected, 0.01);
    }
    for (reading, expected) in readings.rms_dbfs.into_iter().zip([-9.03, -15.05]) {
        assert_near(reading, expected, 0.01);
    }
    assert_near(readings.sample_peak_dbfs, -6.02, 0.01);
    assert_near(readings.true_peak_dbtp, -6.02, 0.02);
    assert_near(readings.correlation, 1.0, 1e-9);
    assert_eq!(readings.clip_count, 0);
}

#[test]
fn peak_to_loudness_ratio_is_the_largest_true_peak_over_the_integrated_loudness() {
    // A tone of −20 dBFS on both sides is −20 LUFS; a second of it is 10 dB louder.
    let left: Vec<f32> = [tone(0.1, 4.0), tone(0.1 * 10f64.sqrt(), 1.0), tone(0.1, 4.0)].concat();
    let readings = measured(RATE_HZ, &left, &left);
    let integrated_lufs = testkit::loudness::Loudness::of(&[&left, &left], RATE_HZ).integrated_lufs();
    assert!((-19.0..-16.0).contains(&integrated_lufs), "{integrated_lufs}");
    assert_near(readings.plr_lu, -10.0 - integrated_lufs, 0.02);
}

#[test]
fn peak_to_short_term_ratio_knows_the_last_3_s_only() {
    let loud = tone(0.1 * 10f64.sqrt(), 1.0);
    let [just_in, just_out] = [2.9, 3.1].map(|seconds| {
        let left = [loud.clone(), tone(0.1, seconds)].concat();
        measured(RATE_HZ, &left, &left).psr_lu
    });
    // 100 ms of the louder tone are left in the window: 1.1 LU more, and its peak.
    assert_near(just_in, 10.0 - 1.14, 0.03);
    assert_near(just_out, 0.0, 0.03);
}

#[test]
fn without_loudness_there_is_no_ratio() {
    let mut click = vec![0.0; 4_800];
    click[100] = 0.5;
    let readings = measured(RATE_HZ, &click, &click);
    assert!(readings.true_peak_dbtp > -7.0);
    assert_eq!(readings.plr_lu, SILENCE_DB);
}

#[test]
fn a_peak_is_held_and_then_falls_20_db_in_1700_ms() {
    let mut meter = Meter::new(Format::mono(RATE_HZ));
    let mut click = vec![0.0; 480];
    click[0] = 1.0;
    meter.process(&[click]);
    let mut after = |ms: usize| {
        meter.process(&[vec![0.0; 48 * ms]]);
        meter.readings().peak_dbfs
    };
    assert_eq!(after(40), [0.0; 2], "held for 50 ms, shown on both sides of a mono signal");
    // The hold ends with the step of 10 ms after the fiftieth.
    assert_near(after(1_710)[0], -20.0, 0.2);
    assert_eq!(meter.readings().sample_peak_dbfs, 0.0);
}

#[test]
fn clipped_samples_are_counted_on_both_sides() {
    let left = [0.5, 1.0, -1.0, 0.999_999_9, 1.5];
    let right = [0.0, 0.0, -2.0, 0.0, 0.0];
    assert_eq!(measured(RATE_HZ, &left, &right).clip_count, 4);
}

#[test]
fn a_pause_stops_loudness_but_no_over() {
    let mut meter = Meter::new(Format::mono(RATE_HZ));
    meter.process(&[tone(0.1, 1.0)]);
    let before = meter.readings();
    meter.set_paused(true);
    meter.process(&[tone(1.0, 1.0)]);
    let after = meter.readings();
    assert_eq!((after.integrated_lufs, after.max_momentary_lufs), (before.integrated_lufs, before.max_momentary_lufs));
    assert_eq!(after.measured_frames, before.measured_frames);
    assert!(after.true_peak_dbtp > -0.1 && after.momentary_lufs > before.momentary_lufs + 19.0);
    meter.set_paused(false);
    meter.process(&[tone(0.1, 1.0)]);
    assert_near(meter.readings().integrated_lufs, before.integrated_lufs, 0.01);
    assert_ne!(before.integrated_lufs, SILENCE_DB);
}

/// `cargo test --release -p dsp --test meter -- --ignored --nocapture`
#[test]
#[ignore = "a measurement of time, for a quiet machine"]
fn cost_of_a_frame() {
    let [left, right] = noise(10.0, RATE_HZ);
    let mut meter = Meter::new(Format::stereo(RATE_HZ));
    let mut fastest = f64::MAX;
    for _ in 0..5 {
        let start = std::time::Instant::now();
        for (left, right) in left.chunks(512).zip(right.chunks(512)) {
            meter.process(&[left, right]);
        }
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    println!("{:.1} ns per stereo frame", fastest * 1e9 / left.len() as f64);
}
