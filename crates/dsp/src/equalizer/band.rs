//! One band: a filter whose numbers glide and whose kind crossfades.

use super::{
    CONTROL_FRAMES, Placement,
    lane::{Filter, Form, Lane, Piece},
};
use crate::{format::Format, smooth::Ramp, svf::Coefficients};

/// How long a change of frequency, gain or Q, and a crossfade, takes.
const GLIDE_MS: f64 = 20.0;

/// What a band is asked to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    form: Form,
    /// Frequency and Q glide as logarithms to base two, so that an octave is an octave.
    frequency_log2: f64,
    gain_db: f64,
    q_log2: f64,
}

impl Target {
    pub fn new(form: Form, frequency_hz: f64, gain_db: f64, q: f64) -> Self {
        Self { form, frequency_log2: frequency_hz.log2(), gain_db, q_log2: q.log2() }
    }
}

/// One band of the equalizer.
#[derive(Clone, Debug)]
pub(super) struct Band {
    sample_rate_hz: f64,
    frequency_log2: Ramp,
    gain_db: Ramp,
    q_log2: Ramp,
    /// What the settings ask for; a crossfade on its way is completed before the next begins.
    wanted: Form,
    /// What is heard, or being faded in.
    now: Lane,
    /// What is being faded out.
    before: Lane,
    /// Frames left of the crossfade, in `0..=fade_frames`.
    fade_left_frames: usize,
    fade_frames: usize,
}

impl Band {
    pub fn new(format: Format, target: Target) -> Self {
        let glide_steps = format.frames_from_ms(GLIDE_MS) / CONTROL_FRAMES;
        let mut band = Self {
            sample_rate_hz: format.sample_rate_hz,
            frequency_log2: Ramp::new(target.frequency_log2, glide_steps),
            gain_db: Ramp::new(target.gain_db, glide_steps),
            q_log2: Ramp::new(target.q_log2, glide_steps),
            wanted: target.form,
            now: Lane::new(target.form),
            before: Lane::new(target.form),
            fade_left_frames: 0,
            fade_frames: format.frames_from_ms(GLIDE_MS).max(1),
        };
        band.reset();
        band
    }

    pub fn set(&mut self, target: Target) {
        let ramps = [&mut self.frequency_log2, &mut self.gain_db, &mut self.q_log2];
        // What may have been heard since the last step glides from here, it does not jump.
        ramps.into_iter().filter(|ramp| ramp.is_settled()).for_each(|ramp| {
            ramp.next();
        });
        self.frequency_log2.set(target.frequency_log2);
        self.gain_db.set(target.gain_db);
        self.q_log2.set(target.q_log2);
        self.wanted = target.form;
        if self.is_idle() {
            self.settle();
        }
        self.follow_wanted();
    }

    pub fn reset(&mut self) {
        self.fade_left_frames = 0;
        self.now = Lane::new(self.wanted);
        self.settle();
        let (now, _) = self.designs();
        self.now.jump_to(now);
    }

    /// Takes one step of everything that glides; called every [`CONTROL_FRAMES`] frames.
    pub fn glide(&mut self) {
        if self.is_idle() {
            return;
        }
        let ramps = [&mut self.frequency_log2, &mut self.gain_db, &mut self.q_log2];
        let mut moved = false;
        for ramp in ramps {
            moved |= !ramp.is_settled();
            ramp.next();
        }
        self.now.arrive();
        self.before.arrive();
        if moved {
            let (now, before) = self.designs();
            self.now.glide_to(now);
            self.before.glide_to(before);
        }
        self.follow_wanted();
    }

    pub fn process(&mut self, piece: &mut Piece, frames: usize) {
        if self.is_idle() {
            return;
        }
        if self.fade_left_frames == 0 {
            self.now.process(piece, frames);
            return;
        }
        let mut fading_out = *piece;
        self.before.process(&mut fading_out, frames);
        self.now.process(piece, frames);
        let step = 1.0 / self.fade_frames as f64;
        for (channel, old) in piece.iter_mut().zip(&fading_out) {
            let mut left_frames = self.fade_left_frames;
            for (x, &old) in channel.iter_mut().zip(old).take(frames) {
                left_frames = left_frames.saturating_sub(1);
                *x += left_frames as f64 * step * (old - *x);
            }
        }
        self.fade_left_frames = self.fade_left_frames.saturating_sub(frames);
    }

    /// Squared gain at a frequency for a signal of this placement.
    pub fn response_power(&self, frequency_hz: f64, heard_as: Placement) -> f64 {
        let now = self.now.response(frequency_hz, self.sample_rate_hz, heard_as);
        let before = self.before.response(frequency_hz, self.sample_rate_hz, heard_as);
        let share = self.fade_left_frames as f64 / self.fade_frames as f64;
        let (real, imaginary) = (now.0 + share * (before.0 - now.0), now.1 + share * (before.1 - now.1));
        real * real + imaginary * imaginary
    }

    /// Whether the band leaves the signal alone and has no state.
    fn is_idle(&self) -> bool {
        self.now.form.filter == Filter::Off && self.fade_left_frames == 0
    }

    /// Lets everything that glides arrive.
    fn settle(&mut self) {
        self.frequency_log2.settle();
        self.gain_db.settle();
        self.q_log2.settle();
    }

    /// Starts the crossfade to what is wanted, unless one is on its way.
    fn follow_wanted(&mut self) {
        if self.fade_left_frames > 0 || self.now.form == self.wanted {
            return;
        }
        self.before = std::mem::replace(&mut self.now, Lane::new(self.wanted));
        self.fade_left_frames = self.fade_frames;
        let (now, _) = self.designs();
        self.now.jump_to(now);
    }

    /// The coefficients of both lanes for the values of this moment.
    fn designs(&self) -> ([Coefficients; 2], [Coefficients; 2]) {
        let frequency_hz = self.frequency_log2.value().exp2();
        let (gain_db, q) = (self.gain_db.value(), self.q_log2.value().exp2());
        let design = |lane: &Lane| lane.form.filter.design(frequency_hz, gain_db, q, self.sample_rate_hz);
        let before = if self.fade_left_frames > 0 { design(&self.before) } else { [Coefficients::UNITY; 2] };
        (design(&self.now), before)
    }
}
