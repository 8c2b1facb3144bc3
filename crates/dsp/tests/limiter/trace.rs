//! The outline of what goes in and comes out.

use dsp::limiter::trace::TraceStep;

use super::*;

/// A tone that grows, right half as loud and upside down.
fn growing(frames: usize) -> [Vec<f32>; 2] {
    let left: Vec<f32> = (0..frames)
        .map(|frame| {
            let time_s = frame as f64 / RATE_HZ;
            (2.0 * time_s * (std::f64::consts::TAU * 220.0 * time_s).sin()) as f32
        })
        .collect();
    let right = left.iter().map(|sample| -0.5 * sample).collect();
    [left, right]
}

/// What leaves the limiter, and the outline, taken after each block.
fn traced(on: bool, block_frames: usize) -> ([Vec<f32>; 2], Vec<TraceStep>) {
    let mut limiter = Limiter::new(Format::stereo(RATE_HZ));
    limiter.set(&LimiterSettings { drive_db: 6.0, ..LimiterSettings::default() });
    limiter.trace().set_on(on);
    let [mut left, mut right] = growing(48_000);
    let mut steps = Vec::new();
    for (left, right) in left.chunks_mut(block_frames).zip(right.chunks_mut(block_frames)) {
        limiter.process(&mut [left, right]);
        limiter.trace().take(|step| steps.push(step));
    }
    ([left, right], steps)
}

#[test]
fn a_trace_holds_the_extremes_of_each_hundredth_of_a_second() {
    let (output, steps) = traced(true, 512);
    // 48 000 frames are 100 steps; the last one ends with the last block.
    assert_eq!(steps.len(), 100);
    for (number, step) in steps.iter().enumerate() {
        let frames = number * 480..(number + 1) * 480;
        let samples = || output.iter().flat_map(|channel| &channel[frames.clone()]).copied();
        let expected = [samples().fold(f32::MAX, f32::min), samples().fold(f32::MIN, f32::max)];
        assert_eq!(step.output, expected, "step {number}");
    }
}

#[test]
fn the_reduction_of_a_trace_is_the_way_from_its_input_to_its_output() {
    let (_, steps) = traced(true, 512);
    assert!(steps.iter().any(|step| step.reduction_db > 6.0), "{:?}", steps.last());
    for step in steps {
        let [input, output] = [step.input, step.output].map(|[low, high]| f64::from(high.max(-low)));
        // The loudest sample need not be the one that is reduced most, but within 10 ms of a tone that grows by 1 % the
        // gain hardly moves.
        let way_db = db(input) - db(output);
        assert!((way_db - step.reduction_db).abs() < 0.2 || input < 0.01, "{way_db} {step:?}");
    }
}

#[test]
fn looking_changes_no_bit_and_blocks_change_no_step() {
    let (sound, steps) = traced(true, 512);
    assert_eq!(sound, traced(false, 512).0);
    for block_frames in [7, 1_024, 24_000] {
        assert_eq!(steps, traced(true, block_frames).1, "blocks of {block_frames}");
    }
}

#[test]
fn nobody_looks_and_nothing_is_kept() {
    assert_eq!(traced(false, 512).1, []);
}
