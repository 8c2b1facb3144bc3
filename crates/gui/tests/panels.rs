//! The stages' panels: every control has a name, nodes move what they should, lists say in words what colours say.

mod hands;

use std::collections::BTreeSet;

use dsp::compressor::CompressorSettings;
use dsp::meter::{Readings, null::NullReadings};
use dsp::role::GuardRails;
use dsp::units::SILENCE_DB;
use egui::accesskit::Role;
use egui::{Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::compressor_panel::CompressorPanel;
use gui::guard_rail::{Tone, trim_sentence};
use gui::null_panel::{NullView, Verdict};
use gui::platform_table::PlatformTable;
use gui::stem_list;
use gui::stem_row::{StemRow, StemState};
use gui::{guard_rail, loudness_panel, meter, theme};
use hands::bands::{bands, equalizer};
use hands::{Fake, Told, center, compressor_controls, compressor_fakes, theme as design, wheel, window};

fn all() -> Rect {
    Rect::from_min_size(pos2(10.0, 10.0), vec2(760.0, 400.0))
}

fn compressor(fakes: &[Fake; 13]) -> Harness<'_> {
    window(|ui| {
        let settings = CompressorSettings { on: true, ratio: 4.0, ..CompressorSettings::default() };
        let rails = GuardRails::master();
        let controls = compressor_controls(fakes);
        let panel =
            CompressorPanel { controls, settings: &settings, rails: &rails, reduction_db: 2.5, max_reduction_db: 3.0 };
        panel.show(ui, &design(), all());
    })
}

/// Every node a screen reader can act on or read a value from, with its name.
fn controls(harness: &Harness) -> Vec<(Role, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![harness.root()];
    while let Some(node) = waiting.pop() {
        let access = node.accesskit_node();
        let role = access.role();
        let is_control = matches!(
            role,
            Role::Slider
                | Role::CheckBox
                | Role::ComboBox
                | Role::Button
                | Role::TextInput
                | Role::Meter
                | Role::RadioButton
                | Role::Row
        );
        if is_control {
            found.push((role, access.label().unwrap_or_default()));
        }
        waiting.extend(node.children());
    }
    found
}

fn assert_named(harness: &Harness, at_least: usize) {
    let controls = controls(harness);
    assert!(controls.len() >= at_least, "{controls:?}");
    assert!(controls.iter().all(|(_, name)| !name.trim().is_empty()), "{controls:?}");
    let names: BTreeSet<_> = controls.iter().map(|(_, name)| name).collect();
    assert_eq!(names.len(), controls.len(), "two controls share a name: {controls:?}");
}

#[test]
fn every_control_has_a_name_of_its_own() {
    let bands = bands();
    // Switch or slope, frequency, gain, Q, placement, node: 6 of a band, 4 of a cut.
    assert_named(&equalizer(&bands), 5 * 6 + 2 * 4);
    let fakes = compressor_fakes();
    assert_named(&compressor(&fakes), 13);
}

