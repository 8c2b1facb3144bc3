//! Colour is never the only carrier of a state: every state differs from the others in black and white, too.

mod hands;

use std::collections::BTreeSet;

use dsp::compressor::CompressorSettings;
use dsp::equalizer::EqualizerSettings;
use dsp::meter::Readings;
use dsp::meter::null::NullReadings;
use egui::{Color32, Rect, Shape, Ui, pos2, vec2};
use gui::edit_bar::{EditBar, Slot};
use gui::equalizer_graph::EqualizerGraph;
use gui::field::Field;
use gui::guard_rail::{self, Tone};
use gui::knob::Knob;
use gui::null_panel::NullView;
use gui::platform_table::PlatformTable;
use gui::stem_row::{Remote, StemRow, StemState};
use gui::{compressor_view, loudness_panel, meter, stem_list, switch, theme};
use hands::bands::{bands, equalizer_with};
use hands::demo::readings;
use hands::{Fake, theme as design, window};

/// White, black or not there: brighter than the grey that stands out from black and white alike, or darker.
fn tone(color: Color32) -> char {
    if color.a() < 0x40 {
        '-'
    } else if theme::contrast(color, Color32::BLACK) > theme::contrast(color, Color32::WHITE) {
        'w'
    } else {
        'b'
    }
}

/// What is drawn, without its colours; of texts the words, whatever the figures in them, which differ anyway.
fn in_black_and_white(shape: &Shape, drawn: &mut Vec<String>) {
    drawn.push(match shape {
        Shape::Vec(shapes) => return shapes.iter().for_each(|shape| in_black_and_white(shape, drawn)),
        Shape::Text(text) => {
            let said = text.galley.text().replace(['−', '-', '+'], "");
            said.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
        }
        Shape::Rect(rect) => format!("{:?} {}{}", rect.rect, tone(rect.fill), tone(rect.stroke.color)),
        Shape::Circle(circle) => {
            format!("{:?} {} {}{}", circle.center, circle.radius, tone(circle.fill), tone(circle.stroke.color))
        }
        Shape::LineSegment { points, stroke } => format!("{points:?} {}", tone(stroke.color)),
        Shape::Path(path) => format!("{:?} {}", path.points, tone(path.fill)),
        _ => return,
    });
}

/// Draws each state, and fails where two look the same.
fn assert_told_apart<S>(states: &[(&str, S)], mut draw: impl FnMut(&mut Ui, &S)) {
    let mut seen: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, state) in states {
        let harness = window(|ui| draw(ui, state));
        let mut drawn = Vec::new();
        harness.output().shapes.iter().for_each(|clipped| in_black_and_white(&clipped.shape, &mut drawn));
        drop(harness);
        for (other, looks) in &seen {
            assert_ne!(&drawn, looks, "{name} and {other} differ in nothing but colour");
        }
        seen.push((name, drawn));
    }
}

fn place() -> Rect {
    Rect::from_min_size(pos2(10.0, 10.0), vec2(760.0, 300.0))
}

fn small() -> Rect {
    Rect::from_min_size(pos2(10.0, 10.0), vec2(100.0, 100.0))
}

const ON_AND_OFF: [(&str, bool); 2] = [("on", true), ("off", false)];

#[test]
fn mute_and_bypass() {
    assert_told_apart(&ON_AND_OFF, |ui, on| {
        let parameter = Fake::stepped("Mute", f32::from(u8::from(*on)), 1);
        switch::show(ui, &design(), &parameter, small(), "Mute", "Silences.", theme::UNUSUAL);
    });
}

#[test]
fn solo_in_the_windows_of_the_stem_and_of_the_master() {
    assert_told_apart(&ON_AND_OFF, |ui, on| {
        let _ = switch::toggle(ui, &design(), small(), "Solo", *on, "Silences.");
    });
    assert_told_apart(&ON_AND_OFF, |ui, on| {
        let _ = switch::letter(ui, &design(), small(), "S", "Solo", Some(*on), theme::ACCENT);
    });
}

