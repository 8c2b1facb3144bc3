//! The sound on its way to a window: all of it, in order, and none while no window is open.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use dsp::format::Format;
use plugin_kit::closing::when_closed;
use plugin_kit::feed::{Feed, Tap};
use plugin_kit::heard::Heard;
use plugin_kit::watch::Watch;

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

/// Sends a block; the chain makes it negative.
fn send(tap: &mut Tap<1>, left: &[f32], right: &[f32], figure: f32) {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    tap.before(&[&mut left, &mut right]);
    left.iter_mut().chain(&mut right).for_each(|sample| *sample = -*sample);
    tap.after(&[&mut left, &mut right], || [figure]);
}

/// What arrived: left and right before, left and right after, and a figure for each block.
fn arrived(feed: &Feed<1>) -> ([Vec<f32>; 4], Vec<f32>) {
    let (mut sides, mut figures) = (<[Vec<f32>; 4]>::default(), Vec::new());
    feed.read(|block| {
        for (side, samples) in sides.iter_mut().zip(block.before.iter().chain(block.after)) {
            side.extend_from_slice(samples);
        }
        figures.push(block.figures[0]);
    });
    (sides, figures)
}

#[test]
fn every_frame_arrives_in_order_before_and_after_the_chain() {
    let feed = Feed::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 480);
    feed.watch(true);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (block, frames) in [1, 7, 64, 480].into_iter().enumerate() {
        let samples = |offset: f32| (0..frames).map(|frame| (block * 1_000 + frame) as f32 + offset).collect();
        let (on_left, on_right): (Vec<f32>, Vec<f32>) = (samples(0.25), samples(0.5));
        send(&mut tap, &on_left, &on_right, block as f32);
        left.extend(on_left);
        right.extend(on_right);
    }
    let negative = |samples: &[f32]| samples.iter().map(|sample| -sample).collect::<Vec<_>>();
    let expected = [left.clone(), right.clone(), negative(&left), negative(&right)];
    assert_eq!(arrived(&feed), (expected, vec![0.0, 1.0, 2.0, 3.0]));
}

#[test]
fn figures_follow_the_sound_within_a_long_block() {
    let feed = Feed::<1>::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 4_096);
    // A chain that doubles, and tells its last sample; the right side is the left one upside down.
    let rising: Vec<f32> = (0..1_000).map(|frame| frame as f32).collect();
    let mut send = |channels: usize| {
        let mut sides = [rising.clone(), rising.iter().map(|sample| -sample).collect()];
        let [left, right] = &mut sides;
        tap.around(&mut [left.as_mut_slice(), right][..channels], |piece| {
            piece.iter_mut().flat_map(|side| side.iter_mut()).for_each(|sample| *sample *= 2.0);
            [piece[0].last().copied().unwrap_or_default()]
        });
        sides
    };
    let double = |gain: f32| rising.iter().map(|sample| gain * sample).collect::<Vec<_>>();
    assert_eq!(send(2), [double(2.0), double(-2.0)], "whole for a closed window");
    feed.watch(true);
    for channels in [2, 1] {
        let sides = send(channels);
        assert_eq!(sides, [double(2.0), double(if channels == 2 { -2.0 } else { -1.0 })]);
        let (heard, figures) = arrived(&feed);
        assert_eq!((&heard[0], &heard[2]), (&rising, &double(2.0)));
        // Every piece tells the double of the number of its last frame.
        assert_eq!(figures.last(), Some(&1_998.0));
        let ways: Vec<f32> = figures.windows(2).map(|pair| 0.5 * (pair[1] - pair[0])).collect();
        assert!(figures[0] <= 2.0 * 128.0 && ways.iter().all(|way| *way <= 128.0), "{figures:?}");
    }
}

#[test]
fn nothing_is_stored_for_a_closed_window() {
    let feed = Feed::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 64);
    send(&mut tap, &[1.0], &[1.5], 0.0);
    feed.watch(true);
    assert_eq!(arrived(&feed).1, [0.0; 0], "before the first window");
    send(&mut tap, &[2.0], &[2.5], 1.0);
    feed.watch(false);
    send(&mut tap, &[3.0], &[3.5], 2.0);
    feed.watch(true);
    send(&mut tap, &[4.0], &[4.5], 3.0);
    assert_eq!(arrived(&feed).1, [3.0], "what an earlier window left is old");
}

