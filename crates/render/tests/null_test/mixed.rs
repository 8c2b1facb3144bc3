//! Two faults at once: both are named, and each as exactly as it would be alone.

use render::null_test::{Cause, NullTest};

use crate::song::{Delivery, LEAD, gained, late, map, mono};

fn spoiled(spoil: impl Fn(&mut Delivery)) -> NullTest {
    let mut song = Delivery::composed();
    spoil(&mut song);
    song.test()
}

fn soft(song: &mut Delivery, stem: usize) {
    song.stems[stem] = gained(&song.stems[stem], -0.8);
}

fn upside_down(song: &mut Delivery, stem: usize) {
    song.stems[stem] = map(&song.stems[stem], |x| -x);
}

fn remove(song: &mut Delivery, stem: usize) {
    song.names.remove(stem);
    song.stems.remove(stem);
}

fn is_soft(cause: &Cause, of: usize) -> bool {
    matches!(cause, Cause::Gain { stem: Some(stem), gain_db } if *stem == of && (gain_db - 0.8).abs() < 0.05)
}

#[test]
fn a_soft_stem_is_named_beside_one_that_is_upside_down() {
    let test = spoiled(|song| {
        soft(song, LEAD);
        upside_down(song, 1);
    });
    let [Cause::Polarity { stem: Some(1) }, gain] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!(is_soft(gain, LEAD), "{:?}", test.sentences);
}

#[test]
fn a_soft_stem_is_named_beside_a_late_one() {
    let test = spoiled(|song| {
        soft(song, LEAD);
        song.stems[0] = late(&song.stems[0], 37);
    });
    let [Cause::Delay { stem: Some(0), delay_frames }, gain] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!((delay_frames + 37.0).abs() < 0.05 && is_soft(gain, LEAD), "{:?}", test.sentences);
}

#[test]
fn a_soft_stem_is_named_although_another_one_is_missing() {
    // The drums, which play over everything, and the chords, which the lead shares its notes with.
    for missing in [0, 2] {
        let test = spoiled(|song| {
            soft(song, LEAD);
            remove(song, missing);
        });
        let [gain, Cause::Missing { .. }] = &test.causes[..] else { panic!("{:?}", test.sentences) };
        assert!(is_soft(gain, LEAD - 1), "{:?}", test.sentences);
    }
}

#[test]
fn a_stem_upside_down_is_named_although_another_one_is_missing() {
    let test = spoiled(|song| {
        upside_down(song, 1);
        remove(song, 2);
    });
    assert!(
        matches!(test.causes[..], [Cause::Polarity { stem: Some(1) }, Cause::Missing { .. }]),
        "{:?}",
        test.sentences
    );
}

#[test]
fn a_late_stem_is_named_although_another_one_is_missing() {
    let test = spoiled(|song| {
        song.stems[1] = late(&song.stems[1], 37);
        remove(song, 2);
    });
    let [Cause::Delay { stem: Some(1), delay_frames }, Cause::Missing { .. }] = test.causes[..] else {
        panic!("{:?}", test.sentences)
    };
    assert_eq!(delay_frames, -37.0);
}

#[test]
fn a_click_is_named_beside_a_soft_stem() {
    let test = spoiled(|song| {
        soft(song, LEAD);
        song.stems[2].channels[0][300_000] += 0.1;
    });
    let [gain, Cause::Click { stem: Some(2), count: 1, .. }] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!(is_soft(gain, LEAD), "{:?}", test.sentences);
}

#[test]
fn a_stem_made_mono_is_named_beside_a_soft_one() {
    let test = spoiled(|song| {
        soft(song, 0);
        song.stems[2] = mono(&song.stems[2]);
    });
    let [gain, Cause::Mono { stem: Some(2) }] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!(is_soft(gain, 0), "{:?}", test.sentences);
}

#[test]
fn a_soft_stem_is_named_beside_a_copy_of_another_one() {
    let test = spoiled(|song| {
        song.stems.push(song.stems[1].clone());
        song.names.push("06 Bass copy".into());
        soft(song, 0);
    });
    let [Cause::Duplicate { stem: 5, within: 1 }, gain] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!(is_soft(gain, 0), "{:?}", test.sentences);
}

#[test]
fn two_missing_stems_are_not_taken_for_anything_else() {
    let test = spoiled(|song| {
        remove(song, 0);
        remove(song, 0);
    });
    assert!(matches!(test.causes[..], [Cause::Missing { .. }]), "{:?}", test.sentences);
}

#[test]
fn a_soft_stem_of_a_real_song_is_named_although_another_one_is_missing() {
    let Some(mut song) = Delivery::real() else { return };
    soft(&mut song, 1);
    remove(&mut song, LEAD);
    let test = song.test();
    let [gain, Cause::Missing { .. }] = &test.causes[..] else { panic!("{:?}", test.sentences) };
    assert!(is_soft(gain, 1), "{:?}", test.sentences);
}
