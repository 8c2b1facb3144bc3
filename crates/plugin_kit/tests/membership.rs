//! Whom an instance belongs to: what the user is told of it, and that the project keeps what the user chose.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use nice_plug::params::persist::PersistentField;
use plugin_kit::membership::{Membership, Notice, SavedIdentity, adopt_line, candidate_line};
use serde_json::{Value, json};
use session::command::Answer;
use session::identity::{Info, Kind};
use session::publisher::Publisher;

/// Where the session is found in memory; a sandbox may have none.
const MEMORY: &str = "/dev/shm";

/// The only test of its process: it moves the place where all instances meet.
#[allow(unsafe_code, reason = "nobody else reads the environment")]
fn in_a_place_of_its_own() -> std::io::Result<tempfile::TempDir> {
    // The session goes only where nobody else can enter.
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let place = tempfile::Builder::new().permissions(private).tempdir_in(MEMORY)?;
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("STEMMA_SESSION_DIR", place.path()) };
    Ok(place)
}

fn opened(kind: Kind, saved: Option<&Value>) -> (Membership, Publisher) {
    let membership = Membership::new(kind);
    if let Some(saved) = saved {
        membership.set(serde_json::from_value::<SavedIdentity>(saved.clone()).expect("it was saved so"));
    }
    let info = || Info { host_name: "Host".to_owned(), ..Info::default() };
    let publisher = membership.publisher(info, |_| Answer::Unknown);
    (membership, publisher)
}

/// What the user is told of the session as it is now.
fn notices(master: &Membership) -> Vec<Notice> {
    master.notices(&master.stems(), &master.candidates(), master.undecided_stem_count())
}

fn saved(membership: &Membership) -> Value {
    membership.map(|saved| serde_json::to_value(saved).expect("it is text"))
}

fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_master_is_told_who_waits_takes_them_over_and_its_project_keeps_that() {
    let _place = match in_a_place_of_its_own() {
        Ok(place) => place,
        Err(error) => {
            println!("skipped: there is no {MEMORY} to meet in ({error})");
            return;
        }
    };
    let album = json!({
        "instance": "01234567-89ab-4def-8123-456789abcdef",
        "session": "fedcba98-7654-4210-8edc-ba9876543210",
        "session_name": "Album",
    });
    let (stem, _stem_voice) = opened(Kind::Stem, Some(&album));
    let (master, _master_voice) = opened(Kind::Master, None);
    let waits = Notice::Waiting { session_name: "Album".to_owned(), more: 0, stem_count: 1 };
    until("the master is told", || notices(&master) == [waits.clone()]);
    assert!(waits.to_string().starts_with("1 stem waits for the Master Bus of Album: choose"), "{waits}");
    assert_eq!(candidate_line(&master.candidates()[0]), "Album (1 stem waits)");
    assert_eq!(stem.link_sentence(), "Not linked: choose the session");
    assert_eq!(stem.candidates().len(), 1, "the stem may come to the master as well");

    master.choose(&master.candidates()[0]);
    until("the stem is linked", || stem.link_sentence() == "Linked to Album");
    until("nobody waits", || notices(&master).is_empty() && master.candidates().is_empty());
    let project = saved(&master);
    assert_eq!((&project["session"], &project["session_name"]), (&album["session"], &album["session_name"]));

    // The project is closed and opened again, beside another master.
    drop(master);
    let (other, _other_voice) = opened(Kind::Master, None);
    until("the stem waits", || stem.link_sentence().starts_with("Not linked"));
    let (master, _master_voice) = opened(Kind::Master, Some(&project));
    until("the stem is linked again", || stem.link_sentence() == "Linked to Album");
    assert_eq!(saved(&master)["session"], album["session"]);

    // A new stem between two masters asks, and one of them adopts it.
    let (new, _new_voice) = opened(Kind::Stem, None);
    let asks = Notice::Undecided { stem_count: 1 };
    until("both masters are told", || [&master, &other].iter().all(|master| notices(master) == [asks.clone()]));
    assert_eq!(adopt_line(other.undecided_stem_count()), "Adopt 1 stem that asks");
    let lines: Vec<String> = new.candidates().iter().map(candidate_line).collect();
    assert_eq!(lines, ["Album (Host, 1 stem)", "Session (Host, 0 stems)"]);
    other.with_member(session::member::Member::adopt_undecided_stems);
    until("it has come", || new.link_sentence() == "Linked to Session");
    assert_eq!(new.candidates().len(), 1, "it can still go to the other");
    [master, other, stem, new].iter().for_each(Membership::leave);
}
