//! Middle and side.

use super::*;

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
fn a_side_band_leaves_mono_alone_and_a_mid_band_does_not() {
    let side = mono(48_000.0, with_bell(BandSettings { placement: Placement::Side, ..band(1_000.0, 12.0, 1.0) }));
    let mid = mono(48_000.0, with_bell(BandSettings { placement: Placement::Mid, ..band(1_000.0, 12.0, 1.0) }));
    assert_eq!(side.response_db(1_000.0, Placement::Stereo), 0.0);
    assert!((mid.response_db(1_000.0, Placement::Stereo) - 12.0).abs() < 1e-6);
}