#[test]
fn every_knob_of_the_compressor_takes_the_wheel() {
    let fakes = compressor_fakes();
    let mut harness = compressor(&fakes);
    for name in [
        "Threshold",
        "Ratio",
        "Knee",
        "Attack",
        "Release",
        "Side-chain high-pass",
        "Compressor stereo link",
        "Compressor mix",
        "Make-up",
    ] {
        let at = center(&harness, name);
        wheel(&mut harness, at, 1.0);
        let fake = fakes.iter().find(|fake| fake.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(fake.told().len(), 3, "{name}");
    }
}

fn stem(name: &str, short_term_lufs: f64, state: StemState) -> StemRow {
    StemRow {
        momentary_lufs: short_term_lufs,
        short_term_lufs,
        integrated_lufs: short_term_lufs,
        true_peak_dbtp: -3.0,
        state,
        ..StemRow::named(name, "Other", theme::ACCENT)
    }
}

#[test]
fn shares_are_of_power_and_leave_out_what_is_old() {
    let stems = [
        stem("Drums", -20.0, StemState::Live),
        stem("Bass", -20.0, StemState::Live),
        stem("Vocals", -10.0, StemState::Stale(4.0)),
        stem("Fx", SILENCE_DB, StemState::Live),
    ];
    let shares: Vec<_> = stem_list::shares(&stems).collect();
    assert!(shares[0].is_some_and(|share| (share - 0.5).abs() < 1e-9), "{shares:?}");
    assert_eq!((shares[2], shares[3]), (None, None));
}

#[test]
fn the_list_says_in_words_that_a_stem_does_not_move() {
    let stems = [stem("Drums", -20.0, StemState::Idle), stem("Bass", -20.0, StemState::Stale(4.0))];
    let harness = window(|ui| {
        stem_list::show(ui, &design(), all(), &stems, &stem("Mix", -14.0, StemState::Live));
    });
    let value = |name: &str| harness.get_by_label(name).value().unwrap_or_default();
    assert!(value("Drums, Other").ends_with("idle"), "{}", value("Drums, Other"));
    assert!(value("Bass, Other").ends_with("silent for 4 s"));
    assert_named(&harness, 3);
}

#[test]
fn a_click_on_a_platform_makes_it_the_target() {
    let targets = targets::Targets::built_in();
    let chosen = Fake::stepped("Target", 0.0, targets.all().len() - 1);
    let mut table = PlatformTable::default();
    let readings = Readings { integrated_lufs: -9.0, true_peak_dbtp: -0.2, ..Readings::default() };
    let mut harness = window(|ui| table.show(ui, &design(), all(), targets.all(), &chosen, &readings));
    assert_named(&harness, 5);
    harness.get_by_label("TIDAL").click();
    harness.run_steps(5);
    let number = targets.number_of("tidal").expect("in the table") as f32;
    assert_eq!(chosen.told()[1], Told::Set(number / (targets.all().len() - 1) as f32));
    let said = harness.get_by_label("TIDAL").value().unwrap_or_default();
    assert!(said.contains("Turned down by 5.0 dB"), "{said}");
}

#[test]
fn the_largest_figure_is_the_integrated_loudness() {
    let readings = Readings { integrated_lufs: -13.96, true_peak_dbtp: 0.2, ..Readings::default() };
    let harness = window(|ui| {
        let _ = loudness_panel::show(ui, &design(), all(), &readings, None);
    });
    assert_eq!(harness.get_by_label("Integrated loudness").value().as_deref(), Some("−14.0 LUFS"));
}

#[test]
fn guard_rails_speak_and_never_hold() {
    let usual = -2.0..=2.0;
    assert_eq!(Tone::of_trim(1.5, &usual), Tone::Usual);
    assert_eq!(Tone::of_trim(-2.5, &usual), Tone::Unusual);
    assert_eq!(Tone::of_trim(4.0, &usual), Tone::Severe);
    assert_eq!(trim_sentence(1.0, &usual, "Lead vocals"), None);
    assert_eq!(trim_sentence(4.0, &usual, "Lead vocals").as_deref(), Some("A 4.0 dB move belongs in the mix"));
    assert_eq!(Tone::Severe.marked("4.00 dB"), "4.00 dB !!", "not by colour alone");
}

#[test]
fn a_guard_rail_shows_and_says_its_sentence() {
    let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(200.0, 40.0));
    let harness = window(|ui| {
        guard_rail::show(ui, &design(), place, "Trim", Tone::Severe, "A 4.0 dB move belongs in the mix");
        guard_rail::show(ui, &design(), place, "Ratio", Tone::Usual, "");
    });
    assert_eq!(harness.get_by_label("Trim guard rail").value().as_deref(), Some("A 4.0 dB move belongs in the mix"));
    assert!(harness.query_by_label("Ratio guard rail").is_none(), "nothing to say");
}

#[test]
fn a_click_on_the_lamp_begins_the_measurement_again() {
    let clicks = std::cell::Cell::new(0);
    let readings = Readings { true_peak_dbtp: 0.2, ..Readings::default() };
    let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(66.0, 200.0));
    let mut harness = window(|ui| {
        clicks.set(clicks.get() + usize::from(meter::stereo(ui, &design(), place, "Input level", &readings)));
    });
    assert_eq!(harness.get_by_label("Input level").value().as_deref(), Some("true peak 0.2 dBTP"));
    harness.get_by_label("Input level over").click();
    harness.run_steps(3);
    assert_eq!(clicks.get(), 1);
}

#[test]
fn correlation_reads_with_its_sign() {
    let place = Rect::from_min_size(pos2(10.0, 10.0), vec2(200.0, 24.0));
    let harness = window(|ui| meter::correlation(ui, &design(), place, -0.42));
    assert_eq!(harness.get_by_label("Correlation").value().as_deref(), Some("−0.42"));
}

#[test]
fn the_null_test_has_a_word_for_every_outcome() {
    let view = |readings| NullView { readings, sample_rate_hz: 48_000.0 };
    let of = |residual_dbfs: f64, relative_db| {
        view(Some(NullReadings {
            residual_dbfs,
            relative_db,
            worst_residual_dbfs: residual_dbfs,
            worst_relative_db: relative_db,
            worst_song_frames: 480_000,
            peak_dbfs: residual_dbfs,
            offset_frames: 37,
        }))
    };
    for (null, verdict, word) in [
        (view(None), Verdict::NoReference, "No reference"),
        (of(-30.0, None), Verdict::Silent, "Waiting"),
        (of(SILENCE_DB, Some(SILENCE_DB)), Verdict::Identical, "Identical"),
        (of(-120.0, Some(-100.0)), Verdict::Nulls, "Nulls"),
        (of(-66.0, Some(-52.0)), Verdict::Close, "! Close"),
        (of(-40.0, Some(-26.0)), Verdict::Differs, "!! Differs"),
    ] {
        assert_eq!(null.verdict(), verdict);
        let harness = window(move |ui| null.show(ui, &design(), all()));
        let said = harness.get_by_label("Null test").value().unwrap_or_default();
        assert!(said.starts_with(word), "{said}");
    }
}
