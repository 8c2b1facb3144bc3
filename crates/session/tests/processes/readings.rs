//! What a reader gets while a writer never rests.

use std::time::{Duration, Instant};

use crate::actors::{Process, check_reading, master, stems};
use crate::place::directory::Directory;
use crate::place::{figures, seconds, until};

#[test]
fn no_reading_is_ever_torn() {
    let directory = Directory::new();
    let (master, session) = master(&directory);
    let _writer = Process::start(&directory, "tear", session);
    // A writer without a pause is in the way of about every third look, and of nearly every one on a busy machine.
    until("a reading arrived", || stems(&master).iter().any(|view| view.meters.clip_count > 0));
    let (start, time) = (Instant::now(), seconds(1.0));
    let (mut reads, mut distinct, mut last) = (0_u64, 0_u64, 0);
    // However slow the machine is: a hundred different ones prove something.
    while start.elapsed() < time || distinct < 100 {
        let count = check_reading(&stems(&master)[0]);
        assert!(count >= last, "readings went back from {last} to {count}");
        distinct += u64::from(count != last);
        last = count;
        reads += 1;
        assert!(start.elapsed() < time + Duration::from_secs(60), "only {distinct} different readings of {reads}");
    }
    figures(&format!("{reads} reads, {distinct} different, 0 torn"));
}
