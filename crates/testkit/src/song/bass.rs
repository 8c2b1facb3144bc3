//! Bass: a sub sine under a filtered saw that follows the chords.

use super::{
    score::{BARS, STEP_S, Score, Section},
    synth::{Filter, Oscillator, Random, decay, fade, pitch_hz},
    track::Track,
};

/// The bass in its mix.
const LEVEL: f64 = 0.101;

/// Start and length in sixteenths, semitones above the root, strength.
type Figure = &'static [(usize, f64, f64, f64)];

const VERSE_FIGURES: [Figure; 2] = [
    &[(0, 5.0, 0.0, 1.0), (6, 1.6, 0.0, 0.8), (8, 3.0, 0.0, 0.9), (12, 1.5, 7.0, 0.75), (14, 1.5, 12.0, 0.7)],
    &[(0, 5.0, 0.0, 1.0), (7, 2.4, 0.0, 0.8), (10, 3.5, 0.0, 0.95), (14, 1.5, 7.0, 0.7)],
];
const LIFT_FIGURE: Figure = &[(0, 3.4, 0.0, 0.8), (4, 3.4, 0.0, 0.85), (8, 3.4, 0.0, 0.9), (12, 3.4, 0.0, 0.95)];
const CHORUS_FIGURE: Figure = &[
    (0, 1.7, 0.0, 0.9),
    (2, 1.7, 0.0, 0.95),
    (4, 1.7, 0.0, 0.9),
    (6, 1.2, 12.0, 0.85),
    (8, 1.7, 0.0, 0.9),
    (10, 1.7, 0.0, 0.95),
    (12, 1.7, 0.0, 0.9),
    (14, 1.0, 12.0, 0.8),
    (15, 0.8, 7.0, 0.75),
];
const LAST_FIGURE: Figure = &[(0, 15.0, 0.0, 1.0)];

/// Plays the bass.
pub fn play(score: &Score) -> Track {
    let mut track = Track::new(score.frames(), score.sample_rate_hz);
    let mut random = Random::new(score.seed, 3);
    for bar in 0..BARS {
        let (figure, brightness_hz): (Figure, f64) = match score.section(bar) {
            Section::Intro => continue,
            Section::Verse => (VERSE_FIGURES[bar % 2], 520.0),
            Section::Lift if bar == 7 => (&LIFT_FIGURE[..2], 800.0),
            Section::Lift => (LIFT_FIGURE, 600.0),
            Section::Chorus => (CHORUS_FIGURE, 1_150.0),
            Section::Ending if bar == 14 => (LAST_FIGURE, 700.0),
            Section::Ending => continue,
        };
        for &(step, length, above, strength) in figure {
            let strength = strength * score.energy(bar) * (0.92 + 0.08 * random.unit());
            let pitch = score.bass_note(bar) + above;
            note(&mut track, score, score.time_s(bar, step), STEP_S * length, pitch, brightness_hz, strength);
        }
    }
    let pump = score.pump();
    track.change(|i, frame| {
        let gain = LEVEL * (1.0 - 0.65 * f64::from(pump[i]));
        frame.map(|sample| gain * sample)
    });
    track
}

/// One note: the sub in the middle, two slightly detuned saws whose upper harmonics differ left and right.
fn note(
    track: &mut Track,
    score: &Score,
    start_s: f64,
    duration_s: f64,
    pitch: f64,
    brightness_hz: f64,
    strength: f64,
) {
    let rate_hz = score.sample_rate_hz;
    let cycles = pitch_hz(pitch) / rate_hz;
    let mut sub = Oscillator::new(0.0);
    let mut saws = [(1.003, 0.0), (0.997, 0.37)].map(|(detune, phase)| (detune, Oscillator::new(phase)));
    let mut centre = Oscillator::new(0.5);
    let mut filters = [0, 1].map(|_| Filter::new(200.0, 1.3, rate_hz));
    let mut side_cut = [0, 1].map(|_| Filter::new(220.0, 0.7, rate_hz));
    let release_s = 0.05;
    let mut frame = 0usize;
    track.add(start_s, duration_s + release_s, |t| {
        let envelope = strength
            * fade(t, duration_s + release_s, 0.004, release_s)
            * (0.65 * decay(t, 1.6) + 0.35 * decay(t, 0.18));
        if frame.is_multiple_of(16) {
            let cutoff_hz = 130.0 + brightness_hz * strength * decay(t, 0.14) + 0.35 * brightness_hz;
            filters.iter_mut().for_each(|filter| filter.tune(cutoff_hz));
        }
        frame += 1;
        let low = 0.75 * sub.sine(cycles);
        let middle = centre.saw(cycles);
        let mut output = [0.0; 2];
        for (i, output) in output.iter_mut().enumerate() {
            let (detune, saw) = &mut saws[i];
            // Only what is above 220 Hz may differ between the sides: the low end stays in the middle.
            let side = side_cut[i].high(saw.saw(cycles * *detune));
            let bright = filters[i].low(0.55 * middle + 0.45 * side);
            *output = envelope * (low + 1.1 * (1.5 * bright).tanh());
        }
        output
    });
}