#[test]
fn lamps_of_the_level_meters() {
    let states = [("quiet", -9.0), ("hot", -0.4), ("over", 0.4)];
    assert_told_apart(&states, |ui, true_peak_dbtp| {
        let readings = Readings { true_peak_dbtp: *true_peak_dbtp, ..readings() };
        let _ = meter::stereo(ui, &design(), small(), "Level", &readings);
    });
    assert_told_apart(&states, |ui, peak_dbfs| {
        let readings = Readings { sample_peak_dbfs: *peak_dbfs, clip_count: 0, ..readings() };
        let _ = loudness_panel::show(ui, &design(), place(), &readings, None);
    });
    assert_told_apart(&[("wide", 0.4), ("out of phase", -0.4)], |ui, correlation| {
        let readings = Readings { correlation: *correlation, ..readings() };
        let _ = loudness_panel::show(ui, &design(), place(), &readings, None);
    });
}

#[test]
fn stems_that_play_and_those_that_do_not() {
    let states = [
        ("live", StemState::Live),
        ("muted", StemState::Muted),
        ("silenced", StemState::Silenced),
        ("bypassed", StemState::Bypassed),
        ("idle", StemState::Idle),
        ("stale", StemState::Stale(4.0)),
    ];
    assert_told_apart(&states, |ui, state| {
        let stem = StemRow { state: *state, ..StemRow::named("Drums", "Drums", theme::ACCENT) };
        let _ = stem_list::show(ui, &design(), place(), &[stem], &StemRow::named("Mix", "what leaves", theme::TEXT));
    });
    // Its figures are old, besides: the mark of its colour is open.
    let live = [("live", true), ("old", false)];
    assert_told_apart(&live, |ui, is_filled| {
        gui::stem_color::draw(ui, &design(), small(), theme::ACCENT, *is_filled);
    });
}

#[test]
fn stems_that_were_asked_something() {
    let refused = Some("The stem is in another project.".to_owned());
    let states = [
        ("at rest", Remote::default()),
        ("pending", Remote { is_pending: true, ..Remote::default() }),
        ("refused", Remote { refused, ..Remote::default() }),
        ("muted", Remote { muted: true, ..Remote::default() }),
        ("soloed", Remote { soloed: true, ..Remote::default() }),
    ];
    let row = |remote: &Remote, true_peak_dbtp: f64, trim_tone: Tone| StemRow {
        remote: Some(remote.clone()),
        true_peak_dbtp,
        trim_tone,
        ..StemRow::named("Drums", "Drums", theme::ACCENT)
    };
    let mix = StemRow::named("Mix", "what leaves", theme::TEXT);
    assert_told_apart(&states, |ui, remote| {
        let _ = stem_list::show(ui, &design(), place(), &[row(remote, -9.0, Tone::Usual)], &mix);
    });
    assert_told_apart(&[("quiet", -9.0), ("hot", -0.4), ("over", 0.4)], |ui, peak_dbtp| {
        let _ = stem_list::show(ui, &design(), place(), &[row(&Remote::default(), *peak_dbtp, Tone::Usual)], &mix);
    });
    assert_told_apart(&TONES, |ui, tone| {
        let _ = stem_list::show(ui, &design(), place(), &[row(&Remote::default(), -9.0, *tone)], &mix);
    });
}

const TONES: [(&str, Tone); 3] = [("usual", Tone::Usual), ("unusual", Tone::Unusual), ("severe", Tone::Severe)];

#[test]
fn guard_rails() {
    let trim = Fake::new("Trim", 0.7, 0.5);
    assert_told_apart(&TONES, |ui, tone| Knob::new(&trim, "Trim", "Level.").tone(*tone).show(ui, &design(), small()));
    assert_told_apart(&TONES, |ui, tone| {
        Field { parameter: &trim, tip: "Level.", tone: *tone, active: true }.show(ui, &design(), small());
    });
    assert_told_apart(&TONES, |ui, tone| {
        guard_rail::show(ui, &design(), small(), "Trim", *tone, "This belongs in the mix");
    });
}

