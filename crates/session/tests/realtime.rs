//! What the audio thread pays: no allocation, and nanoseconds.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)]

mod place;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use place::directory::Directory;
use place::{one_of_three, until};
use session::command::Answer;
use session::identity::{Identity, Info, Kind};
use session::member::{Link, Member};
use session::meters::{Meters, Position};
use session::publisher::Publisher;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what this thread does.
struct Counting;

// SAFETY: everything is passed on to the system's allocator; the counter neither allocates nor needs a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn announced(directory: &Directory) -> (Member, Publisher) {
    let member = Member::join_at(directory.place(), Kind::Stem, Identity::new(), Info::default());
    until("the stem is announced", || member.link() != Link::Opening);
    assert_eq!(member.local_only(), None);
    let publisher = member.publisher();
    (member, publisher)
}

#[test]
fn ten_thousand_publishes_and_polls_allocate_nothing() {
    let directory = Directory::new();
    let (_member, mut publisher) = announced(&directory);
    // Starting and ending a process's first allocations are not ours.
    let mut publish = |count: u64| {
        let meters = Meters { clip_count: count, ..Meters::default() };
        publisher.publish(&meters, Position::default(), 64);
        publisher.publish_now(&meters, Position::default());
        publisher.poll_commands(|_| Answer::Applied);
        black_box(publisher.implied_mute());
    };
    let before = ALLOCATIONS.get();
    (0..10_000).for_each(&mut publish);
    assert_eq!(ALLOCATIONS.get() - before, 0);
    // The ruler works.
    drop(black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.get() - before, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_publishes_cause_no_page_fault() {
    let directory = Directory::new();
    let (_member, mut publisher) = announced(&directory);
    let meters = Meters::default();
    publisher.publish_now(&meters, Position::default());
    // Reading the counter touches pages for the first time.
    page_faults();
    // The system may take pages away from anybody at any time; hardly three times in a row.
    let mut faults = (0..3).map(|_| {
        let before = page_faults();
        for _ in 0..10_000 {
            publisher.publish_now(&meters, Position::default());
            publisher.poll_commands(|_| Answer::Applied);
        }
        page_faults() - before
    });
    assert!(faults.any(|faults| faults == 0), "page faults in each of three rounds");
}

/// Minor and major faults of this thread (proc_pid_stat(5), fields 10 and 12).
#[cfg(target_os = "linux")]
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[7].parse::<u64>().unwrap() + fields[9].parse::<u64>().unwrap()
}

#[test]
fn a_publish_takes_less_than_five_microseconds() {
    let directory = Directory::new();
    const BATCH: u32 = 16;
    let measure = |act: &mut dyn FnMut(u64)| {
        let mut times: Vec<f64> = (0..2000)
            .map(|count| {
                let start = Instant::now();
                (0..BATCH).for_each(|_| act(count));
                start.elapsed().as_nanos() as f64 / f64::from(BATCH)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    one_of_three(|| {
        let (_member, mut publisher) = announced(&directory);
        let mut meters = Meters::default();
        let publish = measure(&mut |count| {
            meters.clip_count = count;
            publisher.publish_now(black_box(&meters), Position::default());
        });
        let tick = measure(&mut |_| publisher.publish(black_box(&Meters::default()), Position::default(), 0));
        let poll = measure(&mut |_| publisher.poll_commands(|_| Answer::Applied));
        let figures = format!("publish {publish:.0} ns, block without publish {tick:.0} ns, poll {poll:.0} ns");
        println!("median: {figures}");
        // The promise is for the worst block of a thousand; the median is a hundred times better.
        if publish < 5_000.0 && poll < 5_000.0 { Ok(()) } else { Err(figures) }
    });
}

#[test]
fn a_window_frame_with_sixteen_stems_is_cheap() {
    let directory = Directory::new();
    let master = Member::join_at(directory.place(), Kind::Master, Identity::new(), Info::default());
    let session = master.identity().session;
    let stem =
        || Member::join_at(directory.place(), Kind::Stem, Identity { session, ..Identity::new() }, Info::default());
    let _stems: Vec<Member> = (0..16).map(|_| stem()).collect();
    let mut views = Vec::new();
    until("16 stems are there", || {
        master.stems(&mut views);
        views.len() == 16
    });
    one_of_three(|| {
        let mut views = Vec::new();
        let start = Instant::now();
        (0..1000).for_each(|_| master.stems(&mut views));
        let micros = start.elapsed().as_secs_f64() * 1e3;
        println!("a list of 16 stems: {micros:.1} us");
        // A frame of a window at 60 Hz lasts 16 700 us.
        if micros < 1_000.0 { Ok(()) } else { Err(format!("{micros:.0} us")) }
    });
}

#[test]
fn joining_does_not_wait_for_the_filesystem() {
    let directory = Directory::new();
    let first = announced(&directory);
    let start = Instant::now();
    let member = Member::join_at(directory.place(), Kind::Stem, Identity::new(), Info::default());
    let joined = start.elapsed();
    until("it is announced", || member.link() != Link::Opening);
    println!("join {} us, announced after {} us", joined.as_micros(), start.elapsed().as_micros());
    drop(first);
}

#[test]
fn a_publisher_can_be_handed_to_the_audio_thread() {
    let directory = Directory::new();
    let (member, mut publisher) = announced(&directory);
    std::thread::spawn(move || publisher.publish_now(&Meters::default(), Position::default())).join().unwrap();
    drop(member);
}
