//! Instances in processes of their own: started, stopped and killed at any moment.
//!
//! Each test starts this binary again with `STEMMA_TEST_ROLE` set; the test `a_process_of_its_own` then plays the role.
#![allow(clippy::unwrap_used)]

mod place;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use place::directory::Directory;
use place::{until, within};
use session::command::{Answer, Command as Wish, Delivery};
use session::identity::{Identity, Info, Kind};
use session::layout::{HEADER_BYTES, METER_SEQUENCE, METERS, REGION_NAME, SLOT_BYTES};
use session::member::{Activity, Link, Member, Place, StemView};
use session::meters::{Meters, Position};
use session::uuid::Uuid;

const ROLE: &str = "STEMMA_TEST_ROLE";

/// Another process; it is killed with this.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    fn start(directory: &Directory, role: &str, session: Uuid) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_process_of_its_own", "--nocapture"])
            .env(ROLE, role)
            .env("STEMMA_SESSION_DIR", &directory.0)
            .env("STEMMA_TEST_SESSION", session.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let input = child.stdin.take();
        Self { child, input, lines }
    }

    /// Waits for a line that starts with `word` and gives the rest.
    fn expect(&self, word: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(rest).unwrap_or_else(|_| panic!("the other process never said {word}"));
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().into();
            }
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "\n{line}").unwrap();
    output.flush().unwrap();
}

/// Plays a role until its standard input is closed; nothing to do in an ordinary run.
#[test]
fn a_process_of_its_own() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let session: Uuid = std::env::var("STEMMA_TEST_SESSION").unwrap().parse().unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        stopped.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let is_over = || stop.load(std::sync::atomic::Ordering::Relaxed);
    let identity = Identity { session: Some(session), ..Identity::new() };
    let info = Info { name: format!("{role} {}", std::process::id()), ..Info::default() };
    match role.as_str() {
        "stem" | "tear" => play_stem(Member::join(Kind::Stem, identity, info), role == "tear", is_over),
        "new stem" => play_stem(Member::join(Kind::Stem, Identity::new(), info), false, is_over),
        "master" => play_master(&Member::join(Kind::Master, identity, info), is_over),
        _ => panic!("unknown role {role}"),
    }
}

/// Publishes 750 times a second, or without a pause with every reading the same number, and obeys.
fn play_stem(member: Member, without_pause: bool, is_over: impl Fn() -> bool) {
    let mut publisher = member.publisher();
    let mut count = 0_u64;
    let mut link = Link::Opening;
    while !is_over() {
        let value = -((count % 100) as f64);
        let meters = Meters {
            peak_db: [value; 2],
            integrated_lufs: value,
            max_gain_reduction_db: -value,
            clip_count: count,
            loudness_reset_count: count,
            ..Meters::default()
        };
        publisher.publish_now(&meters, Position { song_frames: count as i64, ..Position::default() });
        publisher.poll_commands(|command| if command == Wish::Mute(true) { Answer::Applied } else { Answer::Refused });
        count += 1;
        if !without_pause {
            std::thread::sleep(Duration::from_micros(1333));
        }
        if !without_pause || count.is_multiple_of(1_000_000) {
            let now = member.link();
            if now != link {
                say(&format!("link {now:?}"));
                link = now;
            }
        }
    }
}

