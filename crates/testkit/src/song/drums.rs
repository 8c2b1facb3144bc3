//! Drums: kick, snare and clap, hats, shaker, toms and crash in one room.

use super::{
    score::{BARS, STEPS, Score, Section},
    synth::{Filter, Oscillator, Random, decay, fade, panorama, sine},
    track::Track,
};

/// The kit in its mix.
const LEVEL: f64 = 0.198;
/// Partials of a cymbal, in hertz: no two in a simple ratio.
const METAL_HZ: [f64; 6] = [411.3, 608.7, 739.2, 1_045.3, 1_080.1, 1_600.7];

/// Plays the kit.
pub fn play(score: &Score) -> Track {
    let mut kit = Kit {
        track: Track::new(score.frames(), score.sample_rate_hz),
        random: Random::new(score.seed, 2),
        rate_hz: score.sample_rate_hz,
    };
    for bar in 0..BARS {
        kit.play_bar(score, bar);
    }
    let mut track = kit.track;
    track.add_room(0.09, 0.7, 0.45);
    // A touch of saturation rounds the hits off, as a drum bus would.
    track.change(|_, frame| frame.map(|sample| LEVEL * (1.6 * sample).tanh()));
    track
}

struct Kit {
    track: Track,
    random: Random,
    rate_hz: f64,
}

impl Kit {
    fn play_bar(&mut self, score: &Score, bar: usize) {
        let section = score.section(bar);
        for &(step, strength) in score.kicks(bar) {
            self.kick(score.time_s(bar, step), strength * score.energy(bar));
        }
        let fill = matches!(bar, 5 | 11 | 13);
        for step in 0..STEPS {
            let time_s = score.time_s(bar, step) + 0.003 * self.random.unit();
            let human = score.energy(bar) * (0.85 + 0.15 * self.random.unit());
            match section {
                Section::Intro if bar == 1 && step % 2 == 0 => self.hat(time_s, 0.35 * human, 0.03),
                Section::Verse => self.verse_step(time_s, step, human, fill),
                Section::Lift => self.lift_step(time_s, (bar - 6) * STEPS + step, human),
                Section::Chorus => self.chorus_step(time_s, step, human, fill),
                Section::Ending if bar == 14 && step % 4 == 2 => {
                    self.hat(time_s, 0.4 * human * (1.0 - step as f64 / 20.0), 0.05);
                }
                _ => {}
            }
            if fill && step >= 12 {
                self.tom(time_s, 0.8 * human, 185.0 - 32.0 * (step - 12) as f64, 0.8 - 0.5 * (step - 12) as f64);
            }
        }
        if matches!(bar, 2 | 8 | 12 | 14) {
            self.crash(score.time_s(bar, 0), if section == Section::Verse { 0.45 } else { 0.8 });
        }
    }

    fn verse_step(&mut self, time_s: f64, step: usize, human: f64, fill: bool) {
        match step {
            4 => self.snare(time_s, human),
            12 if !fill => self.snare(time_s, human),
            7 | 9 | 15 if self.random.chance(0.6) => self.snare(time_s, 0.16 * human),
            _ => {}
        }
        if step.is_multiple_of(2) {
            let accent = if step % 4 == 2 { 0.75 } else { 0.5 };
            self.hat(time_s, accent * human, if step == 14 { 0.12 } else { 0.032 });
        } else if self.random.chance(0.25) {
            self.hat(time_s, 0.22 * human, 0.02);
        }
    }

    /// A snare roll that doubles its speed.
    fn lift_step(&mut self, time_s: f64, step: usize, human: f64) {
        let spacing = if step < 8 {
            4
        } else if step < 20 {
            2
        } else {
            1
        };
        if step.is_multiple_of(spacing) && step < 30 {
            self.snare(time_s, human * (0.22 + 0.5 * step as f64 / 32.0));
        }
        if step % 4 == 2 {
            self.hat(time_s, 0.5 * human, 0.06);
        }
    }

    fn chorus_step(&mut self, time_s: f64, step: usize, human: f64, fill: bool) {
        if step == 4 || (step == 12 && !fill) {
            self.snare(time_s, human);
            self.clap(time_s - 0.004, 0.7 * human);
        } else if matches!(step, 7 | 10) && self.random.chance(0.5) {
            self.snare(time_s, 0.14 * human);
        }
        match step % 4 {
            2 => self.hat(time_s, 0.8 * human, 0.16),
            0 => self.hat(time_s, 0.45 * human, 0.03),
            _ => self.hat(time_s, 0.3 * human, 0.022),
        }
        self.shaker(time_s, human * if step % 4 == 2 { 0.5 } else { 0.28 });
    }

