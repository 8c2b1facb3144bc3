//! The analyser on signals whose spectrum is known.

use dsp::format::Format;
use dsp::meter::spectrum::{POINTS, Spectrum, point_hz, tilt_db};
use dsp::units::SILENCE_DB;
use testkit::allocations::{self, Counting};
use testkit::signals::{sine, white_noise};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RATE_HZ: f64 = 48_000.0;

fn heard(rate_hz: f64, left: &[f32], right: &[f32]) -> Spectrum {
    let mut spectrum = Spectrum::new(Format::stereo(rate_hz));
    spectrum.process(&[left, right]);
    spectrum
}

/// The point nearest to a frequency.
fn point_at(frequency_hz: f64) -> usize {
    let distance = |point: &usize| (point_hz(*point) / frequency_hz).ln().abs();
    (0..POINTS).min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("there are points")
}

fn highest(points_db: &[f32; POINTS]) -> usize {
    (0..POINTS).max_by(|a, b| points_db[*a].total_cmp(&points_db[*b])).expect("there are points")
}

#[test]
fn a_sine_reads_its_level_at_its_frequency() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        // On and between bins, and in points narrower and wider than a bin.
        for frequency_hz in [62.0, 100.3, 440.0, 997.0, 2_500.7, 5_000.0, 10_003.0, 15_750.0] {
            let frames = rate_hz as usize;
            let signal = sine(frequency_hz, 0.25, 20.0, rate_hz, frames);
            let points_db = heard(rate_hz, &signal, &signal).points_db();
            let level_db = points_db[point_at(frequency_hz)];
            // 0.1 dB: what the outermost part of the lobe and the end of the rise leave.
            assert!((level_db + 12.04).abs() < 0.1, "{rate_hz} Hz, {frequency_hz} Hz: {level_db} dB");
            let found_hz = point_hz(highest(&points_db));
            // Low tones are broader than a point.
            let width = 0.02 + 1.5 * 11.8 / frequency_hz;
            assert!((found_hz / frequency_hz).ln().abs() < width, "{frequency_hz} Hz shows at {found_hz} Hz");
        }
    }
}

#[test]
fn a_sine_is_nowhere_else() {
    // Long enough for the click at its beginning to fall.
    let signal = sine(1_000.0, 1.0, 0.0, RATE_HZ, 240_000);
    let points_db = heard(RATE_HZ, &signal, &signal).points_db();
    for (point, level_db) in points_db.iter().enumerate() {
        let octaves = (point_hz(point) / 1_000.0).log2().abs();
        assert!(octaves < 0.2 || *level_db < -80.0, "{} Hz: {level_db} dB", point_hz(point));
    }
}

#[test]
fn one_side_of_two_reads_half_the_power() {
    let signal = sine(1_000.0, 0.5, 0.0, RATE_HZ, 48_000);
    let silence = vec![0.0; signal.len()];
    let both_db = heard(RATE_HZ, &signal, &signal).points_db()[point_at(1_000.0)];
    for one in [heard(RATE_HZ, &signal, &silence), heard(RATE_HZ, &silence, &signal)] {
        let one_db = one.points_db()[point_at(1_000.0)];
        assert!((both_db - one_db - 3.01).abs() < 0.01, "{both_db} {one_db}");
    }
}

#[test]
fn white_noise_is_level() {
    let (left, right) = (white_noise(3, 0.5, 480_000), white_noise(4, 0.5, 480_000));
    let mut spectrum = Spectrum::new(Format::stereo(RATE_HZ));
    let mut sums_db = [0.0f64; POINTS];
    let mut looks = 0.0;
    for (left, right) in left.chunks(4_800).zip(right.chunks(4_800)).skip(10) {
        spectrum.process(&[left, right]);
        looks += 1.0;
        for (sum, level_db) in sums_db.iter_mut().zip(spectrum.points_db()) {
            *sum += f64::from(level_db);
        }
    }
    let mean_db = |points: std::ops::Range<usize>| {
        let count = points.len() as f64;
        sums_db[points].iter().sum::<f64>() / looks / count
    };
    let whole_db = mean_db(20..POINTS);
    // Octaves, from 35 Hz on. Narrow points rise with each accident of the noise, wide ones average it: up to 2 dB.
    for first in (20..POINTS - 25).step_by(25) {
        let octave_db = mean_db(first..first + 25);
        assert!((octave_db - whole_db).abs() < 1.5, "{:.0} Hz: {octave_db:.2} of {whole_db:.2}", point_hz(first));
    }
}

