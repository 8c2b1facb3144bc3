//! A WAV appears complete or not at all.

mod common;

use std::fs;

use audio_file::{WavEncoding, WavWriter, WriteError, read, write_wav};
use common::{Folder, noise};

#[test]
fn blocks_of_any_size_make_the_same_file() {
    let folder = Folder::new();
    let sound = noise(48_000, 2, 5_001);
    write_wav(folder.join("whole.wav"), &sound, WavEncoding::Integer24).unwrap();
    let mut writer = WavWriter::create(folder.join("blocks.wav"), 48_000, 2, WavEncoding::Integer24).unwrap();
    for start in (0..5_001).step_by(77) {
        let end = (start + 77).min(5_001);
        writer.write(&[&sound.channels[0][start..end], &sound.channels[1][start..end]]).unwrap();
    }
    assert_eq!(writer.frames(), 5_001);
    writer.finish().unwrap();
    assert_eq!(fs::read(folder.join("whole.wav")).unwrap(), fs::read(folder.join("blocks.wav")).unwrap());
}

#[test]
fn sixteen_bits_round_to_the_nearest_and_clip() {
    let folder = Folder::new();
    let mut sound = noise(48_000, 1, 4);
    sound.channels[0] = vec![1.2, -1.2, 0.6 / 32_768.0, -0.4 / 32_768.0];
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer16).unwrap();
    let expected = [32_767.0, -32_768.0, 1.0, 0.0].map(|value: f32| value / 32_768.0);
    assert_eq!(read(folder.join("a.wav")).unwrap().channels, [expected]);
}

#[test]
fn nothing_has_the_final_name_before_the_end() {
    let folder = Folder::new();
    let mut writer = WavWriter::create(folder.join("a.wav"), 48_000, 1, WavEncoding::Integer24).unwrap();
    writer.write(&[[0.5; 1_000]]).unwrap();
    assert!(!folder.join("a.wav").exists());
    writer.finish().unwrap();
    assert_eq!(folder.names(), ["a.wav"]);
}

#[test]
fn a_writer_dropped_half_way_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new();
    write_wav(folder.join("a.wav"), &noise(48_000, 1, 10), WavEncoding::Integer24).unwrap();
    let before = fs::read(folder.join("a.wav")).unwrap();
    let mut writer = WavWriter::create(folder.join("a.wav"), 48_000, 1, WavEncoding::Integer24).unwrap();
    writer.write(&[[0.5; 1_000]]).unwrap();
    drop(writer);
    assert_eq!(folder.names(), ["a.wav"]);
    assert_eq!(fs::read(folder.join("a.wav")).unwrap(), before);
}

#[test]
fn a_sample_that_is_no_number_leaves_no_file() {
    let folder = Folder::new();
    let mut sound = noise(48_000, 2, 100);
    sound.channels[1][31] = f32::NAN;
    let error = write_wav(folder.join("a.wav"), &sound, WavEncoding::Float32).unwrap_err();
    assert!(matches!(error, WriteError::NotFinite { frame: 31, channel: 2, .. }), "{error}");
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_file_replaces_an_older_one_in_one_step() {
    let folder = Folder::new();
    fs::write(folder.join("a.wav"), "old").unwrap();
    let sound = noise(48_000, 2, 100);
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer24).unwrap();
    assert_eq!(read(folder.join("a.wav")).unwrap(), sound);
    assert_eq!(folder.names(), ["a.wav"]);
}

#[test]
fn a_missing_folder_and_a_folder_as_target_are_said() {
    let folder = Folder::new();
    for target in [folder.join("nowhere/a.wav"), folder.path().to_path_buf()] {
        let error = write_wav(&target, &noise(48_000, 1, 10), WavEncoding::Integer24).unwrap_err();
        assert!(matches!(&error, WriteError::Io { path, .. } if *path == target), "{error}");
    }
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let folder = Folder::new();
    let mut writer = WavWriter::create(folder.join("a.wav"), 48_000, 2, WavEncoding::Integer24).unwrap();
    assert!(matches!(writer.write(&[[0.0; 4]]), Err(WriteError::Channels { expected: 2, got: 1, .. })));
    assert!(matches!(writer.write(&[vec![0.0; 4], vec![0.0; 5]]), Err(WriteError::Channels { .. })));
}
