//! A filter of one form: what a band crossfades between.

use super::{CONTROL_FRAMES, Placement, Slope};
use crate::{
    format::MAX_CHANNELS,
    svf::{Coefficients, Svf, Taps},
};

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

impl Filter {
    /// The sections of this filter; those it does not need pass everything.
    pub fn design(self, frequency_hz: f64, gain_db: f64, q: f64, sample_rate_hz: f64) -> [Coefficients; 2] {
        use Coefficients as C;
        let (f, rate) = (frequency_hz, sample_rate_hz);
        let [gentle, sharp] = BUTTERWORTH_4;
        match self {
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
        }
    }

    /// How many sections it needs.
    fn section_count(self) -> usize {
        match self {
            Filter::Off => 0,
            Filter::HighPass(Slope::Db24) | Filter::LowPass(Slope::Db24) => 2,
            _ => 1,
        }
    }
}

/// A filter of one form, with its memory.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub form: Form,
    /// One section, or two for the steepest slope; the second is unused otherwise.
    sections: [Section; 2],
}

/// One second-order filter, on one or two channels.
#[derive(Clone, Debug)]
struct Section {
    /// Where the taps are or are going.
    coefficients: Coefficients,
    taps: Taps,
    /// What the taps gain every frame while they glide: without it, every new design would be heard as a small step.
    step: Option<Taps>,
    channels: [Svf; MAX_CHANNELS],
}

impl Section {
    /// The taps of the next frame.
    #[inline]
    fn next_taps(&mut self) -> Taps {
        if let Some(step) = &self.step {
            self.taps.advance(step);
        }
        self.taps
    }

    fn process(&mut self, left: &mut [f64], right: &mut [f64], placement: Placement) {
        for (left, right) in left.iter_mut().zip(right) {
            let taps = self.next_taps();
            let [first, second] = &mut self.channels;
            match placement {
                Placement::Stereo => {
                    *left = first.next(*left, &taps);
                    *right = second.next(*right, &taps);
                }
                // The filter's change is added, so that the other part of the signal stays as it is.
                Placement::Mid => {
                    let mid = 0.5 * (*left + *right);
                    let change = first.next(mid, &taps) - mid;
                    *left += change;
                    *right += change;
                }
                Placement::Side => {
                    let side = 0.5 * (*left - *right);
                    let change = first.next(side, &taps) - side;
                    *left += change;
                    *right -= change;
                }
            }
        }
    }
}

impl Lane {
    pub fn new(form: Form) -> Self {
        let coefficients = Coefficients::UNITY;
        let section =
            Section { coefficients, taps: Taps::from(coefficients), step: None, channels: Default::default() };
        Self { form, sections: [section.clone(), section] }
    }

    pub fn jump_to(&mut self, design: [Coefficients; 2]) {
        for (section, coefficients) in self.sections.iter_mut().zip(design) {
            section.coefficients = coefficients;
        }
        self.arrive();
    }

    /// Starts to glide; arrives after [`CONTROL_FRAMES`] frames.
    pub fn glide_to(&mut self, design: [Coefficients; 2]) {
        for (section, coefficients) in self.sections.iter_mut().zip(design) {
            section.coefficients = coefficients;
            section.step = Some(section.taps.step_to(&Taps::from(coefficients), CONTROL_FRAMES));
        }
    }

    /// Ends a glide exactly where it was going, and decays that nobody can hear.
    pub fn arrive(&mut self) {
        for section in &mut self.sections {
            section.taps = Taps::from(section.coefficients);
            section.step = None;
            section.channels.iter_mut().for_each(Svf::settle);
        }
    }

    pub fn process(&mut self, piece: &mut Piece, frames: usize) {
        let [left, right] = piece;
        if let (Some(left), Some(right)) = (left.get_mut(..frames), right.get_mut(..frames)) {
            for section in self.sections.iter_mut().take(self.form.filter.section_count()) {
                section.process(left, right, self.form.placement);
            }
        }
    }

    pub fn response(&self, frequency_hz: f64, sample_rate_hz: f64, heard_as: Placement) -> (f64, f64) {
        let is_heard = self.form.placement == Placement::Stereo || self.form.placement == heard_as;
        let section_count = if is_heard { self.form.filter.section_count() } else { 0 };
        self.sections.iter().take(section_count).fold((1.0, 0.0), |(real, imaginary), section| {
            let (a, b) = section.coefficients.response(frequency_hz, sample_rate_hz);
            (real * a - imaginary * b, real * b + imaginary * a)
        })
    }
}
