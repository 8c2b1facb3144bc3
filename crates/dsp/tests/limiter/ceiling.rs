//! No peak of any programme exceeds the ceiling: not on the samples, not between them, not on the meters of others.

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
};
use testkit::{rulers::peak, signals};

use crate::{Over, RATE_HZ, driven, gain, limited, material, with_tail};

/// What is left on programme up to 20 kHz: the ripple of the filters and the slope of the gain.
const WAVE_TOLERANCE_DB: f64 = 0.05;

#[test]
fn no_sample_exceeds_the_ceiling_by_a_bit() {
    for sample_rate_hz in [44_100.0, 96_000.0] {
        let mut signals = material::programme(sample_rate_hz);
        signals.push(("random signs", signals::random_signs(5, 1.0, 12_000)));
        signals.push(("sines in step", material::sines_in_step(4, sample_rate_hz)));
        for (name, signal) in &signals {
            for (drive_db, true_peak) in [(0.1, true), (6.0, true), (24.0, true), (12.0, false)] {
                for ceiling_dbtp in [0.0, -1.0, -0.3] {
                    let settings = LimiterSettings { ceiling_dbtp, true_peak, ..driven(drive_db) };
                    let highest = peak(&limited(&settings, sample_rate_hz, signal));
                    let ceiling = 10f64.powf(f64::from(ceiling_dbtp) / 20.0);
                    assert!(highest <= ceiling, "{name}, +{drive_db} dB: {highest} above {ceiling}");
                }
            }
        }
    }
}

#[test]
fn programme_holds_it_on_every_meter() {
    for (sample_rate_hz, drive_db) in [(44_100.0, 12.0), (44_100.0, 6.0), (48_000.0, 12.0), (96_000.0, 6.0)] {
        for (name, signal) in material::programme(sample_rate_hz) {
            let output = limited(&driven(drive_db), sample_rate_hz, &with_tail(&signal));
            let what = format!("{name}, {sample_rate_hz} Hz, +{drive_db} dB");
            Over::of(&output, sample_rate_hz).assert_within(WAVE_TOLERANCE_DB, &what);
        }
    }
}

/// From a tenth of a dB on, with any attack, and with a release that lets go between two waves.
#[test]
fn every_attack_and_the_fastest_release_hold_it() {
    let signal = with_tail(&material::band_limited(&material::music(3, RATE_HZ, 9_600), 19_500.0, RATE_HZ));
    let normal = gain(-1.0) / peak(&signal) as f32;
    let signal: Vec<f32> = signal.iter().map(|x| x * normal).collect();
    for lookahead_ms in [1.0, 3.0, 5.0] {
        for drive_db in [0.1, 1.0, 3.0, 12.0] {
            let settings = LimiterSettings { lookahead_ms, auto_release: false, release_ms: 5.0, ..driven(drive_db) };
            let what = format!("{lookahead_ms} ms, +{drive_db} dB");
            Over::of(&limited(&settings, RATE_HZ, &signal), RATE_HZ).assert_within(WAVE_TOLERANCE_DB, &what);
        }
    }
}

#[test]
fn both_channels_hold_it_however_they_are_linked() {
    let [left, right] = [3, 5]
        .map(|seed| with_tail(&material::band_limited(&material::music(seed, RATE_HZ, 9_600), 19_500.0, RATE_HZ)));
    for stereo_link in [0.0, 0.5, 1.0] {
        let mut limiter = Limiter::new(Format::stereo(RATE_HZ));
        limiter.set(&LimiterSettings { stereo_link, ..driven(9.0) });
        let [mut left, mut right] = [&left, &right].map(|signal| {
            let mut padded = signal.clone();
            padded.resize(signal.len() + limiter.latency_frames(), 0.0);
            padded
        });
        limiter.process(&mut [&mut left, &mut right]);
        for (name, output) in [("left", left), ("right", right)] {
            let what = format!("{name}, link {stereo_link}");
            Over::of(&output, RATE_HZ).assert_within(WAVE_TOLERANCE_DB, &what);
        }
    }
}
