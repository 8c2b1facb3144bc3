//! The null test: what is measured of a delivery, and how exactly.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod bus;
mod mixed;
mod song;
mod twelve;

use render::null_test::{Cause, NullTest, Verdict};

use song::{Delivery, LEAD, gained, late, mono, moved};

fn drift_ppm(test: &NullTest, of: Option<usize>) -> Option<f64> {
    test.causes.iter().find_map(|cause| match cause {
        Cause::Drift { stem, drift_ppm } if *stem == of => Some(*drift_ppm),
        _ => None,
    })
}

#[test]
fn stems_as_exported_null() {
    let test = Delivery::composed().test();
    assert_eq!((test.verdict, test.causes.as_slice()), (Verdict::Pass, [].as_slice()));
    // Stems and mix are on the grid of 24 bits, and so is their sum: nothing is left at all.
    assert!(test.residual.peak_dbfs.value().is_none_or(|db| db < -130.0), "{:?}", test.residual);
}

#[test]
fn what_a_right_gain_would_leave_is_foretold() {
    let mut delivery = Delivery::composed();
    delivery.stems[LEAD] = gained(&delivery.stems[LEAD], -0.8);
    let test = delivery.test();
    let sentence = test.sentences.first().expect("a cause");
    assert_eq!(sentence, "would null if 04 Lead were +0.80 dB");
    // What the rounding of one stem to 24 bits leaves is −150 dBFS; the gain itself is known to −110 dB or so.
    let repaired = test.repaired.and_then(|residual| residual.worst_rms_dbfs.value()).expect("it can be repaired");
    assert!(repaired < -110.0, "{repaired}");
}

#[test]
fn a_late_stem_is_named_to_the_sample() {
    for (index, frames) in [(LEAD, 1_000), (1, 3)] {
        let mut delivery = Delivery::composed();
        delivery.stems[index] = late(&delivery.stems[index], frames);
        let test = delivery.test();
        let [Cause::Delay { stem: Some(stem), delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
        assert!(stem == index && (delay_frames + frames as f64).abs() < 0.05, "{:?}", test.sentences);
    }
}

#[test]
fn a_fraction_of_a_sample_is_measured() {
    let mut delivery = Delivery::composed();
    delivery.stems[2] = moved(&delivery.stems[2], |frame| frame - 0.37);
    let test = delivery.test();
    let [Cause::Delay { stem: Some(2), delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((delay_frames + 0.37).abs() < 0.05, "{delay_frames}");
}

#[test]
fn a_reference_that_starts_later_is_named() {
    let mut delivery = Delivery::composed();
    delivery.reference = late(&delivery.reference, 37);
    let test = delivery.test();
    let [Cause::Delay { stem: None, delay_frames }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((delay_frames - 37.0).abs() < 0.05, "{delay_frames}");
}

#[test]
fn a_stem_with_another_clock_is_named() {
    let mut delivery = Delivery::composed();
    delivery.stems[0] = moved(&delivery.stems[0], |frame| frame * (1.0 + 20e-6));
    let test = delivery.test();
    assert!(drift_ppm(&test, Some(0)).is_some_and(|ppm| (ppm - 20.0).abs() < 0.5), "{:?}", test.sentences);
}

#[test]
fn the_same_stem_twice_is_named() {
    let mut delivery = Delivery::composed();
    delivery.stems.push(delivery.stems[1].clone());
    delivery.names.push("06 Bass copy".into());
    let test = delivery.test();
    assert_eq!(test.verdict, Verdict::Fail);
    assert_eq!(test.causes, [Cause::Duplicate { stem: 5, within: 1 }], "{:?}", test.sentences);
}

#[test]
fn any_missing_stem_is_named() {
    for index in [0, 1, LEAD] {
        let mut delivery = Delivery::composed();
        delivery.stems.remove(index);
        delivery.names.remove(index);
        let test = delivery.test();
        assert!(matches!(test.causes[..], [Cause::Missing { .. }]), "without {index}: {:?}", test.sentences);
    }
}

#[test]
fn a_single_click_is_found_in_its_stem() {
    let mut delivery = Delivery::composed();
    delivery.stems[2].channels[0][300_000] += 0.01;
    let test = delivery.test();
    assert_ne!(test.verdict, Verdict::Pass);
    let [Cause::Click { at_s, peak_dbfs, count: 1, every_s: None, stem: Some(2) }] = test.causes[..] else {
        panic!("{:?}", test.sentences)
    };
    assert!((at_s - 6.25).abs() < 1e-3 && (peak_dbfs + 40.0).abs() < 0.1, "{at_s} {peak_dbfs}");
}

#[test]
fn a_lead_made_mono_is_named() {
    let mut delivery = Delivery::composed();
    delivery.stems[LEAD] = mono(&delivery.stems[LEAD]);
    let test = delivery.test();
    assert_eq!(test.causes, [Cause::Mono { stem: Some(LEAD) }], "{:?}", test.sentences);
}

#[test]
fn numbers_that_are_none_count_as_silence() {
    let mut delivery = Delivery::composed();
    delivery.stems[0].channels[1][5_000] = f32::NAN;
    delivery.reference.channels[0][9_000] = f32::INFINITY;
    let test = delivery.test();
    assert!(test.residual.peak_dbfs.value().is_some_and(f64::is_finite), "{:?}", test.residual);
    assert!(test.residual.worst_relative_db.value().is_some_and(f64::is_finite), "{:?}", test.residual);
}
