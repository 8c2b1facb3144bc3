//! Instances in different processes find each other, and commands cross.

use std::time::Duration;

use session::command::{Answer, Command as Wish, Delivery};
use session::member::{Activity, Place, StemView};
use session::uuid::Uuid;

use crate::actors::{Process, master, stems};
use crate::place::directory::Directory;
use crate::place::{one_of_three, until, within};

#[test]
fn six_processes_see_each_other_within_a_second() {
    one_of_three(|| {
        let directory = Directory::new();
        let (master, session) = master(&directory);
        let stems_elsewhere: Vec<Process> = (0..5).map(|_| Process::start(&directory, "stem", session)).collect();
        // The clock starts when all processes run: starting them is the system's time, not ours.
        stems_elsewhere.iter().for_each(|process| drop(process.expect("link")));
        let all = |views: Vec<StemView>| views.len() == 5 && views.iter().all(|view| view.activity == Activity::Live);
        within(Duration::from_secs(1), "the master sees five live stems", || all(stems(&master)))?;
        let second = Process::start(&directory, "master", session);
        while second.expect("sees") != "5" {}
        Ok(())
    });
}

#[test]
fn a_stem_in_another_process_of_the_application_joins_by_itself() {
    let directory = Directory::new();
    let (master, _) = master(&directory);
    let _stem = Process::start(&directory, "new stem", Uuid::default());
    until("the stem is linked", || stems(&master).len() == 1);
}

#[test]
fn commands_cross_processes() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let _stem = Process::start(&directory, "stem", session);
    until("it is there", || stems(&master).len() == 1);
    let id = stems(&master)[0].id;
    for (wish, answer) in [(Wish::Mute(true), Answer::Applied), (Wish::Trim { trim_db: 1.0 }, Answer::Refused)] {
        let ticket = master.send(id, wish).unwrap();
        until("it answers", || master.delivery(&ticket) == Delivery::Answered(answer));
    }
}

#[test]
fn the_place_of_the_user_is_moved_by_the_variable() {
    let directory = Directory::new();
    let stem = Process::start(&directory, "stem", Uuid::random());
    stem.expect("link");
    assert!(directory.file("slot-000.lock").is_file());
    assert_ne!(directory.place(), Place::User);
}
