//! One band: a filter whose numbers glide and whose kind crossfades.

use super::{CONTROL_FRAMES, Placement, Slope};
use crate::{
    format::{Format, MAX_CHANNELS},
    smooth::Ramp,
    svf::{Coefficients, Svf, Taps},
};

/// How long a change of frequency, gain or Q, and a crossfade, takes.
const GLIDE_MS: f64 = 20.0;

/// Quality factors of the two sections of a fourth-order Butterworth filter.
const BUTTERWORTH_4: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_6];

/// A piece of signal between two looks at what glides.
pub(super) type Piece = [[f64; CONTROL_FRAMES]; MAX_CHANNELS];

/// What a band is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Off,
    HighPass(Slope),
    LowShelf,
    Bell,
    HighShelf,
    LowPass(Slope),
}

/// What cannot glide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub filter: Filter,
    pub placement: Placement,
}

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
        self.design();
    }

    /// Takes one step of everything that glides; called every [`CONTROL_FRAMES`] frames.
    pub fn glide(&mut self) {
        if self.is_idle() {
            return;
        }
        self.now.end_decays();
        let ramps = [&mut self.frequency_log2, &mut self.gain_db, &mut self.q_log2];
        let mut moved = false;
        for ramp in ramps {
            moved |= !ramp.is_settled();
            ramp.next();
        }
        if moved {
            self.design();
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
        self.design();
    }

    fn design(&mut self) {
        let frequency_hz = self.frequency_log2.value().exp2();
        let (gain_db, q) = (self.gain_db.value(), self.q_log2.value().exp2());
        self.now.design(frequency_hz, gain_db, q, self.sample_rate_hz);
        if self.fade_left_frames > 0 {
            self.before.design(frequency_hz, gain_db, q, self.sample_rate_hz);
        }
    }
}

/// A filter of one form, with its memory.
#[derive(Clone, Debug)]
struct Lane {
    form: Form,
    /// One section, or two for the steepest slope; the second is unused otherwise.
    sections: [Section; 2],
}

#[derive(Clone, Debug)]
struct Section {
    coefficients: Coefficients,
    taps: Taps,
    channels: [Svf; MAX_CHANNELS],
}

impl Section {
    fn set(&mut self, coefficients: Coefficients) {
        self.coefficients = coefficients;
        self.taps = Taps::from(coefficients);
    }
}

impl Lane {
    fn new(form: Form) -> Self {
        let coefficients = Coefficients::UNITY;
        let section = Section { coefficients, taps: Taps::from(coefficients), channels: Default::default() };
        Self { form, sections: [section.clone(), section] }
    }

    fn design(&mut self, frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) {
        use Coefficients as C;
        let (f, rate) = (frequency_hz, sample_rate_hz);
        let [gentle, sharp] = BUTTERWORTH_4;
        let [first, second] = match self.form.filter {
            Filter::Off | Filter::HighPass(Slope::Off) | Filter::LowPass(Slope::Off) => [C::UNITY, C::UNITY],
            Filter::HighPass(Slope::Db6) => [C::gentle_high_pass(f, rate), C::UNITY],
            Filter::HighPass(Slope::Db12) => [C::high_pass(f, 0.5_f64.sqrt(), rate), C::UNITY],
            Filter::HighPass(Slope::Db24) => [C::high_pass(f, gentle, rate), C::high_pass(f, sharp, rate)],
            Filter::LowShelf => [C::low_shelf(f, gain_db, q, rate), C::UNITY],
            Filter::Bell => [C::bell(f, gain_db, q, rate), C::UNITY],
            Filter::HighShelf => [C::high_shelf(f, gain_db, q, rate), C::UNITY],
            Filter::LowPass(Slope::Db6) => [C::gentle_low_pass(f, rate), C::UNITY],
            Filter::LowPass(Slope::Db12) => [C::low_pass(f, 0.5_f64.sqrt(), rate), C::UNITY],
            Filter::LowPass(Slope::Db24) => [C::low_pass(f, gentle, rate), C::low_pass(f, sharp, rate)],
        };
        let [first_section, second_section] = &mut self.sections;
        first_section.set(first);
        second_section.set(second);
    }

    /// How many sections the form has.
    fn section_count(&self) -> usize {
        match self.form.filter {
            Filter::Off => 0,
            Filter::HighPass(Slope::Db24) | Filter::LowPass(Slope::Db24) => 2,
            _ => 1,
        }
    }

    fn process(&mut self, piece: &mut Piece, frames: usize) {
        let section_count = self.section_count();
        let placement = self.form.placement;
        let [left, right] = piece;
        for Section { taps, channels: [first, second], .. } in self.sections.iter_mut().take(section_count) {
            match placement {
                Placement::Stereo => {
                    left.iter_mut().take(frames).for_each(|x| *x = first.next(*x, taps));
                    right.iter_mut().take(frames).for_each(|x| *x = second.next(*x, taps));
                }
                // The filter's change is added, so that the other part of the signal stays as it is.
                Placement::Mid => {
                    for (left, right) in left.iter_mut().zip(right.iter_mut()).take(frames) {
                        let mid = 0.5 * (*left + *right);
                        let change = first.next(mid, taps) - mid;
                        *left += change;
                        *right += change;
                    }
                }
                Placement::Side => {
                    for (left, right) in left.iter_mut().zip(right.iter_mut()).take(frames) {
                        let side = 0.5 * (*left - *right);
                        let change = first.next(side, taps) - side;
                        *left += change;
                        *right -= change;
                    }
                }
            }
        }
    }

    fn end_decays(&mut self) {
        self.sections.iter_mut().flat_map(|section| &mut section.channels).for_each(Svf::settle);
    }

    fn response(&self, frequency_hz: f64, sample_rate_hz: f64, heard_as: Placement) -> (f64, f64) {
        let is_heard = self.form.placement == Placement::Stereo || self.form.placement == heard_as;
        let section_count = if is_heard { self.section_count() } else { 0 };
        self.sections.iter().take(section_count).fold((1.0, 0.0), |(real, imaginary), section| {
            let (a, b) = section.coefficients.response(frequency_hz, sample_rate_hz);
            (real * a - imaginary * b, real * b + imaginary * a)
        })
    }
}
