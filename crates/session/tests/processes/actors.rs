//! Other processes, and the roles they play.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use session::command::{Answer, Command as Wish};
use session::identity::{Identity, Info, Kind};
use session::member::{Link, Member, StemView};
use session::meters::{Meters, Position};
use session::uuid::Uuid;

use crate::place::directory::Directory;
use crate::place::until;

const ROLE: &str = "STEMMA_TEST_ROLE";
const SESSION: &str = "STEMMA_TEST_SESSION";
const INSTANCE: &str = "STEMMA_TEST_INSTANCE";

/// The arguments that make this binary play a role.
pub const ACT: [&str; 3] = ["--exact", "actors::a_process_of_its_own", "--nocapture"];

/// Another process; it is killed with this.
pub struct Process {
    pub child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    /// Plays `role` in a directory.
    pub fn start(directory: &Directory, role: &str, session: Uuid) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(ACT).env("STEMMA_SESSION_DIR", &directory.0);
        Self::run(command, role, session)
    }

    /// Plays the role of a stem with a name of its own.
    pub fn start_stem(directory: &Directory, session: Uuid, instance: Uuid) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(ACT).env("STEMMA_SESSION_DIR", &directory.0).env(INSTANCE, instance.to_string());
        Self::run(command, "stem", session)
    }

    /// Plays `role` by a command that ends up in this binary with the arguments [`ACT`].
    pub fn run(mut command: Command, role: &str, session: Uuid) -> Self {
        let mut child = command
            .env(ROLE, role)
            .env(SESSION, session.to_string())
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
    pub fn expect(&self, word: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(rest).unwrap_or_else(|_| panic!("the other process never said {word}"));
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().into();
            }
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to end, and waits until it has.
    #[cfg(target_os = "linux")]
    pub fn finish(&mut self) -> std::process::ExitStatus {
        drop(self.input.take());
        let mut status = None;
        until("the other process ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
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

/// A master of this process, announced, and its session.
pub fn master(directory: &Directory) -> (Member, Uuid) {
    let member = Member::join_at(directory.place(), Kind::Master, Identity::new(), Info::default());
    until("the master is announced", || member.link() != Link::Opening);
    assert_eq!(member.local_only(), None);
    let session = member.identity().session.unwrap();
    (member, session)
}

pub fn stems(member: &Member) -> Vec<StemView> {
    let mut views = Vec::new();
    member.stems(&mut views);
    views
}

/// Tells the process that started this one.
pub fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "\n{line}").unwrap();
    output.flush().unwrap();
}

/// Whether the one who started this process wants it to end.
pub type IsOver<'a> = &'a dyn Fn() -> bool;

/// Plays a role until its standard input is closed; nothing to do in an ordinary run.
#[test]
fn a_process_of_its_own() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        stopped.store(true, Ordering::Relaxed);
    });
    let is_over = || stop.load(Ordering::Relaxed);
    let session: Uuid = std::env::var(SESSION).unwrap().parse().unwrap();
    let instance = std::env::var(INSTANCE).map_or_else(|_| Uuid::random(), |text| text.parse().unwrap());
    let identity = Identity { instance, session: Some(session), ..Identity::default() };
    let across = Identity { across_applications: true, ..identity.clone() };
    let info = Info { name: format!("{role} {}", std::process::id()), ..Info::default() };
    match role.as_str() {
        "stem" => play_stem(&Member::join(Kind::Stem, identity, info), Pace::Paused, &is_over),
        "tear" => play_stem(&Member::join(Kind::Stem, identity, info), Pace::Restless, &is_over),
        "new stem" => play_stem(&Member::join(Kind::Stem, Identity::new(), info), Pace::Paused, &is_over),
        "confined stem" => play_stem(&Member::join(Kind::Stem, across, info), Pace::Paused, &is_over),
        #[cfg(unix)]
        "forking stem" => crate::stops::fork_while_a_member(identity, info, &is_over),
        "master" => play_master(&Member::join(Kind::Master, identity, info), &is_over),
        #[cfg(target_os = "linux")]
        "crowd" => crate::hostile::play_crowd(&is_over),
        #[cfg(target_os = "linux")]
        "wild scribbler" | "careful scribbler" => crate::hostile::scribble(role == "wild scribbler", &is_over),
        #[cfg(target_os = "linux")]
        "seeker" => crate::sandbox::seek(&is_over),
        #[cfg(target_os = "linux")]
        "two libraries" => crate::libraries::load_twice(session),
        #[cfg(target_os = "linux")]
        "counted publisher" => crate::syscalls::publish_between_marks(&Member::join(Kind::Stem, identity, info)),
        _ => panic!("unknown role {role}"),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Pace {
    /// 750 times a second.
    Paused,
    /// As often as possible.
    Restless,
}

/// Publishes records in which every reading follows from one number, and obeys.
fn play_stem(member: &Member, pace: Pace, is_over: IsOver) {
    let mut publisher = member.publisher();
    let mut count = 0_u64;
    let mut link = Link::Opening;
    while !is_over() {
        let (meters, position) = reading(count);
        publisher.publish_now(&meters, position);
        publisher.poll_commands(|command| if command == Wish::Mute(true) { Answer::Applied } else { Answer::Refused });
        count += 1;
        if pace == Pace::Paused {
            std::thread::sleep(Duration::from_micros(1333));
        }
        if pace == Pace::Paused || count.is_multiple_of(1_000_000) {
            let now = member.link();
            if now != link {
                say(&format!("link {now:?}"));
                link = now;
            }
        }
    }
}

/// Says how many stems it sees.
fn play_master(member: &Member, is_over: IsOver) {
    let mut shown = usize::MAX;
    while !is_over() {
        let count = stems(member).len();
        if count != shown {
            shown = count;
            say(&format!("sees {shown}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn reading(count: u64) -> (Meters, Position) {
    let value = -((count % 100) as f64);
    let meters = Meters {
        peak_db: [value; 2],
        integrated_lufs: value,
        max_gain_reduction_db: -value,
        clip_count: count,
        loudness_reset_count: count,
        sample_rate_hz: f64::from(std::process::id()),
        ..Meters::default()
    };
    (meters, Position { song_frames: count as i64, ..Position::default() })
}

/// Fails if a record that [`play_stem`] published is torn, or not of the owner of the slot; the number in it.
pub fn check_reading(view: &StemView) -> u64 {
    let meters = &view.meters;
    if *meters == Meters::default() {
        return 0;
    }
    let count = meters.clip_count;
    let value = -((count % 100) as f64);
    assert_eq!(meters.loudness_reset_count, count, "torn");
    assert_eq!(view.position.song_frames, count as i64, "torn");
    assert_eq!((meters.peak_db, meters.integrated_lufs), ([value; 2], value), "torn");
    assert_eq!(meters.max_gain_reduction_db, -value, "torn");
    let owner = format!(" {}", meters.sample_rate_hz);
    assert!(view.info.name.ends_with(&owner), "the readings of{owner} in the slot of {}", view.info.name);
    count
}