    /// A sine whose pitch falls from 450 to 48 Hz, with a click of noise.
    fn kick(&mut self, time_s: f64, strength: f64) {
        let mut click = Filter::new(2_500.0, 0.7, self.rate_hz);
        let random = &mut self.random;
        self.track.add(time_s, 0.5, |t| {
            let cycles = 48.0 * t + 130.0 * 0.022 * (1.0 - decay(t, 0.022)) + 270.0 * 0.004 * (1.0 - decay(t, 0.004));
            let body = (1.6 * sine(cycles) * decay(t, 0.15) * fade(t, 0.5, 0.0006, 0.1)).tanh();
            let click = click.high(random.bipolar()) * decay(t, 0.0025);
            [strength * (0.86 * body + 0.30 * click); 2]
        });
    }

    /// Two falling tones for the skin, noise for the wires, wider than the skin.
    fn snare(&mut self, time_s: f64, strength: f64) {
        let mut wires = [0, 1].map(|_| Filter::new(1_700.0, 0.6, self.rate_hz));
        let random = &mut self.random;
        self.track.add(time_s, 0.45, |t| {
            let fall = 60.0 * 0.012 * (1.0 - decay(t, 0.012));
            let skin = sine(182.0 * t + fall) * decay(t, 0.075) + 0.5 * sine(331.0 * t + fall) * decay(t, 0.045);
            let shared = random.bipolar();
            let envelope = fade(t, 0.45, 0.001, 0.1) * (0.7 * decay(t, 0.085) + 0.3 * decay(t, 0.02));
            wires.each_mut().map(|filter| {
                let noise = filter.high(0.7 * shared + 0.5 * random.bipolar());
                strength * (0.40 * skin * fade(t, 0.45, 0.001, 0.1) + 0.62 * noise * envelope)
            })
        });
    }

    /// Several hands, not quite together, on both sides.
    fn clap(&mut self, time_s: f64, strength: f64) {
        let mut filters = [0, 1].map(|_| Filter::new(1_250.0, 1.4, self.rate_hz));
        let random = &mut self.random;
        self.track.add(time_s, 0.4, |t| {
            let hands: f64 = [0.0, 0.009, 0.019].iter().map(|&late| decay(t - late, 0.004)).sum();
            let envelope = fade(t, 0.4, 0.0005, 0.1) * (hands + decay(t - 0.026, 0.07));
            filters.each_mut().map(|filter| strength * 0.8 * filter.band(random.bipolar()) * envelope)
        });
    }

    /// Metal and noise above 7 kHz, right of the middle; `decay_s` says how far the pedal is open.
    fn hat(&mut self, time_s: f64, strength: f64, decay_s: f64) {
        let gains = panorama(0.3).map(|gain| gain * strength * 0.60);
        self.metal(time_s, 6.0 * decay_s, 7_200.0, move |t| gains.map(|gain| gain * decay(t, decay_s)));
    }

    fn crash(&mut self, time_s: f64, strength: f64) {
        for (position, tone_hz) in [(-0.8, 3_100.0), (0.8, 3_600.0)] {
            let gains = panorama(position).map(|gain| gain * strength * 0.26);
            self.metal(time_s, 2.4, tone_hz, move |t| {
                gains.map(|gain| gain * fade(t, 2.4, 0.001, 0.8) * (0.5 * decay(t, 0.08) + 0.5 * decay(t, 0.7)))
            });
        }
    }

    /// Six square waves in no simple ratio, with noise, above `corner_hz`.
    fn metal(&mut self, time_s: f64, duration_s: f64, corner_hz: f64, envelope: impl Fn(f64) -> [f64; 2]) {
        let rate_hz = self.rate_hz;
        let random = &mut self.random;
        let mut partials = METAL_HZ.map(|_| Oscillator::new(random.unit()));
        let mut filters = [0, 1].map(|_| Filter::new(corner_hz, 0.9, rate_hz));
        self.track.add(time_s, duration_s, |t| {
            let ring: f64 =
                partials.iter_mut().zip(METAL_HZ).map(|(partial, hz)| partial.square(3.1 * hz / rate_hz)).sum();
            let once = filters[0].high(0.22 * ring + 0.75 * random.bipolar());
            let twice = filters[1].high(once);
            envelope(t).map(|gain| gain * twice)
        });
    }

    fn shaker(&mut self, time_s: f64, strength: f64) {
        let mut filter = Filter::new(5_200.0, 1.1, self.rate_hz);
        let gains = panorama(-0.55).map(|gain| gain * strength * 0.22);
        let random = &mut self.random;
        self.track.add(time_s, 0.12, |t| {
            let sound = filter.band(random.bipolar()) * fade(t, 0.12, 0.016, 0.09);
            gains.map(|gain| gain * sound)
        });
    }

    fn tom(&mut self, time_s: f64, strength: f64, tone_hz: f64, position: f64) {
        let gains = panorama(position).map(|gain| gain * strength * 0.75);
        self.track.add(time_s, 0.5, |t| {
            let cycles = tone_hz * t + 40.0 * 0.03 * (1.0 - decay(t, 0.03));
            let sound = sine(cycles) * decay(t, 0.13) * fade(t, 0.5, 0.001, 0.1);
            gains.map(|gain| gain * sound)
        });
    }
}
