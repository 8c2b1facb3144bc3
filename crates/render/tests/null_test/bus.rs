//! An equalizer that was left on the mix bus.

use dsp::equalizer::{BandSettings, CutSettings, Equalizer, EqualizerSettings, Slope};
use dsp::format::Format;
use render::null_test::Cause;

use crate::song::{Delivery, RATE_HZ};

/// The mix through an equalizer.
fn equalized(song: &Delivery, settings: &EqualizerSettings) -> Delivery {
    let mut song = song.clone();
    let mut equalizer = Equalizer::new(Format::stereo(f64::from(RATE_HZ)));
    equalizer.set(settings);
    equalizer.reset();
    let [left, right] = song.reference.channels.as_mut_slice() else { panic!("stereo") };
    equalizer.process(&mut [left, right]);
    song
}

fn with(change: impl Fn(&mut EqualizerSettings)) -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    change(&mut settings);
    settings
}

fn on(band: &mut BandSettings, frequency_hz: f32, gain_db: f32) {
    *band = BandSettings { on: true, frequency_hz, gain_db, ..*band };
}

/// Where the equalizer is said to have changed most, and by how much.
fn named(song: &Delivery, settings: &EqualizerSettings) -> (f64, f64) {
    let test = equalized(song, settings).test();
    let [Cause::BusEqualizer { center_hz, gain_db }] = test.causes[..] else { panic!("{:?}", test.sentences) };
    (center_hz, gain_db)
}

#[test]
fn an_equalizer_left_on_the_bus_is_named() {
    let song = Delivery::composed();
    for (frequency_hz, bell_db) in [(1_000.0, -2.0), (3_000.0, 4.0)] {
        let (center_hz, gain_db) = named(&song, &with(|s| on(&mut s.bells[1], frequency_hz, bell_db)));
        // The nearest third of an octave, which hears a little less than the top of the bell.
        assert!((center_hz / f64::from(frequency_hz)).log2().abs() < 1.0 / 6.0, "{center_hz} Hz");
        assert!((gain_db - f64::from(bell_db)).abs() < 0.2, "{gain_db} dB, not {bell_db}");
    }
    let high_pass = |s: &mut EqualizerSettings| s.high_pass = CutSettings { slope: Slope::Db12, ..s.high_pass };
    let (center_hz, gain_db) = named(&song, &with(high_pass));
    // At 25 Hz, the lowest third there is, this filter at 30 Hz takes 5 dB away.
    assert!(center_hz < 30.0 && (gain_db + 5.0).abs() < 0.5, "{gain_db} dB at {center_hz} Hz");
}

#[test]
fn an_equalizer_of_half_a_decibel_left_on_the_bus_of_a_real_song_is_named() {
    let Some(song) = Delivery::real() else { return };
    let (center_hz, gain_db) = named(&song, &with(|s| on(&mut s.bells[0], 300.0, 0.5)));
    assert!((center_hz - 315.0).abs() < 1.0 && (gain_db - 0.5).abs() < 0.05, "{gain_db} dB at {center_hz} Hz");
}
