//! A dense song, driven far too hard, holds the limiter's ceiling on every meter.

use std::path::Path;

use dsp::format::Format;
use dsp::limiter::{Limiter, LimiterSettings};
use dsp::oversample::PeakInterpolator;
use ebur128::{EbuR128, Mode};
use testkit::rulers::{db, peak, true_peak};

/// The exact wave is slow to compute: so much from the middle of the song.
const SECONDS: usize = 12;

/// The sum of the stems, left and right, and its rate.
fn song(folder: &Path) -> ([Vec<f32>; 2], u32) {
    let names = ["01_Drums.flac", "02_Bass.flac", "03_Music.flac", "04_Lead.flac"];
    let stems = names.map(|name| audio_file::read(folder.join(name)).unwrap());
    let sample_rate_hz = stems[0].sample_rate_hz;
    let start = stems[0].frames() / 2;
    let frames = SECONDS * sample_rate_hz as usize;
    let mut sum = [vec![0.0; frames], vec![0.0; frames]];
    for stem in &stems {
        for (sum, channel) in sum.iter_mut().zip(stem.block(start, frames)) {
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    (sum, sample_rate_hz)
}

#[test]
fn a_real_song_driven_by_12_db_holds_the_ceiling_on_every_meter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stems/final_step");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    let (mut channels, sample_rate_hz) = song(&folder);
    let normal = 1.0 / channels.iter().map(|channel| peak(channel)).fold(0.0, f64::max) as f32;
    let mut limiter = Limiter::new(Format::stereo(sample_rate_hz.into()));
    limiter.set(&LimiterSettings { drive_db: 12.0, ..LimiterSettings::default() });
    for channel in &mut channels {
        channel.iter_mut().for_each(|x| *x *= normal);
    }
    let [left, right] = &mut channels;
    limiter.process(&mut [left, right]);
    assert!(limiter.max_reduction_db() > 10.0, "the song is driven: {} dB", limiter.max_reduction_db());

    let ceiling = 10f64.powf(-1.0 / 20.0);
    for mut channel in channels {
        // A cut rings: the end fades.
        let fade_frames = 256;
        for (frame, x) in channel.iter_mut().rev().take(fade_frames).enumerate() {
            *x *= frame as f32 / fade_frames as f32;
        }
        assert!(peak(&channel) <= ceiling);
        let mut itu = PeakInterpolator::itu();
        let itu_db = db(f64::from(itu.largest_of(&channel)) / ceiling);
        let mut meter = EbuR128::new(1, sample_rate_hz, Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f32(&channel).unwrap();
        let libebur128_db = db(meter.true_peak(0).unwrap() / ceiling);
        let wave_db = db(true_peak(&channel) / ceiling);
        println!("ITU {itu_db:.4}, libebur128 {libebur128_db:.4}, wave {wave_db:.4} dB over");
        assert!(itu_db <= 0.01 && libebur128_db <= 0.01, "ITU {itu_db}, libebur128 {libebur128_db} dB over");
        assert!(wave_db <= 0.05, "{wave_db} dB over");
    }
}
