//! The curves an equalizer is compared with: the analogue filter, and the usual digital copy of it.

use biquad::{Biquad, Coefficients, DirectForm1, ToHertz, Type};
use dsp::{
    equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Placement, Slope},
    format::Format,
};
use testkit::{signals, spectrum};

/// Where an equalizer has the least room: the curves bend towards half the sample rate.
pub const RATE_HZ: f64 = 44_100.0;

/// One band, in a form that all three can be made from.
#[derive(Clone, Copy)]
pub enum Shape {
    Bell,
    LowShelf,
    HighShelf,
    /// 12 dB per octave; has no gain.
    LowPass,
}

/// A band and its settings.
#[derive(Clone, Copy)]
pub struct Band {
    pub shape: Shape,
    pub frequency_hz: f64,
    pub gain_db: f64,
    pub q: f64,
}

/// |numerator / denominator| in dB of polynomials in s = j·x, lowest power first.
fn level_db(numerator: [f64; 3], denominator: [f64; 3], x: f64) -> f64 {
    let power = |c: [f64; 3]| (c[0] - c[2] * x * x).powi(2) + (c[1] * x).powi(2);
    10.0 * (power(numerator) / power(denominator)).log10()
}

impl Band {
    /// The transfer functions at the head of R. Bristow-Johnson's "Audio EQ Cookbook".
    pub fn analogue_db(&self, frequency_hz: f64) -> f64 {
        let (x, q) = (frequency_hz / self.frequency_hz, self.q);
        let a = 10f64.powf(self.gain_db / 40.0);
        let slope = a.sqrt() / q;
        // The cookbook's H(s) = A · (A s² + …) / (s² + … + A).
        let high_shelf = |x: f64| 0.5 * self.gain_db + level_db([1.0, slope, a], [a, slope, 1.0], x);
        match self.shape {
            Shape::Bell => level_db([1.0, a / q, 1.0], [1.0, 1.0 / (a * q), 1.0], x),
            Shape::HighShelf => high_shelf(x),
            Shape::LowShelf => high_shelf(1.0 / x),
            Shape::LowPass => level_db([1.0, 0.0, 0.0], [1.0, 1.0 / q, 1.0], x),
        }
    }

    /// The gain of our equalizer, as (Hz, dB), from what leaves it when a single one enters.
    pub fn measured_db(&self) -> Vec<(f64, f64)> {
        let band = BandSettings {
            on: true,
            frequency_hz: self.frequency_hz as f32,
            gain_db: self.gain_db as f32,
            q: self.q as f32,
            placement: Placement::Stereo,
        };
        let mut settings = EqualizerSettings::default();
        match self.shape {
            Shape::Bell => settings.bells[0] = band,
            Shape::LowShelf => settings.low_shelf = band,
            Shape::HighShelf => settings.high_shelf = band,
            Shape::LowPass => {
                let frequency_hz = self.frequency_hz as f32;
                settings.low_pass = CutSettings { slope: Slope::Db12, frequency_hz, placement: Placement::Stereo };
            }
        }
        let mut equalizer = Equalizer::new(Format::mono(RATE_HZ));
        equalizer.set(&settings);
        let mut response = impulse();
        equalizer.process(&mut [&mut response]);
        audible(spectrum::gains_db(&response, RATE_HZ))
    }

    /// The gain of the cookbook's digital filter.
    pub fn cookbook_db(&self) -> Vec<(f64, f64)> {
        let kind = match self.shape {
            Shape::Bell => Type::PeakingEQ(self.gain_db),
            Shape::LowShelf => Type::LowShelf(self.gain_db),
            Shape::HighShelf => Type::HighShelf(self.gain_db),
            Shape::LowPass => Type::LowPass,
        };
        let coefficients =
            Coefficients::<f64>::from_params(kind, RATE_HZ.hz(), self.frequency_hz.hz(), self.q).unwrap();
        let mut filter = DirectForm1::<f64>::new(coefficients);
        let response: Vec<f32> = impulse().iter().map(|&x| filter.run(f64::from(x)) as f32).collect();
        audible(spectrum::gains_db(&response, RATE_HZ))
    }

    /// The largest distance of a measured curve from the analogue one, in dB.
    pub fn error_db(&self, curve: &[(f64, f64)]) -> f64 {
        curve.iter().map(|&(hz, db)| (db - self.analogue_db(hz)).abs()).fold(0.0, f64::max)
    }
}

/// Long enough for the lowest bands measured here to die away.
fn impulse() -> Vec<f32> {
    signals::impulse(0, 1.0, 8_192)
}

/// What is heard of a curve, thinned to the bins a page can show.
fn audible(curve: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut next_hz = 20.0;
    let is_wanted = |&(hz, _): &(f64, f64)| {
        let wanted = hz >= next_hz && hz <= 20_000.0;
        if wanted {
            next_hz = hz * 1.01;
        }
        wanted
    };
    curve.into_iter().filter(is_wanted).collect()
}
