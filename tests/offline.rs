//! The same sound from files: what `stemma` masters is, to the bit, what the plugins play in a host.

use std::path::{Path, PathBuf};

use audio_file::{Audio, SourceBits, Stem, StemOptions, StemSet, WavEncoding, write_wav};
use dsp::limiter::LimiterSettings;
use dsp::master_chain::MasterSettings;
use dsp::sum::Sum;
use host::{Activation, Instance, PlaySettings, Player, Position, Track, play};
use render::drive::{Outcome, search};
use render::limiting::BeforeLimiter;
use render::mastering::{finish, master};
use render::session_file::Session;
use render::song::Song;
use serde_json::Value;
use testkit::signals::{self, Random};

use crate::bundles::{Product, session_directory};
use crate::ffmpeg;

const RATE_HZ: u32 = 48_000;
const FRAMES: usize = 48_000 + 333;
/// So much later than the reference mix comes the input of the null test.
const OFFSET_FRAMES: usize = 37;
/// So much of the real song: enough for every loudness.
const SONG_SECONDS: usize = 10;

/// A control and where it stands: its name in the host, its place from 0 to 1 (or its number in a list), its key in the
/// session file and the value there.
struct Control {
    name: &'static str,
    place: f64,
    key: &'static str,
    value: String,
}

/// A control whose unit is spread evenly over its way.
fn even(name: &'static str, place: f32, key: &'static str, lowest: f32, highest: f32) -> Control {
    Control { name, place: place.into(), key, value: format!("{:?}", place * (highest - lowest) + lowest) }
}

/// A control whose lower values take more of its way.
fn low_spread(name: &'static str, place: f32, key: &'static str, lowest: f32, highest: f32) -> Control {
    Control { name, place: place.into(), key, value: format!("{:?}", place.powf(4.0) * (highest - lowest) + lowest) }
}

/// A switch or a word.
fn word(name: &'static str, number: u32, key: &'static str, value: &str) -> Control {
    Control { name, place: number.into(), key, value: value.to_owned() }
}

/// Every stage works. A key after a dot belongs into the table named before it.
fn stem_controls() -> Vec<Control> {
    vec![
        even("Trim", 0.625, "trim.trim_db", -24.0, 12.0),
        word("Polarity", 1, "trim.polarity", "\"left\""),
        word("Compressor on", 1, "compressor.on", "true"),
        even("Threshold", 0.5, "compressor.threshold_db", -60.0, 0.0),
        low_spread("Ratio", 0.5, "compressor.ratio", 1.0, 10.0),
        low_spread("Attack", 0.25, "compressor.attack_ms", 0.1, 200.0),
        word("Bell 2 on", 1, "equalizer.bell_2.on", "true"),
        even("Bell 2 gain", 0.625, "equalizer.bell_2.gain_db", -12.0, 12.0),
        low_spread("Bell 2 frequency", 0.5, "equalizer.bell_2.frequency_hz", 20.0, 20_000.0),
    ]
}

fn master_controls(dither: u32) -> Vec<Control> {
    let words = ["\"off\"", "\"24 bit\"", "\"20 bit\"", "\"16 bit\""];
    vec![
        even("Input gain", 0.5625, "input_gain_db", -12.0, 12.0),
        word("Dither", dither, "dither", words[dither as usize]),
        word("Compressor on", 1, "compressor.on", "true"),
        even("Threshold", 0.75, "compressor.threshold_db", -60.0, 0.0),
        even("Drive", 0.5, "limiter.drive_db", 0.0, 24.0),
        low_spread("Look-ahead", 0.5, "limiter.lookahead_ms", 1.0, 5.0),
        word("High-pass", 2, "equalizer.high_pass.slope", "\"12 dB/oct\""),
        word("High-pass placement", 2, "equalizer.high_pass.placement", "\"side\""),
    ]
}

/// Stereo drums and a mono bass.
fn stems() -> Vec<(&'static str, Audio)> {
    let noise = |seed| signals::pink_noise(seed, 0.15, FRAMES);
    [("Drums", vec![noise(1), noise(2)]), ("Bass", vec![noise(3)])]
        .map(|(name, channels)| (name, Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) }))
        .into()
}

fn session(dither: u32) -> Session {
    let lines = |controls: Vec<Control>| -> String {
        controls.into_iter().map(|control| format!("{} = {}\n", control.key, control.value)).collect()
    };
    let mut text = format!("version = 1\n[master]\n{}", lines(master_controls(dither)));
    for (name, _) in stems() {
        text += &format!("[[stem]]\nfile = \"{name}\"\n{}", lines(stem_controls()));
    }
    Session::from_text(&text, Path::new("session.toml")).unwrap()
}

