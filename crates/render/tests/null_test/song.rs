//! Deliveries to spoil: the composed song and a real one.

use std::path::Path;
use std::sync::OnceLock;

use audio_file::{Audio, SourceBits, read};
use render::null_test::NullTest;
use testkit::{signals::Random, song};

pub const RATE_HZ: u32 = 48_000;
/// The lead, in both songs.
pub const LEAD: usize = 3;

/// Eight seconds: the drift of a real clock moves the end by several frames.
const START: usize = 8 * RATE_HZ as usize;
const FRAMES: usize = 8 * RATE_HZ as usize;

/// The stems of a song and its mix.
#[derive(Clone)]
pub struct Delivery {
    pub names: Vec<String>,
    pub stems: Vec<Audio>,
    pub reference: Audio,
}

impl Delivery {
    /// Stems and mix of the composed song, as 24-bit files.
    pub fn composed() -> Self {
        static COMPOSED: OnceLock<Delivery> = OnceLock::new();
        let compose = || {
            let song = song::compose(7, f64::from(RATE_HZ));
            let names = song.iter().map(|stem| stem.name.to_owned()).collect();
            let stems = song.into_iter().map(|stem| rounded(&cut(audio(stem.left, stem.right)), 24));
            Self::of(names, stems.collect())
        };
        COMPOSED.get_or_init(compose).clone()
    }

    /// Stems and mix of a real song; none, and a word, where it is not.
    pub fn real() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/stems/final_step");
        if !folder.is_dir() {
            println!("skipped: {} is not here", folder.display());
            return None;
        }
        let names = ["01_Drums", "02_Bass", "03_Music", "04_Lead"].map(str::to_owned).to_vec();
        let load = |name: &str| cut(read(folder.join(format!("{name}.flac"))).unwrap());
        let stems = names.iter().map(|name| load(name)).collect();
        Some(Self { names, stems, reference: load("reference_mix") })
    }

    fn of(names: Vec<String>, stems: Vec<Audio>) -> Self {
        let reference = rounded(&sum(&stems), 24);
        Self { names, stems, reference }
    }

    pub fn test(&self) -> NullTest {
        let stems: Vec<(&str, &Audio)> = self.names.iter().map(String::as_str).zip(&self.stems).collect();
        NullTest::run(&stems, &self.reference)
    }

    /// With some air in the top octave, as a modern mix has it.
    pub fn with_air(self) -> Self {
        let mut random = Random::new(3);
        let mut stems = self.stems;
        for x in stems.iter_mut().flat_map(|stem| &mut stem.channels).flatten() {
            *x += (random.uniform() * 0.004) as f32;
        }
        Self::of(self.names, stems)
    }
}

fn audio(left: Vec<f32>, right: Vec<f32>) -> Audio {
    Audio { sample_rate_hz: RATE_HZ, channels: vec![left, right], source_bits: SourceBits::Integer(24) }
}

fn cut(mut audio: Audio) -> Audio {
    audio.channels.iter_mut().for_each(|row| *row = row[START..START + FRAMES].to_vec());
    audio
}

pub fn sum(stems: &[Audio]) -> Audio {
    let side = |side: usize| {
        let frame = |i: usize| stems.iter().map(|stem| f64::from(stem.channels[side][i])).sum::<f64>() as f32;
        (0..stems[0].frames()).map(frame).collect()
    };
    audio(side(0), side(1))
}

pub fn map(audio: &Audio, mut change: impl FnMut(f32) -> f32) -> Audio {
    let channels = audio.channels.iter().map(|row| row.iter().map(|&x| change(x)).collect()).collect();
    Audio { channels, ..audio.clone() }
}

/// Rounded to a number of bits, as a file would hold it.
pub fn rounded(audio: &Audio, bits: u32) -> Audio {
    let steps = f64::from(1_u32 << (bits - 1));
    map(audio, |x| ((f64::from(x) * steps).round() / steps) as f32)
}

/// The same with triangular dither.
pub fn dithered(audio: &Audio, bits: u32, random: &mut Random) -> Audio {
    let steps = f64::from(1_u32 << (bits - 1));
    map(audio, |x| {
        let triangle = 0.5 * (random.uniform() + random.uniform());
        ((f64::from(x) * steps + triangle).round() / steps) as f32
    })
}

pub fn gained(audio: &Audio, gain_db: f64) -> Audio {
    let gain = 10f64.powf(gain_db / 20.0);
    rounded(&map(audio, |x| (f64::from(x) * gain) as f32), 24)
}

pub fn late(audio: &Audio, frames: usize) -> Audio {
    let row = |row: &Vec<f32>| std::iter::repeat_n(0.0, frames).chain(row.iter().copied()).take(row.len()).collect();
    Audio { channels: audio.channels.iter().map(row).collect(), ..audio.clone() }
}

pub fn mono(audio: &Audio) -> Audio {
    let [left, right] = audio.channels.as_slice() else { panic!("stereo") };
    let both = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
    Audio { channels: vec![both], ..audio.clone() }
}

/// Taps on each side of [`moved`].
const REACH: i64 = 60;

/// Read at other places by a long sinc under a Hann window: an independent resampler.
pub fn moved(audio: &Audio, position: impl Fn(f64) -> f64) -> Audio {
    // The window's cosine at a tap, from those at its ends: cos(a − b).
    let turn = std::f64::consts::PI / (REACH + 1) as f64;
    let turns: Vec<(f64, f64)> = (-REACH..=REACH).map(|tap| (turn * tap as f64).sin_cos()).collect();
    let row = |row: &Vec<f32>| {
        let value = |frame: usize| {
            let position = position(frame as f64);
            let nearest = position.round();
            let offset = position - nearest;
            let sine = (std::f64::consts::PI * offset).sin() / std::f64::consts::PI;
            let (sin, cos) = (turn * offset).sin_cos();
            let taps = (-REACH..=REACH).zip(&turns).map(|(tap, &(tap_sin, tap_cos))| {
                let index = usize::try_from(nearest as i64 + tap).ok();
                let sample = index.and_then(|index| row.get(index)).map_or(0.0, |&x| f64::from(x));
                let distance = offset - tap as f64;
                let sign = if tap % 2 == 0 { 1.0 } else { -1.0 };
                let sinc = if distance.abs() < 1e-9 { 1.0 } else { sign * sine / distance };
                sample * sinc * (0.5 + 0.5 * (cos * tap_cos + sin * tap_sin))
            });
            taps.sum::<f64>() as f32
        };
        (0..row.len()).map(value).collect()
    };
    Audio { channels: audio.channels.iter().map(row).collect(), ..audio.clone() }
}
