//! The ITU reading against the published filter, applied as the recommendation writes it.

use super::{RATES_HZ, measured};
use dsp::format::Format;
use dsp::meter::true_peak::TruePeakMeter;
use testkit::{rulers, signals};

/// ITU-R BS.1770-5 annex 2: phases 0 and 1. Phases 3 and 2 are these backwards.
const PHASE_0: [f64; 12] = [
    0.0017089843750,
    0.0109863281250,
    -0.0196533203125,
    0.0332031250000,
    -0.0594482421875,
    0.1373291015625,
    0.9721679687500,
    -0.1022949218750,
    0.0476074218750,
    -0.0266113281250,
    0.0148925781250,
    -0.0083007812500,
];
const PHASE_1: [f64; 12] = [
    -0.0291748046875,
    0.0292968750000,
    -0.0517578125000,
    0.0891113281250,
    -0.1665039062500,
    0.4650878906250,
    0.7797851562500,
    -0.2003173828125,
    0.1015625000000,
    -0.0582275390625,
    0.0330810546875,
    -0.0189208984375,
];

/// The largest magnitude of the four times oversampled signal, silence around it.
fn convolved_peak(samples: &[f32]) -> f64 {
    let backwards = |phase: [f64; 12]| {
        let mut phase = phase;
        phase.reverse();
        phase
    };
    let sample =
        |frame: isize| usize::try_from(frame).ok().and_then(|frame| samples.get(frame)).map_or(0.0, |&x| f64::from(x));
    let mut largest = 0.0_f64;
    for phase in [PHASE_0, PHASE_1, backwards(PHASE_1), backwards(PHASE_0)] {
        for frame in 0..samples.len() as isize + 12 {
            let point: f64 = phase.iter().enumerate().map(|(tap, h)| h * sample(frame - tap as isize)).sum();
            largest = largest.max(point.abs());
        }
    }
    largest
}

#[test]
fn the_itu_reading_is_the_published_filter_at_every_rate() {
    for (seed, rate_hz) in (1..).zip(RATES_HZ) {
        // Short and many: another place of the peak, another phase.
        for part in signals::white_noise(seed, 0.9, 3_000).chunks(50) {
            let reading_dbtp = measured(rate_hz, part).itu_max_dbtp()[0];
            // 1e-6 of the value: single precision adds twelve products.
            let error_db = reading_dbtp - rulers::db(convolved_peak(part));
            assert!(error_db.abs() < rulers::db(1.0 + 1e-6), "{rate_hz} Hz: {error_db} dB off");
        }
    }
}

#[test]
fn the_itu_reading_needs_no_flush_six_frames_later() {
    let mut samples = signals::white_noise(7, 0.1, 200);
    samples[199] = 1.0;
    let mut meter = TruePeakMeter::new(Format::mono(48_000.0));
    meter.process(&[&samples[..]]);
    meter.process(&[[0.0; 6]]);
    let before_flush = meter.itu_max_dbtp();
    meter.flush();
    assert_eq!(meter.itu_max_dbtp(), before_flush);
    assert!((before_flush[0] - rulers::db(convolved_peak(&samples))).abs() < 1e-5);
}
