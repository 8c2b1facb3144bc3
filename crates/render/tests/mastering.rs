//! The offline chain: what it makes of stems, and that its parts sum.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use audio_file::{Audio, SourceBits, Stem, StemSet};
use dsp::dither::WordLength;
use dsp::format::Format;
use dsp::limiter::LimiterSettings;
use dsp::master_chain::{MasterChain, MasterSettings};
use dsp::stem_chain::StemChain;
use render::drive::{Outcome, search};
use render::limiting::BeforeLimiter;
use render::mastering::{Mastered, Part, finish, master};
use render::session_file::Session;
use render::song::Song;
use render::versions::{self, VersionError};
use testkit::{rulers, signals};

const RATE_HZ: u32 = 48_000;
const FRAMES: usize = 2 * RATE_HZ as usize + 77;
const NO_REFERENCE: Option<&[&[f32]]> = None;

/// Drums and voices in stereo, a bass in mono, loud enough for every stage to work.
fn stems() -> StemSet {
    let noise = |seed: u64| {
        let mut samples = signals::pink_noise(seed, 0.12, FRAMES);
        samples.iter_mut().enumerate().for_each(|(frame, x)| *x *= if (frame / 9_600) % 3 == 0 { 2.0 } else { 0.7 });
        samples
    };
    let named = [("01_Drums", vec![1, 2]), ("02_Bass", vec![3]), ("03_Lead Vox", vec![4, 5]), ("04_BGV", vec![6, 7])];
    let stems = named.map(|(name, seeds)| Stem {
        name: name.to_owned(),
        path: PathBuf::from(name),
        audio: Audio {
            sample_rate_hz: RATE_HZ,
            channels: seeds.into_iter().map(noise).collect(),
            source_bits: SourceBits::Float(32),
        },
    });
    StemSet { sample_rate_hz: RATE_HZ, frames: FRAMES, stems: stems.into(), notes: Vec::new() }
}

/// Every stage works, without dither.
fn session() -> Session {
    let mut session = Session::starting_point(stems().stems.iter().map(|stem| &stem.name));
    session.stems[2].settings.trim.trim_db = 1.5;
    session.master.limiter.drive_db = 8.0;
    session.master.equalizer.bells[1].on = true;
    session.master.equalizer.bells[1].gain_db = 2.0;
    session.master.dither = Default::default();
    session
}

fn song() -> Song {
    let mut song = Song::new(stems(), &session(), None).unwrap();
    song.process_stems(&|_| {});
    song
}

/// The master and its parts.
fn mastered(song: &Song, settings: &MasterSettings, parts: &[Part]) -> (Mastered, Vec<[Vec<f32>; 2]>) {
    let mut files = vec![[Vec::new(), Vec::new()]; parts.len() + 1];
    let mastered = master(song, settings, parts, &mut |_| {}, &mut |index, block| -> Result<(), ()> {
        files[index].iter_mut().zip(block).for_each(|(file, block)| file.extend_from_slice(block));
        Ok(())
    });
    (mastered.unwrap(), files)
}

fn parts(song: &Song, list: &str, independent: bool) -> Vec<Part> {
    let part = |version: versions::Version| Part { gains: version.gains, independent };
    versions::parse(list, song).unwrap().into_iter().map(part).collect()
}

/// The largest difference between a file and the sum of others.
fn off(whole: &[Vec<f32>; 2], parts: &[[Vec<f32>; 2]]) -> f64 {
    let sum = |channel: usize, frame: usize| parts.iter().map(|part| f64::from(part[channel][frame])).sum::<f64>();
    let off = |channel: usize| {
        let samples = whole[channel].iter().enumerate();
        samples.map(|(frame, &x)| (f64::from(x) - sum(channel, frame)).abs()).fold(0.0, f64::max)
    };
    off(0).max(off(1))
}

/// -120 dBFS: what 32-bit samples leave of it after some ten roundings.
const NOTHING: f64 = 1e-6;

