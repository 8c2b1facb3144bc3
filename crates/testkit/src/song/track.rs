//! A stereo tape that sounds are added to.

use super::{Stem, room::Room, synth::fade};

/// How long the ends of every stem are faded, so that no file starts or ends with a click.
const END_FADE_S: f64 = 0.25;

/// A stereo recording of fixed length; what lies outside is not recorded.
#[derive(Clone, Debug)]
pub struct Track {
    sample_rate_hz: f64,
    left: Vec<f64>,
    right: Vec<f64>,
}

impl Track {
    /// An empty tape.
    pub fn new(frames: usize, sample_rate_hz: f64) -> Self {
        Self { sample_rate_hz, left: vec![0.0; frames], right: vec![0.0; frames] }
    }

    /// Adds a sound: `sound` is asked for every frame, in order, with the time since its start.
    pub fn add(&mut self, start_s: f64, duration_s: f64, mut sound: impl FnMut(f64) -> [f64; 2]) {
        let start = (start_s * self.sample_rate_hz).round().max(0.0) as usize;
        let frames = (duration_s * self.sample_rate_hz) as usize;
        let step_s = 1.0 / self.sample_rate_hz;
        for (i, (left, right)) in self.left.iter_mut().zip(&mut self.right).skip(start).take(frames).enumerate() {
            let [l, r] = sound(i as f64 * step_s);
            *left += l;
            *right += r;
        }
    }

    /// Changes every frame in place; `change` is asked with the frame's index and its two samples.
    pub fn change(&mut self, mut change: impl FnMut(usize, [f64; 2]) -> [f64; 2]) {
        for (i, (left, right)) in self.left.iter_mut().zip(&mut self.right).enumerate() {
            [*left, *right] = change(i, [*left, *right]);
        }
    }

    /// Adds another recording, `gain` times.
    pub fn mix(&mut self, other: &Track, gain: f64) {
        for (own, others) in [(&mut self.left, &other.left), (&mut self.right, &other.right)] {
            own.iter_mut().zip(others).for_each(|(sample, &added)| *sample += gain * added);
        }
    }

    /// Adds the sound of a room that hears this tape: `gain` times a decay of about `decay_s` seconds.
    pub fn add_room(&mut self, gain: f64, decay_s: f64, darkness: f64) {
        let mut room = Room::new(self.sample_rate_hz, decay_s, darkness);
        self.change(|_, [left, right]| {
            let [wet_left, wet_right] = room.next([left, right]);
            [left + gain * wet_left, right + gain * wet_right]
        });
    }

    /// Adds echoes that jump between the sides, every `period_s`, darker and `feedback` times quieter each time.
    pub fn add_echoes(&mut self, gain: f64, period_s: f64, feedback: f64) {
        let frames = ((period_s * self.sample_rate_hz) as usize).max(1);
        let mut lines = [vec![0.0; frames], vec![0.0; frames]];
        let mut dark = [0.0; 2];
        let softness = (-std::f64::consts::TAU * 3_500.0 / self.sample_rate_hz).exp();
        self.change(|i, [left, right]| {
            let at = i % frames;
            let heard = [lines[0][at], lines[1][at]];
            for (state, echo) in dark.iter_mut().zip(heard) {
                *state = echo + softness * (*state - echo);
            }
            lines[0][at] = 0.5 * (left + right) + feedback * dark[1];
            lines[1][at] = feedback * dark[0];
            [left + gain * dark[0], right + gain * (dark[1] / feedback)]
        });
    }

    /// The finished stem: faded at both ends, in 32-bit float.
    pub fn into_stem(self, name: &'static str) -> Stem {
        let duration_s = self.left.len() as f64 / self.sample_rate_hz;
        let finish = |channel: Vec<f64>| {
            let faded = channel.into_iter().enumerate().map(|(i, sample)| {
                let time_s = i as f64 / self.sample_rate_hz;
                (sample * fade(time_s, duration_s, 0.002, END_FADE_S)) as f32
            });
            faded.collect()
        };
        Stem { name, left: finish(self.left), right: finish(self.right) }
    }
}
