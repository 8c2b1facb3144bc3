//! The ceiling holds at the very end, after the dither.

use super::*;
use ebur128::{EbuR128, Mode};

const WORD_LENGTHS: [WordLength; 4] = [WordLength::Off, WordLength::Bits24, WordLength::Bits20, WordLength::Bits16];

/// A master driven hard: 12 dB into the limiter.
fn driven(ceiling_dbtp: f32, dither: WordLength) -> MasterSettings {
    let limiter = LimiterSettings { drive_db: 12.0, ceiling_dbtp, ..LimiterSettings::default() };
    MasterSettings { limiter, dither, ..MasterSettings::default() }
}

/// Clipped pink noise, then a square wave, then a sine whose samples miss its peaks, and silence in which all of it
/// ends; left and right differ.
fn hard_sound(sample_rate_hz: f64, seconds: f64) -> Vec<Vec<f32>> {
    let frames = (seconds * sample_rate_hz / 3.0) as usize;
    (0..2_u8)
        .map(|channel| {
            let noise = signals::pink_noise(channel.into(), 0.5, frames).into_iter().map(|x| x.clamp(-1.0, 1.0));
            let square = signals::square(400.0 + 30.0 * f64::from(channel), 0.9, sample_rate_hz, frames);
            let sine = signals::sine(0.25 * sample_rate_hz, 0.9, 45.0, sample_rate_hz, frames);
            let silence = vec![0.0; frames / 10];
            noise.chain(square).chain(sine).chain(silence).collect()
        })
        .collect()
}

fn played(chain: &mut MasterChain, mut sound: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    in_blocks(&mut sound, &[480], &mut |block| chain.process(block, NO_REFERENCE));
    sound
}

/// Limits samples, not what lies between them: its samples reach the ceiling.
fn driven_to_the_sample(ceiling_dbtp: f32, dither: WordLength) -> MasterSettings {
    let settings = driven(ceiling_dbtp, dither);
    MasterSettings { limiter: LimiterSettings { true_peak: false, ..settings.limiter }, ..settings }
}

fn mastered(settings: &MasterSettings, sample_rate_hz: f64, seconds: f64) -> Vec<Vec<f32>> {
    let mut chain = MasterChain::new(Format::stereo(sample_rate_hz));
    chain.set(settings);
    played(&mut chain, hard_sound(sample_rate_hz, seconds))
}

/// The true peak that libebur128's meter reads, in dBTP.
fn read_dbtp(sound: &[Vec<f32>], sample_rate_hz: f64) -> f64 {
    let mut meter = EbuR128::new(2, sample_rate_hz as u32, Mode::TRUE_PEAK).unwrap();
    // Silence after the end, for what the meter's filter still holds.
    let tail = vec![0.0f32; 100];
    meter.add_frames_planar_f32(&[&sound[0], &sound[1]]).unwrap();
    meter.add_frames_planar_f32(&[&tail, &tail]).unwrap();
    (0..2).map(|channel| rulers::db(meter.true_peak(channel).unwrap())).fold(rulers::NOTHING_DB, f64::max)
}

#[test]
fn no_sample_exceeds_the_ceiling_at_any_word_length() {
    for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for ceiling_dbtp in [0.0, -1.0, -12.0f32] {
            for dither in WORD_LENGTHS {
                let sound = mastered(&driven_to_the_sample(ceiling_dbtp, dither), sample_rate_hz, 0.6);
                let peak = sound.iter().map(|channel| rulers::peak(channel)).fold(0.0, f64::max);
                let ceiling = 10f64.powf(f64::from(ceiling_dbtp) / 20.0);
                assert!(peak <= ceiling, "{peak} above {ceiling}, {dither:?}, {sample_rate_hz} Hz");
                // No more is given away than the dither may need: 14 steps of 16 bit, or 0.015 dB at −12 dBTP.
                assert!(peak >= 0.996 * ceiling, "{peak} far below {ceiling}, {dither:?}, {sample_rate_hz} Hz");
            }
        }
    }
}

#[test]
fn true_peaks_read_at_most_a_hundredth_above_the_ceiling_at_any_word_length() {
    let mut worst_db = rulers::NOTHING_DB;
    for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for ceiling_dbtp in [-1.0, -12.0f32] {
            for dither in WORD_LENGTHS {
                let sound = mastered(&driven(ceiling_dbtp, dither), sample_rate_hz, 0.9);
                let over_db = read_dbtp(&sound, sample_rate_hz) - f64::from(ceiling_dbtp);
                assert!(over_db <= 0.01, "{over_db} dB, {dither:?} at {ceiling_dbtp} dBTP, {sample_rate_hz} Hz");
                worst_db = worst_db.max(over_db);
            }
        }
    }
    println!("true peak at most {worst_db:.4} dB above the ceiling after the dither");
}

#[test]
fn the_ceiling_holds_while_it_moves_under_dither() {
    let mut chain = MasterChain::new(Format::stereo(RATE_HZ));
    let loud = driven_to_the_sample(-1.0, WordLength::Bits16);
    chain.set(&loud);
    played(&mut chain, hard_sound(RATE_HZ, 0.3));
    chain.set(&driven_to_the_sample(-6.0, WordLength::Bits16));
    let sound = played(&mut chain, hard_sound(RATE_HZ, 0.3));
    // The ceiling glides in 20 ms, and arrives the latency later.
    let arrived = 960 + chain.latency_frames();
    let peak_from = |frame: usize| sound.iter().map(|channel| rulers::peak(&channel[frame..])).fold(0.0, f64::max);
    assert!(peak_from(0) <= 10f64.powf(-1.0 / 20.0), "on the way");
    assert!(peak_from(arrived) <= 10f64.powf(-6.0 / 20.0), "at the end");
}

#[test]
fn without_dither_the_ceiling_is_used_in_full() {
    let sound = mastered(&driven_to_the_sample(-1.0, WordLength::Off), RATE_HZ, 0.9);
    let peak = sound.iter().map(|channel| rulers::peak(channel)).fold(0.0, f64::max);
    assert!((rulers::db(peak) + 1.0).abs() < 1e-4, "{peak}");
}