#[test]
fn the_master_is_to_the_bit_what_the_chains_make_in_one_piece() {
    let (mastered, files) = mastered(&song(), &session().master, &[]);
    let mut sum = [vec![0.0f64; FRAMES], vec![0.0f64; FRAMES]];
    for (stem, known) in stems().stems.iter().zip(session().stems) {
        let mut channels = stem.audio.channels.clone();
        let mut chain = StemChain::new(Format { sample_rate_hz: RATE_HZ.into(), channels: channels.len() });
        chain.set(&known.settings);
        chain.process(&mut channels.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
        for (side, total) in sum.iter_mut().enumerate() {
            let channel = channels.get(side).unwrap_or(&channels[0]);
            total.iter_mut().zip(channel).for_each(|(total, &x)| *total += f64::from(x));
        }
    }
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ.into()));
    chain.set(&session().master);
    let latency_frames = chain.latency_frames();
    let mut expected = sum.map(|channel| channel.into_iter().map(|x| x as f32).collect::<Vec<_>>());
    expected.iter_mut().for_each(|channel| channel.resize(FRAMES + latency_frames, 0.0));
    let [left, right] = &mut expected;
    chain.process(&mut [left, right], NO_REFERENCE);
    for (file, expected) in files[0].iter().zip(&expected) {
        assert!(file[..] == expected[latency_frames..], "not the same bits");
    }
    let most_db = chain.readings().max_limiter_reduction_db;
    assert!(most_db > 3.0 && (mastered.reduction.max_db - most_db).abs() < 1e-9, "{:?} {most_db}", mastered.reduction);
}

#[test]
fn what_was_measured_is_what_stands_in_the_file() {
    let (mastered, files) = mastered(&song(), &session().master, &[]);
    let [left, right] = &files[0];
    let expected = testkit::loudness::Loudness::of(&[left, right], RATE_HZ.into()).integrated_lufs();
    let measured = mastered.figures.integrated_lufs.value().unwrap();
    assert!((measured - expected).abs() < 0.01, "{measured} and {expected} LUFS");
    let peak_dbfs = rulers::db(rulers::peak(left).max(rulers::peak(right)));
    assert!((mastered.figures.sample_peak_dbfs.value().unwrap() - peak_dbfs).abs() < 1e-4);
}

#[test]
fn stems_are_measured_no_further_when_nobody_wants_their_figures() {
    let song = song();
    assert!(song.measure_stems(false, &AtomicBool::new(true)).is_none());
    assert_eq!(song.measure_stems(false, &AtomicBool::new(false)).unwrap().len(), song.stems.len());
}

#[test]
fn instrumental_and_a_cappella_sum_to_the_master() {
    let song = song();
    let (_, files) = mastered(&song, &session().master, &parts(&song, "instrumental, acappella", false));
    assert!(rulers::peak(&files[1][0]) > 0.1 && rulers::peak(&files[2][1]) > 0.1, "both are heard");
    let off = off(&files[0], &files[1..]);
    assert!(off < NOTHING, "off by {off:e}");
}

#[test]
fn mastered_stems_sum_to_the_master() {
    let song = song();
    let each = (0..song.stems.len()).map(|stem| Part {
        gains: (0..song.stems.len()).map(|other| f64::from(u8::from(other == stem))).collect(),
        independent: false,
    });
    let (_, files) = mastered(&song, &session().master, &each.collect::<Vec<_>>());
    let off = off(&files[0], &files[1..]);
    assert!(off < NOTHING, "off by {off:e}");
}

#[test]
fn a_vocal_turned_up_is_the_master_with_more_of_its_vocals() {
    let song = song();
    let (_, files) = mastered(&song, &session().master, &parts(&song, "vocal+6, acappella", false));
    let more = dsp::units::gain_from_db(6.0) - 1.0;
    let vocals = files[2].clone().map(|channel| channel.iter().map(|x| (f64::from(*x) * more) as f32).collect());
    let off = off(&files[1], &[files[0].clone(), vocals]);
    assert!(off < 2.0 * NOTHING, "off by {off:e}");
}

#[test]
fn an_independent_version_holds_the_ceiling_by_itself() {
    let song = song();
    let mut settings = session().master;
    settings.limiter.drive_db = 14.0;
    let (mastered, files) = mastered(&song, &settings, &parts(&song, "instrumental,acappella", true));
    let ceiling = dsp::units::gain_from_db(-1.0);
    for file in &files {
        assert!(rulers::peak(&file[0]).max(rulers::peak(&file[1])) <= ceiling);
    }
    assert!(mastered.parts.iter().all(|figures| figures.true_peak_dbtp.value().unwrap() < -0.9));
    assert!(off(&files[0], &files[1..]) > 0.01, "they are not expected to sum");
}