#[test]
fn verdicts_of_the_platforms() {
    let targets = targets::Targets::built_in();
    // Of the first five lines the advice is −1 or −2 dBTP.
    let chosen = Fake::stepped("Target", 0.0, targets.all().len() - 1);
    let states = [("as advised", -3.0), ("too high", -0.5)];
    assert_told_apart(&states, |ui, true_peak_dbtp| {
        let readings = Readings { integrated_lufs: -16.0, true_peak_dbtp: *true_peak_dbtp, ..Readings::default() };
        PlatformTable::default().show(ui, &design(), place(), targets.all(), &chosen, &readings);
    });
    // A delivery must be as loud as is asked, within half a decibel or two.
    let delivery: Vec<_> =
        targets.all().iter().filter(|target| target.kind == targets::Kind::Delivery).take(1).cloned().collect();
    assert_told_apart(&[("within", 0.0), ("beyond", 9.0)], |ui, distance_lu| {
        let integrated_lufs = delivery[0].loudness_lufs.expect("a delivery asks for a loudness") + distance_lu;
        let readings = Readings { integrated_lufs, true_peak_dbtp: -9.0, ..Readings::default() };
        PlatformTable::default().show(ui, &design(), place(), &delivery, &chosen, &readings);
    });
}

#[test]
fn verdicts_of_the_null_test() {
    let of = |residual_dbfs: f64, relative_db: f64| NullView {
        readings: Some(NullReadings {
            residual_dbfs,
            relative_db: Some(relative_db),
            worst_residual_dbfs: residual_dbfs,
            worst_relative_db: Some(relative_db),
            worst_song_frames: 480_000,
            peak_dbfs: residual_dbfs,
            offset_frames: 0,
        }),
        sample_rate_hz: 48_000.0,
    };
    let states = [("pass", of(-95.0, -75.0)), ("warn", of(-66.0, -52.0)), ("fail", of(-40.0, -26.0))];
    let words: BTreeSet<_> = states.iter().map(|(_, view)| format!("{:?}", view.verdict())).collect();
    assert_eq!(words.len(), 3, "{words:?}");
    assert_told_apart(&states, |ui, view| view.show(ui, &design(), small()));
}

#[test]
fn stages_and_bands_in_the_path_or_not() {
    assert_told_apart(&ON_AND_OFF, |ui, on| {
        let settings = CompressorSettings { on: *on, ..CompressorSettings::default() };
        compressor_view::show(ui, &design(), small(), &settings, 0.0);
    });
    // The nodes alone: below them each band has a switch.
    let nodes = |on: bool| {
        let bands = bands();
        bands[2].on.value.set(f32::from(u8::from(on)));
        let harness = equalizer_with(&bands, EqualizerSettings::default(), EqualizerGraph::default());
        let mut drawn = Vec::new();
        let is_node = |shape: &Shape| matches!(shape, Shape::Circle(circle) if circle.radius > 5.0);
        let nodes = harness.output().shapes.iter().filter(|clipped| is_node(&clipped.shape));
        nodes.for_each(|clipped| in_black_and_white(&clipped.shape, &mut drawn));
        drawn
    };
    assert_eq!(nodes(true).len(), 7);
    assert_ne!(nodes(true), nodes(false));
}

#[test]
fn what_the_edit_bar_offers() {
    let states = [
        ("A", EditBar::default()),
        ("B", EditBar { slot: Slot::B, ..EditBar::default() }),
        ("undo", EditBar { undo: Some("Trim"), ..EditBar::default() }),
        ("redo", EditBar { redo: Some("Trim"), ..EditBar::default() }),
        ("a preset", EditBar { preset: Some("Glue"), ..EditBar::default() }),
        ("a changed preset", EditBar { preset: Some("Glue"), is_changed: true, ..EditBar::default() }),
    ];
    assert_told_apart(&states, |ui, bar| {
        let _ = bar.show(ui, &design(), place().with_max_y(36.0));
    });
}
