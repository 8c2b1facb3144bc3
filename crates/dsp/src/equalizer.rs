//! Equalizer: two cut filters, two shelves and three bells in series.

mod band;
mod lane;

use crate::{
    format::{Format, MAX_CHANNELS},
    sum::{finite, sample},
    units,
};
use band::{Band, Target};
use lane::{Filter, Form};

/// What a band hears: both channels, what they share, or what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Left and right alike.
    #[default]
    Stereo,
    /// (left + right) / 2 only.
    Mid,
    /// (left − right) / 2 only. On a mono signal a side band does nothing.
    Side,
}

/// How steeply a cut filter falls (Butterworth), in dB per octave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slope {
    /// The filter is out of the path.
    #[default]
    Off,
    /// First order.
    Db6,
    /// Second order.
    Db12,
    /// Fourth order.
    Db24,
}

/// A high-pass or low-pass filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutSettings {
    /// How steeply it falls; off by default.
    pub slope: Slope,
    /// The −3 dB point: 10–500 Hz (high-pass), 1–22 kHz (low-pass; held below the Nyquist frequency).
    pub frequency_hz: f32,
    /// What it hears.
    pub placement: Placement,
}

/// A shelf or a bell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandSettings {
    /// Whether the band is in the path.
    pub on: bool,
    /// Centre of a bell, midpoint of a shelf, 20–20 000 Hz.
    pub frequency_hz: f32,
    /// Gain at the centre of a bell, at the far end of a shelf, ±12 dB.
    pub gain_db: f32,
    /// Quality factor, 0.1–10; 0.707 is a shelf without a hump.
    pub q: f32,
    /// What it hears.
    pub placement: Placement,
}

/// All bands. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EqualizerSettings {
    /// Removes what is below.
    pub high_pass: CutSettings,
    /// Lifts or lowers the low end.
    pub low_shelf: BandSettings,
    /// Three bells, low to high by default.
    pub bells: [BandSettings; 3],
    /// Lifts or lowers the high end.
    pub high_shelf: BandSettings,
    /// Removes what is above.
    pub low_pass: CutSettings,
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        let band =
            |frequency_hz, q| BandSettings { on: false, frequency_hz, gain_db: 0.0, q, placement: Placement::Stereo };
        let cut = |frequency_hz| CutSettings { slope: Slope::Off, frequency_hz, placement: Placement::Stereo };
        Self {
            high_pass: cut(30.0),
            low_shelf: band(100.0, 0.71),
            bells: [band(250.0, 1.0), band(1_000.0, 1.0), band(4_000.0, 1.0)],
            high_shelf: band(8_000.0, 0.71),
            low_pass: cut(20_000.0),
        }
    }
}

/// Frames between two looks at what glides; coefficients stay the same in between. Counted from the first frame after
/// [`Equalizer::reset`], not from block starts.
const CONTROL_FRAMES: usize = 16;

/// How many bands there are.
const BANDS: usize = 7;

/// Changes the balance of low and high: high-pass, low shelf, three bells, high shelf, low-pass, in this order.
///
/// The curves are those of analogue filters up to the Nyquist frequency (see [`crate::svf::Coefficients`]), with their
/// phase shift and without delay. Bands that are off cost nothing and change no bit. Frequency, gain and Q glide in
/// 20 ms; switching a band, a slope or a placement crossfades in 20 ms. After a high-pass, peaks may be higher than
/// before: that is phase, not gain.
#[derive(Clone, Debug)]
pub struct Equalizer {
    format: Format,
    bands: [Band; BANDS],
    /// What was last asked for.
    settings: EqualizerSettings,
    /// Frames until the next look at what glides.
    control_countdown_frames: usize,
    /// Whether a frame went through since the last reset: before, nothing can click.
    heard: bool,
}

impl Equalizer {
    /// An equalizer with all bands off. `[setup]`
    pub fn new(format: Format) -> Self {
        let settings = EqualizerSettings::default();
        let bands = targets(&settings, format.channels).map(|target| Band::new(format, target));
        Self { format, bands, settings, control_countdown_frames: CONTROL_FRAMES, heard: false }
    }

    /// Applies settings; values outside their ranges are held to them. `[audio]`
    pub fn set(&mut self, settings: &EqualizerSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        for (band, target) in self.bands.iter_mut().zip(targets(settings, self.format.channels)) {
            band.set(target);
            if !self.heard {
                band.reset();
            }
        }
    }