#[test]
fn the_same_signal_in_other_blocks_gives_the_same_bits() {
    let (left, right) = (white_noise(5, 0.5, 30_000), white_noise(6, 0.25, 30_000));
    let whole = heard(RATE_HZ, &left, &right);
    for frames in [1, 7, 64, 480, 4_097] {
        let mut spectrum = Spectrum::new(Format::stereo(RATE_HZ));
        for (left, right) in left.chunks(frames).zip(right.chunks(frames)) {
            spectrum.process(&[left, right]);
        }
        assert_eq!(spectrum.points_db(), whole.points_db(), "blocks of {frames}");
        assert_eq!(spectrum.revision(), whole.revision());
    }
}

#[test]
fn it_falls_at_18_db_a_second_and_rests_in_silence() {
    let signal = sine(1_000.0, 1.0, 0.0, RATE_HZ, 48_000);
    let mut spectrum = heard(RATE_HZ, &signal, &signal);
    let second = vec![0.0; 48_000];
    spectrum.process(&[&second, &second]);
    let after_a_second_db = spectrum.points_db()[point_at(1_000.0)];
    // A window of 85 ms still holds the tone: up to 1.5 dB less have fallen.
    assert!((-18.5..=-16.0).contains(&after_a_second_db), "{after_a_second_db}");
    for _ in 0..9 {
        spectrum.process(&[&second, &second]);
    }
    let revision = spectrum.revision();
    assert!(spectrum.points_db().iter().all(|level_db| *level_db == SILENCE_DB as f32));
    spectrum.process(&[&second, &second]);
    assert_eq!(spectrum.revision(), revision, "nothing new to draw");
}

#[test]
fn a_new_sound_shows_within_a_quarter_of_a_second() {
    let signal = sine(1_000.0, 1.0, 0.0, RATE_HZ, 12_000);
    let level_db = heard(RATE_HZ, &signal, &signal).points_db()[point_at(1_000.0)];
    assert!(level_db > -1.0, "{level_db}");
}

#[test]
fn bands_hold_the_largest_of_their_points() {
    let signal = sine(997.0, 0.25, 0.0, RATE_HZ, 48_000);
    let spectrum = heard(RATE_HZ, &signal, &signal);
    let (points_db, bands_db) = (spectrum.points_db(), spectrum.bands_db());
    for (points, band_db) in points_db.chunks(4).zip(bands_db) {
        assert_eq!(points.iter().copied().fold(f32::NEG_INFINITY, f32::max), band_db);
    }
}

#[test]
fn what_is_no_sound_counts_as_silence_and_nothing_allocates() {
    let mut spectrum = Spectrum::new(Format::stereo(RATE_HZ));
    let (mut left, right) = (white_noise(7, 0.5, 48_000), white_noise(8, 0.5, 48_000));
    left[100..104].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38]);
    let allocations = allocations::count(|| {
        spectrum.process(&[&left, &right]);
        let _ = (spectrum.points_db(), spectrum.bands_db());
        spectrum.reset();
    });
    assert_eq!(allocations, 0);
    spectrum.process(&[&left, &right]);
    assert!(spectrum.points_db().iter().all(|level_db| level_db.is_finite() && *level_db < 0.0));
}

#[test]
fn the_tilt_is_of_octaves_around_a_kilohertz() {
    assert_eq!(tilt_db(1_000.0, 4.5), 0.0);
    assert!((tilt_db(4_000.0, 4.5) - 9.0).abs() < 1e-9 && (tilt_db(500.0, 4.5) + 4.5).abs() < 1e-9);
}