#[test]
fn what_the_search_heard_last_is_finished_to_the_bits_of_a_pass_of_its_own() {
    let song = song();
    for dither in [WordLength::Off, WordLength::Bits16] {
        let settings = MasterSettings { dither, output_gain_db: -2.5, ..session().master };
        let (expected, files) = mastered(&song, &settings, &[]);
        let limited = BeforeLimiter::new(&song, &settings, &mut |_| {}).limit(&settings, &mut |_| {});
        let mut file = [Vec::new(), Vec::new()];
        let finished = finish(limited, &settings, RATE_HZ, &mut |_| {}, &mut |_, block| -> Result<(), ()> {
            file.iter_mut().zip(block).for_each(|(file, block)| file.extend_from_slice(block));
            Ok(())
        });
        let finished = finished.unwrap();
        assert!(file == files[0], "not the same bits, {dither:?}");
        assert_eq!(finished.figures, expected.figures);
        assert_eq!(finished.reduction, expected.reduction);
        assert_eq!(finished.curves.limiter_reduction_db, expected.curves.limiter_reduction_db);
    }
}

#[test]
fn the_prediction_leads_close_to_what_is_heard() {
    let song = song();
    let settings = session().master;
    let before = BeforeLimiter::new(&song, &settings, &mut |_| {});
    for drive_db in [0.0, 4.0, 8.0, 14.0] {
        let limiter = LimiterSettings { drive_db, ..settings.limiter };
        let heard = before.limit(&MasterSettings { limiter, ..settings }, &mut |_| {}).integrated_lufs;
        let off_lu = before.predicted_lufs(&limiter) - heard;
        // It knows steps of 10 ms and sample peaks. Noise has a peak in each of them: the worst there is.
        assert!(off_lu.abs() < 0.8, "{drive_db} dB: off by {off_lu:.2} LU");
    }
}

#[test]
fn every_loudness_is_reached_in_three_passes() {
    let song = song();
    let settings = session().master;
    let before = BeforeLimiter::new(&song, &settings, &mut |_| {});
    let driven = |drive_db: f64| LimiterSettings { drive_db: drive_db as f32, ..settings.limiter };
    for aim_lufs in [-17.0, -16.0, -14.0, -12.0] {
        let found = search(
            aim_lufs,
            |drive_db| before.predicted_lufs(&driven(drive_db)),
            |drive_db| {
                let settings = MasterSettings { limiter: driven(drive_db), ..settings };
                before.limit(&settings, &mut |_| {}).integrated_lufs
            },
        );
        assert_eq!(found.outcome, Outcome::Reached, "{aim_lufs}: {found:?}");
        assert!(found.passes.len() <= 3, "{aim_lufs}: {found:?}");
    }
}

#[test]
fn another_rate_is_taken_before_the_chains_so_that_the_ceiling_holds() {
    let mut song = Song::new(stems(), &session(), Some(44_100)).unwrap();
    song.process_stems(&|_| {});
    let (mastered, files) = mastered(&song, &session().master, &[]);
    assert_eq!(files[0][0].len(), (FRAMES as f64 * 44_100.0 / 48_000.0).round() as usize);
    assert!(mastered.figures.true_peak_dbtp.value().unwrap() <= -0.95, "{:?}", mastered.figures);
}

#[test]
fn versions_are_refused_that_mean_nothing() {
    let song = song();
    let refused = |list: &str| versions::parse(list, &song).unwrap_err();
    assert!(matches!(refused("karaoke"), VersionError::Unknown { .. }));
    assert!(refused("no-tuba").to_string().contains("Lead Vox"), "the stems are named");
    assert!(matches!(refused("no-dialogue"), VersionError::Same { .. }));
    assert!(matches!(refused("only-dialogue"), VersionError::Silent { .. }));
    assert!(matches!(refused("vocal+40"), VersionError::TooMuch { .. }));
    assert!(matches!(refused("tv,tv"), VersionError::Twice { .. }));
    let gains = |list: &str| versions::parse(list, &song).unwrap().remove(0).gains;
    assert_eq!(gains("tv"), [1.0, 1.0, 0.0, 1.0]);
    assert_eq!(gains("no-drums"), [0.0, 1.0, 1.0, 1.0]);
    assert_eq!(gains("only-bgv"), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(gains("lead vox-6.0"), [1.0, 1.0, dsp::units::gain_from_db(-6.0), 1.0]);
}

#[test]
fn stems_and_session_must_fit() {
    let mut session = session();
    session.stems.pop();
    let message = Song::new(stems(), &session, None).err().unwrap().to_string();
    assert!(message.contains("04_BGV"), "{message}");
    let mut set = stems();
    set.stems.remove(0);
    let message = Song::new(set, &self::session(), None).err().unwrap().to_string();
    assert!(message.contains("01_Drums"), "{message}");
}
