//! What the session costs: the audio thread's publish, and a window's list of sixteen stems.
//!
//! The candidates take turns, so that whatever else the machine does falls on all of them; the median counts. Copying
//! the words of a record without any protocol is the yardstick: compare the ratios, not the nanoseconds.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use session::command::Answer;
use session::identity::{Identity, Info, Kind};
use session::member::{Member, Place};
use session::meters::{Meters, Position};
use session::publisher::Publisher;

const STEMS: usize = 16;
const ROUNDS: usize = 2_000;

/// Something to be timed.
struct Candidate<'a> {
    name: &'static str,
    /// How often it is done between two looks at the clock.
    batch: usize,
    /// What happens before, untimed.
    prepare: &'a dyn Fn(usize),
    run: &'a dyn Fn(usize),
    nanoseconds: Vec<f64>,
}

fn main() {
    let place = Place::Process(0);
    let master = Member::join_at(place.clone(), Kind::Master, Identity::new(), Info::default());
    let session = master.identity().session;
    let stem = |number: usize| {
        let info = Info { name: format!("Stem with a name {number}"), host_name: "A host".into(), ..Info::default() };
        Member::join_at(place.clone(), Kind::Stem, Identity { session, ..Identity::new() }, info)
    };
    let stems: Vec<Member> = (0..STEMS).map(stem).collect();
    let mut views = Vec::new();
    while views.len() < STEMS {
        std::thread::sleep(Duration::from_millis(1));
        master.stems(&mut views);
    }
    let publishers: RefCell<Vec<Publisher>> = RefCell::new(stems.iter().map(Member::publisher).collect());
    let views = RefCell::new(views);
    let [words, copies] = [0, 1].map(|first| (first..first + 27).map(AtomicU64::new).collect::<Vec<_>>());
    let meters = Meters::default();
    let at = |block: usize| Position { song_frames: 128 * block as i64, ..Position::default() };
    let play = |block: usize| {
        for publisher in publishers.borrow_mut().iter_mut() {
            publisher.publish_now(&meters, at(block));
        }
    };
    let nothing = |_: usize| ();
    let mut candidates = [
        Candidate {
            name: "27 words copied, the yardstick",
            batch: 64,
            prepare: &nothing,
            run: &|_| {
                for (word, copy) in black_box(&words).iter().zip(&copies) {
                    copy.store(word.load(Ordering::Relaxed), Ordering::Relaxed);
                }
            },
            nanoseconds: Vec::new(),
        },
        Candidate {
            name: "publish",
            batch: 64,
            prepare: &nothing,
            run: &|block| publishers.borrow_mut()[0].publish(black_box(&meters), at(block), 128),
            nanoseconds: Vec::new(),
        },
        Candidate {
            name: "poll commands",
            batch: 64,
            prepare: &nothing,
            run: &|_| publishers.borrow_mut()[0].poll_commands(|_| Answer::Applied),
            nanoseconds: Vec::new(),
        },
        Candidate {
            name: "list of 16 stems that play",
            batch: 1,
            prepare: &play,
            run: &|_| master.stems(black_box(&mut views.borrow_mut())),
            nanoseconds: Vec::new(),
        },
        Candidate {
            name: "list of 16 stems at an earlier place",
            batch: 1,
            prepare: &play,
            run: &|block| master.stems_at(at(block).song_frames - 2048, black_box(&mut views.borrow_mut())),
            nanoseconds: Vec::new(),
        },
    ];
    for round in 0..ROUNDS {
        for candidate in &mut candidates {
            let first = round * 64;
            (candidate.prepare)(first);
            let start = Instant::now();
            (first..first + candidate.batch).for_each(candidate.run);
            candidate.nanoseconds.push(start.elapsed().as_secs_f64() * 1e9 / candidate.batch as f64);
        }
    }
    let medians = candidates.each_mut().map(|candidate| {
        candidate.nanoseconds.sort_by(f64::total_cmp);
        candidate.nanoseconds[ROUNDS / 2]
    });
    println!("on the heap, median of {ROUNDS} rounds");
    println!("{:40} {:>10} {:>12}", "", "ns", "yardstick = 1");
    for (candidate, nanoseconds) in candidates.iter().zip(medians) {
        println!("{:40} {nanoseconds:>10.0} {:>12.1}", candidate.name, nanoseconds / medians[0]);
    }
}
