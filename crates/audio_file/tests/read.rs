//! What arrives from a file, and what is said when nothing can.

#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod common;

use std::fs;

use audio_file::{Audio, ReadError, Reader, SourceBits, WavEncoding, read, write_wav};
use common::{Folder, noise};

/// An AIFF of 16-bit samples, written byte by byte from the format's description.
fn aiff_bytes(sample_rate_hz: u16, left_and_right: &[(i16, i16)]) -> Vec<u8> {
    let frames = left_and_right.len() as u32;
    let exponent = 15 - sample_rate_hz.leading_zeros() as u16;
    let mut common = vec![0, 2];
    common.extend(frames.to_be_bytes());
    common.extend([0, 16]);
    common.extend((16_383 + exponent).to_be_bytes());
    common.extend((u64::from(sample_rate_hz) << (63 - exponent)).to_be_bytes());
    let mut sound = vec![0; 8];
    for (left, right) in left_and_right {
        sound.extend(left.to_be_bytes());
        sound.extend(right.to_be_bytes());
    }
    let mut form = b"AIFF".to_vec();
    for (name, chunk) in [(b"COMM", common), (b"SSND", sound)] {
        form.extend(name);
        form.extend((chunk.len() as u32).to_be_bytes());
        form.extend(chunk);
    }
    let mut file = b"FORM".to_vec();
    file.extend((form.len() as u32).to_be_bytes());
    file.extend(form);
    file
}

/// The smallest encoder of FLAC: every block stored verbatim, mono, 24 bits.
fn flac_bytes(samples: &[i32]) -> Vec<u8> {
    let crc = |bytes: &[u8], bits: u32, polynomial: u32| {
        bytes.iter().fold(0u32, |mut crc, &byte| {
            crc ^= u32::from(byte) << (bits - 8);
            for _ in 0..8 {
                crc = if crc >> (bits - 1) & 1 == 1 { (crc << 1) ^ polynomial } else { crc << 1 };
            }
            crc & ((1u64 << bits) - 1) as u32
        })
    };
    let frames = samples.len() as u16;
    let mut file = b"fLaC\x80\0\0\x22".to_vec();
    file.extend(frames.to_be_bytes());
    file.extend(frames.to_be_bytes());
    file.extend([0; 6]);
    // 20 bits of sample rate, 3 of channels - 1, 5 of bits - 1, 36 of length; then no checksum.
    file.extend((48_000u64 << 44 | 23 << 36 | u64::from(frames)).to_be_bytes());
    file.extend([0; 16]);
    // Frame header: 16-bit block size given, 48 kHz, mono, 24 bits, frame number 0.
    let mut frame = vec![0xff, 0xf8, 0x7a, 0x0c, 0];
    frame.extend((frames - 1).to_be_bytes());
    frame.push(crc(&frame, 8, 0x07) as u8);
    frame.push(0x02);
    for sample in samples {
        frame.extend(&sample.to_be_bytes()[1..]);
    }
    frame.extend((crc(&frame, 16, 0x8005) as u16).to_be_bytes());
    file.extend(frame);
    file
}

#[test]
fn wav_of_24_bits_arrives_exactly() {
    let folder = Folder::new();
    let sound = noise(96_000, 2, 5_000);
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer24).unwrap();
    assert_eq!(read(folder.join("a.wav")).unwrap(), sound);
}

#[test]
fn wav_of_floats_arrives_exactly_even_beyond_full_scale() {
    let folder = Folder::new();
    let mut sound = noise(44_100, 2, 3_000);
    sound.source_bits = SourceBits::Float(32);
    sound.channels[0][7] = 1.75;
    sound.channels[1][9] = f32::MIN_POSITIVE / 8.0;
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Float32).unwrap();
    assert_eq!(read(folder.join("a.wav")).unwrap(), sound);
}

