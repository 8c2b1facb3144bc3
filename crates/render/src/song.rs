//! A song to be mastered: its stems in memory, each with its name and its settings.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use audio_file::{Audio, ConvertError, StemSet, convert_rate};
use dsp::format::Format;
use dsp::role::Role;
use dsp::stem_chain::{StemChain, StemSettings};

use crate::average_spectrum::AverageSpectrum;
use crate::measure::Meters;
use crate::report::Figures;
use crate::session_file::Session;

/// What is mixed and mastered.
pub struct Song {
    /// Frames per second of every stem.
    pub sample_rate_hz: u32,
    /// Frames of every stem.
    pub frames: usize,
    /// The stems, in the order of the session.
    pub stems: Vec<SongStem>,
    /// What the reader of the report should know.
    pub notes: Vec<String>,
}

/// A stem with its settings.
pub struct SongStem {
    /// The name of its file without the ending.
    pub file: String,
    /// What it is called.
    pub name: String,
    /// What it plays.
    pub role: Role,
    /// What its chain does.
    pub settings: StemSettings,
    /// Its sound, mono or stereo: as read, and after [`Song::process_stems`] as it left its chain.
    pub audio: Audio,
    /// The most its compressor has taken, in dB, 0 or more.
    pub max_reduction_db: f64,
}

impl SongStem {
    /// Rate and channels. `[any]`
    pub fn format(&self) -> Format {
        Format { sample_rate_hz: self.audio.sample_rate_hz.into(), channels: self.audio.channels.len() }
    }
}

/// What was measured of a stem behind its chain.
pub struct StemMeasured {
    /// Its figures.
    pub figures: Figures,
    /// Its average spectrum, when it was asked for.
    pub spectrum: Option<AverageSpectrum>,
}

/// Why stems and settings do not fit.
#[derive(Debug, thiserror::Error)]
pub enum SongError {
    /// A stem without settings.
    #[error("the session has no stem `{file}`: add a [[stem]] for it, or begin anew with `stemma session init`")]
    NotInSession {
        /// The stem's file name without the ending.
        file: String,
    },
    /// Settings without a stem.
    #[error("the session has a stem `{file}`, and the folder has not: export it, or take it out of the session")]
    NotInFolder {
        /// The stem's file name without the ending.
        file: String,
    },
    /// A stem could not be converted.
    #[error(transparent)]
    Convert(#[from] ConvertError),
}

/// Frames a chain works on at once; any number gives the same bits.
const BLOCK_FRAMES: usize = 4_096;

impl Song {
    /// Gives every stem of a folder its settings, in the order of the session, and lines all of them up at a rate if
    /// one is given. `[main]`
    pub fn new(set: StemSet, session: &Session, rate_hz: Option<u32>) -> Result<Self, SongError> {
        let StemSet { sample_rate_hz: from_hz, frames, mut stems, mut notes } = set;
        if let Some(odd) = stems.iter().find(|stem| !session.stems.iter().any(|known| known.file == stem.name)) {
            return Err(SongError::NotInSession { file: odd.name.clone() });
        }
        let mut found = Vec::new();
        for known in &session.stems {
            let Some(place) = stems.iter().position(|stem| stem.name == known.file) else {
                return Err(SongError::NotInFolder { file: known.file.clone() });
            };
            found.push(SongStem {
                file: known.file.clone(),
                name: known.name.clone(),
                role: known.role,
                settings: known.settings,
                audio: stems.swap_remove(place).audio,
                max_reduction_db: 0.0,
            });
        }
        let mut song = Self { sample_rate_hz: from_hz, frames, stems: found, notes: Vec::new() };
        if let Some(rate_hz) = rate_hz.filter(|&rate_hz| rate_hz != from_hz) {
            song.convert(rate_hz)?;
            notes.push(format!("The stems were converted from {from_hz} Hz to {rate_hz} Hz before anything else."));
        }
        song.notes = notes;
        Ok(song)
    }

    /// Before the chains, so that the ceiling holds at the rate of the file.
    fn convert(&mut self, rate_hz: u32) -> Result<(), ConvertError> {
        let converted = each_in_parallel(&mut self.stems, |stem| {
            stem.audio = convert_rate(&stem.audio, rate_hz)?;
            Ok(())
        });
        converted.into_iter().collect::<Result<(), ConvertError>>()?;
        self.sample_rate_hz = rate_hz;
        self.frames = self.stems.iter().map(|stem| stem.audio.frames()).max().unwrap_or(0);
        Ok(())
    }

    /// Sends every stem through its chain, in place, several at a time; `advance` hears how many more seconds of a stem
    /// are done. `[main]`
    pub fn process_stems(&mut self, advance: &(dyn Fn(f64) + Sync)) {
        each_in_parallel(&mut self.stems, |stem| {
            let format = stem.format();
            let mut chain = StemChain::new(format);
            chain.set(&stem.settings);
            for start in (0..stem.audio.frames()).step_by(BLOCK_FRAMES) {
                let end = stem.audio.frames().min(start + BLOCK_FRAMES);
                let channels = stem.audio.channels.iter_mut();
                chain.process_unmeasured(&mut channels.map(|channel| &mut channel[start..end]).collect::<Vec<_>>());
                advance((end - start) as f64 / format.sample_rate_hz);
            }
            stem.max_reduction_db = chain.readings().max_reduction_db;
        });
    }

    /// Measures every stem as it left its chain, one after the other, in the order of the stems; nothing once `stop` is
    /// set, which is looked at for each block. `[main]`
    pub fn measure_stems(&self, with_spectrum: bool, stop: &AtomicBool) -> Option<Vec<StemMeasured>> {
        let measure = |stem: &SongStem| {
            let format = stem.format();
            let mut meters = Meters::new(format);
            let mut spectrum = with_spectrum.then(|| AverageSpectrum::new(format));
            for start in (0..stem.audio.frames()).step_by(BLOCK_FRAMES) {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let end = stem.audio.frames().min(start + BLOCK_FRAMES);
                let block: Vec<&[f32]> = stem.audio.channels.iter().map(|channel| &channel[start..end]).collect();
                meters.process(&block);
                if let Some(spectrum) = &mut spectrum {
                    spectrum.process(&block);
                }
            }
            let figures = Figures { max_gain_reduction_db: stem.max_reduction_db.into(), ..meters.finish() };
            Some(StemMeasured { figures, spectrum })
        };
        self.stems.iter().map(measure).collect()
    }

    /// How long it sounds, in seconds. `[any]`
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }
}

/// Does something to every item, as many at a time as there are processors; the results in the order of the items.
pub(crate) fn each_in_parallel<Item: Send, Done: Send>(
    items: &mut [Item],
    work: impl Fn(&mut Item) -> Done + Sync,
) -> Vec<Done> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    // Whoever is ready takes the next item; each is taken once, so nobody ever waits for a lock.
    let places: Vec<Mutex<(&mut Item, Option<Done>)>> = items.iter_mut().map(|item| Mutex::new((item, None))).collect();
    let worker = || {
        while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            place.1 = Some(work(place.0));
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(worker);
        }
        worker();
    });
    places.into_iter().filter_map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner).1).collect()
}
