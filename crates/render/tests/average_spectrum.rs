//! The average spectrum reads in dB what is put into it.

use dsp::format::Format;
use render::average_spectrum::AverageSpectrum;
use testkit::signals::{pink_noise, sine};

fn points(sample_rate_hz: f64, channels: &[Vec<f32>]) -> Vec<(f64, f64)> {
    let mut spectrum = AverageSpectrum::new(Format { sample_rate_hz, channels: channels.len() });
    spectrum.process(channels);
    spectrum.points()
}

/// The point nearest to a frequency.
fn at(points: &[(f64, f64)], frequency_hz: f64) -> f64 {
    let distance = |point: &(f64, f64)| (point.0 / frequency_hz).log2().abs();
    points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("there are points").1
}

#[test]
fn a_sine_reads_its_level_where_it_is_and_nothing_elsewhere() {
    for (sample_rate_hz, frequency_hz) in [(44_100.0, 1_000.0), (48_000.0, 437.3), (96_000.0, 8_000.0)] {
        let tone = sine(frequency_hz, 0.5, 0.0, sample_rate_hz, 4 * sample_rate_hz as usize);
        let points = points(sample_rate_hz, &[tone]);
        // A peak of 0.5 is −9.03 dB of mean square. All of a Hann window's main lobe, four bins, lies within the sixth of an
        // octave around it, and next to nothing outside.
        assert!(
            (at(&points, frequency_hz) + 9.03).abs() < 0.02,
            "{} dB at {frequency_hz} Hz",
            at(&points, frequency_hz)
        );
        for octaves in [-2.0, -0.5, 0.5, 1.0_f64] {
            let elsewhere_db = at(&points, frequency_hz * octaves.exp2());
            assert!(elsewhere_db < -80.0, "{elsewhere_db} dB {octaves} octaves from {frequency_hz} Hz");
        }
    }
}

#[test]
fn the_channels_are_averaged() {
    let tone = |amplitude| sine(1_000.0, amplitude, 0.0, 48_000.0, 96_000);
    // The mean of 0.5² and 0.1², halved: −11.87 dB.
    let points = points(48_000.0, &[tone(0.5), tone(0.1)]);
    assert!((at(&points, 1_000.0) + 8.86 + 3.01).abs() < 0.02, "{}", at(&points, 1_000.0));
}

#[test]
fn pink_noise_is_a_level_line() {
    let noise = [pink_noise(1, 0.1, 60 * 48_000), pink_noise(2, 0.1, 60 * 48_000)];
    let points = points(48_000.0, &noise);
    // At 50 Hz a point holds one bin of a minute of noise, some 700 windows that share nothing: one deviation is
    // 4.34 dB / √700 = 0.16 dB, less further up. Three of them, and 0.1 dB for the noise, whose filter is made for 44.1 kHz.
    let thirds = (0..26).map(|third| 50.0 * 2f64.powf(f64::from(third) / 3.0)).map(|hz| at(&points, hz));
    let levels: Vec<f64> = thirds.collect();
    let mean = levels.iter().sum::<f64>() / levels.len() as f64;
    assert!(levels.iter().all(|level| (level - mean).abs() < 0.6), "{mean}: {levels:?}");
}

#[test]
fn blocks_do_not_matter() {
    let noise = [pink_noise(3, 0.1, 50_000), pink_noise(4, 0.1, 50_000)];
    let whole = points(44_100.0, &noise);
    let mut spectrum = AverageSpectrum::new(Format::stereo(44_100.0));
    for start in (0..50_000).step_by(777) {
        let end = (start + 777).min(50_000);
        spectrum.process(&noise.each_ref().map(|row| &row[start..end]));
    }
    assert_eq!(spectrum.points(), whole);
}
