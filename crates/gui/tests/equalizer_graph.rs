//! The nodes of the equalizer under hands and keys, and the curve under its settings.

mod hands;

use dsp::equalizer::{BandSettings, EqualizerSettings};
use dsp::meter::spectrum;
use egui::{Color32, Key, Modifiers, Pos2, Shape, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use gui::equalizer_graph::EqualizerGraph;
use gui::theme;
use hands::bands::{Band, bands, equalizer, equalizer_with};
use hands::{Told, center, click, drag, pick, press, turn, wheel};

#[test]
fn a_node_moves_frequency_and_gain_in_one_gesture_each() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    let from = center(&harness, "Bell 2 node");
    drag(&mut harness, from, vec2(60.0, -40.0), egui::Modifiers::NONE);
    let (frequency, gain) = (bands[3].frequency.one_gesture(), bands[3].gain.one_gesture());
    assert!(frequency.is_sorted() && gain.is_sorted(), "to the right is higher, up is louder");
    assert!(gain.last() > Some(&0.55) && frequency.last() > Some(&0.05));
    assert!(bands.iter().enumerate().all(|(number, band)| number == 3 || band.frequency.told().is_empty()));
}

#[test]
fn a_node_of_a_cut_moves_only_its_frequency() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    let from = center(&harness, "High-pass node");
    drag(&mut harness, from, vec2(30.0, -40.0), egui::Modifiers::NONE);
    assert!(bands[0].frequency.one_gesture().len() > 1);
    assert_eq!(bands[0].gain.told(), []);
}

#[test]
fn the_wheel_on_a_node_is_q_and_on_a_cut_its_slope() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    let bell = center(&harness, "Bell 1 node");
    wheel(&mut harness, bell, 1.0);
    assert!(bands[2].quality.one_gesture()[0] > 0.3);
    let cut = center(&harness, "Low-pass node");
    wheel(&mut harness, cut, 1.0);
    assert_eq!(bands[6].on.one_gesture(), [1.0 / 3.0]);
}

#[test]
fn a_double_click_on_a_node_switches_its_band() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    let bell = center(&harness, "Bell 3 node");
    click(&mut harness, bell, 2);
    assert_eq!(bands[4].on.one_gesture(), [1.0]);
    harness.run_steps(60);
    let cut = center(&harness, "High-pass node");
    click(&mut harness, cut, 2);
    assert_eq!(bands[0].on.one_gesture(), [2.0 / 3.0], "a cut starts with 12 dB per octave");
}

#[test]
fn a_turn_of_the_wheel_on_a_node_is_one_gesture() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    let bell = center(&harness, "Bell 1 node");
    for _ in 0..4 {
        turn(&mut harness, bell, 1.0);
    }
    harness.run_steps(30);
    assert_eq!(bands[2].quality.one_gesture().len(), 4);
}

/// A place in the graph where there is no node.
fn empty(harness: &Harness) -> Pos2 {
    harness.get_by_label("Equalizer graph").rect().lerp_inside(vec2(0.55, 0.2))
}

/// Every band in the path but some.
fn all_on_but(bands: &[Band; 7], off: &[usize]) -> EqualizerSettings {
    for (number, band) in bands.iter().enumerate() {
        band.on.value.set(if off.contains(&number) { 0.0 } else { 1.0 });
    }
    EqualizerSettings::default()
}

#[test]
fn a_double_click_beside_the_nodes_brings_the_nearest_free_bell() {
    // 55 % of the way from 15 Hz to 26 kHz is 910 Hz; bells are at 250 Hz, 1 kHz and 4 kHz.
    for (off, taken) in [(&[1, 2, 3, 4, 5][..], 3), (&[2, 4, 5], 2), (&[1, 5], 5)] {
        let bands = bands();
        let settings = all_on_but(&bands, off);
        let mut harness = equalizer_with(&bands, settings, EqualizerGraph::default());
        let at = empty(&harness);
        click(&mut harness, at, 2);
        harness.run_steps(3);
        let band = &bands[taken];
        assert_eq!(band.on.one_gesture(), [1.0], "{off:?}");
        let frequency_hz = 20.0 + 20_000.0 * band.frequency.one_gesture()[0];
        assert!((frequency_hz / 910.0 - 1.0).abs() < 0.02, "{frequency_hz}");
        // A fifth from the upper edge of ±15 dB is +9 dB of a range of ±10 dB.
        assert!((band.gain.one_gesture()[0] - 0.95).abs() < 0.01);
        let others = bands.iter().enumerate().filter(|(number, _)| *number != taken);
        assert!(others.into_iter().all(|(_, band)| band.on.told().is_empty() && band.gain.told().is_empty()));
    }
}

#[test]
fn with_every_band_in_use_it_says_so() {
    let bands = bands();
    let settings = all_on_but(&bands, &[]);
    let mut harness = equalizer_with(&bands, settings, EqualizerGraph::default());
    let at = empty(&harness);
    click(&mut harness, at, 2);
    harness.run_steps(1);
    assert!(bands.iter().all(|band| band.on.told().is_empty()));
    assert!(texts(&harness).iter().any(|text| text.contains("in use")));
    harness.run_steps(240);
    assert!(!texts(&harness).iter().any(|text| text.contains("in use")), "for a while");
}

fn texts(harness: &Harness) -> Vec<String> {
    let text = |shape: &Shape| if let Shape::Text(text) = shape { Some(text.galley.text().to_owned()) } else { None };
    harness.output().shapes.iter().filter_map(|clipped| text(&clipped.shape)).collect()
}

