//! FX: what announces the sections: risers, sweeps, impacts and a few lights in the distance.

use super::{
    score::{BAR_S, STEP_S, Score},
    synth::{Filter, Oscillator, Random, decay, fade, panorama, pitch_hz, sine},
    track::Track,
};

/// The effects in their mix.
const LEVEL: f64 = 0.189;

/// Plays the effects.
pub fn play(score: &Score) -> Track {
    let mut track = Track::new(score.frames(), score.sample_rate_hz);
    let mut random = Random::new(score.seed, 6);
    let mut noise = |track: &mut Track, bar: f64, bars: f64, from_hz, to_hz, level| {
        sweep(track, score, BAR_S * bar, BAR_S * bars, [from_hz, to_hz], level, &mut random);
    };
    // Into the verse, into the chorus, out of its first downbeat, into its second half, into the end.
    noise(&mut track, 0.5, 1.5, 300.0, 5_000.0, 0.5);
    noise(&mut track, 6.0, 2.0, 250.0, 9_000.0, 1.0);
    noise(&mut track, 8.0, 1.0, 8_000.0, 250.0, 0.45);
    noise(&mut track, 11.0, 1.0, 500.0, 8_000.0, 0.6);
    noise(&mut track, 14.0, 1.8, 6_000.0, 200.0, 0.5);
    riser(&mut track, score, 6, 2);
    for (bar, level) in [(2, 0.55), (8, 1.0), (14, 0.9)] {
        impact(&mut track, score, BAR_S * bar as f64, level, &mut random);
    }
    lights(&mut track, score, &mut random);
    track.add_echoes(0.25, 3.0 * STEP_S, 0.5);
    track.add_room(0.22, 2.4, 0.3);
    track.change(|_, frame| frame.map(|sample| LEVEL * (0.9 * sample).tanh()));
    track
}

/// Noise through a filter that travels; upward sweeps grow, downward sweeps fade; it wanders from side to side.
fn sweep(
    track: &mut Track,
    score: &Score,
    start_s: f64,
    duration_s: f64,
    [from_hz, to_hz]: [f64; 2],
    level: f64,
    random: &mut Random,
) {
    let mut filters = [0, 1].map(|_| Filter::new(from_hz, 1.6, score.sample_rate_hz));
    let octaves = (to_hz / from_hz).log2();
    let mut frame = 0usize;
    track.add(start_s, duration_s, |t| {
        let progress = t / duration_s;
        if frame.is_multiple_of(32) {
            filters.iter_mut().for_each(|filter| filter.tune(from_hz * (octaves * progress).exp2()));
        }
        frame += 1;
        let growth = if octaves > 0.0 { progress } else { 1.0 - progress };
        let envelope = level * growth * growth * fade(t, duration_s, 0.01, 0.01);
        let gains = panorama(0.6 * sine(0.7 * t));
        [0, 1].map(|i| envelope * gains[i] * filters[i].band(random.bipolar()))
    });
}

/// Two saws that climb an octave, trembling faster and faster.
fn riser(track: &mut Track, score: &Score, bar: usize, bars: usize) {
    let rate_hz = score.sample_rate_hz;
    let duration_s = BAR_S * bars as f64;
    let note = score.bass_note(bar) + 24.0;
    let mut saws = [Oscillator::new(0.0), Oscillator::new(0.4)];
    let mut filters = [0, 1].map(|_| Filter::new(400.0, 1.1, rate_hz));
    let mut frame = 0usize;
    track.add(BAR_S * bar as f64, duration_s, |t| {
        let progress = t / duration_s;
        if frame.is_multiple_of(32) {
            filters.iter_mut().for_each(|filter| filter.tune(400.0 + 5_000.0 * progress * progress));
        }
        frame += 1;
        let climbed = 12.0 * progress * progress;
        // The trembling's phase: its rate grows fivefold on the way.
        let tremble = 0.6 + 0.4 * sine(0.25 + (4.0 + 8.0 * progress) * progress * bars as f64);
        let envelope = 0.4 * progress * tremble * fade(t, duration_s, 0.05, 0.01);
        [(0, 0.06), (1, -0.06)].map(|(i, detune)| {
            let step = pitch_hz(note + climbed + detune) / rate_hz;
            envelope * filters[i].low(saws[i].saw(step))
        })
    });
}

/// A sub that sinks from 80 to 34 Hz under a dull burst of noise.
fn impact(track: &mut Track, score: &Score, start_s: f64, level: f64, random: &mut Random) {
    let mut filters = [0, 1].map(|_| Filter::new(900.0, 0.7, score.sample_rate_hz));
    track.add(start_s, 2.0, |t| {
        let cycles = 34.0 * t + 46.0 * 0.12 * (1.0 - decay(t, 0.12));
        let sub = 0.55 * sine(cycles) * decay(t, 0.45);
        let envelope = fade(t, 2.0, 0.002, 0.5);
        filters.each_mut().map(|filter| level * envelope * (sub + 1.1 * filter.low(random.bipolar()) * decay(t, 0.3)))
    });
}

/// Single high tones of the chord, far left and right, in the quiet sections.
fn lights(track: &mut Track, score: &Score, random: &mut Random) {
    for bar in [0, 1, 2, 3, 4, 5, 14] {
        for step in [2, 5, 8, 11, 13] {
            if !random.chance(0.45) {
                continue;
            }
            let tone_hz = pitch_hz(score.chord_notes(bar)[random.below(4)] + 24.0);
            let gains = panorama(0.9 * random.bipolar()).map(|gain| 0.22 * gain);
            track.add(score.time_s(bar, step), 0.8, |t| {
                let tone = sine(tone_hz * t + 0.127 * decay(t, 0.1) * sine(3.5 * tone_hz * t));
                gains.map(|gain| gain * tone * decay(t, 0.18) * fade(t, 0.8, 0.003, 0.2))
            });
        }
    }
}