#[test]
fn wav_of_16_bits_and_32_bit_integers_arrive() {
    let folder = Folder::new();
    for (bits, value, expected) in [(16, -12_345, -12_345.0 / 32_768.0), (32, 1 << 30, 0.5)] {
        let path = folder.join("a.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = hound::WavWriter::create(&path, spec).unwrap();
        wav.write_sample(value).unwrap();
        wav.finalize().unwrap();
        let audio = read(&path).unwrap();
        assert_eq!(audio.channels, [[expected]]);
        assert_eq!(audio.source_bits, SourceBits::Integer(u32::from(bits)));
    }
}

#[test]
fn aiff_arrives_exactly() {
    let folder = Folder::new();
    fs::write(folder.join("a.aiff"), aiff_bytes(44_100, &[(-32_768, 32_767), (1, -2), (300, 0)])).unwrap();
    let audio = read(folder.join("a.aiff")).unwrap();
    assert_eq!((audio.sample_rate_hz, audio.source_bits), (44_100, SourceBits::Integer(16)));
    assert_eq!(audio.channels[0], [-1.0, 1.0 / 32_768.0, 300.0 / 32_768.0]);
    assert_eq!(audio.channels[1], [32_767.0 / 32_768.0, -2.0 / 32_768.0, 0.0]);
}

#[test]
fn flac_of_24_bits_arrives_exactly() {
    let folder = Folder::new();
    let samples: Vec<i32> =
        (0..200).map(|index| (index * 83_119) % 0x80_0000 - if index % 3 == 0 { 0x40_0001 } else { 0 }).collect();
    fs::write(folder.join("a.flac"), flac_bytes(&samples)).unwrap();
    let audio = read(folder.join("a.flac")).unwrap();
    assert_eq!((audio.sample_rate_hz, audio.source_bits), (48_000, SourceBits::Integer(24)));
    let expected: Vec<f32> = samples.iter().map(|&sample| sample as f32 / 8_388_608.0).collect();
    assert_eq!(audio.channels, [expected]);
}

#[test]
fn blocks_join_to_the_whole_file() {
    let folder = Folder::new();
    let sound = noise(48_000, 2, 10_007);
    write_wav(folder.join("a.wav"), &sound, WavEncoding::Integer24).unwrap();
    let mut reader = Reader::open(folder.join("a.wav")).unwrap();
    assert_eq!(reader.declared_frames(), Some(10_007));
    let mut joined = vec![Vec::new(); 2];
    let mut blocks = 0;
    while let Some(block) = reader.next_block().unwrap() {
        blocks += 1;
        joined[0].extend_from_slice(&block[0]);
        joined[1].extend_from_slice(&block[1]);
    }
    assert!(blocks > 1);
    assert_eq!(joined, sound.channels);
}

/// The error a file gives; its text must name the file.
fn refusal(folder: &Folder, name: &str) -> (ReadError, String) {
    let error = read(folder.join(name)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(name), "{text}");
    (error, text)
}

#[test]
fn a_missing_file_is_called_missing() {
    let (error, _) = refusal(&Folder::new(), "nowhere.wav");
    assert!(matches!(error, ReadError::Missing { .. }), "{error:?}");
}

#[test]
fn a_folder_is_no_file() {
    let folder = Folder::new();
    fs::create_dir(folder.join("drums.wav")).unwrap();
    let (error, _) = refusal(&folder, "drums.wav");
    assert!(matches!(error, ReadError::Unreadable { .. }), "{error:?}");
}

#[test]
fn text_called_wav_is_not_audio() {
    let folder = Folder::new();
    fs::write(folder.join("notes.wav"), "chorus louder, please\n".repeat(400)).unwrap();
    let (error, _) = refusal(&folder, "notes.wav");
    assert!(matches!(error, ReadError::NotAudio { .. }), "{error:?}");
}

#[test]
fn an_empty_file_and_a_header_without_sound_are_called_empty() {
    let folder = Folder::new();
    fs::write(folder.join("none.wav"), "").unwrap();
    write_wav(folder.join("silent.wav"), &noise(48_000, 1, 0), WavEncoding::Integer24).unwrap();
    for name in ["none.wav", "silent.wav"] {
        let (error, _) = refusal(&folder, name);
        assert!(matches!(error, ReadError::Empty { .. }), "{error:?}");
    }
}

#[test]
fn a_wav_cut_off_anywhere_is_refused() {
    let folder = Folder::new();
    write_wav(folder.join("a.wav"), &noise(48_000, 2, 4_000), WavEncoding::Integer24).unwrap();
    let bytes = fs::read(folder.join("a.wav")).unwrap();
    for length in [5, 20, 40, 68, 70, 1_000, bytes.len() / 2, bytes.len() - 1] {
        fs::write(folder.join("cut.wav"), &bytes[..length]).unwrap();
        let (error, text) = refusal(&folder, "cut.wav");
        let expected = matches!(error, ReadError::Truncated { declared_frames: 4_000, .. } | ReadError::Damaged { .. });
        assert!(expected, "{length} bytes: {text}");
    }
    assert!(matches!(refusal(&folder, "cut.wav").0, ReadError::Truncated { .. }));
}

#[test]
fn a_flac_cut_off_or_changed_is_refused() {
    let folder = Folder::new();
    let bytes = flac_bytes(&(0..500).map(|index| index * 1_000).collect::<Vec<_>>());
    fs::write(folder.join("cut.flac"), &bytes[..bytes.len() / 2]).unwrap();
    let mut changed = bytes.clone();
    changed[700] ^= 0x10;
    fs::write(folder.join("changed.flac"), changed).unwrap();
    for name in ["cut.flac", "changed.flac"] {
        let (error, text) = refusal(&folder, name);
        assert!(matches!(error, ReadError::Truncated { .. } | ReadError::Damaged { .. }), "{text}");
    }
}

#[test]
fn a_flac_whose_samples_do_not_match_its_checksum_is_refused() {
    let folder = Folder::new();
    let mut bytes = flac_bytes(&(0..500).map(|index| index * 1_000).collect::<Vec<_>>());
    // The checksum of the samples ends the header, 42 bytes from the start; all zeros stand for none.
    bytes[26..42].fill(0x5a);
    fs::write(folder.join("other.flac"), bytes).unwrap();
    let (error, text) = refusal(&folder, "other.flac");
    assert!(matches!(error, ReadError::Damaged { frame: 500, .. }), "{text}");
}

#[test]
fn more_than_two_channels_are_refused_with_their_count() {
    let folder = Folder::new();
    write_wav(folder.join("surround.wav"), &noise(48_000, 6, 100), WavEncoding::Integer24).unwrap();
    let (error, text) = refusal(&folder, "surround.wav");
    assert!(matches!(error, ReadError::Channels { channels: 6, .. }), "{text}");
}

#[test]
fn the_first_sample_that_is_no_number_is_found() {
    let folder = Folder::new();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut wav = hound::WavWriter::create(folder.join("bad.wav"), spec).unwrap();
        for frame in 0..3_000 {
            wav.write_sample(if frame == 2_600 { bad } else { 0.25 }).unwrap();
            wav.write_sample(if frame == 2_500 { bad } else { 0.5 }).unwrap();
        }
        wav.finalize().unwrap();
        let (error, text) = refusal(&folder, "bad.wav");
        let ReadError::NotFinite { frame, channel, value, .. } = error else { panic!("{text}") };
        assert_eq!((frame, channel), (2_500, 2));
        assert_eq!(value.to_string(), bad.to_string());
    }
}

#[test]
fn length_in_seconds_follows_the_rate() {
    let audio = Audio { sample_rate_hz: 8_000, channels: vec![vec![0.0; 4_000]], source_bits: SourceBits::Integer(16) };
    assert_eq!((audio.frames(), audio.length_s()), (4_000, 0.5));
}
