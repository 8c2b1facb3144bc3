//! Stems and controls: every state that a colour tells is told by a word or a shape as well.

use dsp::role::Role;
use dsp::units::SILENCE_DB;
use egui::{Rect, vec2};
use gui::edit_bar::{EditBar, Slot};
use gui::field::Field;
use gui::guard_rail::{self, Tone, trim_sentence};
use gui::knob::Knob;
use gui::stem_row::{Remote, StemRow, StemState};
use gui::{choice, stem_list, switch, theme};

use super::assert_looks_like;
use super::hands::{Fake, theme as design};

fn stem(role: Role, short_term_lufs: f64, state: StemState, remote: Remote) -> StemRow {
    StemRow {
        trim_tone: Tone::of_trim(remote.trim_db, &role.guard_rails().trim_db),
        reduction_db: 1.4,
        momentary_lufs: short_term_lufs + 0.7,
        short_term_lufs,
        integrated_lufs: short_term_lufs.max(-19.2) - 0.9,
        true_peak_dbtp: short_term_lufs.max(-19.2) + 13.1,
        state,
        remote: Some(remote),
        ..StemRow::named(role.name(), role.name(), theme::role_color(role))
    }
}

#[test]
fn stem_rows() {
    let at = |trim_db: f32| Remote { trim_db, ..Remote::default() };
    let refused = Some("The stem is in another project.".to_owned());
    let stems = [
        stem(Role::Drums, -12.6, StemState::Live, at(0.5)),
        stem(Role::Bass, SILENCE_DB, StemState::Muted, Remote { muted: true, ..at(0.0) }),
        stem(Role::LeadVocals, -18.4, StemState::Live, Remote { soloed: true, is_pending: true, ..at(-2.5) }),
        stem(Role::Instruments, -21.0, StemState::Stale(12.0), at(4.0)),
        stem(Role::Fx, -27.5, StemState::Idle, Remote { refused, ..at(0.0) }),
    ];
    let mix = StemRow {
        reduction_db: 2.2,
        momentary_lufs: -10.3,
        short_term_lufs: -11.4,
        integrated_lufs: -13.9,
        true_peak_dbtp: -1.0,
        ..StemRow::named("Mix", "what leaves", theme::TEXT)
    };
    assert_looks_like("stem_rows", vec2(760.0, 190.0), |ui, place| {
        let _ = stem_list::show(ui, &design(), place, &stems, &mix);
    });
}

#[test]
fn trim_beyond_its_guard_rails() {
    let usual = Role::LeadVocals.guard_rails().trim_db;
    assert_looks_like("guard_rails", vec2(330.0, 180.0), |ui, place| {
        let theme = design();
        for (number, trim_db) in [1.5_f32, -2.6, 4.0].into_iter().enumerate() {
            let at = |y: f32, height: f32| theme.place(place.min, 112.0 * number as f32, y, 104.0, height);
            let trim = Fake::new(&format!("Trim {number}"), 0.5 + trim_db / 20.0, 0.5);
            let tone = Tone::of_trim(trim_db, &usual);
            Knob::new(&trim, "Trim", "Level.").usual(&usual).tone(tone).show(ui, &theme, at(0.0, 120.0));
            let sentence = trim_sentence(trim_db, &usual, Role::LeadVocals.name()).unwrap_or_default();
            guard_rail::show(ui, &theme, at(128.0, 52.0), &trim.name, tone, &sentence);
        }
    });
}

#[test]
fn controls_on_and_off() {
    let presets = ["Glue".to_owned()];
    let bar = EditBar {
        undo: Some("Trim"),
        preset: Some("Glue"),
        line: Some(0),
        is_changed: true,
        presets: &presets,
        slot: Slot::B,
        ..EditBar::default()
    };
    assert_looks_like("controls", vec2(480.0, 132.0), |ui, place| {
        let theme = design();
        let at = |x: f32, y: f32, width: f32, height: f32| theme.place(place.min, x, y, width, height);
        let _ = bar.show(ui, &theme, at(0.0, 0.0, 480.0, 26.0));
        for (number, (name, color)) in
            [("Mute", theme::UNUSUAL), ("Bypass", theme::UNUSUAL), ("Auto release", theme::ACCENT)]
                .into_iter()
                .enumerate()
        {
            for (on, x) in [(0.0, 0.0), (1.0, 112.0)] {
                let parameter = Fake::stepped(&format!("{name} {on}"), on, 1);
                let place: Rect = at(x, 36.0 + 33.0 * number as f32, 104.0, 26.0);
                switch::show(ui, &theme, &parameter, place, name, "Switches.", color);
            }
        }
        let fields = [
            (Tone::Usual, true, 0.5),
            (Tone::Unusual, true, 0.7),
            (Tone::Severe, true, 0.9),
            (Tone::Usual, false, 0.4),
        ];
        for (number, (tone, active, value)) in fields.into_iter().enumerate() {
            let parameter = Fake::new(&format!("Gain {number}"), value, 0.5);
            let (x, y) = (240.0 + 124.0 * (number % 2) as f32, 36.0 + 33.0 * (number / 2) as f32);
            Field { parameter: &parameter, tip: "Lifts.", tone, active }.show(ui, &theme, at(x, y, 116.0, 26.0));
        }
        let slope = Fake::stepped("High-pass", 1.0 / 3.0, 3);
        choice::show(ui, &theme, &slope, at(240.0, 102.0, 116.0, 26.0), "How steep.");
        for (number, (letter, on, color)) in [
            ("M", true, theme::UNUSUAL),
            ("S", true, theme::ACCENT),
            ("M", false, theme::UNUSUAL),
            ("S", false, theme::ACCENT),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("{letter} {on}");
            let _ = switch::letter(
                ui,
                &theme,
                at(364.0 + 29.0 * number as f32, 102.0, 25.0, 24.0),
                letter,
                &name,
                Some(on),
                color,
            );
        }
    });
}
