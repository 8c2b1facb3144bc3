//! Compressed files line up with the sound they were made from: what an encoder adds in front and behind is taken off.

#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod common;

use audio_file::{SourceBits, WavEncoding, read, write_wav};
use common::encoded::{FRAMES, RATE_HZ, encode, lag, soft_noise};
use common::{Folder, noise};

#[test]
fn alac_arrives_exactly() {
    let folder = Folder::new();
    let sound = noise(RATE_HZ, 2, FRAMES);
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer24).unwrap();
    // 24 bits are stored as such only when asked for.
    let options = ["-c:a", "alac", "-sample_fmt", "s32p"];
    if encode(&folder.join("a.wav"), &options, &folder.join("a.m4a")) {
        let decoded = read(folder.join("a.m4a")).unwrap();
        assert_eq!(
            (decoded.frames(), decoded.sample_rate_hz, decoded.source_bits),
            (FRAMES, RATE_HZ, sound.source_bits)
        );
        assert!(decoded == sound, "the samples differ");
    }
}

#[test]
fn compressed_files_begin_and_end_where_the_sound_did() {
    let folder = Folder::new();
    let sound = soft_noise();
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer24).unwrap();
    for (name, options) in [
        ("a.m4a", &["-c:a", "aac", "-b:a", "256k"][..]),
        ("a.mp3", &["-c:a", "libmp3lame", "-b:a", "320k"]),
        ("a.ogg", &["-c:a", "libvorbis", "-q:a", "8"]),
    ] {
        let path = folder.join(name);
        if !encode(&folder.join("a.wav"), options, &path) {
            continue;
        }
        let decoded = read(&path).unwrap();
        assert_eq!((decoded.frames(), decoded.source_bits), (FRAMES, SourceBits::Lossy), "{name}");
        for (row, original) in decoded.channels.iter().zip(&sound.channels) {
            let (lag, likeness) = lag(row, original);
            // At these rates the codecs keep all but the softest of it.
            assert!(lag == 0 && likeness > 0.99, "{name}: {lag} frames late, {likeness}");
        }
    }
}