#[test]
fn keys_move_a_node_as_hands_do() {
    let wanted = [
        (Key::ArrowRight, Modifiers::NONE, [Some(0.51), None, None]),
        (Key::ArrowLeft, Modifiers::SHIFT, [Some(0.499), None, None]),
        (Key::ArrowUp, Modifiers::NONE, [None, Some(0.51), None]),
        (Key::PageDown, Modifiers::NONE, [None, None, Some(0.2)]),
    ];
    for (key, modifiers, expected) in wanted {
        let bands = bands();
        let mut harness = equalizer(&bands);
        press(&mut harness, "Bell 1 node", modifiers, key);
        let band = &bands[2];
        for (parameter, expected) in [&band.frequency, &band.gain, &band.quality].into_iter().zip(expected) {
            match expected {
                Some(expected) => assert!((parameter.one_gesture()[0] - expected).abs() < 1e-6, "{key:?}"),
                None => assert_eq!(parameter.told(), [], "{key:?}"),
            }
        }
    }
}

#[test]
fn space_switches_a_node_and_enter_types_its_frequency() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    press(&mut harness, "Bell 1 node", Modifiers::NONE, Key::Space);
    assert_eq!(bands[2].on.one_gesture(), [1.0]);
    press(&mut harness, "Bell 1 node", Modifiers::NONE, Key::Enter);
    harness.get_by_label("Bell 1 frequency entry").type_text("5020");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(bands[2].frequency.one_gesture(), [0.25]);
}

#[test]
fn the_menu_of_a_node_switches_places_and_resets_it() {
    let bands = bands();
    let mut harness = equalizer(&bands);
    pick(&mut harness, "Bell 1 node", "Switch on");
    assert_eq!(bands[2].on.one_gesture(), [1.0]);
    pick(&mut harness, "Bell 1 node", "step 2");
    assert_eq!(bands[2].hears.one_gesture(), [1.0]);
    bands[2].gain.again(0.75);
    pick(&mut harness, "Bell 1 node", "Reset band");
    assert_eq!(bands[2].gain.one_gesture(), [0.5]);
    assert_eq!(bands[2].frequency.told(), [], "it was there");
    assert!(bands.iter().all(|band| !band.frequency.told().contains(&Told::Begin)));
}

#[test]
fn a_node_says_what_it_does() {
    let bands = bands();
    let harness = equalizer(&bands);
    let said = harness.get_by_label("Bell 1 node").value();
    assert_eq!(said.as_deref(), Some("Bell 1  10020.00 Hz  0.00 dB  Q -4.00 dB  off"));
    assert_eq!(harness.get_by_label("Equalizer graph").value().as_deref(), Some("0 of 7 bands on"));
}

/// The points of the line of a colour.
fn line(harness: &Harness, color: Color32) -> Vec<Pos2> {
    let points = harness.output().shapes.iter().find_map(|clipped| match &clipped.shape {
        Shape::Path(path) if path.stroke.color == egui::epaint::ColorMode::Solid(color) => Some(path.points.clone()),
        _ => None,
    });
    points.unwrap_or_default()
}

#[test]
fn the_curve_is_that_of_the_sample_rate() {
    let shelf =
        BandSettings { on: true, frequency_hz: 18_000.0, gain_db: 12.0, ..EqualizerSettings::default().high_shelf };
    let settings = EqualizerSettings { high_shelf: shelf, ..EqualizerSettings::default() };
    let curve = |rate_hz: f64| {
        let mut graph = EqualizerGraph::default();
        graph.set_sample_rate(rate_hz);
        let bands = bands();
        line(&equalizer_with(&bands, settings, graph), theme::ACCENT)
    };
    let (low, high) = (curve(44_100.0), curve(192_000.0));
    assert_eq!(low.len(), high.len());
    let apart = low.iter().zip(&high).map(|(low, high)| (low.y - high.y).abs()).fold(0.0, f32::max);
    assert!(apart > 1.0, "the same curve at 44.1 and 192 kHz: {apart}");
    // 19 in 20 points lie below 17 kHz, where the rates agree to a fraction of a decibel.
    assert!(low.iter().zip(&high).take(200).all(|(low, high)| (low.y - high.y).abs() < 4.0));
}

#[test]
fn spectra_lie_behind_the_curve_at_their_levels() {
    let mut graph = EqualizerGraph::default();
    graph.set_spectra(Some([-60.0; spectrum::POINTS]), Some([-30.0; spectrum::POINTS]));
    let bands = bands();
    let harness = equalizer_with(&bands, EqualizerSettings::default(), graph);
    let after = line(&harness, theme::QUIET_TEXT);
    assert_eq!(after.len(), spectrum::POINTS);
    let rect = harness.get_by_label("Equalizer graph").rect();
    // At 1 kHz nothing is tilted: −30 dB of −96…0 dB.
    let share = (1_000.0_f32 / 15.0).ln() / (26_000.0_f32 / 15.0).ln();
    let at_1k = pos2(rect.left() + share * rect.width(), rect.bottom() - rect.height() * 66.0 / 96.0);
    let nearest = after.iter().map(|point| (*point - at_1k).length()).fold(f32::INFINITY, f32::min);
    assert!(nearest < 2.0, "{nearest}");
    assert!(after.first().is_some_and(|first| first.y > at_1k.y), "bass is lowered, so that music looks level");
    assert!(harness.output().shapes.iter().any(|clipped| matches!(&clipped.shape, Shape::Mesh(_))), "the area");
}