    /// Forgets the sound; changes on their way are complete. `[audio]`
    pub fn reset(&mut self) {
        self.bands.iter_mut().for_each(Band::reset);
        self.control_countdown_frames = CONTROL_FRAMES;
        self.heard = false;
    }

    /// Works in place on one slice per channel. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        let frames = block.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut start = 0;
        while start < frames {
            let piece_frames = self.control_countdown_frames.min(frames - start);
            self.process_piece(block, start, piece_frames);
            start += piece_frames;
            self.control_countdown_frames -= piece_frames;
            if self.control_countdown_frames == 0 {
                self.control_countdown_frames = CONTROL_FRAMES;
                self.bands.iter_mut().for_each(Band::glide);
            }
        }
        self.heard |= frames > 0;
    }

    /// At most [`CONTROL_FRAMES`] frames, in f64 from the first band to the last.
    fn process_piece(&mut self, block: &mut [&mut [f32]], start: usize, frames: usize) {
        let mut piece = [[0.0; CONTROL_FRAMES]; MAX_CHANNELS];
        for (channel, values) in block.iter().zip(&mut piece) {
            for (x, value) in channel.iter().skip(start).zip(values.iter_mut().take(frames)) {
                *value = finite(*x);
            }
        }
        for band in &mut self.bands {
            band.process(&mut piece, frames);
        }
        for (channel, values) in block.iter_mut().zip(&piece) {
            for (x, value) in channel.iter_mut().skip(start).zip(values.iter().take(frames)) {
                *x = sample(*value);
            }
        }
    }

    /// No delay, in every setting. `[any]`
    pub fn latency_frames(&self) -> usize {
        0
    }

    /// Gain at a frequency in dB, from the coefficients in use at this moment.
    ///
    /// `Mid` is what the sum of both channels hears (all stereo and mid bands), `Side` their difference (stereo and
    /// side bands), `Stereo` the stereo bands alone. On a mono signal mid bands count as stereo and side bands not at
    /// all. Frequencies above Nyquist read as Nyquist. `[any]`
    pub fn response_db(&self, frequency_hz: f64, heard_as: Placement) -> f64 {
        let power: f64 = self.bands.iter().map(|band| band.response_power(frequency_hz, heard_as)).product();
        units::db_from_power(power)
    }
}

/// What each band is asked to do, in the order of the signal.
fn targets(settings: &EqualizerSettings, channels: usize) -> [Target; BANDS] {
    let form = |filter: Filter, placement: Placement| match (channels, placement) {
        (1, Placement::Side) => Form { filter: Filter::Off, placement: Placement::Stereo },
        (1, _) => Form { filter, placement: Placement::Stereo },
        _ => Form { filter, placement },
    };
    let cut = |cut: &CutSettings, filter: Filter, lowest_hz, highest_hz| {
        let filter = if cut.slope == Slope::Off { Filter::Off } else { filter };
        Target::new(form(filter, cut.placement), held(cut.frequency_hz, lowest_hz, highest_hz), 0.0, 1.0)
    };
    let band = |band: &BandSettings, filter: Filter| {
        let form = form(if band.on { filter } else { Filter::Off }, band.placement);
        let gain_db = if band.gain_db.is_nan() { 0.0 } else { held(band.gain_db, -12.0, 12.0) };
        Target::new(form, held(band.frequency_hz, 20.0, 20_000.0), gain_db, held(band.q, 0.1, 10.0))
    };
    let [first, second, third] = &settings.bells;
    [
        cut(&settings.high_pass, Filter::HighPass(settings.high_pass.slope), 10.0, 500.0),
        band(&settings.low_shelf, Filter::LowShelf),
        band(first, Filter::Bell),
        band(second, Filter::Bell),
        band(third, Filter::Bell),
        band(&settings.high_shelf, Filter::HighShelf),
        cut(&settings.low_pass, Filter::LowPass(settings.low_pass.slope), 1_000.0, 22_000.0),
    ]
}

/// A value held to its range; NaN becomes the lowest.
fn held(value: f32, lowest: f32, highest: f32) -> f64 {
    f64::from(value.max(lowest).min(highest))
}