fn offline(dither: u32) -> [Vec<f32>; 2] {
    let stems = stems().into_iter().map(|(name, audio)| Stem { name: name.to_owned(), path: PathBuf::new(), audio });
    let set = StemSet { sample_rate_hz: RATE_HZ, frames: FRAMES, stems: stems.collect(), notes: Vec::new() };
    let session = session(dither);
    let mut song = Song::new(set, &session, None).unwrap();
    song.process_stems(&|_| {});
    let mut file = [Vec::new(), Vec::new()];
    let done = master(&song, &session.master, &[], &mut |_| {}, &mut |_, block| -> Result<(), ()> {
        file.iter_mut().zip(block).for_each(|(file, block)| file.extend_from_slice(block));
        Ok(())
    });
    assert!(done.unwrap().reduction.max_db > 3.0, "every stage is to work");
    file
}

fn player(product: Product, track: Track, controls: Vec<Control>) -> Instance {
    session_directory();
    let mut plugin = Instance::load(product.clap_library(), None, track).unwrap();
    let player: &mut dyn Player = &mut plugin;
    for control in controls {
        let parameter = player.find_parameter(control.name).unwrap();
        player.set_value(parameter.id, control.place).unwrap();
    }
    plugin
}

/// How a host cuts the song into blocks.
#[derive(Clone, Copy, Debug)]
enum Blocks {
    /// All of one size.
    Of(u32),
    /// Each of another size, from one frame to the most that was agreed on.
    Random { most: u32, seed: u64 },
}

const BLOCKS: [Blocks; 4] = [
    Blocks::Of(64),
    Blocks::Of(4_096),
    Blocks::Random { most: 4_096, seed: 1 },
    // Like a sampler that cuts at its notes.
    Blocks::Random { most: 33, seed: 2 },
];

/// Plays a sound offline and gives what comes out, in time and of the same length.
fn played(plugin: &mut Instance, sound: &Audio, reference: Option<&Audio>, blocks: Blocks) -> Vec<Vec<f32>> {
    match blocks {
        Blocks::Of(block_frames) => {
            let settings = PlaySettings { block_frames, offline: true };
            play(plugin, sound, reference, &settings, &mut |_| {}).unwrap().channels
        }
        Blocks::Random { most, seed } => in_random_blocks(plugin, sound, reference, most as usize, seed),
    }
}

fn in_random_blocks(
    plugin: &mut Instance,
    sound: &Audio,
    reference: Option<&Audio>,
    most: usize,
    seed: u64,
) -> Vec<Vec<f32>> {
    let activated = plugin.activate(&Activation {
        sample_rate_hz: f64::from(sound.sample_rate_hz),
        max_frames: most as u32,
        channels: sound.channels.len() as u32,
        offline: true,
    });
    let latency = activated.unwrap().latency_frames as usize;
    let (mut random, mut start, end) = (Random::new(seed), 0, sound.frames() + latency);
    let mut heard = vec![Vec::new(); sound.channels.len()];
    while start < end {
        let frames = (1 + random.below(most)).min(end - start);
        let (input, side) = (sound.block(start, frames), reference.map(|reference| reference.block(start, frames)));
        let mut output = vec![vec![0.0; frames]; heard.len()];
        let mut places: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
        let position = Position::playing(start as i64);
        plugin.process(&rows(&input), side.as_deref().map(rows).as_deref(), &mut places, position, &[]).unwrap();
        heard.iter_mut().zip(output).for_each(|(heard, output)| heard.extend(output));
        start += frames;
    }
    heard.iter_mut().for_each(|row| drop(row.drain(..latency)));
    heard
}

fn rows(block: &[Vec<f32>]) -> Vec<&[f32]> {
    block.iter().map(Vec::as_slice).collect()
}

