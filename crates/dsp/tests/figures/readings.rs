//! A limiter at work, and what the meters of this world read of a signal.

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
    meter::true_peak::TruePeakMeter,
};
use ebur128::{EbuR128, Mode};
use plotters::style::RGBColor;
use testkit::{
    families::{self, Member},
    rulers::{db, peak, true_peak},
};

/// The ceiling of every limiter measured here.
pub const CEILING_DBTP: f64 = -1.0;

/// The default limiter at a drive.
pub fn driven(drive_db: f64) -> LimiterSettings {
    LimiterSettings { drive_db: drive_db as f32, ceiling_dbtp: CEILING_DBTP as f32, ..LimiterSettings::default() }
}

/// What leaves a mono limiter, from the first frame of the input to the last, so that both lie side by side.
pub fn limited(settings: &LimiterSettings, sample_rate_hz: f64, input: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new(Format::mono(sample_rate_hz));
    limiter.set(settings);
    let mut output = input.to_vec();
    output.resize(input.len() + limiter.latency_frames(), 0.0);
    limiter.process(&mut [&mut output]);
    output.split_off(limiter.latency_frames())
}

/// A signal that is hard on whatever deals with peaks.
pub struct Subject {
    pub name: &'static str,
    /// It ends at 20 kHz.
    pub is_programme: bool,
    pub samples: Vec<f32>,
}

impl Subject {
    /// Programme first, then torture, each with a tail.
    pub fn all(sample_rate_hz: f64) -> Vec<Self> {
        let subject = |is_programme: bool| {
            move |Member { name, samples }: Member| Self { name, is_programme, samples: with_tail(&samples) }
        };
        let programme = families::programme(sample_rate_hz).into_iter().map(subject(true));
        programme.chain(families::torture(sample_rate_hz).into_iter().map(subject(false))).collect()
    }

    pub fn full_name(&self) -> String {
        format!("{} ({})", self.name, if self.is_programme { "up to 20 kHz" } else { "whole band" })
    }
}

/// The signal and silence after it, for what the filters of limiter and meters still hold: a cut would ring.
fn with_tail(signal: &[f32]) -> Vec<f32> {
    signal.iter().copied().chain(std::iter::repeat_n(0.0, 200)).collect()
}

/// The highest peak of a signal as different meters read it, in dBFS and dBTP.
pub struct Peaks {
    pub sample_dbfs: f64,
    /// This project's meter.
    pub sharp_dbtp: f64,
    pub itu_dbtp: f64,
    pub libebur128_dbtp: f64,
    /// The 64 × resampled wave.
    pub truth_dbtp: f64,
}

impl Peaks {
    /// Of a mono signal that ends in silence.
    pub fn of(signal: &[f32], sample_rate_hz: f64) -> Self {
        let mut meter = TruePeakMeter::new(Format::mono(sample_rate_hz));
        meter.process(&[signal]);
        meter.flush();
        let mut other = EbuR128::new(1, sample_rate_hz as u32, Mode::TRUE_PEAK).unwrap();
        other.add_frames_f32(signal).unwrap();
        Self {
            sample_dbfs: db(peak(signal)),
            sharp_dbtp: meter.max_dbtp()[0],
            itu_dbtp: meter.itu_max_dbtp()[0],
            libebur128_dbtp: db(other.true_peak(0).unwrap()),
            truth_dbtp: db(true_peak(signal)),
        }
    }
}

/// One of them, and how it is drawn.
pub struct Reading {
    pub name: &'static str,
    pub color: RGBColor,
    /// In dB above what it is compared with.
    pub over_db: fn(&Peaks) -> f64,
}

/// A name in lines of at most ten letters, to stand under bars.
pub fn in_lines(name: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in name.split(' ') {
        if length > 0 {
            let fits = length + word.chars().count() < 10;
            lines.push(if fits { ' ' } else { '\n' });
            length = if fits { length + 1 } else { 0 };
        }
        lines.push_str(word);
        length += word.chars().count();
    }
    lines
}
