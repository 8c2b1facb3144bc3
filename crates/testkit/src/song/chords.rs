//! Chords: a wide pad of detuned saws under electric keys.

use super::{
    score::{BAR_S, BARS, STEP_S, Score, Section},
    synth::{Filter, Oscillator, Random, decay, fade, panorama, pitch_hz, sine},
    track::Track,
};

/// The chords in their mix.
const LEVEL: f64 = 0.138;
/// Detuning of the pad's saws on each side, in semitones.
const DETUNE: [[f64; 3]; 2] = [[-0.11, 0.02, 0.09], [-0.08, -0.03, 0.12]];

/// Plays pad and keys.
pub fn play(score: &Score) -> Track {
    let mut random = Random::new(score.seed, 4);
    let mut pad = Track::new(score.frames(), score.sample_rate_hz);
    let mut keys = Track::new(score.frames(), score.sample_rate_hz);
    for bar in 0..BARS {
        let section = score.section(bar);
        let last = bar + 1 == BARS;
        if !last {
            let bars = if section == Section::Ending { 2.0 } else { 1.0 };
            for note in score.chord_notes(bar) {
                pad_note(&mut pad, score, bar, bars, note, &mut random);
            }
        }
        let rhythm: &[(usize, f64)] = match section {
            Section::Intro => &[(0, 1.0), (6, 0.6), (10, 0.7)],
            Section::Verse => &[(0, 0.9), (3, 0.5), (6, 0.7), (11, 0.6)],
            Section::Lift => &[(0, 0.9), (8, 0.7)],
            Section::Chorus => &[(0, 0.8), (3, 0.7), (6, 0.9), (10, 0.7), (14, 0.8)],
            Section::Ending if last => &[],
            Section::Ending => &[(0, 1.0)],
        };
        for &(step, strength) in rhythm {
            for (i, note) in score.chord_notes(bar).into_iter().enumerate() {
                // A hand does not strike all keys at once.
                let start_s = score.time_s(bar, step) + 0.006 * i as f64 + 0.004 * random.unit();
                let strength = strength * score.energy(bar) * (0.8 + 0.2 * random.unit());
                let held_s = if section == Section::Ending { 3.0 } else { 0.9 };
                key_note(&mut keys, start_s, held_s, note, strength, 0.25 * (i as f64 - 1.5));
            }
        }
    }
    let pump = score.pump();
    pad.change(|i, frame| frame.map(|sample| sample * (1.0 - 0.55 * f64::from(pump[i]))));
    keys.add_echoes(0.22, 3.0 * STEP_S, 0.45);
    let mut track = pad;
    track.mix(&keys, 1.0);
    track.add_room(0.16, 1.6, 0.35);
    let mut low_cut = [0, 1].map(|_| Filter::new(110.0, 0.7, score.sample_rate_hz));
    track.change(|_, [left, right]| [LEVEL * low_cut[0].high(left), LEVEL * low_cut[1].high(right)]);
    track
}

/// How bright the pad is at a moment of the song: dark at first, opening towards the chorus.
fn pad_cutoff_hz(section: Section, progress: f64) -> f64 {
    match section {
        Section::Intro => 420.0 + 250.0 * progress,
        Section::Verse => 850.0,
        Section::Lift => 850.0 + 2_600.0 * progress,
        Section::Chorus => 3_000.0,
        Section::Ending => 2_200.0 - 1_600.0 * progress,
    }
}

/// Three saws a side, each side its own, behind a slow low-pass.
fn pad_note(track: &mut Track, score: &Score, bar: usize, bars: f64, note: f64, random: &mut Random) {
    let rate_hz = score.sample_rate_hz;
    let section = score.section(bar);
    let level = match section {
        Section::Intro | Section::Verse => 0.20,
        Section::Lift => 0.28,
        Section::Chorus | Section::Ending => 0.42,
    };
    let mut saws =
        DETUNE.map(|side| side.map(|detune| (pitch_hz(note + detune) / rate_hz, Oscillator::new(random.unit()))));
    let mut filters = [0, 1].map(|_| Filter::new(500.0, 0.9, rate_hz));
    let start_s = BAR_S * bar as f64;
    let duration_s = BAR_S * bars + 0.25;
    let bars_in_section = if section == Section::Intro || section == Section::Lift { 2.0 } else { bars };
    let mut frame = 0usize;
    track.add(start_s, duration_s, |t| {
        if frame.is_multiple_of(32) {
            let progress = ((bar % 2) as f64 * f64::from(bars < 2.0) + t / BAR_S) / bars_in_section;
            let breath = 1.0 + 0.18 * sine(0.23 * (start_s + t));
            let cutoff_hz = breath * pad_cutoff_hz(section, progress.min(1.0));
            filters.iter_mut().for_each(|filter| filter.tune(cutoff_hz));
        }
        frame += 1;
        let envelope = level * fade(t, duration_s, 0.18, if bars > 1.0 { 2.5 } else { 0.25 });
        let mut output = [0.0; 2];
        for ((side, filter), output) in saws.iter_mut().zip(&mut filters).zip(&mut output) {
            let saws: f64 = side.iter_mut().map(|(cycles, saw)| saw.saw(*cycles)).sum();
            *output = envelope * filter.low(saws / 3.0);
        }
        output
    });
}

/// An electric piano: a sine whose phase a second sine shakes, brighter when struck harder.
fn key_note(track: &mut Track, start_s: f64, held_s: f64, note: f64, strength: f64, position: f64) {
    let tone_hz = pitch_hz(note);
    let gains = panorama(position).map(|gain| 0.52 * gain * strength);
    let chorus_hz = 0.7;
    track.add(start_s, held_s + 0.3, |t| {
        let envelope = fade(t, held_s + 0.3, 0.002, 0.3) * (0.75 * decay(t, 0.55) + 0.25 * decay(t, 0.06));
        let hammer = 0.30 * strength * decay(t, 0.22) * sine(tone_hz * t)
            + 0.056 * strength * decay(t, 0.03) * sine(7.0 * tone_hz * t);
        // The two sides drift against each other by a few cents, as a chorus pedal does.
        let drift = 0.143 * sine(chorus_hz * (start_s + t));
        let sides = [drift, -drift].map(|drift| sine(tone_hz * t + drift + hammer));
        [gains[0] * envelope * sides[0], gains[1] * envelope * sides[1]]
    });
}