/// The same in a host: each stem through its plugin, their sum through the master's.
fn hosted(dither: u32, blocks: Blocks) -> Vec<Vec<f32>> {
    let mut sum = Sum::new(2, FRAMES);
    for (name, audio) in stems() {
        let mut stem = player(Product::StemTrim, Track::bus(name), stem_controls());
        sum.add(&played(&mut stem, &audio, None, blocks));
    }
    let mut mix = vec![vec![0.0; FRAMES]; 2];
    sum.write(&mut mix.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
    let mix = Audio { sample_rate_hz: RATE_HZ, channels: mix, source_bits: SourceBits::Float(32) };
    let mut master = player(Product::MasterBus, Track::master(), master_controls(dither));
    played(&mut master, &mix, None, blocks)
}

#[test]
fn the_offline_master_is_what_the_plugins_play_to_the_bit_at_any_block_size() {
    for dither in [0, 1] {
        let offline = offline(dither);
        for blocks in BLOCKS {
            let hosted = hosted(dither, blocks);
            for (channel, (hosted, offline)) in hosted.iter().zip(&offline).enumerate() {
                let first = hosted.iter().zip(offline).position(|(a, b)| a.to_bits() != b.to_bits());
                assert_eq!(first, None, "{blocks:?}, dither {dither}, channel {channel}");
                assert_eq!(hosted.len(), offline.len());
            }
        }
    }
}

#[test]
fn a_fast_render_finds_the_offset_of_the_reference_at_the_same_frame_at_any_block_size() {
    let reference = signals::pink_noise(5, 0.1, OFFSET_FRAMES + 6 * RATE_HZ as usize);
    let (other, own) = (signals::pink_noise(6, 0.1, reference.len()), signals::white_noise(7, 1e-3, reference.len()));
    // The input is late, and has a little noise that no two moments share.
    let late = |row: &[f32]| {
        let silence = std::iter::repeat_n(&0.0, OFFSET_FRAMES);
        silence.chain(row).zip(&own).map(|(x, own)| x + own).collect::<Vec<f32>>()
    };
    let audio = |channels| Audio { sample_rate_hz: RATE_HZ, channels, source_bits: SourceBits::Float(32) };
    let (mix, reference) = (audio(vec![late(&reference), late(&other)]), audio(vec![reference, other]));
    let found = BLOCKS.map(|blocks| {
        let mut master = player(Product::MasterBus, Track::master(), Vec::new());
        played(&mut master, &mix, Some(&reference), blocks);
        // The last figures are told when playing ends.
        master.deactivate().unwrap();
        let report: Value = serde_json::from_str(&master.report().unwrap().unwrap()).unwrap();
        report["null_test"].clone()
    });
    assert_eq!(found[0]["offset_frames"], OFFSET_FRAMES, "{found:?}");
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
}

#[test]
fn a_real_song_is_as_loud_as_asked_or_says_why_and_ffmpeg_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stems/final_step");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    if !ffmpeg::is_here() {
        return;
    }
    let reference = folder.join("reference_mix.flac");
    let mut set = StemSet::load(&folder, &StemOptions { reference: Some(&reference), align: false }).unwrap();
    set.frames = SONG_SECONDS * set.sample_rate_hz as usize;
    set.stems.iter_mut().flat_map(|stem| &mut stem.audio.channels).for_each(|channel| channel.truncate(set.frames));
    let session = Session::starting_point(set.stems.iter().map(|stem| &stem.name));
    let mut song = Song::new(set, &session, None).unwrap();
    song.process_stems(&|_| {});
    let before = BeforeLimiter::new(&song, &session.master, &mut |_| {});
    let path = std::env::temp_dir().join(format!("stemma-offline-{}.wav", std::process::id()));
    for aim_lufs in [-9.0, -11.0, -14.0, -16.0] {
        let driven = |drive_db: f64| LimiterSettings { drive_db: drive_db as f32, ..session.master.limiter };
        let limit =
            |drive_db: f64| before.limit(&MasterSettings { limiter: driven(drive_db), ..session.master }, &mut |_| {});
        let predicted_at = |drive_db: f64| before.predicted_lufs(&driven(drive_db));
        let found = search(aim_lufs, predicted_at, |drive_db| limit(drive_db).integrated_lufs);
        // This mix is thin: -9 LUFS lies beyond the wall.
        assert_eq!(found.outcome, if aim_lufs == -9.0 { Outcome::Wall } else { Outcome::Reached }, "{found:?}");
        assert!(found.passes.len() <= 8, "{found:?}");
        let settings = MasterSettings { limiter: driven(found.drive_db), ..session.master };
        let mut channels = vec![Vec::new(), Vec::new()];
        let limited = limit(found.drive_db);
        let mastered =
            finish(limited, &settings, song.sample_rate_hz, &mut |_| {}, &mut |_, block| -> Result<(), ()> {
                channels.iter_mut().zip(block).for_each(|(channel, block)| channel.extend_from_slice(block));
                Ok(())
            });
        let figures = mastered.unwrap().figures;
        let audio = Audio { sample_rate_hz: song.sample_rate_hz, channels, source_bits: SourceBits::Integer(24) };
        write_wav(&path, &audio, WavEncoding::Integer24).unwrap();
        let heard = ffmpeg::measure(&path);
        let measured_lufs = figures.integrated_lufs.value().unwrap();
        if aim_lufs != -9.0 {
            assert!((measured_lufs - aim_lufs).abs() <= 0.1, "{aim_lufs} LUFS asked, {measured_lufs} reached");
        }
        // ffmpeg prints one decimal, so half a tenth of the tenth allowed is its own rounding.
        assert!((heard.integrated_lufs - measured_lufs).abs() <= 0.1, "{heard:?} and {measured_lufs} LUFS");
        assert!(
            heard.true_peak_dbfs <= -0.95 && figures.true_peak_dbtp.value().unwrap() <= -0.95,
            "{heard:?} {figures:?}"
        );
    }
    std::fs::remove_file(path).unwrap();
}