/// Says how many stems it sees.
fn play_master(member: &Member, is_over: impl Fn() -> bool) {
    let (mut views, mut shown) = (Vec::new(), usize::MAX);
    while !is_over() {
        member.stems(&mut views);
        if views.len() != shown {
            shown = views.len();
            say(&format!("sees {shown}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn master(directory: &Directory) -> (Member, Uuid) {
    let member = Member::join_at(directory.place(), Kind::Master, Identity::new(), Info::default());
    until("the master is announced", || member.link() != Link::Opening);
    assert_eq!(member.local_only(), None);
    let session = member.identity().session.unwrap();
    (member, session)
}

fn stems(member: &Member) -> Vec<StemView> {
    let mut views = Vec::new();
    member.stems(&mut views);
    views
}

#[test]
fn six_processes_see_each_other_within_a_second() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let stems_elsewhere: Vec<Process> = (0..5).map(|_| Process::start(&directory, "stem", session)).collect();
    // The clock starts when all processes run: starting them is the system's time, not ours.
    stems_elsewhere.iter().for_each(|process| drop(process.expect("link")));
    let all = |views: Vec<StemView>| views.len() == 5 && views.iter().all(|view| view.activity == Activity::Live);
    within(Duration::from_secs(1), "the master sees five live stems", || all(stems(&master)));
    let second = Process::start(&directory, "master", session);
    while second.expect("sees") != "5" {}
}

#[test]
fn a_stem_in_another_process_of_the_application_joins_by_itself() {
    let directory = Directory::new();
    let (master, _) = master(&directory);
    let _stem = Process::start(&directory, "new stem", Uuid::default());
    until("the stem is linked", || stems(&master).len() == 1);
}

#[test]
fn a_killed_process_turns_grey_within_two_seconds_and_is_gone_within_ten() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut victim = Process::start(&directory, "stem", session);
    let _witness = Process::start(&directory, "stem", session);
    until("both play", || stems(&master).iter().filter(|view| view.activity == Activity::Live).count() == 2);
    victim.kill();
    let name = format!("stem {}", victim.child.id());
    let grey =
        |views: Vec<StemView>| views.iter().all(|view| view.info.name != name || view.activity != Activity::Live);
    within(Duration::from_secs(2), "the killed stem is grey or gone", || grey(stems(&master)));
    within(Duration::from_secs(8), "the killed stem is gone", || stems(&master).len() == 1);
    assert_ne!(stems(&master)[0].info.name, name);
    let heir = Process::start(&directory, "stem", session);
    heir.expect("link");
    until("its slot is used again", || stems(&master).iter().all(|view| view.id.slot < 3) && stems(&master).len() == 2);
}

#[cfg(unix)]
#[test]
fn a_stopped_process_is_grey_but_not_dead() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let stem = Process::start(&directory, "stem", session);
    until("it plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    let id = stems(&master)[0].id;
    stem.signal("STOP");
    let is_stale = |view: &StemView| matches!(view.activity, Activity::Stale { seconds } if seconds > 3.0);
    until("it has been grey for three seconds", || stems(&master).iter().any(is_stale));
    stem.signal("CONT");
    until("it plays again", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    assert_eq!(stems(&master)[0].id, id);
}

#[test]
fn a_stem_whose_master_is_killed_waits() {
    let directory = Directory::new();
    let session = Uuid::random();
    let mut elsewhere = Process::start(&directory, "master", session);
    let identity = Identity { session: Some(session), ..Identity::new() };
    let stem = Member::join_at(directory.place(), Kind::Stem, identity, Info::default());
    until("the stem is linked", || matches!(stem.link(), Link::Linked { .. }));
    elsewhere.kill();
    until("the stem waits", || matches!(stem.link(), Link::Waiting { .. }));
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
fn no_reading_is_ever_torn() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let _writer = Process::start(&directory, "tear", session);
    // A writer without a pause is in the way of about every third look.
    until("a reading arrived", || stems(&master).iter().any(|view| view.meters.clip_count > 0));
    let (start, mut reads, mut last) = (Instant::now(), 0_u64, 0);
    let mut distinct = 0_u64;
    while start.elapsed() < Duration::from_secs(1) {
        let view = stems(&master).remove(0);
        let count = view.meters.clip_count;
        let value = -((count % 100) as f64);
        assert_eq!(view.meters.loudness_reset_count, count);
        assert_eq!(view.position.song_frames, count as i64);
        assert_eq!((view.meters.peak_db, view.meters.integrated_lufs), ([value; 2], value));
        assert_eq!(view.meters.max_gain_reduction_db, -value);
        assert!(count >= last, "readings went back from {last} to {count}");
        distinct += u64::from(count != last);
        last = count;
        reads += 1;
    }
    println!("{reads} reads, {distinct} distinct readings, 0 torn");
    assert!(distinct > 100, "only {distinct} distinct readings of {reads}");
}

#[test]
fn twelve_processes_that_race_to_be_first_make_one_region() {
    for _ in 0..3 {
        let directory = Directory::new();
        let session = Uuid::random();
        let mut processes: Vec<Process> = (0..11).map(|_| Process::start(&directory, "stem", session)).collect();
        processes[4].kill();
        let (master, _) = {
            let identity = Identity { session: Some(session), ..Identity::new() };
            (Member::join_at(directory.place(), Kind::Master, identity, Info::default()), session)
        };
        until("ten stems are in one region", || stems(&master).len() == 10);
        assert!(directory.names().iter().all(|name| !name.starts_with("bad-")), "{:?}", directory.names());
    }
}

#[test]
fn a_writer_that_was_killed_in_the_middle_is_healed_by_the_next() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut publishes = 0;
    // A kill hits the odd moment of a writer without a pause about every second time.
    for _ in 0..6 {
        let mut writer = Process::start(&directory, "tear", session);
        until("it plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
        writer.kill();
        until("it is gone", || stems(&master).is_empty());
        publishes += 1;
    }
    assert_eq!(publishes, 6);
    // Elsewhere the memory is no file.
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let content = std::fs::read(directory.file(REGION_NAME)).unwrap();
    let used = content[HEADER_BYTES..].chunks(SLOT_BYTES).filter(|slot| slot[METERS * 8] != 0).count();
    let odd = content[HEADER_BYTES..].chunks(SLOT_BYTES).filter(|slot| slot[METER_SEQUENCE * 8] & 1 == 1).count();
    println!("{used} slots used, {odd} left in the middle of a write");
    assert!(used <= 1, "dead slots are used again: {used}");
}

#[test]
fn a_host_that_died_and_starts_again_keeps_its_names() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let mut old = Process::start(&directory, "stem", session);
    until("it plays", || stems(&master).iter().any(|view| view.activity == Activity::Live));
    let instance = stems(&master)[0].instance;
    old.kill();
    // At once, before anybody has noticed.
    let identity = Identity { instance, session: Some(session), ..Identity::new() };
    let new = Member::join_at(directory.place(), Kind::Stem, identity, Info { name: "new".into(), ..Info::default() });
    until("it is linked", || matches!(new.link(), Link::Linked { .. }));
    assert_eq!(new.identity().instance, instance);
    until("only the new one is left", || stems(&master).len() == 1 && stems(&master)[0].info.name == "new");
}

#[test]
fn the_place_of_the_user_is_moved_by_the_variable() {
    let directory = Directory::new();
    let stem = Process::start(&directory, "stem", Uuid::random());
    stem.expect("link");
    assert!(!directory.names().is_empty());
    assert_ne!(directory.place(), Place::User);
}
