//! Processes that stand still, and processes that leave a copy of themselves: alive, whatever it looks like.
#![allow(unsafe_code, reason = "a fork without an exec is asked of the system")]

use std::time::{Duration, Instant};

use session::identity::{Identity, Info, Kind};
use session::member::{Activity, Member};
use session::uuid::Uuid;

use crate::actors::{IsOver, Process, master, say, stems};
use crate::place::directory::Directory;
use crate::place::{figures, seconds, until};

#[test]
fn a_stopped_process_is_grey_but_not_dead() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let crew: Vec<Process> = (0..3).map(|_| Process::start(&directory, "stem", session)).collect();
    let is_live = |activity| activity == Activity::Live;
    let (start, time) = (Instant::now(), seconds(0.0));
    let mut stops = 0;
    until("all play", || stems(&master).iter().filter(|view| is_live(view.activity)).count() == 3);
    let ids: Vec<_> = stems(&master).iter().map(|view| view.id).collect();
    while stops == 0 || start.elapsed() < time {
        let stopped = &crew[stops % 3];
        let name = format!("stem {}", stopped.child.id());
        stopped.signal("STOP");
        until("it has been grey for three seconds", || {
            let views = stems(&master);
            assert_eq!(views.iter().map(|view| view.id).collect::<Vec<_>>(), ids);
            let view = views.iter().find(|view| view.info.name == name).unwrap();
            matches!(view.activity, Activity::Stale { seconds } if seconds > 3.0)
        });
        stopped.signal("CONT");
        until("all play again", || stems(&master).iter().all(|view| is_live(view.activity)));
        assert_eq!(stems(&master).iter().map(|view| view.id).collect::<Vec<_>>(), ids);
        stops += 1;
    }
    figures(&format!("{stops} stops of 3 s, 0 taken for dead"));
}

/// Joins, forks, and says the number of the child, which has a copy of the lock and nothing else to do.
pub fn fork_while_a_member(identity: Identity, info: Info, is_over: IsOver) {
    let member = Member::join(Kind::Stem, identity, info);
    until("the stem is there", || stems(&member).len() == 1);
    // SAFETY: the child only sleeps, which is allowed after a fork of a process with threads.
    let child = unsafe { libc::fork() };
    if child == 0 {
        loop {
            // SAFETY: waits for a signal; no other effect.
            unsafe { libc::pause() };
        }
    }
    say(&format!("forked {child}"));
    let mut publisher = member.publisher();
    while !is_over() {
        publisher.publish_now(&Default::default(), Default::default());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_fork_that_holds_the_lock_keeps_the_slot_grey_until_it_ends() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut stem = Process::start(&directory, "forking stem", session);
    let child = stem.expect("forked");
    until("the stem plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    let id = stems(&master)[0].id;
    stem.kill();
    // Three times as long as it takes to prove an end.
    until("it has been grey for three seconds", || {
        let views = stems(&master);
        assert_eq!(views.len(), 1, "the copy holds the lock");
        matches!(views[0].activity, Activity::Stale { seconds } if seconds > 3.0)
    });
    let instance = Uuid::random();
    let _next = Process::start_stem(&directory, session, instance);
    until("a new stem finds another slot", || {
        stems(&master).iter().any(|view| view.instance == instance && view.id.slot != id.slot)
    });
    assert!(std::process::Command::new("kill").args(["-9", &child]).status().unwrap().success());
    until("the slot is free when the copy ends", || stems(&master).iter().all(|view| view.id != id));
}
