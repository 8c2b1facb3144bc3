//! What the system sees of an audio thread: nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use session::command::Answer;
use session::member::{Link, Member};
use session::meters::{Meters, Position};
use session::uuid::Uuid;

use crate::actors::{ACT, Process};
use crate::place::directory::Directory;
use crate::place::{figures, skipped, until};

const BLOCKS: u64 = 10_000;
/// Names of files that are not there; looking for them marks a place in the list of system calls.
const MARKS: [&str; 2] = ["/stemma-mark-begin", "/stemma-mark-end"];

/// Publishes and polls as a block does, many times, with a system call before and one after.
pub fn publish_between_marks(member: &Member) {
    until("the stem is announced", || member.link() != Link::Opening);
    assert_eq!(member.local_only(), None);
    let mut publisher = member.publisher();
    let mut heard = 0;
    let mut block = |count| {
        let meters = Meters { clip_count: count, ..Meters::default() };
        publisher.publish_now(&meters, Position::default());
        publisher.poll_commands(|_| {
            heard += 1;
            Answer::Applied
        });
        std::hint::black_box(publisher.implied_mute());
    };
    block(0);
    let _ = Path::new(MARKS[0]).exists();
    (1..=BLOCKS).for_each(&mut block);
    let _ = Path::new(MARKS[1]).exists();
}

#[test]
fn ten_thousand_publishes_and_polls_make_no_system_call() {
    let is_here = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    if !is_here.is_ok_and(|status| status.success()) {
        return skipped("strace is not installed, or may not trace here");
    }
    let directory = Directory::new();
    let list = directory.0.join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(&list).arg(std::env::current_exe().unwrap()).args(ACT);
    command.env("STEMMA_SESSION_DIR", &directory.0);
    let status = Process::run(command, "counted publisher", Uuid::random()).finish();
    assert!(status.success(), "{status}");
    let list = fs::read_to_string(list).unwrap();
    // Each line begins with the number of the thread.
    let begin = list.lines().position(|line| line.contains(MARKS[0])).unwrap();
    let thread = list.lines().nth(begin).unwrap().split_whitespace().next().unwrap();
    let own: Vec<&str> =
        list.lines().skip(begin + 1).filter(|line| line.split_whitespace().next() == Some(thread)).collect();
    // The second half of a call that another thread's line cut in two is no call.
    let is_call = |line: &&&str| !line.contains("resumed>");
    let calls: Vec<&&str> = own.iter().take_while(|line| !line.contains(MARKS[1])).filter(is_call).collect();
    assert!(own.iter().any(|line| line.contains(MARKS[1])), "the second mark is missing");
    assert!(calls.is_empty(), "{calls:?}");
    figures(&format!(
        "{BLOCKS} publishes and polls, {} system calls, of {} in the whole process",
        calls.len(),
        list.lines().count()
    ));
}
