//! How the parts stand: nothing crosses, nothing is cut, every text fits, in any size and whatever there is to say.

use std::sync::PoisonError;

use gui::layout_check::faults;

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

#[test]
fn everything_fits_in_every_size() {
    for size in shapes() {
        let mut stage = Stage::of_size(size, Place { sentence: "Linked to Album".to_owned(), ..Place::default() });
        stage.play();
        assert_eq!(faults_in(&stage), "", "{size}");
    }
}

#[test]
fn everything_fits_when_there_is_much_to_say() {
    let place = Place {
        sentence: "Not linked: choose one of 12 sessions".to_owned(),
        needs_answer: true,
        candidates: vec![candidate(1, "Album"), candidate(2, "Single")],
        notices: vec!["Backing vocals is soloed: you hear it alone, a bounce has all stems.".to_owned()],
    };
    for size in shapes() {
        let mut stage = Stage::of_size(size, place.clone());
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
        assert_eq!(faults_in(&stage), "", "{size}");
    }
}
