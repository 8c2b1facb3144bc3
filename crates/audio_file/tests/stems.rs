//! A folder becomes a set of stems that can be summed, or is refused by the name of the odd one.

#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod common;

use std::fs;

use audio_file::{StemError, StemOptions, StemSet, WavEncoding, write_wav};
use common::{Folder, noise};

const PLAIN: StemOptions = StemOptions { reference: None, align: false };
const ALIGN: StemOptions = StemOptions { reference: None, align: true };

/// A folder with stems given as (name, rate, channels, frames).
fn folder_with(stems: &[(&str, u32, usize, usize)]) -> Folder {
    let folder = Folder::new();
    for &(name, sample_rate_hz, channels, frames) in stems {
        let sound = noise(sample_rate_hz, channels, frames);
        write_wav(folder.join(name), &sound, WavEncoding::Integer24).unwrap();
    }
    folder
}

fn names(set: &StemSet) -> Vec<&str> {
    set.stems.iter().map(|stem| stem.name.as_str()).collect()
}

#[test]
fn stems_come_in_the_order_of_their_names() {
    let folder = folder_with(&[
        ("03 Vocals.wav", 48_000, 2, 99),
        ("01 Drums.WAV", 48_000, 2, 99),
        ("02 Bass.wav", 48_000, 2, 99),
    ]);
    fs::write(folder.join("readme.txt"), "mix 7").unwrap();
    fs::write(folder.join("._01 Drums.wav"), "left by the Finder").unwrap();
    let set = StemSet::load(folder.path(), &PLAIN).unwrap();
    assert_eq!(names(&set), ["01 Drums", "02 Bass", "03 Vocals"]);
    assert_eq!((set.sample_rate_hz, set.frames, set.notes.len()), (48_000, 99, 0));
    assert_eq!(set.stems[1].audio, noise(48_000, 2, 99));
}

#[test]
fn the_reference_in_the_folder_is_no_stem() {
    let folder = folder_with(&[("drums.wav", 48_000, 2, 99), ("mix.wav", 44_100, 2, 50)]);
    let reference = folder.path().join("../").join(folder.path().file_name().unwrap()).join("mix.wav");
    let options = StemOptions { reference: Some(&reference), align: false };
    assert_eq!(names(&StemSet::load(folder.path(), &options).unwrap()), ["drums"]);
}

#[test]
fn a_file_that_calls_itself_the_mix_is_no_stem_and_is_told() {
    for mix in ["reference_mix.wav", "00 Mixdown.wav", "Full Mix v3.wav", "mix.wav", "Song (master).wav"] {
        let folder =
            folder_with(&[("drums.wav", 48_000, 2, 99), ("Mixed choir.wav", 48_000, 2, 99), (mix, 48_000, 2, 99)]);
        let set = StemSet::load(folder.path(), &PLAIN).unwrap();
        assert_eq!(names(&set), ["Mixed choir", "drums"], "{mix}");
        let [note] = set.notes.as_slice() else { panic!("{:?}", set.notes) };
        assert!(note.contains(mix.trim_end_matches(".wav")) && note.contains("rename"), "{note}");
    }
    let alone = folder_with(&[("mix.wav", 48_000, 2, 99)]);
    assert_eq!(names(&StemSet::load(alone.path(), &PLAIN).unwrap()), ["mix"]);
}

#[test]
fn a_missing_reference_is_said() {
    let folder = folder_with(&[("drums.wav", 48_000, 2, 99)]);
    let reference = folder.join("mix.wav");
    let error = StemSet::load(folder.path(), &StemOptions { reference: Some(&reference), align: false }).unwrap_err();
    assert!(matches!(error, StemError::Reference { .. }), "{error}");
}

#[test]
fn a_folder_without_audio_and_no_folder_are_refused() {
    let folder = Folder::new();
    fs::write(folder.join("readme.txt"), "soon").unwrap();
    assert!(matches!(StemSet::load(folder.path(), &PLAIN), Err(StemError::Empty { .. })));
    assert!(matches!(StemSet::load(folder.join("nowhere"), &PLAIN), Err(StemError::Folder { .. })));
}

#[test]
fn the_stem_of_another_rate_is_named_with_both_rates() {
    let folder = folder_with(&[("a.wav", 44_100, 2, 99), ("b.wav", 48_000, 2, 99), ("c.wav", 48_000, 2, 99)]);
    let text = StemSet::load(folder.path(), &PLAIN).unwrap_err().to_string();
    assert!(text.contains("a.wav: 44100 Hz") && text.contains("48000 Hz"), "{text}");
}

#[test]
fn the_stem_of_another_length_is_named_with_both_lengths() {
    let folder = folder_with(&[("a.wav", 48_000, 2, 99), ("b.wav", 48_000, 2, 98), ("c.wav", 48_000, 2, 99)]);
    let text = StemSet::load(folder.path(), &PLAIN).unwrap_err().to_string();
    assert!(text.contains("b.wav: 98 frames") && text.contains("99"), "{text}");
}

#[test]
fn mono_among_stereo_stays_mono_and_is_noted() {
    let folder = folder_with(&[("a.wav", 48_000, 2, 99), ("b.wav", 48_000, 1, 99)]);
    let set = StemSet::load(folder.path(), &PLAIN).unwrap();
    assert_eq!(set.stems[1].audio.channels.len(), 1);
    assert_eq!(set.notes, ["b is mono"]);
}

#[test]
fn alignment_converts_pads_and_says_so() {
    let folder =
        folder_with(&[("a.wav", 44_100, 2, 44_100), ("b.wav", 48_000, 2, 48_000), ("c.wav", 48_000, 2, 40_000)]);
    let set = StemSet::load(folder.path(), &ALIGN).unwrap();
    assert_eq!((set.sample_rate_hz, set.frames), (48_000, 48_000));
    assert!(set.stems.iter().all(|stem| stem.audio.sample_rate_hz == 48_000 && stem.audio.frames() == 48_000));
    let padded = &set.stems[2].audio.channels[1];
    assert_eq!(padded[..40_000], noise(48_000, 2, 40_000).channels[1]);
    assert!(padded[40_000..].iter().all(|&sample| sample == 0.0));
    assert_eq!(set.stems[1].audio, noise(48_000, 2, 48_000));
    assert_eq!(set.notes.len(), 2);
    assert!(set.notes[0].contains("a was converted from 44100 Hz to 48000 Hz"), "{:?}", set.notes);
    assert!(set.notes[1].contains("c was padded with 8000 frames"), "{:?}", set.notes);
}

#[test]
fn of_equally_common_rates_alignment_takes_the_highest() {
    let folder = folder_with(&[("a.wav", 96_000, 2, 960), ("b.wav", 44_100, 2, 441)]);
    assert_eq!(StemSet::load(folder.path(), &ALIGN).unwrap().sample_rate_hz, 96_000);
}

#[test]
fn one_name_twice_is_refused() {
    let folder = folder_with(&[("drums.wav", 48_000, 2, 99)]);
    fs::copy(folder.join("drums.wav"), folder.join("drums.wave")).unwrap();
    assert!(matches!(StemSet::load(folder.path(), &PLAIN), Err(StemError::SameName { .. })));
}

#[test]
fn a_damaged_stem_is_named() {
    let folder = folder_with(&[("a.wav", 48_000, 2, 99)]);
    fs::write(folder.join("b.wav"), "not sound").unwrap();
    let error = StemSet::load(folder.path(), &PLAIN).unwrap_err();
    assert!(matches!(error, StemError::Read(_)) && error.to_string().contains("b.wav"), "{error}");
}
