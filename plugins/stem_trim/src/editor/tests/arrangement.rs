//! How the parts stand: nothing crosses, nothing is cut, every text fits, in any size and whatever there is to say.

use std::sync::PoisonError;

use egui::Vec2;
use gui::contrast_check;
use gui::layout_check::faults;

use super::super::DESIGN;
use super::super::seen::Place;
use super::stage::{Stage, candidate, shapes};

/// Nodes lie where the music wants them.
fn may_cross(name: &str) -> bool {
    name.ends_with(" node")
}

fn faults_in(stage: &Stage) -> String {
    let names = stage.names();
    let found = faults(&stage.harness.ctx, stage.harness.output(), &|id| names.get(&id.value()).cloned(), &may_cross);
    found.join("\n")
}

fn linked(size: Vec2) -> Stage {
    let mut stage = Stage::of_size(size, Place { sentence: "Linked to Album".to_owned(), ..Place::default() });
    stage.play();
    stage
}

fn with_much_to_say(size: Vec2) -> Stage {
    let place = Place {
        sentence: "Not linked: choose one of 12 sessions".to_owned(),
        needs_answer: true,
        candidates: vec![candidate(1, "Album"), candidate(2, "Single")],
        notices: vec!["Backing vocals is soloed: you hear it alone, a bounce has all stems.".to_owned()],
    };
    let mut stage = Stage::of_size(size, place);
    *stage.params.name.write().unwrap_or_else(PoisonError::into_inner) = "Backing vocals left".to_owned();
    let unusual = [
        ("Role", 0.5),
        ("Trim", 0.1),
        ("Bell 1 on", 1.0),
        ("Bell 1 gain", 1.0),
        ("Compressor on", 1.0),
        ("Ratio", 0.0),
        ("Attack", 1.0),
    ];
    for (name, normalized) in unusual {
        stage.set(name, normalized);
    }
    stage.play();
    stage
}

#[test]
fn everything_fits_in_every_size() {
    for size in shapes() {
        assert_eq!(faults_in(&linked(size)), "", "{size}");
    }
}

#[test]
fn everything_fits_when_there_is_much_to_say() {
    for size in shapes() {
        assert_eq!(faults_in(&with_much_to_say(size)), "", "{size}");
    }
}

#[test]
fn every_text_can_be_read_on_what_lies_behind_it() {
    for stage in [linked(DESIGN), with_much_to_say(DESIGN)] {
        let faults = contrast_check::faults(&stage.harness.ctx, stage.harness.output());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
