//! Settings that move while music plays.

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
};
use testkit::{
    rulers::{db, true_peak},
    signals,
};

use crate::{RATE_HZ, driven, material};

/// Ceiling and drive jump at random; every sample must obey the ceiling under which it entered (while it glides, the
/// higher of old and new).
#[test]
fn automation_never_breaks_the_ceiling() {
    let input = material::music(8, RATE_HZ, 48_000);
    let glide_frames = 960;
    for true_peak_on in [true, false] {
        let mut random = signals::Random::new(9);
        let mut limiter = Limiter::new(Format::mono(RATE_HZ));
        let latency_frames = limiter.latency_frames();
        let mut output = input.clone();
        // Before the first frame arrives there is what the filters hear of it.
        let mut allowed = vec![1.0f64; input.len() + latency_frames];
        let mut ceiling_dbtp = 0.0f64;
        let mut start = 0;
        while start < input.len() {
            let end = (start + 500 + random.below(4_000)).min(input.len());
            let before_dbtp = ceiling_dbtp;
            ceiling_dbtp = -6.0 + 6.0 * random.uniform();
            limiter.set(&LimiterSettings {
                drive_db: (12.0 + 12.0 * random.uniform()) as f32,
                ceiling_dbtp: ceiling_dbtp as f32,
                lookahead_ms: (3.0 + 2.0 * random.uniform()) as f32,
                true_peak: true_peak_on,
                ..LimiterSettings::default()
            });
            limiter.process(&mut [&mut output[start..end]]);
            for (frame, allowed) in allowed[start + latency_frames..end + latency_frames].iter_mut().enumerate() {
                // A glide that was interrupted may still be above the last target.
                let gliding_dbtp = if start == 0 { ceiling_dbtp } else { 0f64.max(before_dbtp) };
                let dbtp = if frame < glide_frames { gliding_dbtp.max(ceiling_dbtp) } else { ceiling_dbtp };
                *allowed = 10f64.powf(f64::from(dbtp as f32) / 20.0);
            }
            start = end;
        }
        for (frame, (&x, &allowed)) in output.iter().zip(&allowed).enumerate() {
            assert!(f64::from(x).abs() <= allowed, "frame {frame}: {x} above {allowed}");
        }
    }
}

/// The wave between the samples obeys a falling ceiling too.
#[test]
fn a_falling_ceiling_holds_between_the_samples() {
    let input = material::band_limited(&material::music(8, RATE_HZ, 24_000), 19_600.0, RATE_HZ);
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    limiter.set(&driven(12.0));
    let mut output = input;
    limiter.process(&mut [&mut output[..12_000]]);
    limiter.set(&LimiterSettings { ceiling_dbtp: -7.0, lookahead_ms: 1.0, ..driven(12.0) });
    limiter.process(&mut [&mut output[12_000..]]);
    let settled = 12_000 + 960 + limiter.latency_frames();
    let over_db = db(true_peak(&faded(output.split_off(settled)))) + 7.0;
    assert!(over_db <= 0.05, "{over_db} dB over");
}

/// The ceiling falls for the sound that enters under it, not for what is already on its way: nothing is clipped.
#[test]
fn a_falling_ceiling_turns_down_and_does_not_clip() {
    let input = signals::sine(300.0, 0.5, 0.0, RATE_HZ, 9_600);
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    let latency_frames = limiter.latency_frames();
    limiter.set(&driven(6.0));
    let mut output = input.clone();
    limiter.process(&mut [&mut output[..4_800]]);
    limiter.set(&LimiterSettings { ceiling_dbtp: -12.0, ..driven(6.0) });
    limiter.process(&mut [&mut output[4_800..]]);
    let gains: Vec<Option<f32>> =
        output[latency_frames..].iter().zip(&input).map(|(&y, &x)| (x.abs() > 0.1).then_some(y / x)).collect();
    for (frame, pair) in gains.windows(2).enumerate() {
        if let [Some(before), Some(after)] = pair {
            // 12 dB within 960 frames turn the gain by 0.001 a frame; clipping would bend it within one wave.
            assert!((after - before).abs() < 0.003, "frame {frame}: {before} to {after}");
        }
    }
}

#[test]
fn no_setting_clicks() {
    let changes = [
        LimiterSettings { drive_db: 0.0, ..driven(6.0) },
        LimiterSettings { ceiling_dbtp: -12.0, ..driven(6.0) },
        LimiterSettings { lookahead_ms: 1.0, ..driven(6.0) },
        LimiterSettings { true_peak: false, ..driven(6.0) },
        LimiterSettings { stereo_link: 0.0, ..driven(6.0) },
    ];
    for changed in changes {
        let mut limiter = Limiter::new(Format::mono(RATE_HZ));
        limiter.set(&driven(6.0));
        let mut signal = vec![0.7f32; 24_000];
        limiter.process(&mut [&mut signal]);
        for next in [changed, driven(6.0)] {
            limiter.set(&next);
            let mut signal = vec![0.7f32; 4_800];
            limiter.process(&mut [&mut signal]);
            let step = signal.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            // The widest change goes over 20 ms (960 frames): a thousandth of full scale per frame is inaudible.
            assert!(step < 0.002, "{step} while changing to {next:?}");
        }
    }
}

/// Switched on again, true peak holds for all that enters from then on.
#[test]
fn true_peak_switched_on_holds_at_once() {
    let input = material::band_limited(&material::music(8, RATE_HZ, 24_000), 19_500.0, RATE_HZ);
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    let mut output = input;
    for (on, frames) in [(true, 0..4_000), (false, 4_000..12_000), (true, 12_000..24_000)] {
        limiter.set(&LimiterSettings { true_peak: on, ..driven(12.0) });
        limiter.process(&mut [&mut output[frames]]);
    }
    let over_db = db(true_peak(&faded(output.split_off(12_000 + limiter.latency_frames())))) + 1.0;
    assert!(over_db <= 0.05, "{over_db} dB over");
}

/// The end of a cut-out rings; fading it in does not raise it.
fn faded(mut signal: Vec<f32>) -> Vec<f32> {
    let fade_frames = 64;
    let length = signal.len();
    for frame in 0..fade_frames {
        let fade = frame as f32 / fade_frames as f32;
        signal[frame] *= fade;
        signal[length - 1 - frame] *= fade;
    }
    signal
}
