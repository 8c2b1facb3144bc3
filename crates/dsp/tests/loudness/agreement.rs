//! A programme whose level wanders, against libebur128's Rust port and against a plain meter with everything in memory.

use super::{RATES_HZ, assert_lu, play, stereo};
use dsp::units::{db_from_gain, gain_from_db};
use ebur128::{EbuR128, Mode};
use testkit::signals;

/// Pink noise, different left and right, at a new level every 0.1–3 s: steps of up to ±10 dB between −50 and −10.
fn wandering(seed: u64, rate_hz: usize, seconds: usize) -> [Vec<f32>; 2] {
    println!("wandering programme of seed {seed}");
    let mut random = signals::Random::new(seed);
    let mut sides =
        [signals::pink_noise(seed, 1.0, seconds * rate_hz), signals::pink_noise(!seed, 0.7, seconds * rate_hz)];
    let (mut level_db, mut start) = (-25.0, 0);
    while start < seconds * rate_hz {
        level_db = (level_db + 10.0 * random.uniform()).clamp(-50.0, -10.0);
        let end = (start + rate_hz / 10 + random.below(rate_hz * 29 / 10)).min(seconds * rate_hz);
        for side in &mut sides {
            side[start..end].iter_mut().for_each(|x| *x *= gain_from_db(level_db) as f32);
        }
        start = end;
    }
    sides
}

#[test]
fn a_wandering_programme_reads_as_a_plain_meter_with_everything_in_memory() {
    let programmes = (1..=4).map(|seed| (seed, 48_000, 75));
    for (seed, rate_hz, seconds) in programmes.chain((5..).zip(RATES_HZ).map(|(seed, rate_hz)| (seed, rate_hz, 15))) {
        let [left, right] = wandering(seed, rate_hz, seconds);
        let meter = play(stereo(rate_hz), rate_hz, &[&left, &right], |_, _| {});
        let oracle = testkit::loudness::Loudness::of(&[&left, &right], rate_hz as f64);
        let what = format!("seed {seed}, {rate_hz} Hz");
        let (integrated, range) = (oracle.integrated_lufs(), oracle.range_lu());
        println!("{what}: I {:+.5} LU, LRA {:+.5} LU", meter.integrated_lufs() - integrated, meter.range_lu() - range);
        // Which blocks pass a gate is rounded to 0.01 LU; so are the ends of the range.
        assert_lu(meter.integrated_lufs(), integrated, 0.01, &format!("{what}: integrated"));
        assert_lu(meter.range_lu(), range, 0.05, &format!("{what}: range"));
        for (reading, all) in [
            (meter.max_momentary_lufs(), oracle.momentary_lufs()),
            (meter.max_short_term_lufs(), oracle.short_term_lufs()),
        ] {
            // The same sums in another order.
            assert_lu(reading, all.into_iter().fold(f64::MIN, f64::max), 1e-6, &format!("{what}: largest"));
        }
    }
}

/// What that library reads above 48 kHz's level, since it leaves the filter's numerator as it is at every rate.
fn ebur128_offset_lu(rate_hz: usize) -> f64 {
    let denominator = |rate_hz: f64| {
        let warped = (std::f64::consts::PI * 38.13547087602444 / rate_hz).tan();
        1.0 + warped / 0.5003270373238773 + warped * warped
    };
    db_from_gain(denominator(rate_hz as f64) / denominator(48_000.0))
}

/// The range of short-term loudness, from a sorted list.
fn range_lu(mut short_terms_lufs: Vec<f64>) -> f64 {
    short_terms_lufs.retain(|&lufs| lufs >= -70.0);
    let mean_power =
        short_terms_lufs.iter().map(|lufs| 10f64.powf(lufs / 10.0)).sum::<f64>() / short_terms_lufs.len() as f64;
    short_terms_lufs.retain(|&lufs| lufs >= 10.0 * mean_power.log10() - 20.0);
    short_terms_lufs.sort_by(f64::total_cmp);
    let at = |share: f64| short_terms_lufs[((short_terms_lufs.len() - 1) as f64 * share).round() as usize];
    at(0.95) - at(0.10)
}

#[test]
fn agrees_with_ebur128_whose_range_is_ours_sampled_once_a_second() {
    for (seed, rate_hz) in (20..).zip(RATES_HZ) {
        let [left, right] = wandering(seed, rate_hz, if rate_hz > 50_000 { 10 } else { 40 });
        let mode = Mode::M | Mode::S | Mode::I | Mode::LRA;
        let mut theirs = EbuR128::new(2, rate_hz as u32, mode).unwrap();
        let mut ours = stereo(rate_hz);
        let offset_lu = ebur128_offset_lu(rate_hz);
        let mut once_a_second_lufs = Vec::new();
        for (index, (left, right)) in left.chunks(rate_hz / 10).zip(right.chunks(rate_hz / 10)).enumerate() {
            ours.process(&[left, right]);
            theirs.add_frames_planar_f32(&[left, right]).unwrap();
            // The same windows in double precision: only the order of the sums differs.
            if index >= 4 {
                assert_lu(ours.momentary_lufs(), theirs.loudness_momentary().unwrap() - offset_lu, 1e-6, "momentary");
            }
            if index >= 29 {
                assert_lu(ours.short_term_lufs(), theirs.loudness_shortterm().unwrap() - offset_lu, 1e-6, "short term");
            }
            if index >= 29 && (index + 1).is_multiple_of(10) {
                once_a_second_lufs.push(ours.short_term_lufs());
            }
        }
        // A gate rounded to 0.01 LU may let another block or two pass.
        assert_lu(ours.integrated_lufs(), theirs.loudness_global().unwrap() - offset_lu, 0.005, "integrated");
        assert_lu(range_lu(once_a_second_lufs), theirs.loudness_range().unwrap(), 0.001, "range, once a second");
    }
}
