//! Twenty-four hours without a pause: memory is fixed, sums are exact, counters have room.

use super::figures;
use dsp::format::Format;
use dsp::meter::loudness::Loudness;
use dsp::units::gain_from_db;
use testkit::{allocations, signals};

/// The lowest rate a meter can be made for: a day at 48 kHz would take minutes.
const RATE_HZ: usize = 1_000;
/// A gating block and a sample of the range every 100 ms.
const HOP_FRAMES: usize = RATE_HZ / 10;
const HOPS: usize = 24 * 3_600 * 10;

/// Ten minutes of noise that go from below the gates to loud.
fn ten_minutes() -> Vec<f32> {
    let mut random = signals::Random::new(24);
    let mut samples = signals::white_noise(24, 1.0, 600 * RATE_HZ);
    let mut start = 0;
    while start < samples.len() {
        let level_db = [-80.0, -50.0, -30.0, -26.0, -22.0, -18.0][random.below(6)] + 2.0 * random.uniform();
        let end = (start + RATE_HZ + random.below(6 * RATE_HZ)).min(samples.len());
        samples[start..end].iter_mut().for_each(|x| *x *= gain_from_db(level_db) as f32);
        start = end;
    }
    samples
}

fn power(lufs: f64) -> f64 {
    10f64.powf(lufs / 10.0)
}

/// Mean of sorted values: the small ones first, so that the sum is exact to the last digits.
fn mean(sorted: &[f64]) -> f64 {
    sorted.iter().sum::<f64>() / sorted.len() as f64
}

/// What lies above a gate so many LU below the mean of all, in rising order.
fn gated(mut powers: Vec<f64>, below_mean_lu: f64) -> Vec<f64> {
    powers.retain(|&x| x >= power(-70.0));
    powers.sort_by(f64::total_cmp);
    let gate = mean(&powers) * power(-below_mean_lu);
    powers.retain(|&x| x > gate);
    powers
}

#[test]
fn a_day_reads_as_exactly_as_a_minute_and_allocates_nothing() {
    assert!(allocations::is_counting());
    let samples = ten_minutes();
    let mut meter = Loudness::new(Format::mono(RATE_HZ as f64));
    let (mut momentaries, mut short_terms) = (Vec::with_capacity(HOPS), Vec::with_capacity(HOPS));
    let calls = allocations::count(|| {
        for hop in 0..HOPS {
            let start = hop * HOP_FRAMES % samples.len();
            meter.process(&[&samples[start..start + HOP_FRAMES]]);
            if hop >= 3 {
                momentaries.push(power(meter.momentary_lufs()));
            }
            if hop >= 29 {
                short_terms.push(power(meter.short_term_lufs()));
            }
        }
    });
    assert_eq!(calls, 0);
    assert_eq!(meter.measured_frames(), (HOPS * HOP_FRAMES) as u64);
    assert!(meter.range_is_stable());

    // The energies are exact; a block in the very bin of the gate may fall on the other side of it.
    let integrated_lufs = 10.0 * mean(&gated(momentaries, 10.0)).log10();
    println!("integrated: {:+.2e} LU", meter.integrated_lufs() - integrated_lufs);
    assert!((meter.integrated_lufs() - integrated_lufs).abs() < 0.001, "{integrated_lufs}");
    let kept = gated(short_terms, 20.0);
    let at = |share: f64| 10.0 * kept[((kept.len() - 1) as f64 * share).round() as usize].log10();
    println!("range: {:+.2e} LU", meter.range_lu() - (at(0.95) - at(0.10)));
    // Two bins of 0.01 LU.
    assert!((meter.range_lu() - (at(0.95) - at(0.10))).abs() < 0.02);

    // What is live knows nothing of the day behind it.
    let mut fresh = Loudness::new(Format::mono(RATE_HZ as f64));
    for one in [&mut meter, &mut fresh] {
        one.process(&[vec![0.0; 4 * RATE_HZ]]);
        one.process(&[&samples[..3 * RATE_HZ]]);
    }
    assert_eq!(figures(&meter)[..2], figures(&fresh)[..2]);
}
