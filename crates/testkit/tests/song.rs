//! What a mixing engineer would check before sending these stems out.

use ebur128::{EbuR128, Mode};
use realfft::RealFftPlanner;
use std::sync::LazyLock;
use testkit::song::{Stem, compose};

const RATE_HZ: f64 = 48_000.0;

/// One song for all tests: composing takes a second.
static SONG: LazyLock<Vec<Stem>> = LazyLock::new(|| compose(1, RATE_HZ));

fn mix(stems: &[Stem]) -> Stem {
    let mut mix = stems[0].clone();
    for stem in &stems[1..] {
        for (sum, channel) in [(&mut mix.left, &stem.left), (&mut mix.right, &stem.right)] {
            sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample);
        }
    }
    mix
}

fn peak_dbfs(stem: &Stem) -> f64 {
    let peak = stem.left.iter().chain(&stem.right).fold(0f32, |peak, sample| peak.max(sample.abs()));
    20.0 * f64::from(peak).log10()
}

fn integrated_lufs(stem: &Stem, from_s: f64, to_s: f64) -> f64 {
    let range = (from_s * RATE_HZ) as usize..((to_s * RATE_HZ) as usize).min(stem.left.len());
    let mut meter = EbuR128::new(2, RATE_HZ as u32, Mode::I).expect("a stereo meter");
    meter.add_frames_planar_f32(&[&stem.left[range.clone()], &stem.right[range]]).expect("equal channels");
    meter.loudness_global().expect("mode I")
}

/// The frequency below which half of the energy lies, over the whole stem.
fn middle_hz(stem: &Stem) -> f64 {
    const FRAMES: usize = 8_192;
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(FRAMES);
    let mut spectrum = transform.make_output_vec();
    let mut power = vec![0f64; spectrum.len()];
    for block in stem.left.chunks_exact(FRAMES) {
        let window = |i: usize| (std::f32::consts::PI * i as f32 / FRAMES as f32).sin().powi(2);
        let mut input: Vec<f32> = block.iter().enumerate().map(|(i, sample)| sample * window(i)).collect();
        transform.process(&mut input, &mut spectrum).expect("lengths of the plan");
        power.iter_mut().zip(&spectrum).for_each(|(sum, bin)| *sum += f64::from(bin.norm_sqr()));
    }
    let half = 0.5 * power.iter().sum::<f64>();
    let mut sum = 0.0;
    let bin = power.iter().position(|bin| {
        sum += bin;
        sum >= half
    });
    bin.expect("a sound") as f64 * RATE_HZ / FRAMES as f64
}

#[test]
fn there_are_five_named_stems_of_one_length_near_half_a_minute() {
    let names: Vec<_> = SONG.iter().map(|stem| stem.name).collect();
    assert_eq!(names, ["01 Drums", "02 Bass", "03 Chords", "04 Lead", "05 FX"]);
    for stem in SONG.iter() {
        assert_eq!(stem.left.len(), stem.right.len());
        assert_eq!(stem.left.len(), SONG[0].left.len());
        let duration_s = stem.left.len() as f64 / RATE_HZ;
        assert!((29.0..33.0).contains(&duration_s), "{duration_s} s");
    }
}

#[test]
fn the_same_seed_plays_the_same_bits_and_another_seed_another_song() {
    // At a low rate, to be quick; the rate also changes nothing in the form.
    let (first, again, other) = (compose(5, 8_000.0), compose(5, 8_000.0), compose(6, 8_000.0));
    let bits = |stem: &Stem| stem.left.iter().chain(&stem.right).map(|sample| sample.to_bits()).collect::<Vec<_>>();
    for ((first, again), other) in first.iter().zip(&again).zip(&other) {
        assert_eq!(bits(first), bits(again), "{}", first.name);
        assert_ne!(bits(first), bits(other), "{}", first.name);
        assert_eq!(first.left.len(), other.left.len());
    }
}

#[test]
fn every_song_has_the_peak_and_loudness_of_a_mix_before_mastering() {
    for (seed, song) in [(1, SONG.clone()), (2026, compose(2026, RATE_HZ))] {
        let mix = mix(&song);
        // About half a decibel beyond the range over four seeds: −6.5…−4.8 dBFS, −20.0…−19.7 LUFS.
        let peak = peak_dbfs(&mix);
        assert!((-7.0..-4.3).contains(&peak), "seed {seed}: {peak:.2} dBFS");
        let loudness = integrated_lufs(&mix, 0.0, 60.0);
        assert!((-20.4..-19.2).contains(&loudness), "seed {seed}: {loudness:.2} LUFS");
    }
}

#[test]
fn no_stem_is_silent_and_none_comes_near_full_scale() {
    for stem in SONG.iter() {
        let (peak, loudness) = (peak_dbfs(stem), integrated_lufs(stem, 0.0, 60.0));
        assert!(peak < -6.0, "{}: {peak:.2} dBFS", stem.name);
        assert!((-33.0..-20.0).contains(&loudness), "{}: {loudness:.2} LUFS", stem.name);
        assert!(stem.left.iter().chain(&stem.right).all(|sample| sample.is_finite()));
    }
}

#[test]
fn every_file_starts_and_ends_in_silence() {
    for stem in SONG.iter() {
        for channel in [&stem.left, &stem.right] {
            let (first, last) = (channel[0], channel[channel.len() - 1]);
            // −80 dBFS: below the noise of any loudspeaker.
            assert!(first.abs() < 1e-4 && last.abs() < 1e-4, "{}: {first} … {last}", stem.name);
        }
    }
}

#[test]
fn left_and_right_differ_in_every_stem() {
    for stem in SONG.iter() {
        let energy = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let shared = energy(&stem.left, &stem.right);
        let correlation = shared / (energy(&stem.left, &stem.left) * energy(&stem.right, &stem.right)).sqrt();
        // A mono file reads 1; out of phase (below 0) no mix would be.
        assert!((0.0..0.999).contains(&correlation), "{}: {correlation:.4}", stem.name);
    }
}

#[test]
fn the_chorus_is_louder_than_the_verse_and_the_verse_louder_than_the_intro() {
    let mix = mix(&SONG);
    let [intro, verse, chorus] =
        [(0.0, 3.8), (3.9, 11.5), (15.6, 27.0)].map(|(from, to)| integrated_lufs(&mix, from, to));
    assert!(verse - intro > 4.0, "intro {intro:.1}, verse {verse:.1} LUFS");
    assert!(chorus - verse > 3.0, "verse {verse:.1}, chorus {chorus:.1} LUFS");
}

#[test]
fn every_stem_lies_where_its_instrument_lies() {
    let expected_hz = [30.0..400.0, 35.0..130.0, 200.0..700.0, 200.0..1_500.0, 30.0..6_000.0];
    for (stem, expected_hz) in SONG.iter().zip(expected_hz) {
        let middle_hz = middle_hz(stem);
        assert!(expected_hz.contains(&middle_hz), "{}: {middle_hz:.0} Hz", stem.name);
    }
}
