//! What the edit list of an MP4 says is what is heard: no piece of the sound is lost, added or moved without a word.

#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use audio_file::{ReadError, WavEncoding, read, write_wav};
use common::Folder;
use common::encoded::{FRAMES, RATE_HZ, encode, lag, soft_noise};

/// What ffmpeg's encoder puts in front.
const LEAD_IN_FRAMES: u32 = 1_024;
/// [`FRAMES`] in the steps of ffmpeg's movies, milliseconds, rounded up.
const LENGTH_MS: u32 = 1_003;

/// Some noise as ffmpeg writes it, its tables behind the sound; nothing where it is not installed.
fn m4a(folder: &Folder) -> Option<PathBuf> {
    let (wav, path) = (folder.join("a.wav"), folder.join("a.m4a"));
    write_wav(&wav, &soft_noise(), WavEncoding::Integer24).unwrap();
    encode(&wav, &["-c:a", "aac", "-b:a", "256k"], &path).then_some(path)
}

/// Where the name of a box of the only track lies.
fn place(file: &[u8], name: &str) -> usize {
    let movie = file.windows(4).rposition(|word| word == b"moov").unwrap();
    movie + file[movie..].windows(4).position(|word| word == name.as_bytes()).unwrap()
}

fn number(file: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(file[at..at + 4].try_into().unwrap())
}

fn change(file: &mut [u8], at: usize, new: impl Fn(u32) -> u32) {
    let new = new(number(file, at)).to_be_bytes();
    file[at..at + 4].copy_from_slice(&new);
}

/// Gives a file these edits: how long, in ms, and from which frame of the track; from −1 nothing is heard.
fn set_edits(path: &Path, edits: &[(u32, i32)]) {
    let mut file = fs::read(path).unwrap();
    let mut list = [[0; 4], (edits.len() as u32).to_be_bytes()].concat();
    for (length_ms, from) in edits {
        list.extend([length_ms.to_be_bytes(), from.to_be_bytes(), [0, 1, 0, 0]].concat());
    }
    let start = place(&file, "elst");
    let old_bytes = number(&file, start - 4);
    let new_bytes = list.len() as u32 + 8;
    file.splice(start + 4..start - 4 + old_bytes as usize, list);
    for outer in ["moov", "trak", "edts", "elst"] {
        let at = place(&file, outer) - 4;
        change(&mut file, at, |bytes| bytes - old_bytes + new_bytes);
    }
    // The header of a track knows the sum.
    let at = place(&file, "tkhd") + 24;
    change(&mut file, at, |_| edits.iter().map(|(length_ms, _)| length_ms).sum());
    fs::write(path, file).unwrap();
}

/// Counts the time of the track in half frames, as a writer may.
fn halve_time_steps(path: &Path) {
    let mut file = fs::read(path).unwrap();
    let (header, times, list) = (place(&file, "mdhd"), place(&file, "stts"), place(&file, "elst"));
    let times = (0..number(&file, times + 8) as usize).map(|entry| times + 16 + 8 * entry);
    for at in [header + 16, header + 20, list + 16].into_iter().chain(times) {
        change(&mut file, at, |number| 2 * number);
    }
    fs::write(path, file).unwrap();
}

#[test]
fn a_sound_of_several_pieces_is_refused_and_not_cut() {
    let folder = Folder::new();
    let Some(path) = m4a(&folder) else { return };
    let middle_ms = 500;
    let from = (LEAD_IN_FRAMES + middle_ms * RATE_HZ / 1_000) as i32;
    set_edits(&path, &[(middle_ms, LEAD_IN_FRAMES as i32), (LENGTH_MS - middle_ms, from)]);
    let error = read(&path).map(|audio| audio.frames()).unwrap_err();
    assert!(matches!(&error, ReadError::Unsupported { what, .. } if what.contains("pieces")), "{error}");
}

#[test]
fn a_sound_is_not_missed_where_only_its_rounded_length_is_known() {
    let folder = Folder::new();
    let Some(path) = m4a(&folder) else { return };
    halve_time_steps(&path);
    let decoded = read(&path).unwrap();
    // What fills the last packet up cannot be told from the sound: up to the millisecond that rounding may have lost.
    assert!((FRAMES..FRAMES + 96).contains(&decoded.frames()), "{} frames", decoded.frames());
    assert_eq!(lag(&decoded.channels[0], &soft_noise().channels[0]).0, 0);
}

#[test]
fn silence_that_the_list_puts_in_front_is_heard() {
    let folder = Folder::new();
    let Some(path) = m4a(&folder) else { return };
    set_edits(&path, &[(500, -1), (LENGTH_MS, LEAD_IN_FRAMES as i32)]);
    let decoded = read(&path).unwrap();
    let silent_frames = RATE_HZ as usize / 2;
    assert_eq!(decoded.frames(), silent_frames + FRAMES);
    for (row, original) in decoded.channels.iter().zip(&soft_noise().channels) {
        let (silence, sound) = row.split_at(silent_frames);
        assert!(silence.iter().all(|&x| x == 0.0), "there is something in the silence");
        assert_eq!(lag(sound, original).0, 0);
    }
}
