//! The sum, measured.

use dsp::sum::Sum;
use testkit::{allocations, allocations::Counting, signals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn stems_are_rounded_once() {
    let stems: Vec<Vec<f32>> = (0..16).map(|seed| signals::white_noise(seed, 0.3, 500)).collect();
    let mut sum = Sum::new(1, 500);
    stems.iter().for_each(|stem| sum.add(&[stem]));
    let mut mix = vec![1.0; 500];
    sum.write(&mut [&mut mix]);
    for (frame, &x) in mix.iter().enumerate() {
        let exact: f64 = stems.iter().map(|stem| f64::from(stem[frame])).sum();
        assert_eq!(x, exact as f32);
    }
}

#[test]
fn a_stem_and_its_inverse_leave_the_rest_untouched() {
    // In 32-bit float, what stands beside a full-scale stem would lose its last bits.
    let (quiet, loud) = (signals::white_noise(1, 1e-5, 300), signals::white_noise(2, 1.0, 300));
    let inverted: Vec<f32> = loud.iter().map(|x| -x).collect();
    let mut sum = Sum::new(1, 300);
    for stem in [&loud, &quiet, &inverted] {
        sum.add(&[stem]);
    }
    let mut mix = vec![0.0; 300];
    sum.write(&mut [&mut mix]);
    assert_eq!(mix, quiet);
}

#[test]
fn left_and_right_stay_apart_and_mono_sounds_on_both() {
    let mut sum = Sum::new(2, 4);
    sum.add(&[[0.5; 4], [0.25; 4]]);
    sum.add(&[[0.125; 4]]);
    let (mut left, mut right) = ([0.0; 4], [0.0; 4]);
    sum.write(&mut [&mut left, &mut right]);
    assert_eq!((left, right), ([0.625; 4], [0.375; 4]));
}

#[test]
fn a_cleared_sum_is_silent() {
    let mut sum = Sum::new(1, 4);
    sum.add(&[[0.5; 4]]);
    sum.clear();
    let mut mix = [1.0; 4];
    sum.write(&mut [&mut mix]);
    assert_eq!(mix, [0.0; 4]);
}

#[test]
fn odd_input_gives_finite_output() {
    let mut sum = Sum::new(2, 4);
    sum.add(&[&[f32::NAN, f32::INFINITY, f32::MAX, 0.5, 0.5][..], &[0.5]]);
    sum.add(&[&[0.5, f32::NEG_INFINITY, f32::MAX][..], &[], &[1.0; 9]]);
    let (mut left, mut right) = ([1.0; 6], [1.0; 2]);
    sum.write(&mut [&mut left, &mut right]);
    assert_eq!(left, [0.5, 0.0, f32::MAX, 0.5, 0.0, 0.0]);
    assert_eq!(right, [0.5, 0.0]);
}

#[test]
fn adding_allocates_nothing() {
    let mut sum = Sum::new(2, 64);
    let mut left = [0.5; 64];
    assert!(allocations::is_counting());
    let calls = allocations::count(|| {
        sum.clear();
        sum.add(&[[0.5; 64], [0.25; 64]]);
        sum.write(&mut [&mut left]);
    });
    assert_eq!(calls, 0);
}
