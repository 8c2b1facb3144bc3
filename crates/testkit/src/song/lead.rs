//! Lead: a singing synthesizer with vibrato, glide and echoes.

use super::{
    score::{BAR_S, STEP_S, Score},
    synth::{Filter, Oscillator, Random, decay, fade, panorama, pitch_hz, sine},
    track::Track,
};

/// The lead in its mix.
const LEVEL: f64 = 0.081;

/// Plays the melody.
pub fn play(score: &Score) -> Track {
    let mut track = Track::new(score.frames(), score.sample_rate_hz);
    let mut random = Random::new(score.seed, 5);
    let mut previous_pitch = None;
    for note in score.melody() {
        let start_s = note.start_s + 0.008 * random.unit();
        let strength = score.energy((note.start_s / BAR_S) as usize) * (0.82 + 0.18 * random.unit());
        sing(&mut track, score, start_s, note.duration_s, previous_pitch.unwrap_or(note.pitch), note.pitch, strength);
        previous_pitch = Some(note.pitch);
    }
    track.add_echoes(0.34, 3.0 * STEP_S, 0.5);
    track.add_room(0.10, 1.9, 0.3);
    track.change(|_, frame| frame.map(|sample| LEVEL * sample));
    track
}

/// One note: glides from the pitch before, then settles into a vibrato that grows with its length.
fn sing(track: &mut Track, score: &Score, start_s: f64, duration_s: f64, from: f64, pitch: f64, strength: f64) {
    let rate_hz = score.sample_rate_hz;
    let mut saws = [(0.0, 0.1), (0.07, 0.6)].map(|(detune, phase)| (detune, Oscillator::new(phase)));
    let mut square = Oscillator::new(0.0);
    let mut filters = [0, 1].map(|_| Filter::new(1_000.0, 1.5, rate_hz));
    let positions = [-0.25, 0.25].map(panorama);
    let glide = (from - pitch).clamp(-5.0, 5.0);
    let release_s = 0.09;
    let mut frame = 0usize;
    let mut cycles = [0.0; 3];
    track.add(start_s, duration_s + release_s, |t| {
        if frame.is_multiple_of(16) {
            let vibrato = 0.22 * ((t - 0.16) / 0.4).clamp(0.0, 1.0) * sine(5.4 * t);
            let now = pitch + glide * decay(t, 0.022) + vibrato;
            cycles = [0.0, 0.07, -12.0].map(|detune| pitch_hz(now + detune) / rate_hz);
            let cutoff_hz = pitch_hz(pitch) * (2.0 + strength * 3.5 * decay(t, 0.2)) + 300.0;
            filters.iter_mut().for_each(|filter| filter.tune(cutoff_hz));
        }
        frame += 1;
        let envelope = strength * fade(t, duration_s + release_s, 0.012, release_s) * (0.75 + 0.25 * decay(t, 0.3));
        let body = 0.35 * square.square(cycles[2]);
        let mut output = [0.0; 2];
        for (i, filter) in filters.iter_mut().enumerate() {
            let voice = envelope * filter.low(0.6 * saws[i].1.saw(cycles[i]) + body);
            output[0] += positions[i][0] * voice;
            output[1] += positions[i][1] * voice;
        }
        output
    });
}