#[test]
fn a_window_that_is_late_loses_whole_blocks_and_hears_on() {
    let feed = Feed::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 512);
    feed.watch(true);
    // The room ends in the middle of such a block.
    for block in 0..1_000 {
        send(&mut tap, &[block as f32; 500], &[0.5; 500], block as f32);
    }
    let mut count = 0;
    feed.read(|block| {
        let whole = |samples: &[f32], value: f32| samples.len() == 500 && samples.iter().all(|&sample| sample == value);
        assert!(whole(block.before[0], block.figures[0]) && whole(block.after[0], -block.figures[0]));
        count += 1;
    });
    assert!(count > 0 && count < 1_000, "there was room for {count}");
    send(&mut tap, &[7.0; 500], &[0.5; 500], 7.0);
    let ([left_before, _, left_after, _], figures) = arrived(&feed);
    assert_eq!((left_before, left_after, figures), (vec![7.0; 500], vec![-7.0; 500], vec![7.0]));
}

#[test]
fn the_audio_thread_asks_for_no_memory_whether_there_is_room_or_not() {
    assert!(testkit::allocations::is_counting());
    let feed = Feed::<1>::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 512);
    feed.watch(true);
    let (mut left, mut right) = ([0.5; 512], [0.25; 512]);
    let block: &[&mut [f32]] = &[&mut left, &mut right];
    let count = testkit::allocations::count(|| {
        for _ in 0..1_000 {
            tap.before(block);
            tap.after(block, || [1.0]);
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn a_sound_shows_at_its_frequency_and_level_and_a_reduction_at_its_time() {
    let feed = Feed::new();
    let mut tap = feed.open(Format::stereo(RATE_HZ), 480);
    feed.watch(true);
    let mut heard = Heard::new(["Reduction"]);
    // One second of 1 kHz at −6 dBFS left and −12 dBFS right; 4 dB are taken in its second half.
    for block in 0..100 {
        let wave = |gain: f64| {
            let phase = |frame: usize| std::f64::consts::TAU * 1_000.0 * (block * 480 + frame) as f64 / RATE_HZ;
            (0..480).map(|frame| (gain * phase(frame).sin()) as f32).collect::<Vec<_>>()
        };
        send(&mut tap, &wave(0.501_19), &wave(0.251_19), if block < 50 { 0.0 } else { 4.0 });
        heard.listen(&feed);
    }
    let [left_dbfs, right_dbfs] = heard.input_peak_dbfs();
    assert!((left_dbfs + 6.0).abs() < 0.01 && (right_dbfs + 12.0).abs() < 0.01, "{left_dbfs} {right_dbfs}");
    let [before, after] = heard.spectra_db().map(|points| points.expect("there is sound"));
    let loudest = |points: &[f32]| points.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    let (point, level_db) = loudest(&before).expect("there are points");
    // The mean of both powers; the points are 2.7 % apart.
    assert!((dsp::meter::spectrum::point_hz(point) / 1_000.0 - 1.0).abs() < 0.03 && (level_db + 8.04).abs() < 0.3);
    assert_eq!(loudest(&after), loudest(&before), "only the sign differs");
    let spans = [(0.2, 0.4), (0.6, 0.8)].map(|(from_s, to_s)| heard.histories[0].between(from_s, to_s)[0].high);
    assert_eq!(spans, [0.0, 4.0]);
}

#[test]
fn what_is_to_be_done_at_the_end_of_a_window_is_done_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let ctx = egui::Context::default();
    when_closed(&ctx, move || {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(count.load(Ordering::Relaxed), 0);
    drop(ctx);
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_watch_looks_again_and_again_and_not_after_its_end() {
    let (looked, looks) = mpsc::channel();
    let watch = Watch::start(move || {
        // Nobody listens any more at the end of the test.
        let _ = looked.send(());
    });
    for _ in 0..3 {
        looks.recv().expect("it looks");
    }
    drop(watch);
    // The thread and its end of the channel are gone.
    while looks.try_recv().is_ok() {}
    assert!(looks.recv().is_err());
}
