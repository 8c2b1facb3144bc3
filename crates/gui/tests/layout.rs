//! Every view at every size: nothing crosses, nothing is cut, every text fits.

mod hands;

use egui::{Align2, Color32, Event, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use gui::knob::Knob;
use gui::layout_check::{faults, tip};
use gui::theme::Theme;
use gui::{contrast_check, switch, theme};
use hands::demo::{DESIGN, Demo};
use hands::{Fake, center, names, theme as design, window};

fn faults_in(harness: &Harness) -> Vec<String> {
    let names = names(harness);
    faults(&harness.ctx, harness.output(), &|id| names.get(&id.value()).cloned(), &may_cross)
}

/// Nodes lie where the music wants them.
fn may_cross(name: &str) -> bool {
    name.ends_with(" node")
}

#[test]
fn everything_fits_at_every_scale() {
    for percent in [75, 100, 150, 200, 300] {
        let size = DESIGN * (percent as f32 / 100.0);
        let theme = Theme::fitting(DESIGN, size);
        let mut demo = Demo::default();
        let mut harness = Harness::builder().with_size(size).build_ui(move |ui| demo.show(ui, &theme));
        theme.apply(&harness.ctx);
        harness.run_steps(3);
        let faults = faults_in(&harness);
        assert!(faults.is_empty(), "{percent} %:\n{}", faults.join("\n"));
    }
}

#[test]
fn every_text_can_be_read_on_what_lies_behind_it() {
    let theme = Theme::fitting(DESIGN, DESIGN);
    let mut demo = Demo::default();
    let mut harness = Harness::builder().with_size(DESIGN).build_ui(move |ui| demo.show(ui, &theme));
    theme.apply(&harness.ctx);
    harness.run_steps(3);
    let faults = contrast_check::faults(&harness.ctx, harness.output());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn menus_and_tips_can_be_read_and_so_can_what_is_disabled() {
    let trim = Fake::new("Trim", 0.5, 0.5);
    let mut harness =
        window(|ui| Knob::new(&trim, "Trim", "Level of the stem.").show(ui, &design(), at(40.0, 40.0, 90.0)));
    let pale = |harness: &Harness| contrast_check::faults(&harness.ctx, harness.output());
    harness.event(Event::PointerMoved(center(&harness, "Trim")));
    harness.run_steps(60);
    assert!(tip(&harness.ctx, harness.output()).starts_with("Level"));
    assert_eq!(pale(&harness), [""; 0]);
    harness.get_by_label("Trim").click_secondary();
    harness.run_steps(10);
    assert!(harness.get_by_label("Paste value").accesskit_node().is_disabled(), "nothing was copied");
    assert_eq!(pale(&harness), [""; 0]);
}

fn faults_of(draw: impl FnMut(&mut egui::Ui)) -> Vec<String> {
    let mut harness = window(draw);
    harness.run_steps(2);
    faults_in(&harness)
}

fn at(x: f32, y: f32, width: f32) -> Rect {
    Rect::from_min_size(pos2(x, y), vec2(width, 24.0))
}

#[test]
fn a_good_arrangement_has_no_faults() {
    let found = faults_of(|ui| {
        switch::action(ui, &design(), at(10.0, 10.0, 80.0), "Reset", "");
        switch::action(ui, &design(), at(90.0, 10.0, 80.0), "Learn", "");
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_check_finds_every_kind_of_fault() {
    let crossing = faults_of(|ui| {
        switch::action(ui, &design(), at(10.0, 10.0, 80.0), "Reset", "");
        switch::action(ui, &design(), at(80.0, 10.0, 80.0), "Learn", "");
    });
    assert!(crossing[0].contains("\"Reset\" crosses \"Learn\""), "{crossing:?}");

    let outside = faults_of(|ui| drop(switch::action(ui, &design(), at(760.0, 10.0, 80.0), "Reset", "")));
    assert!(outside.iter().any(|fault| fault.contains("leaves the window")), "{outside:?}");

    let spilling = faults_of(|ui| drop(switch::action(ui, &design(), at(10.0, 10.0, 30.0), "Much too long", "")));
    assert!(spilling.iter().any(|fault| fault.contains("crosses the edge")), "{spilling:?}");

    let shortened = faults_of(|ui| {
        design().write_fitting(ui.painter(), at(10.0, 10.0, 40.0), "Much too long", 14.0, theme::TEXT);
    });
    assert!(shortened[0].contains("shortened"), "{shortened:?}");

    let overwritten = faults_of(|ui| {
        for text in ["First", "Second"] {
            design().write(ui.painter(), at(10.0, 10.0, 40.0), Align2::LEFT_CENTER, text, 14.0, theme::TEXT);
        }
    });
    assert!(overwritten[0].contains("lies on"), "{overwritten:?}");

    let touching = faults_of(|ui| {
        let first = design().write(ui.painter(), at(10.0, 10.0, 40.0), Align2::LEFT_CENTER, "−12", 11.0, theme::TEXT);
        design().write(ui.painter(), at(first.right(), 10.0, 40.0), Align2::LEFT_CENTER, "20", 11.0, theme::TEXT);
    });
    assert!(touching[0].contains("touches"), "{touching:?}");

    let cut = faults_of(|ui| {
        let painter = ui.painter().with_clip_rect(at(10.0, 10.0, 20.0));
        design().write(&painter, at(10.0, 10.0, 20.0), Align2::LEFT_CENTER, "Second", 14.0, theme::TEXT);
    });
    assert!(cut[0].contains("cut off"), "{cut:?}");
}

#[test]
fn the_check_of_contrast_finds_pale_and_hidden_texts() {
    let found = |draw: &dyn Fn(&egui::Ui)| {
        let mut harness = window(|ui| draw(ui));
        harness.run_steps(2);
        contrast_check::faults(&harness.ctx, harness.output())
    };
    let write = |ui: &egui::Ui, ground: Color32, text: Color32| {
        ui.painter().rect_filled(at(10.0, 10.0, 90.0), 0.0, ground);
        design().write(ui.painter(), at(10.0, 10.0, 90.0), Align2::LEFT_CENTER, "Threshold", 14.0, text);
    };
    assert_eq!(found(&|ui| write(ui, theme::PANEL, theme::QUIET_TEXT)), [""; 0]);
    assert_eq!(found(&|ui| write(ui, theme::ACCENT, theme::TEXT_ON_BRIGHT)), [""; 0]);
    let pale = found(&|ui| write(ui, theme::ACCENT, theme::TEXT));
    assert_eq!(pale, ["\"Threshold\" has a contrast of 1.7"]);
    let dimmed = found(&|ui| write(ui, theme::PANEL, theme::TEXT.gamma_multiply(0.4)));
    assert!(dimmed[0].starts_with("\"Threshold\" has a contrast of 3."), "{dimmed:?}");
    let hidden = found(&|ui| {
        write(ui, theme::PANEL, theme::TEXT);
        ui.painter().rect_filled(at(10.0, 10.0, 90.0), 0.0, theme::PANEL);
    });
    assert_eq!(hidden, ["\"Threshold\" is hidden"]);
    let crossed = found(&|ui| {
        write(ui, theme::PANEL, theme::TEXT);
        ui.painter().hline(10.0..=100.0, 22.0, design().stroke(2.0, theme::ACCENT));
    });
    assert_eq!(crossed, [""; 0], "a curve may run through it");
}
