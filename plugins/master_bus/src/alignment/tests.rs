//! The offset is found, and comes into force at one frame whatever the blocks and the helper do.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dsp::format::Format;
use dsp::master_chain::MasterChain;
use dsp::meter::null::{NullReadings, NullVerdict};
use dsp::units::SILENCE_DB;

use super::{Alignment, Recorder};

const RATE_HZ: f64 = 8_000.0;

/// Different every time, the same in every run (xorshift).
fn noise(seed: u64, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..frames).map(|_| next()).collect()
}

const FRAMES: usize = 64_000;

/// Plays silence, then music that comes 37 frames after the reference and has so much noise of its own, in blocks of the
/// sizes given in turn. `helper` is called after each block, with the frames played so far.
fn play(own: f32, sizes: &[usize], may_wait: bool, mut helper: impl FnMut(&Alignment, usize)) -> NullReadings {
    let source = [noise(1, FRAMES + 37), noise(2, FRAMES + 37)];
    // It fades, so that the worst moment is the first one that counts.
    let fade = |frame: usize| own * (1.0 - frame as f32 / FRAMES as f32);
    let own: Vec<f32> = noise(3, FRAMES).into_iter().enumerate().map(|(frame, x)| fade(frame) * x).collect();
    let at = |frame: usize| source.each_ref().map(|side| if frame < 1_000 { 0.0 } else { side[frame] });
    let alignment = Alignment::new(RATE_HZ);
    let mut recorder = Recorder::new(Arc::clone(&alignment));
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    let mut start = 0;
    for size in sizes.iter().cycle() {
        let end = (start + size).min(FRAMES);
        let sides = |late: usize| [0, 1].map(|side| (start..end).map(|f| at(f + 37 - late)[side]).collect());
        let (mut input, reference): ([Vec<f32>; 2], [Vec<f32>; 2]) = (sides(37), sides(0));
        input.iter_mut().for_each(|side| side.iter_mut().zip(&own[start..]).for_each(|(x, own)| *x += own));
        let reference = reference.each_ref().map(Vec::as_slice);
        recorder.process(&mut chain, input.each_mut().map(Vec::as_mut_slice), Some(reference), start as i64, may_wait);
        start = end;
        helper(&alignment, start);
        if start == FRAMES {
            break;
        }
    }
    chain.readings().null.expect("there was a reference all the time")
}

/// As in a DAW: the helper looks four times a second.
fn heard(own: f32, sizes: &[usize]) -> NullReadings {
    let mut looked = 0;
    play(own, sizes, false, |alignment, frames| {
        if frames / 2_000 > looked {
            looked = frames / 2_000;
            alignment.find();
        }
    })
}

#[test]
fn an_offset_of_37_frames_is_found_and_leaves_nothing() {
    let readings = heard(0.0, &[480]);
    assert_eq!(readings.offset_frames, 37);
    assert_eq!(readings.worst_residual_dbfs, SILENCE_DB);
    assert_eq!(readings.verdict(), Some(NullVerdict::Pass));
}

#[test]
fn the_blocks_of_the_host_do_not_matter() {
    let sizes: [&[usize]; 5] = [&[1], &[64], &[1_000], &[1_999, 1, 17], &[2_000]];
    let readings = sizes.map(|sizes| heard(0.01, sizes));
    assert!(readings.iter().all(|one| *one == readings[0]), "{readings:?}");
}

#[test]
fn a_fast_render_says_what_is_heard_however_slow_the_helper_is() {
    let heard = heard(0.01, &[480]);
    // A block may be longer than a recording and its wait.
    for sizes in [&[480][..], &[7, 4_096], &[FRAMES]] {
        assert_eq!(play(0.01, sizes, true, |_, _| {}), heard, "nobody helps, blocks of {sizes:?}");
        assert_eq!(play(0.01, sizes, true, |alignment, _| alignment.find()), heard, "always, blocks of {sizes:?}");
    }
}

#[test]
fn without_a_reference_nothing_is_recorded() {
    let alignment = Alignment::new(RATE_HZ);
    let mut recorder = Recorder::new(Arc::clone(&alignment));
    let sound = [noise(1, 24_000), noise(2, 24_000)];
    let piece = sound.each_ref().map(|side| &side[..12_000]);
    recorder.record(sound.each_ref().map(Vec::as_slice), None, false);
    assert!(!alignment.is_full.load(Ordering::Relaxed));
    // A gap in the reference is a cut.
    recorder.record(piece, Some(piece), false);
    recorder.record(piece, None, false);
    recorder.record(piece, Some(piece), false);
    assert!(!alignment.is_full.load(Ordering::Relaxed));
    recorder.record(piece, Some(piece), false);
    assert!(alignment.is_full.load(Ordering::Relaxed));
}
