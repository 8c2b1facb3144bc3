//! What may be wrong with a delivery, and how to say it.

use serde::Serialize;

use crate::report::{Reading, minutes};

/// What is wrong with a delivery. Stems are named by their index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The mix has a stem (or, without an index, all of them) louder or softer.
    Gain {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// What it would have to be turned up by.
        gain_db: f64,
    },
    /// A stem is upside down.
    Polarity {
        /// Which stem; all if none.
        stem: Option<usize>,
    },
    /// A stem is later (positive) or earlier in the mix.
    Delay {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// By how much it would have to be delayed.
        delay_frames: f64,
    },
    /// A stem and the mix were recorded by different clocks.
    Drift {
        /// Which stem; all if none.
        stem: Option<usize>,
        /// By how many millionths the mix runs slower than the stem.
        drift_ppm: f64,
    },
    /// What one stem plays is also in another one.
    Duplicate {
        /// The stem.
        stem: usize,
        /// The one that contains it as well.
        within: usize,
    },
    /// A stem is not in the mix.
    Extra {
        /// Which stem.
        stem: usize,
    },
    /// A stem is in the mix twice.
    Doubled {
        /// Which stem.
        stem: usize,
    },
    /// The mix contains what no stem plays.
    Missing {
        /// RMS of the loudest 400 ms of it.
        level_dbfs: f64,
    },
    /// A stem was made mono.
    Mono {
        /// Which stem; one of several if none.
        stem: Option<usize>,
    },
    /// A compressor or limiter worked on the mix, or on all stems together.
    BusDynamics {
        /// How far its gain moved.
        depth_db: f64,
    },
    /// An equalizer worked on the mix.
    BusEqualizer {
        /// Where it changed most.
        center_hz: f64,
        /// What the mix has there that the sum has not.
        gain_db: f64,
    },
    /// Mix or stems were converted from another sample rate: only the top of the band differs.
    RateConversion {
        /// Where the difference begins.
        above_hz: f64,
    },
    /// Clicks, one or many: a bad edit, or a metronome that leaks.
    Click {
        /// When the highest comes, in seconds.
        at_s: f64,
        /// How high it is.
        peak_dbfs: f64,
        /// How many there are.
        count: usize,
        /// From one to the next, in seconds, if they are regular.
        every_s: Option<f64>,
        /// The stem that holds it, if one does.
        stem: Option<usize>,
    },
}

impl Cause {
    /// What to tell the engineer, with the names of the stems. `[main]`
    pub fn sentence(&self, names: &[&str]) -> String {
        let name = |stem: &usize| names.get(*stem).copied().unwrap_or("a stem").to_owned();
        let subject = |stem: &Option<usize>| stem.as_ref().map_or("the whole sum".to_owned(), name);
        let db = |value: f64| Reading::new(value).signed_text(2);
        match self {
            Self::Gain { stem, gain_db } => format!("would null if {} were {} dB", subject(stem), db(*gain_db)),
            Self::Polarity { stem } => format!("{} is upside down: invert its polarity", subject(stem)),
            Self::Delay { stem, delay_frames } => {
                let direction = if *delay_frames > 0.0 { "early" } else { "late" };
                format!("{} is {:.2} samples too {direction}", subject(stem), delay_frames.abs())
            }
            Self::Drift { stem, drift_ppm } => {
                format!(
                    "{} drifts by {} ppm: two clocks, or a speed change",
                    subject(stem),
                    Reading::new(*drift_ppm).signed_text(1)
                )
            }
            Self::Duplicate { stem, within } => {
                format!("{} is also contained in {}: the sum has it twice", name(stem), name(within))
            }
            Self::Extra { stem } => format!("{} is not in the reference", name(stem)),
            Self::Doubled { stem } => format!("the reference contains {} twice", name(stem)),
            Self::Missing { level_dbfs } => {
                format!(
                    "the reference contains something that no stem has, up to {level_dbfs:.1} dBFS: a stem is missing"
                )
            }
            Self::Mono { stem } => match stem {
                Some(stem) => format!("{} is mono, but stereo in the reference", name(stem)),
                None => "stems are mono that are stereo in the reference".to_owned(),
            },
            Self::BusDynamics { depth_db } => {
                format!("a compressor or limiter was left on the mix bus: its gain moves by {depth_db:.1} dB")
            }
            Self::BusEqualizer { center_hz, gain_db } => {
                format!("an equalizer was left on the mix bus: {} dB at {center_hz:.0} Hz", db(*gain_db))
            }
            Self::RateConversion { above_hz } => {
                format!(
                    "only frequencies above {:.1} kHz differ: stems or reference were converted from another sample rate",
                    above_hz / 1_000.0
                )
            }
            Self::Click { at_s, peak_dbfs, count, every_s, stem } => {
                let place = stem.as_ref().map_or("the mix, or in a stem where it hides".to_owned(), name);
                let at = minutes(*at_s);
                match (count, every_s) {
                    (_, Some(every_s)) => format!(
                        "{count} clicks of up to {peak_dbfs:.1} dBFS in {place}, one every {every_s:.2} s: a metronome leaks"
                    ),
                    (0..=1, _) => format!("a click of {peak_dbfs:.1} dBFS in {place} at {at}"),
                    _ => format!("{count} clicks of up to {peak_dbfs:.1} dBFS in {place}, the highest at {at}"),
                }
            }
        }
    }
}
